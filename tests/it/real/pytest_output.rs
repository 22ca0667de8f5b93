//! What tests print: secrets, control characters, megabytes.

use serde_json::{Value, json};

use super::{check, python};
use crate::support::Sandbox;

fn each_file(dir: &std::path::Path, look: &mut dyn FnMut(&std::path::Path, &[u8])) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else {
            look(&path, &std::fs::read(&path).unwrap());
        }
    }
}

#[track_caller]
fn assert_nowhere(sandbox: &Sandbox, secret: &str) {
    for format in ["human", "json", "agent"] {
        let answer = sandbox.sdd(["gate", "tests", "--format", format]);
        answer.expect_code(1);
        assert!(!answer.stdout.contains(secret), "{format}: {}", answer.stdout);
        assert!(!answer.stderr.contains(secret), "{format}: {}", answer.stderr);
    }
    let mut files = 0;
    each_file(&sandbox.path(".session"), &mut |path, bytes| {
        files += 1;
        let hit = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!hit, "the secret is in {}", path.display());
    });
    assert!(files > 3, "there are logs and reports to look at");
}

#[test]
fn secrets_that_tests_print_reach_no_report_and_no_log() {
    let secret = "hunter2-and-more-Z9";
    let sandbox = python()
        .venv()
        .config(&json!({"pass_env": ["MY_PASSWORD"], "quality_gates": {"test_execution": {"coverage_threshold": null}}}))
        .env("MY_PASSWORD", secret)
        .file(
            "test_calc.py",
            "import os\nimport sys\n\n\ndef test_x():\n    secret = os.environ['MY_PASSWORD']\n    print(secret)\n    \
             print(secret, file=sys.stderr)\n    assert 'open sesame' == secret\n",
        );
    assert_nowhere(&sandbox, secret);
}

#[test]
fn keys_of_a_known_shape_are_taken_out_too() {
    // Put together here, so that no key stands in a file of this repository.
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let text = format!("def test_x():\n    print('{secret}')\n    assert '{secret}' == ''\n");
    assert_nowhere(&python().venv().file("test_calc.py", text), &secret);
}

#[test]
fn control_characters_are_data() {
    let sandbox = python().venv().file(
        "test_calc.py",
        "def test_x():\n    print('\\x1b]0;owned\\x07\\x1b[31mred\\x1b[2J\\x00\\x9b1m \\u202etfel')\n    \
         assert False, '\\x1b[31mred\\x1b[0m \\u202etfel'\n",
    );
    let gate = check(&sandbox, "tests", 1, "failed", "1 test failed");
    let message = gate["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("<U+202E>tfel"), "{message}");
    for format in ["human", "json", "agent"] {
        let answer = sandbox.sdd(["gate", "tests", "--format", format]);
        let said = answer.stdout.clone() + &answer.stderr;
        for bad in ['\u{1b}', '\u{7}', '\u{0}', '\u{9b}', '\u{202e}'] {
            assert!(!said.contains(bad), "{format} has {bad:?}: {said:?}");
        }
    }
}

#[test]
fn megabytes_are_bounded() {
    let sandbox = python().venv().file(
        "test_calc.py",
        "def test_x():\n    for _ in range(5):\n        print('x' * 999_999)\n    assert False, 'y' * 1_000_000\n",
    );
    let answer = sandbox.sdd(["gate", "tests", "--format", "json"]);
    let gate = super::judge(&sandbox, &answer, "tests", 1, "failed", "1 test failed");
    assert!(answer.stdout.len() < 20_000, "{} bytes", answer.stdout.len());
    assert_ne!(gate["findings"][0]["message"], Value::Null);
    let agent = sandbox.sdd(["gate", "tests", "--format", "agent"]);
    agent.expect_code(1);
    assert!(agent.stdout.chars().count() < 8_000);
}
