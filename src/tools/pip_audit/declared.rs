//! What a unit declares that it needs, as far as its files say so.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use toml::{Table, Value};

use crate::parse::ini;
use crate::project::UnitFacts;
use crate::project::facts::TextFile;

/// The needs of a unit.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Runtime dependencies that always apply: normalised name, and the file that says so. A package of the
    /// project's own tree is none.
    pub(super) names: BTreeMap<String, String>,
    /// Whether something else is declared: with an environment marker, or as an address.
    pub(super) others: bool,
    /// Files that declare dependencies in a way that is not read here.
    pub(super) unknown: Vec<String>,
    /// Lists beside `requirements.txt`; those for running before those for development.
    pub(super) lists: Vec<String>,
    /// Whether the first list is one for running.
    pub(super) runtime_lists: usize,
    /// How many optional dependencies there are: extras, groups, lists for development.
    pub(super) optional: usize,
    /// Requirements of `setup.cfg` and `Pipfile.lock`, as lines of a requirements file.
    pub(super) written: Vec<String>,
}

/// Words in the name of a list that is not for running.
const DEVELOPMENT: [&str; 14] = [
    "dev", "test", "doc", "lint", "ci", "build", "optional", "extra", "typ", "style", "format", "bench",
    "release", "example",
];

impl Declared {
    pub(super) fn of(facts: &UnitFacts) -> Self {
        let mut declared = Self::default();
        if let Some(text) = &facts.requirements {
            declared.add_list(text, "requirements.txt");
        } else if facts.has("requirements.txt") {
            declared.unknown.push("requirements.txt".to_owned());
        }
        let static_project = facts
            .manifest
            .as_ref()
            .is_some_and(|manifest| declared.add_manifest(manifest));
        if facts.manifest.is_none() && facts.has("pyproject.toml") {
            declared.unknown.push("pyproject.toml".to_owned());
        }
        for file in &facts.python.dependency_files {
            declared.add_file(file, static_project, facts);
        }
        declared.lists.sort_by_key(|name| is_development(name));
        declared
    }

    /// Whether it is sure that nothing is needed for running.
    pub(super) fn is_nothing(&self) -> bool {
        self.names.is_empty() && !self.others && self.unknown.is_empty() && self.lists.is_empty()
    }

    /// Whether the manifest says all that there is to say, so that `setup.py` and `setup.cfg` do not count.
    fn add_manifest(&mut self, manifest: &Table) -> bool {
        const FILE: &str = "pyproject.toml";
        let table = |value: Option<&Value>| value.and_then(Value::as_table).cloned().unwrap_or_default();
        let tool = table(manifest.get("tool"));
        let sources = table(tool.get("uv").and_then(|uv| uv.get("sources")));
        let is_local = |name: &str| {
            sources.iter().any(|(source, value)| {
                normalised(source) == name
                    && (value.get("path").is_some() || value.get("workspace").is_some())
            })
        };
        for groups in ["dependency-groups"].map(|name| table(manifest.get(name))) {
            self.optional += groups.values().map(strings).sum::<usize>();
        }
        if let Some(project) = manifest.get("project").and_then(Value::as_table) {
            self.optional += table(project.get("optional-dependencies"))
                .values()
                .map(strings)
                .sum::<usize>();
            let dependencies = project.get("dependencies").and_then(Value::as_array);
            for line in dependencies.into_iter().flatten().filter_map(Value::as_str) {
                match requirement(line) {
                    Some(name) if !is_local(&name) => {
                        self.names.insert(name, FILE.to_owned());
                    }
                    Some(_) => {}
                    None => self.others = true,
                }
            }
            let dynamic = project.get("dynamic").and_then(Value::as_array);
            let is_dynamic =
                dynamic.is_some_and(|names| names.iter().any(|name| name.as_str() == Some("dependencies")));
            if is_dynamic {
                self.unknown.push(FILE.to_owned());
            }
            return !is_dynamic;
        }
        let poetry = table(tool.get("poetry"));
        for (name, value) in table(poetry.get("dependencies")) {
            let has = |key: &str| value.get(key).is_some();
            if name == "python" || has("path") {
            } else if value.get("optional").and_then(Value::as_bool) == Some(true) {
                self.optional += 1;
            } else if value.is_array() || ["markers", "python", "platform"].into_iter().any(has) {
                self.others = true;
            } else {
                self.names.insert(normalised(&name), FILE.to_owned());
            }
        }
        self.optional += table(poetry.get("dev-dependencies")).len();
        for group in table(poetry.get("group")).values() {
            self.optional += table(group.get("dependencies")).len();
        }
        !poetry.is_empty()
    }

    fn add_file(&mut self, file: &TextFile, static_project: bool, facts: &UnitFacts) {
        let name = file.name.as_str();
        let Some(text) = file.text.as_deref() else {
            self.unknown.push(name.to_owned());
            return;
        };
        match name {
            "setup.py" | "setup.cfg" if static_project => {}
            "setup.py" => {
                let declares = ["install_requires", "requirements", "requires ="];
                if declares.iter().any(|word| text.contains(word)) {
                    self.unknown.push(name.to_owned());
                }
            }
            "setup.cfg" => self.add_setup_cfg(text),
            // The lock file says it better.
            "Pipfile" if facts.has("Pipfile.lock") => {}
            "Pipfile" => match text.parse::<Table>() {
                Ok(table)
                    if table
                        .get("packages")
                        .is_none_or(|packages| strings(packages) == 0) => {}
                _ => self.unknown.push(name.to_owned()),
            },
            "Pipfile.lock" => self.add_pipfile_lock(text),
            _ if is_development(name) => {
                let lines = requirement_lines(text).count();
                self.optional += lines;
                if lines > 0 {
                    self.lists.push(name.to_owned());
                }
            }
            _ => {
                if requirement_lines(text).count() > 0 {
                    self.lists.push(name.to_owned());
                    self.runtime_lists += 1;
                }
                self.add_list(text, name);
            }
        }
    }

    fn add_list(&mut self, text: &str, file: &str) {
        for line in requirement_lines(text) {
            match requirement(&line) {
                Some(name) => {
                    self.names.insert(name, file.to_owned());
                }
                None => self.others = true,
            }
        }
    }

    /// `install_requires` of `[options]`: one requirement a line, or separated by `;` in none.
    fn add_setup_cfg(&mut self, text: &str) {
        for value in ini::values(text) {
            if value.section == "options.extras_require" {
                self.optional += 1;
            } else if value.section == "options" && value.key == "install_requires" {
                let value = value.text;
                if value.starts_with("file:") || value.starts_with("attr:") {
                    self.unknown.push("setup.cfg".to_owned());
                    continue;
                }
                self.written.push(value.to_owned());
                self.add_list(value, "setup.cfg");
            }
        }
    }

    fn add_pipfile_lock(&mut self, text: &str) {
        const FILE: &str = "Pipfile.lock";
        let Ok(lock) = serde_json::from_str::<Json>(text) else {
            self.unknown.push(FILE.to_owned());
            return;
        };
        let packages = |key: &str| {
            lock.get(key)
                .and_then(Json::as_object)
                .cloned()
                .unwrap_or_default()
        };
        self.optional += packages("develop").len();
        for (name, package) in packages("default") {
            match (
                package.get("version").and_then(Json::as_str),
                package.get("markers"),
            ) {
                (Some(version), marker) => {
                    self.written.push(format!("{name}{version}"));
                    // Nearly every entry has a marker for the version of Python.
                    if marker.is_some() {
                        self.others = true;
                    } else {
                        self.names.insert(normalised(&name), FILE.to_owned());
                    }
                }
                (None, _) if package.get("path").is_some() => {}
                (None, _) => self.unknown.push(FILE.to_owned()),
            }
        }
    }
}

/// How many requirements a list or table holds.
fn strings(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().filter(|item| item.is_str()).count(),
        Value::Table(table) => table.len(),
        _ => 0,
    }
}

fn is_development(file: &str) -> bool {
    let stem = file.to_ascii_lowercase();
    let stem = stem.trim_start_matches("requirements").trim_end_matches(".txt");
    stem.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| {
            DEVELOPMENT
                .iter()
                .any(|name| word == *name || (name.len() > 2 && word.starts_with(name)))
        })
}

/// The logical lines of a requirements file without comments.
fn requirement_lines(text: &str) -> impl Iterator<Item = String> {
    let joined = text
        .trim_start_matches('\u{feff}')
        .replace("\\\r\n", " ")
        .replace("\\\n", " ");
    let lines: Vec<String> = joined
        .lines()
        .map(|line| {
            line.split_once(" #")
                .map_or(line, |(line, _)| line)
                .trim()
                .to_owned()
        })
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    lines.into_iter()
}

/// The name of a requirement that always applies; `None` for one with an environment marker, an option or an
/// address without a name.
fn requirement(line: &str) -> Option<String> {
    let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
    let end = line
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || "._-".contains(letter)))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let is_name = name.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let rest = rest.trim_start();
    // `./a`, `a/b.whl`, `https://…` begin like a name and go on like none.
    let goes_on = rest.is_empty() || rest.starts_with(['[', '=', '<', '>', '!', '~', '@', '(', '-']);
    (is_name && goes_on && !rest.contains(';')).then(|| normalised(name))
}

/// A package's name as PEP 503 compares it.
pub(super) fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        if matches!(letter, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.push(letter.to_ascii_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::python_recordings;

    #[track_caller]
    fn check(manifest: &str, files: &[(&str, &str)], names: &str, optional: usize) -> Declared {
        let mut facts = python_recordings::facts(manifest);
        for (name, text) in files {
            facts.entries.insert((*name).to_owned());
            if *name == "requirements.txt" {
                facts.requirements = Some((*text).to_owned());
            } else {
                facts.python.dependency_files.push(TextFile {
                    name: (*name).to_owned(),
                    text: Some((*text).to_owned()),
                });
            }
        }
        let declared = Declared::of(&facts);
        let found: Vec<&str> = declared.names.keys().map(String::as_str).collect();
        assert_eq!(
            (found.join(" "), declared.optional),
            (names.to_owned(), optional),
            "{declared:?}"
        );
        declared
    }

    #[test]
    fn names_of_the_manifest_are_read() {
        let declared = check(
            "[project]\nname='x'\ndependencies = ['A.B_c[x]>=1', 'd @ https://x/d.whl', 'e; python_version < \"3\"', \
             'own']\n[project.optional-dependencies]\nx = ['f', 'g']\n[dependency-groups]\ndev = ['h', \
             {include-group = 'y'}]\n[tool.uv.sources]\nown = {workspace = true}\n",
            &[("setup.py", "install_requires=['z']")],
            "a-b-c d",
            3,
        );
        assert!(declared.others && declared.unknown.is_empty());
        let declared = check(
            "[tool.poetry.dependencies]\npython = '3'\na = '^1'\nb = {version = '1', optional = true}\n\
             c = {version = '1', markers = 'x'}\n[tool.poetry.group.dev.dependencies]\nd = '1'\n",
            &[],
            "a",
            2,
        );
        assert!(declared.others);
        assert!(check("[project]\nname='x'", &[], "", 0).is_nothing());
    }

    #[test]
    fn other_files_declare_too() {
        let declared = check(
            "",
            &[
                (
                    "requirements.txt",
                    "a==1 \\\n  --hash=x\n-r b.txt\n./c\nd.whl/x\n# e\n",
                ),
                ("requirements-dev.txt", "f\n"),
                ("requirements/base.txt", "g # why\n"),
                (
                    "setup.cfg",
                    "[metadata]\nname = x\n[options]\ninstall_requires =\n    h>=1\n    i; x\nzip = 1\n",
                ),
            ],
            "a g h",
            1,
        );
        assert_eq!(declared.lists, ["requirements/base.txt", "requirements-dev.txt"]);
        assert_eq!(declared.written, ["h>=1", "i; x"]);
        let lock = r#"{"default": {"a": {"version": "==1"}, "b": {"version": "==2", "markers": "x"}}, "develop": {"c": {}}}"#;
        let declared = check(
            "",
            &[("Pipfile", "[packages]\na = 1"), ("Pipfile.lock", lock)],
            "a",
            1,
        );
        assert_eq!(declared.written, ["a==1", "b==2"]);
    }

    #[test]
    fn what_is_not_read_is_known_to_be_unknown() {
        for (manifest, name, text) in [
            ("", "setup.py", "setup(install_requires=read())"),
            ("", "setup.cfg", "[options]\ninstall_requires = file: x.txt\n"),
            ("", "Pipfile", "[packages]\na = '*'\n"),
            ("", "Pipfile.lock", "{"),
            ("[project]\nname='x'\ndynamic=['dependencies']", "x", ""),
        ] {
            assert!(
                !check(manifest, &[(name, text)], "", 0).unknown.is_empty(),
                "{name}"
            );
        }
        assert!(
            check(
                "",
                &[("setup.py", "from setuptools import setup\nsetup()\n")],
                "",
                0
            )
            .is_nothing()
        );
    }
}
