//! The root, markers, and what is left out.

use sdd::project::{Error, detect};

use super::tree::{Tree, check, git_in, units};

#[test]
fn the_root_is_the_nearest_directory_with_a_session_directory() {
    let tree = Tree::with(&[".session/", "a/.session/", "a/b/c/", "d/.session", "d/e/"]);
    let root = tree.root();
    let find = |path: &str| detect::find_root(&root.join(path));
    assert_eq!(find("a/b/c"), Some(root.join("a")));
    assert_eq!(find("."), Some(root.clone()));
    assert_eq!(find("d/e"), Some(root.clone()), "a file of that name is no state");
    assert_eq!(find("missing"), None);
}

#[test]
fn without_a_session_the_root_is_the_repository_and_then_the_start() {
    let tree = Tree::with(&["r/.git/", "r/a/b/", "w/.git", "w/a/", "plain/"]);
    let root = tree.root();
    let find = |path: &str| detect::default_root(&root.join(path));
    assert_eq!(find("r/a/b"), root.join("r"));
    assert_eq!(find("w/a"), root.join("w"), "a work tree has a file of that name");
    assert_eq!(find("plain"), root.join("plain"));
    assert_eq!(find("missing"), root.join("missing"));
    assert_eq!(detect::find_root(&root.join("r/a")), None);
}

#[cfg(unix)]
#[test]
fn the_root_has_no_links() {
    let tree = Tree::with(&["real/.session/", "real/a/"]);
    tree.link("real", "link");
    let root = tree.root();
    assert_eq!(detect::find_root(&root.join("link/a")), Some(root.join("real")));
    let project = detect::project(&root.join("link"), &[], None).unwrap();
    assert_eq!(project.root, root.join("real"));
}

#[test]
fn each_language_is_found_by_its_markers() {
    check(&[("pyproject.toml", "[project]\nname = 'a'")], &[". python"]);
    check(&[("setup.py", "")], &[". python"]);
    check(&[("setup.cfg", "[metadata]\nname = a")], &[". python"]);
    check(&[("Pipfile", "")], &[". python"]);
    check(&[("package.json", "{}")], &[". javascript"]);
    check(
        &[("package.json", "{}"), ("tsconfig.json", "{}")],
        &[". typescript"],
    );
    check(
        &[("package.json", "{}"), ("tsconfig.build.json", "{}")],
        &[". typescript"],
    );
    check(&[("Cargo.toml", "[package]\nname = 'a'")], &[". rust"]);
    check(&[("go.mod", "module a")], &[". go"]);
    check(&[("tsconfig.json", "{}"), ("README.md", "")], &[]);
    check(&[], &[]);
}

#[test]
fn markers_are_noted_as_the_reason() {
    let tree = Tree::of(&[
        ("pyproject.toml", "[project]\nname = 'a'"),
        ("requirements-dev.txt", ""),
        ("tox.ini", ""),
        ("package.json", "{}"),
        ("tsconfig.json", "{}"),
    ]);
    let project = tree.project();
    assert_eq!(
        project.units[0].unit.markers,
        ["pyproject.toml", "requirements-dev.txt", "tox.ini"]
    );
    assert_eq!(project.units[1].unit.markers, ["package.json", "tsconfig.json"]);
}

#[test]
fn several_languages_in_a_monorepo_of_three_levels_are_all_found_in_order() {
    check(
        &[
            ("Cargo.toml", "[package]\nname = 'a'"),
            ("package.json", "{}"),
            ("services/api/pyproject.toml", "[project]\nname = 'api'"),
            ("services/api/deep/worker/go.mod", "module w"),
            ("services/web/package.json", r#"{"scripts":{}}"#),
            ("services/web/tsconfig.json", "{}"),
            ("services-x/go.mod", "module x"),
        ],
        &[
            ". javascript",
            ". rust",
            "services-x go",
            "services/api python",
            "services/api/deep/worker go",
            "services/web typescript",
        ],
    );
}

#[test]
fn vendored_built_and_hidden_trees_are_left_out_and_said() {
    let tree = Tree::with(&[
        "go.mod",
        "node_modules/x/package.json",
        "a/vendor/y/go.mod",
        "third_party/z/Cargo.toml",
        "venv/setup.py",
        "env/pyvenv.cfg",
        "env/lib/setup.py",
        "odd name/pyvenv.cfg",
        "odd name/share/setup.py",
        "target/package/Cargo.toml",
        "dist/package.json",
        "build/setup.py",
        "x/site-packages/setup.py",
        "x/__pycache__/setup.py",
        "pkg/testdata/go.mod",
        ".hidden/go.mod",
        ".venv/setup.py",
        ".session/runs/go.mod",
        ".tox/setup.py",
    ]);
    let project = tree.project();
    assert_eq!(units(&project), [". go"]);
    assert_eq!(
        project.warnings,
        [
            "left out by name, so that no gate looks at projects there: a/vendor, build, dist, pkg/testdata, target \
             and 2 more; `units` in config.json makes a unit of a directory, `exclude` silences this"
        ]
    );
    let by_name = [
        "a/vendor",
        "build",
        "dist",
        "node_modules",
        "pkg/testdata",
        "target",
        "third_party",
        "venv",
        "x/__pycache__",
        "x/site-packages",
    ];
    let mut expect: Vec<String> = by_name
        .iter()
        .map(|dir| format!("{dir}: vendored or built, by its name"))
        .chain(["env", "odd name"].map(|dir| format!("{dir}: a virtual environment")))
        .collect();
    expect.sort();
    assert_eq!(project.left_out, expect);
}

#[test]
fn an_env_without_a_virtual_environment_is_a_directory_like_others() {
    check(&[("env/setup.py", "")], &["env python"]);
}

#[test]
fn inputs_of_tests_are_left_out_below_tests_only() {
    check(
        &[
            ("go.mod", ""),
            ("tests/fixtures/a/go.mod", ""),
            ("tests/it/tool-output/b/go.mod", ""),
            ("src/__tests__/__fixtures__/package.json", "{}"),
            ("fixtures/c/go.mod", ""),
        ],
        &[". go", "fixtures/c go"],
    );
}

#[test]
fn a_root_below_such_a_name_is_a_root_like_others() {
    let tree = Tree::with(&["tests/fixtures/build/a/go.mod"]);
    let project = detect::project(&tree.root().join("tests/fixtures/build"), &[], None).unwrap();
    assert_eq!(units(&project), ["a go"]);
}

#[test]
fn excluded_globs_are_left_out() {
    let tree = Tree::with(&["a/go.mod", "b/x/go.mod", "b/y/go.mod", "c/old/go.mod", "d/go.mod"]);
    assert_eq!(units(&tree.project_without(&["./a/", "b/*", "**/old"])), ["d go"]);
    assert_eq!(
        units(&tree.project_without(&["b/**"])),
        ["a go", "c/old go", "d go"]
    );
    assert_eq!(units(&tree.project_without(&["*"])), Vec::<String>::new());
}

#[test]
fn an_exclusion_that_is_no_glob_is_an_error() {
    let tree = Tree::with(&[]);
    let error = detect::project(&tree.root(), &["a[".to_owned()], None).unwrap_err();
    assert!(
        matches!(&error, Error::Glob { pattern, .. } if pattern == "a["),
        "{error}"
    );
}

#[test]
fn a_missing_root_is_an_error_and_no_empty_project() {
    let tree = Tree::with(&["file"]);
    for path in ["missing", "file"] {
        assert!(matches!(
            detect::project(&tree.root().join(path), &[], None),
            Err(Error::Root { .. })
        ));
    }
}

#[test]
fn git_ignored_trees_are_left_out_without_a_repository() {
    let tree = Tree::of(&[
        (".gitignore", "/out\n*.gen\n!keep.gen\n"),
        ("go.mod", ""),
        ("out/go.mod", ""),
        ("a.gen/go.mod", ""),
        ("keep.gen/go.mod", ""),
        ("a/.gitignore", "b\n"),
        ("a/b/go.mod", ""),
        ("a/out/go.mod", ""),
        (".ignore", "a\n"),
    ]);
    assert_eq!(units(&tree.project()), [". go", "a/out go", "keep.gen go"]);
}

#[test]
fn a_root_in_a_subdirectory_obeys_its_repository_and_nothing_above_it() {
    let tree = Tree::of(&[
        (".gitignore", "go.mod\n"),
        ("repo/.gitignore", "/sub/out\ngenerated\n"),
        ("repo/sub/go.mod", ""),
        ("repo/sub/out/go.mod", ""),
        ("repo/sub/a/generated/go.mod", ""),
        ("repo/sub/excluded/go.mod", ""),
    ]);
    let repo = tree.root().join("repo");
    git_in(&repo, &["init", "-q"]);
    tree.write("repo/.git/info/exclude", "excluded\n");
    let project = detect::project(&repo.join("sub"), &[], None).unwrap();
    assert_eq!(units(&project), [". go"]);
}

#[test]
fn a_repository_that_ignores_everything_does_not_hide_a_project_in_it() {
    // Home directories under version control ignore everything and add what they want by force.
    let tree = Tree::of(&[
        (".gitignore", "*\n"),
        ("code/app/go.mod", ""),
        ("code/app/.gitignore", "out\n"),
        ("code/app/out/go.mod", ""),
    ]);
    tree.git(&["init", "-q"]);
    let project = detect::project(&tree.root().join("code/app"), &[], None).unwrap();
    assert_eq!(units(&project), [". go"]);
}

#[test]
fn languages_without_gates_are_said() {
    let tree = Tree::with(&["pom.xml", "b/pom.xml", "lib/x.csproj"]);
    let project = tree.project();
    assert_eq!(units(&project), Vec::<String>::new());
    assert_eq!(
        project.warnings,
        [
            ".NET (lib/x.csproj) is not a language that sdd has gates for; nothing looks at it",
            "Java (b/pom.xml and 1 more) is not a language that sdd has gates for; nothing looks at it",
        ]
    );
}

#[test]
fn the_answer_is_the_same_every_time() {
    let files: Vec<String> = (0..200).map(|n| format!("d{}/e{n}/go.mod", n % 7)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let tree = Tree::with(&files);
    let first = units(&tree.project());
    assert_eq!(first.len(), 200);
    assert!(first.is_sorted());
    for _ in 0..10 {
        assert_eq!(units(&tree.project()), first);
    }
}
