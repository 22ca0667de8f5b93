//! The one way in which what was found in descriptions is written.

use std::io::Write;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style as Paint};
use anyhow::Context as _;
use serde::Serialize;

use crate::commands::context::{Cx, no_such_format};
use crate::commands::error::CommandError;
use crate::commands::output;
use crate::contract::report::{self, Amount, Page, Tone};
use crate::contract::rules::Level;
use crate::report::{Colour, Detail};
use crate::store::Target;

/// The formats of documents about descriptions.
pub(super) const FORMATS: &[&str] = &[
    "human", "json", "agent", "markdown", "junit", "sarif", "github", "html",
];

/// Where a document goes, in one of [`FORMATS`] each.
pub(super) struct Targets {
    to_stdout: Option<&'static str>,
    files: Vec<File>,
}

/// A file that was opened before the work.
struct File {
    path: PathBuf,
    target: Target,
    format: &'static str,
}

impl Targets {
    /// Reads `--format` and `--output`, and opens every file.
    pub(super) fn of(cx: &Cx) -> Result<Self, CommandError> {
        let main = match named(cx.format_name()) {
            Ok(format) => format,
            Err(error) if cx.global.format.is_some() => return Err(error),
            Err(_) => "human",
        };
        let (mut to_stdout, mut to_dash) = (Some(main), None);
        let mut files: Vec<File> = Vec::new();
        for word in &cx.global.output {
            let wanted = output::wanted(word)?;
            let format = if let Some(format) = wanted.format {
                named(format)?
            } else {
                to_stdout = None;
                main
            };
            if wanted.file == output::STDOUT {
                if to_dash.replace(format).is_some() {
                    return Err(CommandError::usage("--output names stdout twice")
                        .hint("give each format a file of its own; a file of that name is ./-"));
                }
                continue;
            }
            let (path, target) = output::open(cx, wanted.file)?;
            if files.iter().any(|other| other.target.is_same(&target)) {
                let what = format!("--output names one file twice: {}", path.display());
                return Err(CommandError::usage(what).hint("give each format a file of its own"));
            }
            files.push(File { path, target, format });
        }
        if let (Some(dash), Some(main), true) = (to_dash, to_stdout, cx.global.format.is_some())
            && dash != main
        {
            let what =
                format!("stdout takes one document, and --format {main} and --output {dash}=- are two");
            let hint = format!("give one of them a file: --output {dash}=FILE");
            return Err(CommandError::usage(what).hint(hint));
        }
        Ok(Self {
            to_stdout: to_dash.or(to_stdout),
            files,
        })
    }

    /// Whether a document is asked for in a format.
    pub(super) fn has(&self, format: &str) -> bool {
        self.to_stdout == Some(format) || self.files.iter().any(|file| file.format == format)
    }

    /// The same for what people read in another way than as a document.
    pub(super) fn without_people(self) -> Self {
        Self {
            to_stdout: self.to_stdout.filter(|format| *format != "human"),
            ..self
        }
    }
}

/// The format of a name.
fn named(name: &str) -> Result<&'static str, CommandError> {
    let format = FORMATS.iter().find(|format| **format == name);
    format.copied().ok_or_else(|| no_such_format(name, FORMATS))
}

/// Writes a document to every file, and then to stdout; all formats but `json` show its page.
pub(super) fn emit<T: Serialize>(
    cx: &mut Cx,
    targets: &Targets,
    document: &T,
    page: &Page,
) -> anyhow::Result<()> {
    for file in &targets.files {
        let text = rendered(cx, file.format, document, page, Colour::No)?;
        file.target
            .clear()
            .and_then(|()| (&file.target).write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", file.path.display()))?;
    }
    let Some(format) = targets.to_stdout else {
        return Ok(());
    };
    let text = rendered(cx, format, document, page, cx.ui.colour())?;
    cx.ui.data(text.as_bytes()).context("cannot write to stdout")
}

fn rendered<T: Serialize>(
    cx: &Cx,
    format: &str,
    document: &T,
    page: &Page,
    colour: Colour,
) -> anyhow::Result<String> {
    Ok(match format {
        "json" => serde_json::to_string_pretty(document)? + "\n",
        "agent" => report::agent(page),
        "markdown" => report::markdown(page),
        "junit" => report::junit(page, cx.clock.now()),
        "sarif" => report::sarif(page, env!("CARGO_PKG_VERSION"))?,
        "github" => report::github(page),
        "html" => report::html(page),
        _ => human(cx, page, colour),
    })
}

/// The words of a command that asks again.
pub(super) fn rerun<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "))
}

fn human(cx: &Cx, page: &Page, colour: Colour) -> String {
    let amount = match cx.ui.detail() {
        Detail::Brief => Amount::Little,
        Detail::Normal => Amount::Usual,
        Detail::Full => Amount::All,
    };
    report::human(page, amount, &|tone, word| match colour {
        Colour::Yes => format!("{0}{word}{0:#}", paint(tone)),
        Colour::No => word.to_owned(),
    })
}

fn paint(tone: Tone) -> Paint {
    let of = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into())).bold();
    match tone {
        Tone::Level(Level::Error) => of(AnsiColor::Red),
        Tone::Level(Level::Warning) => of(AnsiColor::Yellow),
        Tone::Level(Level::Info) | Tone::Faint => Paint::new().dimmed(),
        Tone::Strong => Paint::new().bold(),
    }
}

#[cfg(test)]
mod tests {
    use super::rerun;

    #[test]
    fn a_command_can_be_copied() {
        assert_eq!(
            rerun(["sdd", "contract", "diff", "a b.yaml", "main:c.yaml"]),
            "sdd contract diff 'a b.yaml' main:c.yaml"
        );
    }
}
