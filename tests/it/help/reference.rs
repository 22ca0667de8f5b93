//! `docs/cli.md` is generated from the help texts. `SDD_BLESS=1` writes it anew.

#![expect(clippy::disallowed_methods, reason = "a blessing test writes its own files")]

use std::fmt::Write as _;
use std::path::Path;

use super::commands;

const HEAD: &str = "\
# Command line

What `sdd --help` and the help of each command say; a test writes this page from them (`SDD_BLESS=1`).
The same as manual pages: `sdd man`, `sdd man gate`. The global options stand with `sdd` itself, and every command
takes them.

";

fn reference() -> String {
    let mut page = HEAD.to_owned();
    for (words, _) in commands() {
        let name = format!("sdd {}", words.join(" "));
        let indent = "  ".repeat(words.len());
        let anchor = name.trim().replace(' ', "-");
        let _ = writeln!(page, "{indent}- [`{}`](#{anchor})", name.trim());
    }
    for (words, mut command) in commands() {
        let name = format!("sdd {}", words.join(" "));
        let help = command.render_long_help().to_string();
        let help = if words.is_empty() {
            help
        } else {
            without_global(&help)
        };
        let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
        let _ = write!(
            page,
            "\n## {}\n\n```text\n{}\n```\n",
            name.trim(),
            help.join("\n")
        );
    }
    page
}

/// A help text without the options that every command has: they stand with `sdd` itself.
fn without_global(help: &str) -> String {
    let (before, after) = help.split_once("\nGlobal options:\n").unwrap_or((help, ""));
    let behind = after.find("\nExamples:\n").map_or("", |at| &after[at..]);
    format!("{before}{behind}")
}

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let present = reference();
    if std::env::var_os("SDD_BLESS").is_some() {
        std::fs::write(&path, &present).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == present,
        "docs/cli.md is out of date; run the tests with SDD_BLESS=1 and look at the difference"
    );
}
