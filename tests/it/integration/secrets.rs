//! Secrets that come into a service by the compose file: nothing that sdd writes or prints has them.

use std::path::Path;

use super::{ID, example, gate, left};
use crate::support::{Answer, Sandbox};

/// What is secret, by its name: variables of the environment, of the project's `.env`, and of a file that the compose file
/// names, a file of Compose's own secrets, and what stands in the compose file itself.
const SECRETS: [(&str, &str); 6] = [
    ("DB_PASSWORD", "ci0-pass-of-the-machine"),
    ("API_TOKEN", "t0ken-of-the-project"),
    ("WORKER_SECRET", "k3y-of-the-worker"),
    ("vault", "v4ult-of-compose"),
    ("LITERAL_TOKEN", "l1teral-of-the-file"),
    ("DATABASE", "p4ss-of-an-address"),
];

/// What a service says of them, without their names. Of Compose's two dollars the shell sees one.
const SAID: &str = "said $$DB_PASSWORD $$API_TOKEN $$WORKER_SECRET $$(cat /run/secrets/vault) $$LITERAL_TOKEN $${DATABASE##*app:}";
/// The same as it is to be shown.
const SHOWN: &str = "said [redacted:DB_PASSWORD] [redacted:API_TOKEN] [redacted:WORKER_SECRET] [redacted:vault] [redacted:LITERAL_TOKEN] [redacted:DATABASE]@db/orders";

/// The example with secrets in its database, which writes them to its log.
fn with_secrets(sandbox: Sandbox) -> Sandbox {
    let compose = sandbox.read("docker-compose.integration.yml").replacen(
        "    command: [sh, -c, \"mkdir",
        "    environment: {DB_PASSWORD: \"${DB_PASSWORD}\", API_TOKEN: \"${API_TOKEN}\", LITERAL_TOKEN: l1teral-of-the-file, DATABASE: \"pg://app:p4ss-of-an-address@db/orders\"}\n    \
         env_file: [config/db.env]\n    secrets: [vault]\n    command: [sh, -c, \"env; echo {SAID} >&2; mkdir",
        1,
    );
    assert!(compose.contains("env_file"), "{compose}");
    let compose = compose + "\nsecrets:\n  vault: {file: config/vault.txt}\n";
    let compose = compose.replace("{SAID}", SAID);
    let settings = sandbox.read(".session/config.json");
    let settings = settings.replacen('{', "{\n  \"pass_env\": [\"DB_PASSWORD\"],", 1);
    // Tests that read the files as well, and fail with them.
    let test = "import os\n\n\ndef test_no():\n    text = open('.env').read() + open('config/db.env').read() + open('config/vault.txt').read()\n    \
                print(text.replace('=', ' '))\n    assert text == os.environ['DB_PASSWORD']\n";
    sandbox
        .file("docker-compose.integration.yml", compose)
        .file(".session/config.json", settings)
        .file("tests/integration/test_no.py", test)
        .file(".env", format!("API_TOKEN={}\n", SECRETS[1].1))
        .file("config/vault.txt", format!("{}\n", SECRETS[3].1))
        .file("config/db.env", format!("WORKER_SECRET=\"{}\"\n", SECRETS[2].1))
        .env("DB_PASSWORD", SECRETS[0].1)
}

/// All that is below a directory, as texts with their paths.
fn texts(directory: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(texts(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((
                path.display().to_string(),
                String::from_utf8_lossy(&bytes).into_owned(),
            ));
        }
    }
    found
}

/// Neither what was printed nor anything that was written has a secret in it. Gives what was written.
#[track_caller]
fn check_silent(sandbox: &Sandbox, answer: &Answer) -> Vec<(String, String)> {
    let written = texts(&sandbox.path(".session"));
    let printed = [
        ("stdout".to_owned(), answer.stdout.clone()),
        ("stderr".to_owned(), answer.stderr.clone()),
    ];
    for (place, text) in written.iter().chain(&printed) {
        for (name, secret) in SECRETS {
            assert!(!text.contains(secret), "{name} stands in {place}:\n{text}");
        }
    }
    written
}

#[test]
fn no_secret_of_the_environment_or_of_an_env_file_is_written_or_printed() {
    let Some((engine, sandbox)) = example("docker compose") else {
        return;
    };
    let sandbox = with_secrets(sandbox);
    let answer = sandbox.sdd(["integration", "run", ID, "--verbose"]);
    answer.expect_code(1);
    let written = check_silent(&sandbox, &answer);
    let is_log = |path: &str| path.contains("/services/");
    assert!(
        written
            .iter()
            .any(|(path, text)| is_log(path) && text.contains(SHOWN))
    );
    let evidence = "/evidence/";
    assert!(written.iter().any(|(path, _)| path.contains(evidence)));

    // Services that are kept have a journal.
    let answer = sandbox.sdd(["integration", "run", ID, "--keep=1h"]);
    answer.expect_code(1);
    let written = check_silent(&sandbox, &answer);
    let journals = sdd::store::layout::ENVIRONMENTS;
    assert!(
        written.iter().any(|(path, _)| path.contains(journals)),
        "{journals}"
    );
    let answer = sandbox.sdd(["integration", "gc", "--all"]);
    answer.expect_code(0);
    check_silent(&sandbox, &answer);

    // A health check that says them, which is quoted.
    let compose = sandbox.read("docker-compose.integration.yml");
    let sick = compose.replace(
        "nc 127.0.0.1 5432 </dev/null\"], interval: 1s, retries: 20",
        &format!("echo {SAID}; false\"], interval: 1s, retries: 1"),
    );
    let sandbox = sandbox.file("docker-compose.integration.yml", sick);
    let answer = sandbox.sdd(["integration", "run", ID, "--format", "json"]);
    answer.expect_code(1);
    check_silent(&sandbox, &answer);
    let reason = gate(&answer.json(), "integration")["reason"].to_string();
    assert!(reason.contains(SHOWN), "{reason}");
    assert_eq!(left(&engine, &sandbox), Vec::<String>::new());
}
