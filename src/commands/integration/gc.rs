//! `sdd integration gc`: what killed runs left is taken down.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::pipeline::{self, Tools};
use crate::compose::flavour::{self, Flavour, FlavourError, Machine, VARIABLE, WAYS, Way};
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
    let is_kept = |(_, standing): &&(Entry, Standing)| *standing == Standing::Kept;
    let kept = sweep.spared.iter().filter(is_kept).cloned();
    let concerned: Vec<(Entry, Standing)> = due.iter().cloned().chain(kept).collect();
    let mut refused = None;
    if !concerned.is_empty() {
        let root = opened.store.root();
        // What is begun is done: half a teardown is what this command is there for.
        let files: Vec<PathBuf> = due.iter().flat_map(|(entry, _)| entry.project().files).collect();
        let tools = Tools::over(cx, &opened, "gc", &Cancel::new(), &files).guarded();
        let finder = pipeline::finder(cx, root);
        let find = |program: &str| finder.find(program, &[], root);
        let machine = Machine {
            runner: &tools.runner,
            find: &find,
            cwd: root,
            patience: flavour::PATIENCE,
        };
        let engine = cx.environment.get("DOCKER_HOST");
        let (store, runner) = (&opened.store, &tools.runner);
        for asked in composes(&concerned, cx.environment.get(VARIABLE)) {
            match reach(&machine, &asked) {
                Ok(flavour) => {
                    let mut one = sweep::sweep(store, runner, &flavour, engine, now, scope);
                    sweep::forget_gone(&mut one, store, runner, &flavour, engine);
                    sweep.add(one);
                }
                // What is kept is then taken for kept.
                Err(error) => {
                    let by_it = |(entry, _): &&(Entry, Standing)| is_by(entry, &asked);
                    let count = due.iter().filter(by_it).count();
                    refused = Some((count, error)).filter(|_| count > 0).or(refused);
                }
            }
        }
    }
    let text = if format == "json" {
        let why = refused.as_ref().map(|(_, error)| error.to_string());
        format!(
            "{}\n",
            serde_json::to_string_pretty(&document(&sweep, why.as_deref()))?
        )
    } else {
        words(&sweep)
    };
    cx.emit(&text)?;
    if let Some((count, error)) = refused {
        cx.ui.error(
            &format!("{} could not be taken down: {error}", counted(count)),
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

/// The Composes that are needed, one an engine: that which is asked for where its engine is the same, and else that which brought
/// the services up.
fn composes(concerned: &[(Entry, Standing)], asked: Option<&str>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (entry, _) in concerned {
        if !words.iter().any(|words| is_by(entry, words)) {
            let asked = asked.filter(|asked| is_by(entry, asked)).map(str::to_owned);
            words.push(asked.unwrap_or_else(|| Way::of(entry.flavour).words()));
        }
    }
    words
}

/// The Compose that is called like this, or else another one of the same engine.
fn reach(machine: &Machine<'_>, asked: &str) -> Result<Flavour, FlavourError> {
    let first = flavour::detect(machine, Some(asked));
    if !matches!(first, Err(FlavourError::Missing { .. })) {
        return first;
    }
    let engine = flavour::engine_of(asked);
    WAYS.iter()
        .filter(|way| Some(way.engine) == engine && way.words() != asked)
        .find_map(|way| flavour::detect(machine, Some(&way.words())).ok())
        .map_or(first, Ok)
}

/// Whether the Compose that is called like this speaks with the engine of a journal.
fn is_by(entry: &Entry, asked: &str) -> bool {
    flavour::engine_of(asked) == Some(Way::of(entry.flavour).engine)
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
                entry.expires.format("%Y-%m-%d %H:%M:%S UTC"),
                entry.run
            ),
            Standing::Abandoned | Standing::Expired => {
                let engine = Way::of(entry.flavour).engine;
                match &entry.docker_host {
                    Some(host) => {
                        format!("{engine} at {host} was not asked: it does not answer, or set DOCKER_HOST")
                    }
                    None => {
                        format!(
                            "{engine} at its usual place was not asked: it does not answer, or unset DOCKER_HOST"
                        )
                    }
                }
            }
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
