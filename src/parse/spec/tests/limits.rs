//! Files that are large, deep or made to do harm: they are read in time that grows with their size, without a deep
//! stack, and nothing panics.

use super::super::{MAX_BYTES, validate};
use super::*;

/// The size of a large spec.
const LARGE: usize = 5_000_000;

/// The size of what is repeated to find out whether some form takes more time than its size. What takes the square of
/// it does not end before the test's time is over.
const MANY: usize = 200_000;

/// A text of a size, made of one that is repeated.
fn repeated(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len())
}

/// A text of lines that differ.
fn joined(range: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    range.map(line).collect::<Vec<_>>().concat()
}

/// Reads and validates a text, and checks that no line stands outside of it.
#[track_caller]
fn survives(text: &str) -> Spec {
    let spec = read("spec.md", text.as_bytes());
    // Counted once more, in another way.
    let count = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .matches('\n')
        .count()
        + 1;
    for (line, what) in lines(&spec) {
        assert!(
            (1..=count).contains(&(line as usize)),
            "line {line} of {count}: {what}"
        );
    }
    for kind in WorkItemType::ALL {
        for problem in validate(Some(&spec), &item(*kind, &json!({}))) {
            let line = problem.line.unwrap_or(1) as usize;
            assert!((1..=count).contains(&line), "line {line} of {count}: {problem:?}");
        }
    }
    spec
}

/// Every line that a spec names.
fn lines(spec: &Spec) -> Vec<(u32, String)> {
    let mut all: Vec<(u32, String)> = outline(spec)
        .into_iter()
        .filter_map(|line| Some((line.split(' ').next()?.parse().ok()?, line)))
        .collect();
    all.extend(spec.unfilled.iter().map(|line| (*line, "unfilled".to_owned())));
    let deployment = &spec.deployment;
    let steps = deployment
        .pre
        .iter()
        .chain(&deployment.steps)
        .chain(&deployment.post);
    for fence in steps
        .chain(&deployment.rollback_steps)
        .flat_map(|step| &step.value.fences)
    {
        all.push((fence.line, "fence".to_owned()));
    }
    all
}

/// A text below a heading of a type that reads it.
fn below(kind: &str, section: &str, body: &str) -> String {
    format!("# {kind}: x\n\n## {section}\n\n{body}")
}

#[test]
fn five_megabytes_of_headings() {
    let spec = read("s", repeated("# a\n", LARGE).as_bytes());
    assert_eq!(spec.sections.len(), LARGE / 4 - 1);
    assert!(!validate(Some(&spec), &item(WorkItemType::Feature, &json!({}))).is_empty());
}

#[test]
fn five_megabytes_of_one_list() {
    let text = below("Feature", "Acceptance Criteria", &repeated("- [ ] a\n", LARGE));
    assert_eq!(read("s", text.as_bytes()).acceptance.len(), LARGE / 8);
}

/// Reads and validates text of one shape below a heading.
#[track_caller]
fn check_shape(kind: &str, section: &str, head: &str, unit: &str) {
    let text = below(kind, section, &format!("{head}{}\n", repeated(unit, LARGE)));
    let spec = read("s", text.as_bytes());
    assert_eq!(spec.sections.len(), 1, "{unit}");
    let kind = spec.kind.as_ref().unwrap().value;
    assert!(
        !validate(Some(&spec), &item(kind, &json!({}))).is_empty(),
        "{unit}"
    );
}

#[test]
fn five_megabytes_of_code() {
    check_shape("Deployment", "Deployment Procedure", "", "```sh\nx\n```\n\n");
    check_shape("Deployment", "Smoke Tests", "```sh\n", "x\n");
}

#[test]
fn five_megabytes_of_tables() {
    check_shape(
        "Integration Test",
        "Test Scenarios",
        "| a | b |\n|---|---|\n",
        "| a | b |\n",
    );
}

#[test]
fn five_megabytes_of_scenarios() {
    check_shape("Integration Test", "Test Scenarios", "", "### a\n");
}

#[test]
fn five_megabytes_of_words_in_one_line_and_in_many() {
    check_shape("Feature", "Overview", "", "words ");
    check_shape("Feature", "Overview", "", "words\n");
}

#[test]
fn five_megabytes_of_what_the_template_left() {
    check_shape("Feature", "Overview", "", "<!-- a -->\n\n");
    check_shape("Feature", "Overview", "", "[Name]\n\n");
}

#[test]
fn five_megabytes_of_nesting() {
    for (unit, size) in [
        ("> ", LARGE),
        ("- ", LARGE),
        ("* ", MANY),
        ("1. ", MANY),
        (">", MANY),
        ("> - ", MANY),
    ] {
        let text = below("Feature", "Overview", &format!("{}a\n", repeated(unit, size)));
        assert_eq!(read("s", text.as_bytes()).sections.len(), 1, "{unit}");
    }
    let stairs = joined(0..2_200, |depth| format!("{}- a\n", "  ".repeat(depth)));
    survives(&below("Integration Test", "Test Scenarios", &stairs));
}

#[test]
fn nesting_that_would_take_hours_is_refused() {
    let text = below(
        "Feature",
        "Overview",
        &format!("{}a\n{}", "> ".repeat(100_000), "b\n".repeat(100_000)),
    );
    let spec = survives(&text);
    let codes: Vec<&str> = spec.oddities.iter().map(|oddity| oddity.value.code).collect();
    assert_eq!(codes, ["no_title", "too_deep"]);
    assert_eq!(spec.oddities[1].line, 5);
    let problems = validate(Some(&spec), &item(WorkItemType::Feature, &json!({})));
    assert!(problems.iter().any(|problem| problem.code == "too_deep"));
}

#[test]
fn a_file_beyond_every_sense_is_refused() {
    let spec = read("s", &vec![b'a'; MAX_BYTES + 1]);
    let codes: Vec<&str> = spec.oddities.iter().map(|oddity| oddity.value.code).collect();
    assert_eq!(codes, ["too_large", "no_title"]);
    let problems = validate(Some(&spec), &item(WorkItemType::Feature, &json!({})));
    assert!(problems.iter().any(|problem| problem.code == "too_large"));
}

#[test]
fn no_part_takes_more_time_than_its_size() {
    for (kind, section, unit) in [
        ("Feature", "Acceptance Criteria", "- a\n  - [ ] b\n"),
        ("Integration Test", "Scope", "**Components:**\n- a 1.0\n"),
        ("Integration Test", "Test Scenarios", "### a\n"),
        ("Integration Test", "Test Scenarios", "### a\n**Setup:**\n- a\n"),
        ("Integration Test", "Test Scenarios", "**Scenario 1: a**\n\n"),
        ("Integration Test", "Test Scenarios", "- a\n  - Setup: b\n"),
        ("Integration Test", "Performance Benchmarks", "- p95: < 5ms\n"),
        ("Integration Test", "Performance Benchmarks", "- Memory: < 5MB\n"),
        (
            "Integration Test",
            "API Contracts",
            "- Contract file: `a/b.yaml`\n",
        ),
        ("Integration Test", "API Contracts", "**A → B:**\n\n"),
        (
            "Integration Test",
            "Environment Requirements",
            "**Services Required:**\n- a:1 (port 1)\n",
        ),
        ("Integration Test", "Environment Requirements", "```\nA=1\n```\n"),
        (
            "Deployment",
            "Deployment Procedure",
            "### Deployment Steps\n1. a\n",
        ),
        ("Deployment", "Deployment Procedure", "1. a\n\n```\nx\n```\n\n"),
        ("Deployment", "Rollback Procedure", "### Rollback Steps\n1. a\n"),
        ("Deployment", "Smoke Tests", "### Test 1: a\n```\na\n```\n"),
        ("Deployment", "Smoke Tests", "```\na\n```\n\n"),
        ("Deployment", "Smoke Tests", "- a\n  - Expected: b\n"),
    ] {
        survives(&below(kind, section, &repeated(unit, MANY)));
    }
    let variables = joined(0..30_000, |number| format!("A{number}=b\n"));
    let text = below(
        "Deployment",
        "Environment Configuration",
        &format!("```\n{variables}```\n"),
    );
    assert_eq!(survives(&text).deployment.variables.len(), 30_000);
    let percentiles = joined(1..30_000, |number| format!("- p0.{number:05}: < 1ms\n"));
    survives(&below("Integration Test", "Performance Benchmarks", &percentiles));
}

#[test]
fn no_line_takes_more_time_than_its_length() {
    for unit in [
        "[",
        "]",
        "<",
        "(",
        "[ab] ",
        "`[a b]` ",
        "<a b> ",
        "**a ",
        "`a``",
        "a:",
        "a: ",
        "<!-- ",
        "<!---->",
        "[a](b) ",
        "![](a)",
        "p95 < 5ms, ",
        "1",
        "a/b.yaml ",
        "`a/b.yaml` ",
        "GET / -> ",
        "â†’",
        "&amp;",
        "\\[",
        "_a_",
        "~",
        "|a",
        "(port 1) ",
        "a:1 ",
        "v1.0 ",
        "=",
        " ",
        "\t",
        "\r",
        "\u{0}",
        "\u{fffd}",
    ] {
        for (kind, section, label) in [
            ("Integration Test", "Test Scenarios", "- "),
            ("Integration Test", "Performance Benchmarks", "- p95: "),
            ("Integration Test", "API Contracts", "- Contract file: "),
            (
                "Integration Test",
                "Environment Requirements",
                "**Services Required:**\n- ",
            ),
            ("Deployment", "Smoke Tests", "- GET / "),
        ] {
            let text = below(kind, section, &format!("{label}{}\n", repeated(unit, MANY / 10)));
            survives(&text);
        }
    }
}

/// Pieces that mean something here, and pieces that mean nothing.
fn piece() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let known: Vec<&str> = vec![
        "# Integration Test: x",
        "# Deployment: x",
        "# Bug: [Name]",
        "## Scope",
        "## Test Scenarios",
        "### Scenario 1: a",
        "## Performance Benchmarks",
        "## API Contracts",
        "## Environment Requirements",
        "## Deployment Scope",
        "## Deployment Procedure",
        "### Pre-Deployment Steps",
        "### Deployment Steps",
        "### Post-Deployment Checklist",
        "## Environment Configuration",
        "## Rollback Procedure",
        "### Rollback Triggers",
        "### Rollback Steps",
        "## Smoke Tests",
        "### Test 1: a",
        "### Health Checks",
        "## Acceptance Criteria",
        "**Setup:**",
        "**Actions:** b",
        "**Expected Results:**",
        "**Components:**",
        "**Services Required:**",
        "**Test Data Fixtures:**",
        "- [ ] a",
        "  - b",
        "1. c",
        "   d",
        "> e",
        "```",
        "```bash sdd id=a",
        "~~~",
        "A=1",
        "# Expected: 200",
        "- p95: < 5ms",
        "- Minimum: 1/s",
        "- Memory: < 1GB each",
        "- Contract file: `a.yaml`",
        "- Version: 1",
        "- postgres:14 (port 5432) - note",
        "- Environment: `x`",
        "- Endpoint: GET /",
        "**Example:**",
        "<!-- f",
        "-->",
        "[Name]",
        "<a b>",
        "---",
        "===",
        "",
        "",
        "\t",
        "\r",
        "\u{feff}",
        "â†’",
        "**",
        "| a | b |",
        "[a]: b",
        "p50 (median): < 500ms",
        "5 minutes",
    ];
    prop_oneof![
        8 => proptest::sample::select(known).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
        1 => "[#>*`\\[\\]<>:|=_ \\-\t\r0-9a-z.]{0,20}",
    ]
}

proptest::proptest! {
    #[test]
    fn nothing_panics_on_bytes(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let spec = read("s", &bytes);
        for kind in WorkItemType::ALL {
            let _ = validate(Some(&spec), &item(*kind, &json!({})));
        }
    }

    #[test]
    fn nothing_panics_on_markdown_and_lines_are_inside(pieces in proptest::collection::vec(piece(), 0..60)) {
        survives(&pieces.join("\n"));
    }
}
