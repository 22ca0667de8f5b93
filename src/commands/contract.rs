//! `sdd contract`: what changed between two API descriptions, and whom it breaks.

mod diff;
mod emit;
mod files;
mod rules;

use clap::Subcommand;

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
    /// Compare two API descriptions, of any version, in JSON or YAML
    ///
    /// Reads Swagger 2.0 and versions 3.0, 3.1 and 3.2 of `OpenAPI`. A change is judged against what the base
    /// promises: whoever kept to that must keep working. What is shared by many operations is told once, with all of
    /// them. Formats: human, json, agent, markdown, junit, sarif, github, and html, a page to search and filter. Exit codes:
    /// 0 nothing that fails, 1 clients break, 2 a description that cannot be read.
    #[command(after_help = "Examples:
  sdd contract diff v1.yaml v2.yaml                      errors and warnings in full, the rest counted
  sdd contract diff main:api.yaml api.yaml --verbose     everything, against a revision of git
  sdd contract diff a.json b.json --fail-on warning      what may break clients fails, too
  sdd contract diff a.json b.json --format markdown      a change log for a comment or a release
  sdd contract diff a.json b.json --format html --output c.html   a page to search and filter")]
    Diff(diff::Args),
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
        Action::Diff(args) => diff::run(args, cx),
        Action::Rules(args) => rules::run(args, cx),
    }
}
