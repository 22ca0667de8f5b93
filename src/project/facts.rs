//! What is known of a project and its units, read once before anything is planned.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::report::GitInfo;
use crate::model::unit::Unit;

/// A project: a root directory and what was found in it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The root, absolute and without links.
    pub root: PathBuf,
    /// The units, sorted by path and then language.
    pub units: Vec<UnitFacts>,
    /// The git state; `None` outside of a repository.
    pub git: Option<GitInfo>,
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
    /// Names of the files and directories directly in the unit's directory.
    pub entries: BTreeSet<String>,
    /// `pyproject.toml`, `Cargo.toml` or the like, as far as it could be read.
    pub manifest: Option<toml::Table>,
    /// The text of `requirements.txt`, when there is one.
    pub requirements: Option<String>,
    /// The virtual environment of the unit or of the project, absolute: `.venv` or `venv`.
    pub virtualenv: Option<PathBuf>,
    /// The virtual environment's `site-packages`, absolute.
    pub site_packages: Option<PathBuf>,
}

impl UnitFacts {
    /// Whether a file or directory of this name stands directly in the unit's directory.
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains(name)
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
impl UnitFacts {
    /// x
    pub fn tool_places(&self) -> Vec<PathBuf> {
        vec![]
    }
}
