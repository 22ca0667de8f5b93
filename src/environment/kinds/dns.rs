//! A name has addresses.

use std::collections::BTreeSet;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::network;

/// A name has addresses, by the system's own resolver.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Dns {
    /// The name.
    name: String,
    /// The addresses that it must have, no more and no fewer; any where nothing is said.
    addresses: Option<BTreeSet<IpAddr>>,
}

impl Settings for Dns {
    fn wrong(&self) -> Option<(&'static str, String)> {
        let is_name = !self.name.is_empty()
            && !self
                .name
                .contains(|c: char| c.is_whitespace() || "/:@".contains(c));
        if !is_name {
            return Some((
                "name",
                "expected the name of a host, without port and scheme".to_owned(),
            ));
        }
        self.addresses
            .as_ref()
            .filter(|addresses| addresses.is_empty())
            .map(|_| ("addresses", "expected at least one address".to_owned()))
    }
}

impl Check for Dns {
    fn look(&self, _: &Scene, _: Limit) -> Seen {
        let found: BTreeSet<IpAddr> = match network::addresses(&self.name, 0) {
            Ok(found) => found.iter().map(std::net::SocketAddr::ip).collect(),
            Err(seen) => return seen,
        };
        let shown = list(&found);
        match &self.addresses {
            Some(expected) if *expected != found => Seen::failed(format!(
                "{} is {shown}, and should be {}",
                self.name,
                list(expected)
            )),
            _ => Seen::passed(format!("{} has an address", self.name)),
        }
        .observed(shown)
    }
}

fn list(addresses: &BTreeSet<IpAddr>) -> String {
    let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    all.join(", ")
}
