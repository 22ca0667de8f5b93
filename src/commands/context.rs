//! What every command works with.

use std::path::PathBuf;

use super::error::{CommandError, brief};
use super::output;
use crate::cli::Global;
use crate::process::Cancel;
use crate::process::clock::Clock;
use crate::process::environment::Environment;
use crate::report::{self, Renderer};
use crate::ui::Ui;

/// What every command works with.
pub struct Cx {
    /// The streams.
    pub ui: Ui,
    /// The environment that sdd was started in.
    pub environment: Environment,
    /// Where "now" comes from.
    pub clock: Clock,
    /// The request to stop.
    pub cancel: Cancel,
    /// The directory that the command works from, absolute.
    pub start: PathBuf,
    /// The options of every command.
    pub global: Global,
}

impl Cx {
    /// The name of the format that was asked for, or the one that suits the reader.
    pub fn format_name(&self) -> &str {
        match &self.global.format {
            Some(name) => name,
            None if self.environment.is_claude_code() => "agent",
            None => "human",
        }
    }

    /// The renderer of the format that was asked for.
    pub fn renderer(&self) -> Result<&'static dyn Renderer, CommandError> {
        renderer_named(self.format_name())
    }

    /// One of the formats that a command without a report offers. Looks at `--output` too, so that a file which
    /// cannot be written is known before the work; [`Cx::emit`] writes it.
    pub fn choose<'a>(&self, offered: &[&'a str]) -> Result<&'a str, CommandError> {
        let chosen = self.form(offered)?;
        match self.global.output.as_slice() {
            [] => {}
            [word] => {
                let output = output::wanted(word)?;
                if let Some(format) = output.format {
                    let what = "this command writes one document, to stdout or to a file";
                    return Err(CommandError::usage(what).hint(format!(
                        "--format {format} --output {}; a file of that name is ./{word}",
                        output.file
                    )));
                }
                if output.file != output::STDOUT {
                    output::open(self, output.file)?;
                }
            }
            _ => {
                let what = "this command writes one document, and --output was given more than once";
                return Err(CommandError::usage(what).hint("name one file"));
            }
        }
        Ok(chosen)
    }

    /// What `--format` says of the formats that are offered, the first of them where nobody says anything.
    pub(super) fn form<'a>(&self, offered: &[&'a str]) -> Result<&'a str, CommandError> {
        let wanted = self.format_name();
        match offered.iter().find(|name| **name == wanted) {
            Some(name) => Ok(*name),
            None if self.global.format.is_some() => Err(no_such_format(wanted, offered)),
            None => Ok(offered.first().copied().unwrap_or("human")),
        }
    }
}

pub(super) fn no_such_format(wanted: &str, offered: &[&str]) -> CommandError {
    let wanted = brief(wanted);
    CommandError::usage(format!("this command has no format {wanted:?}"))
        .hint(format!("formats here are: {}", offered.join(", ")))
}

/// The renderer of a name, or an error with the names that exist.
pub fn renderer_named(name: &str) -> Result<&'static dyn Renderer, CommandError> {
    report::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = report::FORMATS.iter().map(|format| format.name()).collect();
        let list = names.join(", ");
        let hint = match super::error::did_you_mean(name, names) {
            Some(meant) => format!("did you mean {meant}? Formats are: {list}"),
            None => format!("formats are: {list}"),
        };
        CommandError::usage(format!("there is no format {:?}", brief(name))).hint(hint)
    })
}
