//! Which libraries a Python unit asks for: by the first of its files that asks for any.

use std::collections::BTreeSet;

use super::libraries::{Declared, Read, Unread, split, understood};
use crate::parse::ini;
use crate::project::UnitFacts;

/// What a unit asks for, by file.
pub(super) fn of_unit(facts: &UnitFacts, read: Read<'_>) -> Result<Vec<(String, Declared)>, Unread> {
    let manifest = understood(facts, "pyproject.toml", facts.manifest.as_ref())?;
    let declared = manifest.map(pyproject).unwrap_or_default();
    if !declared.is_empty() {
        return Ok(vec![(facts.unit.to_project("pyproject.toml"), declared)]);
    }
    for of_file in [setup_cfg, pipfile] {
        let found = of_file(facts, read)?;
        if found.iter().any(|(_, declared)| !declared.is_empty()) {
            return Ok(found);
        }
    }
    requirements(facts, read)
}

fn pyproject(manifest: &toml::Table) -> Declared {
    let listed = manifest
        .get("project")
        .and_then(|project| project.get("dependencies"))
        .and_then(toml::Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(toml::Value::as_str);
    let poetry = manifest
        .get("tool")
        .and_then(|tool| tool.get("poetry")?.get("dependencies")?.as_table());
    let poetry = poetry
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "python")
        .map(|(name, value)| {
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            (name.clone(), version.map(str::to_owned))
        });
    listed.filter_map(split).chain(poetry).collect()
}

/// The text of a file of the unit.
fn text<'f>(facts: &'f UnitFacts, file: &str) -> Result<Option<&'f str>, Unread> {
    let known = facts.python.dependency_files.iter();
    let text = known
        .filter(|known| known.name == file)
        .find_map(|known| known.text.as_deref());
    understood(facts, file, text)
}

/// `install_requires` of `setup.cfg`.
fn setup_cfg(facts: &UnitFacts, read: Read<'_>) -> Result<Vec<(String, Declared)>, Unread> {
    const FILE: &str = "setup.cfg";
    let values: Vec<ini::Value<'_>> = ini::values(text(facts, FILE)?.unwrap_or_default())
        .filter(|value| value.section == "options" && value.key == "install_requires")
        .collect();
    let file = facts.unit.to_project(FILE);
    let mut declared = Vec::new();
    for value in &values {
        if let Some(named) = value.text.strip_prefix("file:") {
            let named = named.split(',').map(str::trim).filter(|name| !name.is_empty());
            let open = named.map(|name| {
                let unread = || Unread {
                    file: name.to_owned(),
                };
                let list = beside(&file, name).ok_or_else(unread)?;
                let text = read(&facts.root.join(&list)).ok_or_else(unread)?;
                Ok((list, text))
            });
            return lists(facts, open.collect::<Result<_, _>>()?, read);
        }
        // All of them on the line of the key are separated, and each on a line of its own may have a marker.
        if values.len() == 1 && !value.goes_on {
            declared.extend(value.text.split(';').filter_map(split));
        } else {
            declared.extend(split(value.text));
        }
    }
    Ok(vec![(file, declared)])
}

/// `[packages]` of a `Pipfile`.
fn pipfile(facts: &UnitFacts, _read: Read<'_>) -> Result<Vec<(String, Declared)>, Unread> {
    const FILE: &str = "Pipfile";
    let Some(text) = text(facts, FILE)? else {
        return Ok(Vec::new());
    };
    let file = facts.unit.to_project(FILE);
    let Ok(manifest) = toml::from_str::<toml::Table>(text) else {
        return Err(Unread { file });
    };
    let packages = manifest.get("packages").and_then(toml::Value::as_table);
    let declared = packages
        .into_iter()
        .flatten()
        // What lies in the same repository is no library of others.
        .filter(|(_, value)| value.get("path").is_none())
        .filter_map(|(name, value)| {
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            let (name, _) = split(name)?;
            let version = version.map(|version| version.trim_start_matches("==").trim());
            let version = version.filter(|version| version.contains(|c: char| c.is_ascii_digit()));
            Some((name, version.map(str::to_owned)))
        });
    Ok(vec![(file, declared.collect())])
}

/// `requirements.txt` with the files that it includes.
fn requirements(facts: &UnitFacts, read: Read<'_>) -> Result<Vec<(String, Declared)>, Unread> {
    const FIRST: &str = "requirements.txt";
    let Some(text) = understood(facts, FIRST, facts.requirements.as_ref())? else {
        return Ok(Vec::new());
    };
    lists(facts, vec![(facts.unit.to_project(FIRST), text.clone())], read)
}

/// Lists of requirements, each a file of the project with its text, and the files that they include.
fn lists(
    facts: &UnitFacts,
    mut open: Vec<(String, String)>,
    read: Read<'_>,
) -> Result<Vec<(String, Declared)>, Unread> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some((file, text)) = open.pop() {
        if !seen.insert(file.clone()) {
            continue;
        }
        // A line that goes on on the next one ends with `\`.
        let lines = text.lines().map(|line| line.trim().trim_end_matches('\\').trim());
        let mut declared = Vec::new();
        for line in lines.filter(|line| !line.starts_with('#')) {
            if let Some(other) = included(line) {
                let unread = || Unread {
                    file: other.to_owned(),
                };
                let other = beside(&file, other).ok_or_else(unread)?;
                let text = read(&facts.root.join(&other)).ok_or_else(unread)?;
                open.push((other, text));
            } else if !line.starts_with('-') && !line.contains("://") {
                declared.extend(split(line));
            }
        }
        found.push((file, declared));
    }
    Ok(found)
}

/// The file that a line of requirements includes: `-r base.txt`.
fn included(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("--requirement")
        .or_else(|| line.strip_prefix("-r"))?;
    let rest = rest.split(" #").next().unwrap_or(rest);
    Some(rest.trim_start_matches('=').trim()).filter(|file| !file.is_empty())
}

/// A file that another one names, relative to the project; `None` when it is outside.
fn beside(file: &str, other: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in other.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::language::Language;
    use crate::model::unit::Unit;
    use crate::project::facts::TextFile;

    /// What a unit asks for whose files these are.
    fn found(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let unit = Unit {
            path: "api".to_owned(),
            language: Language::Python,
            markers: Vec::new(),
        };
        let mut facts = UnitFacts::bare(unit, PathBuf::from("/p"), PathBuf::from("/p/api"));
        for (name, text) in files {
            facts.entries.insert((*name).to_owned());
            match *name {
                "pyproject.toml" => facts.manifest = toml::from_str(text).ok(),
                "requirements.txt" => facts.requirements = Some((*text).to_owned()),
                name => facts.python.dependency_files.push(TextFile {
                    name: name.to_owned(),
                    text: (*text != "unreadable").then(|| (*text).to_owned()),
                }),
            }
        }
        let read = |path: &std::path::Path| {
            let name = path.strip_prefix("/p/api").ok()?.to_str()?;
            let file = files.iter().find(|(known, _)| *known == name)?;
            Some(file.1.to_owned())
        };
        let found = of_unit(&facts, &read).map_err(|unread| unread.file)?;
        let told = found.into_iter().flat_map(|(file, declared)| {
            declared.into_iter().map(move |(name, version)| {
                format!("{file} {name} {}", version.unwrap_or_default())
                    .trim_end()
                    .to_owned()
            })
        });
        Ok(told.collect())
    }

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Result<&[&str], &str>) {
        let expect = expect.map(|all| all.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(found(files), expect.map_err(str::to_owned), "{files:?}");
    }

    #[test]
    fn setup_cfg_names_its_requirements() {
        let settings = "\u{feff}[metadata]\r\nname = x\r\n[options]\r\ninstall_requires =\r\n    flask[async]>=3 ; python_version > '3'\r\n    # a remark\r\n    redis\r\npackages = find:\r\n[options.extras_require]\r\ndev = black\r\n";
        check(
            &[("setup.cfg", settings), ("requirements.txt", "rich\n")],
            Ok(&["api/setup.cfg flask >=3", "api/setup.cfg redis"]),
        );
        check(
            &[("setup.cfg", "[options]\ninstall_requires = flask==3.0; redis\n")],
            Ok(&["api/setup.cfg flask 3.0", "api/setup.cfg redis"]),
        );
        check(
            &[
                (
                    "setup.cfg",
                    "[options]\ninstall_requires = file: base.txt, more.txt\n",
                ),
                ("base.txt", "flask\n"),
                ("more.txt", "redis==5\n"),
            ],
            Ok(&["api/more.txt redis 5", "api/base.txt flask"]),
        );
        check(
            &[("setup.cfg", "[options]\ninstall_requires = file: gone.txt\n")],
            Err("gone.txt"),
        );
        check(&[("setup.cfg", "unreadable")], Err("api/setup.cfg"));
    }

    #[test]
    fn a_pipfile_names_its_packages() {
        let packages = "[packages]\nflask = '==3.0'\nredis = '*'\nmine = {path = '.', editable = true}\nrich = {version = '>=13', extras = ['jupyter']}\n[dev-packages]\npytest = '*'\n";
        check(
            &[("Pipfile", packages), ("requirements.txt", "other\n")],
            Ok(&[
                "api/Pipfile flask 3.0",
                "api/Pipfile redis",
                "api/Pipfile rich >=13",
            ]),
        );
        check(&[("Pipfile", "[packages\n")], Err("api/Pipfile"));
    }

    #[test]
    fn the_first_file_that_names_any_decides() {
        let all = [
            ("pyproject.toml", "[project]\ndependencies = ['one']\n"),
            ("setup.cfg", "[options]\ninstall_requires = two\n"),
            ("Pipfile", "[packages]\nthree = '*'\n"),
            ("requirements.txt", "four\n"),
        ];
        check(&all, Ok(&["api/pyproject.toml one"]));
        check(&all[1..], Ok(&["api/setup.cfg two"]));
        check(&all[2..], Ok(&["api/Pipfile three"]));
        check(&all[3..], Ok(&["api/requirements.txt four"]));
        check(
            &[
                ("setup.cfg", "[tool:pytest]\naddopts = -q\n"),
                ("requirements.txt", "four\n"),
            ],
            Ok(&["api/requirements.txt four"]),
        );
    }
}
