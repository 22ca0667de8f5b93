//! tsc, as sdd asks it, to the verdict.

use std::collections::BTreeSet;

use crate::support::Sandbox;
use crate::tools_js_lint::{gate, places, project, says, with_command};

const SETTINGS: &str = r#"{ "compilerOptions": { "strict": true, "types": [], "lib": ["es2020"], "target": "es2020",
  "module": "nodenext", "composite": true, "outDir": "dist" }, "include": ["src"] }
"#;
const CONFIG: (&str, &str) = ("tsconfig.json", SETTINGS);
const TIDY: (&str, &str) = ("src/a.ts", "export const a: number = 1;\n");
const WRONG: (&str, &str) = (
    "src/b.ts",
    "import { a } from \"./a.js\";\n\nexport const b: string = a;\n",
);

fn names(sandbox: &Sandbox) -> BTreeSet<String> {
    let names = |dir: &str| {
        let entries = std::fs::read_dir(sandbox.path(dir)).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<Vec<_>>()
    };
    names(".")
        .into_iter()
        .chain(names("src"))
        .filter(|name| name != ".session")
        .collect()
}

#[test]
fn a_project_without_errors_passes_and_nothing_is_written() {
    let sandbox = project(&[CONFIG, TIDY]);
    let before = names(&sandbox);
    let found = gate(&sandbox, "type_checking", [], "passed");
    assert_eq!(found["steps"][0]["tool"], "tsc");
    assert_eq!(found["steps"][0]["tool_version"], "5.9.3");
    assert_eq!(names(&sandbox), before);
}

#[test]
fn errors_fail_and_nothing_is_written() {
    let sandbox = project(&[CONFIG, TIDY, WRONG]);
    let before = names(&sandbox);
    for fix in ["--no-fix", "--fix"] {
        let found = gate(&sandbox, "type_checking", [fix], "failed");
        assert_eq!(places(&found), ["TS2322 src/b.ts:3"]);
        assert_eq!(found["findings"][0]["column"], 14);
        assert_eq!(found["findings"][0]["severity"], "high");
        assert_eq!(found["steps"].as_array().unwrap().len(), 1);
    }
    assert_eq!(names(&sandbox), before);
}

#[test]
fn what_cannot_be_checked_is_no_pass() {
    let settings = |text: &str| {
        gate(
            &project(&[("tsconfig.json", text), ("src/tsconfig.json", SETTINGS), TIDY]),
            "type_checking",
            [],
            "error",
        )
    };
    says(
        &settings("{ \"include\": [\"nowhere\"] }\n"),
        &["TS18003", "name the files to check"],
    );
    says(&settings("{ \"files\": [] }\n"), &["TS18002"]);
    says(
        &settings("{ \"compilerOptions\": { \"strictt\": true } }\n"),
        &["TS5025", "strictt"],
    );
    says(
        &settings("{ \"compilerOptions\": { \"types\": [\"no-such-types\"] } }\n"),
        &["TS2688", "npm install"],
    );
    says(
        &settings("{ \"files\": [], \"references\": [{ \"path\": \"./src\" }] }\n"),
        &["tsc looked at no file of the project", "tsc -b"],
    );
    let sandbox = with_command(project(&[CONFIG, TIDY]), "type_checking", "tsc -p nowhere.json");
    says(&gate(&sandbox, "type_checking", [], "error"), &["TS5058"]);
}

#[test]
fn what_is_only_read_is_no_pass() {
    let check = |settings: &str, files: &[(&str, &str)], expect: &str| {
        let files: Vec<(&str, &str)> = [("tsconfig.json", settings)]
            .into_iter()
            .chain(files.iter().copied())
            .collect();
        let sandbox = project(&files);
        says(&gate(&sandbox, "type_checking", [], "error"), &[expect]);
        sandbox
    };
    let wrong = ("a.ts", "export const a: number = \"\";\n");
    let base = ("base.json", "{ \"compilerOptions\": { \"noCheck\": true } }");
    let sandbox = check(
        "{ \"extends\": \"./base.json\" }",
        &[base, wrong],
        "tsc checked no types",
    );
    let sandbox = with_command(sandbox, "type_checking", "tsc --noCheck false");
    gate(&sandbox, "type_checking", [], "failed");
    drop(check(
        "{ \"compilerOptions\": { \"allowJs\": true, \"outDir\": \"o\" } }",
        &[("a.js", "/** @type {number} */ export const a = \"\";\n")],
        "tsc checked the types of no file",
    ));
    drop(check(
        "{ \"compilerOptions\": { \"skipLibCheck\": true }, \"files\": [\"a.d.ts\"] }",
        &[("a.d.ts", "declare const a: Nope;\n")],
        "tsc checked the types of no file",
    ));
    drop(check(
        "{ \"files\": [\"ok.ts\"], \"references\": [{ \"path\": \"./sub\" }] }",
        &[
            ("ok.ts", "export const a = 1;\n"),
            (
                "sub/tsconfig.json",
                "{ \"compilerOptions\": { \"composite\": true } }",
            ),
            ("sub/b.ts", "export const b: number = \"\";\n"),
        ],
        "tsc did not look at the projects",
    ));
}

#[test]
fn projects_that_refer_to_each_other_are_built() {
    let solution = (
        "tsconfig.json",
        "{ \"files\": [], \"references\": [{ \"path\": \"./app\" }] }\n",
    );
    let member = SETTINGS.replace("[\"src\"]", "[\".\"]");
    let files = [
        solution,
        ("app/tsconfig.json", member.as_str()),
        ("app/a.ts", "export const a: number = 1;\n"),
    ];
    let sandbox = with_command(project(&files), "type_checking", "tsc -b");
    gate(&sandbox, "type_checking", [], "passed");
    gate(&sandbox, "type_checking", [], "passed");
    sandbox.rewrite("app/a.ts", "export const a: number = \"\";\n");
    assert_eq!(
        places(&gate(&sandbox, "type_checking", [], "failed")),
        ["TS2322 app/a.ts:1"]
    );
}

#[test]
fn javascript_has_no_types_to_check() {
    let found = gate(
        &project(&[("a.js", "export const a = 1;\n")]),
        "type_checking",
        [],
        "skipped",
    );
    says(&found, &["no type checker is configured"]);
}

#[test]
fn files_that_take_themselves_out_of_the_check_are_said() {
    let wrong = "// @ts-nocheck\nexport const b: string = 1;\n";
    let sandbox = project(&[CONFIG, ("src/b.ts", wrong), ("src/c.ts", wrong)]);
    says(
        &gate(&sandbox, "type_checking", [], "error"),
        &[
            "tsc checked the types of no file",
            "stands in all 2 of them",
            "take the comment out",
        ],
    );
    let sandbox = sandbox.file(TIDY.0, TIDY.1);
    let found = gate(&sandbox, "type_checking", [], "passed");
    says(&found, &["2 of 3 files are not checked"]);
}
