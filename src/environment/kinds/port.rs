//! A port of this machine is free.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener};

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};

/// A port of this machine is free, so that a service can listen on it. For one that is taken there is `tcp`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Port {
    /// The port.
    free: u16,
    /// The address of this machine that it must be free on.
    #[serde(default = "everywhere")]
    on: IpAddr,
}

fn everywhere() -> IpAddr {
    Ipv4Addr::UNSPECIFIED.into()
}

impl Settings for Port {
    fn wrong(&self) -> Option<(&'static str, String)> {
        (self.free == 0).then(|| ("free", "expected a port from 1 to 65535".to_owned()))
    }
}

impl Check for Port {
    fn look(&self, _: &Scene, _: Limit) -> Seen {
        let port = self.free;
        match TcpListener::bind((self.on, port)) {
            Ok(_) => Seen::passed(format!("the port {port} is free")),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                Seen::failed(format!("the port {port} is taken"))
                    .remedy(format!("see who listens: ss -ltnp 'sport = :{port}'"))
            }
            Err(error) => Seen::error(format!(
                "nobody can tell whether the port {port} is free: {error}"
            )),
        }
    }
}
