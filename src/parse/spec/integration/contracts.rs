//! API contracts: the interfaces that must hold, each with its file.

use crate::model::spec::{At, Contract};

use crate::parse::spec::document::Block;
use crate::parse::spec::oddities::{Oddities, quoted};
use crate::parse::spec::parts::{Entry, Pair, Part};
use crate::parse::spec::words;

/// A contract while it is read.
#[derive(Debug, Default)]
struct Draft {
    contract: Contract,
    line: u32,
    /// Whether it says anything that a contract says.
    named: bool,
    /// Whether it is about a database: a schema is no interface that is compared here.
    schema: bool,
}

/// What a label says about a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    File,
    Version,
    Previous,
    Breaking,
    Schema,
}

/// Reads the contracts of the section.
pub fn contracts(parts: &[Part<'_>], oddities: &mut Oddities) -> Vec<At<Contract>> {
    let mut drafts = vec![Draft::default()];
    for part in parts {
        if !part.name.is_empty() && field(&part.name).is_none() {
            if meant(&part.name).is_some() {
                misspelt(&mut drafts, &part.name, part.line, oddities);
            } else {
                drafts.push(group(&part.title, part.line));
            }
        }
        let own = part.pairs().into_iter().filter(|pair| {
            part.source
                .is_some_and(|source| std::ptr::eq(source, pair.source))
        });
        for pair in own {
            put(&mut drafts, &pair, oddities);
        }
        for entry in &part.entries {
            match entry {
                Entry::Item(item) => read_item(&mut drafts, item, oddities),
                Entry::Text(line, depth) => {
                    if let Some(found) = words::labelled(line) {
                        let pair = Pair {
                            name: found.name,
                            value: found.value,
                            source: line,
                            depth: *depth,
                        };
                        put(&mut drafts, &pair, oddities);
                        if field(&pair.name).is_none() && meant(&pair.name).is_some() {
                            misspelt(&mut drafts, &pair.name, pair.line(), oddities);
                        }
                    }
                }
                // Examples of requests: text.
                Entry::Code(..) | Entry::Html(..) => {}
            }
        }
    }
    let counts = |draft: &Draft| {
        draft.named || (!draft.schema && draft.contract.between.as_deref().is_some_and(is_interface))
    };
    drafts
        .into_iter()
        .filter(counts)
        .map(|draft| At::new(draft.contract, draft.line))
        .collect()
}

fn group(title: &str, line: u32) -> Draft {
    Draft {
        contract: Contract {
            between: Some(title.to_owned()),
            ..Contract::default()
        },
        line,
        ..Draft::default()
    }
}

/// Whether a title speaks of an interface, also when nothing is said about it below.
fn is_interface(title: &str) -> bool {
    let lower = title.to_lowercase();
    let words = ["api", "contract", "interface"];
    ["→", "->", "↔", "⇄", "=>"]
        .iter()
        .any(|arrow| title.contains(arrow))
        || lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| words.contains(&word))
}

fn read_item(drafts: &mut Vec<Draft>, item: &Block, oddities: &mut Oddities) {
    for (at, line) in item.lines.iter().enumerate() {
        match words::labelled(line) {
            Some(found) if field(&found.name).is_some() => {
                let pair = Pair {
                    name: found.name,
                    value: found.value,
                    source: line,
                    depth: item.depth,
                };
                put(drafts, &pair, oddities);
            }
            Some(found) if meant(&found.name).is_some() => {
                misspelt(drafts, &found.name, line.number, oddities);
            }
            // `- **Service A → Service B:**` with items of its own.
            Some(found) if at == 0 && (found.value.is_empty() || is_interface(&line.text)) => {
                let title = line.text.trim();
                let title = title.strip_suffix(found.value).unwrap_or(title);
                drafts.push(group(title.trim_end_matches([':', ' ']), line.number));
                if let Some(file) = contract_file(words::paths(line, line.text.len() - found.value.len())) {
                    put_file(drafts, file, line.number);
                }
            }
            // The file by itself: `- contracts/orders.yaml (version 1.2)`.
            _ => {
                if let Some(file) = contract_file(words::paths(line, 0)) {
                    put_file(drafts, file, line.number);
                    let version = version_in(&line.text);
                    if let Some(draft) = drafts.last_mut() {
                        draft.contract.version = draft.contract.version.take().or(version);
                    }
                }
            }
        }
    }
}

fn contract_file(paths: Vec<String>) -> Option<String> {
    let is_document = |path: &String| {
        let lower = path.to_lowercase();
        [".yaml", ".yml", ".json"]
            .iter()
            .any(|ending| lower.ends_with(ending))
    };
    paths.into_iter().find(is_document)
}

/// The version in a line: `(version 1.2)`, `v2`.
fn version_in(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';'))
        .filter(|word| !word.is_empty())
        .collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let bare = word.strip_prefix(['v', 'V']).unwrap_or(word);
        let after_word = at > 0
            && words[at - 1]
                .trim_end_matches(':')
                .eq_ignore_ascii_case("version");
        let number = bare.starts_with(|c: char| c.is_ascii_digit());
        (number && (after_word || bare.len() < word.len())).then(|| (*word).to_owned())
    })
}

fn put_file(drafts: &mut Vec<Draft>, file: String, line: u32) {
    if drafts
        .last()
        .is_none_or(|draft| draft.contract.contract_file.is_some())
    {
        drafts.push(Draft::default());
    }
    if let Some(draft) = drafts.last_mut() {
        named(draft, line);
        draft.contract.contract_file = Some(file);
    }
}

fn named(draft: &mut Draft, line: u32) {
    draft.named = true;
    if draft.line == 0 {
        draft.line = line;
    }
}

/// Puts a value where its label says. A second file begins a second contract.
fn put(drafts: &mut Vec<Draft>, pair: &Pair<'_>, oddities: &mut Oddities) {
    let Some(field) = field(&pair.name) else { return };
    let value = pair.meant();
    if field == Field::File {
        let from = pair.source.text.trim_end().len() - pair.value.len();
        let named_file = words::paths(pair.source, from).into_iter().next();
        match value.and(named_file.or_else(|| value.map(words::path))) {
            Some(file) => put_file(drafts, file, pair.line()),
            None => {
                if let Some(draft) = drafts.last_mut() {
                    named(draft, pair.line());
                }
            }
        }
        return;
    }
    let Some(draft) = drafts.last_mut() else { return };
    if field == Field::Schema {
        draft.schema = true;
        return;
    }
    named(draft, pair.line());
    let contract = &mut draft.contract;
    let Some(value) = value else {
        if field == Field::Previous {
            contract.previous_unclear = Some("`Previous version` is not filled in".to_owned());
        }
        return;
    };
    match field {
        Field::Version => contract.version = Some(first_word(value)),
        Field::Previous => {
            let from = pair.source.text.trim_end().len() - pair.value.len();
            let file = words::paths(pair.source, from).into_iter().next();
            let nothing = ["none", "n/a", "-", "–"]
                .iter()
                .any(|word| value.trim().trim_end_matches('.').eq_ignore_ascii_case(word));
            contract.previous_version = file.or_else(|| (!nothing).then(|| first_word(value)));
        }
        Field::Breaking => {
            let allowed = allowed(value);
            if allowed.is_none() {
                oddities.add(
                    pair.line(),
                    "breaking_changes_unclear",
                    format!(
                        "whether {} allows breaking changes is not clear; it is taken as no",
                        quoted(value)
                    ),
                    Some("write `Breaking changes: Allowed` or `Breaking changes: None allowed`"),
                );
            }
            contract.allow_breaking_changes = allowed.unwrap_or(false);
            contract.breaking_changes = Some(pair.value.to_owned());
        }
        Field::File | Field::Schema => {}
    }
}

fn first_word(value: &str) -> String {
    words::unquoted(
        value
            .split_whitespace()
            .next()
            .unwrap_or(value)
            .trim_end_matches([',', ';']),
    )
    .to_owned()
}

/// Whether breaking changes are allowed, where that is clear. Conditions are not; where a yes is explained is no condition.
fn allowed(value: &str) -> Option<bool> {
    const CONDITIONS: [&str; 27] = [
        "after", "approval", "as", "before", "but", "except", "for", "if", "in", "major", "minor", "must",
        "needs", "never", "no", "not", "once", "only", "pending", "provided", "requires", "should", "unless",
        "until", "when", "with", "without",
    ];
    let words: Vec<String> = value
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let first = words.first()?.as_str();
    let denied = [
        "none",
        "no",
        "not",
        "never",
        "forbidden",
        "disallowed",
        "false",
        "n/a",
        "deny",
        "denied",
    ];
    let granted = ["allowed", "allow", "yes", "true", "permitted"];
    if granted.contains(&first) {
        let rest = value
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .trim_start_matches(char::is_alphanumeric);
        let is_apart = !rest.trim_start().starts_with(char::is_alphanumeric);
        let has_condition = words.iter().any(|word| CONDITIONS.contains(&word.as_str()));
        return (is_apart && !has_condition).then_some(true);
    }
    let has_no = |word: &String| ["not", "no", "never"].contains(&word.as_str());
    (denied.contains(&first) || words.iter().any(has_no)).then_some(false)
}

/// Tells of a label that is none. Who names the version before by it has named it to nobody.
fn misspelt(drafts: &mut [Draft], name: &str, line: u32, oddities: &mut Oddities) {
    let (Some(field), Some(draft)) = (meant(name), drafts.last_mut()) else {
        return;
    };
    oddities.add(
        line,
        "contract_label_unknown",
        format!(
            "{} is no label of a contract; what it says is not read",
            quoted(name)
        ),
        Some("the labels are `Contract file`, `Version`, `Previous version` and `Breaking changes`"),
    );
    if field == Field::Previous {
        draft.contract.previous_unclear =
            Some(format!("{} is no label; write `Previous version`", quoted(name)));
    }
}

/// What a label that is none was probably meant to say.
fn meant(name: &str) -> Option<Field> {
    const LABELS: [(&str, Field); 5] = [
        ("previous version", Field::Previous),
        ("previous file", Field::Previous),
        ("previous contract", Field::Previous),
        ("contract file", Field::File),
        ("breaking changes", Field::Breaking),
    ];
    const EARLIER: [&str; 8] = [
        "previous",
        "prev",
        "prior",
        "former",
        "baseline",
        "compare",
        "compared",
        "predecessor",
    ];
    const MAX_DISTANCE: usize = 3;
    const MAX_WORDS: usize = 4;
    if field(name).is_some() {
        return None;
    }
    let mut words = name.split_whitespace();
    if name.split_whitespace().count() <= MAX_WORDS && words.any(|word| EARLIER.contains(&word)) {
        return Some(Field::Previous);
    }
    LABELS
        .into_iter()
        .find(|(label, _)| strsim::osa_distance(label, name) <= MAX_DISTANCE)
        .map(|(_, field)| field)
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "contract file" | "contract" | "file" | "openapi file" | "openapi" | "spec file"
        | "contract path" => Field::File,
        "version" | "contract version" | "api version" => Field::Version,
        "previous version" | "previous file" | "previous contract" | "previous" | "base" | "compare with" => {
            Field::Previous
        }
        "breaking changes" | "allow breaking changes" | "breaking changes allowed" => Field::Breaking,
        "schema file" | "schema" | "migrations" | "tables" => Field::Schema,
        _ => return None,
    })
}
