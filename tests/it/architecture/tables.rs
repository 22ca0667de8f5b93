//! The tables: nothing is forgotten in them, and every entry says what it must.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use sdd::tools::{TOOLS, Tool};

use super::source::{Source, crate_sources, root, shipped, tree};

/// Names each file of a directory that is not a module of it, and each implementation that its table leaves out.
///
/// The table stands in `DIR/mod.rs` as `pub static TABLE … = &[…];` with entries `&module::Type`.
fn forgotten(sources: &[Source], dir: &str, table: &str, implements: &str) -> Vec<String> {
    static ENTRY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"&\s*((?:\w+::)*)(\w+)\s*[,\]]").expect("the pattern is valid"));
    let home = format!("src/{dir}/mod.rs");
    let Some(root) = sources.iter().find(|source| source.path == home) else {
        return vec![format!("{home} is missing")];
    };
    let declared =
        Regex::new(&format!(r"static {table}\b[^=]*=\s*&(\[[^;]*\]);")).expect("the pattern is valid");
    let Some(rows) = declared.captures(&root.text) else {
        return vec![format!("{home}: no table {table}")];
    };
    let entries: BTreeSet<String> = ENTRY
        .captures_iter(&rows[1])
        .map(|found| found[2].to_owned())
        .collect();
    let implemented =
        Regex::new(&format!(r"impl\s+(?:\w+::)*{implements}\s+for\s+(\w+)")).expect("the pattern is valid");

    let mut complaints = Vec::new();
    let mut known = BTreeSet::new();
    for source in sources {
        let Some(inside) = source.path.strip_prefix(&format!("src/{dir}/")) else {
            continue;
        };
        let name = inside.strip_suffix(".rs").unwrap_or(inside);
        let is_module =
            Regex::new(&format!(r"\bmod\s+{}\s*;", regex::escape(name))).expect("the pattern is valid");
        if !name.contains('/') && name != "mod" && !is_module.is_match(&root.text) {
            complaints.push(format!("{}: not a module of src/{dir}", source.path));
        }
        for found in implemented.captures_iter(&source.text) {
            known.insert(found[1].to_owned());
            if !entries.contains(&found[1]) {
                complaints.push(format!("{}: {} is not in {table}", source.path, &found[1]));
            }
        }
    }
    if known.is_empty() {
        complaints.push(format!("src/{dir}: nothing implements {implements}"));
    }
    complaints
}

/// What a table's entry says of itself.
struct Row {
    id: String,
    exits: Vec<(i32, String)>,
    install: String,
}

impl Row {
    fn of(tool: &dyn Tool) -> Self {
        Self {
            id: tool.id().to_owned(),
            exits: tool
                .exits()
                .iter()
                .map(|(code, text)| (*code, (*text).to_owned()))
                .collect(),
            install: tool.install().to_owned(),
        }
    }
}

/// Names each row that says too little.
fn incomplete(rows: &[Row]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut ids = BTreeSet::new();
    for Row { id, exits, install } in rows {
        if id.is_empty() || !ids.insert(id) {
            complaints.push(format!("{id:?}: the id is not unique"));
        }
        if !exits.iter().any(|(code, _)| *code == 0) {
            complaints.push(format!("{id}: exit code 0 is not documented"));
        }
        let codes: BTreeSet<i32> = exits.iter().map(|(code, _)| *code).collect();
        if codes.len() != exits.len() {
            complaints.push(format!("{id}: an exit code is documented twice"));
        }
        if exits.iter().any(|(_, text)| text.trim().is_empty()) {
            complaints.push(format!("{id}: an exit code has no meaning"));
        }
        if install.trim().is_empty() {
            complaints.push(format!("{id}: nothing says how to install it"));
        }
    }
    complaints
}

/// The kinds of recording that each tool has, with the words that name each.
const RECORDINGS: &[(&str, &[&str])] = &[
    ("clean", &["clean", "passed", "passing"]),
    (
        "failing",
        &["fail", "finding", "diff", "vulnerable", "unformatted"],
    ),
    (
        "garbage",
        &["garbage", "truncated", "broken", "bad-", "bad_", "crash"],
    ),
];

/// Names each kind of recording that a tool lacks below `tests/tool-output/ID/`.
fn unrecorded(ids: &[&str], files: &[String]) -> Vec<String> {
    let mut complaints = Vec::new();
    for id in ids {
        let dir = format!("tests/tool-output/{id}/");
        let names: Vec<&str> = files.iter().filter_map(|file| file.strip_prefix(&dir)).collect();
        for (kind, words) in RECORDINGS {
            if !names
                .iter()
                .any(|name| words.iter().any(|word| name.contains(word)))
            {
                complaints.push(format!("{dir}: no {kind} recording"));
            }
        }
    }
    complaints
}

#[test]
fn every_tool_is_in_the_table() {
    super::none(&forgotten(&shipped(&crate_sources()), "tools", "TOOLS", "Tool"));
}

#[test]
fn every_gate_is_in_the_table() {
    super::none(&forgotten(&shipped(&crate_sources()), "gates", "GATES", "Gate"));
}

#[test]
fn every_format_is_in_the_table() {
    super::none(&forgotten(
        &shipped(&crate_sources()),
        "report",
        "FORMATS",
        "Renderer",
    ));
}

#[test]
fn every_tool_says_what_it_must() {
    let rows: Vec<Row> = TOOLS.iter().map(|tool| Row::of(*tool)).collect();
    assert!(!rows.is_empty());
    super::none(&incomplete(&rows));
}

#[test]
fn every_tool_is_recorded() {
    assert!(root().is_dir());
    let files: Vec<String> = tree()
        .iter()
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .collect();
    let ids: Vec<&str> = TOOLS.iter().map(|tool| tool.id()).collect();
    super::none(&unrecorded(&ids, &files));
}

#[test]
fn forgotten_files_and_rows_are_found() {
    let sample: Vec<Source> = [
        (
            "src/tools/mod.rs",
            "mod a;\nmod b;\npub mod helper;\npub static TOOLS: &[&dyn Tool] = &[\n    &a::A,\n    // &b::B,\n];\n",
        ),
        ("src/tools/a.rs", "impl Tool for A {}"),
        ("src/tools/b.rs", "impl super::Tool for B {}\n#[cfg(test)]\nmod t { impl Tool for Fake {} }"),
        ("src/tools/c.rs", "impl Tool for C {}"),
        ("src/tools/helper.rs", "fn f() {}"),
        ("src/tools/a/tests.rs", "fn f() {}"),
    ]
    .iter()
    .map(|(path, text)| Source::new(*path, *text))
    .collect();
    assert_eq!(
        forgotten(&shipped(&sample), "tools", "TOOLS", "Tool"),
        [
            "src/tools/b.rs: B is not in TOOLS",
            "src/tools/c.rs: not a module of src/tools",
            "src/tools/c.rs: C is not in TOOLS",
        ]
    );
    assert_eq!(
        forgotten(&sample, "gates", "GATES", "Gate"),
        ["src/gates/mod.rs is missing"]
    );
    assert_eq!(
        forgotten(&sample, "tools", "ROWS", "Tool"),
        ["src/tools/mod.rs: no table ROWS"]
    );
    assert_eq!(
        forgotten(&sample[..1], "tools", "TOOLS", "Tool"),
        ["src/tools: nothing implements Tool"]
    );
}

#[test]
fn incomplete_rows_are_found() {
    let row = |id: &str, exits: &[(i32, &str)], install: &str| Row {
        id: id.to_owned(),
        exits: exits
            .iter()
            .map(|(code, text)| (*code, (*text).to_owned()))
            .collect(),
        install: install.to_owned(),
    };
    assert_eq!(
        incomplete(&[
            row("a", &[(0, "clean"), (1, "findings")], "pip install a"),
            row("a", &[(0, "clean"), (0, "again")], "pip install a"),
            row("b", &[], ""),
            row("c", &[(0, " ")], "pip install c"),
        ]),
        [
            "\"a\": the id is not unique",
            "a: an exit code is documented twice",
            "b: exit code 0 is not documented",
            "b: nothing says how to install it",
            "c: an exit code has no meaning",
        ]
    );
}

#[test]
fn missing_recordings_are_found() {
    let files = [
        "tests/tool-output/a/1.0/clean.json",
        "tests/tool-output/a/1.0/findings.json",
        "tests/tool-output/a/garbage",
        "tests/tool-output/ab/clean",
    ]
    .map(str::to_owned);
    assert_eq!(
        unrecorded(&["a", "ab", "c"], &files),
        [
            "tests/tool-output/ab/: no failing recording",
            "tests/tool-output/ab/: no garbage recording",
            "tests/tool-output/c/: no clean recording",
            "tests/tool-output/c/: no failing recording",
            "tests/tool-output/c/: no garbage recording",
        ]
    );
}
