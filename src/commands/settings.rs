//! The edge of `sdd config`: reads the file, prints the answer.

use super::config::{Action, Args, Format, Problem, ProblemSeverity, Source, answer, check};
use super::context::Cx;
use super::error::CommandError;
use super::pipeline;
use crate::contract::policy::{Policy, Unfit};
use crate::model::config::{JsonPath, Position, UnitSettings, load};
use crate::model::exit::Exit;
use crate::model::text;
use crate::project::{Error, detect, files};
use crate::store::{self, layout};

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = match cx.choose(&["human", "json", "agent"])? {
        "json" => Format::Json,
        _ => Format::Human,
    };
    if args.action == Action::Check
        && let Some(bytes) = read(cx)?
    {
        let mut report = check(layout::CONFIG, &load::inspect_bytes(layout::CONFIG, &bytes));
        if let Some(problem) = unfit(cx, &bytes) {
            report.add(problem);
        }
        for problem in unfit_contract(&bytes)
            .into_iter()
            .chain(unfit_fixtures(cx, &bytes))
        {
            report.add(problem);
        }
        cx.emit(&report.render(format))?;
        return Ok(report.exit);
    }
    // The schema is the same everywhere; it needs no project.
    let bytes = if args.action == Action::Schema {
        None
    } else {
        read(cx)?
    };
    let answer = answer(
        args.action,
        Source {
            path: layout::CONFIG,
            bytes: bytes.as_deref(),
        },
        format,
    );
    if !answer.stdout.is_empty() {
        cx.emit(&answer.stdout)?;
    }
    for line in &answer.stderr {
        cx.ui.status(line);
    }
    Ok(answer.exit)
}

fn read(cx: &Cx) -> anyhow::Result<Option<Vec<u8>>> {
    let root = detect::find_root(&cx.start).ok_or_else(|| {
        CommandError::not_found(format!("no .session/ in {} or above it", cx.start.display()))
            .hint("set the project up: sdd init")
    })?;
    Ok(store::read_regular(&root.join(layout::CONFIG), store::SMALL)?)
}

/// What the section of the contract gate says that no contract can be checked by.
fn unfit_contract(bytes: &[u8]) -> Vec<Problem> {
    let Ok(loaded) = load::parse_bytes(layout::CONFIG, bytes) else {
        return Vec::new();
    };
    let unfit = Policy::of(&loaded.config.quality_gates.contract)
        .err()
        .unwrap_or_default();
    let problem = |unfit: Unfit| Problem {
        severity: ProblemSeverity::Error,
        location: loaded
            .given(unfit.at())
            .unwrap_or(Position { line: 1, column: 1 }),
        json_path: Some(unfit.at().clone()),
        message: unfit.to_string(),
        hint: Some("all rules: sdd contract rules".to_owned()),
    };
    unfit.into_iter().map(problem).collect()
}

/// Settings of test data that is not there: nothing is loaded by them.
fn unfit_fixtures(cx: &Cx, bytes: &[u8]) -> Vec<Problem> {
    let (Some(root), Ok(loaded)) = (
        detect::find_root(&cx.start),
        load::parse_bytes(layout::CONFIG, bytes),
    ) else {
        return Vec::new();
    };
    let place = JsonPath::of("quality_gates.integration_tests").key("fixtures");
    let paths = loaded.config.integration().fixtures.keys();
    let problem = |path: &String| {
        let message = match files::count(&root, path) {
            Ok(0) => "there is no such file".to_owned(),
            Ok(_) => return None,
            Err(error) => text::one_line(&error.to_string()),
        };
        let at = place.key(path);
        Some(Problem {
            severity: ProblemSeverity::Error,
            location: loaded.given(&at).unwrap_or(Position { line: 1, column: 1 }),
            json_path: Some(at),
            message,
            hint: Some(
                "test data is named by its path from the project, or by the glob of the spec".to_owned(),
            ),
        })
    };
    paths.filter_map(problem).collect()
}

/// Why settings that can be read do not fit the project that they are for.
fn unfit(cx: &Cx, bytes: &[u8]) -> Option<Problem> {
    let root = detect::find_root(&cx.start)?;
    let loaded = load::parse_bytes(layout::CONFIG, bytes).ok()?;
    let finder = pipeline::finder(cx, &root);
    let runner = pipeline::Tools::bare(cx, &loaded.config, "config").runner;
    let error = pipeline::project(&loaded.config, &root, &finder, &runner).err()?;
    let (json_path, hint) = match &error {
        Error::NoSuchUnit {
            path,
            language,
            units,
        } => {
            let named = |unit: &UnitSettings| unit.normal_path() == *path && unit.language == *language;
            let index = loaded.config.units.iter().position(named);
            let hint = format!(
                "the units are: {}; with a `language`, a directory is a unit by declaration",
                units.join(", ")
            );
            (
                index.map(|index| JsonPath::of("units").index(index).key("path")),
                Some(hint),
            )
        }
        _ => (None, None),
    };
    let start = Position { line: 1, column: 1 };
    Some(Problem {
        severity: ProblemSeverity::Error,
        location: json_path
            .as_ref()
            .and_then(|path| loaded.given(path))
            .unwrap_or(start),
        json_path,
        message: text::one_line(&error.to_string()),
        hint: hint.map(|hint| text::one_line(&hint)),
    })
}
