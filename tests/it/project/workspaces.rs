//! Cargo, npm, pnpm, yarn and Go workspaces.

use super::tree::{Tree, check, units};

#[test]
fn a_cargo_workspace_is_one_unit() {
    check(
        &[
            (
                "Cargo.toml",
                "[workspace]\nmembers = ['crates/*', 'tools/a']\nexclude = ['crates/old']\n",
            ),
            ("crates/one/Cargo.toml", "[package]\nname = 'one'\n"),
            ("crates/two/Cargo.toml", "[package]\nname = 'two'\n"),
            ("crates/old/Cargo.toml", "[package]\nname = 'old'\n"),
            ("tools/a/Cargo.toml", "[package]\nname = 'a'\n"),
            ("fuzz/Cargo.toml", "[package]\nname = 'fuzz'\n[workspace]\n"),
            ("stray/Cargo.toml", "[package]\nname = 'stray'\n"),
        ],
        &[". rust", "crates/old rust", "fuzz rust", "stray rust"],
    );
}

#[test]
fn path_dependencies_below_a_cargo_workspace_are_members() {
    check(
        &[
            (
                "Cargo.toml",
                "[package]\nname='r'\n[workspace]\n[workspace.dependencies]\nshared={path='shared'}\nunused={path='unused'}\n\
                 [dependencies]\nshared.workspace=true\n[dev-dependencies]\nhelp={path='help'}\n\
                 [target.'cfg(unix)'.dependencies]\nunixy={path='unixy'}\n",
            ),
            (
                "shared/Cargo.toml",
                "[package]\nname='shared'\n[dependencies]\ndeep={path='../deep'}\n",
            ),
            ("deep/Cargo.toml", "[package]\nname='deep'\n"),
            ("help/Cargo.toml", "[package]\nname='help'\n"),
            ("unixy/Cargo.toml", "[package]\nname='unixy'\n"),
            ("unused/Cargo.toml", "[package]\nname='unused'\n"),
        ],
        &[". rust", "unused rust"],
    );
}

#[test]
fn members_are_those_that_cargo_itself_counts() {
    // As `cargo metadata` of 1.95 said for this very tree; in `stray` it refuses to work.
    let package = |name: &str| format!("[package]\nname='{name}'\n");
    let deep = package("shared") + "[dependencies]\ndeep={path='../deep'}\n";
    check(
        &[
            (
                "Cargo.toml",
                "[package]\nname='r'\n\
                 [workspace]\nmembers=['crates/*','x/expl']\nexclude=['crates/old','x','dep']\n\
                 [workspace.dependencies]\nunused={path='unused'}\nshared={path='shared'}\n\
                 [dependencies]\nshared.workspace=true\ndep={path='dep'}\nin={path='inner'}\n",
            ),
            ("crates/one/Cargo.toml", &package("one")),
            ("crates/old/Cargo.toml", &package("old")),
            ("x/expl/Cargo.toml", &package("expl")),
            ("unused/Cargo.toml", &package("unused")),
            ("shared/Cargo.toml", &deep),
            ("deep/Cargo.toml", &package("deep")),
            ("dep/Cargo.toml", &package("dep")),
            ("inner/Cargo.toml", &package("in")),
            ("stray/Cargo.toml", &package("stray")),
        ],
        &[
            ". rust",
            "crates/old rust",
            "dep rust",
            "stray rust",
            "unused rust",
        ],
    );
}

#[test]
fn a_package_without_a_workspace_covers_nothing_below_it() {
    check(
        &[
            (
                "Cargo.toml",
                "[package]\nname='r'\n[dependencies]\nmacros={path='macros'}\n",
            ),
            ("macros/Cargo.toml", "[package]\nname='macros'\n"),
        ],
        &[". rust", "macros rust"],
    );
}

#[test]
fn nested_cargo_workspaces_are_units_of_their_own() {
    check(
        &[
            ("Cargo.toml", "[workspace]\nmembers = ['**']\n"),
            ("a/Cargo.toml", "[package]\nname='a'\n"),
            ("b/Cargo.toml", "[workspace]\nmembers = ['c']\n"),
            ("b/c/Cargo.toml", "[package]\nname='c'\n"),
        ],
        &[". rust", "b rust"],
    );
}

#[test]
fn a_broken_cargo_workspace_hides_nothing() {
    let tree = Tree::of(&[
        ("Cargo.toml", "[workspace\nmembers = ['a']\n"),
        ("a/Cargo.toml", "[package]\nname='a'\n"),
    ]);
    let project = tree.project();
    assert_eq!(units(&project), [". rust", "a rust"]);
    assert_eq!(project.warnings.len(), 1);
}

#[test]
fn members_of_an_npm_workspace_are_units_when_they_have_tests() {
    for root in [
        r#"{"workspaces":["packages/*"]}"#,
        r#"{"workspaces":{"packages":["./packages/*/"]}}"#,
    ] {
        check(
            &[
                ("package.json", root),
                (
                    "packages/tested/package.json",
                    r#"{"scripts":{"test":"vitest run"}}"#,
                ),
                ("packages/plain/package.json", r#"{"scripts":{"build":"tsc"}}"#),
                (
                    "packages/init/package.json",
                    r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#,
                ),
                ("outside/package.json", r#"{"scripts":{"build":"tsc"}}"#),
            ],
            &[". javascript", "outside javascript", "packages/tested javascript"],
        );
    }
}

#[test]
fn pnpm_and_lerna_name_members_too() {
    check(
        &[
            ("package.json", "{}"),
            (
                "pnpm-workspace.yaml",
                "packages:\n  - 'apps/**'\n  - '!apps/old'\n",
            ),
            ("lerna.json", r#"{"packages":["libs/*"]}"#),
            ("apps/a/b/package.json", r#"{"dependencies":{}}"#),
            ("apps/old/package.json", r#"{"dependencies":{}}"#),
            ("libs/c/package.json", r#"{"dependencies":{}}"#),
        ],
        &[". javascript", "apps/old javascript"],
    );
}

#[test]
fn a_note_to_a_bundler_is_no_unit_below_the_root() {
    check(
        &[
            ("package.json", r#"{"type":"module"}"#),
            ("esm/package.json", r#"{"type":"module"}"#),
            ("broken/package.json", "{"),
        ],
        &[". javascript", "broken javascript"],
    );
}

#[test]
fn each_go_module_is_a_unit_whatever_go_work_says() {
    check(
        &[
            ("go.work", "go 1.24\nuse (\n ./a\n ./b\n)\n"),
            ("a/go.mod", "module a"),
            ("b/go.mod", "module b"),
            ("c/go.mod", "module c"),
        ],
        &["a go", "b go", "c go"],
    );
}

#[test]
fn a_go_workspace_alone_is_no_unit_and_its_wrong_members_are_said() {
    let tree = Tree::of(&[
        (
            "go.work",
            "go 1.24\nuse (\n ./a // ours\n ./missing\n ../beside\n ./vendor/x\n)\n",
        ),
        ("a/go.mod", "module a"),
        ("vendor/x/go.mod", "module x"),
        ("empty/go.work", "go 1.24\n"),
    ]);
    let project = tree.project();
    assert_eq!(units(&project), ["a go"]);
    assert_eq!(
        project.warnings,
        [
            "go.work uses ./missing, which has no go.mod: go refuses to work until that is corrected",
            "go.work uses ../beside, which lies outside of the project; no gate looks at it",
            "go.work uses ./vendor/x, which is left out here; no gate looks at it",
            "empty/go.work uses no module",
            "left out by name, so that no gate looks at projects there: vendor; `units` in config.json makes a unit \
             of a directory, `exclude` silences this",
        ]
    );
}

#[test]
fn go_files_without_a_module_are_said() {
    let tree = Tree::of(&[
        ("a/go.mod", "module a"),
        ("a/b/in.go", "package b"),
        ("c/z.go", "package c"),
        ("c/out.go", "package c"),
    ]);
    let said = "the Go file c/out.go belongs to no module; a go.mod makes a directory a unit, `exclude` silences this";
    assert_eq!(tree.project().warnings, [said]);
    let tree = Tree::of(&[
        ("a.go", "package a"),
        ("d/e.go", "package d"),
        ("f/g.go", "package f"),
    ]);
    let warnings = tree.project().warnings;
    assert!(
        warnings[0].starts_with("the Go file a.go belongs to no module, nor do those in 2 more places; "),
        "{warnings:?}"
    );
}

#[test]
fn members_that_an_npm_workspace_names_and_that_are_missing_are_said() {
    let root =
        r#"{"workspaces":["packages/*","tools/gone","./tools/there","../beside","!packages/old","extra/?"]}"#;
    let tree = Tree::of(&[
        ("package.json", root),
        ("tools/there/package.json", "{"),
        ("tools/gone/index.js", ""),
    ]);
    let mut warnings = tree.project().warnings;
    warnings.retain(|warning| warning.contains("workspace"));
    assert_eq!(
        warnings,
        ["tools/gone", "../beside"].map(|member| format!(
            "the workspace in . names {member}, which has no package.json: no gate looks at it"
        ))
    );
}

#[test]
fn typescript_without_a_package_is_said() {
    let tree = Tree::of(&[
        ("lib/tsconfig.json", "{}"),
        ("web/package.json", r#"{"scripts": {"test": "jest"}}"#),
        ("web/tsconfig.json", "{}"),
        ("web/sub/tsconfig.build.json", "{}"),
    ]);
    let warnings = tree.project().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(
        warnings[0].starts_with("lib/tsconfig.json belongs to no package"),
        "{warnings:#?}"
    );
}
