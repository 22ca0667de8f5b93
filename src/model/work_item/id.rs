//! Ids of new work items: the type and the words of the title, unique among the items that there are.
//!
//! An id is made once and is a name from then on: nothing is read out of it, and a new title leaves it as it is.

use super::WorkItemType;

/// The most bytes of an id that are made of the title. With the type, the ending and what a temp file adds, the name of
/// the spec stays well below the 255 bytes that file systems take.
const MAX_TITLE_BYTES: usize = 60;

/// What stands for a title without a letter or digit.
const NAMELESS: &str = "item";

/// An id that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The id.
    pub id: String,
    /// Whether the title was too long for it: then it has the first words of the title.
    pub shortened: bool,
    /// The id that another item has already; then this one has a number behind it.
    pub taken: Option<String>,
}

/// Makes the id of a new item. `is_taken` says whether there is one of an id already, upper and lower case being the
/// same, since the id is the name of a file. Of equal ids the later ones are numbered: `…_2`, `…_3`.
pub fn make(kind: WorkItemType, title: &str, is_taken: impl Fn(&str) -> bool) -> Made {
    let words = words(title);
    let kept = cut(&words);
    let first = format!("{kind}_{kept}");
    let shortened = kept.len() < words.len();
    if !is_taken(&first) {
        return Made {
            id: first,
            shortened,
            taken: None,
        };
    }
    let mut number = 2_u64;
    loop {
        let id = format!("{first}_{number}");
        if !is_taken(&id) {
            return Made {
                id,
                shortened,
                taken: Some(first),
            };
        }
        number += 1;
    }
}

/// The letters and digits of a title in lower case, with one `_` for whatever stands between them.
fn words(title: &str) -> String {
    let mut words = String::with_capacity(title.len());
    for letter in title.to_lowercase().chars() {
        if letter.is_alphanumeric() {
            words.push(letter);
        } else if !words.is_empty() && !words.ends_with('_') {
            words.push('_');
        }
    }
    match words.trim_end_matches('_') {
        "" => NAMELESS.to_owned(),
        words => words.to_owned(),
    }
}

/// As many words as there is room for; of a single long one, its beginning.
fn cut(words: &str) -> &str {
    if words.len() <= MAX_TITLE_BYTES {
        return words;
    }
    let end = (0..=MAX_TITLE_BYTES).rev().find(|at| words.is_char_boundary(*at));
    let room = &words[..end.unwrap_or(0)];
    if words[room.len()..].starts_with('_') {
        return room;
    }
    match room.rfind('_') {
        Some(at) if at >= MAX_TITLE_BYTES / 2 => &room[..at],
        _ => room.trim_end_matches('_'),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[track_caller]
    fn check(title: &str, taken: &[&str], expect: &str) {
        let made = make(WorkItemType::Feature, title, |id| taken.contains(&id));
        assert_eq!(made.id, expect);
    }

    #[test]
    fn an_id_is_the_type_and_the_words_of_the_title() {
        check("User auth", &[], "feature_user_auth");
        check("  Parse `a.b` -- (fast!) ", &[], "feature_parse_a_b_fast");
        check("Größe ändern", &[], "feature_größe_ändern");
        check("日本語の題", &[], "feature_日本語の題");
        check("../../etc/passwd\0", &[], "feature_etc_passwd");
        check("!?", &[], "feature_item");
        check("", &[], "feature_item");
    }

    #[test]
    fn an_id_that_is_taken_gets_a_number() {
        check("A", &["feature_a"], "feature_a_2");
        check("A", &["feature_a", "feature_a_2"], "feature_a_3");
        check("A 2", &["feature_a_2"], "feature_a_2_2");
    }

    #[test]
    fn long_titles_are_cut_between_words_and_it_is_said() {
        let title = "Move the settings of every unit of a repository into a file of its own, with a warning";
        let made = make(WorkItemType::Bug, title, |_| false);
        assert_eq!(
            made.id,
            "bug_move_the_settings_of_every_unit_of_a_repository_into_a_file"
        );
        assert!(made.shortened && made.taken.is_none());
        let made = make(WorkItemType::Bug, &"ä".repeat(200), |_| false);
        assert_eq!((made.id.len(), made.shortened), ("bug_".len() + 60, true));
        assert!(!make(WorkItemType::Bug, &"x".repeat(60), |_| false).shortened);
    }

    proptest::proptest! {
        #[test]
        fn ids_are_unique_and_names_of_files(titles in proptest::collection::vec("\\PC{0,90}", 1..30)) {
            let mut ids: HashSet<String> = HashSet::new();
            for title in titles {
                let made = make(WorkItemType::IntegrationTest, &title, |id| ids.contains(id));
                proptest::prop_assert!(made.id.chars().all(|c| c.is_alphanumeric() || c == '_'), "{}", made.id);
                proptest::prop_assert!(made.id.len() < 200 && !made.id.ends_with('_'), "{}", made.id);
                proptest::prop_assert_eq!(made.id.clone(), made.id.to_lowercase());
                proptest::prop_assert!(ids.insert(made.id));
            }
        }
    }
}
