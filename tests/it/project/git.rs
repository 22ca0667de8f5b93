//! The git state, asked of a real git.

use std::path::{Path, PathBuf};

use sdd::model::report::GitInfo;
use sdd::process;
use sdd::project::git;

use super::tree::{Plain, Tree, git_in};

fn git_program() -> PathBuf {
    which::which("git").unwrap()
}

#[track_caller]
fn read(root: &Path) -> Option<GitInfo> {
    git::read(&Plain, &git_program(), root).unwrap()
}

#[track_caller]
fn dirty(tree: &Tree) -> bool {
    read(&tree.root()).unwrap().dirty
}

#[test]
fn outside_of_a_repository_there_is_no_state() {
    assert_eq!(read(&Tree::with(&["a"]).root()), None);
    assert_eq!(read(&Tree::with(&[".git/"]).root()), None);
}

#[test]
fn a_repository_without_commits_has_a_branch_and_no_head() {
    let tree = Tree::with(&[]);
    tree.git(&["init", "-q", "-b", "trunk"]);
    let info = read(&tree.root()).unwrap();
    assert_eq!((info.head, info.branch.as_deref()), (None, Some("trunk")));
    assert!(!info.dirty);
}

#[test]
fn a_clean_commit_has_a_head_and_a_branch() {
    let tree = Tree::with(&["a b", "ü"]);
    tree.commit_all();
    let info = read(&tree.root()).unwrap();
    assert_eq!(info.head.unwrap().len(), 40);
    assert_eq!(info.branch.as_deref(), Some("main"));
    assert_eq!((info.base, info.dirty), (None, false));
}

#[test]
fn a_detached_head_has_no_branch() {
    let tree = Tree::with(&["a"]);
    tree.commit_all();
    tree.git(&["checkout", "-q", "--detach"]);
    let info = read(&tree.root()).unwrap();
    assert!(info.head.is_some() && info.branch.is_none());
}

#[test]
fn every_kind_of_change_is_dirty() {
    let changed = |change: &dyn Fn(&Tree)| {
        let tree = Tree::of(&[("a", "1\n2\n3\n"), (".gitignore", "ignored\n")]);
        tree.commit_all();
        assert!(!dirty(&tree));
        change(&tree);
        dirty(&tree)
    };
    assert!(changed(&|tree| tree.write("a", "other")));
    assert!(changed(&|tree| tree.write("new\nline", "")));
    assert!(changed(&|tree| tree.write("dir/with space/ü", "")));
    assert!(changed(&|tree| tree.git(&["mv", "a", "b c"])));
    assert!(changed(
        &|tree| std::fs::remove_file(tree.root().join("a")).unwrap()
    ));
    assert!(!changed(&|tree| tree.write("ignored", "")));
}

#[test]
fn configuration_does_not_hide_changes() {
    let tree = Tree::with(&["a"]);
    tree.commit_all();
    tree.git(&["config", "status.showUntrackedFiles", "no"]);
    tree.write("new", "");
    assert!(dirty(&tree));
}

#[test]
fn what_sdd_writes_itself_is_not_dirty_and_the_configuration_is() {
    let tree = Tree::of(&[
        ("a", ""),
        (".session/config.json", "{}"),
        (".session/tracking/work_items.json", "{}"),
    ]);
    tree.commit_all();
    tree.write(".session/runs/1/log", "x");
    tree.write(".session/reports/latest.json", "x");
    tree.write(".session/.lock", "x");
    tree.write(".session/tracking/work_items.json", "{ }");
    assert!(!dirty(&tree));
    tree.write(".session/config.json", "{ }");
    assert!(dirty(&tree));
}

#[test]
fn an_untracked_session_directory_counts_by_what_is_in_it() {
    let tree = Tree::with(&["a"]);
    tree.commit_all();
    tree.write(".session/runs/1/log", "x");
    tree.write(".session/reports/latest.json", "x");
    assert!(!dirty(&tree));
    tree.write(".session/config.json", "{}");
    assert!(dirty(&tree));
}

#[test]
fn a_project_in_a_subdirectory_is_seen_in_its_repository() {
    let tree = Tree::with(&["top", "with space/p/a"]);
    tree.commit_all();
    let p = tree.root().join("with space/p");
    tree.write("with space/p/.session/runs/1/log", "x");
    let info = read(&p).unwrap();
    assert_eq!(
        (info.dirty, info.prefix.as_deref()),
        (false, Some("with space/p"))
    );
    assert_eq!(read(&tree.root()).unwrap().prefix, None);
    // Somebody else's state of that name is not ours.
    tree.write(".session/runs/1/log", "x");
    assert!(read(&p).unwrap().dirty);
}

#[test]
fn a_work_tree_with_a_git_file_is_a_repository() {
    let tree = Tree::with(&["main/a"]);
    let main = tree.root().join("main");
    git_in(&main, &["init", "-q", "-b", "main"]);
    git_in(&main, &["add", "-A"]);
    git_in(&main, &["commit", "-q", "-m", "one"]);
    git_in(&main, &["worktree", "add", "-q", "-b", "side", "../side"]);
    let info = read(&tree.root().join("side")).unwrap();
    assert_eq!((info.branch.as_deref(), info.dirty), (Some("side"), false));
}

#[test]
fn a_broken_repository_is_an_error_and_not_none() {
    let tree = Tree::of(&[("a/.git", "gitdir: /nonexistent\n")]);
    tree.write("b/.git/HEAD", "garbage");
    for place in ["a", "b"] {
        let answer = git::read(&Plain, &git_program(), &tree.root().join(place));
        assert!(
            matches!(answer, Err(git::Error::Failed { .. })),
            "{place}: {answer:?}"
        );
    }
}

#[test]
fn a_missing_git_is_said() {
    let tree = Tree::with(&[]);
    let answer = git::read(&Plain, Path::new("/nonexistent/git"), &tree.root());
    assert!(matches!(
        answer,
        Err(git::Error::Process {
            source: process::Error::NotFound { .. }
        })
    ));
}

#[cfg(unix)]
#[test]
fn nothing_that_a_hostile_repository_configures_runs() {
    use std::os::unix::fs::PermissionsExt as _;

    let tree = Tree::with(&["a"]);
    tree.commit_all();
    let trap = "#!/bin/sh\ntouch sprung\n";
    for path in ["evil.sh", ".git/hooks/post-index-change"] {
        tree.write(path, trap);
        let full = tree.root().join(path);
        std::fs::set_permissions(full, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let evil = tree.root().join("evil.sh");
    let evil = evil.to_str().unwrap();
    tree.write("a", "changed");
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.status",
        "diff.external",
        "core.sshCommand",
    ] {
        tree.git(&["config", key, evil]);
    }
    assert!(dirty(&tree));
    assert!(!tree.root().join("sprung").exists());
    tree.git(&["status"]);
    assert!(tree.root().join("sprung").exists(), "the trap was never armed");
}
