//! What is deployed, and where to.

use crate::model::spec::{At, Deployment};

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

/// The environment as a line without a label: `- production`.
fn bare(part: &Part<'_>, out: &mut Deployment, oddities: &mut Oddities) {
    if out.environment.is_some() {
        return;
    }
    let line = part.entries.iter().find_map(|entry| match entry {
        Entry::Item(item) => item.lines.first(),
        Entry::Text(line, _) => Some(*line),
        Entry::Code(..) => None,
    });
    if let Some(line) = line.filter(|line| words::labelled(line).is_none()) {
        put(&line.text, line.number, out, oddities);
    }
}

/// One environment, without what is said about it. Two with a choice between them are none.
fn put(value: &str, line: u32, out: &mut Deployment, oddities: &mut Oddities) {
    if out.environment.is_some() {
        return;
    }
    // `[staging, production]` has no sign of its own.
    let choice = value.starts_with('[') && value.contains(',')
        || ["|", " / ", " or "].iter().any(|sign| value.contains(sign));
    if choice {
        oddities.add(
            line,
            "open_choice",
            format!("{} leaves open where to deploy", quoted(value)),
            Some("name one environment: `- Environment: staging`"),
        );
        return;
    }
    if placeholder::is_placeholder(value) {
        return;
    }
    let end = [" (", " - ", " — ", " – ", ", "]
        .iter()
        .filter_map(|sign| value.find(sign))
        .min()
        .unwrap_or(value.len());
    let name = words::unquoted(value[..end].trim_end_matches(['.', ',']));
    if !name.is_empty() {
        out.environment = Some(At::new(name.to_owned(), line));
    }
}
