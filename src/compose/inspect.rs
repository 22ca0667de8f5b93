//! What the engine says about containers (`docker inspect`), the same for every flavour of Compose.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::model::text;

/// The entries of a health check's log that are kept, the newest ones.
const HEALTH_ENTRIES: usize = 3;
/// The last lines of what a run of a health check wrote that are shown: the others say what it did before.
const HEALTH_LINES: usize = 3;
/// The most that is shown of one run, in characters.
const HEALTH_CHARS: usize = 300;
/// The most that is kept of one run, in characters: the engine keeps no more.
const HEALTH_KEPT: usize = 4_096;

/// A container as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// Its name, without the `/`.
    pub name: String,
    /// The service that it is of; empty when it was not made for one.
    pub service: String,
    /// Whether it was made by `run` and not by `up`.
    pub is_oneoff: bool,
    /// Its number among the containers of its service.
    pub number: u64,
    /// What it does.
    pub status: Status,
    /// What its health check says.
    pub health: Health,
    /// How often its health check is run; `None` where it has none.
    pub check: Option<Check>,
    /// How many runs of the health check the engine knows of; it keeps the newest five or so.
    pub checked: usize,
    /// The last runs of the health check, the newest one last.
    pub health_log: Vec<HealthRun>,
    /// The exit code of its last end; 0 while it runs.
    pub exit_code: i64,
    /// Whether the kernel ended it for the memory that it took.
    pub oom_killed: bool,
    /// What the engine says went wrong.
    pub error: String,
    /// When it was started last, in the engine's words.
    pub started_at: String,
    /// How often the engine has started it again.
    pub restart_count: u64,
    /// Whether the engine starts it again.
    pub restarts: Restarts,
    /// Where its ports can be reached.
    pub ports: Vec<Published>,
    /// The names of its volumes, anonymous ones too.
    pub volumes: Vec<String>,
}

/// What a container does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was not started yet.
    Created,
    /// It runs.
    Running,
    /// It is stopped in the middle.
    Paused,
    /// It ended, and the engine is about to start it again.
    Restarting,
    /// It is being removed.
    Removing,
    /// It ended.
    Exited,
    /// It ended, and the engine could not clean up.
    Dead,
    /// A word that is not known.
    Other(String),
}

impl Status {
    fn of(word: &str) -> Self {
        match word {
            "created" | "configured" | "initialized" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" | "stopped" => Self::Exited,
            "dead" => Self::Dead,
            other => Self::Other(text::shorten(&text::one_line(other), 40)),
        }
    }

    /// Its word.
    pub fn word(&self) -> &str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Other(word) => word,
        }
    }
}

/// What a health check says: the whole word counts, since `unhealthy` has `healthy` in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// There is no check.
    NoCheck,
    /// Nothing yet.
    Starting,
    /// It is well.
    Healthy,
    /// It is not.
    Unhealthy,
}

/// What came of one run of a health check. It is shown by the last lines that the check wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthRun {
    /// Its exit code; -1 where it was ended or not started.
    pub code: i64,
    /// What it wrote, secrets included.
    pub output: String,
}

impl fmt::Display for HealthRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}", self.code)?;
        let text = text::sanitise(&self.output);
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let last = lines.get(lines.len().saturating_sub(HEALTH_LINES)..);
        match last.unwrap_or_default() {
            [] => Ok(()),
            last => write!(
                f,
                ": {}",
                text::shorten(&text::one_line(&last.join(" · ")), HEALTH_CHARS)
            ),
        }
    }
}

/// How a health check is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The time between two runs.
    pub interval: Duration,
    /// What one run may take.
    pub timeout: Duration,
}

/// Whether the engine starts a container again after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restarts {
    /// No.
    Never,
    /// After an exit code other than 0.
    OnFailure,
    /// Always.
    Always,
}

/// Where a port of a container can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The port in the container.
    pub port: u16,
    /// Its protocol.
    pub protocol: String,
    /// The address on the engine's machine; that of all its interfaces as the engine writes it.
    pub host_ip: String,
    /// The port there.
    pub host_port: u16,
}

/// Why an answer is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// It is no list of containers.
    #[error("it is no list of containers: {why}")]
    NoList {
        /// Why.
        why: String,
    },
    /// A container lacks what every container has.
    #[error("a container has no {field}")]
    Lacks {
        /// What it lacks.
        field: &'static str,
    },
}

/// Reads what `docker inspect` prints. Containers that vanished in the meantime are not in it, and that is no error.
pub fn read(json: &str) -> Result<Vec<Container>, InspectError> {
    let list: Vec<Value> = serde_json::from_str(json).map_err(|error| InspectError::NoList {
        why: error.to_string(),
    })?;
    list.iter().map(container).collect()
}

fn container(value: &Value) -> Result<Container, InspectError> {
    let state = &value["State"];
    let labels = &value["Config"]["Labels"];
    let label = |name: &str| {
        labels[format!("com.docker.compose.{name}")]
            .as_str()
            .unwrap_or_default()
    };
    // Older versions of podman have the other name.
    let health = [&state["Health"], &state["Healthcheck"]]
        .into_iter()
        .find(|health| health.is_object())
        .unwrap_or(&Value::Null);
    Ok(Container {
        id: string(&value["Id"]).ok_or(InspectError::Lacks { field: "id" })?,
        name: value["Name"]
            .as_str()
            .unwrap_or_default()
            .trim_start_matches('/')
            .to_owned(),
        service: label("service").to_owned(),
        is_oneoff: label("oneoff").eq_ignore_ascii_case("true"),
        number: label("container-number").parse().unwrap_or(1),
        status: Status::of(
            state["Status"]
                .as_str()
                .ok_or(InspectError::Lacks { field: "status" })?,
        ),
        health: match health["Status"].as_str() {
            Some("healthy") => Health::Healthy,
            Some("unhealthy") => Health::Unhealthy,
            Some("starting") => Health::Starting,
            _ => Health::NoCheck,
        },
        check: check(&value["Config"]["Healthcheck"]),
        checked: health["Log"].as_array().map_or(0, Vec::len),
        health_log: health_log(&health["Log"]),
        exit_code: state["ExitCode"].as_i64().unwrap_or(0),
        oom_killed: state["OOMKilled"].as_bool().unwrap_or(false),
        error: text::one_line(state["Error"].as_str().unwrap_or_default()),
        started_at: state["StartedAt"].as_str().unwrap_or_default().to_owned(),
        restart_count: value["RestartCount"].as_u64().unwrap_or(0),
        restarts: match value["HostConfig"]["RestartPolicy"]["Name"].as_str() {
            Some("always" | "unless-stopped") => Restarts::Always,
            Some("on-failure") => Restarts::OnFailure,
            _ => Restarts::Never,
        },
        ports: ports(&value["NetworkSettings"]["Ports"]),
        volumes: value["Mounts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|mount| mount["Type"] == "volume")
            .filter_map(|mount| string(&mount["Name"]))
            .collect(),
    })
}

/// The times of a check are in nanoseconds, and 0 where they are not written: then the engine takes 30 s.
fn check(value: &Value) -> Option<Check> {
    const USUAL: Duration = Duration::from_secs(30);
    let time = |name: &str| match value[name].as_u64() {
        None | Some(0) => USUAL,
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
    };
    value.is_object().then(|| Check {
        interval: time("Interval"),
        timeout: time("Timeout"),
    })
}

fn string(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn health_log(log: &Value) -> Vec<HealthRun> {
    let entries = log.as_array().map(Vec::as_slice).unwrap_or_default();
    let newest = entries
        .get(entries.len().saturating_sub(HEALTH_ENTRIES)..)
        .unwrap_or_default();
    newest
        .iter()
        .map(|entry| HealthRun {
            code: entry["ExitCode"].as_i64().unwrap_or(-1),
            output: text::shorten(entry["Output"].as_str().unwrap_or_default(), HEALTH_KEPT),
        })
        .collect()
}

/// `{"8000/tcp": [{"HostIp": "0.0.0.0", "HostPort": "49153"}], "9000/tcp": null}`
fn ports(value: &Value) -> Vec<Published> {
    let mut out = Vec::new();
    for (name, hosts) in value.as_object().into_iter().flatten() {
        let (port, protocol) = name.split_once('/').unwrap_or((name, "tcp"));
        let Ok(port) = port.parse() else { continue };
        for host in hosts.as_array().into_iter().flatten() {
            let Some(host_port) = host["HostPort"].as_str().and_then(|port| port.parse().ok()) else {
                continue;
            };
            out.push(Published {
                port,
                protocol: protocol.to_owned(),
                host_ip: host["HostIp"].as_str().unwrap_or_default().to_owned(),
                host_port,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: [(&str, &str); 2] = [
        ("v1", include_str!("../../tests/fixtures/compose/v1/settled.json")),
        ("v2", include_str!("../../tests/fixtures/compose/v2/settled.json")),
    ];

    fn settled(json: &str, service: &str) -> Container {
        let mut containers = read(json).unwrap();
        containers.retain(|container| container.service == service);
        assert_eq!(containers.len(), 1, "{service}");
        containers.remove(0)
    }

    #[test]
    fn both_flavours_make_containers_that_read_the_same() {
        for (flavour, json) in RECORDED {
            assert_eq!(read(json).unwrap().len(), 6, "{flavour}");
            let ok = settled(json, "ok");
            assert_eq!(
                (&ok.status, ok.health),
                (&Status::Running, Health::Healthy),
                "{flavour}"
            );
            assert_eq!((ok.number, ok.is_oneoff), (1, false));
            assert!(ok.ports.iter().any(|at| {
                at.port == 8000 && at.protocol == "tcp" && at.host_ip == "0.0.0.0" && at.host_port > 0
            }));
            assert_eq!(ok.volumes.len(), 2, "a named and an anonymous volume");
            assert!(ok.volumes.contains(&format!("sdd-recorded-{flavour}_data")));

            let bad = settled(json, "bad");
            assert_eq!((&bad.status, bad.health), (&Status::Running, Health::Unhealthy));
            assert_eq!(bad.health_log.last().unwrap().to_string(), "exit code 1");

            let unchecked = settled(json, "nohc");
            assert_eq!(
                (&unchecked.status, unchecked.health),
                (&Status::Running, Health::NoCheck)
            );

            let oneshot = settled(json, "oneshot");
            assert_eq!((&oneshot.status, oneshot.exit_code), (&Status::Exited, 0));
            assert_eq!(oneshot.restarts, Restarts::Never);

            let crash = settled(json, "crash");
            assert_eq!((&crash.status, crash.exit_code), (&Status::Exited, 7));
            assert_eq!(crash.restarts, Restarts::Never);

            let looping = settled(json, "loop");
            assert_eq!(looping.restarts, Restarts::Always);
            assert!(looping.restart_count > 2);
        }
    }

    #[test]
    fn what_vanished_is_not_in_the_list() {
        for json in [
            include_str!("../../tests/fixtures/compose/v1/vanished.json"),
            include_str!("../../tests/fixtures/compose/v2/vanished.json"),
        ] {
            assert_eq!(read(json).unwrap().len(), 1);
        }
        assert_eq!(read("[]\n").unwrap(), []);
    }

    #[track_caller]
    fn refused(json: &str, why: &str) {
        let error = read(json).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn podmans_containers_read_the_same() {
        let json = include_str!("../../tests/fixtures/compose/podman/in_pod.json");
        let ok = settled(json, "ok");
        assert_eq!((&ok.status, ok.health), (&Status::Running, Health::Starting));
        assert_eq!((ok.ports[0].port, ok.ports[0].host_port), (8000, 45_909));
        assert_eq!(ok.volumes, ["sdd-816fc349-x1_data"]);
        let bad = settled(json, "bad");
        assert_eq!((&bad.status, bad.exit_code), (&Status::Exited, 7));
        // Without a check its health has no name.
        assert_eq!((bad.health, bad.is_oneoff), (Health::NoCheck, false));
        let json = include_str!("../../tests/fixtures/compose/podman/without_pod.json");
        let second = Duration::from_secs(1);
        let usual = Duration::from_secs(30);
        assert_eq!(
            ok.check,
            Some(Check {
                interval: second,
                timeout: usual
            })
        );
        assert_eq!((ok.checked, bad.check), (0, None));
        let db = settled(json, "db");
        assert_eq!((&db.status, db.health), (&Status::Running, Health::NoCheck));
    }

    #[test]
    fn what_is_no_list_of_containers_is_refused() {
        refused("", "no list");
        refused("{}", "no list");
        refused("[{}]", "no id");
        refused(r#"[{"Id": "a", "State": {}}]"#, "no status");
    }

    #[test]
    fn of_much_that_a_check_wrote_the_end_is_shown() {
        let run = |output: &str| HealthRun {
            code: 1,
            output: output.to_owned(),
        };
        let curl = "  % Total\r  0     0\r  0     0\n\ncurl: (7) Failed to connect\n";
        assert_eq!(
            run(curl).to_string(),
            "exit code 1: 0     0 · 0     0 · curl: (7) Failed to connect"
        );
        let long = run(&"x".repeat(9_000)).to_string();
        assert!(long.len() < 400 && long.ends_with(" more characters)"), "{long}");
        assert_eq!(run("\u{1b}[31mred\u{1b}[0m").to_string(), "exit code 1: red");
    }

    #[test]
    fn what_is_missing_or_strange_is_read_with_care() {
        let json = r#"[{"Id": "a", "RestartCount": 1,
            "State": {"Status": "frozen", "Healthcheck": {"Status": "starting",
                "Log": [{"ExitCode": 1, "Output": "a"}, {"ExitCode": 1, "Output": "b\nc\n"}, {"ExitCode": -1}, {}]}},
            "HostConfig": {"RestartPolicy": {"Name": "unless-stopped"}},
            "NetworkSettings": {"Ports": {"8000/tcp": null, "x/tcp": [{"HostPort": "1"}], "53/udp": [{"HostPort": "7"}]}}}]"#;
        let containers = read(json).unwrap();
        let one = &containers[0];
        assert_eq!(one.status, Status::Other("frozen".to_owned()));
        assert_eq!(one.health, Health::Starting);
        let log: Vec<String> = one.health_log.iter().map(ToString::to_string).collect();
        assert_eq!(log, ["exit code 1: b · c", "exit code -1", "exit code -1"]);
        assert_eq!((one.restarts, one.restart_count), (Restarts::Always, 1));
        assert_eq!(one.ports.len(), 1);
        assert_eq!((one.ports[0].port, one.ports[0].host_port), (53, 7));
        assert_eq!((one.service.as_str(), one.number), ("", 1));
    }
}
