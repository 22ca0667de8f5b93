//! For coding agents: plain text in few tokens. The decision stands first, then the rules, the worst first; the next
//! command is the last line.

use super::page::{Entry, Group, Page, Section, groups};
use crate::contract::rules::Level;
use crate::model::format::inert;
use crate::model::text::{one_line, shorten};
use crate::model::verdict::RunVerdict;

/// The most characters of a whole page.
const BUDGET: usize = 7_900;
/// Entries that each rule shows: as many as there is room for.
const FEW: [usize; 5] = [20, 8, 4, 2, 1];
/// Operations that are named of one entry.
const MAX_CALLS: usize = 2;
/// Rules of level info that are counted by name.
const MAX_INFOS: usize = 12;
/// Characters of a line about one entry.
const MAX_LINE: usize = 300;

/// The page.
pub fn agent(page: &Page) -> String {
    let mut head = format!("sdd {}: {}\n", page.command(), one_line(&page.decision));
    for part in &page.parts {
        head.push_str(&format!("{}\n", shorten(&one_line(part), MAX_LINE)));
    }
    let foot = format!("next: {}\n", next(page));
    let room = BUDGET.saturating_sub(head.chars().count() + foot.chars().count());
    let mut body = String::new();
    for few in FEW {
        let pieces: Vec<String> = page
            .sections
            .iter()
            .flat_map(|section| pieces(page, section, few))
            .collect();
        let whole: usize = pieces.iter().map(|piece| piece.chars().count()).sum();
        if whole <= room {
            body = pieces.concat();
            break;
        }
        body = cut(&pieces, room);
    }
    inert::text(&(head + &body + &foot))
}

/// As many pieces as there is room for.
fn cut(pieces: &[String], mut room: usize) -> String {
    let note = |left: usize| format!("… {left} more rules and lines: --format json\n");
    room = room.saturating_sub(note(pieces.len()).chars().count());
    let mut body = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let size = piece.chars().count();
        if size > room {
            body.push_str(&note(pieces.len() - at));
            break;
        }
        room -= size;
        body.push_str(piece);
    }
    body
}

fn pieces(page: &Page, section: &Section, few: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    if page.titled() {
        let title = shorten(&one_line(&section.title), MAX_LINE);
        let nothing = section.entries.is_empty() && section.gaps.is_empty();
        let said = if nothing { section.subject.nothing() } else { "" };
        pieces.push(format!("\n[{title}] {said}").trim_end().to_owned() + "\n");
    }
    for gap in &section.gaps {
        pieces.push(format!("no answer: {}\n", shorten(&one_line(gap), MAX_LINE)));
    }
    let mut infos = Vec::new();
    let mut advice = "";
    for group in groups(section.counting()) {
        if group.first.level == Level::Info {
            infos.push(group);
        } else {
            pieces.push(piece(&group, few, advice));
            advice = group.first.safe;
        }
    }
    pieces.extend(harmless(section, &infos));
    let suppressed = section.suppressed().count();
    if suppressed > 0 {
        pieces.push(format!("suppressed, does not count: {suppressed}\n"));
    }
    pieces
}

/// A rule with its first entries; the advice that was given last is not repeated.
fn piece(group: &Group, few: usize, before: &str) -> String {
    let first = group.first;
    let times = match group.entries.len() {
        1 => String::new(),
        many => format!(" x{many}"),
    };
    let mut piece = format!(
        "{} {}{times}: {}\n",
        first.level,
        shorten(&one_line(first.rule), 120),
        one_line(first.why)
    );
    if first.safe == before {
        piece.push_str("  do: the same\n");
    } else {
        piece.push_str(&format!("  do: {}\n", one_line(first.safe)));
    }
    for entry in group.entries.iter().take(few) {
        piece.push_str(&format!("  {}\n", shorten(&told(entry), MAX_LINE)));
    }
    let more = group.entries.len().saturating_sub(few);
    if more > 0 {
        piece.push_str(&format!("  (+{more} more)\n"));
    }
    piece
}

fn told(entry: &Entry) -> String {
    let at = entry.place().map_or_else(String::new, |place| {
        format!("{}:{} ", shorten(&one_line(&place.file), 120), place.line)
    });
    let mut told = format!("{at}{}", one_line(entry.message));
    if let Some(calls) = entry.called(MAX_CALLS) {
        told.push_str(&format!(" ({calls})"));
    }
    if let Some(note) = entry.note() {
        told.push_str(&format!(" [{}]", one_line(note)));
    }
    told
}

/// Infos, as counts in one line.
fn harmless(section: &Section, infos: &[Group]) -> Option<String> {
    if infos.is_empty() {
        return None;
    }
    let mut said: Vec<String> = infos
        .iter()
        .take(MAX_INFOS)
        .map(|group| {
            format!(
                "{} x{}",
                shorten(&one_line(group.first.rule), 120),
                group.entries.len()
            )
        })
        .collect();
    if infos.len() > MAX_INFOS {
        said.push(format!("{} more rules", infos.len() - MAX_INFOS));
    }
    Some(format!(
        "info, {}: {}\n",
        section.subject.harmless(),
        said.join(", ")
    ))
}

/// The one command to run next.
fn next(page: &Page) -> String {
    match page.verdict {
        RunVerdict::Failed | RunVerdict::Error if !page.rerun.is_empty() => one_line(&page.rerun),
        RunVerdict::Failed | RunVerdict::Error => format!("sdd {}", page.command()),
        RunVerdict::Passed => "nothing to do".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::super::samples::{Sample, any_sample, check, everything, page};
    use super::*;

    #[test]
    fn errors_come_first_and_the_next_command_last() {
        let samples = everything();
        insta::assert_snapshot!(agent(&check(&samples)));
    }

    #[test]
    fn a_page_is_short_whatever_was_found() {
        let many: Vec<Sample> = (0..3_000)
            .map(|number| Sample::new(&format!("rule-{}", number % 20), Level::Error).calls(50))
            .collect();
        let text = agent(&page(&many));
        assert!(text.chars().count() < 8_000, "{}", text.len());
        // Every rule is named: fewer places are shown before a rule is left out.
        assert!(
            (0..20).all(|number| text.contains(&format!("error rule-{number} x150: "))),
            "{text}"
        );
        assert!(
            text.ends_with("\nnext: sdd contract diff v1.yaml v2.yaml\n"),
            "{text}"
        );
        let different: Vec<Sample> = (0..3_000)
            .map(|number| Sample::new(&format!("rule-{number}"), Level::Error))
            .collect();
        let text = agent(&page(&different));
        assert!(text.chars().count() < 8_000, "{}", text.len());
        assert!(
            text.contains(" more rules and lines: --format json\nnext: "),
            "{text}"
        );
    }

    #[test]
    fn what_passed_leaves_nothing_to_do() {
        let mut page = page(&[]);
        page.verdict = RunVerdict::Passed;
        page.decision = "passed: no client breaks".to_owned();
        assert_eq!(
            agent(&page),
            "sdd contract diff: passed: no client breaks\nnext: nothing to do\n"
        );
    }

    proptest! {
        #[test]
        fn any_text_gives_short_plain_lines(samples in prop::collection::vec(any_sample(), 0..5)) {
            let text = agent(&page(&samples));
            assert!(text.chars().count() < 8_000);
            assert!(!text.contains('\u{1b}') && !text.contains("##["));
            assert!(!text.lines().any(|line| line.trim_start().starts_with("::")));
        }
    }
}
