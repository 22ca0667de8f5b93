//! Where a call is worked on: a command of sdd on streams of its own, and its output as the answer.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Parser as _;

use super::arguments::Arguments;
use super::page::page;
use super::tools::{Tool, Work};
use crate::cli::{Cli, Command, Global};
use crate::commands::context::Cx;
use crate::commands::error::{CommandError, Shown, show};
use crate::commands::{gate, pipeline, report, status, work_item};
use crate::engine::Observer;
use crate::model::exit::Exit;
use crate::model::text;
use crate::process::Cancel;
use crate::process::clock::Clock;
use crate::process::environment::Environment;
use crate::process::redact::Redactor;
use crate::project::detect;
use crate::ui::Ui;

/// What every call begins from.
#[derive(Clone)]
pub(super) struct Desk {
    environment: Environment,
    clock: Clock,
    start: PathBuf,
    global: Global,
}

/// What a call came to.
pub(super) enum Answer {
    /// What was asked for.
    Found(String),
    /// What is wrong, where, and what to do.
    Refused(String),
}

impl Desk {
    /// The desk of a server. Its project is that of the directory, else the one that the agent works on.
    pub(super) fn of(cx: &Cx) -> Self {
        let project = cx.environment.get("CLAUDE_PROJECT_DIR").map(Path::new);
        let start = match project {
            Some(project) if cx.global.chdir.is_none() && detect::find_root(&cx.start).is_none() => {
                project.to_owned()
            }
            _ => cx.start.clone(),
        };
        Self {
            environment: cx.environment.clone(),
            clock: cx.clock,
            start,
            global: Global {
                format: Some("agent".to_owned()),
                output: Vec::new(),
                ..cx.global.clone()
            },
        }
    }

    /// Works on a call.
    pub(super) fn work(
        &self,
        tool: &Tool,
        arguments: &Arguments,
        cancel: Cancel,
        observer: Arc<dyn Observer + Send + Sync>,
    ) -> Answer {
        let (out, talk) = (Kept::default(), Kept::default());
        let mut cx = Cx {
            ui: Ui::to(Box::new(out.clone()), Box::new(talk.clone())).watched_by(observer),
            environment: self.environment.clone(),
            clock: self.clock,
            cancel,
            start: self.start.clone(),
            global: self.global.clone(),
        };
        let worked = match tool.work {
            Work::Command(words) => command(words(arguments), &mut cx),
            Work::Own(work) => work(arguments, &mut cx),
        };
        let redactor = self.redactor(&cx);
        let exit = worked.as_ref().ok().copied();
        let found = worked.and_then(|_| {
            let whole = clean(&redactor.text(&(out.text() + &talk.text())));
            let number = arguments.number("page").unwrap_or(1);
            let page = page(&whole, number)?;
            Ok(if page.of == 1 {
                whole
            } else {
                let more = if number < page.of {
                    format!("; next: {}", tool.next_page(number + 1))
                } else {
                    String::new()
                };
                format!("{}\n[page {number} of {}{more}]\n", page.text, page.of)
            })
        });
        match found {
            // A verdict is an answer, red as well as green. That there is none must not look like one.
            Ok(text) if matches!(exit, Some(Exit::Ok | Exit::Failed)) => Answer::Found(text),
            Ok(text) => Answer::Refused(text),
            Err(error) => Answer::Refused(clean(&redactor.text(&refusal(&show(&error))))),
        }
    }

    /// What keeps secrets out of an answer; where the settings cannot be read, by what is known without them.
    fn redactor(&self, cx: &Cx) -> Redactor {
        match pipeline::open(cx) {
            Ok(opened) => Redactor::clone(&pipeline::redactor(cx, &opened)),
            Err(_) => Redactor::new(&self.environment, &[]),
        }
    }
}

/// An error as a text for an agent.
pub(super) fn refusal(shown: &Shown) -> String {
    let mut said = format!("error: {}\n", text::shorten(&shown.what, 1_000));
    for cause in shown.causes.iter().take(5) {
        said.push_str(&format!("caused by: {}\n", text::shorten(cause, 500)));
    }
    if let Some(hint) = &shown.hint {
        said.push_str(&format!("hint: {}\n", text::shorten(hint, 1_000)));
    }
    said
}

/// Runs a command line of sdd.
fn command(words: Vec<String>, cx: &mut Cx) -> anyhow::Result<Exit> {
    let words = std::iter::once("sdd".to_owned()).chain(words);
    let cli = Cli::try_parse_from(words).map_err(|error| {
        let said = error.render().to_string();
        let said = said.trim_start_matches("error: ");
        let (what, hint) = said.split_once("\n\n").unwrap_or((said, ""));
        CommandError::usage(text::one_line(what)).hint(text::one_line(hint))
    })?;
    if cli.global.format.is_some() {
        cx.global.format = cli.global.format;
    }
    if cli.global.verbose {
        cx.ui.in_full();
    }
    match cli.command {
        Command::Status(args) => status::run(&args, cx),
        Command::Gate(args) => gate::run(&args, cx),
        Command::Report(args) => report::run(&args, cx),
        Command::WorkItem(args) => work_item::run(&args, cx),
        _ => Err(CommandError::usage("no tool does this").into()),
    }
}

/// A text without what would steer a terminal.
fn clean(said: &str) -> String {
    said.lines()
        .map(|line| text::one_line(line.trim_end_matches('\r')) + "\n")
        .collect()
}

/// A stream that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
