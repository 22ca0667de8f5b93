//! Biome, as linter and as formatter, and which tool is asked where several are configured.

use serde_json::json;

use super::{gate, places, project, says, with_command};

const CONFIG: (&str, &str) = (
    "biome.json",
    "{ \"formatter\": { \"indentStyle\": \"space\" } }\n",
);
const TIDY: (&str, &str) = ("src/a.js", "export const a = 1;\n");
const UNTIDY: &str = "export function f(x) {\n\tlet y = 1;\n\treturn x == y;\n}\n";
const UGLY: &str = "export const  b=1\n";

#[test]
fn a_project_without_findings_passes() {
    let sandbox = project(&[CONFIG, TIDY]);
    for (name, tool) in [("linting", "biome-lint"), ("formatting", "biome-format")] {
        let found = gate(&sandbox, name, ["--no-fix"], "passed");
        assert_eq!(found["steps"][0]["tool"], tool);
    }
}

#[test]
fn lint_is_found_and_fixed_only_when_asked() {
    for command in [None, Some("biome lint --write .")] {
        let sandbox = project(&[CONFIG, ("src/b.js", UNTIDY)]);
        let sandbox = match command {
            None => sandbox,
            Some(command) => with_command(sandbox, "linting", command),
        };
        let found = gate(&sandbox, "linting", ["--no-fix"], "failed");
        let mut all = places(&found);
        all.sort();
        assert_eq!(
            all,
            [
                "lint/style/useConst src/b.js:2",
                "lint/suspicious/noDoubleEquals src/b.js:3"
            ]
        );
        assert_eq!(sandbox.read("src/b.js"), UNTIDY);
        let found = gate(&sandbox, "linting", ["--fix"], "failed");
        assert_eq!(places(&found), ["lint/suspicious/noDoubleEquals src/b.js:3"]);
        assert_eq!(sandbox.read("src/b.js"), UNTIDY.replace("let", "const"));
    }
}

#[test]
fn layout_is_found_and_mended_only_when_asked() {
    let sandbox = project(&[CONFIG, ("src/b.ts", UGLY)]);
    let found = gate(&sandbox, "formatting", ["--no-fix"], "failed");
    assert_eq!(places(&found), ["unformatted src/b.ts:null"]);
    assert_eq!(sandbox.read("src/b.ts"), UGLY);
    gate(&sandbox, "formatting", ["--fix"], "passed");
    assert_eq!(sandbox.read("src/b.ts"), "export const b = 1;\n");
}

#[test]
fn what_cannot_be_checked_is_no_pass() {
    for name in ["linting", "formatting"] {
        let sandbox = project(&[TIDY, ("biome.json", "{ \"linter\": { \"enabledd\": true } }\n")]);
        says(
            &gate(&sandbox, name, ["--no-fix"], "error"),
            &["biome.json:1:15: Found an unknown key"],
        );

        let sandbox = project(&[
            TIDY,
            (
                "biome.json",
                "{ \"files\": { \"includes\": [\"**\", \"!**\"] } }\n",
            ),
        ]);
        says(
            &gate(&sandbox, name, ["--no-fix"], "skipped"),
            &["biome found no file to look at"],
        );

        let off = "{ \"linter\": { \"enabled\": false }, \"formatter\": { \"enabled\": false } }\n";
        gate(
            &project(&[TIDY, ("biome.json", off)]),
            name,
            ["--no-fix"],
            "skipped",
        );

        let found = gate(
            &project(&[CONFIG, ("bad.js", "const = 1\n")]),
            name,
            ["--no-fix"],
            "failed",
        );
        assert_eq!(places(&found), ["syntax bad.js:1"]);
    }
}

#[test]
fn a_look_at_json_alone_is_no_look_at_code() {
    let only_json = "{ \"files\": { \"includes\": [\"**\", \"!**/*.js\"] } }\n";
    for name in ["linting", "formatting"] {
        says(
            &gate(&project(&[CONFIG]), name, ["--no-fix"], "skipped"),
            &["biome looked at no JavaScript or TypeScript"],
        );
        let found = gate(
            &project(&[("biome.json", only_json), TIDY]),
            name,
            ["--no-fix"],
            "passed",
        );
        let warnings = found["warnings"].to_string();
        assert!(
            warnings.contains("whether biome looked at code is not known"),
            "{found:#}"
        );
        let found = gate(&project(&[CONFIG, TIDY]), name, ["--no-fix"], "passed");
        assert_eq!(found["warnings"], json!([]), "{found:#}");
    }
}

#[test]
fn of_several_configured_tools_one_is_asked() {
    let both = [
        CONFIG,
        TIDY,
        (".prettierrc", "{}\n"),
        ("eslint.config.mjs", "export default [{}];\n"),
    ];
    let tools = |sandbox: &crate::support::Sandbox| {
        ["linting", "formatting"].map(|name| {
            let found = gate(sandbox, name, ["--no-fix"], "passed");
            assert_eq!(found["steps"].as_array().unwrap().len(), 1);
            found["steps"][0]["tool"].as_str().unwrap().to_owned()
        })
    };
    assert_eq!(tools(&project(&both)), ["biome-lint", "biome-format"]);
    let scripts = json!({"scripts": {"lint": "eslint src", "format": "prettier --check ."}});
    let text = serde_json::to_string_pretty(&scripts).unwrap() + "\n";
    assert_eq!(
        tools(&project(&both).file("package.json", text)),
        ["eslint", "prettier"]
    );
}
