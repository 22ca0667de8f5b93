//! Pages for tests of the formats.

use std::sync::Arc;

use proptest::prelude::{Strategy, any, prop};

use super::{Call, Entry, FailOn, Page, Place, Section, Standing, Subject};
use crate::contract::rules::Level;
use crate::model::verdict::RunVerdict;

/// What an entry borrows from.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) rule: String,
    pub(super) level: Level,
    pub(super) message: String,
    pub(super) why: String,
    pub(super) safe: String,
    pub(super) calls: Vec<Arc<Call>>,
    pub(super) pointer: String,
    pub(super) base: Option<Place>,
    pub(super) revision: Option<Place>,
    pub(super) standing: Standing,
}

impl Sample {
    pub(super) fn new(rule: &str, level: Level) -> Self {
        Self {
            rule: rule.to_owned(),
            level,
            message: format!("`{rule}` happened"),
            why: format!("Because of {rule}."),
            safe: format!("Do not do {rule}."),
            calls: Vec::new(),
            pointer: "/paths/~1a/get".to_owned(),
            base: Some(place("v1.yaml", 3, "get: {}")),
            revision: Some(place("v2.yaml", 4, "get: {x: 1}")),
            standing: Standing::Counts,
        }
    }

    #[must_use]
    pub(super) fn message(self, message: &str) -> Self {
        Self {
            message: message.to_owned(),
            ..self
        }
    }

    #[must_use]
    pub(super) fn calls(self, count: usize) -> Self {
        let calls = (0..count).map(|number| Call {
            method: "GET".to_owned(),
            path: format!("/{number}"),
        });
        let calls = calls.map(Arc::new);
        Self {
            calls: calls.collect(),
            ..self
        }
    }

    #[must_use]
    pub(super) fn standing(self, standing: Standing) -> Self {
        Self { standing, ..self }
    }

    fn entry(&self) -> Entry<'_> {
        Entry {
            rule: &self.rule,
            level: self.level,
            message: &self.message,
            why: &self.why,
            safe: &self.safe,
            calls: &self.calls,
            pointer: &self.pointer,
            base: self.base.as_ref(),
            revision: self.revision.as_ref(),
            around: None,
            standing: self.standing.clone(),
        }
    }
}

pub(super) fn place(file: &str, line: u32, excerpt: &str) -> Place {
    Place {
        file: file.to_owned(),
        line,
        column: 5,
        pointer: String::new(),
        excerpt: excerpt.to_owned(),
        around: None,
    }
}

/// A comparison that failed.
pub(super) fn page(samples: &[Sample]) -> Page<'_> {
    Page {
        kind: "contract_diff",
        title: "API changes",
        verdict: RunVerdict::Failed,
        decision: "failed: clients break".to_owned(),
        parts: Vec::new(),
        fail_on: FailOn::Error,
        sections: vec![section("v1.yaml → v2.yaml", samples)],
        rerun: "sdd contract diff v1.yaml v2.yaml".to_owned(),
    }
}

pub(super) fn section<'a>(title: &str, samples: &'a [Sample]) -> Section<'a> {
    Section {
        title: title.to_owned(),
        subject: Subject::Changes,
        gaps: Vec::new(),
        entries: samples.iter().map(Sample::entry).collect(),
    }
}

/// All that a format has to tell apart: each level, a set level, a suppressed entry, a finding with one place, a part
/// without an answer, a section with nothing in it.
pub(super) fn everything() -> (Vec<Sample>, Vec<Sample>) {
    let changes = vec![
        Sample::new("path-gone", Level::Error)
            .message("GET /0 is gone")
            .calls(1),
        Sample::new("max-lower", Level::Error).calls(1),
        Sample::new("max-lower", Level::Error)
            .message("a <b>`max`</b> & more")
            .calls(3),
        Sample::new("max-lower", Level::Error).standing(Standing::Suppressed(
            "suppressed until 2027-01-01: nobody sends it".to_owned(),
        )),
        Sample::new("enum-wider", Level::Warning)
            .standing(Standing::Noted("a warning by the settings".to_owned())),
        Sample::new("added", Level::Info).calls(2),
    ];
    let mut finding = Sample::new("unresolved-ref", Level::Error);
    finding.base = None;
    (changes, vec![finding])
}

/// [`everything`] as the page of a check.
pub(super) fn check(everything: &(Vec<Sample>, Vec<Sample>)) -> Page<'_> {
    let mut gap = section("v2.yaml", &everything.1);
    gap.subject = Subject::Findings;
    gap.gaps = vec!["v2.yaml:9:3: `#/nowhere` leads nowhere".to_owned()];
    let mut clean = section("other.yaml", &[]);
    clean.subject = Subject::Findings;
    Page {
        kind: "contract_check",
        title: "API contracts",
        verdict: RunVerdict::Error,
        sections: vec![section("v1.yaml → v2.yaml", &everything.0), gap, clean],
        ..page(&[])
    }
}

/// A sample with any texts in it.
pub(super) fn any_sample() -> impl Strategy<Value = Sample> {
    let text = || {
        prop::collection::vec(
            prop::sample::select(vec![
                "</script>",
                "<!--",
                "-->",
                "]]>",
                "\"",
                "'",
                "&",
                "<",
                ">",
                "\u{0}",
                "\u{1b}[31m",
                "\u{7}",
                "\n",
                "\r",
                "\t",
                "::error::x",
                "##[x]",
                "##vso[y]",
                "\u{fffe}",
                "\u{202e}",
                "](",
                "`",
                "ü",
                "a",
                " ",
                "\\",
                "{{",
                "%",
                "\u{2028}",
                "#",
                "|",
            ]),
            0..6,
        )
        .prop_map(|parts| parts.concat())
    };
    let spot = move || {
        prop::option::of(
            (text(), any::<u16>(), text())
                .prop_map(|(file, line, excerpt)| place(&file, u32::from(line), &excerpt)),
        )
    };
    let standing = prop::sample::select(vec![0, 1, 2]);
    let level = prop::sample::select(vec![Level::Error, Level::Warning, Level::Info]);
    (
        (text(), level, text(), text(), text()),
        prop::collection::vec((text(), text()), 0..4),
        (text(), spot(), spot(), standing, text()),
    )
        .prop_map(
            |((rule, level, message, why, safe), calls, (pointer, base, revision, standing, note))| Sample {
                rule,
                level,
                message,
                why,
                safe,
                calls: calls
                    .into_iter()
                    .map(|(method, path)| Arc::new(Call { method, path }))
                    .collect(),
                pointer,
                base,
                revision,
                standing: match standing {
                    0 => Standing::Counts,
                    1 => Standing::Noted(note),
                    _ => Standing::Suppressed(note),
                },
            },
        )
}
