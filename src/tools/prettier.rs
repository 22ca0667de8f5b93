//! `prettier`: which files are not laid out as the formatter would.
//!
//! `--list-different` prints those files and nothing else, so a clean answer is silence, and so is a run that looked
//! at nothing: Prettier says "All matched files use Prettier code style!" of a tree of ignored files as well. What
//! tells them apart is the cache, which Prettier is asked to write to a new place in every run: it names the options
//! of each file whose layout it found good (`hashOfOptions`, from 2.7 to 3). A file that it cannot parse has no entry.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::javascript::{self, BIOME, PRETTIER};
use super::python::{self, Options};
use super::{Answer, Applies, Ask, FileState, Mode, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::text;
use crate::project::UnitFacts;

/// Prettier.
pub struct Prettier;

/// Options that decide the mode, hide the report or move the cache.
const MODE: Options = Options {
    alone: &[
        "--check",
        "-c",
        "--no-check",
        "--list-different",
        "-l",
        "--no-list-different",
        "--write",
        "-w",
        "--no-write",
        "--cache",
        "--no-cache",
        "--debug-check",
    ],
    valued: &[
        "--stdin-filepath",
        "--cache-location",
        "--cache-strategy",
        "--log-level",
        "--loglevel",
    ],
    other_valued: "",
};

/// The key of the cache among the outputs.
const CACHE: &str = "prettier-cache";

/// The rule of a file that would be reformatted.
const UNFORMATTED: &str = "unformatted";

/// The rule of a file that cannot be parsed.
const SYNTAX: &str = "syntax";

/// What is reported when Prettier looked at nothing.
const NOTHING: &str = "prettier found no file to look at";

impl Tool for Prettier {
    fn id(&self) -> &'static str {
        "prettier"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Formatting, Language::Javascript),
            (GateId::Formatting, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["prettier"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["."]
    }

    /// The last of the formatters in the table, so it also says that there is none.
    fn applies(&self, facts: &UnitFacts) -> Applies {
        match PRETTIER.chosen(&BIOME, facts) {
            Some(why) => Applies::Yes(why),
            None => Applies::NothingToDo(
                "no formatter is configured: there is neither a .prettierrc nor a biome.json".to_owned(),
            ),
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let own = MODE.remove_from(ask.args);
        let cache = ask.out.join(CACHE);
        let location = format!("--cache-location={}", cache.display());
        // A script of package.json may ask for the other mode; the last word counts.
        let mode = match ask.mode {
            Mode::Check => "--no-write",
            Mode::Fix => "--write",
        };
        let added = [
            "--no-check",
            mode,
            "--list-different",
            "--cache",
            "--cache-strategy=content",
            &location,
            // A file without the mark would be called well laid out without a look at it.
            "--no-require-pragma",
            // What sdd writes is not the project's to lay out.
            "!**/.session/**",
        ];
        Some(Prepared {
            args: javascript::with_added(own, &added),
            outputs: vec![OutputFile {
                key: CACHE,
                path: cache,
            }],
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "every file is laid out as it should be"),
            (1, "files would be reformatted, or an option is wrong"),
            (
                2,
                "a file could not be read or parsed, nothing matched, or the configuration is broken",
            ),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let stdout = python::plain(run.stdout);
        let trouble = Trouble::of(&python::plain(run.stderr), run);
        let listed: Vec<&str> = stdout
            .lines()
            .filter(|line| !javascript::is_managers(line))
            .collect();
        if run.mode == Mode::Fix {
            return fixed(listed.len() as u64, trouble);
        }
        let mut findings: Vec<Finding> = listed
            .iter()
            .map(|path| {
                Finding::new(self.id(), UNFORMATTED, Severity::Low, "File would be reformatted")
                    .at(run.project_path(path), None, None)
                    .fixable()
            })
            .collect();
        findings.extend(trouble.findings.iter().cloned());
        if findings.is_empty() {
            return nothing_found(&trouble, run);
        }
        if run.exit == 0 {
            return python::no_answer("prettier lists files and ends with exit code 0", run);
        }
        let unparsed = trouble
            .findings
            .first()
            .and_then(|first| first.path.as_deref())
            .map(|path| {
                format!("{path} cannot be parsed: no formatter can rewrite that, it has to be mended by hand")
            });
        Reading::Answer(Box::new(Answer {
            findings,
            warnings: unparsed.into_iter().chain(trouble.other).collect(),
            ..Answer::default()
        }))
    }

    fn install(&self) -> &'static str {
        "npm install --save-dev prettier"
    }
}

/// What Prettier complains about on stderr.
#[derive(Default)]
struct Trouble {
    /// Files that cannot be parsed.
    findings: Vec<Finding>,
    /// The first other complaint.
    other: Option<String>,
    /// Whether it looked for files and found none in the whole directory.
    nothing: bool,
    /// Whether it does not know the cache.
    too_old: bool,
}

/// `[error] PATH: SyntaxError: WHY (LINE:COLUMN)`, the place being left out for some languages.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static UNPARSED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.+?): (?:\w*SyntaxError): (.*?)(?: \((\d+):(\d+)\))?$").expect("a pattern")
});

impl Trouble {
    fn of(stderr: &str, run: &ToolRun<'_>) -> Self {
        let mut trouble = Self::default();
        for line in stderr.lines() {
            trouble.too_old |= line.starts_with("[warn] Ignored unknown option --cache");
            let Some(said) = line.strip_prefix("[error] ") else {
                continue;
            };
            trouble.nothing |= said.starts_with("No supported files were found in the directory: \".\"")
                || said.starts_with("No files matching the pattern were found: \".\"");
            let configuration = said.starts_with("Invalid configuration");
            match UNPARSED.captures(said).filter(|_| !configuration) {
                Some(found) => {
                    let number = |index| found.get(index).and_then(|digits| digits.as_str().parse().ok());
                    let text = |index| found.get(index).map_or("", |found| found.as_str());
                    trouble.findings.push(
                        Finding::new("prettier", SYNTAX, Severity::High, python::brief(text(2))).at(
                            run.project_path(text(1)),
                            number(3),
                            number(4),
                        ),
                    );
                }
                // The lines below an error show the source, with a margin.
                None if said.starts_with([' ', '>']) || said.trim().is_empty() => {}
                None => match &mut trouble.other {
                    None => trouble.other = Some(text::shorten(said.trim(), 300)),
                    // `Invalid configuration for file "PATH":` ends in the next line.
                    Some(first) if first.ends_with(':') => {
                        *first = text::shorten(&format!("{first} {}", said.trim()), 500);
                    }
                    Some(_) => {}
                },
            }
        }
        trouble
    }

    /// No answer, for what Prettier complains about.
    fn gave_up(&self, run: &ToolRun<'_>) -> Reading {
        let Some(said) = &self.other else {
            return python::no_answer("prettier gave up", run);
        };
        let reason = format!("prettier gave up: {said}");
        match javascript::missing_module(said, run.facts) {
            Some(hint) => Reading::broken_with_hint(reason, hint),
            None => Reading::broken(reason),
        }
    }
}

/// What a run means that lists no file and could parse every one.
fn nothing_found(trouble: &Trouble, run: &ToolRun<'_>) -> Reading {
    if trouble.nothing {
        return Reading::Nothing(NOTHING.to_owned());
    }
    if trouble.other.is_some() || run.exit != 0 {
        return trouble.gave_up(run);
    }
    if trouble.too_old {
        return Reading::broken_with_hint(
            "this prettier does not say which files it looked at",
            "prettier 2.7 or newer does: npm install --save-dev prettier@latest",
        );
    }
    if matches!(run.outputs.get(CACHE), Some(FileState::Missing)) {
        return Reading::Nothing(NOTHING.to_owned());
    }
    match run.output(CACHE).and_then(looked_at) {
        Ok(0) => Reading::Nothing(NOTHING.to_owned()),
        Ok(files) => Reading::Answer(Box::new(Answer {
            metrics: BTreeMap::from([("files_checked", files)]),
            ..Answer::default()
        })),
        Err(why) => python::no_answer(
            &format!("prettier's list of the files that it looked at cannot be read ({why})"),
            run,
        ),
    }
}

/// What a run means that may rewrite files; the check after it judges.
fn fixed(rewritten: u64, trouble: Trouble) -> Reading {
    if let (0, Some(said), true) = (rewritten, &trouble.other, trouble.findings.is_empty()) {
        return if trouble.nothing {
            Reading::Nothing(NOTHING.to_owned())
        } else {
            Reading::broken(format!("prettier gave up: {said}"))
        };
    }
    Reading::Answer(Box::new(Answer {
        findings: trouble.findings,
        metrics: BTreeMap::from([("files_reformatted", rewritten)]),
        ..Answer::default()
    }))
}

/// How many files the cache calls well laid out.
fn looked_at(cache: &[u8]) -> Result<u64, String> {
    let cache: Vec<Value> = serde_json::from_slice(cache).map_err(|error| error.to_string())?;
    let named = |entry: &&Value| entry.get("hashOfOptions").is_some_and(Value::is_string);
    Ok(cache.iter().filter(named).count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::lint_recordings::{self as recordings, javascript as facts};
    use crate::tools::python_recordings::{self, Args, Recording};

    #[test]
    fn recorded_runs_are_read() {
        insta::assert_snapshot!(python_recordings::show_all(&Prettier));
    }

    #[test]
    fn nothing_spoiled_reads_as_clean() {
        for version in ["2.8.8", "3.0.3", "3.10.1"] {
            python_recordings::check_never_clean(&Prettier, &Recording::load("prettier", version, "clean"));
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        recordings::check_any_bytes(&Prettier, "[{\"hashOfOptions\":\"1\"}");
    }

    #[track_caller]
    fn check(mode: Mode, args: &str, expect: &str) {
        let prepared =
            python_recordings::prepare(&Prettier, &facts(&[]), mode, Args::Configured(args), false);
        assert_eq!(
            prepared.args.join(" "),
            format!(
                "{expect} --cache --cache-strategy=content --cache-location=/out/prettier-cache --no-require-pragma !**/.session/**"
            )
        );
    }

    #[test]
    fn the_mode_is_the_one_that_is_asked() {
        for args in [
            ".",
            "--check .",
            "--write .",
            "-lw .",
            "--cache --cache-location x . --log-level silent",
        ] {
            check(Mode::Check, args, ". --no-check --no-write --list-different");
            check(Mode::Fix, args, ". --no-check --write --list-different");
        }
        check(
            Mode::Check,
            "-u --single-quote src",
            "-u --single-quote src --no-check --no-write --list-different",
        );
    }

    #[test]
    fn a_project_without_a_formatter_is_told_so() {
        assert_eq!(
            Prettier.applies(&facts(&["prettier.config.mjs"])),
            Applies::Yes("prettier.config.mjs is there".to_owned())
        );
        assert!(
            matches!(Prettier.applies(&facts(&[])), Applies::NothingToDo(why) if why.starts_with("no formatter"))
        );
    }
}
