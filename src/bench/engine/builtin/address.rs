//! Where a service is: looked up once, before the first request.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use http::Uri;
use rustls::pki_types::ServerName;

use super::tls;
use super::wire::Dial;
use crate::bench::engine::EngineError;
use crate::bench::load::Target;
use crate::process::Cancel;

/// The time a look-up may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How to reach a target.
pub fn dial(target: &Target, url: &Uri, cancel: &Cancel) -> Result<Dial, EngineError> {
    let unreachable = |cause: String| EngineError::Unreachable {
        url: url.to_string(),
        cause,
    };
    let secure = url.scheme_str() == Some("https");
    let host = bare(url.host().unwrap_or_default()).to_owned();
    let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let tls = if secure {
        let config = tls::config(&target.trust).map_err(|cause| EngineError::Broken {
            engine: super::NAME,
            cause,
        })?;
        let name = ServerName::try_from(host.clone()).map_err(|error| unreachable(error.to_string()))?;
        Some((config, name))
    } else {
        None
    };
    let addresses = match host.parse() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => looked_up(host, port, cancel)?.map_err(unreachable)?,
    };
    Ok(Dial { addresses, tls })
}

/// The addresses of a name, or why there are none.
///
/// The system does not let go of a look-up before it is over, so another thread waits for it and ends by itself.
fn looked_up(
    host: String,
    port: u16,
    cancel: &Cancel,
) -> Result<Result<Vec<SocketAddr>, String>, EngineError> {
    let (tell, hear) = mpsc::channel();
    let spawned = thread::Builder::new()
        .name("bench-lookup".to_owned())
        .spawn(move || {
            let found = (host.as_str(), port)
                .to_socket_addrs()
                .map(Vec::from_iter)
                .map_err(|error| error.to_string());
            // Nobody hears it who was asked to stop.
            let _ = tell.send(found);
        });
    if let Err(error) = spawned {
        return Ok(Err(error.to_string()));
    }
    let begin = Instant::now();
    loop {
        if cancel.is_requested() {
            return Err(EngineError::Cancelled);
        }
        match hear.recv_timeout(Duration::from_millis(20)) {
            Ok(Ok(found)) if found.is_empty() => return Ok(Err("the name has no address".to_owned())),
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Timeout) if begin.elapsed() < PATIENCE => {}
            Err(_) => return Ok(Err("the name's address cannot be found out".to_owned())),
        }
    }
}

/// A host without the brackets of an address.
fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}
