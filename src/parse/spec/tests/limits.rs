#![expect(clippy::format_collect, reason = "texts that nobody reads twice")]

use super::*;

/// Bytes of each hostile spec: enough for a stack to overflow or a loop to square, little enough for an unoptimised build.
const SIZE: usize = 100_000;

#[test]
fn no_spec_is_too_odd_to_be_read() {
    let rep = |unit: &str| unit.repeat(SIZE / unit.len());
    let head = "# Integration Test: x\n\n## Test Scenarios\n\n";
    let perf = "# Integration Test: x\n\n## Performance Benchmarks\n\n";
    let dep = "# Deployment: x\n\n## Deployment Procedure\n\n### Deployment Steps\n\n";
    let cases: Vec<(&str, String)> = vec![
        ("headings", rep("# a\n")),
        ("subheadings", format!("{head}{}", rep("### a\n"))),
        ("list", format!("{head}{}", rep("- a\n"))),
        ("list perf", format!("{perf}{}", rep("- p95: < 5ms\n"))),
        ("steps", format!("{dep}{}", rep("1. a\n"))),
        ("fences", format!("{dep}{}", rep("1. a\n```\nx\n```\n"))),
        ("quotes one line", rep("> ")),
        ("list one line", rep("* ") + "a"),
        ("list one line2", rep("- ") + "a"),
        ("list one line3", rep("1. ") + "a"),
        ("brackets", format!("{head}{}", rep("["))),
        ("brackets2", format!("{head}- {}", rep("[ab] "))),
        ("code placeholder", format!("{head}- {}", rep("`[a b]` "))),
        ("angle", format!("{head}{}", rep("<"))),
        ("angle2", format!("{head}{}", rep("<a b> "))),
        ("emph", format!("{head}{}", rep("**a "))),
        ("backticks", format!("{head}{}", rep("`a``"))),
        (
            "paren service",
            format!(
                "# Integration Test: x\n\n## Environment Requirements\n\n**Services Required:**\n\n- {}",
                rep("(b)")
            ),
        ),
        ("colons", format!("{head}{}", rep("a:"))),
        ("comment open", format!("{head}{}", rep("<!-- "))),
        ("double", rep("â†’")),
        ("links", rep("[a](b) ")),
        ("refs", rep("[a]: b\n")),
        (
            "contracts",
            format!(
                "# Integration Test: x\n\n## API Contracts\n\n{}",
                rep("- Contract file: `a/b.yaml`\n")
            ),
        ),
        (
            "vars",
            format!(
                "# Deployment: x\n\n## Environment Configuration\n\n```\n{}```\n",
                (0..4_000).map(|n| format!("A{n}=b\n")).collect::<String>()
            ),
        ),
        ("placeholders", format!("{head}- a\n{}", rep("- [ab c]\n"))),
        ("bold labels", format!("{head}{}", rep("**a:**\n\n"))),
        (
            "smoke",
            format!(
                "# Deployment: x\n\n## Smoke Tests\n\n{}",
                rep("- a\n  - Expected: b\n")
            ),
        ),
        (
            "smoke fences",
            format!(
                "# Deployment: x\n\n## Smoke Tests\n\n### Test 1: a\n\n{}",
                rep("```\na\n```\n\n")
            ),
        ),
        (
            "nest",
            (0..300).map(|n| format!("{}- a\n", "  ".repeat(n))).collect(),
        ),
        ("tabs", rep("\t")),
        ("cr", rep("\r")),
        ("percentiles", format!("{perf}- {}", rep("p95 < 5ms, "))),
        ("digits", format!("{perf}- p95: {}", rep("1"))),
        ("table", rep("| a | b |\n")),
        ("quote lazy", format!("{}a\n{}", "> ".repeat(1000), rep("b\n"))),
        (
            "quotes many",
            (0..100).map(|_| format!("{}a\n", "> ".repeat(1000))).collect(),
        ),
    ];
    for (name, text) in cases {
        let lines = u32::try_from(text.lines().count()).unwrap();
        let spec = read("s", text.as_bytes());
        assert!(spec.oddities.iter().all(|oddity| oddity.line <= lines), "{name}");
        let problems = super::super::validate(Some(&spec), &item(WorkItemType::IntegrationTest, &json!({})));
        assert!(!problems.is_empty(), "{name}");
    }
}
