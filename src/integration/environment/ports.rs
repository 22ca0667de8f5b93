//! Ports of the machine that the compose file names are free.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};

use super::{Check, Engine, Found, Scene, Standing};
use crate::compose::config::Port;

/// Fixed ports are free.
pub(super) struct Ports;

impl Check for Ports {
    fn id(&self) -> &'static str {
        "ports"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let Some(rendered) = scene.rendered() else {
            return Vec::new();
        };
        if scene.engine == Engine::Elsewhere {
            return Vec::new();
        }
        let mut free = Vec::new();
        let mut found = Vec::new();
        for (service, port) in rendered
            .active()
            .flat_map(|(name, service)| service.ports.iter().map(move |port| (name, port)))
        {
            let Some(number) = port.published.as_deref().and_then(|said| said.parse().ok()) else {
                continue;
            };
            match taken(port, number) {
                None => free.push(number.to_string()),
                Some(why) => found.push(
                    Found::new(
                        self.id(),
                        Standing::Failed,
                        format!("port {number}, which {service} wants, {why}"),
                    )
                    .remedy(format!(
                        "end who has it (ss -ltnp 'sport = :{number}'), or publish the port of the container alone: \
                         \"{}\"",
                        port.target
                    )),
                ),
            }
        }
        if found.is_empty() && !free.is_empty() {
            found.push(Found::new(
                self.id(),
                Standing::Fine,
                format!("free: {}", free.join(", ")),
            ));
        }
        found
    }
}

/// Why a port cannot be had.
fn taken(port: &Port, number: u16) -> Option<&'static str> {
    let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let host = port
        .host_ip
        .as_deref()
        .and_then(|ip| ip.parse().ok())
        .unwrap_or(any);
    let tried = if port.protocol == "udp" {
        UdpSocket::bind((host, number)).map(|_| ())
    } else {
        TcpListener::bind((host, number)).map(|_| ())
    };
    match tried.map_err(|error| error.kind()) {
        Err(ErrorKind::AddrInUse) => Some("is taken"),
        Err(ErrorKind::AddrNotAvailable) => Some("is at an address that this machine does not have"),
        // The engine may do what this user may not.
        Ok(()) | Err(_) => None,
    }
}
