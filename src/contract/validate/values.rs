//! Values that stand in a description beside the schema that they are of: examples, defaults, members of `enum`, constants.
//! What is wrong with a list of values itself, others say.
//!
//! What cannot be decided is not reported. One finding a value: the first thing that is wrong with it, at its place.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::rules::Rule;
use super::schemas::like_schemas;
use super::{Check, Findings, Kind, Survey};
use crate::contract::arena::{NodeId, Value, Word};
use crate::contract::evaluate::{Evaluator, Outcome, Sent, Violation, Why};
use crate::contract::load::Version;
use crate::contract::number;
use crate::contract::view::schema::{Schema, Types};
use crate::contract::words as w;

/// Values against their schemas.
pub(super) struct Values;

impl Check for Values {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        let mut checker = Checker {
            survey,
            evaluator: Evaluator::new(survey.side),
            findings,
        };
        checker.schemas();
        checker.parameters();
        checker.bodies();
        if survey.version() == Version::V2 {
            checker.responses_of_swagger();
        }
    }
}

struct Checker<'s, 'a, 'f> {
    survey: &'s Survey<'a>,
    evaluator: Evaluator<'a>,
    findings: &'f mut Findings,
}

/// How a value is written where it is sent, as far as an example may be the writing and not the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// In JSON: a text may be the JSON of a value.
    Json,
    /// In another way: a text may be the writing of a list or an object.
    Otherwise,
    /// Not at all: the value is the value.
    Plainly,
}

impl Checker<'_, '_, '_> {
    /// What schemas say about themselves.
    fn schemas(&mut self) {
        let survey = self.survey;
        for (_, node) in like_schemas(survey) {
            self.schema(node);
        }
        let arena = survey.arena();
        for object in survey.of(Kind::Schema) {
            if let Some(example) = arena.get(object.node, w::EXAMPLE) {
                self.example(object.node, example, Sent::Either, Written::Json);
            }
            let examples = arena
                .get(object.node, w::EXAMPLES)
                .filter(|_| survey.version() >= Version::V31);
            for example in examples.into_iter().flat_map(|list| arena.items(list)) {
                self.example(object.node, example, Sent::Either, Written::Json);
            }
        }
    }

    fn schema(&mut self, schema: NodeId) {
        let arena = self.survey.arena();
        if let Some(default) = arena.get(schema, w::DEFAULT) {
            let outcome = self.evaluator.violations(schema, default, Sent::Either);
            self.report(Rule::DefaultViolatesSchema, &outcome);
        }
        if let Some(list) = arena.get(schema, w::ENUM) {
            for member in arena.items(list) {
                self.member(schema, w::ENUM, w::CONST, member);
            }
        }
        if self.survey.version() >= Version::V31
            && let Some(constant) = arena.get(schema, w::CONST)
        {
            self.member(schema, w::CONST, w::ENUM, constant);
        }
    }

    /// A value that a keyword of a schema allows, against the schema's other keywords; but not against one that allows
    /// values as well, which another rule holds beside it.
    fn member(&mut self, schema: NodeId, keyword: Word, other: Word, member: NodeId) {
        let mut outcome = self.evaluator.violations_but(keyword, schema, member);
        outcome
            .violations
            .retain(|violation| (violation.schema, violation.keyword) != (schema, other));
        self.report(Rule::EnumValueViolatesSchema, &outcome);
    }

    /// Examples of parameters and headers.
    fn parameters(&mut self) {
        let survey = self.survey;
        for (kind, sent) in [(Kind::Parameter, Sent::Request), (Kind::Header, Sent::Response)] {
            for object in survey.of(kind) {
                if let Some(schema) = survey.arena().get(object.node, w::SCHEMA) {
                    self.examples(object.node, schema, sent, Written::Otherwise);
                }
            }
        }
    }

    /// Examples of bodies, and of what has media types like one.
    fn bodies(&mut self) {
        let survey = self.survey;
        let arena = survey.arena();
        let mut found: Vec<(NodeId, Word)> = Vec::new();
        let mut ways: HashMap<(NodeId, Word), Sent> = HashMap::new();
        for (kind, sent) in [
            (Kind::RequestBody, Sent::Request),
            (Kind::Response, Sent::Response),
            (Kind::Parameter, Sent::Request),
            (Kind::Header, Sent::Response),
        ] {
            for object in survey.of(kind) {
                let content = arena.get(object.node, w::CONTENT);
                for media in content.map_or(&[][..], |content| arena.fields(content)) {
                    let Some(node) = survey.side.follow(media.value) else {
                        continue;
                    };
                    let way = ways.entry((node, media.key)).or_insert_with(|| {
                        found.push((node, media.key));
                        sent
                    });
                    if *way != sent {
                        *way = Sent::Either;
                    }
                }
            }
        }
        for media in found {
            let Some(written) = written(survey.text(media.1)) else {
                continue;
            };
            if let Some(schema) = arena.get(media.0, w::SCHEMA) {
                let sent = ways.get(&media).copied().unwrap_or(Sent::Either);
                self.examples(media.0, schema, sent, written);
            }
        }
    }

    /// `example` and `examples` of what has a schema.
    fn examples(&mut self, holder: NodeId, schema: NodeId, sent: Sent, written: Written) {
        let survey = self.survey;
        let arena = survey.arena();
        if let Some(example) = arena.get(holder, w::EXAMPLE) {
            self.example(schema, example, sent, written);
        }
        let named = arena.get(holder, w::EXAMPLES);
        for named in named.map_or(&[][..], |map| arena.fields(map)) {
            let Some(object) = survey.side.follow(named.value) else {
                continue;
            };
            if let Some(value) = arena.get(object, w::VALUE) {
                self.example(schema, value, sent, written);
            }
            if let Some(value) = arena.get(object, w::DATA_VALUE) {
                self.example(schema, value, sent, Written::Plainly);
            }
        }
    }

    /// Swagger 2.0: the examples of a response, by their media types.
    fn responses_of_swagger(&mut self) {
        let survey = self.survey;
        let arena = survey.arena();
        for object in survey.of(Kind::Response) {
            let (schema, examples) = (
                arena.get(object.node, w::SCHEMA),
                arena.get(object.node, w::EXAMPLES),
            );
            let (Some(schema), Some(examples)) = (schema, examples) else {
                continue;
            };
            for example in arena.fields(examples) {
                if let Some(written) = written(arena.text(example.key)) {
                    self.example(schema, example.value, Sent::Response, written);
                }
            }
        }
    }

    fn example(&mut self, schema: NodeId, example: NodeId, sent: Sent, written: Written) {
        let mut outcome = self.evaluator.violations(schema, example, sent);
        if written == Written::Otherwise {
            outcome
                .violations
                .retain(|violation| !self.is_text_of_form(violation));
        }
        if !outcome.fails() || !self.is_writing(schema, example, written) {
            self.report(Rule::ExampleViolatesSchema, &outcome);
        }
    }

    /// Whether a text is not the value but how it is written.
    fn is_writing(&self, schema: NodeId, example: NodeId, written: Written) -> bool {
        let arena = self.survey.arena();
        let Value::Text(text) = arena.value(example) else {
            return false;
        };
        let Some(types) = Schema::of(self.survey.side, schema).map(|schema| schema.types()) else {
            return false;
        };
        match written {
            Written::Plainly => false,
            Written::Otherwise => {
                !types.meets(Types::STRING) && types.meets(Types::OBJECT.with(Types::ARRAY))
            }
            Written::Json => match serde_json::from_str(arena.text(text)) {
                Ok(serde_json::Value::Object(_)) => types.meets(Types::OBJECT),
                Ok(serde_json::Value::Array(_)) => types.meets(Types::ARRAY),
                _ => false,
            },
        }
    }

    /// Whether a violation is only that of a word that stands for a list of one, or for a number: in a form all is text.
    fn is_text_of_form(&self, violation: &Violation) -> bool {
        let arena = self.survey.arena();
        let Value::Text(text) = arena.value(violation.instance) else {
            return false;
        };
        let Some(schema) = Schema::of(self.survey.side, violation.schema) else {
            return false;
        };
        let kinds = match arena.text(text) {
            "true" | "false" => Types::BOOLEAN.with(Types::ARRAY),
            text => match number::canonical(text) {
                Some(number) if number::is_whole(&number) => Types::INTEGER.with(Types::ARRAY),
                Some(_) => Types::FRACTION.with(Types::ARRAY),
                None => Types::ARRAY,
            },
        };
        violation.keyword == w::TYPE && schema.types().meets(kinds)
    }

    /// Says that nobody knows, where the reason for that is not a finding of its own.
    fn open(&mut self, outcome: &Outcome) {
        let Some(gap) = outcome.gap else { return };
        if !matches!(gap.why, Why::Reference | Why::Keyword) {
            let says = format!("the value could not be checked: {}", gap.why);
            self.findings.add(Rule::ValueNotChecked, gap.instance, says);
        }
    }

    fn report(&mut self, rule: Rule, outcome: &Outcome) {
        let arena = self.survey.arena();
        let Some(first) = outcome.violations.first() else {
            self.open(outcome);
            return;
        };
        let Violation {
            instance,
            schema,
            keyword,
            says,
        } = first;
        let keyword = arena.get(*schema, *keyword).unwrap_or(*schema);
        let mut says = format!("{says}, by `{}`", arena.pointer(keyword));
        if outcome.violations.len() > 1 {
            says = format!("{says}; and {} more", outcome.violations.len() - 1);
        }
        self.findings.add(rule, *instance, says);
    }
}

/// How bodies of a media type are written; `None` where an example is not the value of a schema.
fn written(media: &str) -> Option<Written> {
    let name = media.split(';').next().unwrap_or_default().trim().to_lowercase();
    let is_json = name.ends_with("/json") || name.ends_with("+json") || name.ends_with("/*");
    let is_form = name.starts_with("multipart/") || name == "application/x-www-form-urlencoded";
    match (is_json, is_form) {
        (true, _) if !name.starts_with("multipart/") => Some(Written::Json),
        (_, true) => Some(Written::Otherwise),
        _ => None,
    }
}
