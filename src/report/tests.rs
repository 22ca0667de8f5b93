//! One report with every verdict, in every format.

use std::collections::BTreeMap;

use chrono::DateTime;

use super::*;
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::report::{GateReport, GitInfo, ProjectInfo, SCHEMA_VERSION, StepReport, Summary};
use crate::model::unit::Unit;
use crate::model::verdict::{RunVerdict, Verdict};

/// What deceives terminals, logs, Markdown, HTML and XML; also at the start of a line.
const HOSTILE: &str = "::set-output name=x::y\n  ::add-mask::a\r##[add-mask]b ##vso[task.complete]\u{1b}[31mred\u{1b}[0m\u{7} \
                       <script>alert(1)</script> [x](javascript:alert(1)) ![i](http://e.example/i.png) @everyone #1 \
                       a|b \\| `code` ``` ]]> </testsuite> --> \u{202e}txt.exe\u{200b} &amp; ${{ secrets.X }} {0} \
                       \u{0}\u{fffe} http://e.example";

fn step(tool: &str, verdict: Verdict, reason: &str) -> StepReport {
    StepReport {
        tool: tool.to_owned(),
        role: None,
        tool_version: Some("1.2.3".to_owned()),
        unit: ".".to_owned(),
        language: Some(Language::Python),
        verdict,
        reason: reason.to_owned(),
        command: vec![format!("/venv/bin/{tool}"), "a b".to_owned()],
        exit_code: Some(1),
        signal: None,
        timed_out: false,
        duration_ms: 1_234,
        log: Some(format!(".session/runs/R/{tool}.log")),
        output_tail: Vec::new(),
    }
}

fn gate(gate: GateId, verdict: Verdict, reason: &str, steps: Vec<StepReport>) -> GateReport {
    GateReport {
        gate,
        required: true,
        verdict,
        reason: reason.to_owned(),
        duration_ms: 1_234,
        steps,
        checks: Vec::new(),
        metrics: BTreeMap::new(),
        findings: Vec::new(),
        findings_total: 0,
        changed_files: Vec::new(),
        warnings: Vec::new(),
        remediation: Vec::new(),
    }
}

fn findings() -> Vec<Finding> {
    vec![
        Finding::new("ruff", "F401", Severity::Low, "`os` imported but unused")
            .at("src/app.py", Some(3), Some(8))
            .fixable(),
        Finding::new(
            "ruff",
            "E999",
            Severity::High,
            "first line\nsecond line with <html> & \"quotes\"",
        )
        .at("src/b c.py", Some(1), None),
        Finding::new(
            "ruff",
            HOSTILE,
            Severity::Critical,
            format!("{HOSTILE}\n{HOSTILE}"),
        )
        .at(format!("src/{HOSTILE}.py"), Some(7), None),
        Finding::new("ruff", "LONG", Severity::Medium, "long ".repeat(2_000)),
    ]
}

/// A report in which every verdict, hostile text, and everything that a renderer can meet, occurs.
pub(crate) fn fixture_report() -> Report {
    let mut linting = gate(
        GateId::Linting,
        Verdict::Failed,
        "6 findings",
        vec![step("ruff", Verdict::Failed, "6 findings")],
    );
    linting.findings = findings();
    for (n, finding) in linting.findings.iter_mut().enumerate() {
        finding.fingerprint = format!("{n:064}");
    }
    linting.findings_total = 6;
    linting.warnings = vec![HOSTILE.to_owned()];
    linting.required = false;
    linting.remediation = vec!["rerun: sdd gate linting".to_owned()];
    let mut security = gate(
        GateId::Security,
        Verdict::Error,
        "pip-audit is not installed",
        vec![],
    );
    let mut missing = step("pip-audit", Verdict::Error, "pip-audit is not installed");
    missing.output_tail = vec![
        "Traceback".to_owned(),
        "ConnectionError: no route".to_owned(),
        HOSTILE.to_owned(),
    ];
    security.steps = vec![missing];
    security.remediation = vec![
        "install it: python -m pip install pip-audit".to_owned(),
        "rerun: sdd gate security".to_owned(),
    ];
    let mut formatting = gate(
        GateId::Formatting,
        Verdict::Passed,
        "every file is formatted",
        vec![],
    );
    formatting.changed_files = vec!["src/app.py".to_owned()];
    let gates = vec![
        formatting,
        linting,
        gate(
            GateId::Tests,
            Verdict::NotRun,
            "the run was cancelled before it began",
            vec![],
        ),
        security,
        gate(GateId::Custom, Verdict::Skipped, HOSTILE, vec![]),
    ];
    let moment = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    Report {
        schema_version: SCHEMA_VERSION,
        kind: "gate_report".to_owned(),
        sdd_version: "0.0.0".to_owned(),
        run_id: "R".to_owned(),
        command: "complete".to_owned(),
        session: None,
        work_item: None,
        project: ProjectInfo {
            units: vec![Unit {
                path: ".".to_owned(),
                language: Language::Python,
                markers: vec!["pyproject.toml".to_owned()],
            }],
        },
        git: Some(GitInfo {
            head: Some("abc".to_owned()),
            branch: None,
            base: None,
            dirty: true,
            prefix: None,
        }),
        started_at: moment,
        finished_at: moment,
        duration_ms: 65_432,
        verdict: RunVerdict::Error,
        cancelled_by: Some("SIGINT".to_owned()),
        summary: Summary::of(&gates),
        warnings: vec!["config.json: unknown key \"foo\"".to_owned()],
        gates,
        rerun: "sdd complete".to_owned(),
    }
}

pub(super) fn render(name: &str, report: &Report, detail: Detail) -> String {
    let mut out = Vec::new();
    let style = Style {
        colour: Colour::No,
        detail,
    };
    by_name(name).unwrap().render(report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_renders_every_verdict() {
    for format in FORMATS {
        let text = render(format.name(), &fixture_report(), Detail::Normal);
        insta::with_settings!({ snapshot_suffix => format.name(), omit_expression => true }, {
            insta::assert_snapshot!("report", text);
        });
    }
}

#[test]
fn the_full_human_report_lists_every_step() {
    insta::assert_snapshot!("human_full", render("human", &fixture_report(), Detail::Full));
}

#[test]
fn durations_are_said_in_the_unit_that_suits_them() {
    let said: Vec<String> = [0, 23, 99, 100, 1_234, 12_999, 125_000].map(seconds).to_vec();
    assert_eq!(
        said,
        ["0 ms", "23 ms", "99 ms", "0.1 s", "1.2 s", "12 s", "2 min 5 s"]
    );
}

#[test]
fn a_written_report_reads_back_as_the_same_report() {
    let report = fixture_report();
    let again: Report = serde_json::from_str(&render("json", &report, Detail::Normal)).unwrap();
    assert_eq!(again, clean(&report).unwrap());
}

#[test]
fn sixty_findings_of_one_rule_are_a_few_lines_for_an_agent() {
    let mut report = fixture_report();
    let finding = |n: u32| {
        Finding::new("ruff", "F401", Severity::Low, "`os` imported but unused")
            .at(format!("src/package/module_{n}.py"), Some(n), Some(1))
            .fixable()
    };
    report.gates = vec![report.gates[1].clone()];
    report.gates[0].findings = (1..=60).map(finding).collect();
    report.gates[0].findings_total = 60;
    let text = render("agent", &report, Detail::Normal);
    assert!(text.len() <= 2_000, "{} bytes", text.len());
    assert!(text.contains("F401 x60"));
    assert_eq!(text.lines().last(), Some("next: sdd complete"));
}

#[test]
fn an_agent_never_gets_more_than_eight_thousand_characters() {
    let mut report = fixture_report();
    for gate in &mut report.gates {
        gate.verdict = Verdict::Failed;
        gate.reason = "r".repeat(10_000);
        gate.findings = (0..1_000)
            .map(|n| {
                Finding::new(
                    "t",
                    format!("{n}{}", "R".repeat(500)),
                    Severity::High,
                    "m".repeat(5_000),
                )
                .at("p".repeat(1_000), Some(n), None)
            })
            .collect();
        gate.remediation = vec!["d".repeat(5_000); 50];
        gate.warnings = vec!["w".repeat(5_000); 50];
        gate.changed_files = vec!["c".repeat(300); 50];
    }
    let text = render("agent", &report, Detail::Normal);
    assert!(
        text.chars().count() < 8_000,
        "{} characters",
        text.chars().count()
    );
    assert_eq!(text.lines().last(), Some("next: sdd complete"));
}

/// The same report with a text added to every string that is not one of a fixed set of words.
fn poisoned(report: &Report, poison: &str) -> Report {
    fn walk(value: &mut serde_json::Value, key: &str, poison: &str) {
        let fixed = [
            "kind",
            "verdict",
            "gate",
            "severity",
            "language",
            "started_at",
            "finished_at",
        ];
        match value {
            serde_json::Value::String(text) if !fixed.contains(&key) => {
                *text = format!("{poison}{text}{poison}");
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| walk(item, key, poison)),
            serde_json::Value::Object(fields) => {
                fields
                    .iter_mut()
                    .for_each(|(name, field)| walk(field, name, poison));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    walk(&mut value, "", poison);
    serde_json::from_value(value).unwrap()
}

/// Lines that GitHub's runner would take for commands, as its parser does.
fn commands(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("::"))
        .collect()
}

#[test]
fn no_format_passes_on_what_deceives() {
    let hostile = poisoned(&fixture_report(), HOSTILE);
    let broken_up = poisoned(&fixture_report(), &format!("\n{HOSTILE}\n"));
    for (format, report) in FORMATS
        .iter()
        .flat_map(|format| [(format, &hostile), (format, &broken_up)])
    {
        for detail in [Detail::Brief, Detail::Normal, Detail::Full] {
            let text = render(format.name(), report, detail);
            let name = format.name();
            let control = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            assert_eq!(control, None, "{name}");
            assert!(
                !text.contains(['\u{202e}', '\u{200b}']),
                "{name}: characters that hide text"
            );
            assert!(
                !text.contains("##[") && !text.contains("##vso["),
                "{name}: {text}"
            );
            let own = |line: &&str| {
                ["::error ", "::warning ", "::notice "]
                    .iter()
                    .any(|own| line.starts_with(own))
            };
            let forged: Vec<&str> = commands(&text)
                .into_iter()
                .filter(|line| name != "github" || !own(line))
                .collect();
            assert_eq!(forged, [""; 0], "{name}");
        }
    }
}

#[test]
fn the_five_outcomes_are_kept_apart() {
    for format in FORMATS {
        let pages: Vec<String> = Verdict::ALL
            .iter()
            .map(|verdict| {
                let mut report = fixture_report();
                report.gates = vec![gate(
                    GateId::Tests,
                    *verdict,
                    "the same",
                    vec![step("t", *verdict, "the same")],
                )];
                report.verdict = RunVerdict::Error;
                render(format.name(), &report, Detail::Normal)
            })
            .collect();
        for (n, page) in pages.iter().enumerate() {
            for other in &pages[..n] {
                assert_ne!(page, other, "{}", format.name());
            }
        }
    }
}

#[test]
fn every_format_says_the_verdict_of_a_run_without_gates() {
    let page = |format: &str, verdict: RunVerdict| {
        let mut report = fixture_report();
        report.gates.clear();
        report.verdict = verdict;
        render(format, &report, Detail::Normal)
    };
    for format in FORMATS {
        let [passed, failed, error] = [RunVerdict::Passed, RunVerdict::Failed, RunVerdict::Error]
            .map(|verdict| page(format.name(), verdict));
        assert!(
            passed != failed && failed != error && passed != error,
            "{}",
            format.name()
        );
    }
}

#[test]
fn where_no_gate_says_why_there_is_no_verdict_the_warnings_do() {
    let why = "why there is no verdict is in the warnings above";
    let check = |verdict: Verdict, cancelled_by: Option<&str>, expect: bool| {
        let mut report = fixture_report();
        let steps = vec![step("t", verdict, "it is so")];
        report.gates = vec![gate(GateId::Tests, verdict, "it is so", steps)];
        report.summary = Summary::of(&report.gates);
        report.warnings = vec!["the report was not saved".to_owned()];
        report.verdict = RunVerdict::Error;
        report.cancelled_by = cancelled_by.map(str::to_owned);
        let page = render("human", &report, Detail::Normal);
        assert_eq!(page.contains(why), expect, "{page}");
    };
    check(Verdict::Passed, None, true);
    check(Verdict::Passed, Some("SIGINT"), false);
    check(Verdict::Error, None, false);
    check(Verdict::NotRun, None, false);
}

/// Many findings in every gate.
fn flooded() -> Report {
    let mut report = fixture_report();
    for gate in &mut report.gates {
        gate.verdict = Verdict::Failed;
        gate.findings = (0..400)
            .map(|n| {
                let severity = Severity::WORST_FIRST[n % 5];
                Finding::new("t", format!("R{n}"), severity, "m".repeat(500)).at("a.py", Some(7), None)
            })
            .collect();
        gate.findings_total = 1_000;
    }
    report
}

#[test]
fn github_gets_ten_of_a_level_and_is_told_of_the_rest() {
    let text = render("github", &flooded(), Detail::Normal);
    for level in ["::error ", "::warning ", "::notice "] {
        assert_eq!(text.matches(level).count(), 10, "{level}");
    }
    assert!(
        text.contains(
            "and more that are not shown: 791 of level error, 390 of level warning, 790 of level notice"
        ),
        "{text}"
    );
    assert!(
        text.lines()
            .last()
            .unwrap()
            .starts_with("::error title=sdd%3A NO VERDICT::")
    );
}

#[test]
fn a_rule_that_is_broken_everywhere_hides_no_other() {
    let mut report = fixture_report();
    let of = |rule: &str| Finding::new("t", rule, Severity::High, "m").at("a.py", Some(7), None);
    let gate = &mut report.gates[1];
    gate.findings = vec![of("B101"); 30];
    gate.findings.push(of("F401"));
    gate.findings_total = 31;
    let github = render("github", &report, Detail::Normal);
    assert_eq!(github.matches("t F401::m").count(), 1, "{github}");
    let markdown = render("markdown", &report, Detail::Normal);
    assert_eq!(markdown.matches("`B101`").count(), 5, "{markdown}");
    assert!(
        markdown.contains("`F401`") && markdown.contains("… and 25 more"),
        "{markdown}"
    );
}

#[test]
fn in_full_every_finding_that_the_report_has_is_shown() {
    let mut report = fixture_report();
    let of = |line| Finding::new("t", "B101", Severity::High, "m").at("a.py", Some(line), None);
    report.gates[1].findings = (1..=40).map(of).collect();
    report.gates[1].findings_total = 45;
    for (detail, shown, hidden) in [
        (
            Detail::Normal,
            5,
            "… and 40 more in the report (in all 40 of B101)",
        ),
        (Detail::Full, 40, "… and 5 more in the report\n"),
    ] {
        let human = render("human", &report, detail);
        assert_eq!(human.matches("a.py:").count(), shown, "{human}");
        assert!(human.contains(hidden), "{human}");
    }
}

#[test]
fn a_comment_is_never_longer_than_github_takes() {
    let text = render("markdown", &flooded(), Detail::Normal);
    assert!(text.chars().count() < 65_536, "{}", text.chars().count());
    assert!(text.contains("more in the report"));
    let mut report = flooded();
    for gate in &mut report.gates {
        gate.warnings = vec!["w".repeat(4_000); 200];
        gate.reason = "r".repeat(4_000);
    }
    let text = render("markdown", &report, Detail::Normal);
    assert!(text.chars().count() < 65_536, "{}", text.chars().count());
    assert!(text.contains("Too long for this page"), "{}", text.len());
    assert!(text.contains("Rerun: `sdd complete`"));
}

#[test]
fn what_neither_a_fix_nor_a_check_could_do_is_told_once() {
    let told = |verdict: Verdict, first: &str, second: &str, times: usize| {
        let steps = [first, second].map(|reason| {
            let mut step = step("eslint", verdict, reason);
            step.output_tail = vec!["Oops! Something went wrong!".to_owned()];
            step
        });
        let mut report = fixture_report();
        report.gates = vec![gate(GateId::Linting, verdict, "no answer", steps.to_vec())];
        for format in ["human", "agent", "markdown"] {
            let text = render(format, &report, Detail::Normal);
            assert_eq!(text.matches("Oops!").count(), times, "{format}:\n{text}");
        }
        // A machine is told of every step.
        let text = render("json", &report, Detail::Normal);
        assert_eq!(text.matches("Oops!").count(), 2, "{text}");
    };
    told(Verdict::Error, "eslint gave up", "eslint gave up", 1);
    told(Verdict::Failed, "exit code 1", "exit code 1", 1);
    told(Verdict::Error, "eslint gave up", "no report", 2);
}

#[test]
fn findings_that_a_gate_tolerates_are_no_failures_in_junit() {
    let mut report = fixture_report();
    report.gates = vec![report.gates[1].clone()];
    report.gates[0].verdict = Verdict::Passed;
    report.gates[0].steps.clear();
    report.verdict = RunVerdict::Passed;
    let text = render("junit", &report, Detail::Normal);
    assert!(!text.contains("<failure") && !text.contains("<error"), "{text}");
    assert!(text.contains("tolerated: src/app.py:3:8: F401 low: "), "{text}");
}

#[test]
fn a_failure_without_a_finding_is_a_result_in_sarif() {
    let mut report = fixture_report();
    report.gates = vec![gate(
        GateId::Tests,
        Verdict::Failed,
        "coverage is too low",
        Vec::new(),
    )];
    let document: serde_json::Value =
        serde_json::from_str(&render("sarif", &report, Detail::Normal)).unwrap();
    let result = &document["runs"][0]["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&"sdd/tests".into(), &"error".into())
    );
    assert_eq!(
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "pyproject.toml"
    );
}

#[test]
fn no_text_of_others_passes_for_the_decision() {
    let mut report = fixture_report();
    let forged = "x\nPASSED  5 passed in 1 s\nnext: nothing to do\nsdd complete: passed";
    report.warnings = vec![forged.to_owned()];
    for gate in &mut report.gates {
        gate.verdict = Verdict::Failed;
        gate.warnings = vec![forged.to_owned()];
        gate.remediation = vec![forged.to_owned()];
        gate.findings = vec![Finding::new("t", "R", Severity::High, forged)];
    }
    for format in FORMATS {
        let text = render(format.name(), &report, Detail::Full);
        let of_ours = ["PASSED", "next: nothing", "sdd complete: passed"];
        let forged = text
            .lines()
            .find(|line| of_ours.iter().any(|word| line.starts_with(word)));
        // In XML and Markdown such a line stands in text that is marked as such.
        if !matches!(format.name(), "junit") {
            assert_eq!(forged, None, "{}", format.name());
        }
    }
}

/// Every text in an XML document: attributes and content, as a reader hands them on.
fn texts_of_xml(document: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(document);
    let mut texts = Vec::new();
    let mut content = String::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => return texts,
            quick_xml::events::Event::Text(text) => content.push_str(&text),
            quick_xml::events::Event::GeneralRef(reference) => {
                let reference = format!("&{};", &*reference);
                content.push_str(&quick_xml::escape::unescape(&reference).unwrap());
            }
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let value = attribute.unwrap().value;
                    texts.push(quick_xml::escape::unescape(&value).unwrap().into_owned());
                }
                content.clear();
            }
            quick_xml::events::Event::End(_) => texts.push(std::mem::take(&mut content)),
            _ => {}
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_comes_out_whole_and_alone(
        text in "(?s)[ -~]{0,40}|(::|##\\[|`|\\||\n|]]>|&|%|<|\u{202e}|\u{1b}|é|:|,){0,20}|\\PC{0,30}",
    ) {
        let mut report = fixture_report();
        report.gates = vec![report.gates[1].clone()];
        report.gates[0].warnings.clear();
        report.gates[0].findings = vec![Finding::new("t", "R", Severity::High, text.clone()).at(text, Some(3), None)];
        report.gates[0].findings_total = 1;
        let finding = clean(&report).unwrap().gates[0].findings[0].clone();

        let xml = render("junit", &report, Detail::Normal);
        let found = texts_of_xml(&xml);
        let held = |text: &str| text.replace(['\u{fffe}', '\u{ffff}'], "");
        let told = format!("{}:3: R high: {}", finding.path.clone().unwrap(), finding.message);
        proptest::prop_assert!(found.contains(&held(&told)), "{told:?} is not in {found:?}");

        let sarif: serde_json::Value = serde_json::from_str(&render("sarif", &report, Detail::Normal)).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        proptest::prop_assert_eq!(results.len(), 1);

        // One gate, one warning of the run, one finding, the decision.
        let github = render("github", &report, Detail::Normal);
        proptest::prop_assert_eq!(github.lines().count(), 4, "{}", github);
    }
}
