//! Trees that are made to break things: odd names, links, rights, pipes.
#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use regex::bytes::Regex;
use sdd::project::Tracked;
use sdd::project::files::{Snapshot, exists, grep};

use super::tree::{Tree, units};

const PROJECT: &str = "[project]\nname = 'a'\n";

/// Runs `with` while `path` has the rights `mode`.
fn with_rights(path: &Path, mode: u32, with: impl FnOnce()) {
    let set = |mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    set(mode);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(with));
    set(0o755);
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// Root reads everything, so that rights keep nothing from it.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn directories_of_any_name_are_units() {
    let names = [
        "with space",
        "ünï—cödé",
        "new\nline",
        "-n",
        "$(touch x)",
        "a\\b",
        "'\"",
        "we[i]rd*",
    ];
    let tree = Tree::with(&[]);
    for name in names {
        tree.write(&format!("{name}/pyproject.toml"), PROJECT);
    }
    let project = tree.project();
    let mut expect: Vec<String> = names.iter().map(|name| format!("{name} python")).collect();
    expect.sort();
    assert_eq!(units(&project), expect);
    assert_eq!(project.warnings, Vec::<String>::new());
    assert!(project.units.iter().all(|unit| unit.manifest.is_some()));
    let slugs: std::collections::BTreeSet<String> =
        project.units.iter().map(|unit| unit.unit.slug()).collect();
    assert_eq!(slugs.len(), names.len());
}

#[test]
fn messages_stay_in_their_line_whatever_names_they_hold() {
    let tree = Tree::with(&["a\nb\u{1b}[31m/pom.xml", "c\u{202e}\nd/vendor/"]);
    tree.write("e\nf/Cargo.toml", "[");
    let project = tree.project();
    let lines: Vec<&String> = project.warnings.iter().chain(&project.left_out).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in lines {
        assert!(!line.contains(['\n', '\u{1b}', '\u{202e}']), "{line:?}");
        assert!(line.contains("\\n"), "{line:?}");
    }
}

#[test]
fn names_that_are_not_unicode_stay_distinct() {
    let tree = Tree::with(&[]);
    for name in [&b"a\xff"[..], b"a\xfe"] {
        let dir = tree.root().join(OsStr::from_bytes(name));
        std::fs::create_dir(&dir).unwrap();
        std::fs::File::create(dir.join("go.mod")).unwrap();
    }
    let project = tree.project();
    assert_eq!(units(&project), ["a\\xfe go", "a\\xff go"]);
    assert!(project.units[0].dir.is_dir());
    assert_eq!(Snapshot::take(&tree.root(), &[]).unwrap().len(), 2);
}

#[test]
fn links_are_not_followed_and_loops_end() {
    let tree = Tree::with(&["a/go.mod", "b/"]);
    tree.link("..", "a/up");
    tree.link("a", "link-to-a");
    tree.link("self", "self");
    let outside = Tree::with(&["go.mod"]);
    tree.link(outside.root(), "b/out");
    let project = tree.project();
    assert_eq!(units(&project), ["a go"]);
    assert_eq!(project.warnings, Vec::<String>::new());
    assert_eq!(
        Snapshot::take(&tree.root(), &[]).unwrap().len(),
        5,
        "links are files"
    );
}

#[test]
fn a_manifest_behind_a_link_counts_and_is_read_only_inside_of_the_project() {
    let tree = Tree::of(&[("elsewhere.toml", PROJECT), ("a/", ""), ("b/", "")]);
    let outside = Tree::of(&[("pyproject.toml", PROJECT)]);
    tree.link("../elsewhere.toml", "a/pyproject.toml");
    tree.link(outside.root().join("pyproject.toml"), "b/pyproject.toml");
    let project = tree.project();
    assert_eq!(units(&project), ["a python", "b python"]);
    assert!(project.units[0].manifest.is_some());
    assert!(project.units[1].manifest.is_none());
    assert_eq!(project.warnings.len(), 1, "{:?}", project.warnings);
    assert!(project.warnings[0].contains("leads out of the project"));
}

#[test]
fn pipes_are_never_opened() {
    let tree = Tree::with(&["go.mod"]);
    for name in ["pyproject.toml", "package.json", "pipe.py", ".gitignore.x"] {
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            tree.root().join(name),
            rustix::fs::Mode::from_raw_mode(0o644),
        )
        .unwrap();
    }
    assert_eq!(units(&tree.project()), [". go"]);
    let answer = grep(&tree.root(), ".", &Regex::new("x").unwrap(), &Tracked::default()).unwrap();
    assert_eq!(answer.files_searched, 1);
    let answer = grep(
        &tree.root(),
        "pipe.py",
        &Regex::new("x").unwrap(),
        &Tracked::default(),
    )
    .unwrap();
    assert_eq!((answer.files_searched, answer.binary.count), (0, 1));
}

#[test]
fn a_read_only_tree_is_read() {
    let tree = Tree::of(&[("a/pyproject.toml", PROJECT), ("a/x.py", "needle")]);
    tree.commit_all();
    with_rights(&tree.root().join("a"), 0o555, || {
        with_rights(&tree.root(), 0o555, || {
            assert_eq!(units(&tree.project()), ["a python"]);
            assert_eq!(tree.project().warnings, Vec::<String>::new());
            assert!(exists(&tree.root(), "a/x.py").unwrap());
        });
    });
}

#[test]
fn a_directory_that_cannot_be_read_is_said() {
    let tree = Tree::of(&[("a/go.mod", ""), ("secret/go.mod", "needle")]);
    with_rights(&tree.root().join("secret"), 0o000, || {
        let project = tree.project();
        let answer = grep(
            &tree.root(),
            ".",
            &Regex::new("needle").unwrap(),
            &Tracked::default(),
        )
        .unwrap();
        if is_root() {
            assert_eq!(units(&project), ["a go", "secret go"]);
        } else {
            assert_eq!(units(&project), ["a go"]);
            let said = "secret cannot be read: Permission denied (os error 13)";
            assert_eq!(project.warnings, [said]);
            assert_eq!(answer.unreadable, [said]);
            assert!(exists(&tree.root(), "secret/go.mod").is_err(), "it may exist");
        }
    });
}

#[test]
fn a_huge_manifest_is_not_read() {
    let tree = Tree::of(&[("Cargo.toml", "[package]\nname = 'a'\n")]);
    let file = std::fs::File::options()
        .write(true)
        .open(tree.root().join("Cargo.toml"))
        .unwrap();
    file.set_len(64 * 1024 * 1024).unwrap();
    let project = tree.project();
    assert_eq!(units(&project), [". rust"]);
    assert!(project.units[0].manifest.is_none());
    assert!(project.warnings[0].contains("too many to read"));
}
