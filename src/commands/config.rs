//! `sdd config show|check|schema`: the settings that take effect, what is wrong with the file, and its schema.
//!
//! Pure: the caller reads the file and prints the [`Answer`].

mod check;
mod show;

use clap::{Args as ClapArgs, Subcommand};

pub use check::{CheckReport, Problem, ProblemSeverity, check};
pub use show::show;

use crate::model::config::{ConfigError, Loaded, load, schema};
use crate::model::exit::Exit;

/// Arguments of `sdd config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ClapArgs)]
#[command(after_help = "Examples:
  sdd config show      every setting, and where its value comes from
  sdd config check     what is wrong or odd about the file; exit code 2 when something is wrong
  sdd config schema    the JSON Schema, for an editor")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What `sdd config` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Show the settings that take effect, and which of them are defaults
    #[command(after_help = "Examples:
  sdd config show                  a table for people
  sdd config show --format json    a whole configuration with every default filled in")]
    Show,
    /// Check config.json: wrong values, unknown keys, rules that nobody can check
    #[command(after_help = "Examples:
  sdd config check                  every problem with its line
  sdd config check --format json    the same as one JSON document")]
    Check,
    /// Print the JSON Schema of config.json
    #[command(after_help = "Examples:
  sdd config schema                         on stdout
  sdd config schema --output schema.json    into a file")]
    Schema,
}

/// The forms that `sdd config` answers in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON document.
    Json,
}

/// What to print, and how to exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// For stdout; ends with a line break unless it is empty.
    pub stdout: String,
    /// For stderr, one line each.
    pub stderr: Vec<String>,
    /// How to exit.
    pub exit: Exit,
}

impl Answer {
    fn of(stdout: String) -> Self {
        Self {
            stdout,
            stderr: Vec::new(),
            exit: Exit::Ok,
        }
    }

    fn refused(error: &ConfigError) -> Self {
        Self {
            stdout: String::new(),
            stderr: vec![format!("error: {error}"), format!("hint: {}", error.hint())],
            exit: Exit::Usage,
        }
    }
}

/// The settings file as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The file, as it is shown.
    pub path: &'s str,
    /// What is in it; `None` when there is no such file, so that every setting has its default.
    pub bytes: Option<&'s [u8]>,
}

impl Source<'_> {
    /// The settings, all defaults when there is no file.
    pub fn load(&self) -> Result<Loaded, ConfigError> {
        match self.bytes {
            Some(bytes) => load::parse_bytes(self.path, bytes),
            None => Ok(Loaded::default()),
        }
    }
}

/// Carries out `sdd config`.
pub fn answer(action: Action, source: Source<'_>, format: Format) -> Answer {
    match action {
        Action::Schema => Answer::of(json_document(&schema())),
        Action::Check => {
            let report = match source.bytes {
                Some(bytes) => check(source.path, &load::inspect_bytes(source.path, bytes)),
                None => check::missing(source.path),
            };
            Answer {
                stdout: report.render(format),
                stderr: Vec::new(),
                exit: report.exit,
            }
        }
        Action::Show => match source.load() {
            Ok(loaded) => {
                let mut answer = Answer::of(show(source.path, &loaded, format));
                answer.stderr = loaded
                    .warnings
                    .iter()
                    .map(|warning| format!("warning: {warning}"))
                    .collect();
                answer
            }
            Err(error) => Answer::refused(&error),
        },
    }
}

/// A JSON document as it is printed: two spaces, and a line break at the end.
fn json_document(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
