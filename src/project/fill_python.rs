//! What only Python units are asked: environments, ignored directories, further lists of dependencies.

use std::collections::BTreeSet;
use std::path::Path;

use super::tracked::Tracked;
use super::walk;

/// More files than this in `requirements/` are not looked at.
const MAX_LISTS: usize = 64;

/// Files beside `requirements.txt` and `pyproject.toml` that may declare dependencies, relative to `dir`, sorted.
pub(super) fn dependency_files(dir: &Path, entries: &BTreeSet<String>) -> Vec<String> {
    let is_list = |name: &str| {
        name != "requirements.txt"
            && name.starts_with("requirements")
            && Path::new(name).extension().is_some_and(|end| end == "txt")
    };
    let known = ["setup.py", "setup.cfg", "Pipfile", "Pipfile.lock"];
    let mut names: Vec<String> = entries
        .iter()
        .filter(|name| known.contains(&name.as_str()) || is_list(name))
        .cloned()
        .collect();
    if entries.contains("requirements")
        && let Ok(lists) = std::fs::read_dir(dir.join("requirements"))
    {
        let lists = lists
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "txt"))
            .map(|name| format!("requirements/{name}"));
        names.extend(lists.take(MAX_LISTS));
    }
    names.retain(|name| dir.join(name).is_file());
    names.sort();
    names
}

/// The virtual environments directly in `dir`.
pub(super) fn environments(dir: &Path, entries: &BTreeSet<String>) -> Vec<String> {
    entries
        .iter()
        .filter(|name| dir.join(name).join("pyvenv.cfg").is_file())
        .cloned()
        .collect()
}

/// The Python files of the unit in `dir`, inside of `root`, that git tracks and that a walk by its rules does not meet.
pub(super) fn unmet(root: &Path, dir: &Path, tracked: &Tracked) -> Vec<String> {
    let ends = ["py", "pyi", "pyw", "ipynb"];
    tracked
        .unmet(root, dir)
        .iter()
        .filter(|file| {
            file.extension()
                .is_some_and(|end| ends.iter().any(|known| end == *known))
        })
        // What was deleted is tracked until that is committed, and a link is another file.
        .filter(|file| dir.join(file).symlink_metadata().is_ok_and(|meta| meta.is_file()))
        .filter_map(|file| file.to_str())
        .map(str::to_owned)
        .collect()
}

/// The directories directly in `dir`, inside of `root`, that git ignores and in which it tracks no Python file.
pub(super) fn ignored(root: &Path, dir: &Path, entries: &BTreeSet<String>, tracked: &Tracked) -> Vec<String> {
    let own = dir.strip_prefix(root).unwrap_or(dir);
    let is_python = |file: &Path| file.extension().is_some_and(|end| end == "py" || end == "pyi");
    let holds_code = |name: &String| tracked.below(&own.join(name)).any(is_python);
    let kept: BTreeSet<String> = walk::kept(dir)
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .collect();
    entries
        .iter()
        .filter(|name| !kept.contains(*name) && dir.join(name).is_dir() && !holds_code(name))
        .cloned()
        .collect()
}
