//! The custom gate: rules of the project and of the work item. A rule that cannot be read is an error, never one that
//! holds.

use super::hollow;
use super::parts::{Part, Result, Seen, see};
use super::programs::program_of;
use super::step::{CommandWork, Item, Meaning, NotRun, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement, Strictness};
use crate::model::config::{Command, GrepMode, Rule, RuleProblem};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::process::find::Found;
use crate::project::files::Reach;
use crate::tools::Mode;

/// The rules of the project and of the work item hold.
pub struct Custom;

/// The rule types that exist, for messages.
const TYPES: &str = "command, file_exists, grep";

/// A rule, where it came from, and its number there from 0.
#[derive(Clone, Copy)]
struct Asked<'a> {
    rule: &'a Rule,
    source: Source<'a>,
    index: usize,
}

/// Where a rule came from.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// The settings.
    Project,
    /// The work item of this id.
    Item(&'a str),
}

/// Every rule: those of the project, then those of the work item.
fn asked<'a>(cx: &Context<'a>) -> impl Iterator<Item = Asked<'a>> {
    let project = cx.config.rules().enumerate().map(|(index, rule)| Asked {
        rule,
        source: Source::Project,
        index,
    });
    let item = cx.work.into_iter().flat_map(|work| {
        let rules = work.item.validation_rules.iter().enumerate();
        rules.map(|(index, rule)| Asked {
            rule,
            source: Source::Item(&work.item.id),
            index,
        })
    });
    project.chain(item)
}

impl Asked<'_> {
    /// What the rule is called in plans and reports. A rule of the work item has the item's id before its name.
    fn label(&self) -> String {
        let label = self.rule.label(self.index);
        match self.source {
            Source::Project => label,
            Source::Item(id) => format!("{id}: {label}"),
        }
    }

    fn step_id(&self) -> String {
        let of = match self.source {
            Source::Project => "",
            Source::Item(_) => "item-",
        };
        format!("custom-{of}{:02}", self.index + 1)
    }

    /// Why the rule is asked.
    fn why(&self) -> String {
        match self.source {
            Source::Project => format!("{} rule of the configuration", self.rule.kind),
            Source::Item(id) => format!("{} rule of the work item {id}", self.rule.kind),
        }
    }
}

impl Gate for Custom {
    fn id(&self) -> GateId {
        GateId::Custom
    }

    fn about(&self) -> About {
        About {
            title: "Custom rules",
            question: "Do the rules of the project and of the work item hold?",
            remedy: "Do what the rules named above ask for",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        asked(cx).next().is_none().then(|| match cx.work {
            None => "no rules are configured".to_owned(),
            Some(work) => format!("neither the configuration nor {} has rules", work.item.id),
        })
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        asked(cx).map(|asked| plan_rule(cx, &asked)).collect()
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let rules: Vec<&Rule> = asked(cx).map(|asked| asked.rule).collect();
        let steps: Vec<StepJudgement> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| {
                let judgement = judge_rule(cx, part);
                // A rule that nobody can read blocks even when it is called optional: what it meant is unknown.
                let readable = matches!(part.item, Item::Run(_));
                match rules.get(index) {
                    Some(rule) if !rule.required && readable => judgement.informing_only(),
                    _ => judgement,
                }
            })
            .collect();
        let held = steps
            .iter()
            .filter(|step| step.verdict() == crate::model::verdict::Verdict::Passed)
            .count();
        let total = steps.len();
        let mut judgement = Judgement::of(steps, "no rules are configured")
            .passing_because(format!("{held} of {total} rules hold"));
        judgement.metric("rules", total);
        judgement.metric("rules_held", held);
        judgement
    }
}

#[expect(clippy::too_many_lines, reason = "one arm a kind of rule")]
fn plan_rule(cx: &Context<'_>, asked: &Asked<'_>) -> Item {
    let (rule, label) = (asked.rule, asked.label());
    let unreadable = |reason: String, hint: Option<String>| {
        Item::Not(NotRun {
            tool: label.clone(),
            unit: ".".to_owned(),
            language: None,
            program: rule
                .command
                .as_ref()
                .map(|command| program_of(command).to_owned()),
            meaning: Meaning::Error,
            reason: format!("{label}: {reason}"),
            hint,
        })
    };
    if !rule.unknown_keys.is_empty() {
        // All its problems: an unknown key is often a needed one, misspelt.
        let problems = rule.problems();
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return unreadable(said.join("; "), problems.iter().find_map(RuleProblem::hint));
    }
    let lacks = |key: &str| unreadable(format!("a {} rule needs the key \"{key}\"", rule.kind), None);
    let id = asked.step_id();
    let work = match rule.kind.as_str() {
        "command" => {
            let Some(command) = &rule.command else {
                return lacks("command");
            };
            if hollow::hides_failure(command) {
                let hint = "let the command end as what it checks does".to_owned();
                return unreadable(
                    format!("its command throws away whether what it checks holds: {command}"),
                    Some(hint),
                );
            }
            match command_work(cx, &id, &label, command, rule) {
                Ok(work) => work,
                Err(reason) if rule.required => return unreadable(reason, None),
                Err(reason) => {
                    return Item::Not(NotRun {
                        tool: label.clone(),
                        unit: ".".to_owned(),
                        language: None,
                        program: Some(program_of(command).to_owned()),
                        meaning: Meaning::Skip,
                        reason: format!("{label}: {reason}"),
                        hint: None,
                    });
                }
            }
        }
        "file_exists" => {
            let Some(path) = filled(rule.path.as_deref()) else {
                return lacks("path");
            };
            Work::FileExists {
                rule: label.clone(),
                path: path.to_owned(),
            }
        }
        "grep" => {
            let Some(pattern) = filled(rule.pattern.as_deref()) else {
                return lacks("pattern");
            };
            let Some(files) = filled(rule.files.as_deref()) else {
                return lacks("files");
            };
            match regex::bytes::Regex::new(pattern) {
                Ok(pattern) => Work::Grep {
                    rule: label.clone(),
                    pattern,
                    files: files.to_owned(),
                    mode: rule.mode.unwrap_or_default(),
                },
                Err(error) => {
                    return unreadable(format!("{pattern:?} is not a regular expression: {error}"), None);
                }
            }
        }
        "" => {
            return unreadable(
                "it has no \"type\"".to_owned(),
                Some(format!("types are: {TYPES}")),
            );
        }
        other => {
            return unreadable(
                format!("its type {other:?} is unknown"),
                Some(format!("types are: {TYPES}")),
            );
        }
    };
    Item::Run(Box::new(Step {
        id,
        gate: GateId::Custom,
        unit: None,
        unit_path: ".".to_owned(),
        language: None,
        tool: StepTool::Own,
        phase: Phase::Check,
        work,
        required: rule.required,
        exclusive: None,
        why: asked.why(),
    }))
}

/// A key that is there and not blank.
fn filled(value: Option<&str>) -> Option<&str> {
    value.filter(|text| !text.trim().is_empty())
}

fn command_work(
    cx: &Context<'_>,
    id: &str,
    label: &str,
    command: &Command,
    rule: &Rule,
) -> std::result::Result<Work, String> {
    let words = match command {
        Command::Words(words) => words.clone(),
        Command::Shell(text) => vec!["sh".to_owned(), "-c".to_owned(), text.clone()],
    };
    let (program, args) = words.split_first().ok_or("its command is empty")?;
    let program = match cx.programs.get(None, program) {
        Found::At(path) => path,
        Found::NotExecutable(path) => return Err(format!("{} is not executable", path.display())),
        found => {
            let why = found
                .distrust()
                .map_or("is not installed".to_owned(), |(why, _)| why);
            return Err(format!("{program} {why}"));
        }
    };
    Ok(Work::Command(Box::new(CommandWork {
        label: label.to_owned(),
        program,
        args: args.to_vec(),
        cwd: cx.project.root.clone(),
        env: Vec::new(),
        timeout: rule
            .timeout
            .map_or(cx.timeout(GateId::Custom), std::time::Duration::from_secs),
        out: cx.out.join(id),
        inputs: Vec::new(),
        outputs: Vec::new(),
        reads: Vec::new(),
        reads_stdout: false,
        stdout_key: None,
        mode: Mode::Check,
        coverage: false,
    })))
}

fn judge_rule(cx: &Context<'_>, part: &Part<'_>) -> StepJudgement {
    let Item::Run(step) = part.item else {
        return match see(cx.project, part) {
            Seen::Settled(judgement) => judgement,
            _ => StepJudgement::error("a rule that was not planned has a result"),
        };
    };
    let name = step.tool_name();
    match (&part.result, &step.work) {
        (Result::Exists(Ok(true)), Work::FileExists { path, .. }) => {
            StepJudgement::passed(format!("{name}: {path} exists"))
        }
        (Result::Exists(Ok(false)), Work::FileExists { path, .. }) => {
            let message = format!("{path} does not exist");
            StepJudgement::failed(format!("{name}: {message}")).with_findings(vec![
                Finding::new("sdd", &name, Severity::High, message).at(path.clone(), None, None),
            ])
        }
        (Result::Exists(Err(why)), _) => StepJudgement::error(format!("{name}: {why}")),
        (
            Result::Grep(answer),
            Work::Grep {
                pattern, files, mode, ..
            },
        ) => judge_grep(&name, pattern.as_str(), files, *mode, answer, cx.strictness),
        _ => match see(cx.project, part) {
            Seen::Succeeded => StepJudgement::passed(format!("{name}: the command ended with exit code 0")),
            Seen::Failed(code) => {
                StepJudgement::failed(format!("{name}: the command ended with exit code {code}"))
            }
            Seen::Settled(judgement) => judgement.named(&name),
            Seen::Reading(_) => StepJudgement::error(format!("{name}: a rule's command has no reading")),
        },
    }
}

fn judge_grep(
    name: &str,
    pattern: &str,
    files: &str,
    mode: GrepMode,
    answer: &std::result::Result<super::GrepAnswer, String>,
    strictness: Strictness,
) -> StepJudgement {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return StepJudgement::error(format!("{name}: {why}")),
    };
    // What is looked for may be in what could not be read; only a match that was found needs nothing more.
    if answer.matches_total == 0
        && let Some(first) = answer.unreadable.first()
    {
        let others = match answer.unreadable.len() {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        return StepJudgement::error(format!(
            "{name}: not everything could be searched: {first}{others}"
        ));
    }
    if answer.files_searched == 0 {
        let found = if answer.binary.count > 0 {
            "holds only binary files"
        } else {
            "matches none"
        };
        return StepJudgement::error(format!("{name}: no file was searched; {files} {found}"));
    }
    let judgement = judge_matches(name, pattern, files, mode, answer);
    let missed = missed(answer);
    if missed.is_empty() {
        return judgement;
    }
    let missed = missed.join("; ");
    if mode == GrepMode::MustNotMatch && answer.matches_total == 0 && decides(answer, strictness) {
        return StepJudgement::error(format!("{name}: not everything could be searched: {missed}"))
            .with_hint(LOOK_ELSEWHERE);
    }
    judgement.with_warnings(vec![format!("{name}: {missed}")])
}

/// What to do when a search leaves files out.
const LOOK_ELSEWHERE: &str = "name the files that can be searched in `files`, by a directory or a glob such as \
                              src/**/*.py; or let git ignore the others";

/// Whether an answer without matches is none: what was asked for by its name was not searched, or `--strict` lets
/// nothing be passed over.
fn decides(answer: &super::GrepAnswer, strictness: Strictness) -> bool {
    let named = answer.reach == Reach::Named && answer.binary.count + answer.links.count > 0;
    named || strictness == Strictness::Strict
}

/// What a search met and did not search, each kind in a few words.
fn missed(answer: &super::GrepAnswer) -> Vec<String> {
    let kinds = [
        (&answer.binary, "binary file was", "binary files were"),
        (
            &answer.links,
            "link to a directory or out of the project was",
            "links to directories or out of the project were",
        ),
        (
            &answer.directories,
            "directory of packages was",
            "directories of packages were",
        ),
    ];
    kinds
        .into_iter()
        .filter_map(|(missed, one, several)| {
            let first = &missed.first;
            match missed.count {
                0 => None,
                1 => Some(format!("1 {one} not searched: {first}")),
                count => Some(format!(
                    "{count} {several} not searched: {first} and {} more",
                    count - 1
                )),
            }
        })
        .collect()
}

/// Judges a search that reached everything.
fn judge_matches(
    name: &str,
    pattern: &str,
    files: &str,
    mode: GrepMode,
    answer: &super::GrepAnswer,
) -> StepJudgement {
    match (mode, answer.matches_total) {
        (GrepMode::MustMatch, 0) => {
            let message = format!(
                "no line of {} files in {files} matches {pattern}",
                answer.files_searched
            );
            StepJudgement::failed(format!("{name}: {message}")).with_findings(vec![Finding::new(
                "sdd",
                name,
                Severity::High,
                message,
            )])
        }
        (GrepMode::MustMatch, total) => StepJudgement::passed(format!("{name}: {total} lines match")),
        (GrepMode::MustNotMatch, 0) => StepJudgement::passed(format!(
            "{name}: no line of {} files matches",
            answer.files_searched
        )),
        (GrepMode::MustNotMatch, total) => {
            let findings = answer
                .matches
                .iter()
                .map(|found| {
                    Finding::new("sdd", name, Severity::High, found.text.clone()).at(
                        found.path.clone(),
                        Some(found.line),
                        Some(found.column),
                    )
                })
                .collect();
            let lines = if total == 1 {
                "1 line matches".to_owned()
            } else {
                format!("{total} lines match")
            };
            StepJudgement::failed(format!("{name}: {lines} {pattern}, which must not"))
                .with_findings(findings)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::sample::{Sample, shown};
    use super::*;
    use crate::model::verdict::Verdict;

    fn sample(project: &Value, item: &Value) -> Sample {
        Sample::new(&json!({"quality_gates": {"custom_validations": {"rules": project}}}))
            .work(json!({"validation_rules": item}))
    }

    #[track_caller]
    fn check(project: &Value, item: &Value, expect: &[&str]) {
        let plan = sample(project, item).with(|cx| shown(&Custom.plan(cx)));
        assert_eq!(plan, expect);
    }

    #[test]
    fn rules_of_the_item_stand_beside_those_of_the_project_and_say_where_they_came_from() {
        check(
            &json!([{"type": "file_exists", "path": "LICENSE", "name": "licence"}]),
            &json!([{"type": "grep", "pattern": "x", "files": ".", "name": "no x"}, {"type": "command", "command": "make a"}]),
            &[
                "+ licence (file_exists rule of the configuration)",
                "+ bug_x: no x (grep rule of the work item bug_x)",
                "+ bug_x: rule 2 (command) (command rule of the work item bug_x)",
            ],
        );
    }

    #[test]
    fn rules_of_the_item_that_nobody_can_read_are_errors() {
        check(
            &json!([]),
            &json!([{"type": "greb"}, {"type": "grep", "files": "."}, {}]),
            &[
                "! bug_x: rule 1 (greb): bug_x: rule 1 (greb): its type \"greb\" is unknown",
                "! bug_x: rule 2 (grep): bug_x: rule 2 (grep): a grep rule needs the key \"pattern\"",
                "! bug_x: rule 3 (no type): bug_x: rule 3 (no type): it has no \"type\"",
            ],
        );
    }

    /// Judges rules about files, of which one that ends in `-` does not exist.
    #[track_caller]
    fn judged(project: &Value, item: &Value, expect: (Verdict, &str), warnings: &[&str]) {
        sample(project, item).with(|cx| {
            let items = Custom.plan(cx);
            let parts: Vec<Part<'_>> = items
                .iter()
                .map(|item| {
                    let result = match item {
                        Item::Run(step) => match &step.work {
                            Work::FileExists { path, .. } => Result::Exists(Ok(!path.ends_with('-'))),
                            _ => Result::Nothing,
                        },
                        Item::Not(_) => Result::Nothing,
                    };
                    Part { item, result }
                })
                .collect();
            let judgement = Custom.judge(cx, &parts);
            assert_eq!((judgement.verdict(), judgement.reason()), expect);
            assert_eq!(judgement.warnings().collect::<Vec<_>>(), warnings);
        });
    }

    #[test]
    fn rules_of_both_are_judged_alike() {
        let rule = |path: &str, required: bool| json!({"type": "file_exists", "path": path, "name": path, "required": required});
        judged(
            &json!([rule("a", true)]),
            &json!([rule("b", true)]),
            (Verdict::Passed, "2 of 2 rules hold"),
            &[],
        );
        judged(
            &json!([rule("a", true)]),
            &json!([rule("b-", true)]),
            (Verdict::Failed, "bug_x: b-: b- does not exist"),
            &[],
        );
        judged(
            &json!([rule("a", true)]),
            &json!([rule("b-", false)]),
            (Verdict::Passed, "1 of 2 rules hold"),
            &["optional: bug_x: b-: b- does not exist"],
        );
        judged(
            &json!([rule("a-", false)]),
            &json!([rule("b", true)]),
            (Verdict::Passed, "1 of 2 rules hold"),
            &["optional: a-: a- does not exist"],
        );
        judged(
            &json!([rule("a", true)]),
            &json!([{"type": "zzz"}]),
            (Verdict::Error, "bug_x: rule 1 (zzz): its type \"zzz\" is unknown"),
            &[],
        );
    }

    #[test]
    fn without_any_rule_the_gate_takes_no_part() {
        let absent = |sample: &mut Sample| sample.with(|cx| Custom.absent(cx));
        assert_eq!(
            absent(&mut sample(&json!([]), &json!([]))).as_deref(),
            Some("neither the configuration nor bug_x has rules")
        );
        assert_eq!(
            absent(&mut Sample::new(&json!({}))).as_deref(),
            Some("no rules are configured")
        );
        assert_eq!(absent(&mut sample(&json!([]), &json!([{}]))), None);
    }

    #[test]
    fn programs_of_the_items_rules_are_looked_for() {
        let mut sample = sample(
            &json!([]),
            &json!([{"type": "command", "command": "make a", "required": true}]),
        );
        sample.missing = vec!["make"];
        let plan = sample.with(|cx| shown(&Custom.plan(cx)));
        assert_eq!(
            plan,
            ["! bug_x: rule 1 (command): bug_x: rule 1 (command): make is not installed"]
        );
    }
}
