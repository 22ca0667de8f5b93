//! `work-item list`.

use serde_json::json;

use super::{empty, of, refused, state, with};
use crate::support::Sandbox;

/// One of every standing, and of every kind of dependency.
const ALL: [&str; 8] = [
    "setup completed",
    "cart high: setup",
    "pay critical: cart gone",
    "auth in_progress low: setup",
    "search low !",
    "export low",
    "legal blocked high",
    "launch critical !: pay cart auth legal",
];

fn ids(sandbox: &Sandbox, filter: &[&str]) -> Vec<String> {
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(["work-item", "list", "--quiet"]).args(filter);
    let answer = sandbox.start_command(command).wait();
    answer.expect_code(0);
    answer.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn what_comes_next_stands_first() {
    let sandbox = of(&ALL);
    assert_eq!(
        ids(&sandbox, &[]),
        [
            "auth", "cart", "search", "export", "launch", "pay", "legal", "setup"
        ]
    );
}

#[test]
fn filters_leave_what_was_asked_for() {
    #[track_caller]
    fn check(sandbox: &Sandbox, filter: &[&str], expect: &[&str]) {
        assert_eq!(ids(sandbox, filter), expect, "{filter:?}");
    }
    let sandbox = with("late.json");
    let (feature, test) = ("feature_orders_api_", "integration_test_orders_and_payme");
    let (deployment, security) = ("deployment_production", "security_rotate_the_keys");
    check(&sandbox, &["--type", "feature"], &[feature]);
    check(
        &sandbox,
        &["--type", "deployment,security"],
        &[deployment, security],
    );
    check(&sandbox, &["--status", "Blocked"], &[security]);
    check(&sandbox, &["--status", "blocked", "--type", "feature"], &[]);
    check(
        &sandbox,
        &["--priority", "critical,high"],
        &[test, security, feature],
    );
    check(&sandbox, &["--milestone", "v2"], &[test, deployment]);
    check(&sandbox, &["--urgent"], &[test]);
    check(&sandbox, &["--ready"], &[]);
    check(&sandbox, &["--blocked"], &[deployment, security]);
    check(&sandbox, &["--limit", "1"], &[test]);
    let sandbox = of(&ALL);
    check(&sandbox, &["--ready"], &["cart", "search", "export"]);
    check(&sandbox, &["--blocked"], &["launch", "pay", "legal"]);
}

#[test]
fn wrong_filters_are_wrong_usage() {
    let sandbox = with("late.json");
    refused(
        &sandbox,
        ["wi", "list", "--status", "done"],
        2,
        &["there is no status \"done\"", "did you mean completed?"],
    );
    refused(
        &sandbox,
        ["wi", "list", "--type", "bug,x"],
        2,
        &["there is no type \"x\""],
    );
    refused(
        &sandbox,
        ["wi", "list", "--milestone", "v3"],
        4,
        &["there is no milestone \"v3\"", "did you mean v2?"],
    );
    refused(
        &sandbox,
        ["wi", "list", "--ready", "--blocked"],
        2,
        &["--blocked"],
    );
}

#[test]
fn the_table_is_for_people() {
    for (name, sandbox) in [
        ("early", with("early.json")),
        ("late", with("late.json")),
        ("all", of(&ALL)),
    ] {
        let answer = sandbox.sdd(["work-item", "list"]);
        answer.expect_code(0);
        insta::assert_snapshot!(format!("table-{name}"), answer.stdout);
    }
    let colours = of(&ALL).sdd(["work-item", "list", "--color", "always"]);
    insta::assert_snapshot!("table-colours", colours.stdout.replace('\u{1b}', "␛"));
}

#[test]
fn agents_get_few_words_and_programs_a_document() {
    let sandbox = with("late.json");
    insta::assert_snapshot!("agent", sandbox.sdd(["wi", "list", "--format", "agent"]).stdout);
    insta::assert_json_snapshot!("json", sandbox.sdd(["wi", "list", "--format", "json"]).json());
}

#[test]
fn options_stand_before_and_after_the_command() {
    let sandbox = with("late.json");
    let expect = sandbox.sdd(["work-item", "list", "--format", "json"]).stdout;
    assert_eq!(sandbox.sdd(["--format", "json", "wi", "list"]).stdout, expect);
    assert_eq!(sandbox.sdd(["wi", "--format", "json", "list"]).stdout, expect);
}

#[test]
fn without_items_it_says_how_to_make_one() {
    let answer = empty().sdd(["wi", "list"]);
    answer.expect_code(0);
    assert_eq!(
        answer.stdout,
        "no work items yet\nnext: sdd work-item new --type feature --title \"…\"\n"
    );
    assert_eq!(
        empty().sdd(["wi", "list", "--format", "json"]).json()["next"],
        json!(null)
    );
    let nothing = Sandbox::new()
        .file(".session/config.json", "{}")
        .sdd(["wi", "list"]);
    nothing.expect_code(0);
    Sandbox::new().sdd(["wi", "list"]).expect_code(4);
}

#[test]
fn many_items_stay_short_for_agents() {
    let lines: Vec<String> = (0..300).map(|at| format!("{}_{at}", "x".repeat(200))).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let sandbox = of(&lines);
    let agent = sandbox.sdd(["wi", "list", "--format", "agent"]).stdout;
    assert!(agent.chars().count() < 8_000, "{}", agent.chars().count());
    assert!(
        agent.contains("and 250 more: sdd work-item list --format json"),
        "{agent}"
    );
    let limited = sandbox.sdd(["wi", "list", "--limit", "2"]).stdout;
    assert!(limited.contains("… and 298 more: --limit 300"), "{limited}");
}

#[test]
fn what_stands_in_a_title_is_no_command_to_a_terminal() {
    let sandbox = of(&["x"]);
    let mut items = state(&sandbox);
    items["work_items"]["x"]["title"] = json!("a\u{1b}[31mred\nsecond\u{202e}line");
    items["work_items"]["x"]["milestone"] = json!("m\n2");
    sandbox.rewrite(super::WORK_ITEMS, items.to_string());
    for format in ["human", "agent"] {
        let answer = sandbox.sdd(["wi", "list", "--format", format]);
        assert!(
            !answer.stdout.contains('\u{1b}') && !answer.stdout.contains('\u{202e}'),
            "{:?}",
            answer.stdout
        );
        assert!(
            answer.stdout.contains("ared\\nsecond<U+202E>line  [m\\n2]"),
            "{}",
            answer.stdout
        );
    }
}
