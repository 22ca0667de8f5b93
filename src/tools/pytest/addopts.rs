//! Whether a project's own settings already say what coverage is measured of.
//!
//! A bare `--cov` beside `--cov=package` measures both: everything, tests included, and a low number turns into a
//! high one. So `--cov` is added only where it is sure that nobody else says it; where it is not sure, there is no
//! coverage report rather than a wrong number.

use super::super::python;
use crate::project::UnitFacts;
use crate::project::facts::TextFile;

/// What a file says about `--cov`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// The file has no settings of pytest's: it looks further.
    NoSettings,
    /// The settings are those of pytest, without `--cov`.
    No,
    /// With `--cov`, or it cannot be said.
    Maybe,
}

/// Whether the arguments or the settings that pytest will take measure coverage, as far as that can be excluded.
pub(super) fn may_measure(args: &[String], facts: &UnitFacts) -> bool {
    // Other settings than those that are read here.
    let elsewhere = ["-c", "--config-file", "--rootdir"];
    let named = |word: &String| {
        elsewhere.iter().any(|option| {
            word == option
                || (option.starts_with("--") && word.starts_with(&format!("{option}=")))
                || (!option.starts_with("--") && word.starts_with(option))
        })
    };
    let before = || args.iter().take_while(|word| *word != "--");
    // One setting, in the word of the option or in the next one: only `addopts` may measure.
    let sets_options = |(index, word): (usize, &String)| {
        let value = match word.as_str() {
            "-o" | "--override-ini" => args.get(index + 1).map(String::as_str),
            joined => joined
                .strip_prefix("--override-ini=")
                .or_else(|| joined.strip_prefix("-o").filter(|_| !joined.starts_with("--"))),
        };
        value.is_some_and(|value| value.trim_start_matches('=').trim_start().starts_with("addopts"))
    };
    let overrides = before().any(named) || before().enumerate().any(sets_options);
    python::has_option(args, "--cov") || overrides || settings_measure(&facts.python.pytest)
}

/// Options that select some of the tests.
const SELECTING: [&str; 3] = ["-m", "-k", "--deselect"];

/// Whether one of these words selects some of the tests.
pub(super) fn selects<'a>(words: impl IntoIterator<Item = &'a str>) -> bool {
    words.into_iter().take_while(|word| *word != "--").any(|word| {
        let word = word.trim_start_matches(['"', '\'']);
        SELECTING.iter().any(|option| word.starts_with(option))
    })
}

/// The first settings of pytest's whose `addopts` select some of the tests: the file, and what it says.
pub(super) fn selecting(files: &[TextFile]) -> Option<(&str, String)> {
    files.iter().find_map(|file| {
        let said = options(file);
        selects(said.split_whitespace()).then_some((file.name.as_str(), said))
    })
}

/// `addopts` of a file, in one line.
fn options(file: &TextFile) -> String {
    let text = file.text.as_deref().unwrap_or_default();
    let section = match file.name.rsplit('/').next() {
        Some("pytest.toml" | ".pytest.toml") => return toml_options(text, &["pytest"]),
        Some("pyproject.toml") => return toml_options(text, &["tool", "pytest"]),
        Some("setup.cfg") => "[tool:pytest]",
        _ => "[pytest]",
    };
    let mut all = String::new();
    ini_options(text, section, |value| {
        all.push(' ');
        all.push_str(value.trim());
    });
    all.trim().to_owned()
}

fn toml_options(text: &str, path: &[&str]) -> String {
    let Some(lists) = toml_addopts(text, path).ok().flatten() else {
        return String::new();
    };
    let words = lists.iter().flat_map(|addopts| match addopts {
        toml::Value::String(line) => vec![line.as_str()],
        toml::Value::Array(words) => words.iter().filter_map(toml::Value::as_str).collect(),
        _ => Vec::new(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn settings_measure(files: &[TextFile]) -> bool {
    for file in files {
        let is_toml = file.name.ends_with("pytest.toml");
        match says(file) {
            Says::Maybe => return true,
            // Only newer versions of pytest know these files, so that the next may count instead.
            Says::No if is_toml => {}
            Says::No => return false,
            Says::NoSettings => {}
        }
    }
    false
}

fn says(file: &TextFile) -> Says {
    let Some(text) = file.text.as_deref() else {
        return Says::Maybe;
    };
    match file.name.as_str() {
        "pytest.toml" | ".pytest.toml" => toml_says(text, &["pytest"]),
        "pyproject.toml" => toml_says(text, &["tool", "pytest"]),
        "setup.cfg" => ini_says(text, "[tool:pytest]"),
        // These two count even when they are empty.
        "pytest.ini" | ".pytest.ini" => match ini_says(text, "[pytest]") {
            Says::NoSettings => Says::No,
            said => said,
        },
        _ => ini_says(text, "[pytest]"),
    }
}

fn toml_says(text: &str, path: &[&str]) -> Says {
    let lists = match toml_addopts(text, path) {
        Err(_) => return Says::Maybe,
        Ok(None) => return Says::NoSettings,
        Ok(Some(lists)) => lists,
    };
    let measures = lists.iter().any(|addopts| match addopts {
        toml::Value::String(line) => has_cov(line),
        toml::Value::Array(words) => words.iter().any(|word| word.as_str().is_none_or(has_cov)),
        _ => true,
    });
    if measures { Says::Maybe } else { Says::No }
}

/// What is said of `addopts` in a table and in its `ini_options`; `None` where there is no such table.
fn toml_addopts(text: &str, path: &[&str]) -> Result<Option<Vec<toml::Value>>, toml::de::Error> {
    let table = text.trim_start_matches('\u{feff}').parse::<toml::Table>()?;
    let mut section = Some(&toml::Value::Table(table)).cloned();
    for name in path {
        section = section.and_then(|section| section.get(name).cloned());
    }
    Ok(section.map(|section| {
        let both = [Some(&section), section.get("ini_options")];
        let lists = both.iter().filter_map(|table| table.as_ref()?.get("addopts"));
        lists.cloned().collect()
    }))
}

fn ini_says(text: &str, section: &str) -> Says {
    let mut measures = false;
    let is_there = ini_options(text, section, |value| measures |= has_cov(value));
    match (is_there, measures) {
        (false, _) => Says::NoSettings,
        (true, false) => Says::No,
        (true, true) => Says::Maybe,
    }
}

/// The lines of `addopts` in one section: `addopts = …` or `addopts: …`, continued by lines that are indented. Whether
/// there is such a section.
fn ini_options(text: &str, section: &str, mut visit: impl FnMut(&str)) -> bool {
    let mut is_there = false;
    let mut inside = false;
    let mut in_addopts = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        if line.trim().is_empty() || line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let value = if line.starts_with('[') {
            inside = line.trim_end().starts_with(section);
            in_addopts = false;
            is_there |= inside;
            continue;
        } else if line.starts_with(char::is_whitespace) {
            line
        } else {
            let (key, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
            in_addopts = key.trim() == "addopts";
            value
        };
        if inside && in_addopts {
            visit(value);
        }
    }
    is_there
}

/// Whether one of the words is `--cov` or `--cov=…`, quoted or not.
fn has_cov(line: &str) -> bool {
    line.match_indices("--cov").any(|(at, found)| {
        let rest = &line[at + found.len()..];
        !rest.starts_with(|next: char| next == '-' || next.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::python_recordings;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: bool) {
        check_args("", files, expect);
    }

    #[track_caller]
    fn check_args(args: &str, files: &[(&str, &str)], expect: bool) {
        let mut facts = python_recordings::facts("");
        facts.python.pytest = files
            .iter()
            .map(|(name, text)| TextFile {
                name: (*name).to_owned(),
                text: (*text != "UNREADABLE").then(|| (*text).to_owned()),
            })
            .collect();
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        assert_eq!(may_measure(&args, &facts), expect, "{args:?} {files:?}");
    }

    #[test]
    fn every_file_that_pytest_reads_is_read() {
        for (name, text) in [
            ("pytest.ini", "[pytest]\naddopts = -q --cov=pkg\n"),
            (".pytest.ini", "[pytest]\naddopts=--cov\n"),
            ("tox.ini", "[tox]\nenvlist = a\n[pytest]\naddopts: --cov=pkg -q\n"),
            (
                "setup.cfg",
                "[metadata]\nname = x\n[tool:pytest]\naddopts =\n    -q\n    # why\n\n    \"--cov=my pkg\"\n",
            ),
            ("pytest.toml", "[pytest]\naddopts = ['--cov=pkg']\n"),
            (".pytest.toml", "[pytest]\naddopts = ['--cov=pkg']\n"),
            (
                "pyproject.toml",
                "[tool.pytest.ini_options]\naddopts = '-q --cov=pkg'\n",
            ),
            ("pyproject.toml", "[tool.pytest]\naddopts = ['-q', '--cov']\n"),
        ] {
            check(&[(name, text)], true);
            check(&[(name, &text.replace("--cov", "--cov-report"))], false);
        }
        check(&[], false);
    }

    #[test]
    fn other_sections_and_keys_are_not_addopts() {
        check(&[("setup.cfg", "[pytest]\naddopts = --cov=x\n")], false);
        check(
            &[("tox.ini", "[testenv]\naddopts = --cov=x\n[pytest]\nx = --cov\n")],
            false,
        );
        check(&[("pytest.ini", "[pytest]\n# addopts = --cov\n")], false);
        check(
            &[("pytest.ini", "[pytest]\naddopts = -q\nmarkers =\n    --cov\n")],
            false,
        );
    }

    #[test]
    fn the_first_with_settings_counts() {
        let with = "[pytest]\naddopts = --cov=pkg\n";
        check(&[("pytest.ini", ""), ("tox.ini", with)], false);
        check(&[("pyproject.toml", "[project]\n"), ("tox.ini", with)], true);
        check(
            &[
                ("tox.ini", "[tox]\n"),
                ("setup.cfg", "[tool:pytest]\naddopts = --cov\n"),
            ],
            true,
        );
        // An older pytest does not know the first.
        check(&[("pytest.toml", "[pytest]\n"), ("pytest.ini", with)], true);
    }

    #[test]
    fn the_settings_that_select_tests_are_found() {
        #[track_caller]
        fn check(name: &str, text: &str, expect: Option<&str>) {
            let file = TextFile {
                name: name.to_owned(),
                text: Some(text.to_owned()),
            };
            let expect = expect.map(|said| (name, said.to_owned()));
            assert_eq!(selecting(&[file]), expect, "{text}");
        }
        check(
            "pytest.ini",
            "[pytest]\naddopts = -q -m unit\n",
            Some("-q -m unit"),
        );
        check(
            "../tox.ini",
            "[pytest]\naddopts =\n  -q\n  -k 'not x'\n",
            Some("-q -k 'not x'"),
        );
        check("setup.cfg", "[pytest]\naddopts = -m unit\n", None);
        check(
            "pyproject.toml",
            "[tool.pytest.ini_options]\naddopts = ['--deselect=a', '-q']\n",
            Some("--deselect=a -q"),
        );
        check(
            "pytest.ini",
            "[pytest]\naddopts = --maxfail=1 -- -m\nmarkers = -m\n",
            None,
        );
        check("pytest.toml", "[pytest", None);
    }

    #[test]
    fn what_cannot_be_read_may_measure() {
        check(&[("pytest.ini", "UNREADABLE")], true);
        check(&[("pyproject.toml", "[tool.pytest")], true);
        check(&[("pyproject.toml", "[tool.pytest]\naddopts = 1\n")], true);
    }

    #[test]
    fn settings_that_are_named_on_the_command_line_may_measure() {
        for args in [
            "-c x.ini",
            "-cx.ini",
            "--config-file=x",
            "-o addopts=--cov=x",
            "--override-ini=addopts=-x",
            "--cov=x",
        ] {
            check_args(args, &[], true);
        }
        check_args("-- -c --cov", &[], false);
        check_args(
            "-o log_cli=true --override-ini=cache_dir=x -ocache_dir=y",
            &[],
            false,
        );
        check_args("--color=no --cov-branch", &[], false);
    }
}
