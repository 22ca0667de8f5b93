//! The kinds of checks: one file each, one line each in [`KINDS`].

mod answer;
mod bound;
mod command;
mod disk;
mod dns;
mod env;
mod fds;
mod file;
mod git;
mod http;
mod load;
mod memory;
mod network;
mod pattern;
mod port;
mod process;
mod range;
mod tcp;
mod tls;
mod tls_words;
mod tool;
mod validity;

use super::check::Kind;
use super::report::Category;

/// All kinds, by the alphabet.
pub static KINDS: &[Kind] = &[
    Kind::of::<command::Command>(
        "command",
        Category::Dependencies,
        "a command ends with the right code and says the right thing",
        r#"{"command": ["pg_isready", "-h", "db", "-p", "5432"]}"#,
    ),
    Kind::of::<disk::Disk>(
        "disk",
        Category::Capacity,
        "the disk of a directory has room",
        r#"{"path": ".", "free": "5GiB"}"#,
    ),
    Kind::of::<dns::Dns>(
        "dns",
        Category::Connectivity,
        "a name has addresses, or exactly these",
        r#"{"name": "api.example.com", "addresses": ["192.0.2.7"]}"#,
    ),
    Kind::of::<env::Env>(
        "env",
        Category::Configuration,
        "a variable is set and is no placeholder; its value is never shown",
        r#"{"name": "API_KEY", "secret": true, "matching": "^[0-9a-f]{32}$"}"#,
    ),
    Kind::of::<fds::Fds>(
        "fds",
        Category::Capacity,
        "files can still be opened",
        r#"{"free": 10000}"#,
    ),
    Kind::of::<file::File>(
        "file",
        Category::Configuration,
        "a file is there, private enough, and holds the right thing",
        r#"{"path": "config/app.toml", "mode": "0600", "contains": "listen"}"#,
    ),
    Kind::of::<git::Git>(
        "git",
        Category::Configuration,
        "the work tree is clean, on the right branch, or at a signed tag",
        r#"{"clean": true, "branch": "^main$"}"#,
    ),
    Kind::of::<http::Http>(
        "http",
        Category::Health,
        "an address answers with the right status, headers and body",
        r#"{"url": "https://api.example.com/health", "expect": {"status": 200, "json": {"/status": "ok"}}}"#,
    ),
    Kind::of::<load::Load>(
        "load",
        Category::Capacity,
        "the machine is not overloaded",
        r#"{"most": 1.5}"#,
    ),
    Kind::of::<memory::Memory>(
        "memory",
        Category::Capacity,
        "memory is available",
        r#"{"available": "512MiB"}"#,
    ),
    Kind::of::<port::Port>(
        "port",
        Category::Infrastructure,
        "a port of this machine is free",
        r#"{"free": 8080}"#,
    ),
    Kind::of::<process::Process>(
        "process",
        Category::Monitoring,
        "a process runs",
        r#"{"name": "prometheus", "at_least": 1}"#,
    ),
    Kind::of::<tcp::Tcp>(
        "tcp",
        Category::Connectivity,
        "a port takes connections",
        r#"{"addr": "db.example.com:5432"}"#,
    ),
    Kind::of::<tls::Tls>(
        "tls",
        Category::Infrastructure,
        "a certificate is trusted, is for the host, and stays valid for a while",
        r#"{"host": "api.example.com", "min_days": 14}"#,
    ),
    Kind::of::<tool::Tool>(
        "tool",
        Category::Dependencies,
        "a program is installed, in the right version",
        r#"{"name": "git", "version": ">=2.20"}"#,
    ),
];

/// The kind of a name.
pub fn named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
