//! What is known of a unit.

use sdd::project::PythonRunner;

use super::tree::Tree;

const PROJECT: &str = "[project]\nname = 'a'\ndependencies = ['x']\n";

#[test]
fn a_python_unit_knows_its_manifest_requirements_and_entries() {
    let tree = Tree::of(&[
        ("pyproject.toml", PROJECT),
        ("requirements.txt", "# c\nx==1\n\n-r other.txt\n"),
        (".hidden", ""),
        ("src/a.py", ""),
    ]);
    let project = tree.project();
    let facts = &project.units[0];
    assert_eq!(facts.declared_dependencies(), Some(1));
    assert_eq!(facts.requirement_lines().unwrap(), ["x==1", "-r other.txt"]);
    assert!(facts.has(".hidden") && facts.has("src") && !facts.has("a.py"));
    assert_eq!(facts.root, tree.root());
    assert_eq!(facts.dir, tree.root());
    assert!(facts.virtualenv.is_none() && facts.site_packages.is_none());
}

#[test]
fn the_virtual_environment_is_the_nearest_real_one() {
    let tree = Tree::of(&[
        ("a/b/pyproject.toml", PROJECT),
        ("a/b/.venv/not-one", ""),
        ("a/venv/pyvenv.cfg", ""),
        ("a/venv/lib/python3.12/site-packages/", ""),
        (".venv/bin/python", ""),
        ("c/setup.py", ""),
    ]);
    let project = tree.project();
    let root = tree.root();
    assert_eq!(project.units[0].virtualenv, Some(root.join("a/venv")));
    assert_eq!(
        project.units[0].site_packages,
        Some(root.join("a/venv/lib/python3.12/site-packages"))
    );
    assert_eq!(project.units[1].virtualenv, Some(root.join(".venv")));
    assert_eq!(project.units[1].site_packages, None);
}

#[test]
fn a_virtual_environment_above_the_root_is_not_the_projects() {
    let tree = Tree::of(&[("venv/pyvenv.cfg", ""), ("uv.lock", ""), ("p/setup.py", "")]);
    let project = sdd::project::detect::project(&tree.root().join("p"), &[], None).unwrap();
    let facts = &project.units[0];
    assert_eq!(facts.virtualenv, None);
    assert_eq!(facts.runner(), None);
    let p = tree.root().join("p");
    assert_eq!(facts.tool_places(), [p.join(".venv/bin"), p.join("venv/bin")]);
}

#[test]
fn lock_files_up_to_the_root_say_how_tools_are_started() {
    let tree = Tree::of(&[
        ("uv.lock", ""),
        ("pyproject.toml", PROJECT),
        ("a/poetry.lock", ""),
        ("a/deep/pyproject.toml", PROJECT),
        ("web/package.json", r#"{"scripts":{}}"#),
        ("web/pnpm-lock.yaml", ""),
    ]);
    let project = tree.project();
    let runner: Vec<_> = project
        .units
        .iter()
        .map(sdd::project::UnitFacts::runner)
        .collect();
    assert_eq!(runner, [Some(PythonRunner::Uv), Some(PythonRunner::Poetry), None]);
    assert_eq!(PythonRunner::Poetry.words(), ["poetry", "run"]);
    assert_eq!(
        project.units[2].lock("pnpm-lock.yaml"),
        Some(tree.root().join("web/pnpm-lock.yaml").as_path())
    );
    assert_eq!(project.units[2].lock("yarn.lock"), None);
}

#[test]
fn tools_are_looked_for_from_the_unit_up_to_the_root() {
    let tree = Tree::of(&[
        ("a/pyproject.toml", PROJECT),
        ("b/c/package.json", r#"{"scripts":{}}"#),
    ]);
    let project = tree.project();
    let root = tree.root();
    assert_eq!(
        project.units[0].tool_places(),
        ["a/.venv/bin", "a/venv/bin", ".venv/bin", "venv/bin"].map(|place| root.join(place))
    );
    assert_eq!(
        project.units[1].tool_places(),
        [
            "b/c/node_modules/.bin",
            "b/node_modules/.bin",
            "node_modules/.bin"
        ]
        .map(|place| root.join(place))
    );
    assert!(
        project.units[1]
            .package
            .as_ref()
            .unwrap()
            .get("scripts")
            .is_some()
    );
}

#[test]
fn a_python_unit_knows_what_is_not_its_own() {
    let tree = Tree::of(&[
        (".gitignore", "/build/\n*.log\n"),
        ("pyproject.toml", PROJECT),
        ("tox.ini", "[pytest]\n"),
        ("build/a.py", ""),
        ("dist/a.py", ""),
        ("env/pyvenv.cfg", ""),
        ("api/pyproject.toml", PROJECT),
        ("api/setup.cfg", "[x]\n"),
        ("api/inner/pyproject.toml", PROJECT),
        ("crate/Cargo.toml", "[package]\nname = 'x'\n"),
        ("requirements/dev.txt", "a\n"),
        ("requirements-x.txt", "b\n"),
    ]);
    let project = tree.project();
    let root = project.units.iter().find(|facts| facts.unit.path == ".").unwrap();
    assert_eq!(root.nested, ["api"]);
    assert_eq!(root.python.ignored, ["build"]);
    assert_eq!(root.python.environments, ["env"]);
    let names = |files: &[sdd::project::facts::TextFile]| {
        files.iter().map(|file| file.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&root.python.pytest), ["pyproject.toml", "tox.ini"]);
    assert_eq!(
        names(&root.python.dependency_files),
        ["requirements-x.txt", "requirements/dev.txt"]
    );
    let api = project
        .units
        .iter()
        .find(|facts| facts.unit.path == "api")
        .unwrap();
    assert_eq!(api.nested, ["inner"]);
    // The unit's own settings come first.
    assert_eq!(
        names(&api.python.pytest),
        ["pyproject.toml", "setup.cfg", "pyproject.toml", "tox.ini"]
    );
}

#[test]
fn a_go_unit_knows_its_module_and_its_own_files() {
    let tree = Tree::with(&[
        "b.go",
        "a_test.go",
        "cmd/build/main.go",
        "vendor/x/x.go",
        "deep/testdata/broken.go",
        "nested/go.mod",
        "nested/n.go",
        ".hidden/h.go",
        "_old/o.go",
        "_o.go",
        "notes.txt",
        "made/made.go",
    ]);
    tree.write(".gitignore", "made\n");
    tree.write("go.mod", "module example.com/a // ours\n\ngo 1.22.1\n");
    let project = tree.project();
    let facts = &project.units[0].go;
    assert_eq!(facts.module.as_deref(), Some("example.com/a"));
    assert_eq!(facts.version, Some((1, 22)));
    assert_eq!(facts.sources, ["a_test.go", "b.go", "cmd/build/main.go"]);
    assert_eq!(project.units[1].go.module, None);
    assert_eq!(project.units[1].go.sources, ["n.go"]);
}
