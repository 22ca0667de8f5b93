//! `sdd integration run`: the gates of an integration test, without touching session state.

use std::time::Duration;

use crate::bench::measurement::ACCEPTED;
use crate::commands::bench;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::commands::output::Outputs;
use crate::commands::pipeline::{self, Recording, Request, RunOptions};
use crate::commands::{work, work_item};
use crate::engine::Acceptance;
use crate::model::exit::Exit;
use crate::model::gate_id::GateId;
use crate::model::report::GateReport;
use crate::model::session::ActiveWork;
use crate::model::work_item::WorkItemType;
use crate::store::Store;

/// How long services are left running that are kept.
const KEEP: &str = "1h";
/// The longest that services may be kept.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The work item, an integration test [default: that of the open session]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Leave the services running afterwards, for so long; what takes them down is printed
    #[arg(
        long,
        value_name = "TIME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = KEEP,
        value_parser = time
    )]
    keep: Option<Duration>,
    /// Make what this run measures the baseline, if its tests pass
    #[arg(long)]
    accept: bool,
    /// Why it becomes the baseline
    #[arg(long, hide_short_help = true, value_name = "TEXT", requires = "accept")]
    reason: Option<String>,
    #[command(flatten)]
    options: RunOptions,
}

/// The gates of an integration test beside those of the code.
const GATES: [GateId; 5] = [
    GateId::Environment,
    GateId::Integration,
    GateId::Contract,
    GateId::Benchmark,
    GateId::IntegrationDocumentation,
];

/// A time, such as `90s`, `30m` or `4h`.
fn time(said: &str) -> Result<Duration, String> {
    let wanted = || "expected a time up to 7 days, such as 90s, 30m or 4h".to_owned();
    let (number, unit) = said.split_at(said.find(|c: char| !c.is_ascii_digit()).unwrap_or(said.len()));
    let number: u64 = number.parse().map_err(|_| wanted())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wanted()),
    };
    let time = number.checked_mul(seconds).map(Duration::from_secs);
    time.filter(|time| (Duration::from_secs(1)..=LONGEST).contains(time))
        .ok_or_else(wanted)
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let opened = pipeline::open(cx)?;
    let work = chosen(cx, &opened.store, args.id.as_deref())?;
    let options = RunOptions {
        only: GATES.to_vec(),
        accept: args.accept.then(|| Acceptance {
            by: bench::who(cx),
            reason: args.reason.clone().unwrap_or_else(|| bench::NO_REASON.to_owned()),
        }),
        ..args.options.clone()
    };
    let request = Request {
        command: pipeline::INTEGRATION,
        named: &[],
        arguments: args.id.as_slice(),
        options: &options,
        recording: Recording::Required,
        work: Some(&work),
        keep: args.keep,
    };
    if !args.accept || options.plan {
        return pipeline::run(cx, &opened, &request);
    }
    let outputs = Outputs::open(cx)?;
    let mut done = pipeline::execute_for(cx, &opened, &request, &outputs)?;
    pipeline::deliver(
        cx,
        &opened.store,
        &outputs,
        &mut done,
        request.recording,
        |_, done| {
            if let Some(why) = not_accepted(&done.report.gates) {
                done.withhold(&format!("nothing became the baseline: {why}"));
            }
        },
    );
    Ok(done.exit(cx))
}

/// Why what was measured did not become the baseline; `None` where it did.
fn not_accepted(gates: &[GateReport]) -> Option<String> {
    let Some(gate) = gates.iter().find(|gate| gate.gate == GateId::Benchmark) else {
        return Some("the gate benchmark did not run".to_owned());
    };
    let is_accepted = gate.warnings.iter().any(|warning| warning.contains(ACCEPTED));
    (!is_accepted).then(|| {
        format!(
            "the gate benchmark is {} ({})",
            gate.verdict.as_str().replace('_', " "),
            gate.reason
        )
    })
}

/// The work that is tested: that of the id, or of the open session.
fn chosen(cx: &Cx, store: &Store, id: Option<&str>) -> anyhow::Result<ActiveWork> {
    let session = work::open_session(store)?;
    let number = session.as_ref().map_or(0, |session| session.number);
    let of_session = session.and_then(|session| session.work);
    let work = match id {
        None => of_session.ok_or_else(|| {
            CommandError::usage("no session is open, so no work item is meant").hint(
                "name one: sdd integration run ID; all of them: sdd work-item list --type integration_test",
            )
        })?,
        Some(id) => {
            let loaded = work_item::load(store)?;
            let Some(item) = loaded.items.get(id) else {
                let ids = loaded.items.items.iter().map(|item| item.id.as_str());
                return Err(work_item::no_such_item(cx, id, ids).into());
            };
            ActiveWork {
                item: item.clone(),
                spec: work::said_of(store, item)?,
                session: number,
                base_commit: of_session.and_then(|work| work.base_commit),
            }
        }
    };
    if work.item.kind != WorkItemType::IntegrationTest {
        let what = format!(
            "{} is of the type {}, and no integration test",
            work.item.id, work.item.kind
        );
        return Err(CommandError::usage(what)
            .hint("all of them: sdd work-item list --type integration_test")
            .into());
    }
    Ok(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_an_end() {
        for (said, seconds) in [("90s", 90), ("30m", 1800), ("4h", 14_400), ("7d", 604_800)] {
            assert_eq!(time(said), Ok(Duration::from_secs(seconds)), "{said}");
        }
        for said in [
            "",
            "4",
            "h",
            "0s",
            "8d",
            "-1h",
            "1.5h",
            "4 h",
            "99999999999999999999h",
        ] {
            assert!(time(said).is_err(), "{said}");
        }
    }
}
