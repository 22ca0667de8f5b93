//! What is known of a project and its units, read once before anything is planned.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::language::Language;
use crate::model::unit::Unit;

use super::node::NodeFacts;
use super::tracked::Tracked;

/// A project: a root directory and what was found in it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The root, absolute and without links.
    pub root: PathBuf,
    /// The units, sorted by path and then language.
    pub units: Vec<UnitFacts>,
    /// What could not be read or understood, and what no gate looks at, one line each.
    pub warnings: Vec<String>,
    /// Directories in which no units were looked for, `path: reason`, sorted; ignored and hidden ones are not listed.
    pub left_out: Vec<String>,
    /// Whether the directory of integration tests that the configuration names is there, seen from the root.
    pub has_integration: bool,
    /// Files that git tracks although its rules ignore them.
    pub tracked: Tracked,
}

/// A unit and the files that decide how its tools are asked.
#[derive(Clone, Debug)]
pub struct UnitFacts {
    /// The unit.
    pub unit: Unit,
    /// The project's root, absolute.
    pub root: PathBuf,
    /// The unit's directory, absolute.
    pub dir: PathBuf,
    /// Names of the files and directories directly in the unit's directory; of Rust units also
    /// [`NEXTEST_CONFIG`].
    pub entries: BTreeSet<String>,
    /// `pyproject.toml`, `Cargo.toml` or the like, as far as it could be read.
    pub manifest: Option<toml::Table>,
    /// The text of `requirements.txt`, when there is one.
    pub requirements: Option<String>,
    /// The virtual environment of the unit or of the project, absolute: `.venv` or `venv`.
    pub virtualenv: Option<PathBuf>,
    /// The virtual environment's `site-packages`, absolute.
    pub site_packages: Option<PathBuf>,
    /// `package.json`, as far as it could be read.
    pub package: Option<serde_json::Value>,
    /// The lock files ([`LOCK_FILES`]) of the unit's directory and of those above it up to the root, absolute,
    /// nearest first.
    pub locks: Vec<PathBuf>,
    /// Directories of other units of the same language inside of this one, relative to it with `/` between parts,
    /// sorted; those inside of another of them are not listed.
    pub nested: Vec<String>,
    /// Whether the unit has the directory of integration tests in it that the configuration names.
    pub has_integration: bool,
    /// Names of the files and directories in the directories above the unit's up to the root.
    pub above: BTreeSet<String>,
    /// What is known of Python units only.
    pub python: PythonFacts,
    /// What is known of Rust units only.
    pub rust: RustFacts,
    /// What is known of Go units only.
    pub go: GoFacts,
    /// What is known of JavaScript and TypeScript units only.
    pub node: NodeFacts,
}

/// What the Python tools' command lines depend on beside the manifest.
#[derive(Clone, Debug, Default)]
pub struct PythonFacts {
    /// The files that may hold pytest's settings, in the order in which pytest looks: the unit's directory first,
    /// then those above it up to the root; in each by [`PYTEST_SETTINGS`].
    pub pytest: Vec<TextFile>,
    /// Files beside `requirements.txt` and `pyproject.toml` that may declare dependencies, named relative to the
    /// unit, sorted.
    pub dependency_files: Vec<TextFile>,
    /// The files that may hold mypy's settings, in the order in which mypy looks: the unit's directory first, then
    /// those above it up to the root; in each by [`MYPY_SETTINGS`]. Named relative to the unit: `../mypy.ini`.
    pub mypy: Vec<TextFile>,
    /// The files that may hold ruff's settings, in the order in which ruff looks: the unit's directory first, then
    /// those above it up to the root; in each by [`RUFF_SETTINGS`]. Named relative to the unit: `../ruff.toml`.
    pub ruff: Vec<TextFile>,
    /// Virtual environments directly in the unit's directory, by name: what has a `pyvenv.cfg`.
    pub environments: Vec<String>,
    /// Directories directly in the unit's directory that git ignores and in which it tracks no Python file, by name.
    pub ignored: Vec<String>,
    /// Python files of the unit that git tracks although its rules ignore them, relative to the unit, sorted: what a
    /// walk by these rules does not meet. None of units inside of the unit.
    pub unmet: Vec<String>,
}

/// What the Rust tools are asked beside what the manifest says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RustFacts {
    /// The file that turns the lint `missing_docs` on, relative to the project; `None` when none does.
    pub missing_docs: Option<String>,
}

/// What the Go tools' command lines and the places that they name depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoFacts {
    /// The name that `go.mod` gives the module, such as `example.com/api`: names of packages begin with it.
    pub module: Option<String>,
    /// The version of Go that `go.mod` asks for, `(1, 22)`: an older Go does not build the module (since 1.21).
    pub version: Option<(u32, u32)>,
    /// The module's own Go files, relative to the unit with `/` between parts, sorted.
    pub sources: Vec<String>,
}

/// A small file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// Its name; where its place matters, relative to the unit.
    pub name: String,
    /// Its text; `None` when it could not be read.
    pub text: Option<String>,
}

/// The files that pytest takes its settings from. In one directory the first that has some counts.
pub const PYTEST_SETTINGS: [&str; 7] = [
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
];

/// The files that mypy takes its settings from. The first that has some counts.
pub const MYPY_SETTINGS: [&str; 4] = ["mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"];

/// The files that ruff takes its settings from. The first that has some counts.
pub const RUFF_SETTINGS: [&str; 3] = [".ruff.toml", "ruff.toml", "pyproject.toml"];

/// The settings of cargo-nextest, which say that a project uses it.
pub const NEXTEST_CONFIG: &str = ".config/nextest.toml";

/// Files that say which package manager a project is installed with. In one directory the first counts.
pub const LOCK_FILES: [&str; 12] = [
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "Cargo.lock",
    "go.sum",
];

/// What starts Python tools in the environment that a lock file describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PythonRunner {
    /// `uv run`.
    Uv,
    /// `poetry run`.
    Poetry,
}

impl PythonRunner {
    /// The words before the tool: `["uv", "run"]`.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Self::Uv => ["uv", "run"],
            Self::Poetry => ["poetry", "run"],
        }
    }
}

/// `dir` and the directories above it up to `root`, nearest first.
pub(super) fn upwards<'a>(dir: &'a Path, root: &'a Path) -> impl Iterator<Item = &'a Path> {
    dir.ancestors().take_while(move |place| place.starts_with(root))
}

impl UnitFacts {
    /// A unit of which nothing but its place is known.
    pub fn bare(unit: Unit, root: PathBuf, dir: PathBuf) -> Self {
        Self {
            unit,
            root,
            dir,
            entries: BTreeSet::new(),
            manifest: None,
            requirements: None,
            virtualenv: None,
            site_packages: None,
            package: None,
            locks: Vec::new(),
            nested: Vec::new(),
            has_integration: false,
            above: BTreeSet::new(),
            python: PythonFacts::default(),
            rust: RustFacts::default(),
            go: GoFacts::default(),
            node: NodeFacts::default(),
        }
    }

    /// What starts the unit's Python tools: the nearest `uv.lock` or `poetry.lock` says so. `None` for other
    /// languages and without a lock file.
    pub fn runner(&self) -> Option<PythonRunner> {
        if self.unit.language != Language::Python {
            return None;
        }
        self.locks
            .iter()
            .find_map(|lock| match lock.file_name()?.to_str()? {
                "uv.lock" => Some(PythonRunner::Uv),
                "poetry.lock" => Some(PythonRunner::Poetry),
                _ => None,
            })
    }

    /// The nearest lock file of a name.
    pub fn lock(&self, name: &str) -> Option<&Path> {
        self.locks
            .iter()
            .map(PathBuf::as_path)
            .find(|lock| lock.file_name().is_some_and(|found| found == name))
    }

    /// The directories, absolute, in which the unit's tools are looked for before PATH: those of the unit, then of
    /// each directory above it up to the root. They need not exist.
    pub fn tool_places(&self) -> Vec<PathBuf> {
        let names: &[&str] = match self.unit.language {
            Language::Python => &[".venv/bin", "venv/bin"],
            Language::Javascript | Language::Typescript => &["node_modules/.bin"],
            // Tools written in another language may still be installed for the project.
            Language::Rust | Language::Go | Language::Described(_) => {
                &[".venv/bin", "venv/bin", "node_modules/.bin"]
            }
        };
        upwards(&self.dir, &self.root)
            .flat_map(|place| names.iter().map(|name| place.join(name)))
            .collect()
    }

    /// Whether a file or directory of this name stands directly in the unit's directory.
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains(name)
    }

    /// Whether a file or directory of this name stands in the unit's directory or in one above it up to the root.
    pub fn has_up(&self, name: &str) -> bool {
        self.entries.contains(name) || self.above.contains(name)
    }

    /// A script of `package.json`, without white space around it; `None` when there is none or an empty one.
    pub fn script(&self, name: &str) -> Option<&str> {
        let script = self.package.as_ref()?.get("scripts")?.get(name)?.as_str()?.trim();
        (!script.is_empty()).then_some(script)
    }

    /// A path as a tool printed it (absolute, or relative to the unit), relative to the project's root with
    /// `/` between parts. A path outside of the project stays as it is.
    pub fn project_path(&self, printed: &str) -> String {
        let path = Path::new(printed);
        let relative = if path.is_absolute() {
            match path.strip_prefix(&self.root) {
                Ok(inside) => inside.to_string_lossy().into_owned(),
                Err(_) => return printed.to_owned(),
            }
        } else {
            self.unit.to_project(printed)
        };
        relative.replace('\\', "/")
    }

    /// The runtime dependencies that the manifest declares; `None` when no manifest says anything about them.
    pub fn declared_dependencies(&self) -> Option<usize> {
        let manifest = self.manifest.as_ref()?;
        let project = manifest.get("project").and_then(toml::Value::as_table);
        if let Some(project) = project {
            let listed = project
                .get("dependencies")
                .and_then(toml::Value::as_array)
                .map_or(0, Vec::len);
            let dynamic = project
                .get("dynamic")
                .and_then(toml::Value::as_array)
                .is_some_and(|names| names.iter().any(|name| name.as_str() == Some("dependencies")));
            return if dynamic { None } else { Some(listed) };
        }
        let poetry = manifest
            .get("tool")?
            .get("poetry")?
            .get("dependencies")?
            .as_table()?;
        Some(poetry.keys().filter(|name| *name != "python").count())
    }

    /// The requirements of `requirements.txt` that are not comments or options; `None` without the file.
    pub fn requirement_lines(&self) -> Option<Vec<&str>> {
        let text = self.requirements.as_ref()?;
        Some(
            text.lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .collect(),
        )
    }
}
