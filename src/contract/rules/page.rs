//! The page of rules in the documentation, written from the tables in the code. `SDD_BLESS=1` writes it anew.

use super::{Column, Fixed, Kind, Level, Rule};

const HEAD: &str = "# Rules of `sdd contract diff`

Every change that is told has the id of a rule, which `levels` and `suppressions` of the settings go by ([contract.md](contract.md)).
`sdd contract rules ID` tells the same of one rule. This page is written from the table in the code.

## Rules of schemas

The id of a rule is the place and the change: in the body of a request, `max-decreased` is `request-body-max-decreased`. Places
are `request-body`, `request-property` (something inside of it), `request-parameter`, `request-parameter-property`,
`response-body`, `response-property` and `response-header`. What harms who sends is harmless to who is given it, and the reverse.

";

/// What the rules of a kind have in common that are told in one line.
struct Row {
    level: Level,
    text: String,
    places: Vec<&'static str>,
}

fn rows(kind: Kind) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for column in Column::ALL {
        let rule = Rule::Kind(kind, column);
        let Some(level) = kind.level(column) else { continue };
        let text = format!("{} {}", rule.why(), rule.safe());
        let place = column.prefix().trim_end_matches('-');
        match rows.iter_mut().find(|row| row.level == level && row.text == text) {
            Some(row) => row.places.push(place),
            None => rows.push(Row {
                level,
                text,
                places: vec![place],
            }),
        }
    }
    rows
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| change | place | level | why, and how it is done safely |\n|---|---|---|---|\n");
    for kind in Kind::ALL {
        for row in rows(*kind) {
            let Row { level, text, places } = row;
            let (suffix, places) = (kind.suffix(), places.join(", "));
            page.push_str(&format!("| `{suffix}` | {places} | {level} | {text} |\n"));
        }
    }
    page.push_str(
        "\n## Rules of their own\n\n| rule | level | why, and how it is done safely |\n|---|---|---|\n",
    );
    for rule in Fixed::ALL {
        let (id, level) = (rule.id(), rule.level());
        page.push_str(&format!(
            "| `{id}` | {level} | {} {} |\n",
            rule.why(),
            rule.safe()
        ));
    }
    page
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "asked to, it writes a page of the documentation"
)]
fn the_page_has_the_rules_of_the_tables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/contract-rules.md");
    let expect = page();
    if std::env::var_os("SDD_BLESS").is_some() {
        std::fs::write(path, &expect).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == expect,
        "run the tests with SDD_BLESS=1 and look at the difference"
    );
}

#[test]
fn every_rule_is_in_a_line_of_the_page() {
    let in_rows: usize = Kind::ALL
        .iter()
        .flat_map(|kind| rows(*kind))
        .map(|row| row.places.len())
        .sum();
    assert_eq!(in_rows + Fixed::ALL.len(), Rule::all().count());
}
