//! `sdd init`: sets a project up, and never overwrites what exists.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::claude;
use super::context::Cx;
use super::error::CommandError;
use super::gate::shown_left_out;
use super::pipeline;
use crate::engine::Plan;
use crate::gates::{Context, Fixing, Item, Strictness};
use crate::model::config;
use crate::model::exit::Exit;
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::text::one_line;
use crate::project::{Project, detect};
use crate::store::{self, Overwrite, Store, Written, layout, pretty};

/// Set up .session/ for this project.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd init            set up the project of this directory
  sdd init --force    write the generated files again (the schema); settings and state are kept
  sdd init --nested   set up a project of its own inside of one that is set up
  sdd init --claude   also write commands and hooks for Claude Code into .claude/; run sdd doctor behind it
  sdd init --claude --remove   take these out again, and nothing else")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, and is read once"
)]
pub struct Args {
    /// Write generated files again; settings and state are never overwritten
    #[arg(long)]
    force: bool,
    /// Set up a project of its own inside of one that is set up
    #[arg(long)]
    nested: bool,
    /// Also write commands and hooks for Claude Code; files that were changed by hand are kept
    #[arg(long)]
    claude: bool,
    /// Take the commands and hooks out again
    #[arg(long, requires = "claude", conflicts_with_all = ["force", "nested"])]
    remove: bool,
}

impl Args {
    /// Without any option.
    pub fn plain() -> Self {
        Self {
            force: false,
            nested: false,
            claude: false,
            remove: false,
        }
    }
}

/// What git leaves out.
const GITIGNORE: &str = ".gitignore";

/// What became of one file.
struct Made {
    path: String,
    result: &'static str,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let root = std::fs::canonicalize(&cx.start)
        .map_err(|error| CommandError::not_found(format!("{}: {error}", cx.start.display())))?;
    if args.remove {
        return remove_claude(&root, format, cx);
    }
    if !args.nested {
        not_nested(&root)?;
    }
    // What is there and broken is said before anything is written.
    let existing = match Store::open(&root) {
        Ok(store) => {
            let config = pipeline::read_config(&store)?.config;
            store.check_state()?;
            config
        }
        Err(store::Error::NotFound { .. }) => config::Config::default(),
        Err(error) => return Err(error.into()),
    };
    let ignored = store::read_inside(&root, GITIGNORE, store::SMALL)?.unwrap_or_default();
    let finder = pipeline::finder(cx, &root);
    let runner = pipeline::Tools::bare(cx, &existing, "init").runner;
    if args.claude {
        claude::check(&root)?;
    }
    let project = pipeline::project(&existing, &root, &finder, &runner)?;
    let store = Store::create(&root)?;
    let mut made = write_files(&store, &project, args, cx, ignored)?;
    let mut warnings = project.warnings.clone();
    if args.claude {
        let done = claude::install(cx, &store)?;
        made.extend(done.files.into_iter().map(|file| Made {
            path: file.path,
            result: file.result,
        }));
        warnings.extend(done.warnings);
    }
    let loaded = pipeline::read_config(&store)?;
    let tools = tools(cx, &loaded.config, &project);
    let text = if format == "json" {
        let document = json!({
            "schema_version": 1, "kind": "init", "root": root.to_string_lossy(),
            "units": project.units.iter().map(|facts| &facts.unit).collect::<Vec<_>>(),
            "files": made.iter().map(|made| json!({"path": made.path, "result": made.result})).collect::<Vec<_>>(),
            "tools": tools, "warnings": warnings, "left_out": project.left_out,
        });
        format!("{}\n", serde_json::to_string_pretty(&document)?)
    } else {
        describe(&root, &project, &made, &warnings, &tools)
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

fn write_files(
    store: &Store,
    project: &Project,
    args: &Args,
    cx: &Cx,
    ignored: Vec<u8>,
) -> anyhow::Result<Vec<Made>> {
    let mut languages: Vec<Language> = project.units.iter().map(|facts| facts.unit.language).collect();
    languages.sort();
    languages.dedup();
    let generated = if args.force {
        Overwrite::Replace
    } else {
        Overwrite::KeepExisting
    };
    let now = cx.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let items = json!({
        "metadata": {"total_items": 0, "completed": 0, "in_progress": 0, "blocked": 0, "last_updated": now},
        "milestones": {}, "work_items": {}
    });
    let status = json!({
        "current_session": null, "current_work_item": null, "started_at": null, "status": "idle",
        "completed_at": null, "base_commit": null
    });
    let files: [(&str, Value, Overwrite); 4] = [
        (
            layout::CONFIG,
            config::initial(&languages),
            Overwrite::KeepExisting,
        ),
        (layout::CONFIG_SCHEMA, config::schema(), generated),
        (layout::WORK_ITEMS, items, Overwrite::KeepExisting),
        (layout::STATUS, status, Overwrite::KeepExisting),
    ];
    let mut made = Vec::new();
    for (path, value, overwrite) in files {
        let written = store.write(path, pretty(&value).as_bytes(), overwrite)?;
        made.push(Made {
            path: path.to_owned(),
            result: word(written),
        });
    }
    made.push(Made {
        path: GITIGNORE.to_owned(),
        // Lines are added to this one; everything in it stays.
        result: match ignore_lines(store, ignored)? {
            Written::Replaced => "extended",
            other => word(other),
        },
    });
    Ok(made)
}

/// Takes out again what was made for the coding agent.
fn remove_claude(root: &Path, format: &str, cx: &mut Cx) -> anyhow::Result<Exit> {
    let done = claude::remove(root)?;
    let text = if format == "json" {
        let files = done
            .files
            .iter()
            .map(|file| json!({"path": file.path, "result": file.result}));
        let document = json!({
            "schema_version": 1, "kind": "init", "root": root.to_string_lossy(),
            "files": files.collect::<Vec<_>>(), "warnings": done.warnings,
        });
        format!("{}\n", serde_json::to_string_pretty(&document)?)
    } else if done.files.is_empty() {
        format!(
            "nothing of sdd is in {}\n",
            root.join(claude::DIRECTORY).display()
        )
    } else {
        let mut text = format!("taken out of {}\n", root.display());
        for file in &done.files {
            let _ = writeln!(text, "  {:<9} {}", file.result, file.path);
        }
        for warning in &done.warnings {
            let _ = writeln!(text, "  warning: {warning}");
        }
        text
    };
    cx.emit(&text)?;
    Ok(Exit::Ok)
}

/// Adds what is missing to `.gitignore`, behind what is there.
fn ignore_lines(store: &Store, old: Vec<u8>) -> anyhow::Result<Written> {
    match with_ignored(old) {
        Some(bytes) => Ok(store.write(GITIGNORE, &bytes, Overwrite::Replace)?),
        None => Ok(Written::Kept),
    }
}

/// A `.gitignore` with the lines that it lacks; `None` when it lacks none. It may be in any encoding, so its own
/// bytes are never decoded, and lines end as they do in it.
fn with_ignored(old: Vec<u8>) -> Option<Vec<u8>> {
    let bare = |line: &[u8]| {
        let line = line.trim_ascii();
        line.strip_prefix(b"/").unwrap_or(line).to_owned()
    };
    let present: Vec<Vec<u8>> = old.split(|byte| *byte == b'\n').map(bare).collect();
    let missing: Vec<&str> = layout::GIT_IGNORED
        .into_iter()
        .filter(|wanted| !present.contains(&bare(wanted.as_bytes())))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let line_end: &[u8] = if old.windows(2).any(|pair| pair == b"\r\n") {
        b"\r\n"
    } else {
        b"\n"
    };
    let mut bytes = old;
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        bytes.extend(line_end);
    }
    for line in missing {
        bytes.extend(line.as_bytes());
        bytes.extend(line_end);
    }
    Some(bytes)
}

/// A second project inside of one is set up only when that is asked for: a slip in the directory would
/// otherwise split the state in two.
fn not_nested(root: &Path) -> Result<(), CommandError> {
    let own = root.join(layout::SESSION).symlink_metadata().is_ok();
    let outer = root.parent().and_then(detect::find_root);
    match outer {
        Some(outer) if !own => {
            let what = format!(
                "{} is inside the project of {}, which is set up",
                root.display(),
                outer.display()
            );
            Err(CommandError::usage(what)
                .hint("sdd works from here as it is; if a project of its own is meant: sdd init --nested"))
        }
        _ => Ok(()),
    }
}

fn word(written: Written) -> &'static str {
    match written {
        Written::New => "new",
        Written::Replaced => "replaced",
        Written::Unchanged => "unchanged",
        Written::Kept => "kept",
    }
}

/// The tools that the gates would use: found or missing, with the command that installs them.
fn tools(cx: &Cx, config: &config::Config, project: &Project) -> Vec<Value> {
    let finder = pipeline::finder(cx, &project.root);
    let programs = pipeline::programs(cx, config, project, None, &finder);
    let gate_cx = Context {
        config,
        project,
        programs: &programs,
        out: Path::new("RUN"),
        fixing: Fixing::Off,
        workers: 1,
        demanded: &[],
        strictness: Strictness::Normal,
        work: None,
    };
    let plan = Plan::make(&gate_cx, &GateId::ALL);
    let mut tools = Vec::new();
    for gate in &plan.gates {
        for item in &gate.items {
            let entry = match item {
                Item::Run(step) if step.unit.is_some() => json!({
                    "gate": gate.gate, "required": gate.required, "tool": step.tool_name(), "unit": step.unit_path,
                    "found": step.command_words().first(), "install": null,
                }),
                Item::Not(not) if not.hint.is_some() => json!({
                    "gate": gate.gate, "required": gate.required, "tool": not.tool, "unit": not.unit,
                    "found": null, "install": not.hint, "reason": not.reason,
                }),
                _ => continue,
            };
            tools.push(entry);
        }
    }
    tools
}

fn describe(root: &Path, project: &Project, made: &[Made], warnings: &[String], tools: &[Value]) -> String {
    let mut text = String::new();
    let changed = made
        .iter()
        .any(|made| matches!(made.result, "new" | "replaced" | "extended"));
    let head = if changed {
        "set up"
    } else {
        "already set up, nothing was changed:"
    };
    let _ = writeln!(text, "{head} {}", root.display());
    for made in made {
        let _ = writeln!(text, "  {:<9} {}", made.result, made.path);
    }
    let _ = writeln!(text, "\nunits");
    if project.units.is_empty() {
        let _ = writeln!(
            text,
            "  none of a known language; gates can still run commands and rules of your own"
        );
    }
    for facts in &project.units {
        let _ = writeln!(
            text,
            "  {} because of {}",
            facts.unit.label(),
            one_line(&facts.unit.markers.join(", "))
        );
    }
    for line in shown_left_out(&project.left_out) {
        let _ = writeln!(text, "  left out: {line}");
    }
    for warning in warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    let _ = writeln!(text, "\ntools");
    let widest = |key: &str| {
        let lengths = tools.iter().map(|tool| tool[key].as_str().unwrap_or("-").len());
        lengths.max().unwrap_or(0)
    };
    let (names, gates) = (widest("tool"), widest("gate"));
    let mut told = BTreeSet::new();
    for tool in tools {
        let name = tool["tool"].as_str().unwrap_or("-");
        let gate = tool["gate"].as_str().unwrap_or("-");
        let unit = one_line(tool["unit"].as_str().unwrap_or("."));
        let said = |key: &str| tool[key].as_str().map(one_line);
        match (said("found"), said("install")) {
            // One that serves several units is told once.
            (Some(path), _) if !told.insert((name, gate, path.clone())) => {}
            (Some(path), _) => {
                let _ = writeln!(text, "  ✓ {name:<names$}  {gate:<gates$}  {path}");
            }
            (None, install) => {
                let weight = if tool["required"].as_bool() == Some(true) {
                    "required"
                } else {
                    "optional"
                };
                let reason = said("reason").unwrap_or_else(|| "missing".to_owned());
                let _ = writeln!(
                    text,
                    "  ✗ {name:<names$}  {gate:<gates$}  {reason} in {unit} ({weight})"
                );
                if let Some(install) = install {
                    let _ = writeln!(text, "      → {install}");
                }
            }
        }
    }
    let _ = writeln!(text, "\nnext: sdd complete");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &[u8], begins: &[u8], lines: usize) {
        let new = with_ignored(old.to_owned()).unwrap();
        assert!(new.starts_with(begins), "{:?}", String::from_utf8_lossy(&new));
        assert_eq!(new.split_inclusive(|byte| *byte == b'\n').count(), lines);
        assert_eq!(with_ignored(new), None, "a second time there is nothing to add");
    }

    #[test]
    fn lines_are_added_behind_what_is_there_and_end_as_they_do() {
        check(b"", b"/.session/runs/\n", 7);
        check(b"target/", b"target/\n/.session/runs/\n", 8);
        check(
            b"target/\r\n.session/runs/\r\n",
            b"target/\r\n.session/runs/\r\n/.session/reports/latest.json\r\n",
            8,
        );
        check(b"caf\xe9/\n", b"caf\xe9/\n/.session/runs/\n", 8);
    }
}
