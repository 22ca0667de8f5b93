//! Which libraries a project uses: those of `stack.txt`, else those that its manifests ask for directly.

use std::collections::BTreeMap;
use std::path::Path;

use super::python;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// A library that a project uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Its name, as it is written.
    pub name: String,
    /// The version that is asked for, as it is written: `0.115.6`, `^18.2.0`.
    pub version: Option<String>,
    /// The file that names it, relative to the project.
    pub from: String,
}

/// The longest name of a library.
const MAX_NAME: usize = 100;

/// Sections of `stack.txt` that name no libraries.
const NO_LIBRARIES: [&str; 2] = ["language", "mcp"];

/// A name under which two spellings of a library are the same: `Flask_SQLAlchemy` and `flask-sqlalchemy`.
pub fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '.'], "-")
}

/// The libraries, each once. The one that has a version wins.
fn distinct(libraries: Vec<Library>) -> Vec<Library> {
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    let mut out: Vec<Library> = Vec::new();
    for library in libraries {
        match at
            .get(&normal(&library.name))
            .and_then(|index| out.get_mut(*index))
        {
            Some(known) if known.version.is_none() && library.version.is_some() => *known = library,
            Some(_) => {}
            None => {
                at.insert(normal(&library.name), out.len());
                out.push(library);
            }
        }
    }
    out
}

/// The libraries of a `stack.txt`, in any of the forms that it is written in.
pub fn of_stack(text: &str, from: &str) -> Vec<Library> {
    let mut libraries = Vec::new();
    let mut counts = true;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            counts = !NO_LIBRARIES.iter().any(|word| heading.contains(word));
            continue;
        }
        if !counts || line.starts_with("Generated:") {
            continue;
        }
        let entry = line
            .trim_start_matches(['-', '*', '+', '•'])
            .trim()
            .replace(['`', '*'], "");
        if let Some((name, version)) = split(&entry) {
            libraries.push(Library {
                name,
                version,
                from: from.to_owned(),
            });
        }
    }
    distinct(libraries)
}

/// Takes an entry apart: `fastapi==0.115.6`, `uvicorn[standard]>=0.34`, `react@18.2.0`, `Next.js 14`, `pytest (testing)`,
/// `Django: 4.2`.
pub(super) fn split(entry: &str) -> Option<(String, Option<String>)> {
    let entry = entry.split(" (").next().unwrap_or(entry);
    let entry = entry.split([';', '#']).next().unwrap_or(entry).trim();
    let entry = [" - ", " – ", " — "]
        .iter()
        .fold(entry, |entry, dash| entry.split(dash).next().unwrap_or(entry));
    let is_version = |word: &str| {
        let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
        digits.starts_with(|c: char| c.is_ascii_digit())
    };
    let (name, version) = if let Some((name, _)) = entry.split_once(" @ ") {
        (name, None)
    } else if let Some(at) = entry.find(['=', '<', '>', '~', '!', '^']) {
        (&entry[..at], Some(&entry[at..]))
    } else if let Some(at) = entry
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '@')
        .map(|(at, _)| at)
    {
        (&entry[..at], Some(&entry[at + 1..]))
    } else if let Some((name, rest)) = entry.split_once(':') {
        (name, Some(rest.trim()).filter(|rest| is_version(rest)))
    } else if let Some((name, last)) = entry.rsplit_once(char::is_whitespace)
        && is_version(last)
    {
        (name, Some(last))
    } else {
        (entry, None)
    };
    let name = name.split('[').next().unwrap_or(name);
    let name = name.trim().trim_end_matches(':');
    let is_name = name.contains(|c: char| c.is_alphanumeric())
        && name.chars().count() <= MAX_NAME
        && !["none", "n/a", "unknown"].contains(&name.to_lowercase().as_str());
    let version = version
        .map(|version| version.trim_start_matches("==").trim())
        .filter(|version| version.contains(|c: char| c.is_ascii_digit()));
    is_name.then(|| (name.to_owned(), version.map(str::to_owned)))
}

/// A file that names libraries, nobody knows which.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} cannot be read or is broken, so that nobody knows which libraries it names")]
pub struct Unread {
    /// The file, relative to the project; one that another includes as it is named there.
    pub file: String,
}

/// What a file asks for: names and versions.
pub(super) type Declared = Vec<(String, Option<String>)>;

/// Gives the text of a file.
pub(super) type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// The libraries that the manifests of some units ask for directly.
pub fn of_units(units: &[UnitFacts], read: Read<'_>) -> Result<Vec<Library>, Unread> {
    let mut libraries = Vec::new();
    for facts in units {
        for (file, declared) in of_unit(facts, read)? {
            libraries.extend(declared.into_iter().map(|(name, version)| Library {
                name,
                version,
                from: file.clone(),
            }));
        }
    }
    Ok(distinct(libraries))
}

/// What a unit asks for, by file.
fn of_unit(facts: &UnitFacts, read: Read<'_>) -> Result<Vec<(String, Declared)>, Unread> {
    let (file, declared) = match facts.unit.language {
        Language::Python => return python::of_unit(facts, read),
        Language::Javascript | Language::Typescript => {
            let package = understood(facts, "package.json", facts.package.as_ref())?;
            ("package.json", package.map(node).unwrap_or_default())
        }
        Language::Rust => {
            let manifest = understood(facts, "Cargo.toml", facts.manifest.as_ref())?;
            ("Cargo.toml", manifest.map(rust).unwrap_or_default())
        }
        Language::Go => {
            let text = read(&facts.dir.join("go.mod"));
            let text = understood(facts, "go.mod", text.as_deref())?;
            ("go.mod", go(text.unwrap_or_default()))
        }
        Language::Described(_) => return Ok(Vec::new()),
    };
    Ok(vec![(facts.unit.to_project(file), declared)])
}

/// What was read of a file of the unit. A file that is there and was not understood is no empty one.
pub(super) fn understood<'f, T: ?Sized>(
    facts: &UnitFacts,
    file: &str,
    read: Option<&'f T>,
) -> Result<Option<&'f T>, Unread> {
    if read.is_none() && facts.entries.contains(file) {
        return Err(Unread {
            file: facts.unit.to_project(file),
        });
    }
    Ok(read)
}

fn node(package: &serde_json::Value) -> Declared {
    let declared = package.get("dependencies").and_then(serde_json::Value::as_object);
    declared
        .into_iter()
        .flatten()
        .filter_map(|(name, version)| {
            let version = version.as_str().unwrap_or_default();
            // What lies in the same repository is no library of others.
            let own = ["workspace:", "file:", "link:", "portal:"];
            let is_own = own.iter().any(|start| version.starts_with(start));
            let is_version = !version.contains(['/', ':']) && version.contains(|c: char| c.is_ascii_digit());
            (!is_own).then(|| (name.clone(), is_version.then(|| version.to_owned())))
        })
        .collect()
}

fn rust(manifest: &toml::Table) -> Declared {
    let workspace = manifest.get("workspace");
    // `[target.'cfg(unix)'.dependencies]`.
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flatten().map(|(_, target)| target);
    let inner = workspace.into_iter().chain(targets);
    let tables = inner.filter_map(|table| table.get("dependencies"));
    manifest
        .get("dependencies")
        .into_iter()
        .chain(tables)
        .filter_map(toml::Value::as_table)
        .flatten()
        .filter(|(_, value)| value.get("path").is_none())
        .map(|(name, value)| {
            let text = |key: &str| value.get(key).and_then(toml::Value::as_str).map(str::to_owned);
            let version = value.as_str().map(str::to_owned).or_else(|| text("version"));
            (text("package").unwrap_or_else(|| name.clone()), version)
        })
        .collect()
}

fn go(text: &str) -> Declared {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        let entry = match line.strip_prefix("require") {
            Some(rest) if rest.trim() == "(" => {
                inside = true;
                continue;
            }
            Some(rest) if rest.starts_with([' ', '\t']) => rest.trim(),
            _ if inside && line == ")" => {
                inside = false;
                continue;
            }
            _ if inside => line,
            _ => continue,
        };
        if entry.contains("// indirect") {
            continue;
        }
        let mut words = entry.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && !name.starts_with("//")
        {
            found.push((name.to_owned(), Some(version.to_owned())));
        }
    }
    found
}

/// Those of some libraries that are important, and the important ones that are not among them. Without a list all are
/// important.
pub fn important(libraries: Vec<Library>, names: &[String]) -> (Vec<Library>, Vec<String>) {
    if names.is_empty() {
        return (libraries, Vec::new());
    }
    let wanted: Vec<String> = names.iter().map(|name| normal(name)).collect();
    let unused = names
        .iter()
        .filter(|name| {
            !libraries
                .iter()
                .any(|library| normal(&library.name) == normal(name))
        })
        .cloned()
        .collect();
    let kept = libraries
        .into_iter()
        .filter(|library| wanted.contains(&normal(&library.name)))
        .collect();
    (kept, unused)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::json;

    use super::*;
    use crate::model::unit::Unit;

    fn shown(libraries: &[Library]) -> Vec<String> {
        libraries
            .iter()
            .map(|library| match &library.version {
                Some(version) => format!("{} {version}", library.name),
                None => library.name.clone(),
            })
            .collect()
    }

    #[test]
    fn every_spelling_of_a_stack_is_read() {
        let text = "# Technology Stack\n\n## Languages\n- Python 3.12.10\n\n## Backend Framework\n- fastapi==0.115.6\n\
                    - FastAPI\n- uvicorn[standard]==0.34.0\n- Django: 4.2\n- Flask: ^3.0\n\n## Frontend Framework\n* Next.js 14\n\
                    * react@18.2.0\n- `@tanstack/react-query@5.0.1`\n- Tailwind CSS\n\n## Database\n- PostgreSQL 16\n- None\n\n\
                    ## MCP Servers\n- context7\n\n## Testing\n- pytest (testing)\n- **Jest** ^29.7\n\n## Key Libraries\n\
                    - pydantic >= 2.5\n- httpx - an HTTP client\n- Generated docs\n\nGenerated: 2026-01-16 09:18:23";
        assert_eq!(
            shown(&of_stack(text, "stack.txt")),
            [
                "fastapi 0.115.6",
                "uvicorn 0.34.0",
                "Django 4.2",
                "Flask ^3.0",
                "Next.js 14",
                "react 18.2.0",
                "@tanstack/react-query 5.0.1",
                "Tailwind CSS",
                "PostgreSQL 16",
                "pytest",
                "Jest ^29.7",
                "pydantic >= 2.5",
                "httpx",
                "Generated docs",
            ]
        );
    }

    #[test]
    fn one_library_a_line_is_a_stack_too() {
        assert_eq!(
            shown(&of_stack("fastapi 0.115.6\r\n\r\nredis\n", "stack.txt")),
            ["fastapi 0.115.6", "redis"]
        );
        assert_eq!(of_stack("", "stack.txt"), []);
        assert_eq!(
            of_stack("# Technology Stack\n\nGenerated: 2026-01-16", "stack.txt"),
            []
        );
    }

    #[test]
    fn of_two_spellings_the_one_with_a_version_wins() {
        assert_eq!(
            shown(&of_stack("- Flask_SQLAlchemy\n- flask-sqlalchemy==3.1\n", "s")),
            ["flask-sqlalchemy 3.1"]
        );
    }

    fn unit(language: Language) -> UnitFacts {
        let unit = Unit {
            path: "api".to_owned(),
            language,
            markers: Vec::new(),
        };
        UnitFacts::bare(unit, PathBuf::from("/p"), PathBuf::from("/p/api"))
    }

    #[track_caller]
    fn check(facts: UnitFacts, file: &str, expect: &[&str]) {
        let go = "module a\n\nrequire example.com/one v1.2.3\n\nrequire (\n\texample.com/two v0.4.0\n\
                  \t// a remark\n\texample.com/three v1.0.0 // indirect\n)\n";
        let found = of_units(&[facts], &|path| {
            path.ends_with("api/go.mod").then(|| go.to_owned())
        })
        .unwrap();
        assert_eq!(shown(&found), expect);
        assert!(found.iter().all(|library| library.from == file), "{found:?}");
    }

    #[test]
    fn manifests_name_what_they_ask_for_directly() {
        let mut facts = unit(Language::Python);
        facts.manifest = toml::from_str(
            "[project]\ndependencies = ['httpx[http2]>=0.27; python_version > \"3\"', 'mine @ file:///x', 'rich']",
        )
        .ok();
        check(facts, "api/pyproject.toml", &["httpx >=0.27", "mine", "rich"]);

        let mut facts = unit(Language::Python);
        facts.manifest = toml::from_str(
            "[tool.poetry.dependencies]\npython = '^3.12'\nflask = '^3.0'\nredis = {version = '5.0', optional = true}",
        )
        .ok();
        check(facts, "api/pyproject.toml", &["flask ^3.0", "redis 5.0"]);

        let mut facts = unit(Language::Python);
        facts.requirements = Some(
            "# x\n-c limits.txt\n--require-hashes\nflask==3.0.0 # why\nhttps://x/y.whl\nrich==1.0 \\\n    --hash=sha256:0\n"
                .to_owned(),
        );
        check(facts, "api/requirements.txt", &["flask 3.0.0", "rich 1.0"]);

        let mut facts = unit(Language::Typescript);
        facts.package = Some(json!({"dependencies": {
            "react": "^18.2.0", "own": "workspace:*", "mine": "file:../x", "fork": "github:a/b", "any": "*"
        }, "devDependencies": {"vitest": "3"}}));
        check(facts, "api/package.json", &["react ^18.2.0", "fork", "any"]);

        let mut facts = unit(Language::Rust);
        facts.manifest = toml::from_str(
            "[target.'cfg(unix)'.dependencies]\nnix = '0.29'\nserde = '1'\n[target.x86_64-pc-windows-msvc.dependencies]\nwindows = {version = '0.58'}\n[target.'cfg(unix)'.dev-dependencies]\nnot = '1'\n[dependencies]\nserde = '1'\nown = {path = '../own', version = '1'}\nyaml = {package = 'serde_yaml', version = '0.9'}\nshared = {workspace = true}",
        )
        .ok();
        check(
            facts,
            "api/Cargo.toml",
            &["serde 1", "shared", "serde_yaml 0.9", "nix 0.29", "windows 0.58"],
        );

        check(
            unit(Language::Go),
            "api/go.mod",
            &["example.com/one v1.2.3", "example.com/two v0.4.0"],
        );
    }

    #[track_caller]
    fn included_files(first: &str, expect: Result<&[&str], &str>) {
        let mut facts = unit(Language::Python);
        facts.requirements = Some(first.to_owned());
        let found = of_units(&[facts], &|path| match path.to_str()? {
            "/p/api/deps/base.txt" => Some("flask==3.0\n-r ../../all.txt\n".to_owned()),
            "/p/all.txt" => Some("rich\n-r api/deps/base.txt\n".to_owned()),
            _ => None,
        });
        let told = found.map(|found| {
            let told = found
                .iter()
                .map(|library| format!("{} {}", library.from, library.name));
            told.collect::<Vec<_>>()
        });
        let told = told.map_err(|unread| unread.file);
        let expect = expect.map(|all| all.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(told, expect.map_err(str::to_owned), "{first}");
    }

    #[test]
    fn requirements_include_others() {
        let all: &[&str] = &[
            "api/requirements.txt redis",
            "api/deps/base.txt flask",
            "all.txt rich",
        ];
        for line in [
            "-r deps/base.txt",
            "-rdeps/base.txt # why",
            "--requirement=./deps/base.txt",
            "--requirement deps/base.txt",
        ] {
            included_files(&format!("{line}\nredis\n"), Ok(all));
        }
        included_files("-r gone.txt\nredis\n", Err("gone.txt"));
        included_files("-r https://x/y.txt\n", Err("https://x/y.txt"));
        included_files("-r ../../outside.txt\nredis\n", Err("../../outside.txt"));
    }

    #[test]
    fn a_manifest_that_cannot_be_understood_is_no_empty_one() {
        for (language, file) in [
            (Language::Python, "pyproject.toml"),
            (Language::Python, "requirements.txt"),
            (Language::Javascript, "package.json"),
            (Language::Rust, "Cargo.toml"),
            (Language::Go, "go.mod"),
        ] {
            let mut facts = unit(language);
            assert_eq!(of_units(std::slice::from_ref(&facts), &|_| None), Ok(Vec::new()));
            facts.entries.insert(file.to_owned());
            let file = format!("api/{file}");
            assert_eq!(of_units(&[facts], &|_| None), Err(Unread { file }));
        }
    }

    #[test]
    fn only_important_libraries_are_kept_and_those_that_nobody_uses_are_told() {
        let all = || of_stack("- FastAPI 0.115\n- redis\n", "s");
        let names = ["fastapi".to_owned(), "celery".to_owned()];
        let (kept, unused) = important(all(), &names);
        assert_eq!(shown(&kept), ["FastAPI 0.115"]);
        assert_eq!(unused, ["celery"]);
        let (kept, unused) = important(all(), &[]);
        assert_eq!((kept.len(), unused.len()), (2, 0));
    }

    proptest::proptest! {
        #[test]
        fn no_stack_makes_it_panic(text in "\\PC{0,60}") {
            for library in of_stack(&text, "s") {
                proptest::prop_assert!(!library.name.is_empty());
            }
        }
    }
}
