//! Where a service is, for addresses that name it as the other services do: `http://api:8000/` is at its published port.

use std::collections::BTreeMap;

/// The published addresses of services (`host:port`), by service and port in the container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    published: BTreeMap<(String, u16), String>,
}

impl Addresses {
    /// Adds a published port; the first address of a port counts.
    pub fn add(&mut self, service: &str, port: u16, address: String) {
        self.published
            .entry((service.to_owned(), port))
            .or_insert(address);
    }

    /// The address of a service's port.
    pub fn of(&self, service: &str, port: u16) -> Option<&str> {
        self.published
            .get(&(service.to_owned(), port))
            .map(String::as_str)
    }

    /// Whether there is a service of that name with a published port.
    pub fn knows(&self, service: &str) -> bool {
        self.published.keys().any(|(name, _)| name == service)
    }

    /// A web address whose host is a service as one of this machine. Others stay as they are.
    pub fn resolve(&self, url: &http::Uri) -> Result<http::Uri, NotPublished> {
        let Some(host) = url.host().filter(|host| self.knows(host)) else {
            return Ok(url.clone());
        };
        let usual = if url.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        let port = url.port_u16().unwrap_or(usual);
        let unpublished = || NotPublished {
            service: host.to_owned(),
            port,
        };
        let address = self.of(host, port).ok_or_else(unpublished)?;
        let mut parts = url.clone().into_parts();
        parts.authority = Some(address.parse().map_err(|_| unpublished())?);
        http::Uri::from_parts(parts).map_err(|_| unpublished())
    }
}

/// A port of a service that the compose file does not publish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "port {port} of the service {service} is not published; add `ports: [\"{port}\"]` to it in the compose file"
)]
pub struct NotPublished {
    /// The service.
    pub service: String,
    /// The port in the container.
    pub port: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        let mut addresses = Addresses::default();
        addresses.add("api", 8000, "127.0.0.1:49153".to_owned());
        addresses.add("api", 8000, "[::1]:49153".to_owned());
        addresses.add("web", 80, "127.0.0.1:49154".to_owned());
        addresses
    }

    #[track_caller]
    fn check(url: &str, expect: Result<&str, &str>) {
        let found = addresses().resolve(&url.parse().unwrap());
        let found = found
            .map(|url| url.to_string())
            .map_err(|error| error.to_string());
        match (found, expect) {
            (Ok(found), Ok(expect)) => assert_eq!(found, expect),
            (Err(found), Err(expect)) => assert!(found.starts_with(expect), "{found}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn the_name_of_a_service_is_its_published_address() {
        check(
            "http://api:8000/users?a=1",
            Ok("http://127.0.0.1:49153/users?a=1"),
        );
        check("http://web/", Ok("http://127.0.0.1:49154/"));
        check("http://localhost:8000/", Ok("http://localhost:8000/"));
        check("http://api:9/", Err("port 9 of the service api is not published"));
        check("http://api/", Err("port 80 of the service api is not published"));
    }
}
