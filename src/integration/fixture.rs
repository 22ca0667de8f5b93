//! Test data: which kind a fixture is, and how its kind is loaded.

use crate::model::config::FixtureSettings;
use crate::model::text::one_line;

/// How a fixture is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loader {
    /// By Python, on this machine.
    Python,
    /// By bash, on this machine.
    Shell,
    /// By a program in a service, which reads the file.
    InService(InService),
    /// By a request with the file as its body.
    Request(Request),
}

/// A program in a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InService {
    /// The service; `None` for the one whose image is a known database.
    pub service: Option<String>,
    /// The words of the program; `None` for the client of the database.
    pub command: Option<Vec<String>>,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The address, which may name a service.
    pub url: String,
}

/// Why nobody knows how to load a fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// Nothing loads files of this kind.
    #[error("nothing is known that loads such a file: fixtures are .py, .sh, .sql and .json")]
    Kind,
    /// It is data, and nobody says where it goes.
    #[error("nobody says to whom it is sent")]
    Where,
    /// The request is none.
    #[error("expected a method and an address, such as `POST http://api:8000/users`")]
    Request,
}

impl Unknown {
    /// What to do, for the fixture at `path`.
    pub fn hint(self, path: &str) -> String {
        let example = match self {
            Self::Kind => "{\"service\": \"NAME\", \"command\": \"PROGRAM\"}",
            Self::Where | Self::Request => "{\"http\": \"POST http://SERVICE:PORT/PATH\"}",
        };
        format!("say it in the settings: quality_gates.integration_tests.fixtures.\"{path}\": {example}")
    }
}

/// That a program is not installed which loads the fixture at `path`.
pub fn not_installed(program: &str, path: &str) -> String {
    format!("{program} is not installed, which loads {}", one_line(path))
}

/// Whether a path is a glob.
pub fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// How the fixture at `path` is loaded: as the settings say, else by its kind.
pub fn loader(path: &str, settings: Option<&FixtureSettings>) -> Result<Loader, Unknown> {
    if let Some(settings) = settings {
        if let Some(http) = &settings.http {
            return parse_request(http).map(Loader::Request).ok_or(Unknown::Request);
        }
        if settings.service.is_some() || settings.command.is_some() {
            return Ok(Loader::InService(InService {
                service: settings.service.clone(),
                command: settings.command.clone(),
            }));
        }
    }
    let extension = path
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("py") => Ok(Loader::Python),
        Some("sh" | "bash") => Ok(Loader::Shell),
        Some("sql") => Ok(Loader::InService(InService {
            service: None,
            command: None,
        })),
        Some("json") => Err(Unknown::Where),
        _ => Err(Unknown::Kind),
    }
}

/// A method and an address.
fn parse_request(said: &str) -> Option<Request> {
    let (method, url) = FixtureSettings::parse_http(said)?;
    let is_url = url
        .parse::<http::Uri>()
        .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    is_url.then(|| Request {
        method: method.to_owned(),
        url: url.to_owned(),
    })
}

/// A database whose client is known.
#[derive(Debug)]
pub struct Database {
    /// The words of its images, one of which is in the name.
    pub images: &'static [&'static str],
    /// A script for `sh` that reads statements from stdin and fails at the first that is wrong. Names and passwords are
    /// those of the container.
    pub script: &'static str,
}

/// The databases whose client is known.
pub const DATABASES: [Database; 2] = [
    Database {
        images: &["postgres", "postgis", "timescaledb", "pgvector"],
        script: "exec psql -q -v ON_ERROR_STOP=1 -U \"${POSTGRES_USER:-postgres}\" \
                 -d \"${POSTGRES_DB:-${POSTGRES_USER:-postgres}}\"",
    },
    Database {
        images: &["mysql", "mariadb", "percona"],
        script: "if command -v mariadb >/dev/null; then client=mariadb; else client=mysql; fi; \
                 MYSQL_PWD=\"${MYSQL_ROOT_PASSWORD:-$MARIADB_ROOT_PASSWORD}\" \
                 exec \"$client\" -uroot \"${MYSQL_DATABASE:-$MARIADB_DATABASE}\"",
    },
];

/// The client of an image.
pub fn database(image: &str) -> Option<&'static Database> {
    let bare = image.rsplit('/').next().unwrap_or(image);
    let name = bare.split([':', '@']).next().unwrap_or_default();
    DATABASES
        .iter()
        .find(|one| one.images.iter().any(|known| name.contains(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> FixtureSettings {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_kind_says_who_loads_unless_the_settings_do() {
        let in_service = |service: Option<&str>, command: Option<&[&str]>| {
            Ok(Loader::InService(InService {
                service: service.map(str::to_owned),
                command: command.map(|words| words.iter().map(|word| (*word).to_owned()).collect()),
            }))
        };
        assert_eq!(loader("a/b.py", None), Ok(Loader::Python));
        assert_eq!(loader("a.b/SEED.SH", None), Ok(Loader::Shell));
        assert_eq!(loader("users.sql", None), in_service(None, None));
        assert_eq!(loader("users.json", None), Err(Unknown::Where));
        assert_eq!(loader("users.csv", None), Err(Unknown::Kind));
        assert_eq!(loader("users", None), Err(Unknown::Kind));
        let db = settings(r#"{"service": "db", "command": ["sh", "-c", "cat > /x"]}"#);
        assert_eq!(
            loader("users.csv", Some(&db)),
            in_service(Some("db"), Some(&["sh", "-c", "cat > /x"]))
        );
        let post = settings(r#"{"http": "POST http://api:8000/users"}"#);
        assert_eq!(
            loader("users.json", Some(&post)),
            Ok(Loader::Request(Request {
                method: "POST".to_owned(),
                url: "http://api:8000/users".to_owned()
            }))
        );
        for wrong in [
            "http://api/",
            "post http://api/",
            "POST /users",
            "POST ftp://api/",
        ] {
            let settings = FixtureSettings {
                http: Some(wrong.to_owned()),
                ..FixtureSettings::default()
            };
            assert_eq!(
                loader("users.json", Some(&settings)),
                Err(Unknown::Request),
                "{wrong}"
            );
        }
    }

    #[test]
    fn databases_are_known_by_their_image() {
        for (image, expect) in [
            ("postgres:14", Some("psql")),
            ("docker.io/library/postgres@sha256:00", Some("psql")),
            ("postgis/postgis:16", Some("psql")),
            ("mariadb", Some("mariadb")),
            ("bitnami/mysql:8", Some("mysql")),
            ("redis:7", None),
        ] {
            let found = database(image).map(|one| one.script);
            assert_eq!(found.is_some(), expect.is_some(), "{image}");
            if let (Some(script), Some(client)) = (found, expect) {
                assert!(script.contains(client), "{image}");
            }
        }
    }
}
