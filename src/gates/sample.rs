//! For tests: a project, its settings and the work on it, for gates to plan and judge from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Context, Fixing, Item, Programs, Strictness};
use crate::model::config::{Config, load};
use crate::model::language::Language;
use crate::model::session::ActiveWork;
use crate::model::unit::Unit;
use crate::model::work_item::{Priority, Status, WorkItem, WorkItemType};
use crate::process::find::Found;
use crate::project::{Project, Tracked, UnitFacts};

/// A project at `/project` in which every program is found in `/bin`.
pub(super) struct Sample {
    pub(super) config: Config,
    pub(super) project: Project,
    pub(super) work: Option<ActiveWork>,
    pub(super) missing: Vec<&'static str>,
    programs: Programs,
}

impl Sample {
    /// A project without units, with these settings.
    pub(super) fn new(settings: &serde_json::Value) -> Self {
        Self {
            config: load::parse("config.json", &settings.to_string()).unwrap().config,
            project: Project {
                root: PathBuf::from("/project"),
                units: Vec::new(),
                tracked: Tracked::default(),
                warnings: Vec::new(),
                left_out: Vec::new(),
                has_integration: true,
            },
            work: None,
            missing: Vec::new(),
            programs: Programs::default(),
        }
    }

    /// A unit more, of which nothing but its place is known.
    pub(super) fn unit(mut self, path: &str, language: Language) -> Self {
        let unit = Unit {
            path: path.to_owned(),
            language,
            markers: Vec::new(),
        };
        let root = self.project.root.clone();
        let dir = if path == "." {
            root.clone()
        } else {
            root.join(path)
        };
        self.project.units.push(UnitFacts::bare(unit, root, dir));
        self
    }

    /// A session on the work item `bug_x`, of which the file says this.
    pub(super) fn work(mut self, raw: serde_json::Value) -> Self {
        let rules = raw.get("validation_rules").cloned();
        self.work = Some(ActiveWork {
            item: WorkItem {
                id: "bug_x".to_owned(),
                kind: WorkItemType::Bug,
                title: "X".to_owned(),
                status: Status::InProgress,
                priority: Priority::High,
                urgent: false,
                dependencies: Vec::new(),
                milestone: None,
                spec_file: None,
                created_at: None,
                sessions: Vec::new(),
                validation_rules: rules.map_or_else(Vec::new, |rules| serde_json::from_value(rules).unwrap()),
                raw,
            },
            spec: None,
            session: 3,
            base_commit: Some("0123456789012345678901234567890123456789".to_owned()),
        });
        self
    }

    /// Hands over what gates plan and judge from.
    pub(super) fn with<T>(&mut self, ask: impl FnOnce(&Context<'_>) -> T) -> T {
        let mut found = BTreeMap::new();
        for wanted in Programs::wanted(&self.config, &self.project, self.work.as_ref()) {
            let state = if self.missing.contains(&wanted.program.as_str()) {
                Found::Missing
            } else {
                Found::At(Path::new("/bin").join(&wanted.program))
            };
            found.insert(wanted, state);
        }
        self.programs = Programs::new(found);
        ask(&Context {
            config: &self.config,
            project: &self.project,
            programs: &self.programs,
            out: Path::new("/out"),
            fixing: Fixing::Off,
            workers: 1,
            demanded: &[],
            strictness: Strictness::Normal,
            work: self.work.as_ref(),
        })
    }
}

/// A plan in words: `+ name (why)` for what runs, `- name: reason` and `! name: reason` for what is skipped or an error.
pub(super) fn shown(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .map(|item| match item {
            Item::Run(step) => format!("+ {} ({})", step.tool_name(), step.why),
            Item::Not(not) => {
                let mark = if not.meaning == super::Meaning::Error {
                    '!'
                } else {
                    '-'
                };
                format!("{mark} {}: {}", not.tool, not.reason)
            }
        })
        .collect()
}
