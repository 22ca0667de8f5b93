//! A certificate is trusted, is for this host, and stays valid for a while.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::validity;
use super::{network, tls_words};

/// The seconds of a day.
const DAY: i64 = 86_400;

/// A server shows a certificate that is trusted, is for its name, and stays valid for a while.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    /// The host's name, which the certificate must be for.
    host: String,
    /// The port.
    #[serde(default = "https")]
    port: u16,
    /// Where to connect to in place of the host: `127.0.0.1:8443`.
    addr: Option<String>,
    /// The days that it must stay valid at least.
    #[serde(default = "fortnight")]
    min_days: u32,
    /// A file with the certificates of the authorities that are trusted, in place of the system's, relative to the
    /// project.
    ca: Option<String>,
}

fn https() -> u16 {
    443
}

fn fortnight() -> u32 {
    14
}

impl Tls {
    fn config(&self, root: &Path) -> Result<Arc<ClientConfig>, Seen> {
        let unusable = |what: &str, why: String| Seen::error(format!("{what}: {why}"));
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &self.ca {
            None => Arc::new(
                rustls_platform_verifier::Verifier::new(Arc::clone(&provider))
                    .map_err(|error| unusable("the system's certificates", error.to_string()))?,
            ),
            Some(ca) => {
                let found = CertificateDer::pem_file_iter(root.join(ca))
                    .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                    .map_err(|error| unusable(ca, error.to_string()))?;
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(found);
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                    .build()
                    .map_err(|error| unusable(ca, error.to_string()))?
            }
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("TLS", error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }

    /// The certificate that the server shows, after everything that TLS itself looks at.
    fn certificate(&self, root: &Path, limit: Limit) -> Result<Vec<u8>, Seen> {
        let config = self.config(root)?;
        let name = ServerName::try_from(self.host.clone())
            .map_err(|_| Seen::error(format!("{} is no name of a host", self.host)))?;
        let mut session =
            ClientConnection::new(config, name).map_err(|error| Seen::error(error.to_string()))?;
        let (host, port) = self
            .addr
            .as_deref()
            .and_then(network::host_and_port)
            .unwrap_or((self.host.as_str(), self.port));
        let mut socket = network::connect(host, port, limit)?;
        let timed = socket
            .set_read_timeout(Some(limit.left()))
            .and_then(|()| socket.set_write_timeout(Some(limit.left())));
        timed.map_err(|error| Seen::error(error.to_string()))?;
        let failed = |error: &std::io::Error| {
            let inner = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>());
            let why = inner.map_or_else(|| network::cause(error), tls_words::words);
            let seen = Seen::failed(format!("no TLS with {}: {why}", self.host));
            match inner {
                Some(inner) => seen.remedy(tls_words::remedy(inner)),
                None => seen,
            }
        };
        while session.is_handshaking() {
            session.complete_io(&mut socket).map_err(|error| failed(&error))?;
        }
        let shown = session.peer_certificates().and_then(<[_]>::first);
        shown
            .map(|certificate| certificate.as_ref().to_vec())
            .ok_or_else(|| Seen::error(format!("{} shows no certificate", self.host)))
    }
}

impl Settings for Tls {
    fn wrong(&self) -> Option<(&'static str, String)> {
        if ServerName::try_from(self.host.as_str()).is_err() {
            return Some((
                "host",
                "expected the name of a host, without port and scheme".to_owned(),
            ));
        }
        if self.port == 0 {
            return Some(("port", "expected a port".to_owned()));
        }
        let addr = self.addr.as_deref();
        addr.filter(|addr| network::host_and_port(addr).is_none())
            .map(|_| ("addr", "expected a host and a port".to_owned()))
    }
}

impl Check for Tls {
    fn look(&self, scene: &Scene, limit: Limit) -> Seen {
        let certificate = match self.certificate(&scene.root, limit) {
            Ok(certificate) => certificate,
            Err(seen) => return seen,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        let now = now.and_then(|now| i64::try_from(now.as_secs()).ok());
        let (Some(ends), Some(now)) = (validity::ends(&certificate), now) else {
            return Seen::error(format!(
                "nobody can tell until when the certificate of {} is valid",
                self.host
            ));
        };
        let days = (ends - now).div_euclid(DAY);
        let shown = format!("{days} days left");
        if days < i64::from(self.min_days) {
            Seen::failed(format!(
                "the certificate of {} has {shown}, fewer than {}",
                self.host, self.min_days
            ))
            .remedy("renew the certificate")
        } else {
            Seen::passed(format!(
                "the certificate of {} is trusted and has {shown}",
                self.host
            ))
        }
        .observed(shown)
    }
}
