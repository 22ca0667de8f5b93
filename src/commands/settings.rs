//! The edge of `sdd config`: reads the file, prints the answer.

use super::config::{Action, Args, Format, Source, answer};
use super::context::Cx;
use super::error::CommandError;
use crate::model::exit::Exit;
use crate::project::detect;
use crate::store::{self, layout};

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = match cx.choose(&["human", "json", "agent"])? {
        "json" => Format::Json,
        _ => Format::Human,
    };
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
