//! `work-item new`.

use serde_json::json;

use super::{WORK_ITEMS, empty, of, refused, state};
use crate::support::Sandbox;

#[test]
fn a_new_item_has_its_fields_its_spec_and_its_counters() {
    let sandbox = empty();
    let made = sandbox.sdd([
        "work-item",
        "new",
        "--type",
        "feature",
        "--title",
        "User auth",
        "--priority",
        "high",
        "--urgent",
    ]);
    made.expect_code(0);
    assert_eq!(
        made.stdout,
        "feature_user_auth\nspec: .session/specs/feature_user_auth.md\n\
         next: fill in the spec, then sdd work-item validate feature_user_auth and sdd start feature_user_auth\n"
    );
    assert_eq!(made.stderr, "");
    let spec = sandbox.read(".session/specs/feature_user_auth.md");
    assert!(spec.starts_with("# Feature: User auth\n"), "{spec}");
    let mut item = state(&sandbox)["work_items"]["feature_user_auth"].clone();
    let stamp = item["created_at"].take();
    assert!(stamp.as_str().unwrap().ends_with('Z'), "{stamp}");
    assert_eq!(
        item,
        json!({
            "id": "feature_user_auth", "type": "feature", "title": "User auth", "status": "not_started",
            "priority": "high", "urgent": true, "dependencies": [], "milestone": "",
            "spec_file": ".session/specs/feature_user_auth.md", "created_at": null, "sessions": [],
        })
    );
    assert_eq!(state(&sandbox)["metadata"]["total_items"], 1);
    assert_eq!(state(&sandbox)["metadata"]["last_updated"], stamp);
}

#[test]
fn what_is_missing_or_wrong_is_named_by_its_flag() {
    #[track_caller]
    fn check<const N: usize>(sandbox: &Sandbox, args: [&str; N], code: i32, said: &[&str]) {
        refused(sandbox, args, code, said);
    }
    let sandbox = of(&["feature_cart"]);
    check(&sandbox, ["wi", "new", "--title", "X"], 2, &["--type <TYPE>"]);
    check(&sandbox, ["wi", "new", "--type", "bug"], 2, &["--title <TEXT>"]);
    check(
        &sandbox,
        ["wi", "new", "--type", "featur", "--title", "X"],
        2,
        &[
            "there is no type \"featur\"",
            "did you mean feature? Types are: feature, bug, refactor, security",
        ],
    );
    check(
        &sandbox,
        ["wi", "new", "--type", "bug", "--title", "X", "--priority", "P1"],
        2,
        &["there is no priority \"P1\"", "did you mean high?"],
    );
    check(
        &sandbox,
        ["wi", "new", "--type", "bug", "--title", "  "],
        2,
        &["--title is empty"],
    );
    check(
        &sandbox,
        ["wi", "new", "--type", "bug", "--title", "a\nb"],
        2,
        &["--title has more than one line"],
    );
    check(
        &sandbox,
        ["wi", "new", "--type", "bug", "--title", &"x".repeat(301)],
        2,
        &["--title is longer than 300 characters"],
    );
    check(
        &sandbox,
        [
            "wi",
            "new",
            "--type",
            "bug",
            "--title",
            "X",
            "--depends-on",
            "feature_card",
        ],
        4,
        &[
            "there is no work item \"feature_card\" to depend on",
            "did you mean feature_cart?",
        ],
    );
    assert!(!sandbox.path(".session/specs").exists(), "nothing was made");
}

#[test]
fn an_integration_test_that_tests_nothing_is_said_and_bad_data_makes_none() {
    let sandbox = of(&["feature_cart"]);
    let new = |flag, value| {
        let args = [
            "wi",
            "new",
            "--type",
            "integration_test",
            "--title",
            "Orders",
            flag,
            value,
        ];
        sandbox.sdd(args)
    };
    for (flag, value, code, said) in [
        ("--depends-on", "feature_card", 4, "did you mean feature_cart?"),
        ("--depends-on", "", 4, "there is no work item"),
        (
            "--depends-on",
            "integration_test_orders",
            4,
            "there is no work item",
        ),
        ("--priority", "soon", 2, "there is no priority"),
    ] {
        let answer = new(flag, value);
        answer.expect_code(code);
        assert!(answer.stderr.contains(said), "{flag} {value}: {}", answer.stderr);
    }
    assert_eq!(state(&sandbox)["work_items"].as_object().unwrap().len(), 1);
    assert!(!sandbox.path(".session/specs").exists(), "nothing was made");

    // It may get what it tests later, and until then validate says so too.
    let made = new("--priority", "high");
    made.expect_code(0);
    let wanted = "an integration test depends on the items that make what it tests, and this one on nothing";
    assert!(made.stderr.contains(wanted), "{}", made.stderr);
    let id = "integration_test_orders";
    let invalid = sandbox.sdd(["wi", "validate", id]);
    invalid.expect_code(1);
    assert!(invalid.stdout.contains(wanted), "{}", invalid.stdout);
    sandbox
        .sdd(["wi", "update", id, "--add-dependency", "feature_cart"])
        .expect_code(0);
    let told = sandbox.sdd(["wi", "validate", id]).stdout;
    assert!(!told.contains(wanted), "{told}");
    let other = sandbox.sdd(["wi", "new", "--type", "bug", "--title", "X"]);
    assert_eq!(other.stderr, "");
}

#[test]
fn an_id_that_is_taken_or_cut_is_said() {
    let sandbox = empty();
    let new = |title: &str| sandbox.sdd(["wi", "new", "--type", "bug", "--title", title]);
    new("Login!").expect_code(0);
    let second = new("login");
    assert!(second.stdout.starts_with("bug_login_2\n"), "{}", second.stdout);
    assert!(
        second.stderr.contains("there is a work item bug_login already"),
        "{}",
        second.stderr
    );
    let long = new("The login page of the shop does not open when the session of the day before has ended");
    assert!(long.stderr.contains("the title is long"), "{}", long.stderr);
    let other = new("The login page of the shop does not open when the session of the day before has begun");
    let id = other.stdout.lines().next().unwrap();
    assert_eq!(
        state(&sandbox)["work_items"].as_object().unwrap().len(),
        4,
        "none took the place of another"
    );
    assert!(id.ends_with("_2"), "{id}");
}

#[test]
fn a_spec_that_is_there_is_kept() {
    let sandbox = empty().file(".session/specs/bug_x.md", "# Bug: mine\n");
    let made = sandbox.sdd(["wi", "new", "--type", "bug", "--title", "X"]);
    made.expect_code(0);
    assert!(
        made.stderr
            .contains(".session/specs/bug_x.md was there already and is kept"),
        "{}",
        made.stderr
    );
    assert_eq!(sandbox.read(".session/specs/bug_x.md"), "# Bug: mine\n");
}

#[test]
fn a_directory_of_specs_outside_of_the_project_is_refused() {
    let sandbox = empty();
    std::fs::create_dir(sandbox.beside("elsewhere")).unwrap();
    std::os::unix::fs::symlink(sandbox.beside("elsewhere"), sandbox.path(".session/specs")).unwrap();
    refused(
        &sandbox,
        ["wi", "new", "--type", "bug", "--title", "X"],
        2,
        &["leads out of the project"],
    );
    assert_eq!(std::fs::read_dir(sandbox.beside("elsewhere")).unwrap().count(), 0);
}

#[test]
fn dependencies_and_milestones_are_recorded() {
    let sandbox = of(&["feature_cart", "feature_pay"]);
    let args = ["wi", "new", "--type", "integration_test", "--title", "Orders"];
    let more = [
        "--depends-on",
        "feature_cart",
        "--depends-on",
        "feature_pay",
        "--milestone",
        "v1",
        "--format",
        "json",
    ];
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_sdd")));
    command.args(args).args(more);
    let made = sandbox.start_command(command).wait();
    made.expect_code(0);
    let document = made.json();
    assert_eq!(
        (
            &document["kind"],
            &document["schema_version"],
            &document["change"]
        ),
        (&json!("work_item_change"), &json!(1), &json!("new"))
    );
    assert_eq!(
        document["warnings"],
        json!(["the milestone v1 is the first one, and was made"])
    );
    let item = &state(&sandbox)["work_items"]["integration_test_orders"];
    assert_eq!(item["dependencies"], json!(["feature_cart", "feature_pay"]));
    assert_eq!(state(&sandbox)["milestones"]["v1"]["name"], "v1");
    let near = sandbox.sdd(["wi", "new", "--type", "bug", "--title", "Y", "--milestone", "v2"]);
    assert!(
        near.stderr
            .contains("the milestone v2 is new and was made; there were: v1; did you mean v1?"),
        "{}",
        near.stderr
    );
}

#[test]
fn eight_at_once_make_eight_items() {
    let sandbox = empty();
    let running: Vec<_> = (0..8)
        .map(|_| sandbox.start(["wi", "new", "--type", "feature", "--title", "The same"]))
        .collect();
    for running in running {
        running.wait().expect_code(0);
    }
    let state = state(&sandbox);
    let items = state["work_items"].as_object().unwrap();
    assert_eq!(items.len(), 8, "{items:#?}");
    assert_eq!(state["metadata"]["total_items"], 8);
    assert_eq!(state["metadata"]["revision"], 8);
    for (id, item) in items {
        assert_eq!(item["id"], json!(id));
        assert!(
            sandbox.path(item["spec_file"].as_str().unwrap()).is_file(),
            "{id}"
        );
    }
}

#[test]
fn a_project_without_a_file_of_work_items_gets_one() {
    let sandbox = Sandbox::new().file(".session/config.json", "{}");
    sandbox
        .sdd(["wi", "new", "--type", "bug", "--title", "X"])
        .expect_code(0);
    assert!(sandbox.read(WORK_ITEMS).ends_with("}\n"));
    assert_eq!(state(&sandbox)["work_items"]["bug_x"]["title"], "X");
}
