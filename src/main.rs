//! Parse, run, exit: no logic.

use std::process::ExitCode;

fn main() -> ExitCode {
    sdd::main().into()
}
