//! The digest of a work tree and what differs from a commit, asked of a real git.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sdd::project::git;

use super::tree::{Plain, Tree};

fn git_program() -> PathBuf {
    which::which("git").unwrap()
}

#[track_caller]
fn look(tree: &Tree) -> git::Tree {
    git::tree(&Plain, &git_program(), &tree.root()).unwrap().unwrap()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A repository with some files in it.
fn repository() -> Tree {
    let tree = Tree::of(&[("a", "1\n"), ("dir/b", "2\n"), (".gitignore", "ignored\n")]);
    tree.commit_all();
    tree
}

/// Whether a change changes the digest, which it must have before and behind it.
#[track_caller]
fn check(change: impl FnOnce(&Tree), expect: bool) {
    let tree = repository();
    tree.write("a", "changed\n");
    let before = look(&tree).digest.unwrap();
    assert_eq!(
        look(&tree).digest.as_ref(),
        Some(&before),
        "the same tree has the same digest"
    );
    change(&tree);
    assert_eq!(look(&tree).digest.unwrap() != before, expect);
}

#[test]
fn whatever_a_tool_could_see_changes_the_digest() {
    check(|tree| tree.write("a", "changed again\n"), true);
    check(|tree| tree.write("dir/b", "changed\n"), true);
    check(|tree| tree.write("new/deep/file", ""), true);
    check(
        |tree| std::fs::remove_file(tree.root().join("dir/b")).unwrap(),
        true,
    );
    check(|tree| tree.git(&["mv", "dir/b", "dir/c"]), true);
    check(super::tree::Tree::commit_all, true);
    check(
        |tree| {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(tree.root().join("a"), mode).unwrap();
        },
        true,
    );
    check(
        |tree| {
            std::fs::remove_file(tree.root().join("dir/b")).unwrap();
            std::os::unix::fs::symlink("../a", tree.root().join("dir/b")).unwrap();
        },
        true,
    );
}

#[test]
fn what_is_none_of_the_projects_does_not_change_it() {
    check(|tree| tree.write("ignored", "x"), false);
    check(|tree| tree.write(".session/reports/latest.json", "{}"), false);
    check(
        |tree| tree.write(".session/tracking/status_update.json", "{}"),
        false,
    );
    check(|tree| tree.git(&["add", "a"]), false);
    // The same text, written once more.
    check(|tree| tree.write("a", "changed\n"), false);
    check(|tree| tree.write(".session/config.json", "{}"), true);
}

#[test]
fn what_cannot_be_told_by_its_content_has_no_digest() {
    let tree = repository();
    tree.write("inner/x", "");
    super::tree::git_in(&tree.root().join("inner"), &["init", "-q"]);
    assert_eq!(look(&tree).digest, None);
    let large = repository();
    let file = std::fs::File::create(large.root().join("large")).unwrap();
    file.set_len(40 * 1024 * 1024).unwrap();
    let found = look(&large);
    assert_eq!((found.digest, found.changed), (None, names(&["large"])));
}

#[test]
fn what_differs_is_named_relative_to_the_project() {
    let tree = Tree::of(&[
        ("app/a", "1\n"),
        ("other", "2\n"),
        ("app/.session/config.json", "{}\n"),
    ]);
    tree.commit_all();
    tree.write("app/a", "changed\n");
    tree.write("app/new", "");
    tree.write("other", "changed\n");
    tree.write("app/.session/runs/x", "");
    let app = tree.root().join("app");
    let found = git::tree(&Plain, &git_program(), &app).unwrap().unwrap();
    assert_eq!(found.changed, names(&["a", "new", "other"]));
    assert!(found.info.dirty && found.info.base.is_none());
    let between = |from: &str, to: &str| git::changed_between(&Plain, &git_program(), &app, from, to);
    assert_eq!(between("HEAD", "HEAD").unwrap(), names(&[]));
    tree.commit_all();
    assert_eq!(between("HEAD~1", "HEAD").unwrap(), names(&["a", "new", "other"]));
    assert!(between("HEAD~9", "HEAD").is_err());
}

#[test]
fn outside_of_a_repository_there_is_no_tree() {
    let tree = Tree::with(&["a"]);
    assert_eq!(git::tree(&Plain, &git_program(), &tree.root()).unwrap(), None);
}
