//! govulncheck, against a database in the sandbox.

use serde_json::json;

use super::{gate, hints, module, places};
use crate::support::Sandbox;

const ENTRY: &str = r#"{"schema_version":"1.3.1","id":"GO-2024-0001","modified":"2024-01-02T00:00:00Z",
"published":"2024-01-01T00:00:00Z","summary":"Bytes go bad","details":"For a test.",
"affected":[{"package":{"name":"example.com/badbytes","ecosystem":"Go"},
"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}],
"ecosystem_specific":{"imports":[{"path":"example.com/badbytes","symbols":["Bad"]}]}}],
"database_specific":{"url":"https://example.com/GO-2024-0001","review_status":"REVIEWED"}}"#;

/// A module that calls what is vulnerable in 1.1.0 of a vendored dependency.
fn vulnerable() -> Sandbox {
    let sandbox = module()
        .file("uses.go", "package sample\n\nimport \"example.com/badbytes\"\n\nfunc F() int {\n\treturn badbytes.Bad()\n}\n")
        .file("vendor/example.com/badbytes/b.go", "package badbytes\n\nfunc Bad() int { return 1 }\n\nfunc Good() int { return 2 }\n")
        .file("db/index/db.json", r#"{"modified":"2024-01-02T00:00:00Z"}"#)
        .file("db/index/modules.json", r#"[{"path":"example.com/badbytes","vulns":[{"id":"GO-2024-0001","modified":"2024-01-02T00:00:00Z","fixed":"1.2.0"}]}]"#)
        .file("db/index/vulns.json", r#"[{"id":"GO-2024-0001","modified":"2024-01-02T00:00:00Z"}]"#)
        .file("db/ID/GO-2024-0001.json", ENTRY);
    requires(&sandbox, "v1.1.0");
    let db = format!("file://{}", sandbox.path("db").display());
    database(sandbox, &db)
}

fn database(sandbox: Sandbox, db: &str) -> Sandbox {
    sandbox.config(
        &json!({"quality_gates": {"security": {"commands": {"go": ["govulncheck", "-db", db, "./..."]}}}}),
    )
}

fn requires(sandbox: &Sandbox, version: &str) {
    sandbox.rewrite(
        "go.mod",
        format!("module example.com/sample\n\ngo 1.22\n\nrequire example.com/badbytes {version}\n"),
    );
    sandbox.rewrite(
        "vendor/modules.txt",
        format!("# example.com/badbytes {version}\n## explicit; go 1.22\nexample.com/badbytes\n"),
    );
}

#[test]
fn what_the_code_calls_is_found_where_it_is_called() {
    let sandbox = vulnerable();
    let failed = gate(&sandbox, "security", 1, "failed", "1 finding");
    assert_eq!(places(&failed), ["GO-2024-0001 uses.go:6"]);
    assert_eq!(failed["findings"][0]["severity"], "high");

    // Imported and not called: told, and milder.
    let code = sandbox.read("uses.go").replace("Bad()", "Good()");
    sandbox.rewrite("uses.go", code);
    let passed = gate(&sandbox, "security", 0, "passed", "milder");
    assert_eq!(passed["findings"][0]["severity"], "low");

    requires(&sandbox, "v1.2.0");
    let passed = gate(&sandbox, "security", 0, "passed", "nothing was found");
    assert_eq!(places(&passed), [""; 0]);
}

#[test]
fn a_database_that_cannot_be_had_is_no_clean_scan() {
    let sandbox = vulnerable();
    // No other machine is asked: nothing listens at this port of this one.
    for db in [
        "https://127.0.0.1:1".to_owned(),
        format!("file://{}", sandbox.path("nowhere").display()),
    ] {
        let sandbox = database(vulnerable(), &db);
        let error = gate(
            &sandbox,
            "security",
            3,
            "error",
            "govulncheck could not do its work",
        );
        hints(&error, "the vulnerability database must be reachable");
    }
}

#[test]
fn code_that_does_not_compile_is_not_scanned() {
    let sandbox = vulnerable().file("broken.go", "package sample\n\nvar x int = missing\n");
    let reason = "govulncheck could not load the code: broken.go:3: undefined: missing";
    gate(&sandbox, "security", 3, "error", reason);
}

#[test]
fn a_missing_scanner_comes_with_the_command_that_installs_it() {
    let sandbox = module().without("govulncheck");
    let error = gate(&sandbox, "security", 3, "error", "govulncheck is not installed");
    hints(&error, "go install golang.org/x/vuln/cmd/govulncheck@latest");
}
