//! The events that gates decide over: the agent stops, a subagent stops, a task is complete.

use std::time::Duration;

use super::sight::Sight;
use super::{Hook, memory, policy};
use crate::agent::{self, Answer, Blocked, Event, Judged, Mending, Run, Step};
use crate::commands::error::show;
use crate::commands::pipeline::{self, Inputs, Opened, Recording, Request, RunOptions};
use crate::commands::work::{self, OpenSession};
use crate::model::gate_id::GateId;
use crate::model::report::Report;
use crate::model::text;
use crate::model::verdict::RunVerdict;
use crate::model::work_item::WorkItemType;
use crate::process::signals;
use crate::report;
use crate::store::{Error, Store, layout, lock};

/// How long the lock of runs is waited for at once: meanwhile somebody may ask sdd to stop.
const TURN: Duration = Duration::from_millis(200);

/// What decides over an event.
struct Asked {
    opened: Opened,
    gates: Vec<GateId>,
    session: Option<OpenSession>,
    sight: Sight,
}

/// A verdict with what it rests on.
struct Found {
    report: Report,
    run: Run,
    /// Whether the report is on the disk.
    kept: bool,
}

/// The answer.
pub(super) fn answer(hook: &Hook<'_>) -> Answer {
    // The agent only waits for somebody, and its stop comes again. A subagent's event tells of its parent's tasks.
    if hook.event == Event::Stop && hook.payload.waits() {
        return Answer::default();
    }
    match ask(hook) {
        Ok(None) => Answer::default(),
        Ok(Some(asked)) => decide(hook, &asked),
        Err(error) => without_verdict(hook, &error),
    }
}

/// What is to be decided; `None` when nothing is.
fn ask(hook: &Hook<'_>) -> anyhow::Result<Option<Asked>> {
    let opened = pipeline::open(hook.cx)?;
    let session = work::open_session(&opened.store)?;
    let kind = kind(session.as_ref());
    let gates = agent::wanted(&opened.config, hook.event, kind);
    if gates.is_empty() {
        return Ok(None);
    }
    let base = session
        .as_ref()
        .and_then(|session| session.state.base_commit.as_deref());
    let sight = Sight::take(hook, &opened, base);
    let unchanged = match &session {
        Some(_) => sight.is_unchanged(),
        // Nobody said what the work began on, so that the agent's own beginning counts.
        None => began_with(hook, &opened.store, &sight),
    };
    if unchanged {
        forget(hook, &opened.store);
        return Ok(None);
    }
    Ok(Some(Asked {
        opened,
        gates,
        session,
        sight,
    }))
}

/// What type the work is of.
fn kind(session: Option<&OpenSession>) -> Option<WorkItemType> {
    Some(session?.work.as_ref()?.item.kind)
}

/// Whether the work tree is the one that the agent's session began with.
fn began_with(hook: &Hook<'_>, store: &Store, sight: &Sight) -> bool {
    let Some(session) = &hook.payload.session_id else {
        return false;
    };
    let memory = memory::read(store);
    let then = memory
        .session(session)
        .and_then(|session| session.tree.as_deref());
    then.is_some() && then == sight.digest()
}

fn decide(hook: &Hook<'_>, asked: &Asked) -> Answer {
    let found = match find(hook, asked) {
        Ok(found) => found,
        Err(error) => return without_verdict(hook, &error),
    };
    let report = report::clean(&found.report).unwrap_or(found.report);
    let judged = match found.run {
        Run::New => agent::of_run(&report, &asked.gates),
        Run::Earlier => {
            agent::of_earlier(&report, &asked.gates).unwrap_or_else(|| agent::of_run(&report, &asked.gates))
        }
    };
    let mut warnings = report.warnings.clone();
    if hook.cx.cancel.is_expired() {
        warnings.insert(
            0,
            format!(
                "the time budget of {} s is over",
                hook.deadline.budget().as_secs()
            ),
        );
    }
    if let Some(signal) = hook.cx.cancel.signal() {
        warnings.insert(0, format!("the run was ended by {}", signals::name(signal)));
    }
    let changed = asked
        .sight
        .changed
        .as_ref()
        .or(asked.sight.tree.as_ref().map(|tree| &tree.changed));
    let policies = agent::policies(changed.into_iter().flatten());
    if judged.verdict == RunVerdict::Passed {
        forget(hook, &asked.opened.store);
        // Success is silent, but for a change of what gates ask.
        let said = policy::told(
            hook,
            &asked.opened.store,
            &policies,
            "the gates passed, and what they ask was changed",
        );
        return said.map_or_else(Answer::default, Answer::note);
    }
    let shown = if found.kept {
        layout::LATEST_REPORT.to_owned()
    } else {
        "it could not be saved".to_owned()
    };
    let shown = match found.run {
        Run::New => shown,
        Run::Earlier => format!("{}/{}/report.json", layout::RUNS, report.run_id),
    };
    let sdd = pipeline::called(hook.cx);
    let reason = agent::reason(&Blocked {
        judged: judged.clone(),
        gates: asked.gates.len(),
        run: found.run,
        changed: asked.sight.changed.as_ref(),
        warnings: &warnings,
        policies: &policies,
        report: &shown,
        sdd: &sdd,
    });
    let fingerprint = agent::fingerprint(&judged.against);
    let mending = agent::mending(&judged.against);
    match count(hook, Some(&asked.opened.store), &fingerprint, mending) {
        Step::Block(_) => Answer::of(hook.against(reason)),
        Step::GiveUp(blocks) => Answer::note(given_up(&judged, blocks, &sdd)),
    }
}

/// The verdict over the gates: that of an earlier run on the same, else of a new one. One run at a time: the second of
/// two waits, and finds what the first has found.
fn find(hook: &Hook<'_>, asked: &Asked) -> anyhow::Result<Found> {
    if let Some(found) = earlier(asked) {
        return Ok(found);
    }
    let _held = wait(hook, &asked.opened.store);
    if let Some(found) = earlier(asked) {
        return Ok(found);
    }
    let options = RunOptions {
        // No file is rewritten under the hands of an agent.
        no_fix: true,
        only: asked.gates.clone(),
        ..RunOptions::default()
    };
    let request = Request {
        command: "gate",
        arguments: &[],
        keep: None,
        named: &[],
        options: &options,
        recording: Recording::Wanted,
        work: asked.session.as_ref().and_then(|session| session.work.as_ref()),
    };
    let done = pipeline::execute(hook.cx, &asked.opened, &request)?;
    Ok(Found {
        kept: done.unrecorded.is_none(),
        report: done.report,
        run: Run::New,
    })
}

fn earlier(asked: &Asked) -> Option<Found> {
    let tree = asked.sight.digest()?.to_owned();
    let work = asked.session.as_ref().and_then(|session| session.work.as_ref());
    // What counts as new depends on branches that others move, unless a session says since when.
    let moves = work.is_none() && asked.gates.contains(&GateId::Documentation);
    // And what became of a deployment stands in no file of the tree.
    if moves || asked.gates.contains(&GateId::Deployment) {
        return None;
    }
    let inputs = Inputs::now(&asked.opened.store, &asked.opened.config, work, tree)?;
    let fits = |report: &Report| agent::of_earlier(report, &asked.gates).map(|judged| judged.verdict);
    let (report, _) = inputs.earlier(&asked.opened.store, fits)?;
    Some(Found {
        report,
        run: Run::Earlier,
        kept: true,
    })
}

/// Waits for the lock of runs for as long as there is time. Without it the gates run beside those of others: better
/// two answers than none.
fn wait(hook: &Hook<'_>, store: &Store) -> Option<lock::Guard> {
    loop {
        let left = hook.deadline.left();
        if left.is_zero() || hook.cx.cancel.is_requested() {
            return None;
        }
        match store.lock_runs(&format!("sdd hook {}", hook.event.as_str()), TURN.min(left)) {
            Ok(held) => return Some(held),
            Err(Error::Locked { .. }) => {}
            Err(_) => return None,
        }
    }
}

/// The answer when not even the settings or the state can be read, or nothing could be run.
fn without_verdict(hook: &Hook<'_>, error: &anyhow::Error) -> Answer {
    let shown = show(error);
    let mut reason = format!("sdd: NO VERDICT: {}\n", text::shorten(&shown.what, 1_000));
    for cause in shown.causes.iter().take(5) {
        reason.push_str(&format!("because: {}\n", text::shorten(cause, 500)));
    }
    if let Some(hint) = &shown.hint {
        reason.push_str(&format!("hint: {}\n", text::shorten(hint, 500)));
    }
    let fingerprint: String = shown
        .what
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .take(300)
        .collect();
    let store = Store::open(hook.root).ok();
    match count(hook, store.as_ref(), &fingerprint, Mending::Possible) {
        Step::Block(_) => Answer::of(hook.against(reason)),
        Step::GiveUp(blocks) => Answer::note(format!(
            "sdd: no verdict after {blocks} unchanged blocks: {}",
            text::shorten(&shown.what, 500)
        )),
    }
}

/// Counts a block. What cannot be counted blocks once a turn.
fn count(hook: &Hook<'_>, store: Option<&Store>, fingerprint: &str, mending: Mending) -> Step {
    let now = hook.cx.clock.now();
    let counted = store.and_then(|store| {
        memory::change(store, |memory| {
            memory
                .blocks
                .count(&hook.speaker(), fingerprint, mending, hook.turn(), now)
        })
    });
    counted.unwrap_or_else(|| agent::uncounted(hook.turn(), hook.event))
}

fn forget(hook: &Hook<'_>, store: &Store) {
    let speaker = hook.speaker();
    if memory::read(store).blocks.knows(&speaker) {
        let _forgotten = memory::change(store, |memory| memory.blocks.clear(&speaker));
    }
}

/// What the user is told when the agent is let go.
fn given_up(judged: &Judged<'_>, blocks: u32, sdd: &str) -> String {
    let gates: Vec<&str> = judged.against.iter().map(|gate| gate.gate.as_str()).collect();
    let gates = if gates.is_empty() {
        String::new()
    } else {
        format!(" ({})", gates.join(", "))
    };
    let times = if blocks == 1 {
        "1 block".to_owned()
    } else {
        format!("{blocks} unchanged blocks")
    };
    match judged.verdict {
        RunVerdict::Error => {
            let why = judged.against.first().map_or_else(String::new, |gate| {
                format!(": {}", text::shorten(text::first_line(&gate.reason), 300))
            });
            format!("sdd: NO VERDICT{gates} after {times}{why}; {sdd} doctor says what is missing")
        }
        RunVerdict::Failed | RunVerdict::Passed => {
            format!("sdd: verdict FAILED{gates} kept on disk after {times}; {sdd} report shows it")
        }
    }
}
