//! Gates that look at the work: what changed, what the work item says, which libraries are used.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests themselves"
)]

mod custom;
mod documentation;
mod spec;

use std::collections::BTreeMap;
use std::sync::Arc;

use sdd::engine::{self, Event, Job, Observer, OnFailure, Plan};
use sdd::gates::{Context, Fixing, Strictness};
use sdd::model::config::load;
use sdd::model::gate_id::GateId;
use sdd::model::report::GateReport;
use sdd::model::session::ActiveWork;
use sdd::model::work_item::{Priority, Status, WorkItem, WorkItemType};
use sdd::process::environment::Environment;
use sdd::process::find::Finder;
use sdd::process::redact::Redactor;
use sdd::process::{Cancel, System};
use sdd::project::detect;
use serde_json::Value;

use crate::support::Sandbox;

/// A session on the bug `bug_x`, of which the file says this, begun on a commit.
fn work(raw: Value, base: Option<&str>) -> ActiveWork {
    let rules = raw.get("validation_rules").cloned();
    ActiveWork {
        item: WorkItem {
            id: "bug_x".to_owned(),
            kind: WorkItemType::Bug,
            title: "X".to_owned(),
            status: Status::InProgress,
            priority: Priority::High,
            urgent: false,
            dependencies: Vec::new(),
            milestone: None,
            spec_file: Some(".session/specs/bug_x.md".to_owned()),
            created_at: None,
            sessions: Vec::new(),
            validation_rules: rules.map_or_else(Vec::new, |rules| serde_json::from_value(rules).unwrap()),
            raw,
        },
        spec: None,
        session: 1,
        base_commit: base.map(str::to_owned),
    }
}

struct Nobody;

impl Observer for Nobody {
    fn event(&self, _: &Event<'_>) {}
}

/// Plans, runs and judges one gate of a project, for this work, with the programs of the sandbox.
fn judged(sandbox: &Sandbox, gate: GateId, work: Option<&ActiveWork>) -> GateReport {
    let root = sandbox.project().canonicalize().unwrap();
    let config = load::parse("config.json", &sandbox.read(".session/config.json"))
        .unwrap()
        .config;
    let project = detect::configured(&root, &detect::Look::of(&config), None).unwrap();
    let path = sandbox.beside("bin").into_os_string();
    let finder = Finder::new(Some(&path), &root, None);
    let programs = engine::find_programs(&config, &project, work, &finder, None);
    let out = tempfile::tempdir().unwrap();
    let cx = Context {
        config: &config,
        project: &project,
        programs: &programs,
        out: out.path(),
        fixing: Fixing::Off,
        workers: 1,
        demanded: &[],
        strictness: Strictness::Normal,
        work,
    };
    let home = sandbox.beside("home").into_os_string();
    let env: Environment = [("PATH".into(), path.clone()), ("HOME".into(), home)]
        .into_iter()
        .collect();
    let (cancel, redactor) = (Cancel::new(), Arc::new(Redactor::default()));
    let runner = System::new(
        env.for_tools(&[], "it"),
        "it",
        cancel.clone(),
        Arc::clone(&redactor),
    );
    let ran = engine::run(
        &Plan::make(&cx, &[gate]),
        &Job {
            cx,
            runner: &runner,
            containers: engine::Containers::none(&runner),
            accept: None,
            cancel: &cancel,
            redactor: &redactor,
            observer: &Nobody,
            jobs: 2,
            own_files: &[],
            on_failure: OnFailure::KeepGoing,
            sdd: "sdd",
            again: None,
            out_shown: "OUT",
            history: &BTreeMap::new(),
            today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
            versions: &engine::VersionCache::new(),
        },
    );
    ran.gates.into_iter().next().unwrap()
}
