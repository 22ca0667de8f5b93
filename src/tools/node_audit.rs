//! What the audits of npm packages have in common: where they apply, how they fail, how an advisory is told. Not a
//! tool itself.

mod advisories;
mod locked;
#[cfg(test)]
pub(super) mod recorded;

pub(super) use advisories::{Advisory, Metadata, PathReport};

use serde_json::Value;

use super::{Applies, OutputFile, Reading, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::text;
use crate::project::UnitFacts;
use crate::project::node::PackageManager;

/// The lock file among [`ToolRun::outputs`].
const LOCK: &str = "lock";

/// How many dependencies that were not audited are named.
const MOST_GAPS: usize = 5;

/// How many places of one package are named.
const MOST_PLACES: usize = 3;

/// A package manager, as its audit needs it.
pub(super) struct Manager {
    pub(super) is: PackageManager,
    /// What is asked, for sentences: `npm audit`.
    pub(super) command: &'static str,
    /// The files that say which versions there are, the usual one first.
    pub(super) locks: &'static [&'static str],
    /// The command that writes the usual one.
    pub(super) make_lock: &'static str,
}

/// An advisory that fits a package of the project.
pub(super) struct Known {
    pub(super) package: String,
    pub(super) severity: Severity,
    pub(super) title: String,
    /// The identifier, where the advisory has one that is known beyond the registry.
    pub(super) ghsa: Option<String>,
    /// The registry's own number.
    pub(super) number: String,
    /// The versions that it is about.
    pub(super) range: String,
    /// Where the package is: a directory below `node_modules`, or the path of names to it.
    pub(super) places: Vec<String>,
    /// What would mend it, as the end of a sentence.
    pub(super) fix: String,
}

impl Manager {
    /// Whether a unit is audited by this manager, and by which file.
    pub(super) fn applies(&self, facts: &UnitFacts) -> Applies {
        if facts.node.manager != self.is {
            return Applies::No;
        }
        let own = self.locks.iter().find(|name| facts.has(name));
        if let (Some(root), None) = (&facts.node.workspace, own) {
            let root = root
                .strip_prefix(&facts.root)
                .unwrap_or(root)
                .display()
                .to_string();
            let root = if root.is_empty() { "." } else { root.as_str() };
            return Applies::NothingToDo(format!("it is audited with the root of its workspace, {root}"));
        }
        if !facts.has("package.json") {
            return Applies::NothingToDo(
                "there is no package.json, which would declare dependencies".to_owned(),
            );
        }
        if declared(facts) == 0 && !has_members(facts) {
            return Applies::NothingToDo("package.json declares no dependencies".to_owned());
        }
        Applies::Yes(match own {
            Some(lock) => format!("{lock} is audited"),
            None => format!("there are dependencies, and no {} to audit them by", self.lock()),
        })
    }

    /// The usual lock file.
    fn lock(&self) -> &'static str {
        self.locks.first().copied().unwrap_or_default()
    }

    /// The unit's lock file, relative to the project's root.
    pub(super) fn lock_path(&self, facts: &UnitFacts) -> String {
        let name = self.locks.iter().find(|name| facts.has(name));
        facts.project_path(name.copied().unwrap_or_else(|| self.lock()))
    }

    /// The unit's lock file, as a file to read after the audit.
    pub(super) fn to_read(&self, facts: &UnitFacts) -> Vec<OutputFile> {
        let name = self.locks.iter().find(|name| facts.has(name));
        let lock = |name: &&str| OutputFile {
            key: LOCK,
            path: facts.dir.join(name),
        };
        name.map(lock).into_iter().collect()
    }

    /// An answer, held against what the project declares: a dependency that the lock file lacks was not audited.
    pub(super) fn held_to_lock(&self, tool: &str, run: &ToolRun<'_>, reading: Reading) -> Reading {
        let mut answer = match reading {
            Reading::Answer(answer) if run.outputs.contains_key(LOCK) => answer,
            other => return other,
        };
        let path = self.lock_path(run.facts);
        let name = path.rsplit('/').next().unwrap_or(&path);
        let gaps = run
            .output(LOCK)
            .and_then(|bytes| locked::gaps(name, &String::from_utf8_lossy(bytes), run.facts));
        let reason = match gaps {
            Ok(gaps) if gaps.is_empty() => return Reading::Answer(answer),
            Ok(gaps) => {
                let more = gaps.len().saturating_sub(MOST_GAPS);
                let mut named = gaps.into_iter().take(MOST_GAPS).collect::<Vec<_>>().join("; ");
                if more > 0 {
                    named.push_str(&format!("; and {more} more"));
                }
                format!("declared and not in {name}, so that it was not audited: {named}")
            }
            Err(why) => format!("{name} cannot be read, so that nothing says what was audited: {why}"),
        };
        let reason = text::shorten(&text::one_line(&reason), 400);
        if answer.findings.is_empty() {
            return Reading::broken_with_hint(reason, self.refresh());
        }
        // Critical, so that no limit lets the gate pass.
        let gap = Finding::new(tool, "not-audited", Severity::Critical, reason).at(path, None, None);
        answer.findings.push(gap);
        Reading::Answer(answer)
    }

    /// What to do about a lock file that is behind.
    fn refresh(&self) -> String {
        format!("bring the lock file up to date: {}", self.make_lock)
    }

    /// No answer, for want of a lock file.
    pub(super) fn no_lock(&self) -> Reading {
        Reading::broken_with_hint(
            format!(
                "there is no {}, so nothing says which versions to audit",
                self.lock()
            ),
            format!("make it and keep it in the repository: {}", self.make_lock),
        )
    }

    /// No answer, for a reason that the manager gives.
    pub(super) fn refused(&self, why: &str) -> Reading {
        let why = text::message(why.as_bytes());
        let why = text::shorten(text::first_line(&why), 300);
        Reading::broken_with_hint(
            format!("{} gave no answer: {why}", self.command),
            "the registry must be reachable and must answer audits; which one is asked is set in .npmrc, .yarnrc or \
             .yarnrc.yml, or by npm_config_registry",
        )
    }

    /// No answer, because what was printed is none.
    pub(super) fn unreadable(&self, what: &str, run: &ToolRun<'_>) -> Reading {
        let stderr = run.stderr_text();
        let said = text::first_line(&stderr);
        let said = if said.is_empty() {
            String::new()
        } else {
            format!("; it said: {}", text::shorten(said, 200))
        };
        Reading::broken(format!(
            "the report of {} is not readable: {what}{said}",
            self.command
        ))
    }

    /// The manager's own word on why there is no report, where its JSON holds one instead of a report: npm's
    /// `{"error": {"code", "summary", "detail"}, "message"}`, pnpm's `{"error": {"code", "message"}}`, or
    /// `{"error": "…"}`.
    pub(super) fn error_in(&self, report: &Value) -> Option<Reading> {
        let error = report.get("error");
        let message = report.get("message");
        error.or(message)?;
        let text_at = |value: Option<&Value>, key: &str| -> Option<String> {
            let found = value?.get(key)?.as_str()?.trim();
            (!found.is_empty()).then(|| found.to_owned())
        };
        let code = text_at(error, "code").unwrap_or_default();
        if code.ends_with("NOLOCK") || code.ends_with("NO_LOCKFILE") {
            return Some(self.no_lock());
        }
        let is_broken = code.ends_with("BROKEN_LOCKFILE");
        let why = text_at(error, "summary")
            .or_else(|| text_at(error, "message"))
            .or_else(|| error?.as_str().map(str::to_owned))
            .or_else(|| message?.as_str().map(str::to_owned))
            .or_else(|| text_at(error, "detail"))
            .unwrap_or_else(|| "it gives no reason".to_owned());
        let why = if code.is_empty() {
            why
        } else {
            format!("{code}: {why}")
        };
        Some(match self.refused(&why) {
            // No registry was asked yet.
            Reading::Broken(broken) if is_broken => Reading::broken_with_hint(broken.reason, self.refresh()),
            refused => refused,
        })
    }

    /// The answer that nothing was looked at, where something is declared; nothing to do where nothing is.
    pub(super) fn none_audited(&self, facts: &UnitFacts) -> Reading {
        match declared(facts) {
            0 if !has_members(facts) => Reading::Nothing("there are no dependencies to audit".to_owned()),
            count => Reading::broken_with_hint(
                format!(
                    "{} audited nothing, and package.json declares {count} {}",
                    self.command,
                    if count == 1 { "dependency" } else { "dependencies" }
                ),
                self.refresh(),
            ),
        }
    }
}

impl Known {
    /// The finding, at a file of the project.
    pub(super) fn finding(&self, tool: &str, path: &str) -> Finding {
        let mut detail: Vec<String> = Vec::new();
        if !self.places.is_empty() {
            let more = self.places.len().saturating_sub(MOST_PLACES);
            let mut places = self
                .places
                .iter()
                .take(MOST_PLACES)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            if more > 0 {
                places.push_str(&format!(" and {more} more"));
            }
            detail.push(places);
        }
        detail.push(self.fix.clone());
        let message = format!(
            "{} {}: {} ({})",
            self.package,
            self.range,
            self.title,
            detail.join("; ")
        );
        Finding::new(
            tool,
            self.rule(),
            self.severity,
            text::message(message.as_bytes()),
        )
        .at(path.to_owned(), None, None)
    }

    fn rule(&self) -> String {
        let own = || format!("npm:{}", self.number);
        let rule = self.ghsa.clone().unwrap_or_else(own);
        text::one_line(&rule).chars().take(60).collect()
    }
}

/// The identifier in an address such as `https://github.com/advisories/GHSA-aaaa-bbbb-cccc`.
pub(super) fn ghsa_of(url: &str) -> Option<String> {
    let last = url.trim_end_matches('/').rsplit('/').next()?;
    let is_id = last.len() <= 40
        && last.starts_with("GHSA-")
        && last
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_id.then(|| last.to_owned())
}

/// How many packages the unit's `package.json` declares.
pub(super) fn declared(facts: &UnitFacts) -> usize {
    const KINDS: [&str; 4] = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ];
    let package = facts.package.as_ref();
    let of = |kind: &str| {
        let names = package?.get(kind)?.as_object()?;
        Some(names.len())
    };
    KINDS.iter().filter_map(|kind| of(kind)).sum()
}

/// Whether the unit is the root of a workspace, whose members may declare what it does not.
fn has_members(facts: &UnitFacts) -> bool {
    let workspaces = facts
        .package
        .as_ref()
        .and_then(|package| package.get("workspaces"));
    workspaces.is_some() || facts.has("pnpm-workspace.yaml")
}

/// A JSON value that is a number or a text, as text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
