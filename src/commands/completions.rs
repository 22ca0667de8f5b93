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
    let mut command = offered();
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut bytes);
    let mut script = String::from_utf8_lossy(&bytes).into_owned();
    if shell == Shell::Fish {
        fish_values(&offered(), &mut Vec::new(), &mut script);
    }
    script
}

/// The program's name.
const NAME: &str = "sdd";

/// What begins the names of commands that nobody types.
const INTERNAL: &str = "internal-";

/// The command line without what nobody types.
fn offered() -> clap::Command {
    let whole = Cli::command();
    let kept = whole
        .get_subcommands()
        .filter(|sub| !sub.get_name().starts_with(INTERNAL))
        .cloned();
    clap::Command::new(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .args(whole.get_arguments().cloned())
        .subcommands(kept)
}

/// Adds the values of arguments without a flag, such as the names of gates: for fish the generator leaves them out.
fn fish_values(command: &clap::Command, above: &mut Vec<String>, script: &mut String) {
    for sub in command.get_subcommands() {
        above.push(sub.get_name().to_owned());
        let condition = match above.as_slice() {
            [first] => format!("__fish_{NAME}_using_subcommand {first}"),
            [first, rest @ ..] => format!(
                "__fish_{NAME}_using_subcommand {first}; and __fish_seen_subcommand_from {}",
                rest.join(" ")
            ),
            [] => String::new(),
        };
        for arg in sub.get_positionals() {
            for value in arg.get_value_parser().possible_values().into_iter().flatten() {
                let help = value.get_help().map(ToString::to_string).unwrap_or_default();
                script.push_str(&format!(
                    "complete -c {NAME} -n \"{condition}\" -f -a '{}' -d '{}'\n",
                    fish_quoted(value.get_name()),
                    fish_quoted(&help)
                ));
            }
        }
        fish_values(sub, above, script);
        above.pop();
    }
}

/// A text between single quotes, as fish reads it.
fn fish_quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

/// Every shell that there is a script for.
pub fn shells() -> &'static [Shell] {
    Shell::value_variants()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_has_a_script_that_knows_every_command_and_gate_and_nothing_internal() {
        for shell in shells() {
            let script = script(*shell);
            assert!(!script.contains(INTERNAL), "{shell}");
            let names = Cli::command()
                .get_subcommands()
                .map(|sub| sub.get_name().to_owned())
                .filter(|name| !name.starts_with(INTERNAL))
                .collect::<Vec<_>>();
            for name in names {
                assert!(script.contains(&name), "{shell}: {name}");
            }
            for gate in crate::model::gate_id::GateId::ALL {
                // Elvish's and PowerShell's generators offer commands and flags only.
                let offers = matches!(shell, Shell::Bash | Shell::Zsh | Shell::Fish);
                assert!(!offers || script.contains(gate.as_str()), "{shell}: {gate}");
            }
        }
    }

    #[test]
    fn what_is_quoted_for_fish_stays_in_its_quotes() {
        assert_eq!(fish_quoted(r"a'b\c"), r"a\'b\\c");
    }
}
