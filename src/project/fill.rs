//! Reading what is known of a unit: its directory, its manifests, its environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::language::Language;

use super::UnitFacts;
use super::facts::{
    LOCK_FILES, MYPY_SETTINGS, NEXTEST_CONFIG, PYTEST_SETTINGS, PythonFacts, RUFF_SETTINGS, TextFile, upwards,
};
use super::node::{Member, PackageManager};
use super::paths::display;
use super::scan::Scan;
use super::tracked::Tracked;
use super::units::{Chosen, Manifests, workspace_of_packages};
use super::{fill_biome, fill_go, fill_node, fill_python, fill_rust, fill_typescript};

/// Fills units of one project, reading each directory once.
pub(super) struct Filler<'a> {
    root: PathBuf,
    tracked: &'a Tracked,
    /// Directories with a `package.json`, relative to the root.
    packages: Vec<PathBuf>,
    entries: BTreeMap<PathBuf, BTreeSet<String>>,
    warnings: Vec<String>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(root: &Path, tracked: &'a Tracked, scan: &Scan) -> Self {
        let packages = scan.markers.iter();
        Self {
            root: root.to_owned(),
            tracked,
            packages: packages
                .filter(|(_, names)| names.contains("package.json"))
                .map(|(dir, _)| dir.clone())
                .collect(),
            entries: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    /// What could not be read.
    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    pub(super) fn fill(&mut self, chosen: Chosen, manifests: &mut Manifests) -> UnitFacts {
        let Chosen { unit, dir: relative } = chosen;
        let dir = self.root.join(&relative);
        let mut facts = UnitFacts::bare(unit, self.root.clone(), dir.clone());
        facts.entries.clone_from(self.entries(&dir));
        facts.locks = self.locks(&dir);
        let root = self.root.clone();
        for place in upwards(&dir, &root).skip(1) {
            facts.above.extend(self.entries(place).iter().cloned());
        }
        let table = match facts.unit.language {
            Language::Python => Some("pyproject.toml"),
            Language::Rust => Some("Cargo.toml"),
            _ => None,
        };
        let there = |name: &&str| facts.entries.contains(*name);
        facts.manifest = table
            .filter(there)
            .and_then(|name| manifests.toml(&relative.join(name)));
        match facts.unit.language {
            Language::Python => {
                facts.requirements = Some("requirements.txt")
                    .filter(there)
                    .and_then(|name| manifests.text(&relative.join(name)))
                    .map(str::to_owned);
                facts.virtualenv = upwards(&dir, &self.root).find_map(virtualenv);
                facts.site_packages = facts.virtualenv.as_deref().and_then(site_packages);
                facts.python = self.python(&dir, manifests);
            }
            Language::Javascript | Language::Typescript => {
                (facts.node, facts.package) = fill_node::facts(&self.root, &dir, &facts.locks, manifests);
                facts.node.members = self.members(&relative, manifests);
                facts.node.for_biome = fill_biome::count(&dir, &facts.entries, &facts.above);
                if facts.unit.language == Language::Typescript {
                    facts.node.unchecked = fill_typescript::unchecked(&dir);
                }
                facts.node.tsconfigs = fill_node::tsconfigs(&relative, &facts.entries, manifests);
            }
            Language::Rust => {
                if dir.join(NEXTEST_CONFIG).is_file() {
                    facts.entries.insert(NEXTEST_CONFIG.to_owned());
                }
                facts.rust = fill_rust::facts(&self.root, &dir, facts.manifest.as_ref(), manifests);
            }
            Language::Go => facts.go = fill_go::facts(&self.root, &dir, manifests, self.tracked),
            Language::Described(_) => {}
        }
        facts
    }

    fn python(&mut self, dir: &Path, manifests: &mut Manifests) -> PythonFacts {
        let root = self.root.clone();
        let mut read = |path: &Path, name: &str| TextFile {
            name: name.to_owned(),
            text: path
                .strip_prefix(&root)
                .ok()
                .and_then(|inside| manifests.text(inside))
                .map(str::to_owned),
        };
        let mut facts = PythonFacts::default();
        for (depth, place) in upwards(dir, &root).enumerate() {
            let entries = self.entries(place);
            let there = MYPY_SETTINGS.iter().filter(|name| entries.contains(**name));
            let up = "../".repeat(depth);
            facts
                .mypy
                .extend(there.map(|name| read(&place.join(name), &format!("{up}{name}"))));
            let there = RUFF_SETTINGS.iter().filter(|name| entries.contains(**name));
            facts
                .ruff
                .extend(there.map(|name| read(&place.join(name), &format!("{up}{name}"))));
            let there = PYTEST_SETTINGS.iter().filter(|name| entries.contains(**name));
            facts
                .pytest
                .extend(there.map(|name| read(&place.join(name), name)));
        }
        let tracked = self.tracked;
        let entries = self.entries(dir);
        facts.dependency_files = fill_python::dependency_files(dir, entries)
            .iter()
            .map(|name| read(&dir.join(name), name))
            .collect();
        facts.environments = fill_python::environments(dir, entries);
        facts.ignored = fill_python::ignored(&root, dir, entries, tracked);
        facts.unmet = fill_python::unmet(&root, dir, tracked);
        facts
    }

    /// The members of the workspace whose root this directory is, relative to the project's root.
    fn members(&mut self, relative: &Path, manifests: &mut Manifests) -> Vec<Member> {
        let Some(members) = workspace_of_packages(relative, manifests) else {
            return Vec::new();
        };
        let dirs: Vec<PathBuf> = (self.packages.iter())
            .filter(|dir| members.has(dir))
            .cloned()
            .collect();
        dirs.iter()
            .filter_map(|dir| {
                let package = manifests.json(&dir.join("package.json"))?;
                let entries = self.entries(&self.root.join(dir));
                Some(Member {
                    path: display(dir.strip_prefix(relative).ok()?),
                    package,
                    locked: entries.iter().any(|name| PackageManager::of_lock(name).is_some()),
                })
            })
            .collect()
    }

    fn locks(&mut self, dir: &Path) -> Vec<PathBuf> {
        let root = self.root.clone();
        let mut locks = Vec::new();
        for place in upwards(dir, &root) {
            let entries = self.entries(place);
            let found = LOCK_FILES.iter().filter(|name| entries.contains(**name));
            locks.extend(found.map(|name| place.join(name)));
        }
        locks
    }

    fn entries(&mut self, dir: &Path) -> &BTreeSet<String> {
        let (root, warnings) = (&self.root, &mut self.warnings);
        self.entries.entry(dir.to_owned()).or_insert_with(|| {
            let read = std::fs::read_dir(dir).and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.file_name()))
                    .filter_map(|name| name.map(|name| name.into_string().ok()).transpose())
                    .collect()
            });
            read.unwrap_or_else(|error| {
                let place = display(dir.strip_prefix(root).unwrap_or(dir));
                warnings.push(format!("cannot read the directory {place}: {error}"));
                BTreeSet::new()
            })
        })
    }
}

/// Tells each unit which units of its language lie inside of it, and leaves their files to them.
pub(super) fn nest(units: &mut [UnitFacts]) {
    let places: Vec<(PathBuf, Language)> = units
        .iter()
        .map(|facts| (facts.dir.clone(), facts.unit.language))
        .collect();
    for facts in units {
        let inside = |dir: &Path, outer: &Path| dir != outer && dir.starts_with(outer);
        let nested: Vec<&PathBuf> = places
            .iter()
            .filter(|(dir, language)| *language == facts.unit.language && inside(dir, &facts.dir))
            .map(|(dir, _)| dir)
            .collect();
        facts.nested = nested
            .iter()
            .filter(|dir| !nested.iter().any(|outer| inside(dir, outer)))
            .filter_map(|dir| dir.strip_prefix(&facts.dir).ok())
            .map(display)
            .collect();
        facts.nested.sort();
        let nested = &facts.nested;
        facts
            .python
            .unmet
            .retain(|file| !nested.iter().any(|dir| Path::new(file).starts_with(dir)));
    }
}

/// The virtual environment directly in a directory.
fn virtualenv(dir: &Path) -> Option<PathBuf> {
    [".venv", "venv"]
        .into_iter()
        .map(|name| dir.join(name))
        .find(|env| env.join("pyvenv.cfg").is_file() || env.join("bin/python").is_file())
}

/// The `site-packages` of an environment: `lib/pythonX.Y/site-packages`, on Windows `Lib/site-packages`.
fn site_packages(env: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(env.join("lib")).ok()?;
    let mut places: Vec<PathBuf> = versions
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("python"))
        .map(|entry| entry.path().join("site-packages"))
        .chain([env.join("Lib").join("site-packages")])
        .filter(|place| place.is_dir())
        .collect();
    places.sort();
    places.pop()
}
