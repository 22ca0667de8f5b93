//! Procedures from specs, and every fault with its line.

use super::*;
use crate::parse;

/// A spec that can be run, with parts that a test replaces.
fn spec(steps: &str, rollback: &str, smoke: &str) -> String {
    format!(
        "# Deployment: Shop\n\n## Deployment Scope\n\n**Target Environment:**\n- Environment: staging\n\n\
         ## Deployment Procedure\n\n### Pre-Deployment Steps\n\n1. Tell the team\n\n### Deployment Steps\n\n{steps}\n\n\
         ### Post-Deployment Steps\n\n1. Look at the dashboards\n\n## Environment Configuration\n\n\
         **Required Environment Variables:**\n\n```env\nDATABASE_URL=<connection string>\n```\n\n\
         ## Rollback Procedure\n\n### Rollback Triggers\n\n- Smoke tests fail\n- Error rate exceeds 5%\n\n\
         ### Rollback Steps\n\n{rollback}\n\n**Estimated Rollback Time:** 10 minutes\n\n## Smoke Tests\n\n{smoke}\n"
    )
}

const STEP: &str = "1. Switch\n   ```bash sdd id=switch timeout=90s idempotent undo=back env=TOKEN,API_KEY cwd=ops expect-exit=0,3\n   ./switch\n   ```";
const BACK: &str = "1. Switch back\n   ```bash sdd id=back\n   ./back\n   ```";
const SMOKE: &str = "### Health Checks\n\n- GET /health expect 200 within 2s";

fn parsed(text: &str) -> Result<Procedure, Vec<Fault>> {
    let spec = parse::spec::read("spec.md", text.as_bytes());
    read(&spec, text.as_bytes())
}

#[test]
fn a_procedure_is_read_with_everything_that_it_says() {
    let procedure = parsed(&spec(STEP, BACK, SMOKE)).unwrap();
    assert_eq!(procedure.environment, "staging");
    let ids: Vec<&str> = procedure.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["pre-1", "switch", "post-1"]);
    assert_eq!(procedure.steps[0].work, Work::Manual);
    let Work::Script(script) = &procedure.steps[1].work else {
        panic!("{:?}", procedure.steps[1]);
    };
    assert_eq!(
        *script,
        Script {
            shell: Shell::Bash,
            body: "./switch\n".to_owned(),
            timeout_ms: 90_000,
            idempotent: true,
            undo: Some("back".to_owned()),
            env: vec!["TOKEN".to_owned(), "API_KEY".to_owned()],
            cwd: Some("ops".to_owned()),
            expect_exit: vec![0, 3],
        }
    );
    assert_eq!(procedure.rollback_time_ms, Some(600_000));
    assert_eq!(procedure.variables, ["DATABASE_URL"]);
    let kinds: Vec<TriggerKind> = procedure.triggers.iter().map(|trigger| trigger.kind).collect();
    assert_eq!(
        kinds,
        [
            TriggerKind::SmokeTests,
            TriggerKind::ErrorRate { percent: Some(5.0) }
        ]
    );
    assert_eq!(procedure.tests[0].expected.within_ms, Some(2000));
    assert_eq!(procedure.notes, []);
}

/// The line of a text, from 1.
fn line_of(text: &str, what: &str) -> u32 {
    let at = text.lines().position(|line| line.contains(what)).unwrap();
    u32::try_from(at + 1).unwrap()
}

/// Checks that a spec has exactly this fault, on the line with these words; without words it is about no line.
#[track_caller]
fn fault(text: &str, code: &str, at: &str) {
    let faults = parsed(text).unwrap_err();
    let found: Vec<(&str, u32)> = faults.iter().map(|fault| (fault.code, fault.line)).collect();
    let line = if at.is_empty() { 0 } else { line_of(text, at) };
    assert_eq!(found, [(code, line)], "{text}");
}

#[track_caller]
fn step_fault(step: &str, code: &str, at: &str) {
    fault(&spec(step, BACK, SMOKE), code, at);
}

#[test]
fn faults_of_attributes_have_their_line() {
    let with = |attributes: &str, code: &str| {
        let step = format!("1. Switch\n   ```bash sdd {attributes}\n   ./switch\n   ```");
        step_fault(&step, code, attributes);
    };
    with("timeout=1m", "no_id");
    with("id=Switch", "attribute");
    with("id=a timeout=soon", "attribute");
    with("id=a timeout=0s", "attribute");
    with("id=a timeout=25h", "attribute");
    with("id=a retries=3", "attribute");
    with("id=a idempotent=yes", "attribute");
    with("id=a env=A,,B", "attribute");
    with("id=a cwd=../x", "attribute");
    with("id=a cwd=/x", "attribute");
    with("id=a expect-exit=300", "attribute");
    with("id=a id=b", "attribute_twice");
    with("id=a undo=nowhere", "undo");
    with("id=a undo=a", "undo");
}

#[test]
fn faults_of_code_have_their_line() {
    let with = |code: &str, expect: &str, at: &str| {
        step_fault(
            &format!("1. S\n   ```bash sdd id=a\n   {code}\n   ```"),
            expect,
            at,
        );
    };
    with("deploy [version]", "placeholder", "[version]");
    with("[Add the command]", "placeholder", "[Add");
    with("export KEY=<api key>", "placeholder", "<api key>");
    with("export KEY=<key>", "placeholder", "<key>");
    with("echo \u{202e}x", "hidden_character", "echo");
    with("echo x\u{200b}y", "hidden_character", "echo");
    for hidden in [
        "\u{a0}",
        "\u{202f}",
        "\u{3000}",
        "\u{2028}",
        "\u{200d}",
        "\u{2060}",
        "\u{feff}",
        "\u{3164}",
        "\u{2800}",
        "\u{e0101}",
    ] {
        with(&format!("echo x{hidden}y"), "hidden_character", "echo");
    }
    with("# nothing but a comment", "empty", "sdd id=a");
    step_fault(
        "1. S\n   ```bash sdd id=a cwd=x\u{200b}\n   x\n   ```",
        "hidden_character",
        "sdd id=a",
    );
    step_fault("1. S\n   ```bash sdd id=a\n   ```", "empty", "sdd id=a");
    step_fault(
        "1. S\n   ```python sdd id=a\n   x()\n   ```",
        "language",
        "sdd id=a",
    );
}

#[test]
fn code_that_only_looks_like_a_placeholder_runs() {
    for code in [
        "[ -f x ] && true",
        "[[ $a == b ]]",
        "ls [0-9]*",
        "sort <in >out",
        "echo \"${a[1]}\"",
        "cat <<EOF",
        "test \"$x\" = '<>'",
        "echo '⚠\u{fe0f} é 文'",
    ] {
        let step = format!("1. S\n   ```bash sdd id=a\n   {code}\n   ```");
        let procedure = parsed(&spec(&step, BACK, SMOKE));
        assert!(procedure.is_ok(), "{code}: {procedure:?}");
    }
}

#[test]
fn faults_of_form_have_their_line() {
    step_fault(
        "1. S\n   ```bash sdd id=a\n   ./a\n\n2. T\n   ```bash sdd id=b\n   ./b\n   ```",
        "unclosed_fence",
        "sdd id=a",
    );
    let nested = "````bash sdd id=a\n```\nx\n```\n````";
    step_fault(nested, "nested_fence", "sdd id=a");
    let twice = "1. S\n   ```bash sdd id=a\n   ./a\n   ```\n2. T\n   ```sh sdd id=a\n   ./b\n   ```";
    step_fault(twice, "duplicate_id", "```sh sdd id=a");
    // One of the way back counts as well.
    let text = spec("1. S\n   ```sh sdd id=back\n   ./a\n   ```", BACK, SMOKE);
    fault(&text, "duplicate_id", "bash sdd id=back");
    let text = spec(
        STEP,
        "1. B\n   ```bash sdd id=back undo=back\n   ./a\n   ```",
        SMOKE,
    );
    fault(&text, "undo_of_undo", "sdd id=back undo");
    let stray = format!(
        "{}\n## Notes\n\n```bash sdd id=z\n./z\n```\n",
        spec(STEP, BACK, SMOKE)
    );
    fault(&stray, "stray_fence", "sdd id=z");
}

#[test]
fn nothing_to_do_is_no_deployment() {
    step_fault("1. Press the button", "no_steps", "### Deployment Steps");
    step_fault(
        "1. S\n   ```bash\n   ./documentation\n   ```",
        "no_steps",
        "### Deployment Steps",
    );
    fault(
        &spec("1. S\n   ```sh sdd id=a\n   ./a\n   ```", "", SMOKE),
        "no_rollback",
        "### Rollback Steps",
    );
    let prose = "### Health Checks\n\n- Database connectivity: verified";
    fault(&spec(STEP, BACK, prose), "no_smoke_tests", "");
    let text = spec(STEP, BACK, SMOKE).replace("Environment: staging", "Environment: [staging | production]");
    fault(&text, "no_environment", "");
}

#[test]
fn a_deployment_has_one_target() {
    let with = |line: &str| spec(STEP, BACK, SMOKE).replace("- Environment: staging", line);
    for (said, at) in [
        ("- Environment: staging, production", "production"),
        ("- Environment: staging, then production", "production"),
        ("- Environment: staging and production", "production"),
        ("- Environment: staging\n- Environment: production", "production"),
        ("- staging\n- production", "- production"),
    ] {
        fault(&with(said), "two_environments", at);
    }
    for said in [
        "- Environment: staging (eu-west-1, and small)",
        "- Environment: staging - the small one, then",
        "- Environment: staging, the small one",
        "- staging\n- staging",
    ] {
        assert_eq!(parsed(&with(said)).unwrap().environment, "staging", "{said}");
    }
}

#[test]
fn what_looks_like_a_step_and_is_none_is_a_fault() {
    step_fault(
        "1. S\n   - stop the workers\n   ```bash sdd id=a\n   ./a\n   ```",
        "lost_step",
        "- stop the workers",
    );
    let code = "```bash sdd id=a\n./a\n```";
    step_fault(
        &format!("{code}\n\n<table><tr><td>Stop</td></tr></table>"),
        "lost_step",
        "<table>",
    );
    // Rows and items beside the code are steps of a person.
    let procedure = parsed(&spec(
        &format!("{code}\n\n| Stop the workers |\n\nAnd wait.\n\n- Start them"),
        BACK,
        SMOKE,
    ));
    let procedure = procedure.unwrap();
    let said: Vec<&str> = procedure.steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(
        said,
        [
            "Tell the team",
            "a",
            "Stop the workers",
            "Start them",
            "Look at the dashboards"
        ]
    );
    assert_eq!(procedure.notes.len(), 1, "{:?}", procedure.notes);
    assert!(procedure.notes[0].message.contains("And wait."));
}

#[test]
fn a_plan_wants_what_the_validation_of_the_spec_wants() {
    let whole = spec(STEP, BACK, SMOKE);
    let checked = |text: &str| {
        let spec = parse::spec::read("spec.md", text.as_bytes());
        match check(&spec, text.as_bytes()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(|fault| fault.code).collect(),
        }
    };
    assert_eq!(checked(&whole), [""; 0]);
    for (from, to, expect) in [
        (
            "### Deployment Steps\n",
            "### Post-Deployment Steps\n",
            "no_steps",
        ),
        ("- Smoke tests fail\n- Error rate exceeds 5%\n", "", "no_triggers"),
        ("## Environment Configuration", "## Somewhere", "missing_section"),
        ("**Estimated Rollback Time:** 10 minutes", "", "no_rollback_time"),
        ("10 minutes", "soon", "no_rollback_time"),
        ("1. Tell the team", "1. [Whom to tell]", "placeholder"),
        (
            "- Environment: staging",
            "- Environment: a, b",
            "two_environments",
        ),
        ("```bash sdd id=back", "```bash id=back", "undo"),
    ] {
        assert!(whole.contains(from), "{from}");
        let codes = checked(&whole.replacen(from, to, 1));
        assert!(codes.contains(&expect), "{from}: {codes:?}");
        let twice = codes.iter().filter(|code| **code == expect).count();
        assert_eq!(twice, 1, "{from}: {codes:?}");
    }
}

#[test]
fn smoke_tests_in_every_form_of_real_specs() {
    let smoke = "### Critical User Flows\n\n1. **User Login**\n   - Endpoint: POST /api/auth/login\n   \
                 - Expected: 200 OK, returns JWT token\n   - Failure: Rollback immediately\n\n\
                 ### Test 2: Version\n\n```bash sdd id=version timeout=5s\n./version\n# Expected: contains \"v2\"\n```\n\n\
                 ### Test 3: Home\n\n```bash\ncurl -s https://shop.example/\n# Expected: 200\n```\n\n\
                 ### Health Checks\n\n- Application health: GET /health\n- Cache connectivity: verified";
    let procedure = parsed(&spec(STEP, BACK, smoke)).unwrap();
    let shown: Vec<String> = procedure
        .tests
        .iter()
        .map(|test| match &test.way {
            Way::Http(request) => {
                format!(
                    "{}: {} {} -> {:?}",
                    test.name, request.method, request.url, test.expected.status
                )
            }
            Way::Script(script) => format!(
                "{}: {} ms, {:?}",
                test.name, script.timeout_ms, test.expected.contains
            ),
        })
        .collect();
    assert_eq!(
        smoke_tests(
            &parse::spec::read("s", spec(STEP, BACK, smoke).as_bytes()),
            spec(STEP, BACK, smoke).as_bytes()
        ),
        4
    );
    assert_eq!(
        shown,
        [
            "User Login: POST /api/auth/login -> Some(200)",
            "Version: 5000 ms, [\"v2\"]",
            "Home: GET https://shop.example/ -> Some(200)",
            "Application health: GET /health -> Some(200)",
        ]
    );
    let notes: Vec<&str> = procedure.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(
        notes,
        [
            "\"returns JWT token\" is not checked",
            "\"Cache connectivity: verified\" is not checked"
        ]
    );
}

#[test]
fn smoke_tests_that_check_nothing_are_faults() {
    let flow = |expected: &str| {
        format!("### Flows\n\n1. **Login**\n   - Endpoint: GET /login\n   - Expected: {expected}")
    };
    fault(
        &spec(STEP, BACK, &flow("returns a token")),
        "no_expectation",
        "**Login**",
    );
    for (expected, code) in [
        ("200 OK, {\"status\": \"ok\"", "expected_json"),
        ("200 OK, {status: ok}", "expected_json"),
        ("999, {\"status\": \"ok\"}", "expected_status"),
        ("HTTP 999", "expected_status"),
        ("not 404", "expected_not"),
        ("anything but 404", "expected_not"),
        ("no 404 Not Found", "expected_not"),
        ("5xx must not come; 404", "expected_not"),
        ("200 OK, not contains \"version\"", "expected_not"),
        ("200 OK, it doesn't say why", "expected_not"),
    ] {
        fault(&spec(STEP, BACK, &flow(expected)), code, "**Login**");
        if code == "expected_status" {
            let health = format!("### Health Checks\n\n- GET /health expect {expected}");
            fault(&spec(STEP, BACK, &health), code, "GET /health");
        }
    }
    let prose = parsed(&spec(STEP, BACK, &flow("302, a redirect to /orders/{id}"))).unwrap();
    assert_eq!(prose.notes.len(), 1);
    let command = "### Test 1: Home\n\n```bash\ncurl -s $URL\n# Expected: 200\n```";
    let text = spec(STEP, BACK, command);
    let faults = parsed(&text).unwrap_err();
    assert_eq!(faults[0].code, "smoke_command");
    assert_eq!(faults[0].line, line_of(&text, "curl") - 1);
}

#[test]
fn what_the_template_left_open_in_smoke_tests_is_a_fault() {
    let flow = |endpoint: &str, expected: &str, health: &str| {
        let smoke = format!(
            "### Flows\n\n1. **Login**\n   - Endpoint: {endpoint}\n   - Expected: {expected}\n\n\
             ### Health Checks\n\n- Application: {health}"
        );
        spec(STEP, BACK, &smoke)
    };
    let (request, status) = ("GET /login", "200 OK");
    fault(
        &flow("[POST /path]", status, "GET /health"),
        "placeholder",
        "[POST",
    );
    fault(
        &flow(request, "[200 OK, what it returns]", "GET /health"),
        "placeholder",
        "**Login**",
    );
    fault(&flow(request, status, "[GET /health]"), "placeholder", "[GET");
    assert!(parsed(&flow(request, status, "GET /health")).is_ok());
    // What says nothing that can be tried is no test that passes.
    let prose =
        "### Flows\n\n1. **Login works**\n   - A user can log in\n\n### Health Checks\n\n- GET /health";
    fault(&spec(STEP, BACK, prose), "no_request", "**Login works**");
}

proptest::proptest! {
    #[test]
    fn any_spec_can_be_read(steps in "(```bash sdd id=a\n|```\n|1\\. x\n|   |undo=b|\n|<x>|true\n){0,30}") {
        let _ = parsed(&spec(&steps, &steps, &steps));
    }
}
