//! pip-audit against advisories that a server on the loopback gives, and against none.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use super::pytest_coverage::Executable;
use super::{Gates, check, hints, python};
use crate::support::Sandbox;

/// Serves advisories in the form of `PyPI` until the test ends; gives its address.
fn advisories(answer: fn(&str) -> (u16, String)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let _client_went_away = serve(stream, answer);
        }
    });
    address
}

fn serve(stream: TcpStream, answer: fn(&str) -> (u16, String)) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    // `GET /pypi/NAME/VERSION/json HTTP/1.1`
    let name = request.split('/').nth(2).unwrap_or_default();
    let (status, body) = answer(name);
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    reader.into_inner().write_all((head + &body).as_bytes())
}

fn known(name: &str) -> (u16, String) {
    let vulnerabilities = match name {
        "flask" => {
            json!([{"id": "PYSEC-2018-66", "aliases": ["CVE-2018-1000656"], "details": "Denial of service.",
            "summary": null, "fixed_in": ["0.12.3"], "link": "", "source": "osv", "withdrawn": null}])
        }
        "unknown" => return (404, "{}".to_owned()),
        "broken" => return (500, "{}".to_owned()),
        "garbage" => return (200, "<html>".to_owned()),
        _ => json!([]),
    };
    let body: Value = json!({"info": {"name": name, "version": "1"}, "vulnerabilities": vulnerabilities});
    (200, body.to_string())
}

/// The real pip-audit. The address of its service cannot be configured, so that is replaced in its requests, and
/// nothing else.
fn with(requirements: &str, address: &str) -> Sandbox {
    let sandbox = python().venv_without(&["pip-audit"]);
    let tools = std::fs::canonicalize(sandbox.path(".venv/lib")).unwrap();
    let script = format!(
        "#!{}\nimport sys, requests\nreal = requests.Session.request\n\
         def request(self, method, url, *args, **kwargs):\n    \
         return real(self, method, url.replace('https://pypi.org', '{address}'), *args, **kwargs)\n\
         requests.Session.request = request\nfrom pip_audit._cli import audit\naudit()\n",
        tools.with_file_name("bin").join("python").display()
    );
    sandbox
        .file(".venv/bin/pip-audit", script)
        .executable(".venv/bin/pip-audit")
        .file("requirements.txt", requirements)
        .env("NO_PROXY", "*")
        .gates(&json!({"security": {"commands": {"python": "pip-audit --no-deps --disable-pip -r requirements.txt"}}}))
}

#[test]
fn known_vulnerabilities_fail_the_gate() {
    let gate = check(
        &with("flask==0.12\nrequests==2.99.0\n", &advisories(known)),
        "security",
        1,
        "failed",
        "1 finding of severity high or worse",
    );
    assert_eq!(gate["findings"][0]["rule"], "PYSEC-2018-66", "{gate:#}");
    let message = gate["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("flask 0.12: fixed in 0.12.3 (CVE-2018-1000656)"),
        "{message}"
    );
    assert_eq!(gate["metrics"]["dependencies_audited"], 2);
    hints(&gate, "update vulnerable dependencies");
}

#[test]
fn without_any_the_gate_passes() {
    let gate = check(
        &with("requests==2.99.0\n", &advisories(known)),
        "security",
        0,
        "passed",
        "nothing was found",
    );
    assert_eq!(gate["metrics"]["dependencies_audited"], 1);
}

#[test]
fn when_every_dependency_is_skipped_nothing_was_audited() {
    // pip-audit prints "No known vulnerabilities found" and ends with exit code 0.
    let gate = check(
        &with("unknown==1.0\n", &advisories(known)),
        "security",
        3,
        "error",
        "audited",
    );
    assert_eq!(gate["steps"][0]["exit_code"], 0);
    assert_eq!(gate["steps"][0]["verdict"], "error");
}

#[test]
fn a_declared_dependency_that_was_skipped_is_no_clean_one() {
    check(
        &with("unknown==1.0\nrequests==2.99.0\n", &advisories(known)),
        "security",
        3,
        "error",
        "declared and not audited: unknown",
    );
    // One that is not declared, such as the project itself, is only told.
    let gate = check(
        &with(
            "requests==2.99.0\nunknown==1.0 ; python_version > '3'\n",
            &advisories(known),
        ),
        "security",
        0,
        "passed",
        "nothing was found",
    );
    assert!(gate["warnings"].to_string().contains("unknown"), "{gate:#}");
}

#[test]
fn what_is_declared_elsewhere_is_audited_too() {
    let sandbox = with("requests==2.99.0\n", &advisories(known)).file(
        "pyproject.toml",
        "[project]\nname = \"calc\"\nversion = \"1\"\ndependencies = [\"Flask_Login>=1\"]\n",
    );
    let gate = check(&sandbox, "security", 3, "error", "not audited: flask-login");
    hints(&gate, "install the project's dependencies");
}

#[test]
fn a_service_that_does_not_answer_is_no_clean_audit() {
    // Nothing listens on the address of a listener that is gone.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(
        &with("requests==2.99.0\n", &format!("http://{gone}")),
        "security",
        3,
        "error",
        "pip-audit",
    );
    for name in ["broken", "garbage"] {
        let sandbox = with(&format!("{name}==1.0\n"), &advisories(known));
        check(&sandbox, "security", 3, "error", "pip-audit");
    }
}
