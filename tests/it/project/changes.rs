//! What changed since when, asked of a real git.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sdd::project::git::{self, Asking, Base, Changes, Error, Since, What};

use super::tree::{Plain, Tree, git_in};

fn ask(root: &Path, since: &Since) -> Result<Changes, Error> {
    let git = which::which("git").unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let asking = Asking {
        runner: &Plain,
        program: &git,
        root,
        scratch: scratch.path(),
        timeout: Duration::from_secs(60),
    };
    git::changes(&asking, since)
}

/// What changed, as `+ written`, `~ moved`, `- removed`.
#[track_caller]
fn check(root: &Path, since: &Since, expect: &[&str]) -> Base {
    match ask(root, since).unwrap() {
        Changes::NoRepository => panic!("there is a repository"),
        Changes::Of { base, files } => {
            let shown: Vec<String> = files
                .iter()
                .map(|change| {
                    let mark = match change.what {
                        What::Written => '+',
                        What::Moved => '~',
                        What::Removed => '-',
                    };
                    format!("{mark} {}", change.path)
                })
                .collect();
            assert_eq!(shown, expect);
            base
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests run git themselves")]
fn head(root: &Path) -> String {
    let output = std::process::Command::new("git")
        .current_dir(root)
        .args(["rev-parse", "HEAD"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A tree with a commit, and the commit's name.
fn committed(files: &[(&str, &str)]) -> (Tree, PathBuf, Since) {
    let tree = Tree::of(files);
    tree.commit_all();
    let root = tree.root();
    let since = Since::Commit(head(&root));
    (tree, root, since)
}

#[test]
fn commits_the_index_and_the_work_tree_count() {
    let (tree, root, since) = committed(&[
        ("a", "a\n"),
        ("b b", "b\n"),
        ("gone", "gone\n"),
        ("old", "old\n"),
        ("kept", "k\n"),
    ]);
    assert!(matches!(check(&root, &since, &[]), Base::Commit(_)));
    tree.write("a", "other\n");
    tree.commit_all();
    tree.write("b b", "other\n");
    tree.git(&["add", "b b"]);
    tree.write("new\nline", "");
    tree.write("dir/ü", "");
    std::fs::remove_file(root.join("gone")).unwrap();
    tree.git(&["mv", "old", "moved"]);
    check(
        &root,
        &since,
        &[
            "+ a",
            "+ b b",
            "+ dir/ü",
            "- gone",
            "~ moved",
            "+ new\nline",
            "- old",
        ],
    );
}

#[test]
fn what_is_changed_back_did_not_change() {
    let (tree, root, since) = committed(&[("a", "a\n")]);
    tree.write("a", "other\n");
    tree.commit_all();
    tree.write("a", "a\n");
    check(&root, &since, &[]);
}

#[cfg(unix)]
#[test]
fn other_permissions_are_no_new_content() {
    use std::os::unix::fs::PermissionsExt as _;
    let (tree, root, since) = committed(&[("run.sh", "x\n")]);
    std::fs::set_permissions(root.join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    tree.git(&["add", "run.sh"]);
    check(&root, &since, &["~ run.sh"]);
}

#[test]
fn what_git_ignores_and_what_sdd_writes_itself_do_not_count() {
    let (tree, root, since) = committed(&[
        (".gitignore", "ignored\n"),
        (".session/config.json", "{}\n"),
        (".session/tracking/work_items.json", "{}\n"),
    ]);
    tree.write("ignored", "");
    tree.write(".session/tracking/work_items.json", "{\"a\": 1}\n");
    tree.write(".session/history/session_001_summary.md", "x\n");
    tree.write(".session/reports/latest.json", "{}\n");
    check(&root, &since, &[]);
    tree.write(".session/config.json", "{\"exclude\": []}\n");
    tree.write(".session/specs/x.md", "# Bug: X\n");
    check(
        &root,
        &since,
        &["+ .session/config.json", "+ .session/specs/x.md"],
    );
}

#[test]
fn of_a_repository_around_the_project_only_the_project_counts() {
    let (tree, root, since) = committed(&[("app/a", "a\n"), ("b", "b\n")]);
    tree.write("app/a", "other\n");
    tree.write("app/new", "");
    tree.write("b", "other\n");
    tree.write("c", "");
    check(&root.join("app"), &since, &["+ a", "+ new"]);
}

#[test]
fn a_commit_that_is_not_there_is_an_error() {
    let (_tree, root, _) = committed(&[("a", "a\n")]);
    for commit in [
        "0123456789012345678901234567890123456789",
        "HEAD",
        "--output=/tmp/x",
        "",
        "0123",
    ] {
        let answer = ask(&root, &Since::Commit(commit.to_owned()));
        assert!(
            matches!(answer, Err(Error::UnknownCommit { .. })),
            "{commit:?}: {answer:?}"
        );
    }
}

#[test]
fn a_commit_that_was_collected_is_an_error() {
    let (tree, root, _) = committed(&[("a", "a\n")]);
    tree.write("a", "other\n");
    tree.commit_all();
    let since = Since::Commit(head(&root));
    tree.git(&["reset", "-q", "--hard", "HEAD~1"]);
    tree.git(&["reflog", "expire", "--expire=now", "--all"]);
    tree.git(&["gc", "-q", "--prune=now"]);
    assert!(matches!(ask(&root, &since), Err(Error::UnknownCommit { .. })));
}

#[test]
fn without_a_session_changes_count_since_the_default_branch_was_left() {
    let (tree, root, _) = committed(&[("a", "a\n")]);
    let began = head(&root);
    tree.git(&["checkout", "-q", "-b", "side"]);
    tree.write("b", "b\n");
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-q", "-m", "two"]);
    // What the default branch got meanwhile is not this branch's.
    tree.git(&["checkout", "-q", "main"]);
    tree.write("c", "c\n");
    tree.git(&["add", "-A"]);
    tree.git(&["commit", "-q", "-m", "three"]);
    tree.git(&["checkout", "-q", "side"]);
    tree.write("d", "d\n");
    let base = check(&root, &Since::DefaultBranch, &["+ b", "+ d"]);
    assert_eq!(
        base,
        Base::Branch {
            name: "main".to_owned(),
            commit: began
        }
    );
}

#[test]
fn on_the_default_branch_what_was_not_pushed_counts() {
    let upstream = Tree::of(&[("a", "a\n")]);
    upstream.commit_all();
    let tree = Tree::with(&[]);
    let from = upstream.root();
    tree.git(&["clone", "-q", from.to_str().unwrap(), "clone"]);
    let root = tree.root().join("clone");
    let base = check(&root, &Since::DefaultBranch, &[]);
    assert!(matches!(base, Base::Branch { name, .. } if name == "origin/main"));
    tree.write("clone/b", "b\n");
    git_in(&root, &["add", "-A"]);
    git_in(&root, &["commit", "-q", "-m", "two"]);
    check(&root, &Since::DefaultBranch, &["+ b"]);
}

#[test]
fn on_a_lone_default_branch_only_what_is_not_committed_counts() {
    let (tree, root, _) = committed(&[("a", "a\n")]);
    tree.write("b", "b\n");
    tree.commit_all();
    check(&root, &Since::DefaultBranch, &[]);
    tree.write("b", "other\n");
    check(&root, &Since::DefaultBranch, &["+ b"]);
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let tree = Tree::of(&[("a", "a\n"), ("b", "b\n")]);
    tree.git(&["init", "-q", "-b", "main"]);
    tree.git(&["add", "a"]);
    let base = check(&tree.root(), &Since::DefaultBranch, &["+ a", "+ b"]);
    assert_eq!(base, Base::Nothing);
}

#[test]
fn where_nothing_names_a_default_branch_there_is_no_answer() {
    let (tree, root, _) = committed(&[("a", "a\n")]);
    tree.git(&["branch", "-q", "-m", "main", "one"]);
    tree.git(&["branch", "-q", "two"]);
    assert!(matches!(
        ask(&root, &Since::DefaultBranch),
        Err(Error::NoDefaultBranch)
    ));
    tree.git(&["checkout", "-q", "--orphan", "main"]);
    tree.git(&["commit", "-q", "-m", "another root"]);
    tree.git(&["checkout", "-q", "one"]);
    assert!(matches!(
        ask(&root, &Since::DefaultBranch),
        Err(Error::Unrelated { branch }) if branch == "main"
    ));
}

#[test]
fn outside_of_a_repository_nobody_knows() {
    let tree = Tree::of(&[("a", "a\n")]);
    for since in [Since::DefaultBranch, Since::Commit("0".repeat(40))] {
        assert_eq!(ask(&tree.root(), &since).unwrap(), Changes::NoRepository);
    }
}

#[cfg(unix)]
#[test]
fn nothing_that_a_hostile_repository_configures_runs() {
    use std::os::unix::fs::PermissionsExt as _;

    let (tree, root, since) = committed(&[("a", "a\n"), (".gitattributes", "* diff=evil\n")]);
    let trap = "#!/bin/sh\ntouch sprung\n";
    for path in ["evil.sh", ".git/hooks/post-index-change"] {
        tree.write(path, trap);
        std::fs::set_permissions(root.join(path), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let evil = root.join("evil.sh");
    let evil = evil.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.diff",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.sshCommand",
    ] {
        tree.git(&["config", key, evil]);
    }
    tree.git(&["config", "diff.orderFile", "/nonexistent"]);
    tree.git(&["config", "diff.renames", "copies"]);
    tree.git(&["config", "diff.noprefix", "true"]);
    tree.write("a", "changed\n");
    check(&root, &since, &["+ a", "+ evil.sh"]);
    check(&root, &Since::DefaultBranch, &["+ a", "+ evil.sh"]);
    assert!(!root.join("sprung").exists());
}
