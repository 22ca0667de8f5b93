//! `sdd bench compare`: two runs that were kept.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::emit::paint;
use crate::bench::baseline::stored::StoredRound;
use crate::bench::compare::compare;
use crate::bench::report::SideBySide;
use crate::bench::round::Round;
use crate::bench::statistics::verdict::Change;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::model::exit::Exit;
use crate::report::Colour;
use crate::store;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The earlier run: a file of --format json
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The later run
    #[arg(value_name = "B")]
    b: PathBuf,
    /// The change that matters, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 10.0)]
    threshold: f64,
}

/// What is needed of a kept document.
#[derive(Deserialize)]
struct Kept {
    kind: String,
    samples: Vec<StoredRound>,
}

/// Runs the command.
pub(super) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "markdown"])?;
    let [a, b] = [&args.a, &args.b].map(|file| rounds(&cx.start, file));
    let seen = compare(&a?, &b?, args.threshold / 100.0);
    let [before, now] = [&args.a, &args.b].map(|file| file.display().to_string());
    let both = SideBySide {
        before: &before,
        now: &now,
        seen: &seen,
    };
    let text = match format {
        "json" => both.json()? + "\n",
        "markdown" => both.markdown(),
        _ => {
            let colour = cx.ui.colour();
            both.human(&|tone, word| match colour {
                Colour::Yes => format!("{0}{word}{0:#}", paint(tone)),
                Colour::No => word.to_owned(),
            })
        }
    };
    cx.emit(&text)?;
    Ok(match seen.verdict {
        Change::None | Change::Improved => Exit::Ok,
        Change::Regressed => Exit::Failed,
        Change::Suspect | Change::Inconclusive => Exit::NoVerdict,
    })
}

fn rounds(start: &Path, file: &Path) -> anyhow::Result<Vec<Round>> {
    let shown = file.display();
    let bytes = store::read_regular(&start.join(file), store::LARGE)?
        .ok_or_else(|| CommandError::not_found(format!("{shown} is not there")))?;
    let wrong = |why: String| {
        CommandError::usage(format!("{shown}: {why}"))
            .hint("keep a run with: sdd bench … --format json --output FILE")
    };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    if kept.kind != "bench" {
        return Err(wrong(format!("this is a {:?}, not a measurement", kept.kind)).into());
    }
    let rounds: Result<Vec<Round>, _> = kept.samples.iter().map(StoredRound::round).collect();
    Ok(rounds.map_err(|error| wrong(error.to_string()))?)
}
