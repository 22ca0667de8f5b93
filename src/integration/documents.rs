//! The documentation of integration tests: which of it is asked for, and which of it is there.

use std::collections::BTreeMap;

use super::diagram::{self, Diagram, Found, SEQUENCE, What};
use super::picture::Picture;
use crate::model::config::IntegrationDocumentation;
use crate::model::spec::{At, Integration};
use crate::model::text::{one_line, shorten};
use crate::parse::spec::placeholder::says_nothing;

/// Where the diagram of the architecture stands: in one of these, or in a picture that one of them links.
pub const ARCHITECTURE: [&str; 3] = [
    "docs/architecture/integration-architecture.md",
    "docs/integration-architecture.md",
    ".session/specs/integration-architecture.md",
];

/// The kinds of mermaid that show an architecture.
const ARCHITECTURAL: [&str; 8] = [
    "flowchart",
    "graph",
    "C4Context",
    "C4Container",
    "C4Component",
    "C4Deployment",
    "architecture-beta",
    "block-beta",
];

/// With fewer characters a scenario has no name that says which it is.
const LEAST_NAME_CHARS: usize = 4;

/// The longest name of a scenario that is quoted, in characters.
const MAX_NAME_CHARS: usize = 60;

/// One thing that must be documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// What it is called.
    pub name: &'static str,
    /// What is missing, each with what to do; nothing where all is there.
    pub missing: Vec<Missing>,
}

/// Something that is not documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// The file, relative to the project, and the line in it, where there are such.
    pub place: Option<(String, u32)>,
}

/// A text, and what the pictures show that it links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its path, relative to the project.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What each picture shows, by its link as it is written.
    pub pictures: BTreeMap<String, Picture>,
}

/// What is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The files of [`ARCHITECTURE`] that are there.
    pub architecture: Vec<Page>,
    /// The files of contracts that are there.
    pub contracts: Vec<String>,
    /// Whether what the spec says is measured has a baseline.
    pub has_baseline: bool,
    /// The spec.
    pub spec: Page,
}

/// What must be documented, and whether it is. `measuring` is the command that measures the work.
pub fn judge(
    settings: &IntegrationDocumentation,
    spec: &Integration,
    must_be_fast: bool,
    measuring: &str,
    sight: &Sight,
) -> Vec<Requirement> {
    let mut all = Vec::new();
    let mut add = |is_asked: bool, name: &'static str, missing: Vec<Missing>| {
        if is_asked {
            all.push(Requirement { name, missing });
        }
    };
    add(
        settings.require_architecture_diagram,
        "architecture diagram",
        architecture(sight),
    );
    add(
        settings.require_sequence_diagrams && !spec.scenarios.is_empty(),
        "sequence diagrams",
        sequences(spec, &sight.spec),
    );
    add(
        settings.require_api_contracts && !spec.contracts.is_empty(),
        "API contracts",
        contracts(spec, sight),
    );
    let baseline = (!sight.has_baseline).then(|| Missing {
        what: "there is no baseline of the performance".to_owned(),
        remedy: format!("measure once: {measuring} (a clean run becomes it, any with --accept)"),
        place: None,
    });
    add(
        settings.require_performance_baseline && must_be_fast,
        "performance baseline",
        baseline.into_iter().collect(),
    );
    let is_named = |point: &At<String>| !says_nothing(&point.value);
    let points = (!spec.integration_points.iter().any(is_named)).then(|| Missing {
        what: "the spec names no integration points".to_owned(),
        remedy: "name them in the spec, below Scope: `**Integration Points:**`".to_owned(),
        place: None,
    });
    add(
        settings.require_integration_points,
        "integration points",
        points.into_iter().collect(),
    );
    all
}

fn architecture(sight: &Sight) -> Vec<Missing> {
    let remedy =
        "draw it as a mermaid block (```mermaid, flowchart …), or link an SVG or PNG of the repository";
    let mut missing = Vec::new();
    for page in &sight.architecture {
        let Seen { drawn, mut faults } = seen(page, &diagram::find(&page.text));
        if drawn.iter().any(|(_, kind)| is_architectural(kind.as_deref())) {
            return Vec::new();
        }
        faults.extend(drawn.iter().filter_map(|(diagram, kind)| {
            let kind = one_line(kind.as_deref()?);
            let fault = format!("has a mermaid diagram of the kind {kind}, which is no architecture diagram");
            Some((diagram.line, fault))
        }));
        faults.sort_by_key(|(line, _)| *line);
        if faults.is_empty() {
            faults.push((1, "has no diagram in it".to_owned()));
        }
        missing.extend(faults.into_iter().map(|(line, fault)| Missing {
            what: format!("{} {fault}", page.path),
            remedy: remedy.to_owned(),
            place: Some((page.path.clone(), line)),
        }));
    }
    if missing.is_empty() {
        missing.push(Missing {
            what: "there is no diagram of the architecture".to_owned(),
            remedy: format!(
                "draw one in {}: a mermaid block, or a link to an SVG or PNG",
                ARCHITECTURE[0]
            ),
            place: None,
        });
    }
    missing
}

/// Whether a diagram of this kind shows an architecture. A picture may show anything.
fn is_architectural(kind: Option<&str>) -> bool {
    kind.is_none_or(|kind| ARCHITECTURAL.contains(&kind))
}

/// The diagrams of a page.
#[derive(Default)]
struct Seen {
    /// Those that are drawn, each with its kind where it is known.
    drawn: Vec<(Diagram, Option<String>)>,
    /// What is wrong with the others, by the line: `links a.svg, which is empty`.
    faults: Vec<(u32, String)>,
}

fn seen(page: &Page, found: &Found) -> Seen {
    let mut seen = Seen::default();
    for diagram in &found.diagrams {
        match &diagram.what {
            What::Mermaid(kind) => seen.drawn.push((diagram.clone(), Some(kind.clone()))),
            What::Nothing(why) => seen
                .faults
                .push((diagram.line, format!("has no diagram there: {why}"))),
            What::Picture(link) => {
                let why = match page.pictures.get(link) {
                    Some(Picture::Drawn(kind)) => {
                        seen.drawn.push((diagram.clone(), kind.clone()));
                        continue;
                    }
                    Some(Picture::Not(why)) => why,
                    None => "is not there",
                };
                let fault = format!("links {}, which {why}", one_line(link));
                seen.faults.push((diagram.line, fault));
            }
        }
    }
    seen
}

/// Diagrams of the order of messages: each scenario has one, in its own section, or one that names it, or one that names
/// no other. Of pictures those count that are said to be sequence diagrams.
fn sequences(spec: &Integration, page: &Page) -> Vec<Missing> {
    let found = diagram::find(&page.text);
    let Seen { drawn, faults } = seen(page, &found);
    let is_sequence = |(diagram, kind): &(Diagram, Option<String>)| match kind {
        Some(kind) => kind == SEQUENCE,
        None => diagram.about.to_lowercase().contains("sequence"),
    };
    let mut has_own = vec![false; spec.scenarios.len()];
    let mut of_any = 0_usize;
    for (diagram, _) in drawn.iter().filter(|one| is_sequence(one)) {
        let mut is_of_one = false;
        for (index, has) in has_own.iter_mut().enumerate() {
            if is_about(spec, index, diagram, &found) {
                *has = true;
                is_of_one = true;
            }
        }
        of_any += usize::from(!is_of_one);
    }
    let without: Vec<usize> = (0..has_own.len())
        .filter(|index| !has_own[*index])
        .skip(of_any)
        .collect();
    let Some(first) = without.first() else {
        return Vec::new();
    };
    let all = has_own.len();
    let names: Vec<String> = without
        .iter()
        .filter_map(|index| {
            Some(scenario_name(
                *index,
                &spec.scenarios.get(*index)?.value.description,
            ))
        })
        .collect();
    let line = spec.scenarios.get(*first).map_or(0, |scenario| scenario.line);
    let summary = Missing {
        what: format!(
            "{}/{all} scenarios have a sequence diagram; without one: {}",
            all - without.len(),
            names.join(", ")
        ),
        remedy: "draw one for each in the spec, below the scenario or with its name: ```mermaid, sequenceDiagram …; or \
                 a heading Sequence Diagram with a picture"
            .to_owned(),
        place: (line > 0).then(|| (page.path.clone(), line)),
    };
    let faults = faults.into_iter().map(|(line, fault)| Missing {
        what: format!("the spec {fault}"),
        remedy: "draw it, or take it out".to_owned(),
        place: Some((page.path.clone(), line)),
    });
    std::iter::once(summary).chain(faults).collect()
}

fn scenario_name(index: usize, description: &str) -> String {
    let number = format!("scenario {}", index + 1);
    match one_line(description) {
        said if said.trim().is_empty() || words(&said) == number => number,
        said => format!("{number}, {}", shorten(said.trim(), MAX_NAME_CHARS)),
    }
}

/// Whether a diagram stands in the section of a scenario, or names it by its number or its heading.
fn is_about(spec: &Integration, index: usize, diagram: &Diagram, found: &Found) -> bool {
    let Some(scenario) = spec.scenarios.get(index) else {
        return false;
    };
    if scenario.line > 0 && diagram.line > scenario.line {
        let own = found
            .headings
            .iter()
            .find(|heading| heading.line == scenario.line);
        let next_scenario = spec
            .scenarios
            .iter()
            .map(|one| one.line)
            .filter(|line| *line > scenario.line);
        let next_heading = found.headings.iter().filter(|heading| {
            heading.line > scenario.line && own.is_none_or(|own| heading.level <= own.level)
        });
        let end = next_scenario
            .chain(next_heading.map(|heading| heading.line))
            .min();
        if end.is_none_or(|end| diagram.line < end) {
            return true;
        }
    }
    let about = words(&diagram.about);
    let description = words(&scenario.value.description);
    let is_named =
        description.len() >= LEAST_NAME_CHARS && format!(" {about} ").contains(&format!(" {description} "));
    is_named || numbers(&about).any(|number| number == index + 1)
}

/// The words of a text, in small letters and without signs.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The numbers of scenarios that words name: `scenario 2`, `scenarios 1 and 3`.
fn numbers(words: &str) -> impl Iterator<Item = usize> {
    let mut is_counting = false;
    words.split(' ').filter_map(move |word| {
        let number = word.parse().ok().filter(|_| is_counting);
        is_counting =
            matches!(word, "scenario" | "scenarios") || (is_counting && (number.is_some() || word == "and"));
        number
    })
}

fn contracts(spec: &Integration, sight: &Sight) -> Vec<Missing> {
    spec.contracts
        .iter()
        .filter_map(|contract| match &contract.value.contract_file {
            None => Some(format!(
                "line {} of the spec names no contract file",
                contract.line
            )),
            Some(file) if sight.contracts.contains(file) => None,
            Some(file) => Some(format!("{} is missing", one_line(file))),
        })
        .map(|what| Missing {
            what,
            remedy: "write the description, or correct the spec: `- Contract file: PATH`".to_owned(),
            place: None,
        })
        .collect()
}

/// `4/5 documentation requirements met`.
pub fn sentence(requirements: &[Requirement]) -> String {
    let met = requirements.iter().filter(|one| one.missing.is_empty()).count();
    format!("{met}/{} documentation requirements met", requirements.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{Contract, Scenario};

    fn spec() -> Integration {
        Integration {
            scenarios: vec![At::new(Scenario::default(), 3)],
            integration_points: vec![At::new("api → db".to_owned(), 4)],
            contracts: vec![At::new(
                Contract {
                    contract_file: Some("api.yaml".to_owned()),
                    ..Contract::default()
                },
                9,
            )],
            ..Integration::default()
        }
    }

    const FLOW: &str = "# A\n```mermaid\n%% c\nflowchart LR\na-->b\n```\n";
    const SEQUENCE_BLOCK: &str = "~~~mermaid\n\nsequenceDiagram\na->>b: x\n~~~\n";

    fn page(path: &str, text: &str, pictures: &[(&str, Picture)]) -> Page {
        let pictures = pictures
            .iter()
            .map(|(link, picture)| ((*link).to_owned(), picture.clone()));
        Page {
            path: path.to_owned(),
            text: text.to_owned(),
            pictures: pictures.collect(),
        }
    }

    fn whole() -> Sight {
        Sight {
            architecture: vec![page(ARCHITECTURE[1], FLOW, &[])],
            contracts: vec!["api.yaml".to_owned()],
            has_baseline: true,
            spec: page("spec.md", SEQUENCE_BLOCK, &[]),
        }
    }

    fn missing(found: &[Requirement]) -> Vec<String> {
        let all = found.iter().flat_map(|one| &one.missing);
        all.map(|one| match &one.place {
            Some((_, line)) => format!("{line}: {}", one.what),
            None => one.what.clone(),
        })
        .collect()
    }

    #[track_caller]
    fn check(sight: &Sight, met: &str, expect: &[&str]) {
        let found = judge(
            &IntegrationDocumentation::default(),
            &spec(),
            true,
            "sdd bench x",
            sight,
        );
        assert_eq!(sentence(&found), format!("{met} documentation requirements met"));
        assert_eq!(missing(&found), expect);
    }

    #[test]
    fn what_is_there_is_met() {
        check(&whole(), "5/5", &[]);
    }

    #[test]
    fn what_is_missing_is_named() {
        check(
            &Sight::default(),
            "1/5",
            &[
                "there is no diagram of the architecture",
                "3: 0/1 scenarios have a sequence diagram; without one: scenario 1",
                "api.yaml is missing",
                "there is no baseline of the performance",
            ],
        );
    }

    #[test]
    fn a_diagram_is_a_block_with_something_in_it_or_a_picture_that_shows_something() {
        let path = ARCHITECTURE[0];
        let with = |text: &str, pictures: &[(&str, Picture)]| Sight {
            architecture: vec![page(path, text, pictures)],
            ..whole()
        };
        let drawn = || Picture::Drawn(None);
        check(&with("![x](a.svg)", &[("a.svg", drawn())]), "5/5", &[]);
        let of_kind = |kind: &str| with("![x](a.mmd)", &[("a.mmd", Picture::Drawn(Some(kind.to_owned())))]);
        check(&of_kind("flowchart"), "5/5", &[]);
        let none = format!("1: {path} has no diagram in it");
        let other = |line: u32, kind: &str| {
            format!(
                "{line}: {path} has a mermaid diagram of the kind {kind}, which is no architecture diagram"
            )
        };
        check(&of_kind(SEQUENCE), "4/5", &[&other(1, SEQUENCE)]);
        check(&with(SEQUENCE_BLOCK, &[]), "4/5", &[&other(1, SEQUENCE)]);
        for kind in ["erDiagram", "classDiagram"] {
            let text = format!("# A\n```mermaid\n{kind}\n  a b\n```\n");
            check(&with(&text, &[]), "4/5", &[&other(2, kind)]);
        }
        check(&with("<img src=\"a.svg\">", &[("a.svg", drawn())]), "5/5", &[]);
        check(
            &with("\n![x](a.svg)", &[]),
            "4/5",
            &[&format!("2: {path} links a.svg, which is not there")],
        );
        check(
            &with("![x](a.svg)", &[("a.svg", Picture::Not("is empty".to_owned()))]),
            "4/5",
            &[&format!("1: {path} links a.svg, which is empty")],
        );
        check(
            &with("```mermaid\n```\n", &[]),
            "4/5",
            &[&format!(
                "1: {path} has no diagram there: the mermaid block is empty"
            )],
        );
        for text in ["Later.", "```\nflowchart LR\n```\n", "mermaid flowchart"] {
            check(&with(text, &[]), "4/5", &[&none]);
        }
        // One page that has a diagram is enough.
        let mut two = with("Later.", &[]);
        two.architecture.push(page(ARCHITECTURE[1], FLOW, &[]));
        check(&two, "5/5", &[]);
    }

    /// What is said of the sequence diagrams of a spec with these scenarios.
    #[track_caller]
    fn check_sequences(scenarios: &[(&str, u32)], text: &str, pictures: &[(&str, Picture)], expect: &[&str]) {
        let scenarios = scenarios.iter().map(|(description, line)| {
            let scenario = Scenario {
                description: (*description).to_owned(),
                ..Scenario::default()
            };
            At::new(scenario, *line)
        });
        let spec = Integration {
            scenarios: scenarios.collect(),
            ..Integration::default()
        };
        let page = page("spec.md", text, pictures);
        let found = [Requirement {
            name: "sequence diagrams",
            missing: sequences(&spec, &page),
        }];
        assert_eq!(missing(&found), expect, "{text}");
    }

    #[test]
    fn a_sequence_diagram_is_drawn_and_not_only_announced() {
        let one = &[("Pay", 1)];
        let without = "1: 0/1 scenarios have a sequence diagram; without one: scenario 1, Pay";
        let drawn = || Picture::Drawn(None);
        let headed = "## Pay\n### Sequence Diagrams\n![x](flow.png)\n";
        check_sequences(one, headed, &[("flow.png", drawn())], &[]);
        let empty = Picture::Not("is empty".to_owned());
        check_sequences(
            one,
            headed,
            &[("flow.png", empty)],
            &[without, "3: the spec links flow.png, which is empty"],
        );
        let comment = format!("<!--\n{SEQUENCE_BLOCK}-->\n");
        check_sequences(
            one,
            &comment,
            &[],
            &[
                without,
                "2: the spec has no diagram there: the mermaid block stands in a comment",
            ],
        );
        check_sequences(one, "![logo](logo.png)\n", &[("logo.png", drawn())], &[without]);
        for text in ["## Sequence Diagram\n\nTo be drawn.\n", FLOW, "sequenceDiagram"] {
            check_sequences(one, text, &[], &[without]);
        }
    }

    #[test]
    fn every_scenario_has_a_sequence_diagram() {
        let two = &[("Orders are listed", 1), ("An order is refused", 3)];
        let titles = "# Orders are listed\n\n# Scenario 2: An order is refused\n\n";
        let second = "3: 1/2 scenarios have a sequence diagram; without one: scenario 2, An order is refused";
        let first = "1: 1/2 scenarios have a sequence diagram; without one: scenario 1, Orders are listed";
        // One that is about no scenario by name is of one of them.
        let last = "# End\n\n";
        check_sequences(two, &format!("{titles}{last}{SEQUENCE_BLOCK}"), &[], &[second]);
        check_sequences(
            two,
            &format!("{titles}{last}{SEQUENCE_BLOCK}\n{SEQUENCE_BLOCK}"),
            &[],
            &[],
        );
        // It is that of the section that it stands in, and of those that are named.
        check_sequences(
            two,
            &format!("{titles}{SEQUENCE_BLOCK}\n{SEQUENCE_BLOCK}"),
            &[],
            &[first],
        );
        let apart = |above: &str| format!("{titles}{last}{above}\n\n{SEQUENCE_BLOCK}");
        check_sequences(two, &apart("## Scenarios 1 and 2"), &[], &[]);
        check_sequences(two, &apart("## Scenario 2"), &[], &[first]);
        check_sequences(two, &apart("**An order, is REFUSED**"), &[], &[first]);
        check_sequences(two, &apart("## Scenario 21"), &[], &[second]);
        let with_title = "```mermaid\nsequenceDiagram\ntitle An order is refused\na->>b: x\n```\n";
        check_sequences(two, &format!("{titles}{last}{with_title}"), &[], &[first]);
    }

    #[test]
    fn only_what_is_asked_for_counts() {
        let none = IntegrationDocumentation {
            require_architecture_diagram: false,
            require_sequence_diagrams: false,
            require_api_contracts: false,
            require_performance_baseline: false,
            ..IntegrationDocumentation::default()
        };
        let found = judge(&none, &spec(), true, "sdd bench x", &Sight::default());
        assert_eq!(sentence(&found), "1/1 documentation requirements met");
        let without = judge(
            &IntegrationDocumentation::default(),
            &Integration::default(),
            false,
            "sdd bench x",
            &Sight::default(),
        );
        let names: Vec<&str> = without.iter().map(|one| one.name).collect();
        assert_eq!(names, ["architecture diagram", "integration points"]);
    }

    #[test]
    fn what_a_template_leaves_open_is_no_integration_point() {
        let missing = |point: &str| {
            let mut spec = spec();
            spec.integration_points = vec![At::new(point.to_owned(), 16)];
            let settings = IntegrationDocumentation::default();
            let found = judge(&settings, &spec, true, "sdd bench x", &Sight::default());
            let points = found.iter().find(|one| one.name == "integration points");
            points.unwrap().missing.len()
        };
        assert_eq!(
            missing("[Who calls whom, and how: an endpoint, a queue, a table]"),
            1
        );
        assert_eq!(missing("api → db"), 0);
    }
}
