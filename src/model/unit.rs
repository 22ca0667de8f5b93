//! A unit: one directory of a repository with one language.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::language::Language;
use super::text;

/// One directory of the repository with one language; each gate runs once per unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// Path relative to the project's root with `/` between parts; `.` for the root itself.
    pub path: String,
    /// The language of the unit.
    pub language: Language,
    /// The files that led to this unit, such as `pyproject.toml`, relative to the unit.
    pub markers: Vec<String>,
}

impl Unit {
    /// Where the unit stands, for people: `.` or `services/api`, with the language; one line, whatever the directory is
    /// called.
    pub fn label(&self) -> String {
        format!("{} ({})", text::one_line(&self.path), self.language)
    }

    /// A path relative to the unit's directory, made relative to the project's root.
    pub fn to_project(&self, path: &str) -> String {
        let path = path.strip_prefix("./").unwrap_or(path);
        if self.path == "." {
            path.to_owned()
        } else {
            format!("{}/{path}", self.path)
        }
    }

    /// The unit as a part of a file name: `root-python`, `services_api-python`. Different units have different
    /// names: `/` becomes `_`, and a path with any other unusual character, a long one, and `root` itself get a
    /// piece of their hash (`a_b~1f2e3d4c-python`).
    pub fn slug(&self) -> String {
        if self.path == "." {
            return format!("root-{}", self.language);
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/');
        let place: String = self
            .path
            .chars()
            .take(MAX_SLUG_CHARS)
            .map(|c| if c != '/' && is_plain(c) { c } else { '_' })
            .collect();
        let is_unique = self.path.chars().all(is_plain)
            && self.path.len() <= MAX_SLUG_CHARS
            && self.path != "root"
            // A file name that begins with these is hidden, or taken for an option.
            && !self.path.starts_with(['.', '-']);
        if is_unique {
            format!("{place}-{}", self.language)
        } else {
            let place = place.trim_start_matches(['.', '-']);
            format!("{place}~{}-{}", short_hash(&self.path), self.language)
        }
    }
}

/// The longest part of a path that a slug keeps.
const MAX_SLUG_CHARS: usize = 80;

fn short_hash(text: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(4).fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(path: &str) -> String {
        Unit {
            path: path.to_owned(),
            language: Language::Python,
            markers: Vec::new(),
        }
        .slug()
    }

    #[track_caller]
    fn check(path: &str, expect: &str) {
        assert_eq!(slug(path), expect);
    }

    #[test]
    fn slugs_of_usual_paths_are_readable() {
        check(".", "root-python");
        check("services/api", "services_api-python");
        check("my-app", "my-app-python");
        check("v1.2/x", "v1.2_x-python");
    }

    #[test]
    fn paths_that_look_alike_have_different_slugs() {
        for (a, b) in [
            ("a/b", "a_b"),
            (".", "root"),
            ("a b", "a_b"),
            ("ä", "ö"),
            ("a\nb", "a b"),
            ("a_/b", "a/_b"),
            (&*"x".repeat(200), &*"x".repeat(201)),
        ] {
            assert_ne!(slug(a), slug(b), "{a:?} and {b:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn slugs_are_unique_and_usable_as_file_names(
            paths in proptest::collection::btree_set("[a-c_/ .~äö-]{1,8}", 2..20),
        ) {
            let slugs: std::collections::BTreeSet<String> = paths.iter().map(|path| slug(path)).collect();
            proptest::prop_assert_eq!(slugs.len(), paths.len());
            for slug in slugs {
                proptest::prop_assert!(slug.len() < 200);
                proptest::prop_assert!(!slug.starts_with(['.', '-']));
                proptest::prop_assert!(
                    slug.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)), "{}", slug
                );
            }
        }
    }
}
