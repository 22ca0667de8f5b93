//! A project in a sandbox, and one tool run on it.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::BTreeMap;

use sdd::project::UnitFacts;
use sdd::tools::{self, Answer, Applies, Ask, FileState, Mode, Reading, Tool, ToolRun};

use crate::support::Sandbox;

/// A sandbox with a Python project of these files and the pinned tools.
pub fn project(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new().venv().file(
        "pyproject.toml",
        "[project]\nname = \"sample\"\nversion = \"0.1.0\"\n",
    );
    files
        .iter()
        .fold(sandbox, |sandbox, (name, text)| sandbox.file(name, text))
}

/// One run of a tool.
pub struct Run<'a> {
    sandbox: &'a Sandbox,
    tool: &'static dyn Tool,
    args: Vec<String>,
    configured: bool,
    mode: Mode,
    coverage: bool,
}

impl<'a> Run<'a> {
    /// A run with the tool's default arguments.
    pub fn new(sandbox: &'a Sandbox, id: &str) -> Self {
        let tool = tools::by_id(id).unwrap();
        Self {
            sandbox,
            tool,
            args: tool.default_args().iter().map(|arg| (*arg).to_owned()).collect(),
            configured: false,
            mode: Mode::Check,
            coverage: false,
        }
    }

    /// With arguments of the project's own.
    pub fn args(mut self, args: &[&str]) -> Self {
        self.args = args.iter().map(|arg| (*arg).to_owned()).collect();
        self.configured = true;
        self
    }

    /// Where files may change.
    pub fn fixing(mut self) -> Self {
        self.mode = Mode::Fix;
        self
    }

    /// With coverage.
    pub fn coverage(mut self) -> Self {
        self.coverage = true;
        self
    }

    /// What the tool says of the project before it is run.
    pub fn applies(&self) -> Applies {
        self.tool.applies(&facts(self.sandbox))
    }

    /// Runs the tool and reads what it answered.
    #[track_caller]
    pub fn read(&self) -> Reading {
        let facts = facts(self.sandbox);
        let out = self.sandbox.beside("out");
        let _old = std::fs::remove_dir_all(&out);
        std::fs::create_dir(&out).unwrap();
        let prepared = self
            .tool
            .prepare(&Ask {
                leave_out: &[],
                root: self.sandbox.project(),
                mode: self.mode,
                args: &self.args,
                configured: self.configured,
                facts: &facts,
                out: &out,
                coverage: self.coverage,
                wrappers: &[],
                workers: 2,
            })
            .unwrap();
        assert_eq!(prepared.inputs, []);
        let program = self.sandbox.path(".venv/bin").join(self.tool.words()[0]);
        assert!(
            program.exists(),
            "{} is not installed: run tests/run once, it installs what tests need",
            self.tool.id()
        );
        let mut command = self.sandbox.command(&program);
        command
            .args(&self.tool.words()[1..])
            .args(&prepared.args)
            .envs(prepared.env.iter().map(|(name, value)| (name, value)));
        let answer = self.sandbox.start_command(command).wait();
        let outputs: BTreeMap<&'static str, FileState> = prepared
            .outputs
            .iter()
            .map(|output| {
                let state = std::fs::read(&output.path).map_or(FileState::Missing, FileState::Fresh);
                (output.key, state)
            })
            .collect();
        tools::read(
            self.tool,
            &ToolRun {
                exit: answer.code().unwrap(),
                stdout: answer.stdout.as_bytes(),
                stderr: answer.stderr.as_bytes(),
                outputs: &outputs,
                facts: &facts,
                coverage: self.coverage,
                mode: self.mode,
                args: &[],
            },
        )
    }

    /// Runs the tool, which must come to an answer.
    #[track_caller]
    pub fn answer(&self) -> Answer {
        match self.read() {
            Reading::Answer(answer) => *answer,
            other => panic!("no answer: {other:?}"),
        }
    }
}

#[track_caller]
fn facts(sandbox: &Sandbox) -> UnitFacts {
    let root = std::fs::canonicalize(sandbox.project()).unwrap();
    let project = sdd::project::detect::project(&root, &[], None).unwrap();
    let [facts] = project.units.as_slice() else {
        panic!("one unit was expected: {:?}", project.units);
    };
    facts.clone()
}

/// The findings as `rule path:line`, in order.
pub fn places(answer: &Answer) -> Vec<String> {
    answer
        .findings
        .iter()
        .map(|finding| {
            let path = finding.path.as_deref().unwrap_or("-");
            let line = finding.line.map_or_else(String::new, |line| format!(":{line}"));
            format!("{} {path}{line}", finding.rule)
        })
        .collect()
}
