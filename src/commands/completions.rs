//! `sdd completions SHELL`: the script that completes sdd's command line.

use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;

use super::context::Cx;
use crate::cli::Cli;
use crate::model::exit::Exit;

/// Print a script that completes sdd's command line in a shell.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd completions bash > ~/.local/share/bash-completion/completions/sdd
  sdd completions zsh > ~/.zfunc/_sdd     with ~/.zfunc in fpath, before compinit
  sdd completions fish > ~/.config/fish/completions/sdd.fish
  sdd completions powershell >> $PROFILE")]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    cx.choose(&["human"])?;
    cx.emit(&script(args.shell))?;
    Ok(Exit::Ok)
}

/// The script of a shell.
pub fn script(shell: Shell) -> String {
    let mut command = Cli::command();
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut command, "sdd", &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every shell that there is a script for.
pub fn shells() -> &'static [Shell] {
    Shell::value_variants()
}
