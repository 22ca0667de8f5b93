//! Several outputs at once: each has its form, and all say the same.

use serde_json::Value;

use super::{LATEST, check, failing, project, sdd};

#[test]
fn every_file_has_its_form_and_stdout_its_own() {
    let sandbox = failing();
    let words = "gate custom --format human --output json=r.json --output junit=r.xml --output sarif=r.sarif \
                 --output markdown=r.md --output github=r.log --output agent=r.txt";
    let answer = sdd(&sandbox, words);
    answer.expect_code(1);
    assert!(answer.stdout.contains("FAILED  1 failed"), "{}", answer.stdout);
    for (file, begins) in [
        ("r.json", "{\n  \"schema_version\": 1,"),
        ("r.xml", "<?xml "),
        ("r.sarif", "{\n  \"$schema\""),
        ("r.md", "## ❌ sdd FAILED"),
        ("r.log", "✗ custom: failed"),
        ("r.txt", "sdd gate: failed"),
    ] {
        let text = sandbox.read(file);
        assert!(text.starts_with(begins), "{file}: {text}");
    }
}

#[test]
fn a_format_stays_on_stdout_beside_files_with_their_own() {
    let answer = sdd(&project(), "gate custom --format github --output json=r.json");
    answer.expect_code(0);
    assert!(
        answer.stdout.contains("::notice title=sdd%3A PASSED::"),
        "{}",
        answer.stdout
    );
}

#[test]
fn outputs_that_make_no_sense_stop_everything_before_the_run() {
    for (words, said) in [
        (
            "gate custom --output junit=x --output sarif=x",
            "names one file twice",
        ),
        ("gate custom --output x --output json=./x", "names one file twice"),
        ("gate custom --output sarrif=x", "did you mean sarif?"),
        ("gate custom --format junitx", "did you mean junit?"),
        (
            "gate custom --output junit=.",
            "is not a file that can be written",
        ),
        ("gate custom --output junit=no/such/x", "no/such/x"),
        ("gate custom --output junit=", "names no file"),
        ("gate list --format junit", "this command has no format \"junit\""),
    ] {
        let sandbox = project();
        check(&sandbox, words, 2, said);
        assert!(!sandbox.path(LATEST).exists(), "{words}");
    }
}

#[test]
fn a_dash_is_stdout() {
    let sandbox = project();
    for (words, begins) in [
        ("gate custom --output json=-", "{\n  \"schema_version\": 1,"),
        ("gate custom --output agent=- --output r.txt", "sdd gate: passed"),
        (
            "gate custom --format json --output -",
            "{\n  \"schema_version\": 1,",
        ),
        ("gate list --format json --output -", "{"),
    ] {
        let answer = sdd(&sandbox, words);
        answer.expect_code(0);
        assert!(answer.stdout.starts_with(begins), "{words}: {}", answer.stdout);
        assert!(!sandbox.path("-").exists(), "{words}");
    }
    check(
        &sandbox,
        "gate custom --output json=- --output junit=-",
        2,
        "names stdout twice",
    );
    sdd(&sandbox, "gate custom --output json=./-").expect_code(0);
    assert!(sandbox.read("-").starts_with('{'));
}

#[test]
fn a_report_replaces_no_file_that_the_project_needs() {
    let sandbox = project()
        .file("sub/x", "")
        .file(".git/HEAD", "ref: refs/heads/main\n")
        .file("package.json", "{}")
        .file("Cargo.toml", "")
        .file("uv.lock", "")
        .file("sub/requirements-dev.txt", "");
    for (link, to) in [
        ("to-config", ".session/config.json"),
        ("to-nothing", ".session/new"),
        ("to-dir", ".session"),
        ("to-manifest", "package.json"),
    ] {
        std::os::unix::fs::symlink(sandbox.path(to), sandbox.path(link)).unwrap();
    }
    let before = sandbox.read(".session/config.json");
    for file in [
        ".session/config.json",
        ".session/new",
        "./sub/../.session/config.json",
        "to-config",
        "to-nothing",
        "to-dir/config.json",
        ".git/HEAD",
        ".git/new",
        "package.json",
        "to-manifest",
        "Cargo.toml",
        "uv.lock",
        "sub/requirements-dev.txt",
    ] {
        for words in [
            format!("gate custom --output json={file}"),
            format!("gate custom --output {file}"),
            format!("gate list --output {file}"),
        ] {
            check(&sandbox, &words, 2, "--output would overwrite");
        }
    }
    assert_eq!(sandbox.read(".session/config.json"), before);
    assert_eq!(sandbox.read("package.json"), "{}");
    assert!(!sandbox.path(".session/new").exists());
    assert!(!sandbox.path(LATEST).exists(), "nothing ran");
    // A name alone is not precious.
    sdd(&sandbox, "gate custom --output json=sub/package-lock.json").expect_code(0);
}

#[test]
fn what_cannot_be_delivered_is_no_pass_anywhere() {
    let sandbox = project();
    let answer = sdd(
        &sandbox,
        "gate custom --output json=a.json --output junit=/dev/full --output agent=b.txt",
    );
    answer.expect_code(3);
    assert!(answer.stdout.contains("NO VERDICT"), "{}", answer.stdout);
    assert!(!answer.stdout.contains("PASSED"), "{}", answer.stdout);
    assert!(
        answer
            .stdout
            .contains("the report was not delivered: cannot write /dev/full")
    );
    assert!(
        answer.stderr.contains("error: cannot write /dev/full"),
        "{}",
        answer.stderr
    );
    for file in ["a.json", LATEST] {
        let report: Value = serde_json::from_str(&sandbox.read(file)).unwrap();
        assert_eq!(report["verdict"], "error", "{file}");
    }
    assert!(sandbox.read("b.txt").starts_with("sdd gate: no verdict"));
    check(&sandbox, "report --exit-code", 3, "");
}

#[test]
fn a_stdout_that_is_full_is_no_pass_either() {
    let sandbox = project();
    let mut command = sandbox.command(&sandbox.beside("bin").join("sh"));
    let sdd = env!("CARGO_BIN_EXE_sdd");
    command.args([
        "-c",
        &format!("'{sdd}' gate custom --output json=a.json >/dev/full"),
    ]);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(3);
    assert!(
        answer.stderr.contains("cannot write to stdout"),
        "{}",
        answer.stderr
    );
    for file in ["a.json", LATEST] {
        let report: Value = serde_json::from_str(&sandbox.read(file)).unwrap();
        assert_eq!(report["verdict"], "error", "{file}");
    }
}

#[test]
fn a_failure_that_cannot_be_delivered_stays_a_failure() {
    let answer = sdd(&failing(), "gate custom --output json=/dev/full");
    answer.expect_code(1);
    assert!(answer.stdout.contains("FAILED"), "{}", answer.stdout);
}

#[test]
fn stdout_takes_one_document() {
    check(
        &project(),
        "gate custom --format sarif --output junit=-",
        2,
        "stdout takes one document",
    );
    sdd(&project(), "gate custom --format junit --output junit=-").expect_code(0);
    sdd(&project(), "gate custom --output junit=-").expect_code(0);
}
