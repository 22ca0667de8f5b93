//! What is wrong with descriptions, to people and programs.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

use super::page::{Entry, Page, Section, Standing, Subject};
use super::{Around, Call, Calls, FailOn, Place, Summary, quote};
use crate::contract::load::{Document, World};
use crate::contract::policy::Policy;
use crate::contract::rules::Level;
use crate::contract::source::Position;
use crate::contract::validate::{self, Finding};
use crate::model::text;
use crate::model::verdict::RunVerdict;

/// Descriptions that were validated: the document of `--format json`.
#[derive(Clone, Debug, Serialize)]
pub struct Validation {
    /// 1.
    pub schema_version: u32,
    /// `contract_validation`.
    pub kind: &'static str,
    /// `failed` when something is as bad as what fails, else `error` when a file could not be read, else `passed`.
    pub verdict: RunVerdict,
    /// How many findings there are of each level in all files.
    pub summary: Summary,
    /// The files, in the order in which they were named.
    pub files: Vec<Validated>,
    /// What makes it fail.
    #[serde(skip)]
    pub fail_on: FailOn,
}

/// One description that was validated.
#[derive(Clone, Debug, Serialize)]
pub struct Validated {
    /// The file, as it was named.
    pub file: String,
    /// What it follows: `OpenAPI 3.1`; absent where it could not be read.
    pub follows: Option<&'static str>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// What is wrong with it, by place.
    pub findings: Vec<Wrong>,
    /// How many findings each suppression took.
    #[serde(skip)]
    pub taken: Vec<usize>,
}

/// Something that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Wrong {
    /// The id of its rule.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, in one line.
    pub message: String,
    /// Why it matters.
    pub why: &'static str,
    /// How it is mended.
    pub mend: &'static str,
    /// The operation that it stands in.
    pub operations: Calls,
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// Where in the file.
    #[serde(flatten)]
    pub place: Place,
    /// Why the project accepts it; then it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<String>,
}

impl Validation {
    /// What is told of files.
    pub fn of(files: Vec<Validated>, fail_on: FailOn) -> Self {
        let mut summary = Summary::default();
        for wrong in files.iter().flat_map(|file| &file.findings) {
            if wrong.suppressed.is_none() {
                summary.count(wrong.level);
            }
        }
        let fails = match fail_on {
            FailOn::Error => summary.error > 0,
            FailOn::Warning => summary.error + summary.warning > 0,
            FailOn::None => false,
        };
        let verdict = if fails {
            RunVerdict::Failed
        } else if files.is_empty() || files.iter().any(|file| file.unreadable.is_some()) {
            RunVerdict::Error
        } else {
            RunVerdict::Passed
        };
        Self {
            schema_version: 1,
            kind: "contract_validation",
            verdict,
            summary,
            files,
            fail_on,
        }
    }

    /// The findings as they are shown.
    pub fn page(&self) -> Page<'_> {
        Page {
            kind: "contract_validate",
            title: "API descriptions",
            verdict: self.verdict,
            decision: self.decision(),
            parts: Vec::new(),
            fail_on: self.fail_on,
            sections: self.files.iter().map(Validated::section).collect(),
            rerun: String::new(),
        }
    }

    fn decision(&self) -> String {
        let counts = self.summary.counts();
        match (self.verdict, self.summary.error) {
            (RunVerdict::Failed, _) => format!("failed: something is wrong ({counts})"),
            (RunVerdict::Error, _) => format!("no verdict: not every file could be read ({counts})"),
            (RunVerdict::Passed, 0) => format!("passed: nothing is wrong that counts ({counts})"),
            (RunVerdict::Passed, _) => format!("passed, although something is wrong ({counts})"),
        }
    }
}

impl Validated {
    /// A file that could not be read.
    pub fn unreadable(file: &str, why: String) -> Self {
        Self {
            file: file.to_owned(),
            follows: None,
            unreadable: Some(why),
            findings: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Validates a document of a world that is settled. Findings at the same place of the same rule are told once.
    pub fn of(file: &str, world: &World, document: &Document, judged: Judged<'_>) -> Self {
        let mut seen = HashSet::new();
        let mut taken = vec![0; judged.policy.suppressions.len()];
        let findings = validate::validate(world, document)
            .iter()
            .filter_map(|finding| tell(finding, world, judged, &mut taken))
            .filter(|wrong| {
                seen.insert((
                    wrong.rule,
                    wrong.place.file.clone(),
                    wrong.place.line,
                    wrong.place.column,
                    wrong.message.clone(),
                ))
            })
            .collect();
        Self {
            file: file.to_owned(),
            follows: Some(document.version.as_str()),
            unreadable: None,
            findings,
            taken,
        }
    }

    /// Findings that count and are errors.
    pub fn errors(&self) -> usize {
        let counts = |wrong: &&Wrong| wrong.suppressed.is_none() && wrong.level == Level::Error;
        self.findings.iter().filter(counts).count()
    }

    /// The file as a part of a page: errors first.
    pub fn section(&self) -> Section<'_> {
        let mut entries: Vec<Entry<'_>> = self.findings.iter().map(Wrong::entry).collect();
        entries.sort_by_key(|entry| entry.level);
        Section {
            title: text::one_line(&self.file),
            subject: Subject::Findings,
            gaps: self.unreadable.iter().cloned().collect(),
            entries,
        }
    }
}

/// What findings are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// What the project says about rules.
    pub policy: &'a Policy,
    /// The day that suppressions are compared with.
    pub today: NaiveDate,
    /// How much of the file is kept with each.
    pub lines: Lines,
}

/// Whether the lines around a place are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Only the line itself.
    One,
    /// Some before and behind it.
    Around,
}

fn tell(finding: &Finding, world: &World, judged: Judged<'_>, taken: &mut [usize]) -> Option<Wrong> {
    let policy = judged.policy;
    let rule = finding.rule.id();
    let level = policy.level_of(rule, finding.rule.level())?;
    let arena = &world.arena;
    let pointer = finding.pointer(arena);
    let Position { line, column } = finding.position(arena);
    let source = arena.source(arena.source_of(arena.origin(finding.at)));
    let mut place = Place {
        file: finding.file(arena).to_owned(),
        line,
        column,
        pointer: pointer.clone(),
        excerpt: quote::excerpt(source, Position { line, column }),
        around: None::<Around>,
    };
    if judged.lines == Lines::Around {
        place.quote(source);
    }
    let operations: Calls = call(&pointer).map(Arc::new).into_iter().collect();
    let named = operations.first().map(|call| (&*call.method, &*call.path));
    let suppressed = policy.accepts(rule, named, judged.today).map(|at| {
        taken[at] += 1;
        policy.suppressions[at].said()
    });
    Some(Wrong {
        rule,
        level,
        message: text::one_line(&finding.says),
        why: finding.rule.why(),
        mend: finding.rule.mend(),
        suppressed,
        operations,
        pointer,
        place,
    })
}

/// The operation that a pointer leads into.
fn call(pointer: &str) -> Option<Call> {
    let mut parts = pointer.split('/').skip(1);
    let ("paths", path, method) = (parts.next()?, parts.next()?, parts.next()?) else {
        return None;
    };
    let is_method = matches!(
        method,
        "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query"
    );
    is_method.then(|| Call {
        method: method.to_uppercase(),
        path: path.replace("~1", "/").replace("~0", "~"),
    })
}

impl Wrong {
    fn entry(&self) -> Entry<'_> {
        Entry {
            rule: self.rule,
            level: self.level,
            message: &self.message,
            why: self.why,
            safe: self.mend,
            calls: &self.operations,
            pointer: &self.pointer,
            base: None,
            revision: Some(&self.place),
            around: None,
            standing: match &self.suppressed {
                Some(why) => Standing::Suppressed(why.clone()),
                None => Standing::Counts,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn a_pointer_names_its_operation() {
        let named = |pointer| call(pointer).map(|call| format!("{} {}", call.method, call.path));
        assert_eq!(
            named("/paths/~1a~1{b}/get/parameters/0").as_deref(),
            Some("GET /a/{b}")
        );
        assert_eq!(named("/paths/~1a/parameters/0"), None);
        assert_eq!(named("/components/schemas/A"), None);
    }
}
