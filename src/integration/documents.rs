//! The documentation of integration tests: which of it is asked for, and which of it is there.

use crate::model::config::IntegrationDocumentation;
use crate::model::spec::Integration;
use crate::model::text::one_line;

/// Where the diagram of the architecture stands: in one of these, or in a picture that one of them links.
pub const ARCHITECTURE: [&str; 3] = [
    "docs/architecture/integration-architecture.md",
    "docs/integration-architecture.md",
    ".session/specs/integration-architecture.md",
];

/// The endings of pictures.
const PICTURES: [&str; 6] = ["svg", "png", "mmd", "mermaid", "puml", "drawio"];

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
}

/// What is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The text of each file of [`ARCHITECTURE`] that is there, by its place in the list.
    pub architecture: Vec<(usize, String)>,
    /// Paths that those texts link and that are there, relative to the project.
    pub linked: Vec<String>,
    /// The files of contracts that are there.
    pub contracts: Vec<String>,
    /// Whether the work item has a baseline of its performance.
    pub has_baseline: bool,
    /// The text of the spec.
    pub spec: String,
}

/// What must be documented, and whether it is.
pub fn judge(
    settings: &IntegrationDocumentation,
    spec: &Integration,
    must_be_fast: bool,
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
        architecture(sight).into_iter().collect(),
    );
    add(
        settings.require_sequence_diagrams && !spec.scenarios.is_empty(),
        "sequence diagrams",
        sequences(spec, &sight.spec).into_iter().collect(),
    );
    add(
        settings.require_api_contracts && !spec.contracts.is_empty(),
        "API contracts",
        contracts(spec, sight),
    );
    let baseline = (!sight.has_baseline).then(|| Missing {
        what: "there is no baseline of the performance".to_owned(),
        remedy: "measure once: sdd bench ID, or sdd gate benchmark".to_owned(),
    });
    add(
        settings.require_performance_baseline && must_be_fast,
        "performance baseline",
        baseline.into_iter().collect(),
    );
    let points = spec.integration_points.is_empty().then(|| Missing {
        what: "the spec names no integration points".to_owned(),
        remedy: "name them in the spec, below Scope: `**Integration Points:**`".to_owned(),
    });
    add(
        settings.require_integration_points,
        "integration points",
        points.into_iter().collect(),
    );
    all
}

fn architecture(sight: &Sight) -> Option<Missing> {
    if sight.architecture.is_empty() {
        return Some(Missing {
            what: "there is no diagram of the architecture".to_owned(),
            remedy: format!(
                "draw one in {}: a mermaid block, or a link to an SVG or PNG",
                ARCHITECTURE[0]
            ),
        });
    }
    let drawn = sight
        .architecture
        .iter()
        .any(|(_, text)| mermaids(text).any(|kind| ARCHITECTURAL.contains(&kind)));
    if drawn || !sight.linked.is_empty() {
        return None;
    }
    let (place, text) = sight.architecture.first()?;
    let path = ARCHITECTURE.get(*place).copied().unwrap_or_default();
    let links = pictures(text);
    let what = match links.first() {
        Some(link) => format!("{path} links {}, which is not there", one_line(link)),
        None => format!("{path} has no diagram in it"),
    };
    Some(Missing {
        what,
        remedy:
            "draw it as a mermaid block (```mermaid, flowchart …), or link an SVG or PNG of the repository"
                .to_owned(),
    })
}

/// The kinds of the mermaid blocks of a text: the first word of each.
fn mermaids(text: &str) -> impl Iterator<Item = &str> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        loop {
            let fence = lines.next()?.trim_start();
            let info = fence.trim_start_matches(['`', '~']);
            if fence.len() - info.len() < 3 || info.split_whitespace().next() != Some("mermaid") {
                continue;
            }
            let is_text = |line: &&str| {
                let line = line.trim();
                !line.is_empty() && !line.starts_with("%%") && !line.starts_with("---")
            };
            // A block without a line in it draws nothing.
            let first = lines.by_ref().find(is_text)?.trim();
            if first.starts_with("```") || first.starts_with("~~~") {
                continue;
            }
            return first.split_whitespace().next();
        }
    })
}

/// The links of a text to pictures, as they are written.
pub fn pictures(text: &str) -> Vec<String> {
    use pulldown_cmark::{Event, Parser, Tag};
    let is_picture = |path: &str| {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let extension = path
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        extension.is_some_and(|extension| PICTURES.contains(&extension.as_str()))
    };
    Parser::new(text)
        .filter_map(|event| match event {
            Event::Start(Tag::Image { dest_url, .. } | Tag::Link { dest_url, .. }) => {
                Some(dest_url.to_string())
            }
            _ => None,
        })
        .filter(|path| is_picture(path))
        .collect()
}

/// Diagrams of the order of messages: those of mermaid, and of `PlantUML` by their heading.
fn sequences(spec: &Integration, text: &str) -> Option<Missing> {
    let drawn = mermaids(text).filter(|kind| *kind == "sequenceDiagram").count();
    let headed = text.lines().any(|line| {
        let heading = line.trim_start_matches('#');
        heading.len() < line.len() && heading.trim().to_lowercase().starts_with("sequence diagram")
    });
    if drawn > 0 || (headed && !pictures(text).is_empty()) {
        return None;
    }
    let count = spec.scenarios.len();
    let scenarios = if count == 1 {
        "scenario has"
    } else {
        "scenarios have"
    };
    Some(Missing {
        what: format!("the {count} {scenarios} no sequence diagram"),
        remedy: "draw them in the spec: ```mermaid, sequenceDiagram …; or a heading Sequence Diagram with a picture".to_owned(),
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
    use crate::model::spec::{At, Contract, Scenario};

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
    const SEQUENCE: &str = "## S\n~~~mermaid\n\nsequenceDiagram\na->>b: x\n~~~\n";

    fn whole() -> Sight {
        Sight {
            architecture: vec![(1, FLOW.to_owned())],
            linked: Vec::new(),
            contracts: vec!["api.yaml".to_owned()],
            has_baseline: true,
            spec: SEQUENCE.to_owned(),
        }
    }

    #[track_caller]
    fn check(sight: &Sight, met: &str, missing: &[&str]) {
        let found = judge(&IntegrationDocumentation::default(), &spec(), true, sight);
        assert_eq!(sentence(&found), format!("{met} documentation requirements met"));
        let all: Vec<&str> = found
            .iter()
            .flat_map(|one| &one.missing)
            .map(|one| one.what.as_str())
            .collect();
        assert_eq!(all, missing);
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
                "the 1 scenario has no sequence diagram",
                "api.yaml is missing",
                "there is no baseline of the performance",
            ],
        );
    }

    #[test]
    fn a_diagram_is_a_block_with_something_in_it_or_a_picture_that_is_there() {
        let with = |text: &str, linked: &[&str]| Sight {
            architecture: vec![(0, text.to_owned())],
            linked: linked.iter().map(|path| (*path).to_owned()).collect(),
            ..whole()
        };
        check(&with("![x](a.svg)", &["docs/architecture/a.svg"]), "5/5", &[]);
        let path = "docs/architecture/integration-architecture.md";
        check(
            &with("![x](a.svg)", &[]),
            "4/5",
            &[&format!("{path} links a.svg, which is not there")],
        );
        for text in [
            "Later.",
            "```mermaid\n```\n",
            "```\nflowchart LR\n```\n",
            SEQUENCE,
            "mermaid flowchart",
        ] {
            check(
                &with(text, &[]),
                "4/5",
                &[&format!("{path} has no diagram in it")],
            );
        }
    }

    #[test]
    fn a_sequence_diagram_is_drawn_and_not_only_announced() {
        let with = |text: &str| Sight {
            spec: text.to_owned(),
            ..whole()
        };
        check(&with("### Sequence Diagrams\n![x](flow.png)\n"), "5/5", &[]);
        for text in ["## Sequence Diagram\n\nTo be drawn.\n", FLOW, "sequenceDiagram"] {
            check(&with(text), "4/5", &["the 1 scenario has no sequence diagram"]);
        }
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
        let found = judge(&none, &spec(), true, &Sight::default());
        assert_eq!(sentence(&found), "1/1 documentation requirements met");
        let without = judge(
            &IntegrationDocumentation::default(),
            &Integration::default(),
            false,
            &Sight::default(),
        );
        let names: Vec<&str> = without.iter().map(|one| one.name).collect();
        assert_eq!(names, ["architecture diagram", "integration points"]);
    }
}
