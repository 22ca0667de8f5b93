//! Servers: their addresses and the variables in them.

use std::collections::HashSet;

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::NodeId;
use crate::contract::load::Version;
use crate::contract::words as w;

pub(super) struct Servers;

impl Check for Servers {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        for server in survey.of(Kind::Server) {
            address(survey, server.node, findings);
        }
        for variable in survey.of(Kind::ServerVariable) {
            values(survey, variable.node, findings);
        }
        if survey.version() == Version::V2 {
            host(survey, findings);
        }
    }
}

fn address(survey: &Survey<'_>, server: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(url) = arena.get(server, w::URL) else {
        return;
    };
    let Some(text) = arena.as_text(url).map(|word| arena.text(word)) else {
        return;
    };
    let shown = forms::quoted(text);
    let names = match forms::template(text) {
        Ok(names) => names,
        Err(why) => return findings.add(Rule::ServerUrlTemplateInvalid, url, format!("{shown}: {why}")),
    };
    let plain: String = text
        .chars()
        .filter(|letter| !matches!(letter, '{' | '}'))
        .collect();
    if !forms::is_uri_reference(&plain) {
        let says = format!("`url` must be an address, and is {shown}");
        findings.add(Rule::FormatInvalid, url, says);
    }
    let variables = arena.get(server, w::VARIABLES);
    let fields = variables.map_or(&[][..], |variables| arena.fields(variables));
    let known: HashSet<&str> = fields.iter().map(|field| arena.text(field.key)).collect();
    let mut seen = HashSet::new();
    for name in &names {
        if !known.contains(name) {
            let says = format!("{shown} holds `{{{name}}}`, which `variables` does not describe");
            findings.add(Rule::ServerUrlTemplateInvalid, url, says);
        }
        if !seen.insert(name) && survey.version() >= Version::V32 {
            let says = format!("{shown} holds `{{{name}}}` twice");
            findings.add(Rule::ServerUrlTemplateInvalid, url, says);
        }
    }
    for field in fields {
        let name = arena.text(field.key);
        if !names.contains(&name) && !name.starts_with("x-") {
            let says = format!("{shown} does not hold `{{{name}}}`");
            findings.add(Rule::ServerVariableUnused, field.value, says);
        }
    }
}

fn values(survey: &Survey<'_>, variable: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(list) = arena.get(variable, w::ENUM) else {
        return;
    };
    if arena.items(list).len() == 0 {
        if arena.as_text(list).is_none() && !arena.is_map(list) {
            findings.add(Rule::EnumEmpty, list, "the `enum` of a server variable is empty");
        }
        return;
    }
    let Some(default) = arena.get(variable, w::DEFAULT) else {
        return;
    };
    if !arena.items(list).any(|value| arena.same(value, default)) {
        let says = "the default of a server variable is none of the values of its `enum`";
        findings.add(Rule::ServerDefaultNotInEnum, default, says);
    }
}

/// Where an API of Swagger 2.0 is.
fn host(survey: &Survey<'_>, findings: &mut Findings) {
    const SCHEMES: [&str; 4] = ["http", "https", "ws", "wss"];
    let arena = survey.arena();
    let text = |key| {
        let node = arena.get(survey.root(), key)?;
        Some((node, arena.text(arena.as_text(node)?)))
    };
    if let Some((node, host)) = text(w::HOST)
        && (host.contains(['/', '{', '}', ' ', '\\']) || host.is_empty())
    {
        let says = format!(
            "`host` is a name and perhaps a port, and this is {}",
            forms::quoted(host)
        );
        findings.add(Rule::FormatInvalid, node, says);
    }
    if let Some((node, path)) = text(w::BASE_PATH)
        && !path.starts_with('/')
    {
        let says = format!("`basePath` must begin with `/`, and is {}", forms::quoted(path));
        findings.add(Rule::FormatInvalid, node, says);
    }
    let operations = survey.of(Kind::Operation).iter().map(|operation| operation.node);
    for owner in std::iter::once(survey.root()).chain(operations) {
        let list = arena.get(owner, w::SCHEMES);
        for scheme in list.into_iter().flat_map(|list| arena.items(list)) {
            let name = arena.as_text(scheme).map(|word| arena.text(word));
            if name.is_some_and(|name| !SCHEMES.contains(&name)) {
                let says = format!("a scheme is one of {}", forms::listed(&SCHEMES));
                findings.add(Rule::ValueInvalid, scheme, says);
            }
        }
    }
}
