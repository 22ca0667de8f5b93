//! Who is measured, and what it costs: from the command line, the spec and the machine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;

use super::args::{RunArgs, Weighted};
use crate::bench::cost::{Container, Counter, Processes, Service, listener};
use crate::bench::load::{Connection, Endpoint, Load, Pace, Target, Trust};
use crate::bench::rounds::Ramps;
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::model::spec::Benchmarks;
use crate::store;

/// The length of a round when nobody says anything else, and the shortest that says something.
const ROUND: Duration = Duration::from_secs(3);
const SHORTEST: Duration = Duration::from_millis(200);
/// Connections when nobody says anything else.
const CONNECTIONS: u32 = 16;
/// The largest body.
const MAX_BODY: u64 = 64 << 20;
/// Where the engine of containers answers unless `DOCKER_HOST` says otherwise.
const SOCKET: &str = "/var/run/docker.sock";
/// The variable in which compose takes the name of its project.
const PROJECT: &str = "COMPOSE_PROJECT_NAME";

/// What is measured, for how long.
pub(super) struct Aim {
    pub(super) target: Target,
    pub(super) older: Option<Target>,
    pub(super) load: Load,
    pub(super) ramps: Ramps,
    pub(super) length: Duration,
}

impl Aim {
    pub(super) fn of(args: &RunArgs, spec: &Benchmarks, cx: &Cx) -> anyhow::Result<Self> {
        let target = target(args, spec, cx)?;
        let older = args
            .baseline_url
            .as_ref()
            .map(|url| older(&target, url))
            .transpose()?;
        let connections = args
            .connections
            .or(spec.connections.as_ref().map(|said| said.value))
            .unwrap_or(CONNECTIONS)
            .max(1);
        let threads = args
            .threads
            .or(spec.threads.as_ref().map(|said| said.value))
            .unwrap_or(1);
        let load = Load {
            connections,
            threads: threads.clamp(1, connections),
            pace: args.rate.map_or(Pace::Closed, Pace::PerSecond),
            timeout: args.timeout,
        };
        let phase = |said: Option<f64>| {
            let seconds = said.unwrap_or(0.0).max(0.0) * args.time_scale;
            Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO)
        };
        let value = |said: &Option<crate::model::spec::At<f64>>| said.as_ref().map(|said| said.value);
        let ramps = Ramps {
            up: phase(value(&spec.ramp_up)),
            down: phase(value(&spec.ramp_down)),
        };
        let rounds = u32::try_from(args.wanted_rounds()).unwrap_or(u32::MAX).max(1);
        let sustained = args
            .duration
            .or_else(|| value(&spec.sustained).map(|seconds| phase(Some(seconds))));
        let length = sustained.map_or(ROUND, |all| all / rounds).max(SHORTEST);
        Ok(Self {
            target,
            older,
            load,
            ramps,
            length,
        })
    }
}

fn target(args: &RunArgs, spec: &Benchmarks, cx: &Cx) -> anyhow::Result<Target> {
    let asked = if args.url.is_empty() {
        vec![of_spec(spec)?]
    } else {
        args.url.clone()
    };
    let origin = |url: &Uri| {
        (
            url.scheme_str().map(str::to_owned),
            url.authority().map(ToString::to_string),
        )
    };
    if let Some(other) = asked.iter().find(|one| origin(&one.url) != origin(&asked[0].url)) {
        return Err(CommandError::usage(format!(
            "{} is another service than {}: one run measures one",
            other.url, asked[0].url
        ))
        .into());
    }
    let endpoint = |one: Weighted| -> anyhow::Result<Endpoint> {
        Ok(Endpoint {
            url: one.url,
            method: one.method.unwrap_or_else(|| args.method.clone()),
            headers: args.header.clone(),
            body: body(one.body.as_deref().or(args.body.as_deref()), cx)?,
            weight: one.weight,
        })
    };
    Ok(Target {
        endpoints: asked.into_iter().map(endpoint).collect::<Result<_, _>>()?,
        trust: match (&args.cacert, args.insecure) {
            (Some(file), _) => Trust::File(cx.start.join(file)),
            (None, true) => Trust::Anything,
            (None, false) => Trust::System,
        },
        connection: if args.no_keep_alive {
            Connection::New
        } else {
            Connection::Kept
        },
    })
}

/// What a file holds; nothing where none is named.
fn body(file: Option<&Path>, cx: &Cx) -> anyhow::Result<Vec<u8>> {
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let missing = || CommandError::usage(format!("{} is not there", file.display()));
    Ok(store::read_regular(&cx.start.join(file), MAX_BODY)?.ok_or_else(missing)?)
}

/// The address that a spec names, with its method where it names one: `POST http://localhost:8080/orders`.
fn of_spec(spec: &Benchmarks) -> Result<Weighted, CommandError> {
    let how = "name the address: sdd bench --url http://localhost:8080/path, or in the spec below Performance Benchmarks: \
               `Endpoint: http://localhost:8080/path`";
    let Some(said) = &spec.endpoint else {
        return Err(CommandError::usage("nothing says what is to be measured").hint(how));
    };
    let text = crate::model::text::one_line(&said.value);
    let address = text.split_whitespace().last().unwrap_or_default();
    let first = text.split_whitespace().next().filter(|word| *word != address);
    let is_method = |word: &&str| word.bytes().all(|byte| byte.is_ascii_uppercase());
    match address.parse::<Uri>() {
        Ok(url) if matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() => {
            Ok(Weighted {
                url,
                weight: 1,
                method: first.filter(is_method).and_then(|word| word.parse().ok()),
                body: None,
            })
        }
        _ => Err(CommandError::usage(format!("the spec's endpoint {text:?} has no host")).hint(how)),
    }
}

/// The same requests, asked of an older version. Its path is that of the service, unless the address has one.
fn older(target: &Target, url: &Uri) -> Result<Target, CommandError> {
    let mut older = target.clone();
    for endpoint in &mut older.endpoints {
        let mut parts = url.clone().into_parts();
        if parts.path_and_query.as_ref().is_none_or(|path| path == "/") {
            parts.path_and_query = endpoint.url.path_and_query().cloned();
        }
        endpoint.url = Uri::from_parts(parts)
            .ok()
            .filter(|url| matches!(url.scheme_str(), Some("http" | "https")))
            .ok_or_else(|| CommandError::usage(format!("{url} is no whole address")))?;
    }
    Ok(older)
}

/// The services whose cost is read, and what is to be said about that.
pub(super) fn services(
    args: &RunArgs,
    target: &Target,
    cx: &Cx,
) -> anyhow::Result<(Arc<[Service]>, Vec<String>)> {
    let mut services = Vec::new();
    for pid in &args.pid {
        let process = Processes::of(*pid)
            .ok_or_else(|| CommandError::not_found(format!("there is no process {pid}")))?;
        services.push(Service {
            name: format!("pid {pid}"),
            parts: vec![Box::new(process)],
        });
    }
    let socket = cx
        .environment
        .get("DOCKER_HOST")
        .and_then(|host| host.strip_prefix("unix://").map(str::to_owned));
    let socket = socket.unwrap_or_else(|| SOCKET.to_owned());
    for id in &args.container {
        let container = Container::of(id, Path::new(&socket))
            .map_err(|error| CommandError::no_verdict(error.to_string()))?;
        services.push(Service {
            name: id.clone(),
            parts: vec![Box::new(container)],
        });
    }
    for named in &args.service {
        let containers = named
            .containers(cx.environment.get(PROJECT), Path::new(&socket))
            .map_err(|error| CommandError::no_verdict(error.to_string()))?;
        let parts = containers
            .into_iter()
            .map(|one| Box::new(one) as Box<dyn Counter>);
        services.push(Service {
            name: named.to_string(),
            parts: parts.collect(),
        });
    }
    if services.is_empty() {
        services.extend(of_this_machine(target));
    }
    let mut notes = Vec::new();
    if services.is_empty() {
        notes.push("what the service costs is not measured: name its process with --pid, its container with --container, or its compose service with --service".to_owned());
    }
    Ok((services.into(), notes))
}

/// The process of this machine that listens at the target's address.
pub(super) fn of_this_machine(target: &Target) -> Option<Service> {
    let url = &target.endpoints.first()?.url;
    let host = url.host()?.trim_matches(['[', ']']);
    let is_here = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    let usual = if url.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let pid = is_here
        .then(|| listener(url.port_u16().unwrap_or(usual)))
        .flatten()?;
    let process = Processes::of(pid)?;
    Some(Service {
        name: format!("pid {pid}"),
        parts: vec![Box::new(process)],
    })
}
