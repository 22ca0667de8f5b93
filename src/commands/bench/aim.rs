//! Who is measured, and what it costs: from the command line, the spec and the machine.

use std::path::Path;
use std::sync::Arc;

use http::{Method, Uri};

use super::args::{RunArgs, Weighted};
use crate::bench::aim::{self, Course};
use crate::bench::cost::{Container, Counter, Processes, Service};
use crate::bench::load::{Connection, Endpoint, Target, Trust};
use crate::commands::context::Cx;
use crate::commands::error::CommandError;
use crate::model::config::Benchmark;
use crate::model::spec::Benchmarks;
use crate::store;

/// The largest body.
const MAX_BODY: u64 = 64 << 20;
/// Where the engine of containers answers unless `DOCKER_HOST` says otherwise.
const SOCKET: &str = "/var/run/docker.sock";
/// Where what can be named is found.
const RUNNING: &str = "docker ps shows what runs";
/// The variable in which compose takes the name of its project.
const PROJECT: &str = "COMPOSE_PROJECT_NAME";

/// Who is measured, and how.
pub(super) struct Aim {
    pub(super) target: Target,
    pub(super) older: Option<Target>,
    pub(super) course: Course,
}

impl Aim {
    pub(super) fn of(
        args: &RunArgs,
        settings: &Benchmark,
        spec: &Benchmarks,
        cx: &Cx,
    ) -> anyhow::Result<Self> {
        let target = target(args, spec, cx)?;
        let older = args
            .baseline_url
            .as_ref()
            .map(|url| older(&target, url))
            .transpose()?;
        Ok(Self {
            target,
            older,
            course: Course::of(spec, &args.wishes(settings)),
        })
    }
}

fn target(args: &RunArgs, spec: &Benchmarks, cx: &Cx) -> anyhow::Result<Target> {
    let (spec_method, asked) = if args.url.is_empty() {
        let (method, url) = of_spec(spec)?;
        let asked = Weighted {
            url,
            weight: 1,
            method: None,
            body: None,
        };
        (Some(method), vec![asked])
    } else {
        (None, args.url.clone())
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
    if let Some(file) = args
        .cacert
        .as_ref()
        .filter(|_| asked[0].url.scheme_str() == Some("http"))
    {
        let (file, url) = (file.display(), &asked[0].url);
        return Err(CommandError::usage(format!(
            "--cacert {file} vouches for nothing: {url} has no certificate"
        ))
        .hint("leave it out, or write the address with https://")
        .into());
    }
    // What an address says for itself comes first, the spec's word last.
    let fallback = || args.method.clone().or_else(|| spec_method.clone());
    let endpoint = |one: Weighted| -> anyhow::Result<Endpoint> {
        Ok(Endpoint {
            url: one.url,
            method: one.method.or_else(fallback).unwrap_or(Method::GET),
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
    let missing = || {
        CommandError::usage(format!(
            "{} is not there: it was to be sent as the body",
            file.display()
        ))
    };
    Ok(store::read_regular(&cx.start.join(file), MAX_BODY)?.ok_or_else(missing)?)
}

/// The address that a spec names, and its method.
fn of_spec(spec: &Benchmarks) -> Result<(Method, Uri), CommandError> {
    aim::address(spec).map_err(|why| {
        CommandError::usage(why.to_string()).hint(
            "name the address: sdd bench --url http://localhost:8080/path, or in the spec below Performance Benchmarks: \
             `Endpoint: http://localhost:8080/path`",
        )
    })
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

/// A process that is not there.
fn not_running(pid: i32) -> CommandError {
    CommandError::not_found(format!("there is no process {pid}"))
        .hint("leave --pid out, and the process that listens at the address is looked for")
}

/// The services whose cost is read, and what is to be said about that.
pub(super) fn services(
    args: &RunArgs,
    target: &Target,
    cx: &Cx,
) -> anyhow::Result<(Arc<[Service]>, Vec<String>)> {
    let mut services = Vec::new();
    for pid in &args.pid {
        let process = Processes::of(*pid).ok_or_else(|| not_running(*pid))?;
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
            .map_err(|error| CommandError::no_verdict(error.to_string()).hint(RUNNING))?;
        services.push(Service {
            name: id.clone(),
            parts: vec![Box::new(container)],
        });
    }
    for named in &args.service {
        let containers = named
            .containers(cx.environment.get(PROJECT), Path::new(&socket))
            .map_err(|error| CommandError::no_verdict(error.to_string()).hint(RUNNING))?;
        let parts = containers
            .into_iter()
            .map(|one| Box::new(one) as Box<dyn Counter>);
        services.push(Service {
            name: named.to_string(),
            parts: parts.collect(),
        });
    }
    if services.is_empty() {
        services.extend(aim::service_of_this_machine(target));
    }
    let mut notes = Vec::new();
    if services.is_empty() {
        notes.push("what the service costs is not measured: name its process with --pid, its container with --container, or its compose service with --service".to_owned());
    }
    Ok((services.into(), notes))
}
