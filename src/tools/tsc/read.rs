//! Reading what tsc prints: `FILE(LINE,COLUMN): error TSCODE: WHY`, more lines that are indented, the files that it
//! looked at, and statistics with the number of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::super::python;
use super::super::{Answer, Reading, ToolRun};
use super::settings::{Checks, References};
use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::project::installing::node_install;

/// An error in a file.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static PLACED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$").expect("a pattern"));

/// An error in no file: arguments, settings, the environment.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static GLOBAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^error (TS\d+): (.*)$").expect("a pattern"));

/// How many files one project has.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static COUNT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^Files: +(\d+)$").expect("a pattern"));

/// The last of the statistics of one project.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static END: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^Total time: +[0-9.]+s$").expect("a pattern"));

/// What the output says.
#[derive(Default)]
struct Said {
    findings: Vec<Finding>,
    /// What is wrong with the settings or the arguments: code and text.
    settings: Vec<(String, String)>,
    /// Files that were listed.
    listed: u64,
    /// Those of them that are the project's own.
    own: u64,
    /// Those of these whose types are checked.
    checked: u64,
    /// Those that would be, and take themselves out of it.
    declined: u64,
    /// Files as they were counted.
    counted: u64,
    /// Projects whose statistics began and ended.
    begun: u64,
    ended: u64,
    help: bool,
}

/// Where the lines of an indented continuation go.
#[derive(Clone, Copy)]
enum Last {
    Finding,
    Other,
}

impl Said {
    fn of(stdout: &str, checks: &Checks, run: &ToolRun<'_>) -> Self {
        let mut said = Self::default();
        let unchecked: BTreeSet<String> = (run.facts.node.unchecked.iter())
            .map(|file| run.facts.unit.to_project(file))
            .collect();
        let mut last = Last::Other;
        for line in stdout.lines() {
            if let Some(found) = PLACED.captures(line) {
                last = said.placed(&found, run);
            } else if let Some(found) = GLOBAL.captures(line) {
                said.settings.push((found[1].to_owned(), found[2].to_owned()));
                last = Last::Other;
            } else if line.starts_with("  ") {
                if let (Last::Finding, Some(finding)) = (last, said.findings.last_mut())
                    && finding.message.len() < 2_000
                {
                    finding.message.push('\n');
                    finding.message.push_str(line);
                }
            } else if line.starts_with('/') || line.starts_with("bundled://") {
                said.listed += 1;
                let own = is_own(line, run);
                let may = own && checks.file(line);
                let declined = may && unchecked.contains(&run.project_path(line));
                said.own += u64::from(own);
                said.declined += u64::from(declined);
                said.checked += u64::from(may && !declined);
            } else if let Some(found) = COUNT.captures(line) {
                said.counted = said.counted.saturating_add(found[1].parse().unwrap_or(u64::MAX));
                said.begun += 1;
            } else if END.is_match(line) {
                said.ended += 1;
            } else {
                said.help |= line.starts_with("tsc: The TypeScript Compiler");
            }
        }
        for finding in &mut said.findings {
            finding.message = python::brief(&finding.message);
        }
        said
    }

    fn placed(&mut self, found: &regex::Captures<'_>, run: &ToolRun<'_>) -> Last {
        let (file, code, why) = (&found[1], &found[4], &found[5]);
        if is_about_settings(file) {
            self.settings
                .push((code.to_owned(), format!("{}: {why}", run.project_path(file))));
            return Last::Other;
        }
        self.findings
            .push(Finding::new("tsc", code, Severity::High, why).at(
                run.project_path(file),
                found[2].parse().ok(),
                found[3].parse().ok(),
            ));
        Last::Finding
    }
}

/// Whether a file of JSON holds the compiler's settings and is no module.
fn is_about_settings(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let is_json = name.rsplit('.').next() == Some("json");
    is_json
        && ["tsconfig", "jsconfig", "package.json"]
            .iter()
            .any(|part| name.contains(part))
}

/// Whether a file is the project's own: below its root, and not installed.
fn is_own(file: &str, run: &ToolRun<'_>) -> bool {
    let path = std::path::Path::new(file);
    path.starts_with(&run.facts.root)
        && !path
            .components()
            .any(|part| matches!(part.as_os_str().to_str(), Some("node_modules" | ".yarn" | ".pnp")))
}

/// Reads a run.
pub(super) fn read(run: &ToolRun<'_>) -> Reading {
    let stdout = python::plain(run.stdout);
    let checks = Checks::of(run);
    let mut said = Said::of(&stdout, &checks, run);
    if !said.findings.is_empty() {
        let warnings = said
            .settings
            .first()
            .map(|(code, why)| format!("not everything was checked: {code}: {}", text::shorten(why, 300)))
            .into_iter()
            .chain(uninstalled(&said, run))
            .chain(declined(&said))
            .collect();
        return Reading::Answer(Box::new(Answer {
            findings: std::mem::take(&mut said.findings),
            metrics: metrics(&said),
            warnings,
            ..Answer::default()
        }));
    }
    if let Some((code, why)) = said.settings.first() {
        return not_checked(code, why, run);
    }
    if run.exit != 0 {
        return if said.help {
            Reading::broken_with_hint(
                "tsc printed its help: it found no tsconfig.json",
                "write a tsconfig.json, or name one: tsc -p PATH",
            )
        } else {
            python::no_answer("tsc gave up", run)
        };
    }
    if said.begun == 0 || said.begun != said.ended || said.counted != said.listed {
        return python::no_answer("tsc did not say to the end which files it looked at", run);
    }
    if said.own == 0 {
        return Reading::broken_with_hint(
            "tsc looked at no file of the project: tsconfig.json names none",
            "where it refers to other projects, set quality_gates.type_checking.commands.typescript to \"tsc -b\", \
             or to \"tsc -p\" with the project to check",
        );
    }
    if let Some(reading) = unchecked(&said, &checks) {
        return reading;
    }
    let referred = (checks.references == References::Declined).then(|| {
        "the project refers to others, which are not looked at: \"tsc -b\" checks them as well".to_owned()
    });
    Reading::Answer(Box::new(Answer {
        metrics: metrics(&said),
        warnings: referred.into_iter().chain(declined(&said)).collect(),
        ..Answer::default()
    }))
}

/// No answer, because files were looked at and their types were not, or not those of the whole project.
fn unchecked(said: &Said, checks: &Checks) -> Option<Reading> {
    if checks.none {
        return Some(Reading::broken_with_hint(
            "tsc checked no types: the settings say \"noCheck\"",
            "leave it out of tsconfig.json, or set quality_gates.type_checking.commands.typescript to \
             \"tsc --noCheck false\" (TypeScript 5.6 or newer)",
        ));
    }
    if said.checked == 0 && said.declined > 0 {
        return Some(Reading::broken_with_hint(
            format!(
                "tsc checked the types of no file: \"@ts-nocheck\" stands in all {} of them",
                said.declined
            ),
            "take the comment out of the files that are to be checked",
        ));
    }
    if said.checked == 0 {
        return Some(Reading::broken_with_hint(
            "tsc checked the types of no file: it only read JavaScript, JSON or declarations",
            "write \"checkJs\": true into tsconfig.json to check JavaScript, or \"skipLibCheck\": false to check \
             declarations",
        ));
    }
    (checks.references == References::Forgotten).then(|| {
        Reading::broken_with_hint(
            "tsc did not look at the projects that tsconfig.json refers to",
            "set quality_gates.type_checking.commands.typescript to \"tsc -b\", or to \"tsc -p tsconfig.json\" \
             where that is all there is to check",
        )
    })
}

fn metrics(said: &Said) -> BTreeMap<&'static str, u64> {
    BTreeMap::from([("files_checked", said.checked)])
}

/// How many files take themselves out of the check.
fn declined(said: &Said) -> Option<String> {
    (said.declined > 0).then(|| {
        format!(
            "{} of {} files are not checked: they begin with \"@ts-nocheck\"",
            said.declined,
            said.declined + said.checked
        )
    })
}

/// Why imports cannot be found, where nothing is installed.
fn uninstalled(said: &Said, run: &ToolRun<'_>) -> Option<String> {
    let lacks = said
        .findings
        .iter()
        .any(|finding| matches!(finding.rule.as_str(), "TS2307" | "TS2792" | "TS7016"));
    (lacks && !run.facts.node.installed).then(|| {
        format!(
            "there is no node_modules, so imports cannot be found: {}",
            node_install(run.facts)
        )
    })
}

/// No answer, because settings or arguments are wrong: the compiler then checks no types.
fn not_checked(code: &str, why: &str, run: &ToolRun<'_>) -> Reading {
    let reason = format!(
        "tsc could not check the project: {code}: {}",
        text::shorten(why, 300)
    );
    let hint = match code {
        "TS18002" | "TS18003" => {
            "name the files to check in tsconfig.json: \"include\" or \"files\"".to_owned()
        }
        "TS2688" => format!("install the packages: {}", node_install(run.facts)),
        "TS5094" | "TS6310" => {
            "a project that others refer to has to write its declarations: leave --noEmit out of tsc -b"
                .to_owned()
        }
        _ => return Reading::broken(reason),
    };
    Reading::broken_with_hint(reason, hint)
}
