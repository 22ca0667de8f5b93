//! A command ends with the right code and says the right thing.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::bound::Bound;
use super::pattern::Pattern;
use crate::model::config;
use crate::model::text;
use crate::process::find::Found;
use crate::process::{End, Invocation, Outcome};

/// How long a command has between the request to end and its end by force.
const GRACE: Duration = Duration::from_millis(200);
/// The most of an output that is quoted, in characters.
const MAX_QUOTE: usize = 200;

/// A command ends with the right code. It runs in the project's directory, without a shell unless one is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    /// What is run.
    #[serde(rename = "command")]
    run: config::Command,
    /// The codes that it may end with.
    #[serde(default = "zero")]
    exit: Vec<i32>,
    /// What its standard output must contain.
    stdout: Option<Pattern>,
    /// The bound of the number that its standard output is.
    number: Option<Bound>,
}

fn zero() -> Vec<i32> {
    vec![0]
}

impl Command {
    fn words(&self) -> Vec<String> {
        match &self.run {
            config::Command::Words(words) => words.clone(),
            config::Command::Shell(text) => vec!["sh".to_owned(), "-c".to_owned(), text.clone()],
        }
    }

    fn judge(&self, program: &str, outcome: &Outcome) -> Seen {
        match outcome.end {
            End::Code(code) if self.exit.contains(&code) => self.judge_output(program, outcome),
            End::Code(code) => {
                let said = [&outcome.stderr, &outcome.stdout]
                    .iter()
                    .map(|stream| text::message(&stream.bytes()))
                    .find(|said| !said.trim().is_empty())
                    .map_or_else(String::new, |said| format!(": {}", quote(&said)));
                Seen::failed(format!("{program} ended with {code}{said}"))
                    .observed(format!("exit code {code}"))
            }
            End::Signal(signal) => Seen::failed(format!("{program} was killed by signal {signal}")),
            End::TimedOut => Seen::failed(format!("{program} did not end in time")),
            End::Cancelled => Seen::error("interrupted"),
        }
    }

    fn judge_output(&self, program: &str, outcome: &Outcome) -> Seen {
        let stdout = outcome.stdout.bytes();
        let stdout = String::from_utf8_lossy(&stdout);
        if let Some(pattern) = self
            .stdout
            .as_ref()
            .filter(|pattern| !pattern.0.is_match(&stdout))
        {
            let why = format!("{program} did not say {}", pattern.as_str());
            return Seen::failed(why).observed(quote(&stdout));
        }
        let Some(bound) = self.number else {
            return Seen::passed(format!("{program} ended as it must"));
        };
        match stdout
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
        {
            Some(number) if bound.holds(number) => {
                Seen::passed(format!("{program} says {number}, {bound}")).observed(number.to_string())
            }
            Some(number) => {
                Seen::failed(format!("{program} says {number}, not {bound}")).observed(number.to_string())
            }
            None => Seen::error(format!("{program} says no number")).observed(quote(&stdout)),
        }
    }
}

fn quote(said: &str) -> String {
    let said = text::one_line(text::first_line(said.trim()));
    text::shorten(&said, MAX_QUOTE)
}

impl Settings for Command {
    fn wrong(&self) -> Option<(&'static str, String)> {
        self.exit
            .is_empty()
            .then(|| ("exit", "expected at least one code".to_owned()))
    }
}

impl Check for Command {
    fn look(&self, scene: &Scene, limit: Limit) -> Seen {
        let words = self.words();
        let Some((name, args)) = words.split_first() else {
            return Seen::error("the command is empty");
        };
        let program = match scene.finder.find(name, &[], &scene.root) {
            Found::At(program) => program,
            Found::Missing => {
                return Seen::error(format!("{name} is not installed"))
                    .remedy(format!("install {name} where this check is made"));
            }
            Found::NotExecutable(path) => {
                return Seen::error(format!("{} may not be executed", path.display()));
            }
            untrusted @ Found::Untrusted(..) => {
                let (why, remedy) = untrusted.distrust().unwrap_or_default();
                return Seen::error(format!("{name} {why}")).remedy(remedy);
            }
        };
        let mut invocation = Invocation::new(program, &scene.root, limit.left()).args(args);
        invocation.grace = GRACE;
        match scene.runner.run(&invocation) {
            Ok(outcome) => self.judge(name, &outcome),
            Err(error) => Seen::error(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::environment::report::Outcome as Result;
    use crate::process::Capture;

    #[track_caller]
    fn check(settings: &serde_json::Value, end: End, stdout: &str, expect: (Result, &str)) {
        let command: Command = serde_json::from_value(settings.clone()).unwrap();
        let mut outcome = Outcome::of(end);
        outcome.stdout = Capture::of(stdout.as_bytes());
        let seen = command.judge("probe", &outcome);
        assert_eq!((seen.outcome, seen.message.as_str()), expect);
    }

    #[test]
    fn codes_and_outputs_are_judged() {
        let plain = json!({"command": "probe"});
        check(
            &plain,
            End::Code(0),
            "",
            (Result::Passed, "probe ended as it must"),
        );
        check(
            &plain,
            End::Code(2),
            "no db\nmore",
            (Result::Failed, "probe ended with 2: no db"),
        );
        check(
            &plain,
            End::TimedOut,
            "",
            (Result::Failed, "probe did not end in time"),
        );
        check(
            &plain,
            End::Signal(9),
            "",
            (Result::Failed, "probe was killed by signal 9"),
        );
        check(&plain, End::Cancelled, "", (Result::Error, "interrupted"));
        let number = json!({"command": "probe", "number": "< 5"});
        check(
            &number,
            End::Code(0),
            "4.5\n",
            (Result::Passed, "probe says 4.5, < 5"),
        );
        check(
            &number,
            End::Code(0),
            "5",
            (Result::Failed, "probe says 5, not < 5"),
        );
        for none in ["", "NaN", "five", "1 2"] {
            check(
                &number,
                End::Code(0),
                none,
                (Result::Error, "probe says no number"),
            );
        }
        let says = json!({"command": "probe", "stdout": "^PONG$", "exit": [3]});
        check(
            &says,
            End::Code(3),
            "PONG",
            (Result::Passed, "probe ended as it must"),
        );
        check(
            &says,
            End::Code(3),
            "LOADING",
            (Result::Failed, "probe did not say ^PONG$"),
        );
    }
}
