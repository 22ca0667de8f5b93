//! Whether the coding agent's hooks do their work: they are in the settings, the agent can start them, and one of them
//! really blocks. A hook that does not is silent, and so is the gate.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::agent::{self, Event};
use crate::commands::claude::{self, DIRECTORY, LOCAL_SETTINGS, SETTINGS};
use crate::commands::context::Cx;
use crate::doctor::checks::Check;
use crate::model::text;
use crate::model::verdict::Verdict;
use crate::process::find::{Finder, Found};
use crate::process::{End, Invocation, Runner};
use crate::store::{self, Document, Run, Store, layout, scratch};

/// How long the proof may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What mends a hook that is missing or changed.
const INSTALL: &str = "sdd init --claude";

/// The checks; none in a project where nothing speaks of such an agent.
pub(super) fn checks(cx: &Cx, store: &Store, finder: &Finder, runner: &dyn Runner) -> Vec<Check> {
    let root = store.root();
    let installed = claude::read_manifest(store).is_some();
    if !installed && !store.path(DIRECTORY).is_dir() {
        return Vec::new();
    }
    let settings = match claude::settings(root) {
        Ok((_, settings)) => settings,
        Err(error) => {
            let check = Check::of("hooks", Verdict::Failed, error.to_string()).remedy(error.hint());
            return vec![check.required()];
        }
    };
    let missing = agent::missing(&settings);
    if !installed && missing.len() == agent::HANDLERS.len() {
        let why = format!("sdd has no hooks in {SETTINGS}");
        return vec![Check::of("hooks", Verdict::Skipped, why).remedy(Some(INSTALL))];
    }
    if !missing.is_empty() {
        let why = format!("these hooks of sdd are not in {SETTINGS}: {}", missing.join(", "));
        return vec![
            Check::of("hooks", Verdict::Failed, why)
                .remedy(Some(INSTALL))
                .required(),
        ];
    }
    if let Some(place) = disabled(cx, root) {
        let why = format!("disableAllHooks is true in {place}: no hook runs");
        let remedy = Some("take disableAllHooks out of it");
        return vec![Check::of("hooks", Verdict::Failed, why).remedy(remedy).required()];
    }
    let good = Check::of(
        "hooks",
        Verdict::Passed,
        format!("all {} are in {SETTINGS}", agent::HANDLERS.len()),
    );
    vec![
        good.required(),
        proof(cx, &settings, finder, runner, root).required(),
    ]
}

/// The settings that switch every hook off, as the agent reads them.
fn disabled(cx: &Cx, root: &Path) -> Option<String> {
    let home = cx
        .environment
        .get("HOME")
        .map(|home| Path::new(home).join(SETTINGS));
    let places = [Some(root.join(SETTINGS)), Some(root.join(LOCAL_SETTINGS)), home];
    places.into_iter().flatten().find_map(|path| {
        let bytes = store::read_regular(&path, store::SMALL).ok()??;
        let document = Document::parse(&path, &bytes).ok()?;
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        agent::disables_hooks(&document.value).then_some(shown)
    })
}

/// Starts what the settings start when the agent stops, in a project of its own in which a gate fails.
fn proof(cx: &Cx, settings: &Value, finder: &Finder, runner: &dyn Runner, root: &Path) -> Check {
    const NAME: &str = "stop hook";
    let Some(words) = agent::command(settings, Event::Stop) else {
        return Check::of(NAME, Verdict::Error, "its command cannot be read").remedy(Some(INSTALL));
    };
    let program = words.first().map_or("", String::as_str);
    let found = match finder.find(program, &[], root) {
        Found::At(path) => path,
        Found::NotExecutable(path) => {
            return Check::of(
                NAME,
                Verdict::Failed,
                format!("{} is not executable", path.display()),
            )
            .remedy(Some(format!("chmod +x {}", path.display())));
        }
        Found::Missing | Found::Untrusted(..) => {
            let why =
                format!("{program} is not on PATH, and the agent passes over a hook that it cannot start");
            return Check::of(NAME, Verdict::Failed, why).remedy(Some("put sdd into a directory of PATH"));
        }
    };
    match play(cx, &found, words.get(1..).unwrap_or_default(), runner) {
        Ok(()) => Check::of(
            NAME,
            Verdict::Passed,
            "a red project is blocked, by the command in the settings",
        ),
        Err(why) => Check::of(
            NAME,
            Verdict::Failed,
            format!("a red project is not blocked: {why}"),
        )
        .remedy(Some(format!("{} hook stop --help", found.display()))),
    }
}

fn play(cx: &Cx, program: &Path, args: &[String], runner: &dyn Runner) -> Result<(), String> {
    let place = Run::temporary(cx.clock.now()).map_err(|error| error.to_string())?;
    let payload = lay(&place).map_err(|error| error.to_string())?;
    let mut invocation = Invocation::new(program, place.path(), PATIENCE).args(args);
    invocation.stdin_file = Some(payload);
    let outcome = runner.run(&invocation).map_err(|error| error.to_string())?;
    let stdout = text::message(&outcome.stdout.bytes());
    let answer: Option<Value> = serde_json::from_str(&stdout).ok();
    let blocks = answer.is_some_and(|answer| answer["decision"] == "block");
    match outcome.end {
        End::Code(0) if blocks => Ok(()),
        End::Code(code) => {
            let stderr = text::message(&outcome.stderr.bytes());
            let said = if stdout.is_empty() { stderr } else { stdout };
            Err(format!(
                "it ended with exit code {code} and said {:?}",
                text::shorten(text::first_line(&said), 200)
            ))
        }
        End::Signal(signal) => Err(format!("it was killed by signal {signal}")),
        End::TimedOut => Err(format!("it had no answer within {} s", PATIENCE.as_secs())),
        End::Cancelled => Err("it was stopped".to_owned()),
    }
}

/// A project with one rule that does not hold, and the event of an agent that stops in it.
fn lay(place: &Run) -> std::io::Result<std::path::PathBuf> {
    let settings = json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "file_exists", "name": "proof", "path": "not-there", "required": true}
    ]}}});
    let payload = json!({"session_id": "sdd-doctor", "hook_event_name": "Stop", "stop_hook_active": false,
        "cwd": place.path(), "background_tasks": []});
    scratch::make_dir(&place.path().join(layout::SESSION))?;
    scratch::write_new(
        &place.path().join(layout::CONFIG),
        settings.to_string().as_bytes(),
    )?;
    let path = place.path().join("payload.json");
    scratch::write_new(&path, payload.to_string().as_bytes())?;
    Ok(path)
}
