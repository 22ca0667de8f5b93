//! The context7 gate: the libraries in use are known to Context7, in the versions in use.

use super::parts::{LibrariesAnswer, Part, Result, Seen, see};
use super::step::{Item, LibrariesWork, Meaning, NotRun, Phase, Step, StepTool, Work};
use super::{About, Context, Gate, Judgement, StepJudgement};
use crate::context7::{Answer, Server, Source, State, ask};
use crate::model::config::OnMissingTool;
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::process::find::Found;

/// The libraries in use are known to Context7.
pub struct Context7;

/// How a server is configured, for hints.
const EXAMPLE: &str = "name one in quality_gates.context7.server: {\"command\": \"npx -y @upstash/context7-mcp\"} starts \
    one, {\"url\": \"https://mcp.context7.com/mcp\"} asks the public one";

/// Versions that are named of those that are known; the rest is counted.
const MAX_KNOWN: usize = 5;

impl Gate for Context7 {
    fn id(&self) -> GateId {
        GateId::Context7
    }

    fn about(&self) -> About {
        About {
            title: "Libraries",
            question: "Does Context7 have documentation of the libraries in use, in the versions in use?",
            remedy: "Correct the names and versions in .session/tracking/stack.txt or the manifest, or name the libraries \
                     that matter in quality_gates.context7.important_libraries",
        }
    }

    fn plan(&self, cx: &Context<'_>) -> Vec<Item> {
        let settings = &cx.config.quality_gates.context7;
        let missing = |program: Option<&str>, reason: String, hint: String| {
            Item::Not(NotRun {
                tool: "context7".to_owned(),
                unit: ".".to_owned(),
                language: None,
                program: program.map(str::to_owned),
                meaning: match cx.on_missing_tool(self.id()) {
                    OnMissingTool::Block => Meaning::Error,
                    OnMissingTool::Skip => Meaning::Skip,
                },
                reason,
                hint: Some(hint),
            })
        };
        let Some(configured) = &settings.server else {
            return vec![missing(
                None,
                "no Context7 server is configured".to_owned(),
                EXAMPLE.to_owned(),
            )];
        };
        let server = match (configured.words(), &configured.url) {
            (Some(words), _) => {
                let (program, args) = words
                    .split_first()
                    .map_or(("", &[][..]), |(program, args)| (program.as_str(), args));
                match cx.programs.get(None, program) {
                    Found::At(path) => Server::Command {
                        program: path,
                        args: args.to_vec(),
                    },
                    Found::NotExecutable(path) => {
                        let reason = format!("{} is not executable", path.display());
                        let hint = format!("make it executable: chmod +x {}", path.display());
                        return vec![missing(Some(program), reason, hint)];
                    }
                    found @ Found::Untrusted(..) => {
                        let (why, hint) = found.distrust().unwrap_or_default();
                        return vec![missing(Some(program), format!("{program} {why}"), hint)];
                    }
                    Found::Missing => {
                        let hint =
                            format!("install {program}, or correct quality_gates.context7.server.command");
                        return vec![missing(
                            Some(program),
                            format!("{program} is not installed"),
                            hint,
                        )];
                    }
                }
            }
            (None, Some(url)) => Server::Url(url.clone()),
            // The settings are refused before anything is planned.
            (None, None) => return Vec::new(),
        };
        let whom = match &server {
            Server::Command { .. } => "a server that is started".to_owned(),
            Server::Url(url) => ask::shown(url).to_owned(),
        };
        let which = match settings.important_libraries.as_slice() {
            [] => "each library of stack.txt, or else of the manifests".to_owned(),
            names => format!("{} of stack.txt, or else of the manifests", names.join(", ")),
        };
        vec![Item::Run(Box::new(Step {
            id: "context7".to_owned(),
            gate: self.id(),
            unit: None,
            unit_path: ".".to_owned(),
            language: None,
            tool: StepTool::Own,
            phase: Phase::Check,
            work: Work::Libraries(Box::new(LibrariesWork {
                server,
                important: settings.important_libraries.clone(),
                timeout: cx.timeout(self.id()),
            })),
            required: true,
            exclusive: None,
            why: format!("asks {whom} for {which}"),
        }))]
    }

    fn judge(&self, cx: &Context<'_>, parts: &[Part<'_>]) -> Judgement {
        let mut metrics = Vec::new();
        let steps = parts
            .iter()
            .map(|part| match &part.result {
                Result::Libraries(Ok(answer)) => {
                    metrics = counts(answer);
                    judge(answer)
                }
                Result::Libraries(Err(why)) => StepJudgement::error(why.clone()),
                _ => match see(cx.project, part) {
                    Seen::Settled(judgement) => judgement,
                    _ => StepJudgement::error("the result does not belong to this step"),
                },
            })
            .collect();
        let mut judgement = Judgement::of(steps, "no Context7 server is configured");
        for (name, count) in metrics {
            judgement.metric(name, count);
        }
        judgement
    }
}

/// What is known of a library, as one of four.
fn kind(state: &State) -> &'static str {
    match state {
        State::Verified(_) => "verified",
        State::VersionUnknown { .. } => "version_unknown",
        State::NotFound { .. } => "not_found",
        State::Unanswered(_) => "no_answer",
    }
}

fn count(answer: &LibrariesAnswer, of: &str) -> usize {
    answer
        .libraries
        .iter()
        .filter(|one| kind(&one.state) == of)
        .count()
}

fn counts(answer: &LibrariesAnswer) -> Vec<(&'static str, usize)> {
    let remembered = answer
        .libraries
        .iter()
        .filter(|one| one.source == Source::Remembered)
        .count();
    vec![
        ("libraries", answer.libraries.len()),
        ("libraries_verified", count(answer, "verified")),
        ("libraries_version_unknown", count(answer, "version_unknown")),
        ("libraries_not_found", count(answer, "not_found")),
        ("libraries_without_answer", count(answer, "no_answer")),
        ("libraries_remembered", remembered),
    ]
}

fn judge(answer: &LibrariesAnswer) -> StepJudgement {
    if answer.libraries.is_empty() {
        return match answer.unused.as_slice() {
            [] => StepJudgement::skipped("neither stack.txt nor a manifest names a library"),
            names => StepJudgement::error(format!(
                "important_libraries names {}, and {} names none of them",
                names.join(", "),
                answer.from
            )),
        };
    }
    let many = |count: usize, one: &str, more: &str| match count {
        0 => None,
        1 => Some(format!("1 library {one}")),
        count => Some(format!("{count} libraries {more}")),
    };
    let wrong: Vec<String> = [
        many(count(answer, "not_found"), "is not found", "are not found"),
        many(
            count(answer, "version_unknown"),
            "is not known in the version in use",
            "are not known in the version in use",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    let silent = many(count(answer, "no_answer"), "has no answer", "have no answer");
    let judgement = match (wrong.as_slice(), silent) {
        ([], None) => StepJudgement::passed(format!("{}{}", passed(answer), remembered(answer))),
        ([], Some(silent)) => {
            let first = answer.libraries.iter().find_map(|one| match &one.state {
                State::Unanswered(why) => Some(format!(": {}: {why}", one.library.name)),
                _ => None,
            });
            StepJudgement::error(format!("{silent}{}", first.unwrap_or_default()))
        }
        (wrong, silent) => {
            let all: Vec<String> = wrong.iter().cloned().chain(silent).collect();
            StepJudgement::failed(format!("at Context7 {}", all.join(", ")))
        }
    };
    let unused = answer
        .unused
        .iter()
        .map(|name| format!("important_libraries names {name}, and {} does not", answer.from));
    judgement
        .with_findings(answer.libraries.iter().map(finding).collect())
        .with_warnings(unused.collect())
}

fn passed(answer: &LibrariesAnswer) -> String {
    match answer.libraries.len() {
        1 => format!("the library of {} is known to Context7", answer.from),
        count => format!("all {count} libraries of {} are known to Context7", answer.from),
    }
}

/// How many answers are of an earlier run.
fn remembered(answer: &LibrariesAnswer) -> String {
    let count = answer
        .libraries
        .iter()
        .filter(|one| one.source == Source::Remembered)
        .count();
    match count {
        0 => String::new(),
        count if count == answer.libraries.len() => "; asked less than a day ago, and not again".to_owned(),
        count => format!("; {count} of them were asked less than a day ago, and not again"),
    }
}

fn finding(answer: &Answer) -> Finding {
    let library = &answer.library;
    let name = match &library.version {
        Some(version) => format!("{} {version}", library.name),
        None => library.name.clone(),
    };
    let again = match answer.source {
        Source::Asked => "",
        Source::Remembered => ", as it was less than a day ago",
    };
    let (severity, said) = match &answer.state {
        State::Verified(verified) => {
            let of = match (&verified.version, &library.version) {
                (Some(version), _) => format!("of version {version}"),
                (None, None) => "; no version is asked for".to_owned(),
                (None, Some(_)) => "; which versions it is of is not told".to_owned(),
            };
            let of = if of.starts_with(';') { of } else { format!(" {of}") };
            let said = format!("{} has documentation{of}{again}", verified.id);
            (Severity::Info, said)
        }
        State::VersionUnknown { id, known } => {
            let more = known.len().saturating_sub(MAX_KNOWN);
            let mut list = known
                .iter()
                .take(MAX_KNOWN)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            if more > 0 {
                list.push_str(&format!(" and {more} more"));
            }
            (Severity::Medium, format!("{id} has documentation of {list} only"))
        }
        State::NotFound { why } => (Severity::High, why.clone()),
        State::Unanswered(why) => (Severity::Medium, format!("no answer: {why}")),
    };
    Finding::new(
        "context7",
        kind(&answer.state),
        severity,
        format!("{name}: {said}"),
    )
    .at(library.from.clone(), None, None)
}

#[cfg(test)]
mod tests;
