//! A plan: what would be run, from which commit, by which settings. Its id is the hash of what it says, so that nothing of
//! it can change unseen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::procedure::{Note, Procedure, Step, Test, Trigger, Work};
use crate::model::config::{Deployment, ResolvedTarget};

/// The version of the form.
pub const SCHEMA_VERSION: u32 = 1;
/// The kind of the document.
pub const KIND: &str = "deployment_plan";

/// What would be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of the form.
    pub schema_version: u32,
    /// Always [`KIND`].
    pub kind: String,
    /// Where to.
    pub environment: String,
    /// The work item.
    pub work_item: String,
    /// The file of its spec.
    pub spec_file: String,
    /// The hash of that file.
    pub spec_sha256: String,
    /// The commit that is deployed; absent outside of a repository, and before the first commit.
    pub commit: Option<String>,
    /// Whether the work tree differs from it.
    pub dirty: bool,
    /// A digest of the work tree, where it can be told by its content.
    pub tree: Option<String>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// The steps of the way back.
    pub rollback: Vec<Step>,
    /// The hash of the way back: of its steps, and of which step is taken back by which.
    pub rollback_sha256: String,
    /// What is tried afterwards.
    pub smoke_tests: Vec<Test>,
    /// When to go back.
    pub triggers: Vec<Trigger>,
    /// The names of the variables that must be set.
    pub variables: Vec<String>,
    /// What nobody checks.
    pub notes: Vec<Note>,
    /// How long the way back takes by the spec, in milliseconds.
    pub rollback_time_ms: Option<u64>,
    /// The settings that it is run by.
    pub settings: Value,
    /// Versions of the programs that run the steps.
    pub tools: BTreeMap<String, String>,
}

/// What the plan is made of beside the procedure.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Where to.
    pub environment: String,
    /// The work item.
    pub work_item: String,
    /// The file of its spec.
    pub spec_file: String,
    /// The hash of that file.
    pub spec_sha256: String,
    /// The commit.
    pub commit: Option<String>,
    /// Whether the work tree differs from it.
    pub dirty: bool,
    /// A digest of the work tree.
    pub tree: Option<String>,
    /// Versions of programs.
    pub tools: BTreeMap<String, String>,
}

impl Plan {
    /// The plan of a procedure.
    pub fn new(procedure: &Procedure, facts: Facts, settings: &Deployment, target: &ResolvedTarget) -> Self {
        let mut variables: Vec<String> = procedure.variables.clone();
        for script in scripts(&procedure.steps).chain(scripts(&procedure.rollback)) {
            variables.extend(script.env.iter().cloned());
        }
        variables.sort_unstable();
        variables.dedup();
        Self {
            schema_version: SCHEMA_VERSION,
            kind: KIND.to_owned(),
            environment: facts.environment,
            work_item: facts.work_item,
            spec_file: facts.spec_file,
            spec_sha256: facts.spec_sha256,
            commit: facts.commit,
            dirty: facts.dirty,
            tree: facts.tree,
            rollback_sha256: rollback_hash(&procedure.steps, &procedure.rollback),
            steps: procedure.steps.clone(),
            rollback: procedure.rollback.clone(),
            smoke_tests: procedure.tests.clone(),
            triggers: procedure.triggers.clone(),
            variables,
            notes: procedure.notes.clone(),
            rollback_time_ms: procedure.rollback_time_ms,
            settings: serde_json::json!({
                "pre_deployment_checks": settings.pre_deployment_checks,
                "smoke_tests": settings.smoke_tests,
                "observation": settings.observation,
                "rollback": settings.rollback,
                "environment": target.said,
                "auto_deploy": target.auto_deploy,
                "require_approval": target.require_approval,
            }),
            tools: facts.tools,
        }
    }

    /// The plan's id.
    pub fn id(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        super::sha256(canonical(&value).as_bytes())
    }

    /// A step, or a step of the way back, by its id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().chain(&self.rollback).find(|step| step.id == id)
    }

    /// The step of the way back that takes a step back.
    pub fn undo_of(&self, id: &str) -> Option<&str> {
        let step = self.steps.iter().find(|step| step.id == id)?;
        match &step.work {
            Work::Script(script) => script.undo.as_deref(),
            Work::Manual => None,
        }
    }

    /// Whether any step names the rollback step that takes it back.
    pub fn goes_by_step(&self) -> bool {
        scripts(&self.steps).any(|script| script.undo.is_some())
    }

    /// Whether a step of the way back is one that no step names: it belongs to every way back.
    pub fn is_common(&self, rollback: &str) -> bool {
        !scripts(&self.steps).any(|script| script.undo.as_deref() == Some(rollback))
    }

    /// What takes these steps back, in the order in which it is to be done: the `undo` of each, the last first, and the
    /// rollback steps that no step names, in the order in which they are written. Each of these comes as soon as all that is
    /// written before it was done. Where no step names one, that is the way back as it is written. Where nothing was done there
    /// is nothing to take back.
    pub fn way_back(&self, done: &[String]) -> Vec<String> {
        if done.is_empty() {
            return Vec::new();
        }
        let mut undo: Vec<&str> = Vec::new();
        for id in done.iter().rev() {
            if let Some(way) = self.undo_of(id)
                && !undo.contains(&way)
            {
                undo.push(way);
            }
        }
        let mut way: Vec<&str> = Vec::new();
        let mut open = undo.into_iter();
        for (at, step) in self.rollback.iter().enumerate() {
            if !self.is_common(&step.id) {
                continue;
            }
            let before: Vec<&str> = self.rollback[..at].iter().map(|step| step.id.as_str()).collect();
            while open.as_slice().iter().any(|id| before.contains(id)) {
                way.extend(open.next());
            }
            way.push(&step.id);
        }
        way.extend(open);
        way.into_iter().map(str::to_owned).collect()
    }

    /// Those of these steps that no rollback step takes back. Where no step names one, the way back as it is written is that of
    /// all of them.
    pub fn without_undo(&self, done: &[String]) -> Vec<String> {
        if !self.goes_by_step() {
            return Vec::new();
        }
        done.iter()
            .filter(|id| self.undo_of(id).is_none())
            .cloned()
            .collect()
    }

    /// What differs from another plan, one line each; none where they are the same.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let short = |commit: &Option<String>| match commit {
            Some(commit) => commit.chars().take(12).collect(),
            None => "none".to_owned(),
        };
        if self.commit != now.commit {
            lines.push(format!(
                "the commit: {} when it was planned, {} now",
                short(&self.commit),
                short(&now.commit)
            ));
        }
        if self.spec_sha256 != now.spec_sha256 {
            lines.push(format!("the spec {}", self.spec_file));
        }
        for (what, before, after) in [
            ("step", &self.steps, &now.steps),
            ("rollback step", &self.rollback, &now.rollback),
        ] {
            let changed = |step: &&Step| {
                let other = after.iter().find(|other| other.id == step.id);
                other.is_none_or(|other| (&other.work, &other.text) != (&step.work, &step.text))
            };
            let ids: Vec<&str> = before
                .iter()
                .filter(changed)
                .map(|step| step.id.as_str())
                .collect();
            if !ids.is_empty() {
                lines.push(format!("the {what} {}", ids.join(", ")));
            }
            let is_new = |step: &&Step| !before.iter().any(|other| other.id == step.id);
            let ids: Vec<&str> = after.iter().filter(is_new).map(|step| step.id.as_str()).collect();
            if !ids.is_empty() {
                lines.push(format!("the new {what} {}", ids.join(", ")));
            }
        }
        if self.smoke_tests != now.smoke_tests {
            lines.push("the smoke tests".to_owned());
        }
        if self.settings != now.settings {
            lines.push("the settings of the deployment".to_owned());
        }
        if self.commit == now.commit && self.tree != now.tree {
            lines.push("files of the work tree".to_owned());
        }
        if self.tools != now.tools {
            lines.push("the programs that run the steps".to_owned());
        }
        if lines.is_empty() && self != now {
            lines.push("something else that the plan says".to_owned());
        }
        lines
    }
}

fn scripts(steps: &[Step]) -> impl Iterator<Item = &super::procedure::Script> {
    steps.iter().filter_map(|step| match &step.work {
        Work::Script(script) => Some(script),
        Work::Manual => None,
    })
}

fn rollback_hash(steps: &[Step], rollback: &[Step]) -> String {
    let undo: Vec<(&str, &str)> = steps
        .iter()
        .filter_map(|step| match &step.work {
            Work::Script(script) => Some((step.id.as_str(), script.undo.as_deref()?)),
            Work::Manual => None,
        })
        .collect();
    let back: Vec<(&str, &str, &Work)> = rollback
        .iter()
        .map(|step| (step.id.as_str(), step.text.as_str(), &step.work))
        .collect();
    let value = serde_json::json!({"undo": undo, "rollback": back});
    super::sha256(canonical(&value).as_bytes())
}

/// JSON with sorted keys and without blanks, so that what says the same is the same.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            out.push('{');
            for (index, (name, field)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                write(field, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
pub mod testing {
    //! Plans for tests of what is decided by them.

    use super::*;
    use crate::deploy::procedure::{Script, Shell, Stage};

    /// A step of sdd's with or without an undo.
    pub fn script(id: &str, undo: Option<&str>) -> Step {
        Step {
            id: id.to_owned(),
            stage: Stage::Step,
            text: id.to_owned(),
            line: 1,
            work: Work::Script(Script {
                shell: Shell::Bash,
                body: "true\n".to_owned(),
                timeout_ms: 1000,
                idempotent: id.starts_with("again"),
                undo: undo.map(str::to_owned),
                env: Vec::new(),
                cwd: None,
                expect_exit: vec![0],
            }),
        }
    }

    /// A step of a person's.
    pub fn manual(id: &str) -> Step {
        Step {
            work: Work::Manual,
            ..script(id, None)
        }
    }

    /// A plan of steps and a way back.
    ///
    /// # Panics
    ///
    /// Never: `staging` is always there.
    pub fn plan(steps: Vec<Step>, rollback: Vec<Step>) -> Plan {
        let config = crate::model::config::Config::default();
        let settings = config.deployments();
        let procedure = Procedure {
            environment: "staging".to_owned(),
            steps,
            rollback,
            tests: Vec::new(),
            triggers: Vec::new(),
            variables: Vec::new(),
            rollback_time_ms: None,
            notes: Vec::new(),
        };
        let facts = Facts {
            environment: "staging".to_owned(),
            work_item: "deployment_a".to_owned(),
            spec_file: ".session/specs/deployment_a.md".to_owned(),
            spec_sha256: "0".repeat(64),
            commit: Some("a".repeat(40)),
            dirty: false,
            tree: None,
            tools: BTreeMap::new(),
        };
        Plan::new(&procedure, facts, settings, &settings.target("staging").unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{plan, script};
    use super::*;

    #[test]
    fn an_id_is_of_what_the_plan_says_and_of_nothing_else() {
        let one = plan(vec![script("a", None)], vec![script("b", None)]);
        let text = serde_json::to_string_pretty(&one).unwrap();
        let again: Plan = serde_json::from_str(&text).unwrap();
        assert_eq!(one.id(), again.id());
        let mut other = one.clone();
        other.steps[0].text.push('!');
        assert_ne!(one.id(), other.id());
        assert_eq!(one.differences(&other), ["the step a"]);
        assert_eq!(one.differences(&one), [""; 0]);
        let mut moved = one.clone();
        moved.commit = None;
        moved.dirty = true;
        assert_eq!(
            one.differences(&moved),
            ["the commit: aaaaaaaaaaaa when it was planned, none now"]
        );
        let mut dirty = one.clone();
        dirty.dirty = true;
        assert_eq!(one.differences(&dirty), ["something else that the plan says"]);
    }

    #[test]
    fn keys_are_sorted_and_blanks_left_out() {
        let value = serde_json::json!({"b": [1, {"d": null, "c": "x\n"}], "a": 1.5});
        assert_eq!(canonical(&value), r#"{"a":1.5,"b":[1,{"c":"x\n","d":null}]}"#);
    }

    #[test]
    fn the_way_back_is_the_undo_of_what_was_done() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let by_step = plan(
            vec![
                script("a", Some("ua")),
                script("b", None),
                script("c", Some("uc")),
            ],
            vec![script("ua", None), script("uc", None), script("check", None)],
        );
        assert_eq!(by_step.way_back(&ids(&["a", "b", "c"])), ["uc", "ua", "check"]);
        assert_eq!(by_step.way_back(&ids(&["a", "b"])), ["ua", "check"]);
        assert_eq!(by_step.way_back(&ids(&["b"])), ["check"]);
        assert_eq!(by_step.way_back(&[]), [""; 0]);
        assert_eq!(by_step.without_undo(&ids(&["a", "b", "c"])), ["b"]);
        let as_written = plan(
            vec![script("a", None)],
            vec![script("x", None), script("y", None)],
        );
        assert_eq!(as_written.way_back(&ids(&["a"])), ["x", "y"]);
        assert_eq!(as_written.way_back(&[]), [""; 0]);
        assert_eq!(as_written.without_undo(&ids(&["a"])), [""; 0]);
    }

    #[test]
    fn a_rollback_step_that_no_step_names_runs_where_it_is_written() {
        #[track_caller]
        fn check(rollback: &[&str], done: &[&str], expect: &[&str]) {
            let steps = vec![
                script("a", Some("ua")),
                script("b", None),
                script("c", Some("uc")),
            ];
            let rollback = rollback.iter().map(|id| script(id, None)).collect();
            let done: Vec<String> = done.iter().map(|id| (*id).to_owned()).collect();
            assert_eq!(plan(steps, rollback).way_back(&done), expect);
        }
        let all = ["a", "b", "c"];
        check(&["stop", "uc", "ua", "go"], &all, &["stop", "uc", "ua", "go"]);
        check(&["stop", "uc", "look", "ua"], &all, &["stop", "uc", "look", "ua"]);
        // What was done first is taken back last, however it is written.
        check(
            &["stop", "ua", "look", "uc", "go"],
            &all,
            &["stop", "uc", "ua", "look", "go"],
        );
        check(&["stop", "uc", "look", "ua"], &["a"], &["stop", "look", "ua"]);
        check(&["stop", "uc", "ua"], &["b"], &["stop"]);
    }
}
