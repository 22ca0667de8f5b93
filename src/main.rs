//! Parse, run, exit: no logic.

fn main() {}
