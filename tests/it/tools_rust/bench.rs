//! A package in a sandbox, and one tool run on it.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use sdd::project::UnitFacts;
use sdd::tools::{self, Answer, Applies, Ask, FileState, Mode, Reading, Tool, ToolRun};

use crate::support::Sandbox;

/// A sandbox with a package that has this library.
pub fn package(library: &str) -> Sandbox {
    Sandbox::new()
        .rust()
        .file(
            "Cargo.toml",
            "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        )
        .file("src/lib.rs", library)
}

/// One run of a tool.
pub struct Run<'a> {
    sandbox: &'a Sandbox,
    tool: &'static dyn Tool,
    args: Vec<String>,
    configured: bool,
    mode: Mode,
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

    /// What the tool says of the package before it is run.
    pub fn applies(&self) -> Applies {
        self.tool.applies(&facts(self.sandbox))
    }

    /// Runs the tool and reads what it answered.
    #[track_caller]
    #[expect(clippy::disallowed_methods, reason = "a test's own files are no state")]
    pub fn read(&self) -> Reading {
        let program = self.program();
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
                coverage: false,
                wrappers: &[],
                workers: 2,
            })
            .unwrap();
        for (name, content) in &prepared.inputs {
            std::fs::write(out.join(name), content).unwrap();
        }
        let mut command = self.sandbox.command(&program);
        command
            .args(&self.tool.words()[1..])
            .args(&prepared.args)
            .envs(prepared.env.iter().map(|(name, value)| (name, value)))
            .env("CARGO_TARGET_DIR", self.sandbox.beside("target"));
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
                coverage: false,
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

    /// The program, which must be there with the subcommand that the tool is.
    #[track_caller]
    fn program(&self) -> PathBuf {
        let bin = self.sandbox.beside("bin");
        let mut command = self.sandbox.command(&bin.join("cargo"));
        command.args(self.tool.version_args());
        assert!(
            bin.join("cargo").exists() && self.sandbox.start_command(command).wait().code() == Some(0),
            "{} is not installed: run tests/run once, it installs what tests need",
            self.tool.id()
        );
        bin.join("cargo")
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
