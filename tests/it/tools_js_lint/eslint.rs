//! `eslint`, from `eslint .` as sdd asks it to the verdict.

use serde_json::json;

use super::{gate, places, project, says, with_command};

const CONFIG: (&str, &str) = (
    "eslint.config.mjs",
    "import js from \"@eslint/js\";\nexport default [js.configs.recommended, { rules: { \"no-var\": \"warn\", eqeqeq: \"error\" } }];\n",
);
const TIDY: (&str, &str) = ("src/a.js", "export const a = 1;\n");
const UNTIDY: &str = "export function f(x) {\n  var y = 1;\n  return x == y;\n}\nundefined_name();\n";

#[test]
fn a_project_without_findings_passes() {
    let found = gate(&project(&[CONFIG, TIDY]), "linting", ["--no-fix"], "passed");
    assert_eq!(found["steps"][0]["tool"], "eslint");
    assert_eq!(found["steps"][0]["tool_version"], "9.39.5");
}

#[test]
fn findings_fail_and_a_check_changes_no_file() {
    let sandbox = project(&[CONFIG, ("src/b.js", UNTIDY)]);
    for command in [
        None,
        Some("eslint --fix ."),
        Some("eslint src -f stylish -o out.txt"),
    ] {
        let sandbox = match command {
            None => project(&[CONFIG, ("src/b.js", UNTIDY)]),
            Some(command) => with_command(project(&[CONFIG, ("src/b.js", UNTIDY)]), "linting", command),
        };
        let found = gate(&sandbox, "linting", ["--no-fix"], "failed");
        assert_eq!(
            places(&found),
            ["eqeqeq src/b.js:3", "no-undef src/b.js:5", "no-var src/b.js:2"]
        );
        let fixable: Vec<_> = (0..3)
            .map(|at| found["findings"][at]["fixable"].clone())
            .collect();
        assert_eq!(fixable, [false, false, true]);
        let severity: Vec<_> = (0..3)
            .map(|at| found["findings"][at]["severity"].clone())
            .collect();
        assert_eq!(severity, ["high", "high", "medium"]);
        assert_eq!(sandbox.read("src/b.js"), UNTIDY, "{command:?}");
        assert!(!sandbox.path("out.txt").exists());
    }
    let found = gate(&sandbox, "linting", ["--fix"], "failed");
    assert_eq!(places(&found), ["eqeqeq src/b.js:3", "no-undef src/b.js:5"]);
    assert_eq!(sandbox.read("src/b.js"), UNTIDY.replace("var", "let"));
}

#[test]
fn typescript_is_linted_where_the_configuration_says_so() {
    let typed = "import ts from \"typescript-eslint\";\nexport default [...ts.configs.recommended];\n";
    let files = [("tsconfig.json", "{}\n"), ("a.ts", "export const a: any = 1;\n")];
    let sandbox = project(&[files[0], files[1], ("eslint.config.mjs", typed)]);
    let found = gate(&sandbox, "linting", ["--no-fix"], "failed");
    assert_eq!(places(&found), ["@typescript-eslint/no-explicit-any a.ts:1"]);

    // The configuration knows JavaScript only: what it looks at is itself.
    let found = gate(
        &project(&[files[0], files[1], CONFIG]),
        "linting",
        ["--no-fix"],
        "skipped",
    );
    says(&found, &["eslint looked at no file but its own configuration"]);
}

#[test]
fn warnings_count_unless_the_project_allows_them() {
    let files = [CONFIG, ("a.js", "var a = 1;\na;\n")];
    let found = gate(&project(&files), "linting", ["--no-fix"], "failed");
    assert_eq!(places(&found)[0], "no-var a.js:1");

    let off = (
        "eslint.config.mjs",
        "export default [{ rules: { \"no-var\": \"warn\" } }];\n",
    );
    for (command, verdict) in [
        ("eslint --max-warnings 0 .", "failed"),
        ("eslint --max-warnings 1 .", "passed"),
        ("eslint --quiet .", "passed"),
    ] {
        let sandbox = with_command(project(&[off, files[1]]), "linting", command);
        gate(&sandbox, "linting", ["--no-fix"], verdict);
    }
}

#[test]
fn what_cannot_be_linted_is_no_pass() {
    let sandbox = project(&[TIDY]).file(
        "package.json",
        json!({"devDependencies": {"eslint": "*"}}).to_string(),
    );
    let found = gate(&sandbox, "linting", ["--no-fix"], "error");
    says(
        &found,
        &["couldn't find an eslint.config", "write an eslint.config.js"],
    );

    let missing = "import x from \"eslint-plugin-nowhere\";\nexport default [x];\n";
    for (config, words) in [
        ("export default [{\n", "SyntaxError"),
        ("export default [{ rulez: {} }];\n", "Unexpected key"),
        (missing, "npm install --save-dev eslint-plugin-nowhere"),
    ] {
        let found = gate(
            &project(&[TIDY, ("eslint.config.mjs", config)]),
            "linting",
            ["--no-fix"],
            "error",
        );
        says(&found, &[words]);
    }
    let found = gate(
        &with_command(project(&[CONFIG, TIDY]), "linting", "eslint nowhere"),
        "linting",
        ["--no-fix"],
        "error",
    );
    says(&found, &["No files matching the pattern"]);
}

#[test]
fn what_is_not_there_is_not_linted() {
    let ignored = ("eslint.config.mjs", "export default [{ ignores: [\"**\"] }];\n");
    let found = gate(&project(&[ignored, TIDY]), "linting", ["--no-fix"], "skipped");
    says(&found, &["eslint found no file to look at"]);
    let found = gate(&project(&[TIDY]), "linting", ["--no-fix"], "skipped");
    says(&found, &["no linter is configured"]);
}

#[test]
fn a_file_that_cannot_be_parsed_is_serious() {
    let found = gate(
        &project(&[CONFIG, ("a.js", "const = 1;\n")]),
        "linting",
        ["--no-fix"],
        "failed",
    );
    assert_eq!(places(&found), ["syntax a.js:1"]);
    assert_eq!(found["findings"][0]["severity"], "high");
}
