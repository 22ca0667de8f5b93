//! What the linters, formatters and the type checker of JavaScript and TypeScript have in common: what says that a
//! project uses them, and finding a report among what package managers print around it. Not a tool itself.

use serde::de::DeserializeOwned;

use crate::project::UnitFacts;
use crate::project::installing::node_install;

/// One of the tools that a project may have chosen, and what says so.
pub(super) struct Choice {
    /// Names of its configuration files, in the unit's directory or above.
    files: &'static [&'static str],
    /// A key of `package.json` that holds its configuration.
    key: Option<&'static str>,
    /// The package that it comes in.
    package: &'static str,
    /// The word by which scripts call it.
    word: &'static str,
}

/// eslint. Both kinds of configuration; a version that does not read the one that is there says so itself.
pub(super) const ESLINT: Choice = Choice {
    files: &[
        "eslint.config.js",
        "eslint.config.mjs",
        "eslint.config.cjs",
        "eslint.config.ts",
        "eslint.config.mts",
        "eslint.config.cts",
        ".eslintrc",
        ".eslintrc.js",
        ".eslintrc.cjs",
        ".eslintrc.yaml",
        ".eslintrc.yml",
        ".eslintrc.json",
    ],
    key: Some("eslintConfig"),
    package: "eslint",
    word: "eslint",
};

/// Prettier.
pub(super) const PRETTIER: Choice = Choice {
    files: &[
        ".prettierrc",
        ".prettierrc.json",
        ".prettierrc.json5",
        ".prettierrc.yaml",
        ".prettierrc.yml",
        ".prettierrc.toml",
        ".prettierrc.js",
        ".prettierrc.cjs",
        ".prettierrc.mjs",
        ".prettierrc.ts",
        ".prettierrc.cts",
        ".prettierrc.mts",
        "prettier.config.js",
        "prettier.config.cjs",
        "prettier.config.mjs",
        "prettier.config.ts",
        "prettier.config.cts",
        "prettier.config.mts",
    ],
    key: Some("prettier"),
    package: "prettier",
    word: "prettier",
};

/// Biome.
pub(super) const BIOME: Choice = Choice {
    files: &["biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc"],
    key: None,
    package: "@biomejs/biome",
    word: "biome",
};

impl Choice {
    /// What says that the unit uses the tool, as the end of a sentence; `None` when nothing does.
    pub(super) fn evidence(&self, facts: &UnitFacts) -> Option<String> {
        let file = self.files.iter().find(|name| facts.has_up(name));
        let key = self.key.filter(|key| {
            facts
                .package
                .as_ref()
                .is_some_and(|package| package.get(key).is_some())
        });
        match (file, key) {
            (Some(name), _) => Some(format!("{name} is there")),
            (None, Some(key)) => Some(format!("package.json has {key:?}")),
            (None, None) => facts
                .node
                .dependencies
                .contains(self.package)
                .then(|| format!("package.json depends on {}", self.package)),
        }
    }

    /// Whether a file of this name holds the tool's settings.
    pub(super) fn is_configured_by(&self, name: &str) -> bool {
        self.files.contains(&name)
    }

    /// Whether a script of `package.json` calls the tool.
    fn in_scripts(&self, facts: &UnitFacts) -> bool {
        let scripts = facts
            .package
            .as_ref()
            .and_then(|package| package.get("scripts")?.as_object());
        scripts
            .into_iter()
            .flat_map(serde_json::Map::values)
            .any(|script| {
                let words = script.as_str().unwrap_or_default();
                words
                    .split(|c: char| c.is_whitespace() || "&|;()\"'/:".contains(c))
                    .any(|word| word == self.word)
            })
    }

    /// What says that this tool is used and not `other`, which does the same. Where both are configured, the scripts
    /// of `package.json` decide when they call only one of them; else Biome, because a project adds it to replace.
    pub(super) fn chosen(&self, other: &Self, facts: &UnitFacts) -> Option<String> {
        let why = self.evidence(facts)?;
        if other.evidence(facts).is_none() {
            return Some(why);
        }
        let (own, others) = (self.in_scripts(facts), other.in_scripts(facts));
        let chosen = if own == others {
            self.word == BIOME.word
        } else {
            own
        };
        let because = if own == others {
            "the newer of the two"
        } else {
            "the one that the scripts of package.json call"
        };
        chosen.then(|| format!("{why}; of {} and {} it is {because}", self.word, other.word))
    }
}

/// Arguments with more behind them, before a `--` that ends the options.
pub(super) fn with_added(mut own: Vec<String>, added: &[&str]) -> Vec<String> {
    let at = own.iter().position(|word| word == "--").unwrap_or(own.len());
    own.splice(at..at, added.iter().map(|word| (*word).to_owned()));
    own
}

/// Reads a JSON report on stdout: the last line that begins like this is its start. Package managers that run a
/// script print lines before and behind it.
pub(super) fn report<T: DeserializeOwned>(stdout: &[u8], begins: &str) -> Result<T, String> {
    let starts = |at: &usize| stdout[*at..].starts_with(begins.as_bytes());
    let lines = stdout
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(at, _)| at + 1);
    let at = std::iter::once(0)
        .chain(lines)
        .rfind(starts)
        .ok_or("there is none")?;
    let mut values = serde_json::Deserializer::from_slice(&stdout[at..]).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("there is none".to_owned()),
    }
}

/// Whether a line of stdout is a package manager's own, not the tool's.
pub(super) fn is_managers(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || ["> ", "$ ", "yarn run v", "Done in ", "info Visit ", "ELIFECYCLE"]
            .iter()
            .any(|start| line.starts_with(start))
}

/// What to do about a module that a tool could not load, when that is what it says.
pub(super) fn missing_module(said: &str, facts: &UnitFacts) -> Option<String> {
    let name = ["Cannot find module '", "Cannot find package '"]
        .iter()
        .find_map(|start| said.split_once(start)?.1.split_once('\'').map(|(name, _)| name))?;
    if name.is_empty() || name.starts_with(['.', '/']) || name.contains(char::is_whitespace) {
        return None;
    }
    Some(if facts.node.installed {
        format!("install what is missing: {} {name}", facts.node.manager.add())
    } else {
        format!("install the packages: {}", node_install(facts))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::lint_recordings::javascript;
    use serde_json::json;

    #[track_caller]
    fn check(files: &[&str], package: &serde_json::Value, expect: [Option<&str>; 2]) {
        let mut facts = javascript(files);
        for kind in ["dependencies", "devDependencies"] {
            let names = package.get(kind).and_then(serde_json::Value::as_object);
            facts
                .node
                .dependencies
                .extend(names.into_iter().flatten().map(|(name, _)| name.clone()));
        }
        facts.package = Some(package.clone());
        let found = [BIOME.chosen(&PRETTIER, &facts), PRETTIER.chosen(&BIOME, &facts)];
        assert_eq!(found.each_ref().map(Option::as_deref), expect);
    }

    #[test]
    fn files_keys_and_dependencies_say_which_tool_is_used() {
        check(&[], &json!({}), [None, None]);
        check(&["biome.jsonc"], &json!({}), [Some("biome.jsonc is there"), None]);
        check(&[".prettierrc"], &json!({}), [None, Some(".prettierrc is there")]);
        check(
            &[],
            &json!({"prettier": "x"}),
            [None, Some("package.json has \"prettier\"")],
        );
        check(
            &[],
            &json!({"devDependencies": {"@biomejs/biome": "2"}}),
            [Some("package.json depends on @biomejs/biome"), None],
        );
    }

    #[test]
    fn of_two_configured_tools_the_scripts_choose() {
        let both = ["biome.json", ".prettierrc"];
        let newer = "biome.json is there; of biome and prettier it is the newer of the two";
        check(&both, &json!({}), [Some(newer), None]);
        check(
            &both,
            &json!({"scripts": {"lint": "biome lint", "format": "npx prettier --check ."}}),
            [Some(newer), None],
        );
        check(
            &both,
            &json!({"scripts": {"fmt": "cd a && prettier --write .", "x": "my-biome"}}),
            [
                None,
                Some(
                    ".prettierrc is there; of prettier and biome it is the one that the scripts of package.json call",
                ),
            ],
        );
    }

    #[test]
    fn arguments_are_added_before_the_end_of_the_options() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(with_added(words("a"), &["--x"]).join(" "), "a --x");
        assert_eq!(
            with_added(words("a -- b"), &["--x", "1"]).join(" "),
            "a --x 1 -- b"
        );
    }

    #[test]
    fn a_report_is_found_among_a_package_managers_lines() {
        let read = |text: &str| report::<Vec<u8>>(text.as_bytes(), "[");
        assert_eq!(read("[1]"), Ok(vec![1]));
        assert_eq!(
            read("> x@1.0.0 lint\n> eslint .\n\n[1, 2]\nDone in 0.1s.\n"),
            Ok(vec![1, 2])
        );
        assert!(read("").is_err());
        assert!(read(" [1]").is_err());
        assert!(read("[1\n").is_err());
        assert!(read("[1]\n[2").is_err(), "the last one counts");
    }
}
