//! Where a service is, for addresses that name it as the other services do: `http://api:8000/` is at its published port.

use std::collections::{BTreeMap, BTreeSet};

/// The published addresses of services (`host:port`), by service and port in the container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    services: BTreeSet<String>,
    published: BTreeMap<(String, u16), String>,
}

impl Addresses {
    /// Adds a service, which may publish nothing.
    pub fn add_service(&mut self, service: &str) {
        self.services.insert(service.to_owned());
    }

    /// Adds a published port; the first address of a port counts.
    pub fn add(&mut self, service: &str, port: u16, address: String) {
        self.add_service(service);
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

    /// Whether there is a service of that name.
    pub fn knows(&self, service: &str) -> bool {
        self.services.contains(service)
    }

    /// How those who find nobody at an address may reach a service: in one line, with every port that is published.
    pub fn advice(&self) -> String {
        let publish = "publish the port of the service in the compose file (`ports: [\"8000\"]`) and name the service in \
                       the endpoint of the spec (`http://api:8000/`)";
        let published: Vec<String> = self
            .published
            .iter()
            .map(|((service, port), address)| format!("{service}:{port} at {address}"))
            .collect();
        match published.as_slice() {
            [] => format!("no service publishes a port: {publish}"),
            all => format!("published are {}; {publish}", all.join(", ")),
        }
    }

    /// A web address whose host is a service as one of this machine. Others stay as they are.
    pub fn resolve(&self, url: &http::Uri) -> Result<http::Uri, NotPublished> {
        let Some(host) = url.host().filter(|host| self.knows(host)) else {
            return Ok(url.clone());
        };
        let port = port(url);
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

/// The port of a web address.
pub fn port(url: &http::Uri) -> u16 {
    let usual = match url.scheme_str() {
        Some("https") => 443,
        _ => 80,
    };
    url.port_u16().unwrap_or(usual)
}

/// A port of a service that the compose file does not publish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the service {service} does not publish its port {port}: nothing outside of the containers reaches it"
)]
pub struct NotPublished {
    /// The service.
    pub service: String,
    /// The port in the container.
    pub port: u16,
}

impl NotPublished {
    /// What to do.
    pub fn hint(&self) -> String {
        let Self { service, port } = self;
        format!(
            "add `ports: [\"{port}\"]` to {service} in the compose file; the engine chooses the port of the machine"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        let mut addresses = Addresses::default();
        addresses.add("api", 8000, "127.0.0.1:49153".to_owned());
        addresses.add("api", 8000, "[::1]:49153".to_owned());
        addresses.add("web", 80, "127.0.0.1:49154".to_owned());
        addresses.add_service("worker");
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
        check(
            "http://api:9/",
            Err("the service api does not publish its port 9: "),
        );
        check(
            "http://api/",
            Err("the service api does not publish its port 80: "),
        );
        check(
            "http://worker:7/",
            Err("the service worker does not publish its port 7: "),
        );
    }

    #[test]
    fn who_finds_nobody_is_told_where_services_are() {
        let said = addresses().advice();
        assert!(
            said.starts_with("published are api:8000 at 127.0.0.1:49153, web:80 at "),
            "{said}"
        );
        let said = Addresses::default().advice();
        assert!(said.starts_with("no service publishes a port: "), "{said}");
        assert!(said.contains("ports: [\"8000\"]"), "{said}");
    }
}
