//! The example: it is deployed, fails in each of its phases, goes back, and is rehearsed.

use serde_json::json;

use super::{SPEC, Shop, deploy, status, steps};

#[test]
fn it_is_deployed_and_taken_back() {
    let shop = Shop::open();
    assert_eq!(shop.served(), "v1");
    let answer = deploy(&shop.sandbox, ["run", "staging"]);
    answer.expect_code(0);
    let summary = answer.json();
    assert_eq!(summary["state"], "succeeded", "{summary:#}");
    assert_eq!(
        steps(&summary),
        ["remember done", "switch done", "restart done", "served done"]
    );
    assert_eq!(summary["smoke_tests"][0]["passed"], true);
    assert_eq!(summary["metrics"][0]["looks"], 3);
    assert_eq!(summary["observation"]["outcome"], "passed");
    assert_eq!(shop.served(), "v2");
    assert_eq!(status(&shop.sandbox), summary);

    let log = deploy(&shop.sandbox, ["log", "staging"]).json();
    assert_eq!(log["verified"], true);
    assert_eq!(log["records"][0]["event"]["kind"], "planned");

    // It is over, and there is nothing to go on with.
    deploy(&shop.sandbox, ["resume", "staging"]).expect_code(0);
    let answer = deploy(
        &shop.sandbox,
        ["rollback", "staging", "--reason", "a customer cannot order"],
    );
    answer.expect_code(0);
    let summary = answer.json();
    assert_eq!(summary["state"], "rolled_back");
    assert_eq!(steps(&summary)[4..], ["switch-back done"]);
    assert_eq!(summary["rollback"]["reason"], "a customer cannot order");
    assert_eq!(
        summary["says"],
        "rolled back; steps without an undo: remember, restart, served"
    );
    assert_eq!(shop.served(), "v1");
    deploy(&shop.sandbox, ["rollback", "staging", "--reason", "again"]).expect_code(0);
}

#[test]
fn a_step_that_fails_leads_back() {
    let shop = Shop::open();
    shop.change(
        SPEC,
        "kill -HUP \"$(cat run/service.pid)\"",
        "echo no manager >&2; exit 7",
    );
    let answer = deploy(&shop.sandbox, ["run", "staging"]);
    answer.expect_code(1);
    let summary = answer.json();
    assert_eq!(summary["state"], "rolled_back");
    assert_eq!(
        steps(&summary),
        [
            "remember done",
            "switch done",
            "restart failed",
            "served not_run",
            "switch-back done"
        ]
    );
    assert_eq!(summary["steps"][2]["reason"], "exit code 7: no manager");
    let page = shop.sandbox.sdd(["deploy", "status", "staging"]).stdout;
    insta::assert_snapshot!("failed", shop.sandbox.redact(&page));
    assert_eq!(summary["rollback"]["automatic"], true);
    assert_eq!(
        summary["warnings"],
        json!(["restart failed and has no undo: look whether it has left something"])
    );
    assert_eq!(summary["rollback"]["not_undone"], json!(["remember"]));
    let log = summary["steps"][2]["log"].as_str().unwrap();
    assert_eq!(shop.sandbox.read(log), "no manager\n");
    assert_eq!(shop.served(), "v1");
}

#[test]
fn a_smoke_test_that_fails_leads_back() {
    let shop = Shop::open_with(|settings| settings["deployment"]["smoke_tests"]["retry_count"] = json!(1));
    shop.sandbox.rewrite("releases/v2/health", "503");
    shop.sandbox.commit("ill");
    let answer = deploy(&shop.sandbox, ["run", "staging"]);
    answer.expect_code(1);
    let summary = answer.json();
    assert_eq!(summary["state"], "rolled_back");
    let test = &summary["smoke_tests"][0];
    assert_eq!(test["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(test["attempts"][0]["said"], "status 503, expected 200");
    assert_eq!(summary["observation"], json!(null));
    assert_eq!(shop.served(), "v1");
}

#[test]
fn where_nothing_goes_back_by_itself_a_person_is_told_how() {
    let shop = Shop::open_with(|settings| {
        settings["deployment"]["smoke_tests"]["retry_count"] = json!(0);
        settings["deployment"]["rollback"] = json!({"on_smoke_test_failure": false});
    });
    shop.sandbox.rewrite("releases/v2/health", "503");
    shop.sandbox.commit("ill");
    let answer = shop.sandbox.sdd(["deploy", "run", "staging"]);
    answer.expect_code(1);
    assert!(
        answer
            .stdout
            .contains("next: sdd deploy rollback staging --reason TEXT"),
        "{}",
        answer.stdout
    );
    assert_eq!(shop.served(), "v2");
    // Another one may not begin before this one is over.
    let answer = shop.sandbox.sdd(["deploy", "run", "staging"]);
    answer.expect_code(3);
    assert!(
        answer.stderr.contains("is not over: failed at smoke tests"),
        "{}",
        answer.stderr
    );
    deploy(&shop.sandbox, ["rollback", "staging", "--reason", "ill"]).expect_code(0);
    assert_eq!(shop.served(), "v1");
}

#[test]
fn a_number_that_is_not_as_it_should_be_leads_back() {
    let shop = Shop::open();
    shop.sandbox.rewrite("releases/v2/error_rate", "50");
    shop.sandbox.commit("many errors");
    let answer = deploy(&shop.sandbox, ["run", "staging"]);
    answer.expect_code(1);
    let summary = answer.json();
    assert_eq!(summary["state"], "rolled_back");
    assert_eq!(summary["observation"]["outcome"], "failed");
    assert_eq!(
        summary["observation"]["reason"],
        "error_rate: it is not as it should be (50 is not < 5)"
    );
    assert_eq!(shop.served(), "v1");
}

#[test]
fn a_number_that_nobody_has_is_no_success_where_that_counts() {
    let check = |on: &str, code: i32, state: &str, served: &str| {
        let shop = Shop::open_with(|settings| {
            settings["deployment"]["environments"]["staging"]["on_inconclusive"] = json!(on);
        });
        shop.sandbox.rewrite("releases/v2/error_rate", "NaN");
        shop.sandbox.commit("no numbers");
        let answer = deploy(&shop.sandbox, ["run", "staging"]);
        answer.expect_code(code);
        let summary = answer.json();
        assert_eq!(summary["state"], state, "{summary:#}");
        assert_eq!(summary["observation"]["outcome"], "inconclusive");
        assert!(
            summary["warnings"].to_string().contains("inconclusive"),
            "{summary:#}"
        );
        assert_eq!(shop.served(), served);
    };
    check("warn", 0, "succeeded", "v2");
    check("fail", 1, "rolled_back", "v1");
}

#[test]
fn the_way_back_is_rehearsed() {
    let shop = Shop::open();
    let answer = deploy(&shop.sandbox, ["rehearse", "staging"]);
    answer.expect_code(0);
    let summary = answer.json();
    assert_eq!(
        (
            &summary["state"],
            &summary["purpose"],
            &summary["rehearsal_verified"]
        ),
        (&json!("rolled_back"), &json!("rehearsal"), &json!(true))
    );
    assert_eq!(steps(&summary)[4..], ["switch-back done"]);
    assert_eq!(shop.served(), "v1");
}

#[test]
fn a_dry_run_touches_nothing() {
    let shop = Shop::open();
    let list = || {
        let mut command = shop.sandbox.command(&shop.sandbox.beside("bin").join("find"));
        command.args([".", "-not", "-path", "./.git*", "-printf", "%p %s %T@ %l\n"]);
        shop.sandbox.start_command(command).wait().stdout
    };
    let before = list();
    let answer = shop.sandbox.sdd(["deploy", "run", "staging", "--dry-run"]);
    answer.expect_code(0);
    assert!(
        answer.stdout.contains("switch: would run (not simulated)"),
        "{}",
        answer.stdout
    );
    assert!(answer.stdout.contains("verdict: not_run"), "{}", answer.stdout);
    assert!(!answer.stdout.contains("succe"), "{}", answer.stdout);
    let answer = deploy(&shop.sandbox, ["run", "staging", "--dry-run"]);
    assert_eq!(answer.json()["verdict"], "not_run");
    assert_eq!(list(), before);
    assert_eq!(shop.served(), "v1");
}

#[test]
fn a_person_reads_the_plan_and_the_end() {
    let shop = Shop::open();
    let answer = shop.sandbox.sdd(["deploy", "plan", "staging"]);
    answer.expect_code(0);
    let plan = deploy(&shop.sandbox, ["plan", "staging"]).json();
    let mut said = answer.stdout.clone();
    for (field, name) in [("id", "PLAN"), ("commit", "COMMIT")] {
        said = said.replace(&plan[field].as_str().unwrap()[..12], name);
    }
    insta::assert_snapshot!("plan", shop.sandbox.redact(&said));

    let answer = shop.sandbox.sdd(["deploy", "run", "staging"]);
    answer.expect_code(0);
    insta::assert_snapshot!("end", shop.sandbox.redact(&answer.stdout));
    let answer = shop
        .sandbox
        .sdd(["deploy", "status", "staging", "--color", "always"]);
    assert!(
        answer.stdout.contains("\x1b[32m✓ step switch\x1b[0m: done"),
        "{:?}",
        answer.stdout
    );
    let for_agents = [
        "deploy", "status", "staging", "--color", "always", "--format", "agent",
    ];
    assert!(!shop.sandbox.sdd(for_agents).stdout.contains('\x1b'));
}
