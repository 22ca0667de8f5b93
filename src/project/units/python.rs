//! Python: manifests make units; settings of tools and lists of requirements do where there are files for them.
//!
//! The rules, in this order:
//! 1. A file that declares a project makes a unit, unless it is a member of a uv workspace without tests of its
//!    own. A member with tests is a unit besides the workspace's root.
//! 2. Any other marker (requirements, settings of a tool) makes a unit when Python files lie below it and no such
//!    marker is nearer to them; never below a unit of rule 1; and below another unit of this rule only with tests
//!    of its own: `docs/requirements.txt` is no unit, `services/api/requirements.txt` is.
//! 3. Python files that belong to no unit of any language make their common directory a unit, unless it lies
//!    above another Python unit: a tree of scripts is checked, but a stray script never puts a whole monorepo
//!    into one unit.
//! 4. What is left (helper scripts of a Rust project) is said in a warning.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::Value;

use super::members::{Members, toml_strings};
use super::{Candidate, Manifests, nearest};
use crate::project::markers::{TEST_DIRECTORIES, Weight};
use crate::project::paths::display;
use crate::project::scan::Scan;

pub(super) fn choose(
    candidates: Vec<Candidate>,
    scan: &Scan,
    others: &BTreeSet<PathBuf>,
    manifests: &mut Manifests,
    warnings: &mut Vec<String>,
) -> Vec<Candidate> {
    let workspaces: Vec<Members> = candidates
        .iter()
        .filter_map(|candidate| uv_workspace(&candidate.dir, manifests))
        .collect();
    let (declaring, rest): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .partition(|candidate| candidate.weight == Weight::Declares);
    let mut units: Vec<Candidate> = declaring
        .into_iter()
        .filter(|candidate| {
            !workspaces.iter().any(|members| members.has(&candidate.dir)) || has_tests(&candidate.dir, scan)
        })
        .collect();
    let mut dirs: BTreeSet<PathBuf> = units.iter().map(|unit| unit.dir.clone()).collect();

    let strong = dirs.clone();
    let marked: BTreeSet<PathBuf> = rest.iter().map(|candidate| candidate.dir.clone()).collect();
    for candidate in rest {
        let dir = &candidate.dir;
        let is_needed = if nearest(&strong, dir).is_some() {
            false
        } else if nearest(&dirs, dir).is_some() {
            !is_test_directory(dir) && has_tests(dir, scan)
        } else {
            loose(scan, &dirs).any(|sources| nearest(&marked, sources) == Some(dir))
        };
        if is_needed {
            dirs.insert(dir.clone());
            units.push(candidate);
        }
    }
    if let Some(unit) = scripts(scan, &dirs, others) {
        dirs.insert(unit.dir.clone());
        units.push(unit);
    }
    if let Some(warning) = left_over(scan, &dirs) {
        warnings.push(warning);
    }
    units
}

fn uv_workspace(dir: &Path, manifests: &mut Manifests) -> Option<Members> {
    let manifest = manifests.toml(&dir.join("pyproject.toml"))?;
    let workspace = manifest.get("tool")?.get("uv")?.get("workspace")?;
    let list = |key: &str| toml_strings(workspace.get(key));
    Value::as_table(workspace)?;
    Some(Members::new(dir, list("members"), list("exclude")))
}

fn has_tests(dir: &Path, scan: &Scan) -> bool {
    scan.python
        .iter()
        .any(|(place, sources)| sources.tests && place.starts_with(dir))
}

/// Directories with Python files that belong to no Python unit.
fn loose<'a>(scan: &'a Scan, units: &'a BTreeSet<PathBuf>) -> impl Iterator<Item = &'a PathBuf> {
    scan.python.keys().filter(|dir| nearest(units, dir).is_none())
}

fn scripts(scan: &Scan, units: &BTreeSet<PathBuf>, others: &BTreeSet<PathBuf>) -> Option<Candidate> {
    let homeless: Vec<&PathBuf> = loose(scan, units)
        .filter(|dir| nearest(others, dir).is_none())
        .collect();
    let first = *homeless.first()?;
    let common = first
        .ancestors()
        .find(|ancestor| homeless.iter().all(|dir| dir.starts_with(ancestor)))?;
    if units.iter().any(|unit| unit.starts_with(common)) {
        return None;
    }
    let name = &scan.python.get(first)?.first;
    let marker = first.strip_prefix(common).ok()?.join(name);
    Some(Candidate {
        dir: common.to_owned(),
        markers: vec![display(&marker)],
        weight: Weight::WithSources,
    })
}

fn left_over(scan: &Scan, units: &BTreeSet<PathBuf>) -> Option<String> {
    let dirs: Vec<&PathBuf> = loose(scan, units).collect();
    let first = *dirs.first()?;
    let count: usize = dirs
        .iter()
        .filter_map(|dir| scan.python.get(*dir))
        .map(|sources| sources.count)
        .sum();
    let example = display(&first.join(&scan.python.get(first)?.first));
    let subject = if count == 1 {
        format!("the Python file {example} belongs to no Python unit and no gate looks at it")
    } else {
        format!("{count} Python files ({example} …) belong to no Python unit and no gate looks at them")
    };
    Some(format!(
        "{subject}; a pyproject.toml with a [project] table makes a directory a unit, `exclude` silences this"
    ))
}

fn is_test_directory(dir: &Path) -> bool {
    dir.file_name()
        .is_some_and(|name| TEST_DIRECTORIES.iter().any(|tests| name == *tests))
}
