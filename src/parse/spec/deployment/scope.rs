//! What is deployed, and where to.

use crate::model::spec::{At, Deployment, Oddity};

use crate::parse::spec::oddities::{Oddities, quoted};
use crate::parse::spec::parts::{Entry, Pair, Part};
use crate::parse::spec::placeholder;
use crate::parse::spec::words;

/// Reads the scope.
pub fn scope(parts: &[Part<'_>], out: &mut Deployment, oddities: &mut Oddities) {
    for part in parts {
        for pair in part.pairs() {
            let application = &mut out.application;
            let field = match pair.name.as_str() {
                "name" | "application" | "service" | "service name" | "application name" => {
                    &mut application.name
                }
                "version" => &mut application.version,
                "repository" | "repo" | "source" => &mut application.repository,
                "branch/tag" | "branch" | "tag" | "branch or tag" => &mut application.branch,
                "environment" | "target environment" => {
                    environment(&pair, out, oddities);
                    continue;
                }
                _ => continue,
            };
            if let (None, Some(value)) = (&field, pair.meant()) {
                *field = Some(At::new(value.to_owned(), pair.line()));
            }
        }
        if part.name == "target environment" {
            bare(part, out, oddities);
        }
    }
}

/// Reads a target environment that has a section of its own.
pub fn environment_section(parts: &[Part<'_>], out: &mut Deployment, oddities: &mut Oddities) {
    for part in parts {
        for pair in part.pairs() {
            if pair.name == "environment" || pair.name == "target environment" {
                environment(&pair, out, oddities);
            }
        }
    }
    if let Some(part) = parts.first() {
        bare(part, out, oddities);
    }
}

fn environment(pair: &Pair<'_>, out: &mut Deployment, oddities: &mut Oddities) {
    let value = pair.meant().unwrap_or(pair.value);
    put(value, pair.line(), out, oddities);
}

/// The environment as a line without a label: `- production`. A further line counts when it is one word.
fn bare(part: &Part<'_>, out: &mut Deployment, oddities: &mut Oddities) {
    if out.environment.is_some() {
        return;
    }
    let lines = part.entries.iter().filter_map(|entry| match entry {
        Entry::Item(item) => item.lines.first(),
        Entry::Text(line, _) => Some(*line),
        Entry::Code(..) | Entry::Html(..) => None,
    });
    for (index, line) in lines.enumerate() {
        let is_named = words::labelled(line).is_none();
        if index == 0 && !is_named {
            return;
        }
        if is_named && (index == 0 || !line.text.trim().contains(' ')) {
            put(&line.text, line.number, out, oddities);
        }
    }
}

/// One environment, without what is said about it. Two with a choice between them are none; of two that are both meant the
/// first is kept, and that there are two is told: a deployment has one.
fn put(value: &str, line: u32, out: &mut Deployment, oddities: &mut Oddities) {
    // `[staging, production]` has no sign of its own.
    let choice = value.starts_with('[') && value.contains(',')
        || ["|", " / ", " or "].iter().any(|sign| value.contains(sign));
    if choice {
        if out.environment.is_none() {
            oddities.add(
                line,
                "open_choice",
                format!("{} leaves open where to deploy", quoted(value)),
                Some("name one environment: `- Environment: staging`"),
            );
        }
        return;
    }
    if placeholder::is_placeholder(value) {
        return;
    }
    let end = |signs: &[&str]| signs.iter().filter_map(|sign| value.find(sign)).min();
    let said = &value[..end(&[" (", " - ", " — ", " – "]).unwrap_or(value.len())];
    let name = words::unquoted(
        value[..end(&[" (", " - ", " — ", " – ", ", "]).unwrap_or(value.len())].trim_end_matches(['.', ',']),
    );
    if name.is_empty() {
        return;
    }
    let other = out
        .environment
        .as_ref()
        .is_some_and(|first| !first.value.eq_ignore_ascii_case(name));
    if other || names_more(said) {
        oddities.add(
            line,
            Oddity::TWO_ENVIRONMENTS,
            format!("{} names a second target environment", quoted(value)),
            Some("name one: a deployment has one target; write what is said about it in brackets behind it"),
        );
    }
    if out.environment.is_none() {
        out.environment = Some(At::new(name.to_owned(), line));
    }
}

/// Whether more than one environment is named: `staging, production`, `staging, then production`.
fn names_more(said: &str) -> bool {
    let said = said.to_lowercase();
    let joined = [" and ", " then ", " & ", " + ", " → ", " -> ", ";"];
    // One word behind a comma is a name; several are what is said about the first.
    let listed = said
        .split(',')
        .skip(1)
        .map(str::trim)
        .any(|more| !more.is_empty() && !more.contains(' '));
    listed || joined.iter().any(|sign| said.contains(sign))
}
