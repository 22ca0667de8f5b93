//! Which test runner a unit uses: exactly one.
//!
//! In order: what the test script calls, the runner's own configuration file, its section in package.json, the
//! packages that are declared. `node --test` is taken only when the test script says so. Everybody has node, so its
//! being there says nothing; and run on files that were written for another runner it takes each that does not
//! throw for a test that passed.

use super::super::launch;
use crate::project::UnitFacts;

/// A test runner for JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tools) enum Runner {
    /// jest.
    Jest,
    /// vitest.
    Vitest,
    /// mocha.
    Mocha,
    /// The one of node.
    Node,
}

/// The runners with packages of their own.
const PACKAGES: [(Runner, &str); 3] = [
    (Runner::Jest, "jest"),
    (Runner::Vitest, "vitest"),
    (Runner::Mocha, "mocha"),
];

/// How the configuration files of each begin; what follows is `.js`, `.mjs`, `.ts`, `.json` and the like.
const FILES: [(Runner, &str); 4] = [
    (Runner::Jest, "jest.config."),
    (Runner::Vitest, "vitest.config."),
    (Runner::Vitest, "vitest.workspace."),
    (Runner::Mocha, ".mocharc."),
];

/// The runner of a unit and why it is this one; `None` when nothing says which.
pub(in crate::tools) fn choose(facts: &UnitFacts) -> Option<(Runner, String)> {
    by_script(facts)
        .or_else(|| by_file(facts))
        .or_else(|| by_section(facts))
        .or_else(|| by_package(facts))
}

fn by_script(facts: &UnitFacts) -> Option<(Runner, String)> {
    let script = facts.script("test")?;
    // Each of several commands may be the one.
    let mut commands = script.split(['&', ';', '|']);
    let runner = commands.find_map(|command| {
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        // A shell takes variables without a launcher: `A=1 jest`.
        let variables = words
            .iter()
            .take_while(|word| {
                word.split_once('=')
                    .is_some_and(|(name, _)| !name.starts_with('-'))
            })
            .count();
        match launch::recognise(words.get(variables..)?)?.tool {
            "jest" => Some(Runner::Jest),
            "vitest" => Some(Runner::Vitest),
            "mocha" => Some(Runner::Mocha),
            "node-test" => Some(Runner::Node),
            _ => None,
        }
    })?;
    Some((runner, "the test script of package.json".to_owned()))
}

fn by_file(facts: &UnitFacts) -> Option<(Runner, String)> {
    FILES.iter().find_map(|(runner, start)| {
        let file = facts.entries.iter().find(|name| name.starts_with(start))?;
        Some((*runner, file.clone()))
    })
}

fn by_section(facts: &UnitFacts) -> Option<(Runner, String)> {
    let package = facts.package.as_ref()?;
    PACKAGES
        .iter()
        .find(|(_, name)| package.get(name).is_some_and(serde_json::Value::is_object))
        .map(|(runner, name)| (*runner, format!("package.json has a section {name}")))
}

fn by_package(facts: &UnitFacts) -> Option<(Runner, String)> {
    PACKAGES
        .iter()
        .find(|(_, name)| facts.node.dependencies.contains(*name))
        .map(|(runner, name)| (*runner, format!("package.json declares {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::js_recordings::facts;

    #[track_caller]
    fn check(package: &serde_json::Value, files: &[&str], expect: Option<(Runner, &str)>) {
        let mut facts = facts();
        facts.package = Some(package.clone());
        let declared = package
            .get("devDependencies")
            .and_then(serde_json::Value::as_object);
        facts.node.dependencies = declared
            .into_iter()
            .flat_map(|names| names.keys().cloned())
            .collect();
        facts.entries = files.iter().map(|name| (*name).to_owned()).collect();
        let chosen = choose(&facts);
        let chosen = chosen.as_ref().map(|(runner, why)| (*runner, why.as_str()));
        assert_eq!(chosen, expect, "{package} {files:?}");
    }

    #[track_caller]
    fn check_script(script: &str, expect: Option<Runner>) {
        let package = serde_json::json!({"scripts": {"test": script}});
        let expect = expect.map(|runner| (runner, "the test script of package.json"));
        check(&package, &[], expect);
    }

    #[test]
    fn the_script_says_it_first() {
        check_script("jest --ci", Some(Runner::Jest));
        check_script(
            "NODE_OPTIONS=--experimental-vm-modules npx jest",
            Some(Runner::Jest),
        );
        check_script("tsc && vitest run", Some(Runner::Vitest));
        check_script("c8 mocha test", Some(Runner::Mocha));
        check_script("node --test", Some(Runner::Node));
        check_script("node --import tsx --test test/*.ts", Some(Runner::Node));
        check_script("node --enable-source-maps --test test", Some(Runner::Node));
        check_script("node build.js --test", None);
        check_script("node --require ./jest", None);
        check_script("ava", None);
        let package =
            serde_json::json!({"scripts": {"test": "vitest"}, "jest": {}, "devDependencies": {"jest": "1"}});
        check(
            &package,
            &["jest.config.js"],
            Some((Runner::Vitest, "the test script of package.json")),
        );
    }

    #[test]
    fn then_files_then_sections_then_packages() {
        let both =
            serde_json::json!({"mocha": {"spec": "x"}, "devDependencies": {"jest": "1", "vitest": "1"}});
        check(
            &both,
            &["a.js", "vitest.config.mts"],
            Some((Runner::Vitest, "vitest.config.mts")),
        );
        check(&both, &[".mocharc.yml"], Some((Runner::Mocha, ".mocharc.yml")));
        check(
            &both,
            &[],
            Some((Runner::Mocha, "package.json has a section mocha")),
        );
        let package = serde_json::json!({"devDependencies": {"vitest": "1"}});
        check(
            &package,
            &["vite.config.ts"],
            Some((Runner::Vitest, "package.json declares vitest")),
        );
    }

    #[test]
    fn nothing_says_nothing() {
        check(&serde_json::json!({}), &["a.test.js", "vite.config.ts"], None);
        check(&serde_json::json!([]), &[], None);
        check(
            &serde_json::json!({"scripts": {"test": 1}, "devDependencies": []}),
            &[],
            None,
        );
    }
}
