//! `sdd` decides whether a coding session may end: it runs every quality gate that the work needs and answers
//! with a verdict in which "could not check" is never "passed".
//!
//! The modules are floors, and each uses only those before it:
//!
//! ```text
//! model → store, process → project → tools, parse → gates → engine → report → agent → commands → main
//! ```
//!
//! `plan` and `judge` of a gate are pure. One place starts processes ([`process`]), one writes state
//! ([`store`]), one prints ([`ui`]). `docs/architecture.md` has the map and the invariants.

pub mod agent;
pub mod bench;
pub mod cli;
pub mod commands;
pub mod compose;
pub mod context7;
pub mod contract;
pub mod deploy;
pub mod doctor;
pub mod engine;
pub mod environment;
pub mod gates;
pub mod integration;
pub mod model;
pub mod parse;
pub mod process;
pub mod project;
pub mod report;
pub mod store;
pub mod tools;
pub mod ui;

use clap::Parser as _;

use cli::{Cli, Command, Global};
use commands::Cx;
use commands::error::{CommandError, show};
use model::exit::Exit;
use process::Cancel;
use process::clock::Clock;
use process::environment::Environment;
use ui::{Live, Looks, Ui, Verbosity};

/// The whole program: reads the command line, does what it says, and says how to end.
pub fn main() -> Exit {
    // The guard runs before anything is set up: it must outlive whatever could go wrong there. And it is started with
    // every run, so it does without a parser of command lines.
    if let Some((tag, temporary)) = guarded(std::env::args_os()) {
        process::guard::run(&tag, temporary.as_deref(), &mut std::io::stdin());
        return Exit::Ok;
    }
    if let Some((root, run)) = commands::integration::reaper::asked(std::env::args_os()) {
        commands::integration::reaper::run(&root, &run, &mut std::io::stdin());
        return Exit::Ok;
    }
    match Cli::try_parse() {
        Ok(Cli {
            global,
            command: Command::Hook(args),
        }) => hook(&args, global),
        Ok(cli) => run(cli),
        Err(error) if error.use_stderr() && commands::hook::is_meant(std::env::args_os()) => {
            written(&commands::hook::misused(&error))
        }
        Err(error) => {
            // Help and version are no misuse. Nobody can be told that a stream cannot be written.
            let _ = error.print();
            if error.use_stderr() { Exit::Usage } else { Exit::Ok }
        }
    }
}

/// The tag of the run that this process is to guard, and the directory of its temporary files, when it was started for
/// that.
fn guarded(
    mut args: impl Iterator<Item = std::ffi::OsString>,
) -> Option<(String, Option<std::path::PathBuf>)> {
    let is_guard = args.nth(1)? == process::guard::SUBCOMMAND;
    let tag = args.next().filter(|_| is_guard)?.into_string().ok()?;
    let temporary = args.next().map(std::path::PathBuf::from);
    args.next().is_none().then_some((tag, temporary))
}

/// Said at the third signal, below what a line of progress left.
const LEFT_AT_ONCE: &str = "\nsdd: told to stop three times, so it leaves at once and reports nothing; what it had started is ended behind it";

fn run(cli: Cli) -> Exit {
    let environment = Environment::of_process();
    let mut ui = Ui::of_process(looks(&cli.global, &environment));
    let start = match start_directory(&cli.global) {
        Ok(start) => start,
        Err(error) => return fail(&mut ui, &error),
    };
    let cancel = Cancel::new();
    let say = ui.sayer();
    if let Err(error) = process::signals::install_with(&cancel, move || say(LEFT_AT_ONCE)) {
        ui.warning(&format!("signals end sdd without a clean-up: {error}"));
    }
    let mut cx = Cx {
        ui,
        environment,
        clock: Clock::System,
        cancel,
        start,
        global: cli.global,
    };
    match dispatch(cli.command, &mut cx) {
        Ok(exit) => exit,
        Err(error) => {
            let exit = fail(&mut cx.ui, &error);
            cx.cancel.signal().map_or(exit, process::signals::exit_for)
        }
    }
}

/// Answers an event of a coding agent: nothing but the answer is printed, and sdd ends with 0 or 2.
fn hook(args: &commands::hook::Args, global: Global) -> Exit {
    // What panics is answered as well, and must not talk.
    std::panic::set_hook(Box::new(|_| {}));
    let cancel = Cancel::new();
    // Without signals the agent ends sdd, and the guard ends what it runs.
    let _installed = process::signals::install_leaving_with(&cancel, Exit::Usage);
    written(&commands::hook::answer(
        args,
        global,
        Environment::of_process(),
        cancel,
    ))
}

fn written(answer: &agent::Written) -> Exit {
    let mut ui = Ui::of_process(Looks {
        colour: ui::ColourChoice::Never,
        no_color: true,
        verbosity: Verbosity::Quiet,
        live: Live::Off,
    });
    if let (Err(_), Some(reason)) = (ui.data(answer.stdout.as_bytes()), &answer.instead) {
        ui.reason(reason);
        return Exit::Usage;
    }
    ui.reason(&answer.stderr);
    if answer.code == 0 { Exit::Ok } else { Exit::Usage }
}

fn dispatch(command: Command, cx: &mut Cx) -> anyhow::Result<Exit> {
    match command {
        Command::Init(args) => commands::init::run(&args, cx),
        Command::WorkItem(args) => commands::work_item::run(&args, cx),
        Command::Start(args) => commands::start::run(&args, cx),
        Command::Status(args) => commands::status::run(&args, cx),
        Command::Gate(args) => commands::gate::run(&args, cx),
        Command::Complete(args) => commands::complete::run(&args, cx),
        Command::Report(args) => commands::report::run(&args, cx),
        Command::Config(args) => commands::settings::run(&args, cx),
        Command::Demo(args) => commands::demo::run(&args, cx),
        Command::Doctor(args) => commands::doctor::run(&args, cx),
        Command::Mcp(args) => commands::mcp::run(args, cx),
        Command::Contract(args) => commands::contract::run(&args, cx),
        Command::Bench(args) => commands::bench::run(&args, cx),
        Command::Deploy(args) => commands::deploy::run(&args, cx),
        Command::Integration(args) => commands::integration::run(&args, cx),
        Command::Env(args) => commands::env::run(&args, cx),
        Command::Completions(args) => commands::completions::run(&args, cx),
        Command::Man(args) => commands::man::run(&args, cx),
        // Both are answered before.
        Command::Hook(_) | Command::InternalReaper { .. } => Ok(Exit::Ok),
    }
}

fn fail(ui: &mut Ui, error: &anyhow::Error) -> Exit {
    let shown = show(error);
    ui.error(&shown.what, &shown.causes, shown.hint.as_deref());
    shown.exit
}

fn start_directory(global: &Global) -> anyhow::Result<std::path::PathBuf> {
    use anyhow::Context as _;
    let here = std::env::current_dir().context("the current directory cannot be read")?;
    let Some(asked) = &global.chdir else {
        return Ok(here);
    };
    let start = here.join(asked);
    if start.is_dir() {
        Ok(start)
    } else {
        Err(CommandError::not_found(format!("-C {}: no such directory", asked.display())).into())
    }
}

fn looks(global: &Global, environment: &Environment) -> Looks {
    let verbosity = match (global.quiet, global.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let for_agent = global.format.as_deref() == Some("agent")
        || (global.format.is_none() && environment.is_claude_code());
    let live = if global.no_progress || for_agent {
        Live::Off
    } else {
        Live::for_stderr()
    };
    Looks {
        colour: global.color,
        no_color: environment.no_color(),
        verbosity,
        live,
    }
}
