//! Security schemes, their flows, and what operations demand of them.

use std::collections::{HashMap, HashSet};

use super::rules::Rule;
use super::{Check, Findings, Kind, Survey, forms};
use crate::contract::arena::{NodeId, Word};
use crate::contract::load::Version;
use crate::contract::words as w;

pub(super) struct Security;

impl Check for Security {
    fn check(&self, survey: &Survey<'_>, findings: &mut Findings) {
        for scheme in survey.of(Kind::SecurityScheme) {
            check_scheme(survey, scheme.node, findings);
        }
        for flows in survey.of(Kind::OauthFlows) {
            for field in survey.arena().fields(flows.node) {
                flow(survey, field.key, field.value, findings);
            }
        }
        requirements(survey, findings);
    }
}

fn check_scheme(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let known: &[Word] = match survey.version() {
        Version::V2 => &[w::BASIC, w::API_KEY, w::OAUTH2],
        Version::V30 => &[w::API_KEY, w::HTTP, w::OAUTH2, w::OPEN_ID_CONNECT],
        Version::V31 | Version::V32 => &[w::API_KEY, w::HTTP, w::MUTUAL_TLS, w::OAUTH2, w::OPEN_ID_CONNECT],
    };
    let Some(at) = arena.get(node, w::TYPE) else {
        return;
    };
    let Some(kind) = arena.as_text(at) else { return };
    if !known.contains(&kind) {
        let names: Vec<&str> = known.iter().map(|word| arena.text(*word)).collect();
        let says = format!(
            "a security scheme is of type {}, and not {}",
            forms::listed(&names),
            forms::quoted(arena.text(kind))
        );
        return findings.add(Rule::SecuritySchemeTypeInvalid, at, says);
    }
    let is_new = survey.version() >= Version::V30;
    let shown = arena.text(kind);
    let mut forbid = |key: Word, rule: Rule, unless: bool| {
        if !unless && let Some(at) = arena.get(node, key) {
            let says = format!("`{}` says nothing in a scheme of type `{shown}`", arena.text(key));
            findings.add(rule, at, says);
        }
    };
    forbid(w::NAME, Rule::NameForbidden, kind == w::API_KEY);
    forbid(w::IN, Rule::InForbidden, kind == w::API_KEY);
    let scheme = arena.get(node, w::SCHEME);
    let scheme_name = scheme
        .and_then(|scheme| arena.as_text(scheme))
        .map(|word| arena.text(word));
    let is_bearer = kind == w::HTTP && scheme_name.is_some_and(|name| name.eq_ignore_ascii_case("bearer"));
    if is_new {
        forbid(w::BEARER_FORMAT, Rule::BearerFormatForbidden, is_bearer);
        forbid(w::FLOWS, Rule::FlowsForbidden, kind == w::OAUTH2);
    } else {
        forbid(w::FLOW, Rule::FlowsForbidden, kind == w::OAUTH2);
    }
    match kind {
        w::API_KEY => api_key(survey, node, findings),
        w::HTTP if !scheme_name.is_some_and(forms::is_token) => {
            let says = "a scheme of type `http` needs a `scheme` such as `basic`";
            findings.add(
                Rule::SecuritySchemeHttpSchemeInvalid,
                scheme.unwrap_or(node),
                says,
            );
        }
        w::OAUTH2 if !is_new => old_flow(survey, node, findings),
        w::OAUTH2 if arena.get(node, w::FLOWS).is_none() => {
            findings.add(
                Rule::FlowsRequired,
                node,
                "a scheme of type `oauth2` lacks `flows`",
            );
        }
        w::OPEN_ID_CONNECT if arena.get(node, w::OPEN_ID_CONNECT_URL).is_none() => {
            let says = "a scheme of type `openIdConnect` lacks `openIdConnectUrl`";
            findings.add(Rule::OpenidConnectUrlRequired, node, says);
        }
        _ => {}
    }
}

fn api_key(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    if arena.get(node, w::NAME).is_none() {
        let says = "a scheme of type `apiKey` lacks `name`";
        findings.add(Rule::SecuritySchemeNameRequired, node, says);
    }
    let places: &[Word] = if survey.version() == Version::V2 {
        &[w::QUERY, w::HEADER]
    } else {
        &[w::QUERY, w::HEADER, w::COOKIE]
    };
    let at = arena.get(node, w::IN);
    if !at
        .and_then(|at| arena.as_text(at))
        .is_some_and(|place| places.contains(&place))
    {
        let names: Vec<&str> = places.iter().map(|word| arena.text(*word)).collect();
        let says = format!("an API key is sent `in` one of {}", forms::listed(&names));
        findings.add(Rule::SecuritySchemeApikeyInInvalid, at.unwrap_or(node), says);
    }
}

/// The flow of a scheme of Swagger 2.0, which is in the scheme itself.
fn old_flow(survey: &Survey<'_>, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    let Some(at) = arena.get(node, w::FLOW) else {
        return findings.add(
            Rule::FlowsRequired,
            node,
            "a scheme of type `oauth2` lacks `flow`",
        );
    };
    if arena.get(node, w::SCOPES).is_none() {
        let says = "a scheme of type `oauth2` lacks `scopes`";
        findings.add(Rule::OauthFlowScopesRequired, node, says);
    }
    match arena.as_text(at) {
        Some(w::IMPLICIT) => flow(survey, w::IMPLICIT, node, findings),
        Some(w::PASSWORD) => flow(survey, w::PASSWORD, node, findings),
        Some(w::APPLICATION) => flow(survey, w::CLIENT_CREDENTIALS, node, findings),
        Some(w::ACCESS_CODE) => flow(survey, w::AUTHORIZATION_CODE, node, findings),
        Some(_) => {
            let names = ["implicit", "password", "application", "accessCode"];
            let says = format!("`flow` is one of {}", forms::listed(&names));
            findings.add(Rule::ValueInvalid, at, says);
        }
        None => {}
    }
}

/// The addresses of a flow.
fn flow(survey: &Survey<'_>, kind: Word, node: NodeId, findings: &mut Findings) {
    let arena = survey.arena();
    if !arena.is_map(node) {
        return;
    }
    let (asks, gives) = match kind {
        w::IMPLICIT => (true, false),
        w::PASSWORD | w::CLIENT_CREDENTIALS | w::DEVICE_AUTHORIZATION => (false, true),
        w::AUTHORIZATION_CODE => (true, true),
        _ => return,
    };
    let name = arena.text(kind);
    let mut address = |key: Word, wanted: bool, missing: Rule, forbidden: Rule| {
        let url = arena.text(key);
        match (arena.get(node, key), wanted) {
            (None, true) => findings.add(missing, node, format!("the flow `{name}` lacks `{url}`")),
            (Some(at), false) => findings.add(forbidden, at, format!("the flow `{name}` has no `{url}`")),
            _ => {}
        }
    };
    address(
        w::AUTHORIZATION_URL,
        asks,
        Rule::OauthFlowAuthorizationUrlRequired,
        Rule::AuthorizationUrlForbidden,
    );
    address(
        w::TOKEN_URL,
        gives,
        Rule::OauthFlowTokenUrlRequired,
        Rule::TokenUrlForbidden,
    );
    if kind == w::DEVICE_AUTHORIZATION {
        address(
            w::DEVICE_AUTHORIZATION_URL,
            true,
            Rule::FieldMissing,
            Rule::FieldMissing,
        );
    }
}

/// A scheme as requirements see it.
struct Scheme {
    kind: Option<Word>,
    /// The scopes, where all are described.
    scopes: Option<HashSet<Word>>,
}

fn requirements(survey: &Survey<'_>, findings: &mut Findings) {
    let arena = survey.arena();
    let schemes = survey.side.components(w::SECURITY_SCHEMES);
    let mut known: HashMap<Word, Option<Scheme>> = HashMap::new();
    for field in schemes.map_or(&[][..], |schemes| arena.fields(schemes)) {
        let scheme = survey.side.follow(field.value).map(|node| scheme(survey, node));
        known.insert(field.key, scheme);
    }
    for requirement in survey.of(Kind::SecurityRequirement) {
        for field in arena.fields(requirement.node) {
            let name = arena.text(field.key);
            let Some(scheme) = known.get(&survey.side.named_scheme(field.key)) else {
                // Since version 3.2 it may be named by a URI, and what lies in other documents is not looked at.
                let is_elsewhere = name.contains(['/', '#']) && !name.starts_with("#/");
                if survey.version() < Version::V32 || !is_elsewhere {
                    let says = format!("there is no security scheme {}", forms::quoted(name));
                    findings.add(Rule::SecurityRequirementUnknown, field.value, says);
                }
                continue;
            };
            let Some(scheme) = scheme else { continue };
            for scope in arena.items(field.value) {
                let Some(word) = arena.as_text(scope) else {
                    continue;
                };
                let text = forms::quoted(arena.text(word));
                let has_scopes = matches!(scheme.kind, Some(w::OAUTH2 | w::OPEN_ID_CONNECT) | None);
                if !has_scopes && survey.version() < Version::V31 {
                    let says = format!("`{name}` is of a type without scopes, and {text} is asked for");
                    findings.add(Rule::SecurityScopesNotEmpty, scope, says);
                } else if scheme
                    .scopes
                    .as_ref()
                    .is_some_and(|scopes| !scopes.contains(&word))
                {
                    let says = format!("no flow of `{name}` has the scope {text}");
                    findings.add(Rule::SecurityScopeUnknown, scope, says);
                }
            }
        }
    }
}

fn scheme(survey: &Survey<'_>, node: NodeId) -> Scheme {
    let arena = survey.arena();
    let kind = arena.get_text(node, w::TYPE);
    if kind != Some(w::OAUTH2) {
        return Scheme { kind, scopes: None };
    }
    let mut owners = vec![node];
    if let Some(flows) = arena.get(node, w::FLOWS) {
        owners.extend(arena.fields(flows).iter().map(|field| field.value));
    }
    let lists: Vec<NodeId> = owners
        .iter()
        .filter_map(|owner| arena.get(*owner, w::SCOPES))
        .collect();
    let scopes = lists
        .iter()
        .flat_map(|list| arena.fields(*list))
        .map(|field| field.key);
    let scopes = (!lists.is_empty()).then(|| scopes.collect());
    Scheme { kind, scopes }
}
