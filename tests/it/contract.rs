//! `sdd contract` with the real binary: files, revisions of git, files that refer to files, formats, exit codes.

mod check;
mod hostile;
mod policy;
mod types;
mod validate;
mod web;

use crate::report::formats::{complaints, xmllint};
use crate::support::{Answer, Sandbox};

const BASE: &str = "openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
paths:
  /pets:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Pet'}
      responses: {'201': {description: ok}}
  /old:
    get: {responses: {'200': {description: ok}}}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        name: {type: string}
        kind: {type: string, enum: [cat, dog]}
";

fn revision() -> String {
    BASE.replace("maximum: 100", "maximum: 50")
        .replace("enum: [cat, dog]", "enum: [cat, dog, '::set-output <b>`x`']")
        .replace("  /old:\n    get: {responses: {'200': {description: ok}}}\n", "")
        .replace("required: [name]", "required: [name, kind]")
}

fn sandbox() -> Sandbox {
    Sandbox::new().file("v1.yaml", BASE).file("v2.yaml", revision())
}

#[track_caller]
fn page(answer: &Answer) -> &str {
    answer.expect_code(1);
    assert_eq!(answer.stderr, "");
    &answer.stdout
}

#[test]
fn people_read_what_breaks_where_and_why() {
    let sandbox = sandbox();
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml"]);
    insta::assert_snapshot!("human", page(&answer));
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml", "--format", "markdown"]);
    insta::assert_snapshot!("markdown", page(&answer));
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml", "--format", "github"]);
    insta::assert_snapshot!("github", page(&answer));
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml", "--quiet"]);
    assert_eq!(page(&answer).lines().count(), 1);
}

#[test]
fn programs_get_one_change_a_cause_and_one_an_operation_on_demand() {
    let sandbox = sandbox();
    let report = sandbox
        .sdd(["contract", "diff", "v1.yaml", "v2.yaml", "--format", "json"])
        .json();
    insta::assert_json_snapshot!("json", report);
    let report = sandbox
        .sdd([
            "contract",
            "diff",
            "v1.yaml",
            "v2.yaml",
            "--format",
            "json",
            "--per-operation",
        ])
        .json();
    let removed = report["changes"].as_array().unwrap().iter();
    let removed = removed
        .filter(|change| change["type"] == "removed_endpoint")
        .collect::<Vec<_>>();
    assert_eq!(
        (&removed[0]["method"], &removed[0]["path"]),
        (&"GET".into(), &"/old".into())
    );
}

#[test]
fn agents_read_what_breaks_and_what_to_run_next() {
    let sandbox = sandbox().env("CLAUDECODE", "1");
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml", "--fail-on", "warning"]);
    insta::assert_snapshot!("agent", page(&answer));
}

/// Everything that a reader of its own takes, with hostile text in it, with nothing in it, and with one entry an operation.
#[test]
fn what_other_programs_read_is_valid() {
    let sandbox = sandbox();
    for (revision, extra, code) in [
        ("v2.yaml", "--fail-on=error", 1),
        ("v2.yaml", "--per-operation", 1),
        ("v2.yaml", "--fail-on=none", 0),
        ("v1.yaml", "--fail-on=error", 0),
    ] {
        let told =
            |format: &str| sandbox.sdd(["contract", "diff", "v1.yaml", revision, extra, "--format", format]);
        let junit = told("junit");
        junit.expect_code(code);
        xmllint(&sandbox, &junit.stdout).expect_code(0);
        assert_eq!(junit.stdout.contains("<failure "), code == 1, "{}", junit.stdout);
        let sarif = told("sarif").json();
        assert_eq!(complaints(&sarif), [""; 0]);
        let report = told("json").json();
        let (results, changes) = (&sarif["runs"][0]["results"], &report["changes"]);
        assert_eq!(
            results.as_array().unwrap().len(),
            changes.as_array().unwrap().len()
        );
        let html = told("html");
        assert_eq!(
            html.stdout.matches("<article ").count(),
            changes.as_array().unwrap().len()
        );
    }
}

#[test]
fn a_page_for_a_browser_is_written_with_the_lines_around() {
    let sandbox = sandbox();
    let answer = sandbox.sdd([
        "contract",
        "diff",
        "v1.yaml",
        "v2.yaml",
        "--format",
        "html",
        "--output",
        "changes.html",
    ]);
    answer.expect_code(1);
    assert_eq!(answer.stdout, "");
    let page = sandbox.read("changes.html");
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    assert!(
        page.contains(
            "<mark data-n=\"7\">      - {name: limit, in: query, schema: {type: integer, maximum: 50}}\n</mark>"
        ),
        "{page}"
    );
    assert!(page.contains("<i data-n=\"4\">/pets:\n</i>"), "{page}");
    assert!(page.contains("&#39;::set-output &lt;b&gt;`x`&#39;"), "{page}");
}

#[test]
fn exit_codes_say_what_was_found() {
    let sandbox = sandbox()
        .file("empty.yaml", "")
        .file("text.json", "{\"openapi\": 3,}")
        .file("latin.yaml", b"openapi: \xff");
    sandbox
        .sdd(["contract", "diff", "v1.yaml", "v1.yaml"])
        .expect_code(0);
    sandbox
        .sdd(["contract", "diff", "v1.yaml", "v2.yaml", "--fail-on", "none"])
        .expect_code(0);
    let added = BASE.replace("[cat, dog]", "[cat, dog, bird]");
    sandbox.rewrite("added.yaml", added);
    sandbox
        .sdd(["contract", "diff", "v1.yaml", "added.yaml"])
        .expect_code(0);
    sandbox
        .sdd([
            "contract",
            "diff",
            "v1.yaml",
            "added.yaml",
            "--fail-on",
            "warning",
        ])
        .expect_code(1);
    for (file, said) in [
        ("none.yaml", "none.yaml: there is no such file"),
        ("empty.yaml", "empty.yaml:1:1: there is no value in it"),
        ("text.json", "text.json:1:15: expected a key in quotes"),
        ("latin.yaml", "latin.yaml:1:10: it is no UTF-8 text from here on"),
    ] {
        for answer in [
            sandbox.sdd(["contract", "diff", "v1.yaml", file]),
            sandbox.sdd(["contract", "diff", file, "v1.yaml"]),
        ] {
            answer.expect_code(2);
            assert!(answer.stderr.contains(said), "{}", answer.stderr);
            assert_eq!(answer.stdout, "");
        }
        let answer = sandbox.sdd([
            "contract",
            "diff",
            file,
            "v1.yaml",
            "--format",
            "json",
            "--output",
            "junit=e.xml",
            "--output",
            "human=e.txt",
        ]);
        answer.expect_code(2);
        assert!(answer.stderr.contains(said), "{}", answer.stderr);
        let document = answer.json();
        assert_eq!(document["verdict"], "error");
        assert!(
            document["unreadable"][0].as_str().unwrap().contains(said),
            "{document}"
        );
        assert!(
            sandbox.read("e.xml").contains("<error"),
            "{}",
            sandbox.read("e.xml")
        );
        assert!(sandbox.read("e.txt").contains(said), "{}", sandbox.read("e.txt"));
    }
}

#[test]
fn a_side_may_be_a_revision_of_git_with_what_it_refers_to() {
    let split = BASE.replace("'#/components/schemas/Pet'", "'parts/pet.yaml#/Pet'");
    let pet = "Pet: {type: object, properties: {name: {type: string, maxLength: 9}}}\n";
    let sandbox = Sandbox::new()
        .file("api/v1.yaml", &split)
        .file("api/parts/pet.yaml", pet)
        .git();
    sandbox.commit("first");
    sandbox.rewrite("api/parts/pet.yaml", pet.replace('9', "8"));
    sandbox
        .sdd(["contract", "diff", "HEAD:api/v1.yaml", "HEAD:api/v1.yaml"])
        .expect_code(0);
    let answer = sandbox.sdd(["contract", "diff", "HEAD:api/v1.yaml", "api/v1.yaml"]);
    let page = page(&answer);
    assert!(page.contains("HEAD:api/parts/pet.yaml:1:"), "{page}");
    assert!(
        page.contains("api/parts/pet.yaml:1:") && page.contains("9 → 8"),
        "{page}"
    );
    // From a directory below, a path is one from there, or as git takes it.
    for named in ["HEAD:v1.yaml", "HEAD:./v1.yaml", "HEAD:api/v1.yaml"] {
        sandbox
            .sdd(["-C", "api", "contract", "diff", named, "v1.yaml"])
            .expect_code(1);
    }
    let answer = sandbox.sdd(["contract", "diff", "nope:api/v1.yaml", "api/v1.yaml"]);
    answer.expect_code(2);
    assert!(
        answer
            .stderr
            .contains("git knows no api/v1.yaml in the revision nope"),
        "{}",
        answer.stderr
    );
    sandbox.assert_nothing_left();
}

#[test]
fn a_reference_reads_no_file_outside_of_the_repository_and_asks_no_other_machine() {
    let sandbox = Sandbox::new();
    sandbox.rewrite("../secret.yaml", "s3cret: {type: string}\n");
    let with = |reference: &str| BASE.replace("'#/components/schemas/Pet'", &format!("'{reference}'"));
    sandbox.rewrite("up.yaml", with("../secret.yaml#/s3cret"));
    sandbox.rewrite("far.yaml", with("https://127.0.0.1:1/a.yaml"));
    sandbox.rewrite("none.yaml", with("none.yaml#/nothing/there"));
    for (file, rule) in [
        ("up.yaml", "it leads out of the repository"),
        ("far.yaml", "document-remote-reference"),
        ("none.yaml", "document-dangling-reference"),
    ] {
        let answer = sandbox.sdd(["contract", "diff", file, file]);
        answer.expect_code(0);
        assert!(answer.stdout.contains(rule), "{}", answer.stdout);
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let sandbox = Sandbox::new();
    let answer = sandbox.sdd(["contract", "rules", "--format", "json"]);
    answer.expect_code(0);
    assert!(answer.json().as_array().unwrap().len() > 500);
    let answer = sandbox.sdd(["contract", "rules", "response-media-type-removed"]);
    insta::assert_snapshot!("rule", answer.expect_code(0).stdout);
    let answer = sandbox.sdd(["contract", "rules", "response-media-type-remove"]);
    answer.expect_code(4);
    assert!(
        answer
            .stderr
            .contains("did you mean response-media-type-removed?"),
        "{}",
        answer.stderr
    );
}

#[test]
fn sunset_dates_are_compared_with_the_day_that_is_said() {
    let base = BASE.replace(
        "/old:\n    get: {",
        "/old:\n    get: {deprecated: true, x-sunset: '2026-06-01', ",
    );
    let gone = revision()
        .replace("maximum: 50", "maximum: 100")
        .replace("[name, kind]", "[name]")
        .replace(", '::set-output <b>`x`'", "");
    let sandbox = Sandbox::new().file("v1.yaml", base).file("v2.yaml", gone);
    let sandbox = sandbox.env("SDD_TODAY", "2026-05-31");
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml"]);
    assert!(page(&answer).contains("api-path-removed-before-sunset"));
    let sandbox = sandbox.env("SDD_TODAY", "2026-06-01");
    sandbox
        .sdd(["contract", "diff", "v1.yaml", "v2.yaml"])
        .expect_code(0);
    let sandbox = sandbox.env("SDD_TODAY", "tomorrow");
    let answer = sandbox.sdd(["contract", "diff", "v1.yaml", "v2.yaml"]);
    answer.expect_code(2);
    assert!(
        answer.stderr.contains("SDD_TODAY is \"tomorrow\", and no day"),
        "{}",
        answer.stderr
    );
}
