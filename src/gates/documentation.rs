//! The documentation gate: what changed is told. Changelog, README and the files that the work item names must have been
//! changed where anything was; what is public must have doc comments.

mod places;
mod wishes;

use super::formatting::Tally;
use super::parts::{ChangesAnswer, Part, Result};
use super::step::{ChangesWork, Item, Meaning, NotRun, Phase, Step, StepTool, Wanted, Work};
use super::toolplan::{self, Pick};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::model::config::OnMissingTool;
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::process::find::Found;
use crate::project::git::{Base, Change, Changes, Since, What};
use wishes::Wishes;

/// What changed is told.
pub struct Documentation;

/// What is asked, by the settings or by the work item.
struct Asked {
    changelog: bool,
    readme: bool,
    docstrings: bool,
    wishes: Wishes,
}

impl Asked {
    fn of(cx: &Context<'_>) -> Self {
        let settings = &cx.config.quality_gates.documentation;
        let wishes = cx.work.map(|work| Wishes::of(&work.item.raw)).unwrap_or_default();
        Self {
            changelog: settings.check_changelog || wishes.changelog,
            readme: settings.check_readme || wishes.readme,
            docstrings: settings.check_docstrings || wishes.docstrings,
            wishes,
        }
    }

    fn is_nothing(&self) -> bool {
        !(self.changelog || self.readme || self.docstrings)
            && self.wishes.files.is_empty()
            && self.wishes.faults.is_empty()
    }
}

impl Gate for Documentation {
    fn id(&self) -> GateId {
        GateId::Documentation
    }

    fn about(&self) -> About {
        About {
            title: "Documentation",
            question: "Is what changed told in the changelog and the README, and does what is public have doc comments?",
            remedy: "Tell in the files named above what changed; write the doc comments named above",
        }
    }

    fn absent(&self, cx: &Context<'_>) -> Option<String> {
        Asked::of(cx)
            .is_nothing()
            .then(|| "each of its checks is turned off".to_owned())
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let asked = Asked::of(cx);
        let item = cx.work.map_or("", |work| work.item.id.as_str());
        let mut items: Vec<Item> = asked
            .wishes
            .faults
            .iter()
            .map(|(what, hint)| not_run(item, Meaning::Error, format!("{item}: {what}"), hint.clone()))
            .collect();
        let because = |of_item: bool| {
            if of_item {
                format!("the work item {item} asks for it")
            } else {
                "quality_gates.documentation asks for it".to_owned()
            }
        };
        let settings = &cx.config.quality_gates.documentation;
        if asked.changelog {
            items.push(changes(
                cx,
                "changelog",
                Wanted::Changelog,
                because(!settings.check_changelog),
            ));
        }
        if asked.readme {
            items.push(changes(
                cx,
                "readme",
                Wanted::Readme,
                because(!settings.check_readme),
            ));
        }
        for (index, file) in asked.wishes.files.iter().enumerate() {
            let mut planned = match pattern(file) {
                Ok(glob) => changes(cx, &format!("{item}: {file}"), Wanted::File(glob), because(true)),
                Err(why) => not_run(
                    item,
                    Meaning::Error,
                    format!("{item}: {file} is no glob: {why}"),
                    None,
                ),
            };
            if let Item::Run(step) = &mut planned {
                step.id = format!("documentation-item-{:02}", index + 1);
            }
            items.push(planned);
        }
        if asked.docstrings {
            items.extend(toolplan::plan(cx, self.id(), Pick::First));
        }
        items
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut tally = Tally::new(
            "doc comment is missing or wrong",
            "doc comments are missing or wrong",
            "no doc comment is missing",
        );
        let steps = parts
            .iter()
            .map(|part| match (part.item, &part.result) {
                (Item::Run(step), Result::Changes(answer)) => match &step.work {
                    Work::Changes(work) => judge_changes(work, answer).named(&step.tool_name()),
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
                _ => tally.step(cx, part),
            })
            .collect();
        tally.judgement(Judgement::of(
            steps,
            "no unit of a language whose doc comments are checked was found",
        ))
    }
}

/// A glob that a file of the work item must match; a directory stands for everything below it.
fn pattern(file: &str) -> std::result::Result<globset::GlobMatcher, String> {
    let clean = file.trim_start_matches("./");
    let whole = match clean.strip_suffix('/') {
        Some(directory) => format!("{directory}/**"),
        None => clean.to_owned(),
    };
    globset::GlobBuilder::new(&whole)
        .literal_separator(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| error.kind().to_string())
}

fn not_run(tool: &str, meaning: Meaning, reason: String, hint: Option<String>) -> Item {
    Item::Not(NotRun {
        tool: tool.to_owned(),
        unit: ".".to_owned(),
        language: None,
        program: None,
        meaning,
        reason,
        hint,
    })
}

/// A look at what changed.
fn changes(cx: &Context<'_>, rule: &str, wanted: Wanted, why: String) -> Item {
    let git = match cx.programs.get(None, "git") {
        Found::At(path) => path,
        found => {
            let meaning = match cx.on_missing_tool(GateId::Documentation) {
                OnMissingTool::Block => Meaning::Error,
                OnMissingTool::Skip => Meaning::Skip,
            };
            let reason = match found {
                Found::NotExecutable(path) => format!("{} is not executable", path.display()),
                _ => "git is not installed, so what changed is not known".to_owned(),
            };
            return Item::Not(NotRun {
                tool: rule.to_owned(),
                unit: ".".to_owned(),
                language: None,
                program: Some("git".to_owned()),
                meaning,
                reason,
                hint: None,
            });
        }
    };
    let units = || cx.project.units.iter().map(|facts| facts.unit.path.as_str());
    let places = match wanted {
        Wanted::Changelog => places::of_changelogs(units()),
        Wanted::Readme => places::of_readmes(units()),
        Wanted::File(_) => Vec::new(),
    };
    let base = cx.work.and_then(|work| work.base_commit.clone());
    Item::Run(Box::new(Step {
        id: format!("documentation-{rule}"),
        gate: GateId::Documentation,
        unit: None,
        unit_path: ".".to_owned(),
        language: None,
        tool: StepTool::Own,
        phase: Phase::Look,
        work: Work::Changes(Box::new(ChangesWork {
            rule: rule.to_owned(),
            git,
            since: base.map_or(Since::DefaultBranch, Since::Commit),
            timeout: cx.timeout(GateId::Documentation),
            wanted,
            places,
        })),
        required: true,
        exclusive: None,
        why,
    }))
}

/// Since when, as the end of a sentence.
fn since(base: &Base) -> String {
    let short = |commit: &str| commit.chars().take(10).collect::<String>();
    match base {
        Base::Commit(commit) => format!("since the session began ({})", short(commit)),
        Base::Branch { name, commit } => format!("since {name} ({})", short(commit)),
        Base::Nothing => "since the repository was made".to_owned(),
    }
}

fn judge_changes(work: &ChangesWork, answer: &std::result::Result<ChangesAnswer, String>) -> StepJudgement {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return StepJudgement::error(why.clone()),
    };
    let is_it = |path: &str| match &work.wanted {
        Wanted::Changelog => places::is_changelog(path, &work.places),
        Wanted::Readme => places::is_readme(path, &work.places),
        Wanted::File(glob) => glob.is_match(path),
    };
    let present = answer.present.iter().find(|path| is_it(path));
    if matches!(work.wanted, Wanted::Readme) && present.is_none() {
        return StepJudgement::failed("there is no README")
            .with_findings(vec![finding(work, "there is no README", None)])
            .with_hint("write one: README.md says what the project is and how it is used");
    }
    let (base, files) = match &*answer.changes {
        Changes::NoRepository => {
            return StepJudgement::skipped(
                "the project is in no git repository, so what changed is not known",
            );
        }
        Changes::Of { base, files } => (base, files),
    };
    let of_project: Vec<&Change> = files
        .iter()
        .filter(|change| !places::is_generated(&change.path))
        .collect();
    if of_project.is_empty() {
        return StepJudgement::skipped(format!("nothing changed {}", since(base)));
    }
    let written = of_project
        .iter()
        .find(|change| change.what == What::Written && is_it(&change.path));
    if let Some(change) = written {
        return StepJudgement::passed(format!("{} was changed {}", change.path, since(base)));
    }
    let others = match of_project.len() {
        1 => "1 file was".to_owned(),
        count => format!("{count} files were"),
    };
    match (&work.wanted, present) {
        (Wanted::Changelog, None) => {
            let message = format!("there is no changelog, and {others} changed {}", since(base));
            StepJudgement::failed(message.clone())
                .with_findings(vec![finding(work, &message, None)])
                .with_hint(
                    "begin one: CHANGELOG.md; where none is kept: \"check_changelog\": false in quality_gates.documentation",
                )
        }
        (Wanted::File(glob), _) => {
            let named = glob.glob().glob();
            let message = format!("{named} was not changed {}, and {others}", since(base));
            StepJudgement::failed(message.clone())
                .with_findings(vec![finding(work, &message, None)])
                .with_hint(format!("say in {named} what changed"))
        }
        (_, present) => {
            let name = present.map_or("README", String::as_str);
            let message = format!("{name} was not changed {}, and {others}", since(base));
            StepJudgement::failed(message.clone())
                .with_findings(vec![finding(work, &message, present)])
                .with_hint(format!("say in {name} what changed"))
        }
    }
}

fn finding(work: &ChangesWork, message: &str, path: Option<&String>) -> Finding {
    let finding = Finding::new("sdd", work.rule.clone(), Severity::Medium, message);
    match path {
        Some(path) => finding.at(path.clone(), None, None),
        None => finding,
    }
}

#[cfg(test)]
mod tests;
