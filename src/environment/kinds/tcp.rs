//! A port takes connections.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::network;

/// A port takes connections. That it does is not yet that the service behind it is ready.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tcp {
    /// Host and port: `db:5432`, `[::1]:80`.
    addr: String,
}

impl Settings for Tcp {
    fn wrong(&self) -> Option<(&'static str, String)> {
        network::host_and_port(&self.addr).is_none().then(|| {
            (
                "addr",
                "expected a host and a port, such as `db:5432` or `[::1]:80`".to_owned(),
            )
        })
    }
}

impl Check for Tcp {
    fn look(&self, _: &Scene, limit: Limit) -> Seen {
        let Some((host, port)) = network::host_and_port(&self.addr) else {
            return Seen::error("no address");
        };
        match network::connect(host, port, limit) {
            Ok(stream) => {
                let seen = Seen::passed(format!("{} takes connections", self.addr));
                match stream.peer_addr() {
                    Ok(address) => seen.observed(address.to_string()),
                    Err(_) => seen,
                }
            }
            Err(seen) => seen,
        }
    }
}
