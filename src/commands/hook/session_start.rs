//! A session of the agent begins: a few lines say where the work stands, and what it began with is remembered.

use super::sight::Sight;
use super::{Hook, memory};
use crate::agent::{self, Answer, Decision, Event};
use crate::commands::error::show;
use crate::commands::pipeline::{self, Opened};
use crate::commands::report;
use crate::commands::work::{self, OpenSession};
use crate::model::report::Report;
use crate::model::text;
use crate::model::verdict::{RunVerdict, Verdict};

/// The most lines: they are read at the start of every session.
const MAX_LINES: usize = 10;
/// The longest line, in characters.
const MAX_LINE_CHARS: usize = 300;

/// The answer.
pub(super) fn answer(hook: &Hook<'_>) -> Answer {
    let opened = match pipeline::open(hook.cx) {
        Ok(opened) => opened,
        Err(error) => {
            return lines(&[format!("sdd: the settings cannot be read: {}", show(&error).what)]);
        }
    };
    let mut said = Vec::new();
    let session = match work::open_session(&opened.store) {
        Ok(session) => session,
        Err(error) => {
            said.push(format!("sdd: the state cannot be read: {}", show(&error).what));
            None
        }
    };
    let base = session
        .as_ref()
        .and_then(|session| session.state.base_commit.as_deref());
    let sight = Sight::take(hook, &opened, base);
    remember(hook, &opened, &sight);
    let sdd = pipeline::called(hook.cx);
    match &session {
        Some(session) => said.extend(of_session(session, &sight)),
        None => said.push(format!(
            "sdd: no session is open; {sdd} start ID begins one on a work item"
        )),
    }
    if let Some(last) = report::last(&opened.store) {
        said.push(of_run(&last, &sdd));
    }
    let work = session.as_ref().and_then(|session| session.work.as_ref());
    let kind = work.map(|work| work.item.kind);
    let gates: Vec<&str> = agent::wanted(&opened.config, Event::Stop, kind)
        .iter()
        .map(|gate| gate.as_str())
        .collect();
    if !gates.is_empty() {
        said.push(format!(
            "Gates that decide: {}; {sdd} gate NAME runs one",
            gates.join(", ")
        ));
    }
    lines(&said)
}

fn lines(said: &[String]) -> Answer {
    let lines: Vec<String> = said
        .iter()
        .take(MAX_LINES)
        .map(|line| text::shorten(&text::one_line(line), MAX_LINE_CHARS))
        .collect();
    Answer::of(Decision::Plain(lines.join("\n")))
}

/// Keeps the first tree that a session was seen with: it is begun anew when it is resumed or compacted.
fn remember(hook: &Hook<'_>, opened: &Opened, sight: &Sight) {
    let (Some(id), Some(digest)) = (&hook.payload.session_id, sight.digest()) else {
        return;
    };
    let known = memory::read(&opened.store)
        .session(id)
        .is_some_and(|session| session.tree.is_some());
    if !known {
        let now = hook.cx.clock.now();
        // Without it the gates run once more than they had to.
        let _kept = memory::change(&opened.store, |memory| {
            memory.session_mut(id, now).tree = Some(digest.to_owned());
        });
    }
}

fn of_session(session: &OpenSession, sight: &Sight) -> Vec<String> {
    let item = match (&session.work, &session.work_item) {
        (Some(work), _) => format!("{}: {}", work.item.id, work.item.title),
        (None, Some(id)) => format!("{id}, which is not among the work items"),
        (None, None) => "no work item".to_owned(),
    };
    let mut said = vec![format!("sdd: session {} is open for {item}", session.number)];
    if let Some(base) = &session.state.base_commit {
        let base: String = base.chars().take(12).collect();
        let differ = match &sight.changed {
            Some(changed) if changed.is_empty() => ", nothing differs from it".to_owned(),
            Some(changed) => format!(", {} files differ from it", changed.len()),
            None => String::new(),
        };
        said.push(format!("Base commit: {base}{differ}"));
    }
    said
}

fn of_run(last: &Report, sdd: &str) -> String {
    let against: Vec<&str> = last
        .gates
        .iter()
        .filter(|gate| gate.required && !matches!(gate.verdict, Verdict::Passed | Verdict::Skipped))
        .map(|gate| gate.gate.as_str())
        .collect();
    let at = last.finished_at.format("%Y-%m-%d %H:%M UTC");
    let verdict = match last.verdict {
        RunVerdict::Passed => format!("passed ({at})"),
        RunVerdict::Failed => format!(
            "FAILED ({at}): {}; {sdd} report shows what was found",
            against.join(", ")
        ),
        RunVerdict::Error => format!(
            "NO VERDICT ({at}): {}; {sdd} report shows why",
            against.join(", ")
        ),
    };
    format!("Last run of the gates (sdd {}): {verdict}", last.command)
}
