//! The tables of rules in the documentation, written from the table in the code. `SDD_BLESS=1` writes them anew.

use super::Rule;

const BEGIN: &str = "## Rules that others know\n";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "asked to, it writes a page of the documentation"
)]
fn the_page_has_the_rules_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/contract-validate.md");
    let page = std::fs::read_to_string(path).unwrap();
    let before = page.split(BEGIN).next().unwrap_or("");
    let of = |is_standard: bool| {
        let rules = Rule::ALL.iter().filter(|rule| rule.is_standard() == is_standard);
        let rows = rules.map(|rule| {
            let (id, level) = (rule.id(), rule.level());
            format!("| `{id}` | {level} | {} {} |\n", rule.why(), rule.mend())
        });
        let head = "| rule | level | what is wrong, and how it is mended |\n|---|---|---|\n";
        std::iter::once(head.to_owned()).chain(rows).collect::<String>()
    };
    let expect = format!("{before}{BEGIN}{}\n## Rules of our own\n{}", of(true), of(false));
    if std::env::var_os("SDD_BLESS").is_some() {
        std::fs::write(path, &expect).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        page, expect,
        "run the tests with SDD_BLESS=1 and look at the difference"
    );
}
