//! What a container used: from the control group of its first process where that can be read, else from the engine's API
//! (`GET /containers/ID/stats`, one shot), which is asked over its socket and never through `docker stats`.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::cgroup::Cgroup;
use super::socket::{Socket, SocketError};
use super::{Counter, Reading};

/// A container that runs.
#[derive(Clone, Debug)]
pub struct Container {
    id: String,
    socket: Socket,
    group: Option<Cgroup>,
}

/// Why a container cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The engine does not tell.
    #[error("the container {id} cannot be looked at: {why}")]
    Engine {
        /// The container.
        id: String,
        /// The cause.
        why: String,
    },
    /// It does not run.
    #[error("the container {id} does not run: it is {status}")]
    Idle {
        /// The container.
        id: String,
        /// Its status in the engine's word.
        status: String,
    },
}

impl Container {
    /// The container of this id, at the engine that answers at this socket.
    pub fn of(id: &str, socket: &Path) -> Result<Self, ContainerError> {
        let socket = Socket::at(socket);
        let engine = |why: SocketError| ContainerError::Engine {
            id: id.to_owned(),
            why: why.to_string(),
        };
        let about = socket
            .get(&format!("/containers/{}/json", escaped(id)))
            .map_err(engine)?;
        let status = about["State"]["Status"].as_str().unwrap_or("unknown").to_owned();
        if about["State"]["Running"] != Value::Bool(true) {
            return Err(ContainerError::Idle {
                id: id.to_owned(),
                status,
            });
        }
        let pid = about["State"]["Pid"]
            .as_i64()
            .and_then(|pid| i32::try_from(pid).ok())
            .filter(|pid| *pid > 0);
        // An engine on another machine, or in another namespace, names processes that are not these.
        let group = pid.and_then(Cgroup::of).filter(|group| group.read().is_some());
        let is_its = pid.is_some_and(|pid| is_of(pid, about["Id"].as_str().unwrap_or(id)));
        Ok(Self {
            id: id.to_owned(),
            socket,
            group: group.filter(|_| is_its),
        })
    }
}

/// Whether the control group of a process is named after a container.
fn is_of(pid: i32, id: &str) -> bool {
    let groups = super::kernel_file(Path::new(&format!("/proc/{pid}/cgroup")));
    id.len() >= 12 && groups.is_some_and(|groups| groups.contains(id))
}

impl Counter for Container {
    fn read(&self) -> Option<Reading> {
        if let Some(group) = &self.group {
            return group.read();
        }
        let asked = format!(
            "/containers/{}/stats?stream=false&one-shot=true",
            escaped(&self.id)
        );
        stats(&self.socket.get(&asked).ok()?)
    }
}

/// Reads the statistics of the engine's API, of either version of control groups
/// (<https://docs.docker.com/reference/api/engine/>, `ContainerStats`).
fn stats(answer: &Value) -> Option<Reading> {
    let memory = &answer["memory_stats"];
    let reclaimable = [
        &memory["stats"]["inactive_file"],
        &memory["stats"]["total_inactive_file"],
    ];
    let reclaimable = reclaimable.into_iter().find_map(Value::as_u64).unwrap_or(0);
    let io = answer["blkio_stats"]["io_service_bytes_recursive"].as_array();
    let operation = |name: &str| {
        let of = |entry: &&Value| {
            entry["op"]
                .as_str()
                .is_some_and(|op| op.eq_ignore_ascii_case(name))
        };
        Some(
            io?.iter()
                .filter(of)
                .filter_map(|entry| entry["value"].as_u64())
                .sum(),
        )
    };
    let nanos = |value: &Value| value.as_u64().map(Duration::from_nanos);
    let read = Reading {
        cpu: nanos(&answer["cpu_stats"]["cpu_usage"]["total_usage"]),
        memory: memory["usage"]
            .as_u64()
            .map(|used| used.saturating_sub(reclaimable)),
        disk_read: operation("read"),
        disk_written: operation("write"),
        throttled: nanos(&answer["cpu_stats"]["throttling_data"]["throttled_time"]),
    };
    (read.cpu.is_some() || read.memory.is_some()).then_some(read)
}

/// An id as a part of a path. Ids are letters, digits and few marks; whatever else one may hold does not leave its place.
fn escaped(id: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    id.bytes()
        .map(|byte| {
            if safe(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_statistics_of_an_engine_are_read() {
        let answer = json!({
            "cpu_stats": {"cpu_usage": {"total_usage": 2_000_000_000_u64}, "throttling_data": {"throttled_time": 5000}},
            "memory_stats": {"usage": 10_000, "stats": {"inactive_file": 4000}},
            "blkio_stats": {"io_service_bytes_recursive": [
                {"major": 8, "minor": 0, "op": "read", "value": 100}, {"major": 8, "minor": 0, "op": "Write", "value": 20},
            ]},
        });
        assert_eq!(
            stats(&answer),
            Some(Reading {
                cpu: Some(Duration::from_secs(2)),
                memory: Some(6000),
                disk_read: Some(100),
                disk_written: Some(20),
                throttled: Some(Duration::from_micros(5)),
            })
        );
    }

    #[test]
    fn a_container_without_statistics_was_not_measured() {
        // What an engine says of a container that has ended.
        let ended = json!({"cpu_stats": {"cpu_usage": {}}, "memory_stats": {}, "blkio_stats": {"io_service_bytes_recursive": null}});
        assert_eq!(stats(&ended), None);
        assert_eq!(stats(&json!({})), None);
    }

    #[test]
    fn an_id_stays_in_its_place() {
        assert_eq!(escaped("web_1.a-b"), "web_1.a-b");
        assert_eq!(escaped("../x?a b"), "..%2Fx%3Fa%20b");
    }
}
