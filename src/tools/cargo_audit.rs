//! cargo-audit: `cargo audit --json --file Cargo.lock`.
//!
//! Advisories carry a CVSS vector and no word for their severity, so the severity is that of the vector's base
//! score; without a vector it is high. Informational advisories (unmaintained, unsound, notices) and yanked
//! versions are findings below medium.

mod report;

use super::{Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, cargo};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// cargo-audit.
pub struct CargoAudit;

impl Tool for CargoAudit {
    fn id(&self) -> &'static str {
        "cargo-audit"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Security, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "audit"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        // The lock file of such a package names the package alone, and the first build makes one: the answer must
        // not depend on whether that has happened.
        if facts.manifest.as_ref().is_some_and(|manifest| !depends(manifest)) {
            return Applies::NothingToDo("Cargo.toml declares no dependencies".to_owned());
        }
        if facts.has("Cargo.lock") {
            return Applies::Yes("Cargo.lock is audited".to_owned());
        }
        Applies::Yes("there are dependencies, and no Cargo.lock to audit them by".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let mut args = cargo::without_valued(ask.args.to_vec(), "--format");
        args.retain(|arg| arg != "--json");
        // Without a file's name cargo-audit writes a Cargo.lock where there is none, or updates the one of the
        // workspace; a check changes no file.
        if !cargo::has_option(&args, "--file") && !args.iter().any(|arg| arg.starts_with("-f")) {
            args.extend(["--file".to_owned(), "Cargo.lock".to_owned()]);
        }
        args.push("--json".to_owned());
        Some(Prepared {
            reads_stdout: true,
            ..cargo::prepared(args)
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no vulnerabilities; there may be warnings"),
            (1, "vulnerabilities, or the advisory database could not be had"),
            (2, "wrong usage, or Cargo.lock cannot be read"),
            (101, "cargo-audit is not installed"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        if run.stdout.iter().all(u8::is_ascii_whitespace) {
            return no_report(run, self.install());
        }
        report::read(self.id(), run)
    }

    fn version_args(&self) -> &'static [&'static str] {
        &["audit", "--version"]
    }

    fn needs(&self) -> Option<&'static str> {
        Some("cargo-audit")
    }

    fn install(&self) -> &'static str {
        "cargo install cargo-audit --locked"
    }
}

/// Why there is no report, and what helps.
fn no_report(run: &ToolRun<'_>, install: &str) -> Reading {
    let stderr = cargo::plain(run.stderr);
    let hint = if stderr.contains("couldn't fetch advisory database")
        || stderr.contains("error loading advisory database")
    {
        Some(
            "the advisory database must be reachable; behind a proxy set HTTPS_PROXY, or fetch the database \
             beforehand and configure `cargo audit --db DIR --no-fetch`",
        )
    } else if stderr.contains("Couldn't load") {
        Some("Cargo.lock is missing or not readable; `cargo generate-lockfile` writes one")
    } else {
        None
    };
    match (
        cargo::no_answer("cargo-audit gave no report", run.stderr, install),
        hint,
    ) {
        (Reading::Broken(broken), Some(hint)) => Reading::broken_with_hint(broken.reason, hint),
        (reading, _) => reading,
    }
}

/// Whether a manifest declares any dependency, for whatever purpose or target, or has members that may.
fn depends(manifest: &toml::Table) -> bool {
    const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let declares = |table: &toml::Table| {
        TABLES.iter().any(|name| {
            table
                .get(*name)
                .and_then(toml::Value::as_table)
                .is_some_and(|table| !table.is_empty())
        })
    };
    let for_targets = manifest.get("target").and_then(toml::Value::as_table);
    declares(manifest)
        || manifest.contains_key("workspace")
        || for_targets.is_some_and(|targets| targets.values().filter_map(toml::Value::as_table).any(declares))
}

#[cfg(test)]
mod tests;
