//! Ports of the machine that the compose file names are free.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};

use super::{Check, Engine, Found, Scene, Standing};
use crate::compose::ask;
use crate::compose::config::Port;
use crate::model::text::one_line;
use crate::process::ports::{self, Holder, Protocol};

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
            let (why, end) = match taken(port, number) {
                None => {
                    free.push(number.to_string());
                    continue;
                }
                Some(Taken::NoSuchAddress) => {
                    let why = "is at an address that this machine does not have".to_owned();
                    (why, "correct the address".to_owned())
                }
                Some(Taken::InUse) => held(scene, port, number),
            };
            let said = format!("port {number}, which {service} wants, {why}");
            let remedy = format!(
                "{end}, or publish the port of the container alone: \"{}\"",
                port.target
            );
            found.push(Found::new(self.id(), Standing::Failed, said).remedy(remedy));
        }
        if found.is_empty() {
            let said = match free.as_slice() {
                [] => "none of the machine is asked for".to_owned(),
                free => format!("free: {}", free.join(", ")),
            };
            found.push(Found::new(self.id(), Standing::Fine, said));
        }
        found
    }
}

/// Who has a port, and how that ends: a container before the process of the engine's that stands for it.
fn held(scene: &Scene<'_>, port: &Port, number: u16) -> (String, String) {
    let answer = scene.calls().and_then(|calls| {
        let answer = ask::ask_well(scene.runner, scene.root, &calls.publishing(number)).ok()?;
        Some((calls, answer))
    });
    if let Some((calls, answer)) = answer
        && let Some(name) = answer.stdout.lines().map(str::trim).find(|name| !name.is_empty())
    {
        let name = one_line(name);
        let engine = calls
            .flavour
            .engine
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        return (
            format!("is published by the container {name}"),
            format!("{engine} stop {name}"),
        );
    }
    let protocol = if port.protocol == "udp" {
        Protocol::Udp
    } else {
        Protocol::Tcp
    };
    match ports::holder(protocol, number) {
        Some(Holder { pid, command }) => (
            format!("is taken by the process {pid}: {command}"),
            format!("end it (kill {pid})"),
        ),
        None => (
            "is taken".to_owned(),
            format!("end who has it (sudo ss -lntup 'sport = :{number}')"),
        ),
    }
}

/// Why a port cannot be had.
enum Taken {
    InUse,
    NoSuchAddress,
}

/// Tries a port.
fn taken(port: &Port, number: u16) -> Option<Taken> {
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
        Err(ErrorKind::AddrInUse) => Some(Taken::InUse),
        Err(ErrorKind::AddrNotAvailable) => Some(Taken::NoSuchAddress),
        // The engine may do what this user may not.
        Ok(()) | Err(_) => None,
    }
}
