//! `sdd gate`: run gates without touching session state, list them, or show the plan.

use std::fmt::Write as _;

use serde_json::json;

use super::context::Cx;
use super::error::{CommandError, brief, did_you_mean};
use super::pipeline::{self, Recording, Request, RunOptions};
use super::suggest::{Suggest, gates_and_list};
use super::work;
use crate::engine::Plan;
use crate::gates::{self, Item, Phase};
use crate::model::config::join_words;
use crate::model::exit::Exit;
use crate::model::gate_id::GateId;
use crate::model::text::one_line;
use crate::process::redact::Redactor;
use crate::project::Project;

/// Run gates without touching session state.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd gate                      run every gate
  sdd gate tests linting        run these two; gates that are named decide, optional or not
  sdd gate --plan               show what would run, and why; run nothing
  sdd gate list                 the gates and what each is for
  sdd gate formatting --fix     let the formatter rewrite files")]
pub struct Args {
    /// The gates to run, or `list` to list them [default: every gate]
    #[arg(value_name = "NAME", value_parser = Suggest(gates_and_list), hide_possible_values = true)]
    names: Vec<String>,
    #[command(flatten)]
    options: RunOptions,
}

/// So many directories that were left out are shown to people.
const MAX_LEFT_OUT: usize = 20;

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    if let Some((first, rest)) = args.names.split_first()
        && first == "list"
    {
        if let Some(more) = rest.first() {
            let what = format!("list takes no gate, and {:?} was given", brief(more));
            return Err(CommandError::usage(what)
                .hint("all gates: sdd gate list; what one would run: sdd gate NAME --plan")
                .into());
        }
        return list(cx);
    }
    run_named(&args.names, &args.options, cx)
}

/// Runs the gates of these names, all of them where there is no name, or shows the plan.
pub fn run_named(wanted: &[String], options: &RunOptions, cx: &mut Cx) -> anyhow::Result<Exit> {
    let mut named = Vec::new();
    for name in wanted {
        let gate = parse(name)?;
        if !named.contains(&gate) {
            named.push(gate);
        }
    }
    named.sort();
    let opened = pipeline::open(cx)?;
    // What a session is about counts for its gates, whoever runs them; its state is left alone.
    let session = work::open_session(&opened.store)?;
    let request = Request {
        command: "gate",
        arguments: &[],
        keep: None,
        named: &named,
        options,
        recording: Recording::Wanted,
        work: session.as_ref().and_then(|session| session.work.as_ref()),
    };
    pipeline::run(cx, &opened, &request)
}

/// A gate by its name, or by its configuration key.
fn parse(name: &str) -> Result<GateId, CommandError> {
    let found = GateId::ALL
        .into_iter()
        .find(|gate| gate.as_str() == name || gate.config_key() == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = GateId::ALL.iter().map(|gate| gate.as_str()).collect();
        let list = names.join(", ");
        let hint = match did_you_mean(name, names) {
            Some(meant) => format!("did you mean {meant}? Gates are: {list}"),
            None => format!("gates are: {list}"),
        };
        CommandError::usage(format!("there is no gate {:?}", brief(name))).hint(hint)
    })
}

fn list(cx: &mut Cx) -> anyhow::Result<Exit> {
    let text = if cx.choose(&["human", "json", "agent"])? == "json" {
        let gates: Vec<_> = gates::GATES
            .iter()
            .map(|gate| {
                json!({"gate": gate.id(), "config_key": gate.id().config_key(),
                       "title": gate.about().title, "question": gate.about().question})
            })
            .collect();
        let document = json!({"schema_version": 1, "kind": "gate_list", "gates": gates});
        format!("{}\n", serde_json::to_string_pretty(&document)?)
    } else {
        let names = gates::GATES.iter().map(|gate| gate.id().as_str().len());
        let width = names.max().unwrap_or(0);
        gates::GATES.iter().fold(String::new(), |mut text, gate| {
            let _ = writeln!(text, "{:<width$} {}", gate.id().as_str(), gate.about().question);
            text
        })
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// A plan, as text or JSON; its commands without secrets.
pub fn plan_text(
    redactor: &Redactor,
    plan: &Plan,
    project: &Project,
    warnings: &[String],
    format: &str,
) -> anyhow::Result<String> {
    if format == "json" {
        return Ok(format!(
            "{}\n",
            serde_json::to_string_pretty(&plan_json(redactor, plan, project, warnings))?
        ));
    }
    let mut text = String::new();
    // Names and scripts may hold line breaks, and none of them is to pass for a line of ours.
    let shown = |said: &str| one_line(&redactor.text(said));
    for facts in &project.units {
        let unit = &facts.unit;
        let markers = one_line(&unit.markers.join(", "));
        writeln!(text, "unit {} because of {markers}", unit.label())?;
    }
    if project.units.is_empty() {
        writeln!(text, "no unit of a known language was found")?;
    }
    for line in shown_left_out(&project.left_out) {
        writeln!(text, "left out {line}")?;
    }
    for gate in &plan.gates {
        let optional = if gate.required { "" } else { " (optional)" };
        writeln!(text, "\n{}{optional}", gate.gate)?;
        if let Some(reason) = &gate.disabled {
            writeln!(text, "  - not run: {reason}")?;
        } else if gate.items.is_empty() {
            writeln!(text, "  - nothing to run")?;
        }
        for item in &gate.items {
            match item {
                Item::Run(step) => {
                    let first = match step.phase {
                        Phase::Rewrite => ", first and alone: it rewrites files",
                        Phase::Serve => ", after the others and alone",
                        Phase::Measure => ", last and alone: it measures",
                        Phase::Clear => ", at the very end",
                        Phase::Look | Phase::Check => "",
                    };
                    let in_unit = if step.unit.is_some() {
                        format!(" in {}", one_line(&step.unit_path))
                    } else {
                        String::new()
                    };
                    let why = shown(&step.why);
                    writeln!(text, "  + {}{in_unit} ({why}{first})", step.tool_name())?;
                    let words = redactor.words(&step.command_words());
                    if !words.is_empty() {
                        writeln!(text, "      {}", one_line(&join_words(&words)))?;
                    }
                }
                Item::Not(not) => {
                    let tool = if not.tool == "-" {
                        String::new()
                    } else {
                        format!("{} ", not.tool)
                    };
                    writeln!(
                        text,
                        "  - {tool}in {}: {}",
                        one_line(&not.unit),
                        shown(&not.reason)
                    )?;
                    if let Some(hint) = &not.hint {
                        writeln!(text, "      → {}", shown(hint))?;
                    }
                }
            }
        }
    }
    if !warnings.is_empty() {
        writeln!(text)?;
    }
    for warning in warnings {
        writeln!(text, "warning: {}", redactor.text(warning))?;
    }
    Ok(text)
}

/// The directories that were left out, cut where there are many.
pub(super) fn shown_left_out(left_out: &[String]) -> impl Iterator<Item = String> {
    let more = left_out.len().saturating_sub(MAX_LEFT_OUT);
    let rest = (more > 0).then(|| format!("{more} more; all of them: --format json"));
    left_out
        .iter()
        .take(MAX_LEFT_OUT)
        .map(|line| one_line(line))
        .chain(rest)
}

fn plan_json(redactor: &Redactor, plan: &Plan, project: &Project, warnings: &[String]) -> serde_json::Value {
    let units: Vec<_> = project.units.iter().map(|facts| &facts.unit).collect();
    let gates: Vec<_> = plan
        .gates
        .iter()
        .map(|gate| {
            let items: Vec<_> = gate.items.iter().map(|item| item_json(redactor, item)).collect();
            json!({"gate": gate.gate, "required": gate.required, "disabled": gate.disabled, "items": items})
        })
        .collect();
    json!({"schema_version": 1, "kind": "gate_plan", "units": units, "left_out": project.left_out,
           "gates": gates, "warnings": warnings})
}

fn item_json(redactor: &Redactor, item: &Item) -> serde_json::Value {
    match item {
        Item::Run(step) => json!({
            "runs": true, "tool": step.tool_name(), "unit": step.unit_path, "language": step.language,
            "command": redactor.words(&step.command_words()), "rewrites_files": step.phase == Phase::Rewrite, "reason": redactor.text(&step.why),
        }),
        Item::Not(not) => json!({
            "runs": false, "tool": not.tool, "unit": not.unit, "language": not.language, "reason": redactor.text(&not.reason),
            "hint": not.hint.as_ref().map(|hint| redactor.text(hint)),
        }),
    }
}
