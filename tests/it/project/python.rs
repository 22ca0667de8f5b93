//! Python: what a directory with Python files in it is.

use super::tree::{Tree, check, units};

const PROJECT: &str = "[project]\nname = 'a'\n";
const TOOLS_ONLY: &str = "[tool.ruff]\nline-length = 100\n";

#[test]
fn a_pyproject_of_tool_settings_needs_python_files() {
    check(&[("pyproject.toml", TOOLS_ONLY)], &[]);
    check(&[("pyproject.toml", TOOLS_ONLY), ("src/a.py", "")], &[". python"]);
    check(
        &[("package.json", "{}"), ("pyproject.toml", TOOLS_ONLY)],
        &[". javascript"],
    );
}

#[test]
fn shared_settings_at_the_root_are_no_unit_when_others_own_the_files() {
    check(
        &[
            ("pyproject.toml", TOOLS_ONLY),
            ("api/pyproject.toml", PROJECT),
            ("api/a.py", ""),
            ("jobs/requirements.txt", ""),
            ("jobs/b.py", ""),
        ],
        &["api python", "jobs python"],
    );
}

#[test]
fn requirements_and_settings_below_a_project_belong_to_it() {
    check(
        &[
            ("pyproject.toml", PROJECT),
            ("docs/requirements.txt", ""),
            ("docs/conf.py", ""),
            ("tests/pytest.ini", ""),
            ("tests/test_a.py", ""),
        ],
        &[". python"],
    );
}

#[test]
fn requirements_below_requirements_are_a_unit_with_tests_of_their_own() {
    check(
        &[
            ("requirements.txt", ""),
            ("app.py", ""),
            ("docs/requirements.txt", ""),
            ("docs/conf.py", ""),
            ("tests/requirements.txt", ""),
            ("tests/test_a.py", ""),
            ("services/api/requirements.txt", ""),
            ("services/api/tests/test_b.py", ""),
        ],
        &[". python", "services/api python"],
    );
}

#[test]
fn requirements_need_python_files() {
    check(&[("requirements.txt", "mkdocs\n")], &[]);
    check(&[("requirements.txt", ""), ("a.py", "")], &[". python"]);
}

#[test]
fn scripts_without_any_marker_are_a_unit_at_their_common_directory() {
    let tree = Tree::with(&["run.py", "lib/b.py"]);
    let project = tree.project();
    assert_eq!(units(&project), [". python"]);
    assert_eq!(project.units[0].unit.markers, ["run.py"]);

    let tree = Tree::of(&[("package.json", "{}")]);
    tree.write("scripts/a/x.py", "");
    tree.write("scripts/b/y.py", "");
    let project = tree.project();
    assert_eq!(units(&project), [". javascript"]);
    assert_eq!(project.warnings.len(), 1, "{:?}", project.warnings);

    let tree = Tree::of(&[("web/package.json", "{\"scripts\":{}}")]);
    tree.write("scripts/a/x.py", "");
    tree.write("scripts/b/y.py", "");
    let project = tree.project();
    assert_eq!(units(&project), ["scripts python", "web javascript"]);
    assert_eq!(project.units[0].unit.markers, ["a/x.py"]);
}

#[test]
fn helper_scripts_of_another_language_are_said_and_are_no_unit() {
    let tree = Tree::with(&["Cargo.toml", "tests/perf/make.py"]);
    let project = tree.project();
    assert_eq!(units(&project), [". rust"]);
    assert!(
        project
            .warnings
            .iter()
            .any(|line| line.starts_with("the Python file tests/perf/make.py belongs to no Python unit")),
        "{:?}",
        project.warnings
    );
    assert_eq!(
        tree.project_without(&["tests/perf"]).warnings,
        Vec::<String>::new()
    );
}

#[test]
fn scripts_beside_python_projects_do_not_put_everything_into_one_unit() {
    let tree = Tree::of(&[
        ("api/pyproject.toml", PROJECT),
        ("docs/conf.py", ""),
        ("x.py", ""),
    ]);
    let project = tree.project();
    assert_eq!(units(&project), ["api python"]);
    assert!(
        project.warnings[0].starts_with("2 Python files (x.py …) belong to no Python unit"),
        "{:?}",
        project.warnings
    );
}

#[test]
fn members_of_a_uv_workspace_are_units_when_they_have_tests() {
    let root = "[project]\nname='r'\n[tool.uv.workspace]\nmembers=['packages/*']\nexclude=['packages/old']\n";
    check(
        &[
            ("pyproject.toml", root),
            ("packages/plain/pyproject.toml", PROJECT),
            ("packages/plain/a.py", ""),
            ("packages/tested/pyproject.toml", PROJECT),
            ("packages/tested/tests/test_a.py", ""),
            ("packages/old/pyproject.toml", PROJECT),
            ("outside/pyproject.toml", PROJECT),
        ],
        &[
            ". python",
            "outside python",
            "packages/old python",
            "packages/tested python",
        ],
    );
}

#[test]
fn a_manifest_that_cannot_be_understood_is_a_unit_with_a_warning() {
    let tree = Tree::of(&[("pyproject.toml", "[project\nname = "), ("a.py", "")]);
    let project = tree.project();
    assert_eq!(units(&project), [". python"]);
    assert!(project.units[0].manifest.is_none());
    assert!(
        project.warnings[0].starts_with("pyproject.toml is not TOML: "),
        "{:?}",
        project.warnings
    );
    assert_eq!(project.warnings.len(), 1);
}
