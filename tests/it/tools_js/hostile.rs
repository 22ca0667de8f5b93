//! What tests are called and what they print: commands of other programs, and secrets.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use serde_json::json;

use super::bench::project;
use crate::report::formats::{complaints, xmllint};
use crate::support::{Sandbox, test_tools};

const FORMATS: [&str; 7] = ["human", "json", "agent", "markdown", "junit", "sarif", "github"];

/// A test of jest whose name and message are text for terminals, for a CI server, and for browsers.
const JEST: (&str, &str) = (
    "bad.test.js",
    "test('\\x1b[31mred\\x1b[2J\\n::set-output name=x::y\\n##[error]no <script>alert(1)</script> | `a` ]]> [l](http://x) \\u202etfel', () => {\n  \
     console.log('\\x1b]0;owned\\x07\\n::error file=a.js::printed');\n  \
     throw new Error('\\x1b[31mred\\x00\\x9b1m\\n::set-output name=x::y\\n::error::no <img src=x onerror=alert(1)> | `a` ]]> \\u202etfel');\n});\n",
);

/// The same for pytest.
const PYTEST: (&str, &str) = (
    "test_bad.py",
    "import pytest\n\n\n@pytest.mark.parametrize('x', [1], ids=['::set-output name=x::y <script>alert(1)</script> | `a` ]]>'])\n\
     def test_bad(x):\n    print('\\x1b]0;owned\\x07\\n::error file=a.py::printed')\n    \
     raise ValueError('\\x1b[31mred\\x00\\x9b1m\\n::set-output name=x::y\\n::error::no <img src=x onerror=alert(1)> | `a` ]]> \\u202etfel')\n",
);

/// Projects of both languages with one test.
fn both(jest: (&str, &str), pytest: (&str, &str), settings: &serde_json::Value) -> [Sandbox; 2] {
    [
        project(&json!({"scripts": {"test": "jest"}, "jest": {}}), &[jest]).config(settings),
        Sandbox::new()
            .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n")
            .file(pytest.0, pytest.1)
            .venv()
            .config(settings),
    ]
}

#[test]
fn what_tests_say_commands_nobody_in_any_format() {
    let settings = json!({"quality_gates": {"test_execution": {"coverage_threshold": null}}});
    for sandbox in both(JEST, PYTEST, &settings) {
        sandbox.sdd(["gate", "tests", "-q"]).expect_code(1);
        for format in FORMATS {
            let answer = sandbox.sdd(["report", "--verbose", "--format", format]);
            answer.expect_code(0);
            harmless(&sandbox, format, &answer.stdout);
            harmless(&sandbox, "human", &answer.stderr);
        }
    }
}

#[track_caller]
fn harmless(sandbox: &Sandbox, format: &str, text: &str) {
    for bad in ['\u{1b}', '\u{7}', '\0', '\u{9b}', '\u{202e}', '\r'] {
        assert!(!text.contains(bad), "{format} has {bad:?}: {text}");
    }
    assert!(!text.contains("##[error]"), "{format}: {text}");
    for line in text
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("::"))
    {
        let own = ["::error ", "::warning ", "::notice "];
        let is_own = own.iter().any(|own| line.starts_with(own)) && line.contains("title=");
        assert!(format == "github" && is_own, "{format}: {line}");
    }
    match format {
        "markdown" => {
            let page = rendered(sandbox, text);
            assert!(page.contains("&lt;img") && page.contains("&lt;script"), "{page}");
            assert!(
                !page.contains("<script") && !page.contains("<img") && !page.contains("<a "),
                "{page}"
            );
        }
        "junit" => {
            xmllint(sandbox, text).expect_code(0);
        }
        "sarif" => assert_eq!(complaints(&serde_json::from_str(text).unwrap()), [""; 0]),
        _ => {}
    }
}

/// Markdown as the page that a browser would show, made by markdown-it.
fn rendered(sandbox: &Sandbox, text: &str) -> String {
    let file = sandbox.beside("tmp").join("report.md");
    sandbox.rewrite(file.to_str().unwrap(), text);
    let mut command = sandbox.command(&test_tools().join("venv/bin/markdown-it"));
    command.arg(file);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(0);
    answer.stdout
}

#[test]
fn secrets_that_tests_print_are_nowhere() {
    // Put together here, so that no key stands in a file of this repository.
    let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let key = format!("AKIA{}", "Q3EGTLZ5XN7KPWM2");
    let own = "the-value-of-the-project-42";
    let settings = json!({
        "pass_env": ["OUR_VALUE"], "redact_env": ["OUR_VALUE"],
        "quality_gates": {"test_execution": {"coverage_threshold": null}}
    });
    let jest = format!(
        "const own = process.env.OUR_VALUE;\n\ntest('{token} {key}', () => {{\n  console.log(own, '{token}');\n  \
         console.error(own, '{key}');\n  throw new Error(`${{own}} {token} {key}`);\n}});\n"
    );
    let pytest = format!(
        "import os\nimport sys\n\nimport pytest\n\nOWN = os.environ['OUR_VALUE']\n\n\n\
         @pytest.mark.parametrize('x', [1], ids=['{token} {key}'])\ndef test_x(x):\n    print(OWN, '{token}')\n    \
         print(OWN, '{key}', file=sys.stderr)\n    raise ValueError(f'{{OWN}} {token} {key}')\n"
    );
    for sandbox in both(("a.test.js", &jest), ("test_a.py", &pytest), &settings) {
        let sandbox = sandbox.env("OUR_VALUE", own);
        let nowhere = |what: &str, text: &str| {
            for secret in [token.as_str(), key.as_str(), own] {
                assert!(!text.contains(secret), "{secret} is in {what}:\n{text}");
            }
        };
        for format in FORMATS {
            let answer = sandbox.sdd(["gate", "tests", "--verbose", "--format", format]);
            answer.expect_code(1);
            nowhere(format, &answer.stdout);
            nowhere(format, &answer.stderr);
        }
        let mut files = 0;
        each_file(&sandbox.path(".session"), &mut |path, text| {
            files += 1;
            nowhere(&path.display().to_string(), text);
        });
        assert!(files > 2 * FORMATS.len(), "{files} files are too few");
    }
}

fn each_file(dir: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else {
            look(&path, &String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        }
    }
}

/// Tests that put a report of an earlier run in the place of their runner's own, by this call of their language, and end the
/// runner before it writes.
#[track_caller]
fn check_old_report(js: &str, py: &str) {
    let jest = format!(
        "const fs = require('fs');\n\ntest('old', () => {{\n  \
         const out = process.argv.find((word) => word.startsWith('--outputFile=')).slice(13);\n  {js}\n  process.exit(0);\n}});\n"
    );
    let pytest = format!(
        "import os\nimport shutil\nimport sys\n\n\ndef test_old():\n    \
         out = next(word for word in sys.argv if word.startswith('--junitxml='))[11:]\n    {py}\n    os._exit(0)\n"
    );
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tool-output");
    let old = |path: &str| std::fs::read_to_string(recorded.join(path)).unwrap();
    let projects = both(("old.test.js", &jest), ("test_old.py", &pytest), &json!({}));
    for sandbox in projects {
        let sandbox = sandbox
            .file("old.json", old("jest/30.5.2/clean.jest.json"))
            .file("old.xml", old("pytest/9.2.0/clean.junit.xml"));
        let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
        let gate = &answer.json()["gates"][0];
        assert_eq!(gate["verdict"], "error", "{gate:#}");
        let reason = gate["reason"].as_str().unwrap();
        assert!(
            reason.contains("of an earlier run")
                || reason.contains("older than this run")
                || reason.contains("ended jest"),
            "{reason}"
        );
    }
}

#[test]
fn a_report_of_an_earlier_run_that_tests_put_in_place_is_not_read() {
    check_old_report(
        "fs.copyFileSync('old.json', out);",
        "shutil.copyfile('old.xml', out)",
    );
    // With the time that the file had.
    check_old_report(
        "fs.copyFileSync('old.json', out);\n  fs.utimesSync(out, 1e9, 1e9);",
        "shutil.copyfile('old.xml', out)\n    os.utime(out, (1e9, 1e9))",
    );
}
