//! `eslint`: lint findings from its JSON report on stdout, which names every file that was looked at.
//!
//! Format: a list of `{filePath, messages: [{ruleId, severity, message, line, column, fatal, fix}], errorCount,
//! warningCount}`, the same from eslint 8 to 10.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::javascript::{self, BIOME, ESLINT};
use super::python::{self, Options};
use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::text;
use crate::project::UnitFacts;

/// `eslint`.
pub struct Eslint;

/// Options that would change the report, or what files are changed.
const REPORT: Options = Options {
    alone: &[
        "--fix",
        "--no-fix",
        "--fix-dry-run",
        "--cache",
        "--no-cache",
        "--debug",
        "--init",
        "--inspect-config",
        "--env-info",
        "--suppress-all",
        "--prune-suppressions",
        "--quiet",
        // Whatever is typed in, which is nothing, and not the project's files.
        "--stdin",
    ],
    valued: &[
        "--format",
        "-f",
        "--output-file",
        "-o",
        "--print-config",
        "--suppress-rule",
        "--stdin-filename",
    ],
    other_valued: "c",
};

impl Tool for Eslint {
    fn id(&self) -> &'static str {
        "eslint"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Linting, Language::Javascript),
            (GateId::Linting, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["eslint"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["."]
    }

    /// The last of the linters in the table, so it also says that there is none.
    fn applies(&self, facts: &UnitFacts) -> Applies {
        match ESLINT.chosen(&BIOME, facts) {
            Some(why) => Applies::Yes(why),
            None => Applies::NothingToDo(
                "no linter is configured: there is neither an eslint.config.js nor a biome.json".to_owned(),
            ),
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let own = REPORT.remove_from(ask.args);
        let fix = match ask.mode {
            Mode::Check => "--no-fix",
            Mode::Fix => "--fix",
        };
        // A result that comes from a cache is one of another run.
        let mut added = vec!["--format=json", "--no-cache", fix];
        if python::has_option(ask.args, "--quiet") {
            // Means the same to the project, and leaves files without errors in the report.
            added.push("--max-warnings=-1");
        }
        Some(Prepared {
            args: javascript::with_added(own, &added),
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no errors; there may be warnings"),
            (1, "errors, or more warnings than allowed"),
            (
                2,
                "it gave up: arguments, configuration, nothing to lint or a crash",
            ),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        match javascript::report::<Vec<FileResult>>(run.stdout, "[") {
            // With `--exit-on-fatal-error` a file that cannot be parsed ends in 2 as well.
            Ok(files) if run.exit != 2 || files.iter().any(|file| !file.messages.is_empty()) => {
                judge(&files, run)
            }
            _ if run.exit == 2 => gave_up(run),
            Ok(_) => python::no_answer("eslint gave up", run),
            Err(error) => python::no_answer(&format!("eslint's report cannot be read ({error})"), run),
        }
    }

    fn install(&self) -> &'static str {
        "npm install --save-dev eslint"
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileResult {
    file_path: String,
    messages: Vec<Message>,
    error_count: u64,
    warning_count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    #[serde(default)]
    rule_id: Option<String>,
    severity: u8,
    #[serde(rename = "message")]
    text: String,
    #[serde(default)]
    fatal: bool,
    /// Rules report what they like; what is no number from 1 is no place.
    #[serde(default)]
    line: Value,
    #[serde(default)]
    column: Value,
    #[serde(default)]
    fix: Option<serde::de::IgnoredAny>,
}

impl FileResult {
    /// Whether eslint only says that the file is ignored.
    fn is_ignored(&self) -> bool {
        matches!(self.messages.as_slice(), [only] if only.rule_id.is_none()
            && !only.fatal
            && only.text.starts_with("File ignored "))
    }

    /// Whether it is the configuration of some tool, which `eslint .` looks at as well.
    fn is_configuration(&self) -> bool {
        let name = self.file_path.rsplit(['/', '\\']).next().unwrap_or_default();
        name.contains(".config.") || name.starts_with('.')
    }

    fn is_typescript(&self) -> bool {
        let extension = self.file_path.rsplit('.').next().unwrap_or_default();
        matches!(
            extension,
            "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" | "astro"
        )
    }
}

impl Message {
    /// The message as a finding. An error is serious as a denied lint of a compiler is, a warning moderate.
    fn finding(&self, file: &str, run: &ToolRun<'_>) -> Finding {
        let rule = match &self.rule_id {
            Some(rule) => text::one_line(rule),
            None if self.fatal => "syntax".to_owned(),
            None if self.text.starts_with("Unused eslint-disable") => "unused-directive".to_owned(),
            None => "eslint".to_owned(),
        };
        let severity = if self.severity >= 2 || self.fatal {
            Severity::High
        } else {
            Severity::Medium
        };
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
        let finding = Finding::new("eslint", rule, severity, python::brief(&self.text)).at(
            run.project_path(&text::one_line(file)),
            number(&self.line),
            number(&self.column),
        );
        if self.fix.is_some() {
            finding.fixable()
        } else {
            finding
        }
    }
}

/// What is said when the code of a TypeScript unit was not looked at.
const NO_TYPESCRIPT: &str = "eslint looked at no TypeScript file: its configuration has no entry for them";

fn judge(files: &[FileResult], run: &ToolRun<'_>) -> Reading {
    let (ignored, looked): (Vec<&FileResult>, Vec<&FileResult>) =
        files.iter().partition(|file| file.is_ignored());
    if let Some(file) = looked
        .iter()
        .find(|file| file.error_count.saturating_add(file.warning_count) > file.messages.len() as u64)
    {
        return Reading::broken(format!(
            "eslint counts more in {} than it reports",
            run.project_path(&text::one_line(&file.file_path))
        ));
    }
    let mut findings: Vec<Finding> = looked
        .iter()
        .flat_map(|file| {
            file.messages
                .iter()
                .map(|message| message.finding(&file.file_path, run))
        })
        .collect();
    if findings.is_empty() && run.exit == 0 && looked.iter().all(|file| file.is_configuration()) {
        return Reading::Nothing(if looked.is_empty() {
            "eslint looked at no file".to_owned()
        } else {
            "eslint looked at no file but its own configuration".to_owned()
        });
    }
    // The code of a TypeScript unit is TypeScript, and whoever lints only what stands beside it has not looked at it.
    let no_typescript =
        run.facts.unit.language == Language::Typescript && !looked.iter().any(|file| file.is_typescript());
    if findings.is_empty() && run.exit == 0 && no_typescript {
        return Reading::Nothing(NO_TYPESCRIPT.to_owned());
    }
    let mut warnings = Vec::new();
    let mild = |finding: &Finding| finding.severity == Severity::Medium;
    let count = findings.iter().filter(|finding| mild(finding)).count();
    if count > 0 && is_allowed(count, run.args) {
        findings.retain(|finding| !mild(finding));
        warnings.push(format!("eslint has warnings that the project allows: {count}"));
    }
    if let Some(first) = ignored.first() {
        warnings.push(format!(
            "eslint was told to look at files that its configuration leaves out: {} ({})",
            run.project_path(&text::one_line(&first.file_path)),
            ignored.len()
        ));
    }
    if no_typescript {
        warnings.push(NO_TYPESCRIPT.to_owned());
    }
    Reading::Answer(Box::new(Answer {
        findings,
        metrics: BTreeMap::from([("files_checked", looked.len() as u64)]),
        warnings,
        ..Answer::default()
    }))
}

/// Whether the arguments allow so many warnings: `--max-warnings 10`; -1 is any number. Without them, a warning counts
/// as an error does.
fn is_allowed(warnings: usize, args: &[String]) -> bool {
    let name = "--max-warnings";
    let mut values = args
        .iter()
        .enumerate()
        .filter_map(|(at, word)| match word.strip_prefix(name)? {
            "" => args.get(at + 1).map(String::as_str),
            rest => rest.strip_prefix('='),
        });
    // The last one counts.
    let most: Option<i64> = values.next_back().and_then(|value| value.trim().parse().ok());
    most.is_some_and(|most| most < 0 || i64::try_from(warnings).is_ok_and(|count| count <= most))
}

/// What exit code 2 means. eslint puts an apology and its version before what is wrong.
fn gave_up(run: &ToolRun<'_>) -> Reading {
    let stderr = python::plain(run.stderr);
    let said = if stderr.trim().is_empty() {
        python::plain(run.stdout)
    } else {
        stderr
    };
    let nothing = [
        "all of the files matching the glob pattern \".\" are ignored",
        "No files matching the pattern \".\" were found",
    ];
    if nothing.iter().any(|words| said.contains(words)) {
        return Reading::Nothing("eslint found no file to look at".to_owned());
    }
    let told = said
        .split_once("\nESLint: ")
        .and_then(|(_, behind)| behind.split_once('\n'))
        .map_or(said.as_str(), |(_, behind)| behind);
    let lines = || told.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut from = lines().skip_while(|line| !python::is_exception(line)).peekable();
    let reason = match from.next() {
        // `Key "rules": Key "eqeqeq":` ends in the next line.
        Some(first) if first.ends_with(':') => format!("{first} {}", from.next().unwrap_or_default()),
        Some(first) => first.to_owned(),
        None => lines().next().unwrap_or("it does not say why").to_owned(),
    };
    let reason = format!("eslint gave up: {}", text::shorten(reason.trim(), 300));
    let hint = if said.contains("couldn't find an eslint.config")
        || said.contains("No ESLint configuration found")
    {
        Some("write an eslint.config.js; npm init @eslint/config helps".to_owned())
    } else {
        javascript::missing_module(&said, run.facts)
    };
    match hint {
        Some(hint) => Reading::broken_with_hint(reason, hint),
        None => Reading::broken(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::lint_recordings::{self as recordings, javascript as facts};
    use crate::tools::python_recordings::{self, Args, Recording};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(python_recordings::show_all(&Eslint));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        for version in ["8.57.1", "9.39.5", "10.15.0"] {
            python_recordings::check_never_clean(&Eslint, &Recording::load("eslint", version, "clean"));
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        recordings::check_any_bytes(&Eslint, "[{\"filePath\":\"a\",\"messages\":[");
    }

    #[track_caller]
    fn check(mode: Mode, args: &str, expect: &str) {
        let prepared = python_recordings::prepare(&Eslint, &facts(&[]), mode, Args::Configured(args), false);
        assert_eq!(prepared.args.join(" "), expect);
        assert!(prepared.reads_stdout);
    }

    #[test]
    fn looking_never_lets_a_file_change() {
        for args in [
            "src",
            "--fix src",
            "src --fix-dry-run",
            "--suppress-all src",
            "--stdin --stdin-filename a.js src",
            "-o x --cache src -f stylish",
        ] {
            check(Mode::Check, args, "src --format=json --no-cache --no-fix");
        }
        check(Mode::Fix, "--fix src", "src --format=json --no-cache --fix");
    }

    #[test]
    fn the_projects_own_wishes_stay() {
        check(
            Mode::Check,
            "-c my.config.js --max-warnings 3 -- a b",
            "-c my.config.js --max-warnings 3 --format=json --no-cache --no-fix -- a b",
        );
        check(
            Mode::Check,
            "--quiet a",
            "a --format=json --no-cache --no-fix --max-warnings=-1",
        );
    }

    #[test]
    fn warnings_count_unless_the_project_allows_them() {
        let check = |args: &str, warnings, expect| {
            let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
            assert_eq!(is_allowed(warnings, &args), expect, "{args:?}");
        };
        check(".", 1, false);
        check("--max-warnings 0 .", 1, false);
        check("--max-warnings 2 .", 2, true);
        check("--max-warnings=2 .", 3, false);
        check("--max-warnings=0 --max-warnings=-1", 3, true);
        check("--max-warnings", 1, false);
        check("--max-warnings=many", 1, false);
    }

    #[test]
    fn a_project_without_a_linter_is_told_so() {
        assert_eq!(
            Eslint.applies(&facts(&[".eslintrc.yml"])),
            Applies::Yes(".eslintrc.yml is there".to_owned())
        );
        assert!(
            matches!(Eslint.applies(&facts(&[])), Applies::NothingToDo(why) if why.starts_with("no linter"))
        );
    }
}
