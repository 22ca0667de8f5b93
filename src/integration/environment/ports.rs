//! Ports of the machine that the compose file names are free.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::ops::RangeInclusive;

use super::{Check, Engine, Found, Scene, Standing};
use crate::compose::ask;
use crate::compose::config::{Port, Service};
use crate::model::text::{self, one_line};
use crate::process::ports::{self, Holder, Protocol};

/// So much of the command of a process is shown: who it is, and not all that it was told.
const COMMAND_CHARS: usize = 60;
/// Of so many ports of a range it is told who has them.
const TOLD: usize = 3;

/// Fixed ports are free.
pub(super) struct Ports;

/// Takes a port of an address and gives it back.
type Bind<'a> = &'a dyn Fn(IpAddr, u16, Protocol) -> io::Result<()>;

impl Check for Ports {
    fn id(&self) -> &'static str {
        "ports"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        look(scene, &bind)
    }
}

/// Looks at the ports of all services that run.
pub(super) fn look(scene: &Scene<'_>, bind: Bind<'_>) -> Vec<Found> {
    let Some(rendered) = scene.rendered() else {
        return Vec::new();
    };
    if scene.engine == Engine::Elsewhere {
        return Vec::new();
    }
    let mut free = Vec::new();
    let mut found = Vec::new();
    let mut earlier: Vec<Wish<'_>> = Vec::new();
    for (name, service) in rendered.active() {
        for port in &service.ports {
            let wish = Wish { name, service, port };
            let stand = match earlier.iter().find_map(|other| wish.rivals(other)) {
                Some(said) => Some(Stand::Odd(Standing::Failed, said, String::new())),
                None => wish.stand(scene, bind),
            };
            earlier.push(wish);
            match stand {
                None => {}
                Some(Stand::Free(number)) => free.push(number),
                Some(Stand::Odd(standing, said, end)) => {
                    let alone = format!(
                        "publish the port of the container alone: \"{}\"",
                        one_line(&port.target)
                    );
                    let remedy = match end.as_str() {
                        "" => alone,
                        end => format!("{end}, or {alone}"),
                    };
                    found.push(Found::new(Ports.id(), standing, said).remedy(remedy));
                }
            }
        }
    }
    let is_failed = found.iter().any(|one: &Found| one.standing == Standing::Failed);
    if found.is_empty() || (!is_failed && !free.is_empty()) {
        let said = match free.as_slice() {
            [] => "none of the machine is asked for".to_owned(),
            free => format!("free: {}", free.join(", ")),
        };
        found.push(Found::new(Ports.id(), Standing::Fine, said));
    }
    found
}

/// A port that a service wants.
struct Wish<'a> {
    name: &'a str,
    service: &'a Service,
    port: &'a Port,
}

/// How it stands with a port that a service wants.
enum Stand {
    /// It can be had: which one.
    Free(String),
    /// It cannot, or nobody can tell: how bad that is, what was seen, and what ends it, where something does.
    Odd(Standing, String, String),
}

impl Wish<'_> {
    /// Why this one and an earlier one cannot both have what they want: the same single port.
    fn rivals(&self, other: &Self) -> Option<String> {
        let single = |wish: &Self| wish.port.numbers().filter(|numbers| numbers.len() == 1);
        let (mine, theirs) = (single(self)?, single(other)?);
        let (here, there) = (self.address(), other.address());
        // Both of `0.0.0.0` and `[::]` can be had: they are of two families.
        let is_shared = here.is_ipv4() == there.is_ipv4()
            && (here == there || here.is_unspecified() || there.is_unspecified());
        (mine == theirs && is_shared && self.protocol() == other.protocol()).then(|| {
            let number = mine.start();
            if self.name == other.name {
                format!("port {number} is wanted twice by {}", self.name)
            } else {
                format!("port {number} is wanted by both {} and {}", other.name, self.name)
            }
        })
    }

    /// The address of the machine at which a port is wanted.
    fn address(&self) -> IpAddr {
        let named = self.port.host_ip.as_deref().and_then(|ip| ip.parse().ok());
        named.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }

    /// How it stands; `None` where no port of the machine is named.
    fn stand(&self, scene: &Scene<'_>, bind: Bind<'_>) -> Option<Stand> {
        let written = self.port.published.as_deref()?;
        Some(match self.port.numbers() {
            None => self.unseen(written, "it is none"),
            Some(numbers) if numbers.len() == 1 => self.one(scene, *numbers.start(), bind),
            Some(numbers) => self.one_of(scene, numbers, written, bind),
        })
    }

    /// A single port.
    fn one(&self, scene: &Scene<'_>, number: u16, bind: Bind<'_>) -> Stand {
        if let Some(many @ 2..) = self.service.replicas {
            let said = format!(
                "{many} containers of {} want port {number}, and one can have it",
                self.name
            );
            return Stand::Odd(Standing::Failed, said, String::new());
        }
        let held = match self.tried(scene, number, bind) {
            Tried::Free => return Stand::Free(number.to_string()),
            Tried::Unseen(why) => return self.unseen(&number.to_string(), &why),
            Tried::NoSuchAddress => Held::no_such_address(),
            Tried::InUse => self.held(scene, number),
        };
        let said = format!("port {number}, which {} wants, {}", self.name, held.why);
        Stand::Odd(Standing::Failed, said, held.end)
    }

    /// A range, of which each container of the service gets one.
    fn one_of(
        &self,
        scene: &Scene<'_>,
        numbers: RangeInclusive<u16>,
        written: &str,
        bind: Bind<'_>,
    ) -> Stand {
        let wanted = usize::try_from(self.service.replicas.unwrap_or(1)).unwrap_or(usize::MAX);
        let wants = match wanted {
            1 => format!("ports {written}, of which {} wants one", self.name),
            wanted => format!("ports {written}, of which {} wants {wanted}", self.name),
        };
        let (mut free, mut taken, mut unseen) = (0_usize, Vec::new(), None);
        for number in numbers {
            match self.tried(scene, number, bind) {
                Tried::Free => free += 1,
                Tried::InUse => taken.push(number),
                Tried::Unseen(why) => unseen = unseen.or(Some(why)),
                Tried::NoSuchAddress => {
                    let held = Held::no_such_address();
                    return Stand::Odd(Standing::Failed, format!("{wants}: it {}", held.why), held.end);
                }
            }
        }
        let told = taken.iter().take(TOLD);
        let held: Vec<(u16, Held)> = told.map(|number| (*number, self.held(scene, *number))).collect();
        if free >= wanted {
            // The engine leaves out those that its own containers have, and none that somebody else has (seen with Docker
            // Engine 20.10).
            let other = held.iter().find(|(_, held)| held.by == By::Other);
            return match other {
                None if taken.is_empty() && unseen.is_none() => Stand::Free(written.to_owned()),
                None => Stand::Free(format!("{free} of {written}")),
                Some((number, held)) => Stand::Odd(
                    Standing::Warning,
                    format!(
                        "{wants}: {number} {}, and an engine that takes its turn at it gives up, although {free} are free",
                        held.why
                    ),
                    held.end.clone(),
                ),
            };
        }
        if let Some(why) = unseen {
            return self.unseen(written, &why);
        }
        let mut seen = vec![match free {
            0 => "none is free".to_owned(),
            free => format!("{free} free"),
        }];
        seen.extend(held.iter().map(|(number, held)| format!("{number} {}", held.why)));
        if let more @ 1.. = taken.len().saturating_sub(TOLD) {
            seen.push(format!("and {more} more"));
        }
        let end = held
            .into_iter()
            .next()
            .map_or_else(String::new, |(_, held)| held.end);
        Stand::Odd(Standing::Failed, format!("{wants}: {}", seen.join("; ")), end)
    }

    /// What nobody can tell is no pass, and no reason to stop either: the engine may know better.
    fn unseen(&self, written: &str, why: &str) -> Stand {
        let said = format!(
            "port {}, which {} wants, could not be looked at: {why}",
            one_line(written),
            self.name
        );
        Stand::Odd(Standing::Warning, said, String::new())
    }

    fn protocol(&self) -> Protocol {
        match self.port.protocol.as_str() {
            "udp" => Protocol::Udp,
            _ => Protocol::Tcp,
        }
    }

    /// Tries a port.
    fn tried(&self, scene: &Scene<'_>, number: u16, bind: Bind<'_>) -> Tried {
        let host = self.address();
        let Err(error) = bind(host, number, self.protocol()) else {
            return Tried::Free;
        };
        match error.kind() {
            ErrorKind::AddrInUse => Tried::InUse,
            ErrorKind::AddrNotAvailable => Tried::NoSuchAddress,
            // Whoever has one address of a port keeps it from those who want all of them.
            _ if host.is_unspecified() && ports::is_known(self.protocol(), number) => Tried::InUse,
            _ if container(scene, number).is_some() => Tried::InUse,
            ErrorKind::PermissionDenied => {
                Tried::Unseen(format!("sdd may not take it, and the engine may ({error})"))
            }
            _ => Tried::Unseen(error.to_string()),
        }
    }

    /// Who has a port: a container before the process of the engine's that stands for it.
    fn held(&self, scene: &Scene<'_>, number: u16) -> Held {
        if let Some(held) = container(scene, number) {
            return held;
        }
        let (why, end) = match ports::holder(self.protocol(), number) {
            Some(Holder { pid, command }) => (
                format!(
                    "is taken by the process {pid}: {}",
                    text::shorten(&command, COMMAND_CHARS)
                ),
                format!("end it (kill {pid})"),
            ),
            None => (
                "is taken".to_owned(),
                format!("end who has it (sudo ss -lntup 'sport = :{number}')"),
            ),
        };
        Held {
            by: By::Other,
            why,
            end,
        }
    }
}

/// Who has a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A container of the engine's.
    Container,
    /// A process, or nobody knows.
    Other,
}

/// Why a port cannot be had.
struct Held {
    by: By,
    /// Behind the port, as in "port 80 is taken".
    why: String,
    /// What ends it.
    end: String,
}

impl Held {
    fn no_such_address() -> Self {
        Self {
            by: By::Other,
            why: "is at an address that this machine does not have".to_owned(),
            end: "correct the address".to_owned(),
        }
    }
}

/// The container that publishes a port.
fn container(scene: &Scene<'_>, number: u16) -> Option<Held> {
    let calls = scene.calls()?;
    let answer = ask::ask_well(scene.runner, scene.root, &calls.publishing(number)).ok()?;
    let name = answer
        .stdout
        .lines()
        .map(str::trim)
        .find(|name| !name.is_empty())?;
    let name = one_line(name);
    let engine = calls.flavour.engine.file_name().unwrap_or_default();
    Some(Held {
        by: By::Container,
        why: format!("is published by the container {name}"),
        end: format!("{} stop {name}", engine.to_string_lossy()),
    })
}

/// What came of trying a port.
enum Tried {
    Free,
    InUse,
    NoSuchAddress,
    /// Nobody can tell, and why.
    Unseen(String),
}

fn bind(host: IpAddr, number: u16, protocol: Protocol) -> io::Result<()> {
    match protocol {
        Protocol::Udp => UdpSocket::bind((host, number)).map(|_| ()),
        Protocol::Tcp => TcpListener::bind((host, number)).map(|_| ()),
    }
}
