//! What the scripts of `package.json` say that a gate runs.
//!
//! A script that is one plain call of a tool that sdd knows is run as that tool, so that its report can be read:
//! directly where nothing else belongs to the script, and through the package manager, with arguments added, where
//! `pre…` or `post…` scripts do. A script that does nothing but call another one stands for that one. Any other script
//! is run by the package manager, and its exit code is the answer.

use super::super::Context;
use super::super::hollow::swallows;
use super::super::step::{Item, Meaning, Phase};
use super::delegating::delegates;
use super::{Start, UnitPlan};
use crate::model::config::{Command, CommandError, Reports};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;
use crate::tools::{self, Applies, Tool, launch};

/// What `npm init` writes for a package without tests.
pub(super) const NO_TESTS: &str = "no test specified";

/// More members than this are not named.
const MAX_MEMBERS: usize = 3;

/// The names under which projects keep what a gate runs, the most usual first.
fn names(gate: GateId) -> &'static [&'static str] {
    match gate {
        GateId::Tests => &["test"],
        GateId::Linting => &["lint"],
        GateId::TypeChecking => &["typecheck", "type-check", "check:types", "types:check", "tsc"],
        GateId::Formatting => &["format:check", "check:format", "fmt:check", "format", "fmt"],
        GateId::Security
        | GateId::Documentation
        | GateId::SpecCompleteness
        | GateId::Context7
        | GateId::Contract
        | GateId::Environment
        | GateId::Integration
        | GateId::Benchmark
        | GateId::IntegrationDocumentation
        | GateId::Deployment
        | GateId::Custom => &[],
    }
}

/// The programs that scripts of the unit begin with.
pub(in crate::gates) fn programs(facts: &UnitFacts) -> Vec<String> {
    let scripts = facts
        .package
        .as_ref()
        .and_then(|package| package.get("scripts")?.as_object());
    let words = scripts
        .into_iter()
        .flat_map(|scripts| scripts.keys())
        .filter_map(|name| words_of(facts.script(name)?));
    // Behind a program that measures coverage, or sets variables, stands the one that is run.
    words
        .flat_map(|words| {
            let programs = [words.first().map(String::as_str), launch::program(&words)];
            programs
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Whether a script of the unit has one of the names under which projects keep what a gate runs.
pub(in crate::gates) fn named(facts: &UnitFacts, gate: GateId) -> bool {
    matches!(facts.unit.language, Language::Javascript | Language::Typescript)
        && names(gate).iter().any(|name| facts.script(name).is_some())
}

/// The members of the workspace whose root a unit is that have tests of their own; `None` without any, and where one of
/// them is not asked for them, as no unit or by the settings.
pub(in crate::gates) fn asked_members(cx: &Context<'_>, facts: &UnitFacts) -> Option<Vec<String>> {
    let tested: Vec<String> = (facts.node.members.iter())
        .filter(|member| {
            let script = member
                .package
                .get("scripts")
                .and_then(|scripts| scripts.get("test")?.as_str());
            script.is_some_and(|text| !text.trim().is_empty() && !text.contains(NO_TESTS))
        })
        .map(|member| facts.unit.to_project(&member.path))
        .collect();
    let is_asked = |path: &String| {
        let mut units = cx.project.units.iter().map(|facts| &facts.unit);
        units.any(|unit| {
            let view = cx.config.for_unit(unit);
            let nothing = matches!(view.recipes(GateId::Tests), Some((_, [])));
            unit.path == *path && view.runs(GateId::Tests) && !nothing
        })
    };
    (!tested.is_empty() && tested.iter().all(is_asked)).then_some(tested)
}

/// A command line that runs a script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call<'a> {
    /// The script's name.
    pub(super) script: &'a str,
    /// The arguments for it.
    pub(super) extra: &'a [String],
}

/// Recognises `npm test -- --coverage`, `npm run lint`, `pnpm test`, `yarn test -x`.
pub(super) fn call(words: &[String]) -> Option<Call<'_>> {
    let word = |index: usize| words.get(index).map(String::as_str);
    let at = match (word(0)?, word(1)?) {
        ("npm" | "pnpm" | "yarn" | "bun", "run" | "run-script") => 2,
        ("npm", "t" | "tst") => return extra("test", &words[2..], true),
        ("npm" | "pnpm" | "yarn", _) => 1,
        _ => return None,
    };
    let script = word(at)?;
    if script.starts_with('-') || (at == 1 && script != "test" && word(0) == Some("npm")) {
        return None;
    }
    extra(script, &words[at + 1..], word(0) == Some("npm"))
}

/// The script that a command line asks its package manager for, with any options between.
///
/// `None` where the script may be that of another package, or, with Yarn and Bun, a program.
pub(super) fn named_by(words: &[String]) -> Option<&str> {
    const ELSEWHERE: [&str; 10] = [
        "-w",
        "--workspace",
        "--workspaces",
        "--prefix",
        "-C",
        "--dir",
        "-r",
        "--recursive",
        "-F",
        "--filter",
    ];
    let own = words.iter().take_while(|word| *word != "--");
    if own
        .clone()
        .any(|word| ELSEWHERE.contains(&word.split('=').next().unwrap_or(word)))
    {
        return None;
    }
    let mut plain = words
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with('-'));
    match (plain.next()?, plain.next()?) {
        ("npm" | "pnpm", "run" | "run-script") => plain.next(),
        ("npm" | "pnpm" | "yarn", "test") => Some("test"),
        _ => None,
    }
}

fn extra<'a>(script: &'a str, rest: &'a [String], is_npm: bool) -> Option<Call<'a>> {
    match rest {
        [] => Some(Call { script, extra: &[] }),
        [first, more @ ..] if first == "--" => Some(Call { script, extra: more }),
        // npm takes what stands before `--` for its own.
        _ if is_npm => None,
        more => Some(Call { script, extra: more }),
    }
}

/// The words of a script that is one plain call; `None` where it needs a shell. Variables that are set for the call are
/// set by `env`.
fn words_of(text: &str) -> Option<Vec<String>> {
    let command = match Command::parse(text) {
        Err(CommandError::SetsVariable { .. }) => Command::parse(&format!("env {text}")),
        parsed => parsed,
    };
    match command {
        Ok(Command::Words(words)) => Some(words),
        _ => None,
    }
}

/// More scripts than this, each calling the next one, are not followed.
const MAX_CALLS: usize = 8;

/// The script that one leads to which does nothing but call another, as `npm run test:unit` does, with the arguments
/// that are given on the way. A script with others before or after it does more.
pub(super) fn led<'a>(facts: &'a UnitFacts, name: &'a str, extra: &[String]) -> (&'a str, Vec<String>) {
    let (mut at, mut all) = (name, extra.to_vec());
    for _ in 0..MAX_CALLS {
        let called = (!has_hooks(facts, at))
            .then(|| words_of(facts.script(at)?))
            .flatten();
        let next = called.as_deref().and_then(call).and_then(|called| {
            let scripts = facts.package.as_ref()?.get("scripts")?.as_object()?;
            let (next, _) = scripts.get_key_value(called.script)?;
            Some((next.as_str(), [called.extra, &all].concat()))
        });
        match next {
            Some((next, given)) if facts.script(next).is_some() => (at, all) = (next, given),
            _ => return (at, all),
        }
    }
    // They call each other in a circle.
    (name, extra.to_vec())
}

/// Whether scripts belong to a script that run before or after it.
fn has_hooks(facts: &UnitFacts, name: &str) -> bool {
    ["pre", "post"]
        .iter()
        .any(|when| facts.script(&format!("{when}{name}")).is_some())
}

/// A script of `package.json`, as it is run.
pub(super) struct Script {
    /// Its name.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
    /// The tool that it calls; `None` when it is anything else.
    pub(super) tool: Option<&'static dyn Tool>,
    /// The words before the arguments.
    pub(super) prefix: Vec<String>,
    /// The arguments of the tool.
    pub(super) args: Vec<String>,
    /// How many of them the prefix gives by itself.
    pub(super) given: usize,
    /// The words that run it through the package manager.
    pub(super) through: Vec<String>,
}

/// Looks a script up, and follows where it leads; `None` when there is none.
pub(super) fn resolve(facts: &UnitFacts, name: &str, extra: &[String]) -> Option<Script> {
    facts.script(name)?;
    let (name, extra) = led(facts, name, extra);
    let extra = extra.as_slice();
    let text = facts.script(name)?.to_owned();
    let (run, between) = facts.node.manager.run(name);
    let behind = || between.iter().map(|word| (*word).to_owned());
    let mut through = run.clone();
    if !extra.is_empty() {
        through.extend(behind());
        through.extend_from_slice(extra);
    }
    let mut script = Script {
        name: name.to_owned(),
        text,
        tool: None,
        prefix: Vec::new(),
        args: Vec::new(),
        given: 0,
        through,
    };
    let Some(words) = words_of(&script.text) else {
        return Some(script);
    };
    let Some((tool, found)) =
        launch::recognise(&words).and_then(|found| Some((tools::by_id(found.tool)?, found)))
    else {
        return Some(script);
    };
    let parts = launch::parts(&words, &found);
    if !has_hooks(facts, name) {
        script.tool = Some(tool);
        script.prefix = parts.prefix;
        script.args = parts.args.into_iter().chain(extra.iter().cloned()).collect();
    } else if !parts.was_measured {
        let args = &words[found.prefix..];
        script.tool = Some(tool);
        script.prefix = run.into_iter().chain(behind()).collect();
        script.args = args.iter().chain(extra).cloned().collect();
        script.given = args.len();
    }
    // Else the script's own words cannot be taken apart, and measuring around what measures comes to no end.
    Some(script)
}

impl UnitPlan<'_> {
    /// Plans what a script says that this gate runs. `false` when no script decides.
    pub(super) fn script(&self, items: &mut Vec<Item>) -> bool {
        let facts = self.facts;
        if !matches!(facts.unit.language, Language::Javascript | Language::Typescript) {
            return false;
        }
        let Some(script) = names(self.gate)
            .iter()
            .filter_map(|name| resolve(facts, name, &[]))
            .find(|script| !script.text.contains(NO_TESTS))
        else {
            return self.no_tests(items);
        };
        let name = &script.name;
        if let Some(members) = self.delegated(name, &script.text) {
            let reason = format!(
                "package.json: scripts.{name} runs the tests of the workspace's members, which are asked themselves \
                 ({members}): {}",
                script.text
            );
            items.push(self.not_run("-", Meaning::LeftOut, reason, None));
            return true;
        }
        let why = format!("package.json: scripts.{name} is {}", script.text);
        if let Some(tool) = script.tool.filter(|tool| self.serves(*tool)) {
            let start = Start {
                tool,
                prefix: script.prefix,
                args: script.args,
                given: script.given,
                configured: true,
                why: &why,
                number: 0,
            };
            if self.known(&start, items) {
                return true;
            }
        }
        if !self.may_run(&script.text) {
            return false;
        }
        if swallows(&script.text) {
            let reason = format!("package.json: scripts.{name} always succeeds: {}", script.text);
            let hint = "let the script end as what it runs does".to_owned();
            items.push(self.not_run("-", Meaning::Error, reason, Some(hint)));
            return true;
        }
        self.own(
            &Command::Words(script.through),
            &Reports::default(),
            Phase::Check,
            0,
            &why,
            items,
        );
        true
    }

    /// The members that a script of a workspace's root does nothing but run the tests of, where each of them that has
    /// tests is a unit, and so is asked itself.
    fn delegated(&self, name: &str, text: &str) -> Option<String> {
        let words = words_of(text)?;
        if self.gate != GateId::Tests || has_hooks(self.facts, name) || !delegates(&words) {
            return None;
        }
        let tested = asked_members(self.cx, self.facts)?;
        let more = tested.len().saturating_sub(MAX_MEMBERS);
        let mut named = tested[..tested.len() - more].join(", ");
        if more > 0 {
            named.push_str(&format!(" and {more} more"));
        }
        Some(named)
    }

    fn serves(&self, tool: &dyn Tool) -> bool {
        tool.serves().contains(&(self.gate, self.facts.unit.language))
    }

    /// Whether some tool is to be used on this unit by itself.
    pub(super) fn has_tool(&self) -> bool {
        tools::serving(self.gate, self.facts.unit.language)
            .any(|tool| matches!(tool.applies(self.facts), Applies::Yes(_)))
    }

    /// Whether a script that is no plain call of a known tool is what the gate runs. It is what people and CI run, and
    /// may look at more than the tool that sdd would take (`vue-tsc`, `oxlint . && eslint .`). One that may rewrite
    /// files is not.
    fn may_run(&self, text: &str) -> bool {
        let rewrites = ["--fix", "--write", "--apply", "--unsafe"]
            .iter()
            .any(|option| text.contains(option));
        match self.gate {
            GateId::Tests => true,
            GateId::TypeChecking | GateId::Linting => !rewrites,
            _ => false,
        }
    }

    /// Says that a package has no tests, when it is so.
    fn no_tests(&self, items: &mut Vec<Item>) -> bool {
        if self.gate != GateId::Tests || self.has_tool() {
            return false;
        }
        let reason = match self.facts.script("test") {
            Some(_) => "package.json says \"no test specified\"",
            None => "package.json has no test script",
        };
        let manager = self.facts.node.manager.program();
        items.push(self.not_run(manager, Meaning::Skip, reason.to_owned(), None));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unit::Unit;

    #[track_caller]
    fn check(line: &str, expect: Option<(&str, &[&str])>) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let found = call(&words);
        let shown = found.as_ref().map(|call| {
            (
                call.script,
                call.extra.iter().map(String::as_str).collect::<Vec<_>>(),
            )
        });
        assert_eq!(
            shown,
            expect.map(|(script, extra)| (script, extra.to_vec())),
            "{line}"
        );
    }

    #[test]
    fn calls_of_scripts_are_recognised() {
        check("npm test", Some(("test", &[])));
        check("npm test -- --coverage", Some(("test", &["--coverage"])));
        check("npm run lint", Some(("lint", &[])));
        check("yarn test --ci", Some(("test", &["--ci"])));
        check("pnpm run check:types", Some(("check:types", &[])));
        check("npm test --silent", None);
        check("npm audit", None);
        check("make test", None);
        check("npm", None);
        let words = ["npm", "run", "--if-present", "x:y", "--", "z"].map(str::to_owned);
        assert_eq!(named_by(&words), Some("x:y"));
        for line in [
            "yarn run jest",
            "npm run test -w web",
            "pnpm -r test",
            "npm test --workspace=web",
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(named_by(&words), None, "{line}");
        }
    }

    #[track_caller]
    fn check_led(scripts: &serde_json::Value, expect: &str) {
        let unit = Unit {
            path: ".".to_owned(),
            language: Language::Javascript,
            markers: Vec::new(),
        };
        let mut facts = UnitFacts::bare(unit, "/p".into(), "/p".into());
        facts.package = Some(serde_json::json!({ "scripts": scripts }));
        let extra = ["-x".to_owned()];
        let (name, extra) = led(&facts, "test", &extra);
        assert_eq!(format!("{name}: {}", extra.join(" ")), expect, "{scripts}");
    }

    #[test]
    fn a_script_leads_to_the_one_that_it_calls_and_does_nothing_else() {
        use serde_json::json;
        check_led(&json!({"test": "jest"}), "test: -x");
        check_led(&json!({"test": "npm run unit", "unit": "jest"}), "unit: -x");
        check_led(
            &json!({"test": "npm run unit -- --ci", "unit": "A=1 yarn all -y", "all": "jest"}),
            "unit: --ci -x",
        );
        check_led(
            &json!({"test": "yarn unit --ci", "unit": "yarn all -y", "all": "jest"}),
            "all: -y --ci -x",
        );
        check_led(&json!({"test": "npm run none"}), "test: -x");
        check_led(
            &json!({"test": "npm run unit && true", "unit": "jest"}),
            "test: -x",
        );
        check_led(
            &json!({"pretest": "make", "test": "npm run unit", "unit": "jest"}),
            "test: -x",
        );
        check_led(
            &json!({"test": "npm run unit -w web", "unit": "jest"}),
            "test: -x",
        );
        check_led(&json!({"test": "npm test"}), "test: -x");
        check_led(
            &json!({"test": "npm run a", "a": "npm run b -- -z", "b": "npm run a"}),
            "test: -x",
        );
    }
}
