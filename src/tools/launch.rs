//! Recognising a tool behind the launchers that projects put before it.

use super::{TOOLS, Tool};

/// A command line taken apart: how the tool is launched, which tool it is, and what it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The tool's name.
    pub tool: &'static str,
    /// How many words stand before the tool's arguments: launcher and the tool's own words.
    pub prefix: usize,
    /// How many of them are those of launchers.
    launchers: usize,
}

/// A command line as the tool in it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Launchers and the tool's own words.
    pub prefix: Vec<String>,
    /// What the tool is asked.
    pub args: Vec<String>,
    /// Whether a program that measures coverage was left out before the tool.
    pub was_measured: bool,
}

/// Takes a command line apart in which a tool was recognised. A program that measures coverage is left out: the tool
/// measures by itself, or the program is put there again with a report that can be read. What stands between `node`
/// and what makes it a test runner counts as asked of the test runner.
pub fn parts(words: &[String], found: &Recognised) -> Parts {
    let mut prefix = Vec::with_capacity(found.prefix);
    let mut was_measured = false;
    let mut at = 0;
    while at < found.launchers {
        let end = at + launcher(&words[at..]).max(1);
        if measuring(&words[at..]) == 0 {
            prefix.extend_from_slice(&words[at..end.min(found.launchers)]);
        } else {
            was_measured = true;
        }
        at = end;
    }
    let own = &words[found.launchers..found.prefix];
    let mut args = Vec::with_capacity(words.len());
    match own {
        [node, between @ .., last] if base_name(node) == "node" => {
            prefix.extend([node.clone(), last.clone()]);
            args.extend_from_slice(between);
        }
        _ => prefix.extend_from_slice(own),
    }
    args.extend_from_slice(&words[found.prefix..]);
    Parts {
        prefix,
        args,
        was_measured,
    }
}

/// The program that a command line starts, but for those that measure coverage or set variables: `mocha` of
/// `c8 --all mocha` and of `env A=1 mocha`.
pub fn program(words: &[String]) -> Option<&str> {
    let mut rest = words;
    loop {
        match measuring(rest).max(variables(rest)) {
            0 => return rest.first().map(String::as_str),
            more => rest = &rest[more..],
        }
    }
}

/// How many words at the start are those of a program that sets variables, with these.
pub fn variables(words: &[String]) -> usize {
    match words.first().map(|word| base_name(word)) {
        Some("env" | "cross-env") => 1 + words[1..].iter().take_while(|word| is_variable(word)).count(),
        _ => 0,
    }
}

/// Finds the tool in a command line: `pytest -q`, `python -m pytest -q`, `uv run pytest -q`,
/// `poetry run pytest -q`, `.venv/bin/pytest -q`, `npx eslint .`, `env A=1 cargo +stable --locked clippy`.
/// `None` means that nobody here knows the command.
pub fn recognise(words: &[String]) -> Option<Recognised> {
    // A launcher may be a tool itself: `yarn audit`, `yarn jest`.
    let mut start = 0;
    loop {
        let found = TOOLS
            .iter()
            .filter_map(|tool| {
                let length = matched(*tool, &words[start..])?;
                Some((tool.words().len(), tool.id(), start + length))
            })
            // Of tools with the same words the first one is meant; the others ask the same program something else.
            .rev()
            .max_by_key(|(wanted, _, _)| *wanted);
        if let Some((_, tool, prefix)) = found {
            return Some(Recognised {
                tool,
                prefix,
                launchers: start,
            });
        }
        match launcher(&words[start..]) {
            0 => return None,
            more => start = (start + more).min(words.len()),
        }
    }
}

/// How many words at the start are the tool's own, with what cargo allows between them.
fn matched(tool: &dyn Tool, words: &[String]) -> Option<usize> {
    let (program, wanted) = tool.words().split_first()?;
    if base_name(words.first()?) != *program {
        return None;
    }
    let mut at = 1;
    if *program == "cargo" && words.get(at).is_some_and(|word| word.starts_with('+')) {
        at += 1;
    }
    for name in wanted {
        at += match *program {
            "cargo" => options(words.get(at..)?, VALUED, ""),
            // What it loads stands before what it does: `node --import tsx --test`.
            "node" => options(words.get(at..)?, VALUED_OF_NODE, name),
            "npm" => options(words.get(at..)?, &["--prefix", "-w", "--workspace"], name),
            _ => 0,
        };
        let word = words.get(at)?;
        if word != name && !(*program == "cargo" && ALIASES.contains(&(word, name))) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// Short names that cargo and cargo-nextest have built in, and what they stand for.
const ALIASES: &[(&str, &str)] = &[("t", "test"), ("r", "run")];

/// Options with a value that may stand between `cargo` and its subcommand, or that subcommand and its own.
const VALUED: &[&str] = &["--config", "-C", "--color", "-Z", "--explain", "--manifest-path"];

/// Options of node with a value that may stand before the option that makes it a test runner.
const VALUED_OF_NODE: &[&str] = &[
    "--import",
    "--require",
    "-r",
    "--loader",
    "--experimental-loader",
    "--conditions",
    "-C",
    "--env-file",
    "--test-reporter",
    "--test-reporter-destination",
    "--test-name-pattern",
    "--test-skip-pattern",
    "--test-concurrency",
    "--test-timeout",
];

/// Options of c8 with a value. Source: `c8 --help` of 12.0.
const VALUED_OF_C8: &[&str] = &[
    "--reporter",
    "-r",
    "--reports-dir",
    "--report-dir",
    "-o",
    "--src",
    "--include",
    "-n",
    "--exclude",
    "-x",
    "--extension",
    "-e",
    "--branches",
    "--functions",
    "--lines",
    "--statements",
    "--config",
    "-c",
    "--temp-directory",
    "--resolve",
    "--wrapper-length",
];

/// Options of nyc with a value. Source: `nyc --help` of 18.0.
const VALUED_OF_NYC: &[&str] = &[
    "--cwd",
    "--nycrc-path",
    "--temp-dir",
    "-t",
    "--exclude",
    "-x",
    "--include",
    "-n",
    "--extension",
    "-e",
    "--ignore-class-methods",
    "--parser-plugins",
    "--require",
    "-i",
    "--branches",
    "--functions",
    "--lines",
    "--statements",
    "--reporter",
    "-r",
    "--report-dir",
    "--cache-dir",
];

/// Options of npx and `npm exec` without a value.
const ALONE_OF_NPX: &[&str] = &["--no-install", "--no", "--yes", "-y", "--quiet", "-q", "--"];

/// Commands that are another name for a tool run on the whole unit: their words, and the tool.
const SYNONYMS: &[(&[&str], &str)] = &[(&["go", "fmt"], "gofmt")];

/// The tool that a command is another name for. `go fmt` rewrites files and succeeds in any case, so that running it
/// as it stands would say nothing.
pub fn synonym(words: &[String]) -> Option<&'static str> {
    let fits = |wanted: &&[&str]| {
        words.len() >= wanted.len()
            && wanted
                .iter()
                .zip(words)
                .all(|(wanted, word)| base_name(word) == *wanted)
    };
    SYNONYMS
        .iter()
        .find(|(wanted, _)| fits(wanted))
        .map(|(_, tool)| *tool)
}

/// How many words of options stand before the next word that is none, or that is `end`.
fn options(words: &[String], valued: &[&str], end: &str) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-') && *word != end) {
        at += if valued.contains(&word.as_str()) { 2 } else { 1 };
    }
    at
}

fn base_name(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// How many words the launcher has that the words begin with.
fn launcher(words: &[String]) -> usize {
    let at = |index: usize| words.get(index).map_or("", |word| base_name(word));
    match (at(0), at(1)) {
        (python, "-m") if python.starts_with("python") => 2,
        ("uv" | "poetry" | "pdm" | "hatch" | "rye" | "yarn", "run")
        | ("pnpm", "exec" | "dlx")
        | ("bun", "x") => 2,
        ("npx" | "bunx", _) => {
            1 + words[1..]
                .iter()
                .take_while(|word| ALONE_OF_NPX.contains(&word.as_str()))
                .count()
        }
        ("npm", "exec" | "x") => {
            let flags = words[2..]
                .iter()
                .take_while(|word| ALONE_OF_NPX.contains(&word.as_str()));
            2 + flags.count()
        }
        ("rustup", "run") => 3,
        ("pnpm" | "yarn" | "bun", word) if !word.is_empty() && !word.starts_with('-') => 1,
        ("c8" | "nyc", _) => measuring(words),
        ("env" | "cross-env", _) => variables(words),
        _ => 0,
    }
}

/// How many words at the start are those of a program that measures coverage around another, with its options.
fn measuring(words: &[String]) -> usize {
    let valued = match words.first().map(|word| base_name(word)) {
        Some("c8") => VALUED_OF_C8,
        Some("nyc") => VALUED_OF_NYC,
        _ => return 0,
    };
    (1 + options(&words[1..], valued, "")).min(words.len())
}

/// Whether a word sets a variable, as `env` takes it.
fn is_variable(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && !name.starts_with('-'))
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
        check("npx --no-install jest --ci", Some(("jest", 3)));
        check("npm exec -- vitest run", Some(("vitest", 4)));
        check("yarn jest", Some(("jest", 2)));
        check("cargo nextest run --all", Some(("cargo-nextest", 3)));
    }

    #[test]
    fn what_node_loads_hides_no_test_runner() {
        check("node --test", Some(("node-test", 2)));
        check("node --test-reporter tap --test a.js", Some(("node-test", 4)));
        check("node --import tsx --test a.ts", Some(("node-test", 4)));
        check(
            "node --import=tsx -r ./x --no-warnings --test",
            Some(("node-test", 6)),
        );
        check("cross-env A=1 node --test test", Some(("node-test", 4)));
        check("node a.js --test", None);
        check("node --import --test", None);
        check("node", None);
        check("c8 --all mocha --exit", Some(("mocha", 3)));
        check("npx jest --ci", Some(("jest", 2)));
        check("yarn vitest run", Some(("vitest", 2)));
    }

    #[test]
    fn options_of_what_measures_coverage_hide_no_tool() {
        check(
            "c8 --check-coverage --lines 100 node --test",
            Some(("node-test", 6)),
        );
        check("c8 -r lcov -c conf.json mocha --exit", Some(("mocha", 6)));
        check("nyc -c --require x npx mocha", Some(("mocha", 6)));
        check("c8 --lines=9 node a.js", None);
        check("c8 --lines", None);
        check("c8 report", None);
    }

    #[track_caller]
    fn check_parts(line: &str, prefix: &str, args: &str, was_measured: bool) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let parts = parts(&words, &recognise(&words).unwrap());
        assert_eq!(
            (
                parts.prefix.join(" ").as_str(),
                parts.args.join(" ").as_str(),
                parts.was_measured
            ),
            (prefix, args, was_measured),
            "{line}"
        );
    }

    #[test]
    fn what_measures_coverage_is_left_out_wherever_it_stands() {
        check_parts("mocha -x a", "mocha", "-x a", false);
        check_parts("c8 mocha", "mocha", "", true);
        check_parts("bin/c8 -r lcov mocha a", "mocha", "a", true);
        check_parts(
            "npx --no-install nyc --all mocha",
            "npx --no-install mocha",
            "",
            true,
        );
        check_parts("env A=1 c8 npx mocha", "env A=1 npx mocha", "", true);
        check_parts("c8 nyc mocha", "mocha", "", true);
        check_parts("yarn c8 jest --ci", "yarn jest", "--ci", true);
        check_parts("uv run pytest -q", "uv run pytest", "-q", false);
        check_parts(
            "cargo +stable -q test --lib",
            "cargo +stable -q test",
            "--lib",
            false,
        );
    }

    #[test]
    fn options_before_the_test_runner_of_node_are_its_arguments() {
        check_parts("node --test", "node --test", "", false);
        check_parts(
            "c8 --lines 100 node --import tsx --test a.ts",
            "node --test",
            "--import tsx a.ts",
            true,
        );
    }

    #[test]
    fn the_program_behind_what_measures_coverage_is_the_one_that_is_started() {
        for (line, expect) in [
            ("c8 -r lcov bin/mocha", Some("bin/mocha")),
            ("mocha a", Some("mocha")),
            ("nyc --all", None),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(program(&words), expect, "{line}");
        }
    }

    #[test]
    fn options_and_toolchains_hide_no_tool_of_cargo() {
        check("cargo +stable clippy -- -D warnings", Some(("clippy", 3)));
        check("cargo -q clippy", Some(("clippy", 3)));
        check("cargo --locked clippy", Some(("clippy", 3)));
        check(
            "cargo +1.80 --config a=b -Z x --color=never clippy --lib",
            Some(("clippy", 8)),
        );
        check("/usr/bin/cargo -C dir test", Some(("cargo-test", 4)));
        check("go test ./...", Some(("go-test", 2)));
        check("/usr/local/go/bin/go vet ./...", Some(("go-vet", 2)));
        check("go build ./...", Some(("go-build", 2)));
        check("gofmt -l .", Some(("gofmt", 1)));
        check("govulncheck ./...", Some(("govulncheck", 1)));
        check("cargo +stable check --lib", Some(("cargo-check", 3)));
        check("cargo t --lib", Some(("cargo-test", 2)));
        check("cargo -q t", Some(("cargo-test", 3)));
        check("cargo nextest r", Some(("cargo-nextest", 3)));
        check("cargo nextest --color never run", Some(("cargo-nextest", 5)));
        check("env A=1 B= cargo clippy", Some(("clippy", 5)));
        check("env cargo clippy", Some(("clippy", 3)));
        check("rustup run stable cargo clippy", Some(("clippy", 5)));
        check("env A=1 uv run pytest -q", Some(("pytest", 5)));
    }

    #[test]
    fn other_commands_are_left_as_they_are() {
        check("make test", None);
        check("task lint:backend", None);
        check("ruff", None);
        check("uv run", None);
        check("rustup run", None);
        check("env A=1", None);
        check("env -i cargo clippy", None);
        check("cargo", None);
        check("cargo +stable", None);
        check("cargo --config clippy", None);
        check("cargo run clippy", None);
        check("cargo xtask test", None);
        check("python t", None);
    }
}
