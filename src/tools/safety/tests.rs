use super::*;
use crate::tools::Mode;
use crate::tools::python_recordings::{self as recordings, Args, Recording};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&Safety));
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    recordings::check_never_clean(&Safety, &Recording::load("safety", "2.3.5", "clean"));
}

#[track_caller]
fn check_read(exit: i32, stdout: &str, expect: &str) {
    let mut run = Recording::load("safety", "2.3.5", "clean");
    run.exit = exit;
    run.stdout = stdout.as_bytes().to_vec();
    assert_eq!(recordings::show(&run.read(&Safety)), expect);
}

#[test]
fn the_list_of_old_versions_is_read() {
    check_read(
        255,
        r#"[["django", "<1.2.2", "1.2", "Cross-site scripting.", "25701", null, null], ["a", "<2", "1", "Bad.", "1"]]"#,
        "answer\nhigh 25701 - \"django 1.2: Cross-site scripting.\"\nhigh 1 - \"a 1: Bad.\"\n",
    );
    check_read(
        0,
        "[]",
        "broken: this version of safety does not say what it looked at, so that finding nothing means nothing\n\
         hint: python -m pip install 'safety>=2'\n",
    );
}

#[test]
fn banners_around_the_report_are_passed_over() {
    check_read(
        64,
        "+====+\n| DEPRECATED: use scan |\n{\"report_meta\": {\"packages_found\": 1, \"vulnerabilities_found\": 1}, \"vulnerabilities\": \
         [{\"vulnerability_id\": \"9\", \"package_name\": \"a\", \"analyzed_version\": \"1\", \"advisory\": \"Bad.\", \"CVE\": null, \
         \"fixed_versions\": [\"2\"], \"severity\": {\"cvssv3\": {\"base_severity\": \"CRITICAL\"}}}]}\n+====+\n",
        "answer\ndependencies_audited: 1\ncritical 9 - \"a 1: fixed in 2; Bad.\"\n",
    );
}

#[test]
fn a_report_that_contradicts_itself_is_no_answer() {
    check_read(
        0,
        r#"{"report_meta": {"packages_found": 1, "vulnerabilities_found": 2}, "vulnerabilities": []}"#,
        "broken: safety's report claims 2 vulnerabilities and lists 0\n",
    );
}

#[test]
fn a_demand_for_an_account_is_no_answer() {
    check_read(
        1,
        "Safety is not authenticated. Please log in or register: safety auth login\n",
        "broken: safety gave no answer (failure): Safety is not authenticated. Please log in or register: safety auth login\n\
         hint: log in with `safety auth login`, or give SAFETY_API_KEY through `pass_env`; pip-audit asks for neither\n",
    );
}

#[track_caller]
fn check(requirements: &str, args: Args<'_>, expect: &str) {
    let mut facts = recordings::facts("");
    facts.requirements = Some(requirements.to_owned());
    let prepared = recordings::prepare(&Safety, &facts, Mode::Check, args, false);
    assert_eq!(prepared.args.join(" "), expect);
}

#[test]
fn the_report_is_asked_for() {
    check("a==1", Args::Default, "check -r requirements.txt --json");
    check("", Args::Default, "check --json");
    check(
        "a==1",
        Args::Configured("check -r dev.txt --output text --continue-on-error --save-json x -i 5"),
        "check -r dev.txt -i 5 --json",
    );
    check("", Args::Configured("scan --output screen"), "scan --output json");
}

#[test]
fn it_is_used_only_where_a_policy_asks_for_it() {
    let mut facts = recordings::facts("");
    assert_eq!(Safety.applies(&facts), Applies::No);
    facts.entries.insert(".safety-policy.yml".to_owned());
    assert_eq!(
        Safety.applies(&facts),
        Applies::Yes("the project has .safety-policy.yml".to_owned())
    );
}
