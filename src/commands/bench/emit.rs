//! The one way in which a measurement is written.

use std::io::Write as _;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style as Paint};
use anyhow::Context as _;

use crate::bench::report::{self, Document, Tone};
use crate::commands::context::{Cx, no_such_format};
use crate::commands::error::{CommandError, brief};
use crate::commands::output::{self, STDOUT};
use crate::process::redact::Redactor;
use crate::report::Colour;
use crate::store::Target;

/// The formats of a measurement.
const FORMATS: &[&str] = &["human", "json", "agent", "markdown", "junit", "html"];

/// Where a measurement is written, each place in a format of its own: stdout, and files.
pub(super) struct Places {
    stdout: Option<&'static str>,
    files: Vec<File>,
}

/// A file that is to be written.
struct File {
    path: PathBuf,
    target: Target,
    format: &'static str,
}

impl Places {
    /// Reads `--format` and `--output`, and opens every file: better now than after the measurement.
    pub(super) fn open(cx: &Cx) -> anyhow::Result<Self> {
        let main = cx.form(FORMATS)?;
        let mut stdout = Some(main);
        let mut dash = None;
        let mut files: Vec<File> = Vec::new();
        for word in &cx.global.output {
            let wanted = output::wanted(word)?;
            if wanted.format.is_none() {
                stdout = None;
            }
            let format = wanted.format.map_or(Ok(main), |name| format_of(name, word))?;
            if wanted.file == STDOUT {
                if dash.replace(format).is_some() {
                    return Err(twice("--output names stdout twice".to_owned()).into());
                }
                continue;
            }
            let (path, target) = output::open(cx, wanted.file)?;
            if files.iter().any(|other| other.target.is_same(&target)) {
                return Err(twice(format!("--output names one file twice: {}", path.display())).into());
            }
            files.push(File { path, target, format });
        }
        if let (Some(dash), Some(main), true) = (dash, stdout, cx.global.format.is_some())
            && dash != main
        {
            let what =
                format!("stdout takes one document, and --format {main} and --output {dash}=- are two");
            return Err(CommandError::usage(what)
                .hint(format!("give one of them a file: --output {dash}=FILE"))
                .into());
        }
        Ok(Self {
            stdout: dash.or(stdout),
            files,
        })
    }

    /// Writes a document to every place without secrets, stdout last: when a file cannot be written, nothing is shown.
    pub(super) fn write(&self, cx: &mut Cx, redactor: &Redactor, document: &Document) -> anyhow::Result<()> {
        for file in &self.files {
            let text = redactor.text(&text(cx, file.format, Colour::No, document)?);
            file.target
                .clear()
                .and_then(|()| (&file.target).write_all(text.as_bytes()))
                .with_context(|| format!("cannot write {}", file.path.display()))?;
        }
        let Some(format) = self.stdout else {
            return Ok(());
        };
        let text = redactor.text(&text(cx, format, cx.ui.colour(), document)?);
        cx.ui.data(text.as_bytes()).context("cannot write to stdout")
    }
}

/// A format by its name, of an `--output`.
fn format_of(name: &str, word: &str) -> Result<&'static str, CommandError> {
    let known = FORMATS.iter().find(|known| **known == name).copied();
    known.ok_or_else(|| {
        no_such_format(name, FORMATS).also(&format!("a file of that name is ./{}", brief(word)))
    })
}

fn twice(what: String) -> CommandError {
    CommandError::usage(what).hint("give each format a file of its own")
}

/// A document in one of [`FORMATS`].
fn text(cx: &Cx, format: &str, colour: Colour, document: &Document) -> anyhow::Result<String> {
    Ok(match format {
        "json" => serde_json::to_string_pretty(document)? + "\n",
        "agent" => report::agent(document),
        "markdown" => report::markdown(document),
        "html" => report::html(document),
        "junit" => report::junit(document, cx.clock.now()),
        _ => report::human(document, &|tone, word| match colour {
            Colour::Yes => format!("{0}{word}{0:#}", paint(tone)),
            Colour::No => word.to_owned(),
        }),
    })
}

pub(super) fn paint(tone: Tone) -> Paint {
    let of = |colour: AnsiColor| Paint::new().fg_color(Some(colour.into())).bold();
    match tone {
        Tone::Good => of(AnsiColor::Green),
        Tone::Bad => of(AnsiColor::Red),
        Tone::Open => of(AnsiColor::Yellow),
        Tone::Faint => Paint::new().dimmed(),
        Tone::Strong => Paint::new().bold(),
    }
}
