//! What came of the checks of an environment: plain values, for commands, deployments and files.

use serde::{Deserialize, Serialize};

/// What a check is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Others can be reached.
    Connectivity,
    /// Variables, files and the work tree are as they must be.
    Configuration,
    /// Programs and services that are stood on are there.
    Dependencies,
    /// The service answers as it must.
    Health,
    /// Somebody watches.
    Monitoring,
    /// Names, certificates and ports.
    Infrastructure,
    /// There is room.
    Capacity,
}

impl Category {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Connectivity,
        Self::Configuration,
        Self::Dependencies,
        Self::Health,
        Self::Monitoring,
        Self::Infrastructure,
        Self::Capacity,
    ];

    /// The name that files and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connectivity => "connectivity",
            Self::Configuration => "configuration",
            Self::Dependencies => "dependencies",
            Self::Health => "health",
            Self::Monitoring => "monitoring",
            Self::Infrastructure => "infrastructure",
            Self::Capacity => "capacity",
        }
    }

    /// The category of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

/// What a failed check means for the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The environment is not ready.
    #[default]
    Block,
    /// It is told, and decides nothing.
    Warn,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was expected was seen.
    Passed,
    /// Something else was seen.
    Failed,
    /// Nobody could look: this is never taken for a pass.
    Error,
}

/// One check with what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Its name, unique in the environment.
    pub id: String,
    /// Its kind: `tcp`, `http` ….
    pub kind: String,
    /// What it is about.
    pub category: Category,
    /// What its failure means.
    pub severity: Severity,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen, in one line without secrets.
    pub message: String,
    /// The value that was seen, where there is one that may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// What to do, where it did not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// How long all of that took, in milliseconds.
    pub duration_ms: u64,
}

/// How it stands with a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has checks, and all of them passed.
    Passed,
    /// Nothing that blocks did not pass, and a mild check did not.
    Warned,
    /// A check that blocks failed, or it is required and has no check that blocks.
    Failed,
    /// A check that blocks could not be made, and none failed.
    Error,
    /// It has no checks: nobody looked.
    NotConfigured,
    /// It was left out by the caller.
    NotSelected,
}

/// One category with what came of its checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryReport {
    /// The category.
    pub category: Category,
    /// How it stands.
    pub standing: Standing,
    /// Whether the environment or the caller requires it.
    pub required: bool,
    /// Checks that passed.
    pub passed: u32,
    /// Checks that failed, mild ones included.
    pub failed: u32,
    /// Checks that could not be made, mild ones included.
    pub errors: u32,
}

/// Whether an environment is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check that blocks passed, nothing required is unchecked, and something passed.
    Passed,
    /// A check that blocks failed, or a required category has none.
    Failed,
    /// A check that blocks could not be made, and none failed; or there is nothing that decides.
    Error,
}

/// What came of all checks of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form.
    pub schema_version: u32,
    /// The environment's name.
    pub environment: String,
    /// Whether it is ready.
    pub verdict: Verdict,
    /// All seven categories, in their order.
    pub categories: Vec<CategoryReport>,
    /// Every check, in the order of the configuration.
    pub checks: Vec<CheckReport>,
    /// How long it all took, in milliseconds.
    pub duration_ms: u64,
}

/// What the caller and the environment ask of categories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Categories that must have checks that decide.
    pub require: Vec<Category>,
    /// Categories that are looked at; empty for all.
    pub only: Vec<Category>,
}

impl Asked {
    /// Whether a category is looked at.
    pub fn selects(&self, category: Category) -> bool {
        self.only.is_empty() || self.only.contains(&category)
    }
}

impl Report {
    /// Judges checks that were made.
    pub fn of(environment: &str, checks: Vec<CheckReport>, asked: &Asked, duration_ms: u64) -> Self {
        let categories: Vec<CategoryReport> = Category::ALL
            .into_iter()
            .map(|category| judge(category, &checks, asked))
            .collect();
        let is = |standing| categories.iter().any(|report| report.standing == standing);
        let something_passed = categories
            .iter()
            .any(|report| report.standing != Standing::NotSelected && report.passed > 0);
        let verdict = if is(Standing::Failed) {
            Verdict::Failed
        } else if is(Standing::Error) || !something_passed {
            Verdict::Error
        } else {
            Verdict::Passed
        };
        Self {
            schema_version: 1,
            environment: environment.to_owned(),
            verdict,
            categories,
            checks,
            duration_ms,
        }
    }
}

fn judge(category: Category, checks: &[CheckReport], asked: &Asked) -> CategoryReport {
    let own = || checks.iter().filter(|check| check.category == category);
    let count =
        |outcome| u32::try_from(own().filter(|check| check.outcome == outcome).count()).unwrap_or(u32::MAX);
    let blocks = |outcome| own().any(|check| check.severity == Severity::Block && check.outcome == outcome);
    let selected = asked.selects(category);
    let required = selected && asked.require.contains(&category);
    let decides = own().any(|check| check.severity == Severity::Block);
    let standing = if !selected {
        Standing::NotSelected
    } else if blocks(Outcome::Failed) || (required && !decides) {
        Standing::Failed
    } else if blocks(Outcome::Error) || mild_only_errors(&own().collect::<Vec<_>>()) {
        Standing::Error
    } else if own().next().is_none() {
        Standing::NotConfigured
    } else if own().any(|check| check.outcome != Outcome::Passed) {
        Standing::Warned
    } else {
        Standing::Passed
    };
    CategoryReport {
        category,
        standing,
        required,
        passed: count(Outcome::Passed),
        failed: count(Outcome::Failed),
        errors: count(Outcome::Error),
    }
}

/// Whether there are checks and not one of them could be made: nobody looked, whatever their severity.
fn mild_only_errors(own: &[&CheckReport]) -> bool {
    !own.is_empty() && own.iter().all(|check| check.outcome == Outcome::Error)
}
