//! `sdd integration gc`: what killed runs left is taken down.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::{self, Tools};
use crate::compose::flavour::{self, Machine, VARIABLE};
use crate::compose::journal::{Entry, Standing};
use crate::compose::sweep::{self, Scope, Sweep};
use crate::model::exit::Exit;
use crate::process::Cancel;

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Only the services of these runs, kept or not: by the id of the run, or the name that Compose has for it
    #[arg(value_name = "RUN")]
    runs: Vec<String>,
    /// Services that were kept on purpose, too
    #[arg(long, conflicts_with = "runs")]
    all: bool,
}

impl Args {
    fn scope(&self) -> Scope<'_> {
        match (self.runs.as_slice(), self.all) {
            ([], false) => Scope::Due,
            ([], true) => Scope::KeptToo,
            (runs, _) => Scope::Named(runs),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?.to_owned();
    let opened = pipeline::open(cx)?;
    let scope = args.scope();
    let now = cx.clock.now();
    let due = sweep::due(&opened.store, now, scope);
    let mut sweep = sweep::look(&opened.store, now);
    check_names(&args.runs, &sweep)?;
    let is_kept = |(_, standing): &(Entry, Standing)| *standing == Standing::Kept;
    let mut refused = None;
    if !due.is_empty() || sweep.spared.iter().any(is_kept) {
        let root = opened.store.root();
        // What is begun is done: half a teardown is what this command is there for.
        let files: Vec<PathBuf> = due.iter().flat_map(|(entry, _)| entry.project().files).collect();
        let tools = Tools::over(cx, &opened, "gc", &Cancel::new(), &files);
        let finder = pipeline::finder(cx, root);
        let find = |program: &str| finder.find(program, &[], root);
        let machine = Machine {
            runner: &tools.runner,
            find: &find,
            cwd: root,
            patience: flavour::PATIENCE,
        };
        match flavour::detect(&machine, cx.environment.get(VARIABLE)) {
            Ok(flavour) => {
                let engine = cx.environment.get("DOCKER_HOST");
                let (store, runner) = (&opened.store, &tools.runner);
                sweep = sweep::sweep(store, runner, &flavour, engine, now, scope);
                sweep::forget_gone(&mut sweep, store, runner, &flavour, engine);
            }
            // What is kept is then taken for kept.
            Err(error) => refused = Some(error).filter(|_| !due.is_empty()),
        }
    }
    let text = if format == "json" {
        let why = refused.as_ref().map(ToString::to_string);
        format!(
            "{}\n",
            serde_json::to_string_pretty(&document(&sweep, why.as_deref()))?
        )
    } else {
        words(&sweep)
    };
    cx.emit(&text)?;
    if let Some(error) = refused {
        cx.ui.error(
            &format!("{} could not be taken down: {error}", counted(due.len())),
            &[],
            error.hint().as_deref(),
        );
        return Ok(Exit::NoVerdict);
    }
    let is_asked = |(entry, _): &(Entry, Standing)| args.runs.iter().any(|run| sweep::is_called(entry, run));
    let is_clean = sweep.unreadable.is_empty()
        && sweep.swept.iter().all(sweep::Swept::is_gone)
        && !sweep.spared.iter().any(is_asked);
    Ok(if is_clean { Exit::Ok } else { Exit::NoVerdict })
}

/// Fails where something is to be taken down that no journal names.
fn check_names(runs: &[String], there: &Sweep) -> anyhow::Result<()> {
    let is_there = |run: &&String| there.spared.iter().any(|(entry, _)| sweep::is_called(entry, run));
    let Some(unknown) = runs.iter().find(|run| !is_there(run)) else {
        return Ok(());
    };
    let known: Vec<&str> = there.spared.iter().map(|(entry, _)| entry.run.as_str()).collect();
    let hint = if known.is_empty() {
        "nothing is left of any run".to_owned()
    } else {
        format!("there is: {}", known.join(", "))
    };
    Err(
        CommandError::not_found(format!("no services are known of run `{unknown}`"))
            .hint(hint)
            .into(),
    )
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 environment".to_owned(),
        count => format!("{count} environments"),
    }
}

fn words(sweep: &Sweep) -> String {
    let mut text = String::new();
    for swept in &sweep.swept {
        let why = match swept.standing {
            Standing::Expired => "its time is over",
            Standing::Kept => "it was kept",
            Standing::Abandoned | Standing::Owned => "its sdd is dead",
        };
        let _ = match &swept.result {
            Ok(cleaned) if cleaned.left.is_nothing() => {
                writeln!(text, "{}: taken down ({why})", swept.entry.project)
            }
            Ok(cleaned) => writeln!(text, "{}: {} is left ({why})", swept.entry.project, cleaned.left),
            Err(error) => writeln!(text, "{}: {error}", swept.entry.project),
        };
    }
    for entry in &sweep.gone {
        let _ = writeln!(text, "{}: it was kept, and is gone already", entry.project);
    }
    for (entry, standing) in &sweep.spared {
        let why = match standing {
            Standing::Owned => "its sdd is at it".to_owned(),
            Standing::Kept => format!(
                "it is kept until {}; before that: sdd integration gc {}",
                entry.expires.format("%Y-%m-%d %H:%M UTC"),
                entry.run
            ),
            Standing::Abandoned | Standing::Expired => match &entry.docker_host {
                Some(host) => format!("it is at another engine, {host}: set DOCKER_HOST"),
                None => "it is at the usual engine: unset DOCKER_HOST".to_owned(),
            },
        };
        let _ = writeln!(text, "{}: left alone ({why})", entry.project);
    }
    for journal in &sweep.unreadable {
        let _ = writeln!(
            text,
            "{}: cannot be read ({}), and is left as it is",
            journal.path, journal.why
        );
    }
    if text.is_empty() {
        text.push_str("nothing is left of any run\n");
    }
    text
}

fn document(sweep: &Sweep, refused: Option<&str>) -> serde_json::Value {
    let swept: Vec<_> = sweep
        .swept
        .iter()
        .map(|swept| {
            let left = swept.result.as_ref().ok().map(|cleaned| cleaned.left.to_string());
            json!({"run": swept.entry.run, "project": swept.entry.project, "gone": swept.is_gone(), "left": left,
                   "error": swept.result.as_ref().err().map(ToString::to_string)})
        })
        .collect();
    let spared: Vec<_> = sweep
        .spared
        .iter()
        .map(|(entry, _)| json!({"run": entry.run, "project": entry.project, "expires": entry.expires, "kept": entry.kept}))
        .collect();
    let gone: Vec<_> = sweep
        .gone
        .iter()
        .map(|entry| json!({"run": entry.run, "project": entry.project}))
        .collect();
    let unreadable: Vec<_> = sweep
        .unreadable
        .iter()
        .map(|one| json!({"path": one.path, "why": one.why}))
        .collect();
    json!({"schema_version": 1, "kind": "integration_gc", "taken_down": swept, "left_alone": spared,
           "gone_already": gone, "unreadable": unreadable, "error": refused})
}
