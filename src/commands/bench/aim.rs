//! Who is measured, and what it costs: from the command line, the spec and the machine.

use std::sync::Arc;

use http::{Method, Uri};

use super::args::RunArgs;
use crate::bench::aim::{self, Course};
use crate::bench::cost::{Container, Processes, Service};
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
    let body = match &args.body {
        Some(file) => {
            let path = cx.start.join(file);
            let missing = || CommandError::usage(format!("{} is not there", file.display()));
            store::read_regular(&path, MAX_BODY)?.ok_or_else(missing)?
        }
        None => Vec::new(),
    };
    let (method, urls): (Option<Method>, Vec<(Uri, u32)>) = if args.url.is_empty() {
        let (method, url) = of_spec(spec)?;
        (Some(method), vec![(url, 1)])
    } else {
        (
            None,
            args.url.iter().map(|one| (one.url.clone(), one.weight)).collect(),
        )
    };
    let method = args.method.clone().or(method).unwrap_or(Method::GET);
    let origin = |url: &Uri| {
        (
            url.scheme_str().map(str::to_owned),
            url.authority().map(ToString::to_string),
        )
    };
    if let Some((other, _)) = urls.iter().find(|(url, _)| origin(url) != origin(&urls[0].0)) {
        return Err(CommandError::usage(format!(
            "{other} is another service than {}: one run measures one",
            urls[0].0
        ))
        .into());
    }
    let endpoint = |(url, weight): (Uri, u32)| Endpoint {
        url,
        method: method.clone(),
        headers: args.header.clone(),
        body: body.clone(),
        weight,
    };
    Ok(Target {
        endpoints: urls.into_iter().map(endpoint).collect(),
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

/// The address that a spec names.
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
        let container = Container::of(id, std::path::Path::new(&socket))
            .map_err(|error| CommandError::no_verdict(error.to_string()))?;
        services.push(Service {
            name: id.clone(),
            parts: vec![Box::new(container)],
        });
    }
    if services.is_empty() {
        services.extend(aim::service_of_this_machine(target));
    }
    let mut notes = Vec::new();
    if services.is_empty() {
        notes.push("what the service costs is not measured: name its process with --pid, or its container with --container".to_owned());
    }
    Ok((services.into(), notes))
}
