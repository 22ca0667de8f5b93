//! What git tracks is a part of the project, whatever its rules ignore and whatever a directory is called.

use std::path::PathBuf;

use regex::bytes::Regex;
use sdd::project::files::grep;
use sdd::project::git::Index;
use sdd::project::{Project, detect};

use super::tree::{Plain, Tree, units};

const PROJECT: &str = "[project]\nname = 'a'\n";

fn git_program() -> PathBuf {
    which::which("git").unwrap()
}

/// The project of a tree, with git asked about it.
#[track_caller]
fn project_in(tree: &Tree, dir: &str, exclude: &[&str]) -> Project {
    let program = git_program();
    let exclude: Vec<String> = exclude.iter().map(|&glob| glob.to_owned()).collect();
    let index = Index {
        runner: &Plain,
        program: &program,
    };
    detect::project(&tree.root().join(dir), &exclude, Some(index)).unwrap()
}

/// A tree of which these files are committed, ignored or not.
fn committed(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::of(files);
    tree.git(&["init", "-q", "-b", "main"]);
    tree.git(&["add", "-f", "-A"]);
    tree.git(&["commit", "-q", "-m", "one"]);
    tree
}

#[track_caller]
fn check(files: &[(&str, &str)], expect: &[&str], warnings: &[&str]) {
    let project = project_in(&committed(files), "", &[]);
    assert_eq!(units(&project), expect);
    let said: Vec<&str> = project.warnings.iter().map(String::as_str).collect();
    assert_eq!(said.len(), warnings.len(), "{said:?}");
    for (said, part) in said.iter().zip(warnings) {
        assert!(said.contains(part), "{said:?}");
    }
}

#[test]
fn tracked_units_are_found_whatever_is_ignored_and_whatever_they_are_called() {
    check(
        &[
            (".gitignore", "lib/\n/ignored/\n*.gen\n"),
            ("services/api/pyproject.toml", PROJECT),
            ("services/build/pyproject.toml", PROJECT),
            ("services/lib/pyproject.toml", PROJECT),
            ("ignored/build/Cargo.toml", "[package]\nname = 'a'\n"),
            ("target/dist/go.mod", "module a\n"),
            ("vendor/package.json", r#"{"scripts": {"test": "node --test"}}"#),
            ("a.gen/deep/setup.py", ""),
        ],
        &[
            "a.gen/deep python",
            "ignored/build rust",
            "services/api python",
            "services/build python",
            "services/lib python",
            "target/dist go",
            "vendor javascript",
        ],
        &[],
    );
}

#[test]
fn the_sources_of_ignored_and_tracked_units_are_seen() {
    let tree = committed(&[
        (".gitignore", "lib/\n"),
        ("go.mod", "module a\n"),
        ("lib/a.go", "package lib\n"),
        ("tool/pyproject.toml", PROJECT),
        ("tool/lib/danger.py", ""),
        ("loose/lib/x.py", ""),
    ]);
    tree.write("tool/other/lib/untracked.py", "");
    tree.write("lib/untracked.go", "package lib\n");
    let project = project_in(&tree, "", &[]);
    assert_eq!(units(&project), [". go", "tool python"]);
    assert_eq!(project.units[0].go.sources, ["lib/a.go"]);
    assert_eq!(project.units[1].python.ignored, Vec::<String>::new());
    assert!(
        project.warnings[0].contains("loose/lib/x.py"),
        "{:?}",
        project.warnings
    );
    let found = grep(
        &tree.root(),
        ".",
        &Regex::new("package").unwrap(),
        &project.tracked,
    )
    .unwrap();
    let paths: Vec<&str> = found.matches.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(paths, ["lib/a.go"]);
    let found = grep(
        &tree.root(),
        "**/*.go",
        &Regex::new("package").unwrap(),
        &project.tracked,
    )
    .unwrap();
    assert_eq!(found.files_searched, 1);
    let found = grep(
        &tree.root(),
        "lib",
        &Regex::new("package").unwrap(),
        &project.tracked,
    )
    .unwrap();
    assert_eq!(
        found.matches_total, 2,
        "a directory that is named is searched whole"
    );
}

#[test]
fn what_is_ignored_and_not_tracked_stays_out() {
    let tree = committed(&[(".gitignore", "lib/\n"), ("a/pyproject.toml", PROJECT)]);
    tree.write("lib/pyproject.toml", PROJECT);
    tree.write("build/pyproject.toml", PROJECT);
    tree.write("a/lib/x.py", "");
    let project = project_in(&tree, "", &[]);
    assert_eq!(units(&project), ["a python"]);
    assert_eq!(project.units[0].python.ignored, ["lib"]);
    assert_eq!(project.warnings, Vec::<String>::new());
    assert_eq!(project.left_out, ["build: vendored or built, by its name"]);
}

#[test]
fn copied_code_and_what_a_compiler_wrote_stay_out_and_are_said() {
    check(
        &[
            ("go.mod", "module a\n"),
            ("vendor/modules.txt", ""),
            ("vendor/example.com/b/go.mod", "module b\n"),
            ("crates/vendor/c/Cargo.toml", "[package]\nname = 'c'\n"),
            ("crates/vendor/c/.cargo-checksum.json", "{}"),
            ("dist/package.json", r#"{"type": "module"}"#),
            ("node_modules/d/package.json", r#"{"name": "d"}"#),
            ("third_party/e/setup.py", ""),
            ("tests/fixtures/f/setup.py", ""),
            ("build/notes.txt", ""),
        ],
        &[". go"],
        &["crates/vendor, dist, node_modules, tests/fixtures, third_party and 1 more"],
    );
}

#[test]
fn hidden_and_excluded_directories_stay_out() {
    let tree = committed(&[
        (".gitignore", ".hidden/\nlib/\n.session/runs\n"),
        (".hidden/go.mod", ""),
        (".session/runs/x/go.mod", ""),
        ("lib/.hidden/go.mod", ""),
        ("lib/build/go.mod", ""),
        ("build/go.mod", ""),
    ]);
    let project = project_in(&tree, "", &["lib", "build"]);
    assert_eq!(units(&project), Vec::<String>::new());
    assert_eq!(project.warnings, Vec::<String>::new());
    assert_eq!(
        project.left_out,
        [
            "build: excluded by the configuration",
            "lib: excluded by the configuration"
        ]
    );
}

#[test]
fn a_root_in_a_subdirectory_and_deleted_files_are_understood() {
    let tree = committed(&[
        (".gitignore", "lib/\n"),
        ("a/lib/go.mod", ""),
        ("a/gone/lib/go.mod", ""),
        ("b/lib/go.mod", ""),
    ]);
    std::fs::remove_dir_all(tree.root().join("a/gone")).unwrap();
    assert_eq!(units(&project_in(&tree, "a", &[])), ["lib go"]);
}

#[cfg(unix)]
#[test]
fn a_tracked_file_behind_a_link_is_not_followed() {
    let tree = committed(&[(".gitignore", "lib/\n"), ("lib/go.mod", "")]);
    let outside = Tree::with(&["go.mod"]);
    std::fs::remove_dir_all(tree.root().join("lib")).unwrap();
    tree.link(outside.root(), "lib");
    assert_eq!(units(&project_in(&tree, "", &[])), Vec::<String>::new());
}

#[test]
fn a_repository_that_ignores_the_whole_project_says_each_file_once() {
    let tree = committed(&[
        (".gitignore", "*\n"),
        ("code/app/setup.py", ""),
        ("code/app/pom.xml", ""),
        ("code/app/.gitignore", "out\n"),
        ("code/app/out/pom.xml", ""),
    ]);
    let project = project_in(&tree, "code/app", &[]);
    assert_eq!(units(&project), [". python"]);
    let said = &project.warnings[0];
    assert!(said.starts_with("Java (out/pom.xml and 1 more)"), "{said}");
}

#[test]
fn without_an_answer_of_git_that_is_said() {
    let tree = committed(&[("go.mod", ""), ("build/go.mod", "")]);
    tree.write(".git/index", "broken");
    let project = project_in(&tree, "", &[]);
    assert_eq!(units(&project), [". go"]);
    assert!(
        project.warnings[0].starts_with("which ignored files git tracks is unknown: git ls-files ended with"),
        "{:?}",
        project.warnings
    );
    let last = project.warnings.last().unwrap();
    assert!(last.contains("left out by name"), "{last}");
    let found = grep(&tree.root(), ".", &Regex::new("x").unwrap(), &project.tracked).unwrap();
    assert_eq!(found.unreadable.len(), 1, "what is not known was not searched");
}
