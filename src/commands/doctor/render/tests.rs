use super::*;
use crate::doctor::platform::{Machine, Manager, Platform, Privilege};
use crate::doctor::wanted::Use;
use crate::model::gate_id::GateId;
use crate::model::language::Language;

fn tool(name: &str, verdict: Verdict, required: bool, version: Option<&str>) -> ToolReport {
    let there = matches!(verdict, Verdict::Passed);
    ToolReport {
        tool: name.to_owned(),
        verdict,
        required,
        path: there.then(|| format!("/project/.venv/bin/{name}")),
        version: version.map(str::to_owned),
        reason: if there {
            "it is there and runs".to_owned()
        } else {
            format!("{name} is not installed")
        },
        used_by: vec![Use {
            gate: GateId::Tests,
            unit: "services/api".to_owned(),
            language: Some(Language::Python),
            tool: name.to_owned(),
            required,
        }],
        remedy: if there {
            Vec::new()
        } else {
            vec![
                format!("uv add --dev {name}"),
                format!("sudo apt-get install {name}"),
                "see https://example.org".to_owned(),
            ]
        },
    }
}

/// A diagnosis with every outcome in it.
fn every_outcome() -> Diagnosis {
    let platform = Platform::of(&Machine {
        os: "linux",
        architecture: "x86_64",
        os_release: Some("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"),
        managers: vec![Manager::Apt],
        privilege: Privilege::User,
    });
    let mut in_unit = Check::of(
        "dependencies",
        Verdict::Failed,
        "there is a lock file of npm, and no node_modules",
    )
    .remedy(Some("cd web && npm ci"));
    in_unit.unit = Some("web".to_owned());
    let checks = vec![
        Check::of("configuration", Verdict::Passed, ".session/config.json is valid"),
        Check::of("state", Verdict::Failed, "work_items.json:2:3: expected a value")
            .remedy(Some("the file was left as it is; correct it"))
            .required(),
        in_unit,
        Check::of(
            "git",
            Verdict::Skipped,
            "not a git repository: reports name no commit",
        )
        .remedy(Some("git init")),
    ];
    let tools = vec![
        tool("pytest", Verdict::Error, true, None),
        tool("mypy", Verdict::NotRun, false, None),
        tool("ruff", Verdict::Skipped, false, None),
        tool("bandit", Verdict::Passed, true, Some("1.9.4")),
        tool("task", Verdict::Passed, false, None),
    ];
    Diagnosis::of(platform, checks, tools, vec!["something\nodd".to_owned()])
}

#[test]
fn every_outcome_is_told_apart_and_what_decides_comes_first() {
    let diagnosis = every_outcome();
    assert_eq!(diagnosis.verdict, RunVerdict::Error);
    insta::assert_snapshot!("human", human(&diagnosis, "sdd", Colour::No, Detail::Normal));
    insta::assert_snapshot!("agent", agent(&diagnosis, "sdd -C x"));
    insta::assert_snapshot!("brief", human(&diagnosis, "sdd", Colour::No, Detail::Brief));
}

/// What is asked once more is the command that was just typed.
#[test]
fn the_next_step_is_never_the_same_command_again() {
    let platform = every_outcome().platform;
    let check = |remedy: Option<&str>, tool: Option<ToolReport>, expect: Option<&str>| {
        let state = Check::of("state", Verdict::Failed, "x").required().remedy(remedy);
        let tools = tool.into_iter().collect();
        let diagnosis = Diagnosis::of(platform.clone(), vec![state], tools, Vec::new());
        assert_eq!(next(&diagnosis, "sdd").as_deref(), expect);
        for page in [
            human(&diagnosis, "sdd", Colour::No, Detail::Normal),
            agent(&diagnosis, "sdd"),
        ] {
            assert_eq!(page.contains("next: "), expect.is_some(), "{page}");
        }
    };
    check(None, None, None);
    check(Some("correct it"), None, Some("state: correct it"));
    let mut only_page = tool("cargo", Verdict::Error, true, None);
    only_page.remedy = vec!["see https://example.org".to_owned()];
    check(None, Some(only_page), Some("cargo: see https://example.org"));
    let mut unknown = tool("no-such", Verdict::Error, true, None);
    unknown.remedy = Vec::new();
    check(None, Some(unknown), Some("install no-such"));
    let pytest = tool("pytest", Verdict::Error, true, None);
    check(Some("correct it"), Some(pytest), Some("uv add --dev pytest"));
}

#[test]
fn colours_are_there_only_where_they_are_wanted() {
    let diagnosis = every_outcome();
    let plain = human(&diagnosis, "sdd", Colour::No, Detail::Normal);
    let coloured = human(&diagnosis, "sdd", Colour::Yes, Detail::Normal);
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(text::sanitise(&coloured), plain);
}

#[test]
fn only_what_is_required_decides() {
    let of = |verdict, required| {
        let mut check = Check::of("x", verdict, "y");
        check.required = required;
        let platform = every_outcome().platform;
        Diagnosis::of(platform, vec![check], Vec::new(), Vec::new()).verdict
    };
    for verdict in Verdict::ALL {
        let fine = matches!(verdict, Verdict::Passed | Verdict::Skipped);
        let expect = if fine {
            RunVerdict::Passed
        } else {
            RunVerdict::Error
        };
        assert_eq!(of(verdict, true), expect, "{verdict}");
        assert_eq!(of(verdict, false), RunVerdict::Passed, "{verdict}");
    }
}
