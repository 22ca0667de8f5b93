//! The plan of a gate, as data.

use std::path::PathBuf;
use std::time::Duration;

use crate::bench::aim::Course;
use crate::bench::engine::available::{Programs, Wanted as WantedEngine};
use crate::bench::load::Target;
use crate::bench::requirements::Requirement;
use crate::bench::rounds::Counting;
use crate::context7::Server;
use crate::integration::Needs;
use crate::integration::environment::RunnerAsked;
use crate::model::config::GrepMode;
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::spec::Contract;
use crate::project::git::Since;
use crate::tools::{Mode, OutputFile, Tool};

/// One entry of a plan: something to run, or something that is not run and why.
pub enum Item {
    /// To be run.
    Run(Box<Step>),
    /// Not to be run.
    Not(NotRun),
}

/// Something that a gate looked at and will not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRun {
    /// The tool or rule.
    pub tool: String,
    /// The unit's path; `.` for rules of the whole project.
    pub unit: String,
    /// The unit's language.
    pub language: Option<Language>,
    /// The program that is missing or cannot be executed, as it is looked for; `None` for every other reason.
    pub program: Option<String>,
    /// What this means.
    pub meaning: Meaning,
    /// Why, in one line.
    pub reason: String,
    /// What to do about it, where something can be done.
    pub hint: Option<String>,
}

/// What it means that something is not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It does not apply, or it is optional and cannot be had.
    Skip,
    /// It is needed and cannot be had.
    Error,
    /// The configuration leaves it out on purpose: no loss, not even where nothing may be skipped.
    LeftOut,
}

/// When a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before everything: it asks what changed before the run, and takes no time.
    Look,
    /// First and alone: it rewrites files.
    Rewrite,
    /// Beside the others: it only looks.
    Check,
    /// One after the other, when nothing else runs any more: services are brought up, and tested.
    Serve,
    /// After that and alone: what runs beside it would be measured, too. Services are still up.
    Measure,
    /// At the very end: services are taken down.
    Clear,
}

/// Something to run.
pub struct Step {
    /// Unique within a run, and fit for a file name.
    pub id: String,
    /// The gate that it belongs to.
    pub gate: GateId,
    /// The unit, as an index into the project's units; `None` for rules of the whole project.
    pub unit: Option<usize>,
    /// The unit's path; `.` for rules of the whole project.
    pub unit_path: String,
    /// The unit's language.
    pub language: Option<Language>,
    /// Which tool.
    pub tool: StepTool,
    /// When it runs.
    pub phase: Phase,
    /// What is done.
    pub work: Work,
    /// Whether the step decides over its gate: rules can be optional.
    pub required: bool,
    /// Steps with the same value never run at the same time.
    pub exclusive: Option<String>,
    /// Why it runs, for `sdd gate --plan`.
    pub why: String,
}

/// The tool of a step.
#[derive(Clone, Copy)]
pub enum StepTool {
    /// One that sdd knows: its answer is read.
    Known(&'static dyn Tool),
    /// The project's own command: its exit code is the answer.
    Own,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Work {
    /// Runs a program.
    Command(Box<CommandWork>),
    /// Looks whether a file exists.
    FileExists {
        /// The rule's name.
        rule: String,
        /// The path, relative to the project.
        path: String,
    },
    /// Searches files.
    Grep {
        /// The rule's name.
        rule: String,
        /// The regular expression.
        pattern: regex::bytes::Regex,
        /// A file, directory or glob, relative to the project.
        files: String,
        /// What is demanded.
        mode: GrepMode,
    },
    /// Asks git what changed.
    Changes(Box<ChangesWork>),
    /// Asks a Context7 server about libraries.
    Libraries(Box<LibrariesWork>),
    /// Checks a contract against the one before it.
    Contract(Box<ContractWork>),
    /// Measures a service under load.
    Benchmark(Box<BenchmarkWork>),
    /// Looks whether everything is there that integration tests need.
    Environment(Box<EnvironmentWork>),
    /// Brings services up.
    Services(Box<ServicesWork>),
    /// Loads test data.
    Fixture(Box<FixtureWork>),
    /// Takes services down.
    Teardown,
    /// Looks for documents of integration tests.
    Documents(Box<DocumentsWork>),
    /// Looks at what a deployment has left.
    Deployment(Box<DeploymentWork>),
    /// Runs nothing: what is judged is at hand.
    AtHand {
        /// What the step is called.
        what: String,
    },
}

/// A question about the libraries in use.
#[derive(Clone, Debug)]
pub struct LibrariesWork {
    /// Who is asked.
    pub server: Server,
    /// The libraries that matter; empty: all.
    pub important: Vec<String>,
    /// The time that the server may take.
    pub timeout: Duration,
}

/// A look at an interface description.
#[derive(Clone, Debug)]
pub struct ContractWork {
    /// What the work item says of it.
    pub contract: Contract,
    /// Git, absolute; `None` where it is not installed.
    pub git: Option<PathBuf>,
}

/// A measurement of a service.
#[derive(Clone, Debug)]
pub struct BenchmarkWork {
    /// The work item, under whose name results are kept.
    pub work_item: String,
    /// The number of the session.
    pub session: u32,
    /// Who is asked.
    pub target: Target,
    /// What an integration test needs, where it needs services.
    pub needs: Option<Needs>,
    /// How hard and for how long.
    pub course: Course,
    /// Which rounds count.
    pub counting: Counting,
    /// What must be reached.
    pub requirements: Vec<Requirement>,
    /// The change against the baseline that matters, as a share.
    pub threshold: f64,
    /// What makes the load.
    pub engine: WantedEngine,
    /// Where the programs of engines are.
    pub programs: Programs,
    /// Git, absolute; `None` where it is not installed.
    pub git: Option<PathBuf>,
    /// The time that it may take.
    pub limit: Duration,
}

/// A look at what integration tests need.
#[derive(Clone, Debug)]
pub struct EnvironmentWork {
    /// What they need.
    pub needs: Needs,
    /// The test runners that need something beside themselves.
    pub runners: Vec<RunnerAsked>,
}

/// Services that are brought up.
#[derive(Clone, Debug)]
pub struct ServicesWork {
    /// What is needed of them.
    pub needs: Needs,
}

/// Test data that is loaded.
#[derive(Clone, Debug)]
pub struct FixtureWork {
    /// The file, relative to the project, or a glob of files.
    pub path: String,
    /// Python, absolute, where it is installed.
    pub python: Option<PathBuf>,
    /// bash or sh, absolute, where it is installed.
    pub shell: Option<PathBuf>,
    /// The time that each file may take.
    pub timeout: Duration,
}

/// A look at what a deployment has left.
#[derive(Clone, Debug)]
pub struct DeploymentWork {
    /// The work item.
    pub work_item: String,
    /// Where its spec is, relative to the project; `None`: at the usual place.
    pub spec_file: Option<String>,
    /// git, where it is installed.
    pub git: Option<PathBuf>,
}

/// A look for documents of integration tests.
#[derive(Clone, Debug)]
pub struct DocumentsWork {
    /// The work item.
    pub work_item: String,
    /// Its spec, relative to the project.
    pub spec_file: Option<String>,
    /// The files of its contracts, relative to the project.
    pub contracts: Vec<String>,
    /// Who is measured; `None` where the spec does not say it.
    pub target: Option<Target>,
}

/// A look at what changed, for something that must have been.
#[derive(Clone, Debug)]
pub struct ChangesWork {
    /// What the step is called.
    pub rule: String,
    /// Git, absolute.
    pub git: PathBuf,
    /// Since when changes count.
    pub since: Since,
    /// The time that one call of git may take.
    pub timeout: Duration,
    /// What must have been changed.
    pub wanted: Wanted,
    /// The directories, relative to the project, in which it may stand.
    pub places: Vec<String>,
}

/// What must have been changed.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A changelog.
    Changelog,
    /// A README.
    Readme,
    /// A file that a glob names.
    File(globset::GlobMatcher),
}

/// A program to run and what it leaves behind.
#[derive(Clone, Debug)]
pub struct CommandWork {
    /// What the step is called when it is not a known tool: the program's name or the rule's.
    pub label: String,
    /// The program, absolute.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// The directory that it runs in.
    pub cwd: PathBuf,
    /// Variables set for it.
    pub env: Vec<(String, String)>,
    /// The time that it may take.
    pub timeout: Duration,
    /// The directory for its files, absolute.
    pub out: PathBuf,
    /// Files to write before it runs: name in `out`, and content.
    pub inputs: Vec<(String, String)>,
    /// Files that it will write.
    pub outputs: Vec<OutputFile>,
    /// Files of the project that are read with them, however old they are.
    pub reads: Vec<OutputFile>,
    /// Whether all of its stdout is read.
    pub reads_stdout: bool,
    /// The report that stdout is, for commands of the project's own.
    pub stdout_key: Option<&'static str>,
    /// The mode that it runs in.
    pub mode: Mode,
    /// Whether coverage was asked for.
    pub coverage: bool,
}

impl Step {
    /// What the step is called in reports.
    pub fn tool_name(&self) -> String {
        match (&self.tool, &self.work) {
            (StepTool::Known(tool), _) => tool.id().to_owned(),
            (StepTool::Own, Work::Command(command)) => command.label.clone(),
            (StepTool::Own, Work::FileExists { rule, .. } | Work::Grep { rule, .. }) => rule.clone(),
            (StepTool::Own, Work::Changes(work)) => work.rule.clone(),
            (StepTool::Own, Work::Libraries(_)) => "context7".to_owned(),
            (StepTool::Own, Work::Contract(work)) => {
                let file = work.contract.contract_file.as_deref();
                file.unwrap_or("contract").to_owned()
            }
            (StepTool::Own, Work::Benchmark(_)) => super::benchmark::NAME.to_owned(),
            (StepTool::Own, Work::Environment(_)) => super::environment::NAME.to_owned(),
            (StepTool::Own, Work::Services(_)) => super::integration::SERVICES.to_owned(),
            (StepTool::Own, Work::Fixture(work)) => work.path.clone(),
            (StepTool::Own, Work::Teardown) => super::integration::TEARDOWN.to_owned(),
            (StepTool::Own, Work::Documents(_)) => super::integration_documentation::NAME.to_owned(),
            (StepTool::Own, Work::Deployment(_)) => super::deployment::NAME.to_owned(),
            (StepTool::Own, Work::AtHand { what }) => what.clone(),
        }
    }

    /// The command as words, for plans and reports; empty where nothing is started.
    pub fn command_words(&self) -> Vec<String> {
        let line = |program: &PathBuf, args: &[String]| {
            let program = std::iter::once(program.to_string_lossy().into_owned());
            program.chain(args.iter().cloned()).collect()
        };
        match &self.work {
            Work::Command(command) => line(&command.program, &command.args),
            Work::Libraries(work) => match &work.server {
                Server::Command { program, args } => line(program, args),
                Server::Url(_) => Vec::new(),
            },
            Work::FileExists { .. }
            | Work::Grep { .. }
            | Work::Changes(_)
            | Work::Contract(_)
            | Work::Benchmark(_)
            | Work::Environment(_)
            | Work::Services(_)
            | Work::Fixture(_)
            | Work::Teardown
            | Work::Documents(_)
            | Work::Deployment(_)
            | Work::AtHand { .. } => Vec::new(),
        }
    }
}
