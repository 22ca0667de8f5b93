//! `sdd demo`: a small real project, a green run and a red one, with real tools.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::context::Cx;
use super::error::CommandError;
use super::{complete, init};
use crate::model::exit::Exit;
use crate::process::find::Found;
use crate::process::redact::Redactor;
use crate::process::{End, Invocation, Runner, System, guard, signals};
use crate::store::{Overwrite, Store};

/// Try sdd on a small real project: one green and one red run.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd demo            in a new directory sdd-demo
  sdd demo /tmp/x     in a new directory of your choice")]
pub struct Args {
    /// The directory to make; it must not exist, or be empty
    #[arg(value_name = "DIR", default_value = "sdd-demo", value_hint = clap::ValueHint::DirPath)]
    directory: PathBuf,
}

/// What pip installs for the demo.
const PACKAGES: [&str; 5] = ["pytest", "pytest-cov", "ruff", "bandit", "pip-audit"];

/// How long making the environment and installing may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// The files of the demo project, and those that are laid over it for the red run. A test walks the templates.
const GREEN: &[(&str, &str)] = &[
    (".gitignore", include_str!("../../templates/demo/.gitignore")),
    ("README.md", include_str!("../../templates/demo/README.md")),
    (
        "pyproject.toml",
        include_str!("../../templates/demo/pyproject.toml"),
    ),
    (
        "requirements.txt",
        include_str!("../../templates/demo/requirements.txt"),
    ),
    (
        "linkshelf/__init__.py",
        include_str!("../../templates/demo/linkshelf/__init__.py"),
    ),
    (
        "linkshelf/__main__.py",
        include_str!("../../templates/demo/linkshelf/__main__.py"),
    ),
    (
        "linkshelf/codes.py",
        include_str!("../../templates/demo/linkshelf/codes.py"),
    ),
    (
        "linkshelf/server.py",
        include_str!("../../templates/demo/linkshelf/server.py"),
    ),
    (
        "linkshelf/shelf.py",
        include_str!("../../templates/demo/linkshelf/shelf.py"),
    ),
    (
        "tests/test_codes.py",
        include_str!("../../templates/demo/tests/test_codes.py"),
    ),
    (
        "tests/test_server.py",
        include_str!("../../templates/demo/tests/test_server.py"),
    ),
    (
        "tests/test_shelf.py",
        include_str!("../../templates/demo/tests/test_shelf.py"),
    ),
];
const RED: &[(&str, &str)] = &[
    (
        "linkshelf/codes.py",
        include_str!("../../templates/demo-broken/linkshelf/codes.py"),
    ),
    (
        "linkshelf/export.py",
        include_str!("../../templates/demo-broken/linkshelf/export.py"),
    ),
];

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    if !cx.global.output.is_empty() {
        return Err(
            CommandError::usage("the demo writes several reports, and --output is for one")
                .hint("the project of the demo stays: run sdd complete --output FILE there")
                .into(),
        );
    }
    let root = make_directory(&cx.start.join(&args.directory))?;
    let store = Store::create(&root)?;
    lay(&store, GREEN)?;
    cx.ui
        .status(&format!("a small Python service is in {}", root.display()));
    make_environment(cx, &root)?;
    cx.start.clone_from(&root);

    cx.ui.status("\n$ sdd init");
    init::run(&init::Args::plain(), cx)?;
    cx.ui.status("\n$ sdd complete");
    let green = complete::run(&complete::Args::plain(), cx)?;
    if cx.cancel.is_requested() {
        return Ok(green);
    }
    cx.ui
        .status("\nnow the same project with untested code, lint findings and an insecure call");
    lay(&store, RED)?;
    cx.ui.status("\n$ sdd complete");
    let red = complete::run(&complete::Args::plain(), cx)?;
    if cx.cancel.is_requested() {
        return Ok(red);
    }
    cx.ui.status(&format!(
        "\nthe project stays in {}: look around, mend it, run sdd complete there",
        root.display()
    ));
    match (green, red) {
        (Exit::Ok, Exit::Failed) => Ok(Exit::Ok),
        (green, red) => Err(CommandError::no_verdict(format!(
            "the demo should give one green and one red run (exit codes 0 and 1), and gave {} and {}",
            green.code(),
            red.code()
        ))
        .hint("the reports above say which gate had no answer, and why")
        .into()),
    }
}

/// Makes the directory; one with something in it is left alone.
fn make_directory(path: &Path) -> anyhow::Result<PathBuf> {
    let occupied = std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        let what = format!("{} is not empty", path.display());
        return Err(CommandError::usage(what)
            .hint("name a new directory: sdd demo DIR")
            .into());
    }
    std::fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
    std::fs::canonicalize(path).with_context(|| format!("cannot enter {}", path.display()))
}

fn lay(store: &Store, files: &[(&str, &str)]) -> anyhow::Result<()> {
    for (path, content) in files {
        store.write(path, content.as_bytes(), Overwrite::Replace)?;
    }
    Ok(())
}

/// Makes a virtual environment and installs the tools into it.
fn make_environment(cx: &mut Cx, root: &Path) -> anyhow::Result<()> {
    let finder = super::pipeline::finder(cx, root);
    let Found::At(python) = finder.find("python3", &[], root) else {
        return Err(CommandError::no_verdict("python3 is not installed")
            .hint("the demo project is a Python service: install Python 3.10 or newer")
            .into());
    };
    let env = cx.environment.for_tools(&[], "demo");
    let redactor = Arc::new(Redactor::new(&cx.environment, &[]));
    let runner = System::new(env, "demo", cx.cancel.clone(), redactor).with_guard(guard::own_program()?);
    let say = |cx: &mut Cx, text: String| cx.ui.status(&text);
    say(cx, "making a virtual environment".to_owned());
    let venv = Invocation::new(&python, root, PATIENCE).args(["-m", "venv", ".venv"]);
    must_succeed(
        &runner,
        &venv,
        "install the package that brings Python's venv (Debian: apt install python3-venv)",
    )?;
    say(cx, format!("installing {} with pip", PACKAGES.join(", ")));
    let pip = Invocation::new(root.join(".venv/bin/python"), root, PATIENCE)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES);
    must_succeed(&runner, &pip, "pip needs a package index that it can reach")
}

fn must_succeed(runner: &dyn Runner, invocation: &Invocation, hint: &str) -> anyhow::Result<()> {
    let command = invocation.words().join(" ");
    let outcome = runner
        .run(invocation)
        .with_context(|| format!("cannot run {command}"))?;
    let why = match outcome.end {
        End::Code(0) => return Ok(()),
        End::Code(code) => format!("ended with exit code {code}"),
        End::Signal(signal) => format!("was killed by {}", signals::name(signal)),
        End::TimedOut => "took too long".to_owned(),
        End::Cancelled => "was cancelled".to_owned(),
    };
    let said = crate::model::text::message(&outcome.stderr.bytes());
    let last = said.lines().last().unwrap_or("").to_owned();
    Err(CommandError::no_verdict(format!("{command} {why}: {last}"))
        .hint(hint)
        .into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    fn below(dir: &Path, base: &Path, out: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, base, out);
            } else {
                out.insert(path.strip_prefix(base).unwrap().to_string_lossy().into_owned());
            }
        }
    }

    #[track_caller]
    fn check(folder: &str, embedded: &[(&str, &str)]) {
        let base = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("templates")
            .join(folder);
        let mut files = BTreeSet::new();
        below(&base, &base, &mut files);
        files.retain(|file| !file.contains("__pycache__"));
        assert_eq!(
            files,
            embedded.iter().map(|(path, _)| (*path).to_owned()).collect()
        );
    }

    #[test]
    fn every_file_of_the_templates_is_embedded() {
        check("demo", super::GREEN);
        check("demo-broken", super::RED);
    }
}
