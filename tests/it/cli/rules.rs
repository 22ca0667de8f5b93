//! The custom gate: commands, files, searches, and rules that nobody can read.

use serde_json::{Value, json};

use crate::support::Sandbox;

fn with(rules: Value) -> Sandbox {
    Sandbox::new()
        .file("src/a.txt", "one\nTODO two\n")
        .config(&json!({"quality_gates": {"custom_validations": {"rules": rules}}}))
}

/// Runs one rule; gives the gate of the report.
#[track_caller]
fn check(rule: Value, code: i32, verdict: &str, reason: &str) -> Value {
    let answer = with(json!([rule])).sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(code);
    let gate = answer.json()["gates"][0].clone();
    assert_eq!(gate["verdict"], verdict, "{gate:#}");
    let said = gate["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason:?} is not in {said:?}");
    gate
}

#[test]
fn commands_answer_by_their_exit_code() {
    let rule = |command: Value| json!({"type": "command", "name": "r", "command": command, "required": true});
    check(rule(json!("true")), 0, "passed", "1 of 1 rules hold");
    check(rule(json!(["sh", "-c", "exit 3"])), 1, "failed", "exit code 3");
    check(
        rule(json!({"shell": "echo a | grep -q a && exit 0"})),
        0,
        "passed",
        "1 of 1",
    );
    check(rule(json!("no-such-program --x")), 3, "error", "not installed");
    check(
        rule(json!({"shell": "no-such-program"})),
        3,
        "error",
        "exit code 127",
    );
    check(rule(json!({"shell": "kill -SEGV $$"})), 3, "error", "SIGSEGV");
}

#[test]
fn a_command_that_throws_its_answer_away_has_none() {
    let rule = |command: Value| json!({"type": "command", "name": "r", "command": command, "required": true});
    for command in [
        json!({"shell": "grep -q x nowhere || true"}),
        json!(["sh", "-c", "grep -q x nowhere; exit 0"]),
    ] {
        check(
            rule(command),
            3,
            "error",
            "throws away whether what it checks holds",
        );
    }
}

#[test]
fn a_plan_shows_no_secret() {
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ";
    let command = json!({"shell": format!("x --token={token} && y")});
    let sandbox = Sandbox::new()
        .file("go.mod", "module a\n")
        .config(&json!({"quality_gates": {"linting": {"commands": {"go": command}}}}));
    for format in ["human", "json"] {
        let plan = sandbox.sdd(["gate", "--plan", "--format", format]);
        plan.expect_code(0);
        assert!(
            plan.stdout.contains("[redacted:") && !plan.stdout.contains(token),
            "{}",
            plan.stdout
        );
    }
}

#[test]
fn a_command_that_takes_too_long_has_no_answer() {
    let rule = json!({"type": "command", "name": "r", "command": "sleep 60", "required": true, "timeout": 1});
    let gate = check(rule, 3, "error", "timed out after 1 s");
    assert_eq!(gate["steps"][0]["timed_out"], true);
    assert_eq!(gate["steps"][0]["exit_code"], Value::Null);
}

#[test]
fn what_a_command_leaves_running_is_told_and_ended() {
    let check = |shell: &str, warning: Option<&str>| {
        let rule = json!({"type": "command", "name": "r", "command": {"shell": shell}, "required": true});
        let sandbox = with(json!([rule]));
        for format in ["human", "agent", "markdown", "github", "junit", "sarif", "json"] {
            let answer = sandbox.sdd(["gate", "custom", "--format", format]);
            answer.expect_code(0);
            match warning {
                Some(warning) => assert!(answer.stdout.contains(warning), "{format}: {}", answer.stdout),
                None => assert!(!answer.stdout.contains("running"), "{format}: {}", answer.stdout),
            }
        }
        sandbox.assert_no_process_left();
    };
    check(
        "sleep 31 & exit 0",
        Some("r in . left 1 process running; it was ended"),
    );
    check(
        "sleep 31 >/dev/null 2>&1 & setsid sleep 32 >/dev/null 2>&1 & exit 0",
        Some("r in . left 2 processes running; they were ended"),
    );
    // What goes by itself was not left.
    check("sleep 0.05 & exit 0", None);
    check("sleep 0.05 >/dev/null 2>&1 & exit 0", None);
}

#[test]
fn files_exist_or_not() {
    let rule = |path: &str| json!({"type": "file_exists", "name": "r", "path": path, "required": true});
    check(rule("src/a.txt"), 0, "passed", "1 of 1");
    check(rule("LICENSE"), 1, "failed", "LICENSE does not exist");
    check(rule("../secret"), 3, "error", "..");
    check(rule("/etc/passwd"), 3, "error", "/etc/passwd");
}

#[test]
fn searches_demand_or_forbid() {
    let rule = |pattern: &str, files: &str, mode: &str| json!({"type": "grep", "name": "r", "pattern": pattern, "files": files, "match": mode, "required": true});
    check(rule("^TODO", "src", "must_match"), 0, "passed", "1 of 1");
    check(rule("FIXME", "src", "must_match"), 1, "failed", "no line");
    check(rule("FIXME", "src", "must_not_match"), 0, "passed", "1 of 1");
    let gate = check(
        rule("TODO", "src/*.txt", "must_not_match"),
        1,
        "failed",
        "1 line matches",
    );
    assert_eq!(gate["findings"][0]["path"], "src/a.txt");
    assert_eq!(gate["findings"][0]["line"], 2);
    check(
        rule("x", "no/such/place", "must_not_match"),
        3,
        "error",
        "no/such/place",
    );
    check(
        rule("x(", "src", "must_match"),
        3,
        "error",
        "not a regular expression",
    );
}

#[test]
fn what_could_not_be_searched_never_counts_as_free_of_what_must_not_occur() {
    let rule = |mode: &str| json!([{"type": "grep", "name": "r", "pattern": "TODO", "files": "b", "match": mode, "required": true}]);
    let large = with(rule("must_not_match"))
        .file("b/a.txt", "clean\n")
        .file("b/large.txt", "");
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(large.path("b/large.txt"))
        .unwrap();
    file.set_len(17 * 1024 * 1024).unwrap();
    let answer = large.sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(3);
    let reason = answer.json()["gates"][0]["reason"].to_string();
    assert!(reason.contains("b/large.txt: it has 17825792 bytes"), "{reason}");

    let binary = with(rule("must_not_match"))
        .file("b/a.txt", "clean\n")
        .file("b/n.bin", "TODO\0");
    let answer = binary.sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(
        answer.json()["gates"][0]["warnings"],
        json!(["r: 1 binary file was not searched: b/n.bin"])
    );
    let only = with(rule("must_not_match"))
        .file("b/n.bin", "TODO\0")
        .sdd(["gate", "custom"]);
    only.expect_code(3);
    assert!(
        only.stdout.contains("b holds only binary files"),
        "{}",
        only.stdout
    );
}

/// Searches `files` for what must not occur in a project with one clean text; gives the gate of the report.
#[track_caller]
fn check_missed(files: &str, strict: bool, add: impl Fn(Sandbox) -> Sandbox, code: i32, said: &str) {
    let rule = json!([{"type": "grep", "name": "r", "pattern": "secret = 1", "files": files,
        "match": "must_not_match", "required": true}]);
    let sandbox = add(with(rule).git().file("b/a.txt", "clean\n"));
    let words = ["gate", "custom", "--format", "json", "--strict"];
    let answer = if strict {
        sandbox.sdd(words)
    } else {
        sandbox.sdd([words[0], words[1], words[2], words[3]])
    };
    answer.expect_code(code);
    let gate = answer.json()["gates"][0].to_string();
    assert!(gate.contains(said), "{said:?} is not in {gate}");
}

#[test]
fn what_was_asked_for_by_name_and_not_searched_is_no_answer() {
    let binary = |sandbox: Sandbox| sandbox.file("b/n.txt", "\0secret = 1\n");
    let missed = "1 binary file was not searched: b/n.txt";
    check_missed("b/*.txt", false, binary, 3, missed);
    check_missed("*.txt", false, binary, 3, missed);
    check_missed("b", false, binary, 0, missed);
    check_missed("b/**", false, binary, 0, missed);
    check_missed("b", true, binary, 3, missed);
    check_missed("b/a.txt", true, binary, 0, "1 of 1 rules hold");

    let packages = |sandbox: Sandbox| sandbox.file("b/node_modules/x.txt", "secret = 1\n");
    let missed = "1 directory of packages was not searched: b/node_modules";
    check_missed("b", false, packages, 0, missed);
    check_missed("b/**/*.txt", true, packages, 3, missed);
    check_missed("b/*.txt", true, packages, 0, "1 of 1 rules hold");
    let ignored = |sandbox: Sandbox| packages(sandbox).file(".gitignore", "node_modules\n");
    check_missed("b", true, ignored, 0, "1 of 1 rules hold");
}

#[test]
fn texts_in_wide_encodings_are_searched() {
    let wide = |first: &[u8], unit: &dyn Fn(u16) -> Vec<u8>| {
        let text = "one\nsecret = 1\n".encode_utf16().flat_map(unit);
        first.iter().copied().chain(text).collect::<Vec<u8>>()
    };
    let little = |unit: u16| unit.to_le_bytes().to_vec();
    let big = |unit: u16| unit.to_be_bytes().to_vec();
    for bytes in [
        wide(b"\xff\xfe", &little),
        wide(b"\xfe\xff", &big),
        wide(b"\xff\xfe\0\0", &|unit| u32::from(unit).to_le_bytes().to_vec()),
        wide(b"\0\0\xfe\xff", &|unit| u32::from(unit).to_be_bytes().to_vec()),
    ] {
        let add = |sandbox: Sandbox| sandbox.file("b/w.txt", &bytes);
        check_missed("b", false, add, 1, "\"line\":2");
    }
    let without = |sandbox: Sandbox| sandbox.file("b/w.txt", wide(b"", &little));
    check_missed("b/*.txt", false, without, 3, "1 binary file was not searched");
}

#[test]
fn links_are_searched_inside_of_the_project_and_said_outside() {
    let link = |target: &'static str, name: &'static str| {
        move |sandbox: Sandbox| {
            let sandbox = sandbox.file("common/s.conf", "secret = 1\n");
            std::os::unix::fs::symlink(target, sandbox.path(name)).unwrap();
            sandbox
        }
    };
    let inside = link("../common/s.conf", "b/l.txt");
    check_missed("b", false, inside, 1, "b/l.txt");
    check_missed("b/*.txt", false, inside, 1, "b/l.txt");
    check_missed(".", false, inside, 1, "1 line matches");
    let missed = "1 link to a directory or out of the project was not searched";
    check_missed("b/**/*", false, link("../common", "b/l"), 0, missed);
    check_missed("b", true, link("../common", "b/l"), 3, missed);
    check_missed("b/*.txt", false, link("/etc/hostname", "b/l.txt"), 3, missed);
    check_missed("b", true, link("nowhere", "b/l.txt"), 0, "1 of 1 rules hold");
}

#[test]
fn a_rule_that_nobody_can_read_is_an_error_even_when_it_is_optional() {
    check(
        json!({"type": "magic", "name": "r"}),
        3,
        "error",
        "its type \"magic\" is unknown",
    );
    check(json!({"name": "r"}), 3, "error", "no \"type\"");
    check(
        json!({"type": "grep", "name": "r", "files": "src"}),
        3,
        "error",
        "needs the key \"pattern\"",
    );
    check(
        json!({"type": "file_exists", "name": "r", "path": " "}),
        3,
        "error",
        "needs the key \"path\"",
    );
    check(
        json!({"type": "command", "name": "r"}),
        3,
        "error",
        "needs the key \"command\"",
    );
}

#[test]
fn a_misspelt_key_neither_turns_a_rule_around_nor_disarms_it() {
    let forbidden = json!({"type": "grep", "name": "r", "pattern": "TODO", "files": "src",
        "mode": "must_not_match", "required": true});
    let gate = check(forbidden, 3, "error", "unknown key `mode`");
    assert_eq!(gate["remediation"][0], "did you mean `match`?");
    check(
        json!({"type": "file_exists", "name": "r", "path": "LICENSE", "requird": true}),
        3,
        "error",
        "unknown key `requird`",
    );
    check(
        json!({"type": "file_exists", "name": "r", "pth": "LICENSE"}),
        3,
        "error",
        "unknown key `pth`; a rule of the type `file_exists` needs `path`",
    );
    // At the older place too.
    let sandbox = Sandbox::new().config(&json!({"custom_validations": {"rules": [
        {"type": "file_exists", "path": ".session", "required": true},
        {"type": "file_exists", "path": "LICENSE", "requird": true}
    ]}}));
    let answer = sandbox.sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(3);
    let gate = &answer.json()["gates"][0];
    assert_eq!(gate["steps"][0]["verdict"], "passed");
    assert_eq!(gate["steps"][1]["verdict"], "error");
}

#[test]
fn optional_rules_inform_and_do_not_decide() {
    let rules = json!([
        {"type": "file_exists", "name": "licence", "path": "LICENSE"},
        {"type": "file_exists", "name": "source", "path": "src", "required": true}
    ]);
    let answer = with(rules).sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(0);
    assert_eq!(
        answer.json()["gates"][0]["warnings"],
        json!(["optional: licence: LICENSE does not exist"])
    );
}

#[test]
fn what_a_tool_prints_is_harmless_in_the_report_and_kept_in_the_log() {
    let script = "printf '\\033]0;owned\\007\\033[31mred\\033[0m \\377 \\342\\200\\256rtl\\n' >&2; exit 1";
    let sandbox =
        with(json!([{"type": "command", "name": "r", "command": {"shell": script}, "required": true}]));
    let answer = sandbox.sdd(["gate", "custom", "--format", "json"]);
    answer.expect_code(1);
    let step = &answer.json()["gates"][0]["steps"][0];
    assert_eq!(step["output_tail"], json!(["red \u{fffd} <U+202E>rtl"]));
    assert!(sandbox.path(step["log"].as_str().unwrap()).exists());
    assert!(!answer.stdout.contains('\u{1b}') && !answer.stdout.contains('\u{202e}'));
}

#[test]
fn secrets_of_the_environment_reach_no_output() {
    let secret = "s3cr3t-Value-42";
    let rules = json!([{"type": "command", "name": "r", "required": true,
        "command": {"shell": "echo token=$MY_TOKEN; echo $MY_TOKEN >&2; exit 1"}}]);
    let sandbox = Sandbox::new()
        .config(&json!({"pass_env": ["MY_TOKEN"], "quality_gates": {"custom_validations": {"rules": rules}}}))
        .env("MY_TOKEN", secret);
    for format in ["human", "json", "agent"] {
        let answer = sandbox.sdd(["gate", "custom", "--format", format]);
        answer.expect_code(1);
        assert!(
            !answer.stdout.contains(secret) && !answer.stderr.contains(secret),
            "{}",
            answer.stdout
        );
        assert!(answer.stdout.contains("[redacted:MY_TOKEN]"), "{}", answer.stdout);
    }
    let mut files = 0;
    each_file(&sandbox.path(".session"), &mut |path, bytes| {
        files += 1;
        let hit = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!hit, "the secret is in {}", path.display());
    });
    assert!(files > 3, "there are logs to look at");
}

#[test]
fn well_known_secrets_reach_no_output_and_no_file_of_a_run() {
    // Values of no variable, put together here, so that no key stands in a file of this repository.
    let npm = format!("abcd1234{}", "efgh5678");
    let aws = format!("wJalrXUtnFEMI/K7MDENG/{}", "bPxRfiCYEXAMPLEKEY");
    let option = format!("hunter2{}", "pass");
    let lines = format!(
        "//registry.example/:_authToken={npm}\naws_secret_access_key = {aws}\nDB_PASSWORD: '{option}'\n"
    );
    let rules = json!([{"type": "command", "name": "r", "required": true,
        "command": ["sh", "show.sh", "--password", option, format!("--token={npm}")]}]);
    let sandbox = with(rules)
        .file("lines", lines)
        .file("show.sh", "cat lines; cat lines >&2; exit 1\n");
    for words in [
        "gate custom --format human --verbose",
        "gate custom --format json",
        "gate custom --format agent",
        "gate custom --plan",
        "gate custom --plan --format json",
    ] {
        let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
        command.args(words.split(' '));
        let answer = sandbox.start_command(command).wait();
        for secret in [&npm, &aws, &option] {
            let text = format!("{}{}", answer.stdout, answer.stderr);
            assert!(!text.contains(secret.as_str()), "{words}: {text}");
        }
        let (kind, code) = if words.contains("--plan") {
            ("option", 0)
        } else {
            ("secret", 1)
        };
        answer.expect_code(code);
        assert!(
            answer.stdout.contains(&format!("[redacted:{kind}]")),
            "{words}: {}",
            answer.stdout
        );
    }
    let mut files = 0;
    for dir in [".session/runs", ".session/reports"] {
        each_file(&sandbox.path(dir), &mut |path, bytes| {
            files += 1;
            let text = String::from_utf8_lossy(bytes);
            for secret in [&npm, &aws, &option] {
                assert!(!text.contains(secret.as_str()), "{}: {text}", path.display());
            }
        });
    }
    assert!(files > 3, "there are logs to look at");
}

#[test]
fn withheld_variables_are_told_when_a_command_broke_and_only_some() {
    for (script, told) in [("exit 1", false), ("exit 0", false), ("kill -9 $$", true)] {
        let mut sandbox = with(json!([
            {"type": "command", "name": "r", "command": {"shell": script}, "required": true}
        ]));
        for number in 10..22 {
            sandbox = sandbox.env(&format!("AAA_OURS_{number}"), "x");
        }
        let answer = sandbox.sdd(["gate", "custom", "--format", "json"]);
        let warnings = answer.json()["warnings"].to_string();
        assert_eq!(warnings.contains("did not get"), told, "{script}: {warnings}");
        assert_eq!(
            warnings.matches("AAA_OURS_").count(),
            if told { 8 } else { 0 },
            "{warnings}"
        );
        assert_eq!(warnings.contains(" more; pass one on"), told, "{warnings}");
    }
}

#[test]
fn a_security_gate_without_an_answer_counts_no_severities() {
    let sandbox = Sandbox::new()
        .config(&json!({}))
        .file("pyproject.toml", "[project]\nname = 'a'\n")
        .file("a.py", "x = 1\n");
    let answer = sandbox.sdd(["gate", "security", "--format", "json"]);
    answer.expect_code(3);
    let gate = &answer.json()["gates"][0];
    assert_eq!(gate["gate"], "security");
    assert!(!gate.to_string().contains("severity_"), "{gate}");
}

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
