//! Existence, searching, single lines, and what changed.

use regex::bytes::Regex;
use sdd::project::files::{GrepAnswer, LineReader, MAX_MATCHES, Snapshot, exists, grep, line_text};
use sdd::project::{Error, Tracked};

use super::tree::Tree;

#[track_caller]
fn search(tree: &Tree, files: &str, pattern: &str) -> GrepAnswer {
    grep(
        &tree.root(),
        files,
        &Regex::new(pattern).unwrap(),
        &Tracked::default(),
    )
    .unwrap()
}

/// The matches as `path:line:column`.
#[track_caller]
fn check(tree: &Tree, files: &str, pattern: &str, expect: &[&str]) {
    let answer = search(tree, files, pattern);
    let found: Vec<String> = answer
        .matches
        .iter()
        .map(|hit| format!("{}:{}:{}", hit.path, hit.line, hit.column))
        .collect();
    assert_eq!(found, expect, "{files} {pattern}");
    assert_eq!(answer.matches_total, expect.len() as u64);
    assert_eq!(answer.unreadable, Vec::<String>::new());
}

#[test]
fn a_file_exists_or_does_not() {
    let tree = Tree::with(&["LICENSE", "a b/ü", "dir/"]);
    for (path, expect) in [
        ("LICENSE", true),
        ("./a b/ü", true),
        ("dir", true),
        (".", true),
        ("license", false),
        ("LICENSE/x", false),
        ("dir/x/y", false),
    ] {
        assert_eq!(exists(&tree.root(), path).unwrap(), expect, "{path}");
    }
}

#[test]
fn paths_that_leave_the_project_are_refused() {
    let tree = Tree::with(&["p/a"]);
    tree.write("secret", "needle");
    let root = tree.root().join("p");
    let needle = Regex::new("needle").unwrap();
    let absolute = tree.root().join("secret");
    for path in [
        "../secret",
        "a/../../secret",
        "/etc/passwd",
        "",
        absolute.to_str().unwrap(),
    ] {
        assert!(matches!(exists(&root, path), Err(Error::Path { .. })), "{path}");
        assert!(
            matches!(
                grep(&root, path, &needle, &Tracked::default()),
                Err(Error::Path { .. })
            ),
            "{path}"
        );
        assert_eq!(line_text(&root, path, 1), None, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_are_refused_and_links_inside_are_followed() {
    let tree = Tree::with(&["p/real/a"]);
    tree.write("secret/x", "needle");
    tree.write("p/real/a", "needle");
    tree.link("../secret", "p/out");
    tree.link("real", "p/in");
    tree.link("nowhere", "p/dangling");
    tree.link("loop-b", "p/loop-a");
    tree.link("loop-a", "p/loop-b");
    let root = tree.root().join("p");
    let needle = Regex::new("needle").unwrap();
    for path in ["out", "out/x", "out/missing"] {
        assert!(
            matches!(exists(&root, path), Err(Error::Outside { .. })),
            "{path}"
        );
        assert!(
            matches!(
                grep(&root, path, &needle, &Tracked::default()),
                Err(Error::Outside { .. })
            ),
            "{path}"
        );
        assert_eq!(line_text(&root, path, 1), None, "{path}");
    }
    assert!(exists(&root, "in/a").unwrap());
    assert_eq!(line_text(&root, "in/a", 1).as_deref(), Some("needle"));
    assert!(!exists(&root, "dangling").unwrap());
    assert!(matches!(exists(&root, "loop-a"), Err(Error::Read { .. })));
    let answer = grep(&root, ".", &needle, &Tracked::default()).unwrap();
    let paths: Vec<&str> = answer.matches.iter().map(|hit| hit.path.as_str()).collect();
    assert_eq!(paths, ["real/a"], "a walk follows no links");
}

#[test]
fn files_directories_and_globs_are_searched() {
    let tree = Tree::of(&[
        ("a.py", "x\n  TODO one\r\nTODO two\n"),
        ("src/b.py", "TODO"),
        ("src/deep/c.py", "äö TODO\n"),
        ("src/d.txt", "TODO\n"),
        ("we[i]rd.py", "TODO\n"),
    ]);
    check(&tree, "a.py", "TODO", &["a.py:2:3", "a.py:3:1"]);
    check(
        &tree,
        "src",
        "TODO",
        &["src/b.py:1:1", "src/d.txt:1:1", "src/deep/c.py:1:4"],
    );
    check(&tree, "src/*.py", "TODO", &["src/b.py:1:1"]);
    check(
        &tree,
        "src/**/*.py",
        "TODO",
        &["src/b.py:1:1", "src/deep/c.py:1:4"],
    );
    check(
        &tree,
        "./src/*.{py,txt}",
        "TODO",
        &["src/b.py:1:1", "src/d.txt:1:1"],
    );
    check(&tree, "*.txt", "TODO", &["src/d.txt:1:1"]);
    check(&tree, "we[i]rd.py", "TODO", &["we[i]rd.py:1:1"]);
    check(&tree, ".", "two$", &["a.py:3:6"]);
    check(&tree, ".", "one$", &["a.py:2:8"]);
    check(&tree, ".", "todo", &[]);
    check(&tree, "a.py", "(?i)todo t", &["a.py:3:1"]);
}

#[test]
fn a_search_of_nothing_is_told_from_a_search_without_matches() {
    let tree = Tree::of(&[("a.py", "x"), ("empty", ""), ("dir/", "")]);
    assert_eq!(search(&tree, "a.py", "TODO").files_searched, 1);
    assert_eq!(search(&tree, "empty", "^$").files_searched, 1);
    for nothing in ["missing.py", "*.rs", "dir", "missing/**"] {
        let answer = search(&tree, nothing, "x");
        let expect = GrepAnswer {
            reach: answer.reach,
            ..GrepAnswer::default()
        };
        assert_eq!(answer, expect, "{nothing}");
    }
}

#[test]
fn a_broken_glob_is_an_error() {
    let tree = Tree::with(&["a"]);
    let answer = grep(
        &tree.root(),
        "src/*.{py",
        &Regex::new("x").unwrap(),
        &Tracked::default(),
    );
    assert!(matches!(answer, Err(Error::Glob { .. })), "{answer:?}");
}

#[test]
fn ignored_binary_and_foreign_files_are_not_searched() {
    let tree = Tree::of(&[
        (".gitignore", "out\n*.log\n"),
        ("out/a", "needle"),
        ("b.log", "needle"),
        ("node_modules/c", "needle"),
        (".git/d", "needle"),
        (".session/runs/e", "needle"),
        ("binary", "nee\0dle needle"),
        (".github/f", "needle"),
        ("g", "needle"),
    ]);
    check(&tree, ".", "needle", &[".github/f:1:1", "g:1:1"]);
    assert_eq!(search(&tree, ".", "needle").binary.count, 1);
    check(&tree, "b.log", "needle", &["b.log:1:1"]);
    check(&tree, ".session/runs", "needle", &[".session/runs/e:1:1"]);
}

#[test]
fn a_file_too_large_is_one_that_could_not_be_read() {
    let tree = Tree::of(&[("small", "needle")]);
    let file = std::fs::File::create(tree.root().join("large")).unwrap();
    file.set_len(sdd::project::files::MAX_FILE_BYTES + 1).unwrap();
    let answer = search(&tree, ".", "needle");
    assert_eq!((answer.files_searched, answer.binary.count), (1, 0));
    assert_eq!(
        answer.unreadable,
        ["large: it has 16777217 bytes, more than are searched"]
    );
}

#[test]
fn the_first_matches_are_kept_and_all_are_counted() {
    let tree = Tree::of(&[("z", "x\n")]);
    for index in 0..9 {
        tree.write(&format!("f{index}"), &"x\n".repeat(900));
    }
    let answer = search(&tree, ".", "x");
    assert_eq!(answer.matches_total, 8_101);
    assert_eq!(answer.matches.len(), MAX_MATCHES);
    let last = answer.matches.last().unwrap();
    assert_eq!((last.path.as_str(), last.line), ("f1", 100));
    assert!(
        answer
            .matches
            .is_sorted_by_key(|hit| (hit.path.clone(), hit.line))
    );
}

#[test]
fn a_matching_line_is_made_safe_and_short() {
    let tree = Tree::of(&[("a", &format!("  \u{1b}[31mneedle\u{202e}{}", "x".repeat(10_000)))]);
    let text = search(&tree, "a", "needle").matches[0].text.clone();
    assert!(text.starts_with("needle<U+202E>xxx"), "{text}");
    assert!(text.chars().count() < 400);
}

#[test]
fn lines_are_read_by_number_and_kept() {
    let tree = Tree::of(&[("a b/ü.py", "one\n\ttwo   words \r\nthree")]);
    let reader = LineReader::new(&tree.root());
    let line = |number| reader.line("a b/ü.py", number);
    assert_eq!(line(0), None);
    assert_eq!(line(1).as_deref(), Some("one"));
    assert_eq!(line(2).as_deref(), Some("two words"));
    assert_eq!(line(3).as_deref(), Some("three"));
    assert_eq!(line(4), None);
    assert_eq!(reader.line("missing", 1), None);
    assert_eq!(reader.line("a b", 1), None);
    std::fs::remove_file(tree.root().join("a b/ü.py")).unwrap();
    assert_eq!(line(1).as_deref(), Some("one"), "from memory");
    for index in 0..40 {
        tree.write(&format!("f{index}"), "x");
        assert_eq!(reader.line(&format!("f{index}"), 1).as_deref(), Some("x"));
    }
    assert_eq!(line(1), None, "memory is bounded");
}

#[test]
fn created_modified_replaced_and_deleted_files_are_changes() {
    let tree = Tree::of(&[
        (".gitignore", "ignored\n"),
        ("deleted", ""),
        ("modified", "1"),
        ("replaced", "same"),
        ("same", ""),
        ("dir/", ""),
    ]);
    let before = Snapshot::take(&tree.root(), &[]).unwrap();
    assert_eq!(before.len(), 5);
    assert_eq!(before.changed(&before), Vec::<String>::new());
    tree.write("new/with space/ü\nline", "");
    tree.write("modified", "22");
    tree.write("ignored", "");
    tree.write(".session/runs/log", "");
    tree.write("__pycache__/a.pyc", "");
    tree.write(".github/x", "");
    tree.write("out/x", "");
    tree.write("other", "same");
    std::fs::remove_file(tree.root().join("deleted")).unwrap();
    std::fs::remove_file(tree.root().join("replaced")).unwrap();
    std::fs::hard_link(tree.root().join("other"), tree.root().join("replaced")).unwrap();
    let after = Snapshot::take(&tree.root(), &[]).unwrap();
    assert_eq!(
        before.changed(&after),
        [
            ".github/x",
            "deleted",
            "modified",
            "new/with space/ü\nline",
            "other",
            "out/x",
            "replaced"
        ]
    );
    let after = Snapshot::take(&tree.root(), &["out".to_owned(), "new".to_owned()]).unwrap();
    assert_eq!(
        before.changed(&after),
        [".github/x", "deleted", "modified", "other", "replaced"]
    );
}

#[test]
fn a_snapshot_of_nothing_is_an_error() {
    let tree = Tree::with(&[]);
    assert!(Snapshot::take(&tree.root(), &[]).unwrap().is_empty());
    assert!(matches!(
        Snapshot::take(&tree.root().join("missing"), &[]),
        Err(Error::Root { .. })
    ));
}
