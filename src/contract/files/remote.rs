//! Descriptions on other machines, asked only where a person allowed that.

use std::time::Duration;

use http::Uri;

/// The longest answer, in bytes.
const MAX_BODY: u64 = 64 * 1024 * 1024;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Redirections that are followed.
const MAX_REDIRECTS: u32 = 5;

/// Asks other machines.
#[derive(Debug)]
pub struct Web {
    agent: ureq::Agent,
}

/// An answer that could not be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    #[error("{url} could not be had: {why}")]
    Unreachable { url: String, why: String },
    #[error("{url} answered with the status {status}")]
    Refused { url: String, status: u16 },
}

impl Default for Web {
    fn default() -> Self {
        Self::new()
    }
}

impl Web {
    /// A client that trusts the certificates that this machine trusts.
    pub fn new() -> Self {
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::PlatformVerifier)
            .build();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(MAX_REDIRECTS)
            .timeout_global(Some(PATIENCE))
            .user_agent(concat!("sdd/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        Self {
            agent: config.build().new_agent(),
        }
    }

    /// The text behind an address.
    pub(super) fn get(&self, url: &str) -> Result<String, WebError> {
        let unreachable = |error: ureq::Error| WebError::Unreachable {
            url: url.to_owned(),
            why: error.to_string(),
        };
        let answer = self.agent.get(url).call().map_err(unreachable)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(WebError::Refused {
                url: url.to_owned(),
                status: status.as_u16(),
            });
        }
        let mut body = answer.into_body();
        body.with_config()
            .limit(MAX_BODY)
            .read_to_string()
            .map_err(unreachable)
    }
}

/// The address that a reference in a source leads to; `None` where that is no other machine. What stands on another
/// machine refers to nothing on this one.
pub(super) fn address(from: &str, reference: &str) -> Option<String> {
    if is_web(reference) {
        return Some(reference.to_owned());
    }
    if !is_web(from) {
        return None;
    }
    let base: Uri = from.parse().ok()?;
    let (scheme, host) = (base.scheme_str()?, base.authority()?);
    if let Some(rest) = reference.strip_prefix("//") {
        return Some(format!("{scheme}://{rest}"));
    }
    let path = if reference.starts_with('/') {
        reference.to_owned()
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{reference}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(format!("{scheme}://{host}/{}", parts.join("/")))
}

fn is_web(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_reference_on_another_machine_stays_there() {
        for (from, reference, expect) in [
            ("a.yaml", "b.yaml", None),
            ("a.yaml", "https://h/b.yaml", Some("https://h/b.yaml")),
            ("https://h/x/a.yaml", "b.yaml", Some("https://h/x/b.yaml")),
            ("https://h/x/a.yaml", "../b.yaml", Some("https://h/b.yaml")),
            ("https://h/x/a.yaml", "../../../b.yaml", Some("https://h/b.yaml")),
            (
                "https://h:8/x/a.yaml?q=1",
                "/etc/passwd",
                Some("https://h:8/etc/passwd"),
            ),
            ("http://h", "./b.yaml", Some("http://h/b.yaml")),
            ("https://h/a", "//other/b", Some("https://other/b")),
            ("https://h/a", "http://other/b", Some("http://other/b")),
        ] {
            assert_eq!(address(from, reference).as_deref(), expect, "{from} {reference}");
        }
    }
}
