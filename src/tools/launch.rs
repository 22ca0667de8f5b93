//! Recognising a tool behind the launchers that projects put before it.

use super::{TOOLS, Tool};

/// A command line taken apart: how the tool is launched, which tool it is, and what it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The tool's name.
    pub tool: &'static str,
    /// How many words stand before the tool's arguments: launcher and the tool's own words.
    pub prefix: usize,
}

/// Finds the tool in a command line: `pytest -q`, `python -m pytest -q`, `uv run pytest -q`,
/// `poetry run pytest -q`, `.venv/bin/pytest -q`, `npx eslint .`. `None` means that nobody here knows the command.
pub fn recognise(words: &[String]) -> Option<Recognised> {
    let start = launcher_words(words);
    TOOLS
        .iter()
        .filter(|tool| matches_at(**tool, words, start))
        .max_by_key(|tool| tool.words().len())
        .map(|tool| Recognised {
            tool: tool.id(),
            prefix: start + tool.words().len(),
        })
}

fn matches_at(tool: &dyn Tool, words: &[String], start: usize) -> bool {
    let wanted = tool.words();
    words.len() >= start + wanted.len()
        && wanted
            .iter()
            .zip(&words[start..])
            .enumerate()
            .all(|(index, (wanted, word))| {
                if index == 0 {
                    base_name(word) == *wanted
                } else {
                    word == wanted
                }
            })
}

fn base_name(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// How many words of a launcher stand before the tool.
fn launcher_words(words: &[String]) -> usize {
    let at = |index: usize| words.get(index).map_or("", |word| base_name(word));
    match (at(0), at(1)) {
        (python, "-m") if python.starts_with("python") => 2,
        ("uv" | "poetry" | "pdm" | "hatch" | "rye", "run") => match (at(2), at(3)) {
            (python, "-m") if python.starts_with("python") => 4,
            _ => 2,
        },
        ("npx" | "bunx", _) => 1,
        ("pnpm", "exec") | ("yarn", "run") => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Option<(&'static str, usize)>) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(
            recognise(&words).map(|found| (found.tool, found.prefix)),
            expect,
            "{line}"
        );
    }

    #[test]
    fn tools_are_found_behind_their_launchers() {
        check("pytest -q", Some(("pytest", 1)));
        check(".venv/bin/pytest -q", Some(("pytest", 1)));
        check("python -m pytest -q", Some(("pytest", 3)));
        check("python3.12 -m pytest", Some(("pytest", 3)));
        check("uv run pytest", Some(("pytest", 3)));
        check("uv run python -m pytest", Some(("pytest", 5)));
        check("poetry run ruff check .", Some(("ruff", 4)));
        check("ruff format .", Some(("ruff-format", 2)));
        check("cargo test", Some(("cargo-test", 2)));
        check("cargo nextest run --all", Some(("cargo-nextest", 3)));
    }

    #[test]
    fn other_commands_are_left_as_they_are() {
        check("make test", None);
        check("task lint:backend", None);
        check("ruff", None);
        check("uv run", None);
    }
}
