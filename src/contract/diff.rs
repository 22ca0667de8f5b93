//! What changed between two descriptions, and whom it breaks.
//!
//! Schemas are compared in pairs of nodes, each pair once for each place that it is used in: what is used a thousand times is
//! compared once, and a schema that holds itself comes to an end. A pair that is being compared counts as equal, which is
//! the greatest solution of "equal if all parts are". Afterwards the operations that reach a pair are counted.

mod bodies;
mod components;
mod document;
mod dynamic;
mod encodings;
mod operations;
mod parameters;
mod reach;
mod removal;
mod responses;
mod schema;
mod security;
mod servers;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use dynamic::Dynamic;

use super::arena::{Arena, NodeId, Word};
use super::keyed::Map;
use super::load::{Document, World};
use super::rules::{Column, Direction, Fixed, Kind, Level, Rule};
use super::view::Side;

/// What the comparison goes by.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The day that sunset dates are compared with.
    pub today: NaiveDate,
    /// How many days before its sunset something must be announced: of beta, and of stable operations.
    pub notice: Notice,
}

/// Days between the announcement of a sunset and the sunset; 0 demands none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notice {
    /// For operations that are in beta.
    pub beta: u32,
    /// For stable ones.
    pub stable: u32,
}

/// An operation that a change touches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation {
    /// The path, as the base spells it, or else the revision; `webhook:NAME` of a webhook.
    pub path: String,
    /// The method in capitals.
    pub method: String,
    /// Its `operationId`.
    pub id: Option<String>,
}

/// One cause, with all operations it touches.
#[derive(Clone, Debug)]
pub struct Change {
    /// What happened.
    pub rule: Rule,
    /// To what, where the place alone does not say that: a name, a status, a media type.
    pub subject: String,
    /// What was there.
    pub from: Option<String>,
    /// What is there now.
    pub to: Option<String>,
    /// Where in the base.
    pub base: Option<NodeId>,
    /// Where in the revision.
    pub revision: Option<NodeId>,
    /// The operations, as numbers in [`Comparison::operations`], in order; none where it is of the whole document. Changes
    /// that the same operations reach share one list: there may be as many of the one as of the other.
    pub operations: Arc<[u32]>,
}

/// All changes.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The changes: errors first, then by operation, rule and place.
    pub changes: Vec<Change>,
    /// The operations of both documents, by path and method.
    pub operations: Vec<Operation>,
    /// The root of the revision; none where nothing was compared.
    pub revision: Option<NodeId>,
}

/// Compares two documents of a world that is settled.
pub fn diff(world: &World, base: &Document, revision: &Document, options: Options) -> Comparison {
    let side = |document| Side { world, document };
    let mut differ = Differ {
        base: side(base),
        revision: side(revision),
        options,
        same_words: base.version == revision.version,
        dynamic: Dynamic::of(side(base), revision.root.first),
        moved: [String::new(), String::new()],
        operations: Vec::new(),
        changes: Vec::new(),
        touched: Vec::new(),
        known: Map::default(),
        pairs: Vec::new(),
        numbers: Map::default(),
        roots: BTreeSet::new(),
        xml_roots: BTreeSet::new(),
        optional: BTreeSet::new(),
    };
    differ.run();
    differ.finish()
}

/// What was found, before anybody says where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Found {
    subject: String,
    from: Option<String>,
    to: Option<String>,
    base: Option<NodeId>,
    revision: Option<NodeId>,
}

/// What a pair lies in, on the way from an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Inside {
    /// Nothing that turns it.
    Plain,
    /// A `not`: what it accepts is refused.
    Not,
    /// The condition of an `if`: what it accepts decides what counts.
    If,
    /// The same, for what it refuses.
    Unless,
}

/// Two schemas in one place.
struct Pair {
    base: NodeId,
    revision: NodeId,
    column: Column,
    inside: Inside,
    /// The pairs that it holds.
    parts: Vec<u32>,
    changes: Vec<(Rule, Found)>,
}

struct Differ<'a> {
    base: Side<'a>,
    revision: Side<'a>,
    options: Options,
    /// Whether equal words mean the same on both sides.
    same_words: bool,
    dynamic: Dynamic,
    /// What stands before the paths of each side in its addresses, and in the paths themselves on the other side.
    moved: [String; 2],
    operations: Vec<Operation>,
    /// What was found of operations and of the document, as yet without its operations.
    changes: Vec<Change>,
    /// Those: one list a change, in the order in which they were met.
    touched: Vec<Vec<u32>>,
    known: Map<(Rule, Found), usize>,
    pairs: Vec<Pair>,
    numbers: Map<(NodeId, NodeId, Column, Inside), u32>,
    /// Which operation holds which pair.
    roots: BTreeSet<(u32, u32)>,
    /// The same, of what is a body of XML.
    xml_roots: BTreeSet<(u32, u32)>,
    /// The pairs of parameters that may be left out: only there a default means something.
    optional: BTreeSet<u32>,
}

impl Inside {
    /// What a change is to those who only see what lies around it; `None` where it harms nobody.
    fn rule(self, rule: Rule, column: Column) -> Option<Rule> {
        let (kind, column) = match self {
            Self::Plain => return Some(rule),
            Self::Not => (Kind::NotChanged, turned(column)),
            Self::If => (Kind::IfChanged, turned(turned(column))),
            Self::Unless => (Kind::IfChanged, turned(column)),
        };
        (rule.level() != Level::Info).then_some(Rule::Kind(kind, inner(column)))
    }
}

impl Found {
    fn at(base: impl Into<Option<NodeId>>, revision: impl Into<Option<NodeId>>) -> Self {
        Self {
            base: base.into(),
            revision: revision.into(),
            ..Self::default()
        }
    }

    /// At a field of two objects, or at the object that lacks it.
    fn at_field(arena: &Arena, base: NodeId, revision: NodeId, key: Word) -> Self {
        let field = |node| arena.get(node, key).unwrap_or(node);
        Self::at(field(base), field(revision))
    }

    fn subject(self, subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            ..self
        }
    }

    fn from(self, from: impl Into<String>) -> Self {
        Self {
            from: Some(from.into()),
            ..self
        }
    }

    fn to(self, to: impl Into<String>) -> Self {
        Self {
            to: Some(to.into()),
            ..self
        }
    }
}

impl Differ<'_> {
    fn run(&mut self) {
        self.compare_paths();
        self.compare_webhooks();
        self.compare_components();
        self.compare_document();
        let mut next = 0;
        while next < self.pairs.len() {
            self.compare_pair(next);
            next += 1;
        }
    }

    /// An operation's number.
    fn operation(&mut self, operation: Operation) -> u32 {
        self.operations.push(operation);
        u32::try_from(self.operations.len() - 1).unwrap_or(u32::MAX)
    }

    /// A change of an operation, or of the document.
    fn emit(&mut self, rule: Rule, operation: Option<u32>, found: Found) {
        let number = if let Some(number) = self.known.get(&(rule, found.clone())) {
            *number
        } else {
            self.known.insert((rule, found.clone()), self.changes.len());
            self.changes.push(change(rule, found));
            self.touched.push(Vec::new());
            self.changes.len() - 1
        };
        let operations = &mut self.touched[number];
        if let Some(operation) = operation
            && operations.last() != Some(&operation)
        {
            operations.push(operation);
        }
    }

    /// A change that a rule without columns tells.
    fn fixed(&mut self, rule: Fixed, operation: Option<u32>, found: Found) {
        self.emit(Rule::Fixed(rule), operation, found);
    }

    /// A change that has a rule in this column, if it has one.
    fn kind(&mut self, kind: Kind, column: Column, operation: u32, found: Found) {
        if kind.level(column).is_some() {
            self.emit(Rule::Kind(kind, column), Some(operation), found);
        }
    }

    /// Two schemas of an operation.
    fn root(&mut self, operation: u32, base: NodeId, revision: NodeId, column: Column) {
        if let Some(pair) = self.pair(base, revision, column, Inside::Plain) {
            self.roots.insert((operation, pair));
        }
    }

    /// Two schemas of a body of a media type.
    fn root_of_media(&mut self, media: &str, operation: u32, base: NodeId, revision: NodeId, column: Column) {
        self.root(operation, base, revision, column);
        let essence = media.split(';').next().unwrap_or(media).trim();
        if (essence.ends_with("/xml") || essence.ends_with("+xml"))
            && let Some(pair) = self.pair(base, revision, column, Inside::Plain)
        {
            self.xml_roots.insert((operation, pair));
        }
    }

    /// The number of a pair; `None` where there is nothing to compare.
    fn pair(&mut self, base: NodeId, revision: NodeId, column: Column, inside: Inside) -> Option<u32> {
        let world = self.base.world;
        if self.same_words && world.hashes.equal(base, revision) {
            return None;
        }
        let (base, revision) = if self.dynamic.is_empty() {
            (short(self.base, base), short(self.revision, revision))
        } else {
            (base, revision)
        };
        if self.same_words && world.hashes.equal(base, revision) {
            return None;
        }
        let key = (base, revision, column, inside);
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        let number = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
        self.pairs.push(Pair {
            base,
            revision,
            column,
            inside,
            parts: Vec::new(),
            changes: Vec::new(),
        });
        self.numbers.insert(key, number);
        Some(number)
    }

    /// All changes, in the order in which they are told, which depends on nothing but the documents.
    fn finish(mut self) -> Comparison {
        let mut deep = self.of_schemas();
        self.compare_versions(&deep);
        let mut changes = std::mem::take(&mut self.changes);
        for (change, touched) in changes.iter_mut().zip(&self.touched) {
            change.operations = reach::listed(touched);
        }
        changes.append(&mut deep);
        self.sorted(changes)
    }

    /// The changes of schemas, each with the operations that reach it.
    fn of_schemas(&mut self) -> Vec<Change> {
        let reached = reach::operations(&self.pairs, &self.roots, self.operations.len());
        let in_xml = reach::operations(&self.pairs, &self.xml_roots, self.operations.len());
        let mut changes = Vec::new();
        for (number, pair) in (0..).zip(std::mem::take(&mut self.pairs)) {
            for (rule, found) in pair.changes {
                let operations = if is_of_xml(rule) {
                    let written = in_xml.get(number as usize).filter(|all| !all.is_empty());
                    let Some(written) = written.filter(|_| pair.inside == Inside::Plain) else {
                        continue;
                    };
                    written
                } else {
                    &reached[number as usize]
                };
                if is_default_of_parameter(rule) && !self.optional.contains(&number) {
                    continue;
                }
                let Some(rule) = pair.inside.rule(rule, pair.column) else {
                    continue;
                };
                changes.push(Change {
                    operations: Arc::clone(operations),
                    ..change(rule, found)
                });
            }
        }
        changes
    }

    /// Puts operations and changes in order, and tells once what was found twice.
    fn sorted(self, mut changes: Vec<Change>) -> Comparison {
        let revision = Some(self.revision.document.root.node);
        let (operations, ranks) = ranked(self.operations);
        let mut shared = reach::Ranked::by(&ranks);
        for change in &mut changes {
            change.operations = shared.ranked(&change.operations);
        }
        changes.sort_by(|one, other| {
            let key = |change: &Change| {
                let first = change.operations.first().copied().unwrap_or(u32::MAX);
                (
                    change.rule.level(),
                    first,
                    change.rule,
                    change.base,
                    change.revision,
                )
            };
            key(one).cmp(&key(other)).then_with(|| {
                (&one.subject, &one.from, &one.to).cmp(&(&other.subject, &other.from, &other.to))
            })
        });
        changes.dedup_by(|one, other| {
            let same = (one.rule, &one.subject, &one.from, &one.to, one.base, one.revision)
                == (
                    other.rule,
                    &other.subject,
                    &other.from,
                    &other.to,
                    other.base,
                    other.revision,
                );
            if same {
                let both: Vec<u32> = [&*other.operations, &*one.operations].concat();
                other.operations = reach::listed(&both);
            }
            same
        });
        Comparison {
            changes,
            operations,
            revision,
        }
    }
}

/// Operations in the order in which they are told, and the place of each one in it.
fn ranked(operations: Vec<Operation>) -> (Vec<Operation>, Vec<u32>) {
    let mut order: Vec<(Operation, usize)> = operations.into_iter().zip(0..).collect();
    order.sort();
    let mut ranks = vec![0; order.len()];
    for (rank, (_, number)) in (0..).zip(&order) {
        ranks[*number] = rank;
    }
    (order.into_iter().map(|(operation, _)| operation).collect(), ranks)
}

/// Whether a rule is about what a parameter is when it is left out.
fn is_default_of_parameter(rule: Rule) -> bool {
    use Kind::{DefaultValueAdded, DefaultValueChanged, DefaultValueRemoved};
    matches!(
        rule,
        Rule::Kind(
            DefaultValueAdded | DefaultValueChanged | DefaultValueRemoved,
            Column::Parameter
        )
    )
}

/// Whether a rule is about how something is written as XML.
fn is_of_xml(rule: Rule) -> bool {
    matches!(rule, Rule::Kind(Kind::XmlChanged | Kind::XmlPrefixChanged, _))
}

/// A node without the references that say nothing of their own.
fn short(side: Side<'_>, node: NodeId) -> NodeId {
    let mut node = node;
    for _ in 0..64 {
        let fields = side.arena().fields(node);
        match side.world.refs.target(node) {
            Some(target) if fields.len() == 1 || side.version() < super::load::Version::V31 => {
                node = target;
            }
            _ => break,
        }
    }
    node
}

fn change(rule: Rule, found: Found) -> Change {
    Change {
        rule,
        subject: found.subject,
        from: found.from,
        to: found.to,
        base: found.base,
        revision: found.revision,
        operations: Arc::default(),
    }
}

/// A value for people: short, on one line.
fn shown(side: Side<'_>, node: NodeId) -> String {
    use super::arena::Value;
    const LONG: usize = 60;
    let text = |word: Word| side.text(word);
    let full = match side.arena().value(node) {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(word) => super::number::shown(text(word)),
        Value::Text(word) => format!("{:?}", text(word)),
        Value::List(run) => format!("a list of {}", run.len()),
        Value::Map(run) => format!("an object of {}", run.len()),
    };
    if full.chars().count() <= LONG {
        return full;
    }
    full.chars().take(LONG - 1).chain(['…']).collect()
}

/// Values for people.
fn shown_all(side: Side<'_>, nodes: &[NodeId]) -> String {
    const MANY: usize = 8;
    let mut all: Vec<String> = nodes.iter().take(MANY).map(|node| shown(side, *node)).collect();
    if nodes.len() > MANY {
        all.push(format!("and {} more", nodes.len() - MANY));
    }
    all.join(", ")
}

/// The column of what lies in a schema of this one.
fn inner(column: Column) -> Column {
    match column {
        Column::RequestBody | Column::RequestProperty => Column::RequestProperty,
        Column::ResponseBody | Column::ResponseProperty => Column::ResponseProperty,
        Column::Parameter | Column::ParameterProperty => Column::ParameterProperty,
        Column::Header => Column::Header,
    }
}

/// The column of the other direction: inside of `not` what is taken becomes what is refused.
fn turned(column: Column) -> Column {
    match column {
        Column::RequestBody => Column::ResponseBody,
        Column::RequestProperty | Column::Parameter | Column::ParameterProperty => Column::ResponseProperty,
        Column::ResponseBody => Column::RequestBody,
        Column::ResponseProperty | Column::Header => Column::RequestProperty,
    }
}

/// Whether clients send what is in this column.
fn is_request(column: Column) -> bool {
    column.direction() == Direction::Request
}
