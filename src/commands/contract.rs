//! `sdd contract`: what changed between two API descriptions, and whom it breaks.

mod check;
mod common;
mod diff;
mod emit;
mod rules;
mod validate;

use clap::Subcommand;

pub use common::today;

use super::context::Cx;
use crate::model::exit::Exit;

/// Compare API descriptions, and say what breaks clients.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd contract diff v1.yaml v2.yaml                what breaks clients, and where
  sdd contract diff main:api.yaml api.yaml         the work tree against a revision of git
  sdd contract rules                               every rule, with its level
  sdd contract rules request-property-removed      why it breaks clients, and how to do it safely")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What `sdd contract` does.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Check all contracts of a work item: each against the one before it
    ///
    /// Without an id, those of the work item of the open session. Exit codes: 0 every contract holds, 1 one does not or
    /// breaks clients although that is not allowed, 3 one could not be checked, or there is none.
    #[command(after_help = "Examples:
  sdd contract check                                     the contracts of the session's work item
  sdd contract check integration_test_orders --format json")]
    Check(check::Args),
    /// Compare two API descriptions, of any version, in JSON or YAML
    ///
    /// Reads Swagger 2.0 and versions 3.0, 3.1 and 3.2 of `OpenAPI`. A change is judged against what the base
    /// promises: whoever kept to that must keep working. What is shared by many operations is told once, with all of
    /// them. Formats: human, json, agent, markdown, junit, sarif, github, and html, a page to search and filter. Exit codes:
    /// 0 nothing that fails, 1 clients break, 2 a description that cannot be read, 3 something could not be compared.
    #[command(after_help = "Examples:
  sdd contract diff v1.yaml v2.yaml                      errors and warnings in full, the rest counted
  sdd contract diff main:api.yaml api.yaml --verbose     everything, against a revision of git
  sdd contract diff a.json b.json --fail-on warning      what may break clients fails, too
  sdd contract diff a.json b.json --format markdown      a change log for a comment or a release
  sdd contract diff a.json b.json --format html --output c.html   a page to search and filter")]
    Diff(diff::Args),
    /// Check API descriptions against their specification
    ///
    /// What the specification of its version demands of each object, and what must fit together: names that stand twice,
    /// parameters of paths, references that lead nowhere, security, examples and defaults against their schemas. Exit codes:
    /// 0 nothing that fails, 1 something is wrong, 2 a file that cannot be read.
    #[command(after_help = "Examples:
  sdd contract validate api.yaml                     what is wrong, where, and how to mend it
  sdd contract validate a.yaml b.json --verbose      hints as well
  sdd contract validate api.yaml --fail-on warning   what is doubtful fails, too
  sdd contract validate api.yaml --format sarif      for code scanning")]
    Validate(validate::Args),
    /// List the rules: what can happen, how bad it is, and how to do it safely
    #[command(after_help = "Examples:
  sdd contract rules                           one line a rule
  sdd contract rules response-media-type-removed
  sdd contract rules --format json             all of it for a program")]
    Rules(rules::Args),
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    match &args.action {
        Action::Check(args) => check::run(args, cx),
        Action::Diff(args) => diff::run(args, cx),
        Action::Validate(args) => validate::run(args, cx),
        Action::Rules(args) => rules::run(args, cx),
    }
}
