//! The environment: read once, at the edge, and passed on by an allow-list.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The variable that every child carries, and by which what escaped from its group is found.
pub const RUN_ID: &str = "SDD_RUN_ID";

/// Variables that tools get; a trailing `*` stands for any ending. Without the proxies and the certificates a
/// scanner would find nothing because it reached nothing.
const ALLOWED: [&str; 41] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TZ",
    "LANG",
    "LC_*",
    "XDG_*",
    "VIRTUAL_ENV",
    // Where the project's own code is found and how it runs: without them its tests fail for no fault of theirs.
    // They could make a tool load other code, but whoever sets them for sdd could set PATH as well.
    "PYTHONPATH",
    "PYTHONHASHSEED",
    "PYTHONWARNINGS",
    "RUSTFLAGS",
    "RUST_BACKTRACE",
    "RUST_LOG",
    "NODE_PATH",
    "NODE_ENV",
    "CARGO_*",
    "RUSTUP_*",
    "GO*",
    // With which C compiler and how the C parts of Go and Rust code are built.
    "CGO_*",
    "CC",
    "CXX",
    "PKG_CONFIG*",
    "NPM_CONFIG_*",
    "npm_config_*",
    "PIP_*",
    "UV_*",
    "DOCKER_*",
    "SSL_CERT_*",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA_CERTS",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "all_proxy",
    "no_proxy",
];

/// `GO*` is for Go's settings, not for a cloud's keys.
const NOT_ALLOWED: [&str; 1] = ["GOOGLE*"];

/// What keeps tools from prompting, paging and colouring.
const FIXED: [(&str, &str); 8] = [
    ("CI", "1"),
    ("NO_COLOR", "1"),
    ("TERM", "dumb"),
    ("PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ASKPASS", "/bin/false"),
    ("DEBIAN_FRONTEND", "noninteractive"),
    ("PYTHONUNBUFFERED", "1"),
];

/// What shells and terminals keep for themselves: nobody misses it.
const NOISE: [&str; 19] = [
    "_",
    "SHLVL",
    "PWD",
    "OLDPWD",
    "LS_COLORS",
    "LSCOLORS",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "PROMPT",
    "PROMPT_*",
    "BASH_*",
    "TERM*",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "WINDOWID",
];

/// Whether a variable's name is meant by a pattern: the name itself, or its beginning and `*`.
pub fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// A snapshot of environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// The environment of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// A variable's value; empty and not Unicode count as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars
            .get(OsStr::new(name))?
            .to_str()
            .filter(|value| !value.is_empty())
    }

    /// Every variable.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The environment that tools get: the allowed variables, those of `pass_env` (names; a trailing `*` stands for
    /// any ending), and the settings that keep tools from prompting and colouring. A name that `pass_env` spells out
    /// wins over those settings.
    ///
    /// `SDD_RUN_ID` is set last. When this sdd was itself started by one, the outer id stands before its own, with a
    /// `/` between, so that the outer run finds the processes of the inner one.
    pub fn for_tools(&self, pass_env: &[String], run_id: &str) -> Vec<(OsString, OsString)> {
        let mut tools: BTreeMap<OsString, OsString> = self
            .vars
            .iter()
            .filter(|(name, _)| is_passed(name, pass_env))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for (name, value) in FIXED {
            let kept = pass_env.iter().any(|pattern| pattern == name);
            if !kept || !tools.contains_key(OsStr::new(name)) {
                tools.insert(name.into(), value.into());
            }
        }
        let run_id = match self.get(RUN_ID) {
            Some(outer) => format!("{outer}/{run_id}"),
            None => run_id.to_owned(),
        };
        tools.insert(RUN_ID.into(), run_id.into());
        tools.into_iter().collect()
    }

    /// The names of the variables that [`Environment::for_tools`] leaves out, sorted; never their values. Left out here
    /// are those that it sets itself, those that shells and terminals keep for themselves, and names that are not
    /// Unicode: nobody could write them into the settings.
    pub fn withheld_names(&self, pass_env: &[String]) -> Vec<String> {
        self.vars
            .keys()
            .filter_map(|name| name.to_str())
            .filter(|name| {
                !is_passed(OsStr::new(name), pass_env)
                    && *name != RUN_ID
                    && !FIXED.iter().any(|(known, _)| known == name)
                    && !NOISE.iter().any(|pattern| matches_name(pattern, name))
            })
            .map(str::to_owned)
            .collect()
    }

    /// How many names [`Environment::withheld_names`] gives.
    pub fn withheld(&self, pass_env: &[String]) -> usize {
        self.withheld_names(pass_env).len()
    }

    /// Whether this is a CI machine.
    pub fn is_ci(&self) -> bool {
        self.get("CI")
            .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }

    /// Whether colours are not wanted: `NO_COLOR` with any value.
    pub fn no_color(&self) -> bool {
        self.vars
            .get(OsStr::new("NO_COLOR"))
            .is_some_and(|value| !value.is_empty())
    }

    /// Whether a coding agent started sdd.
    pub fn is_claude_code(&self) -> bool {
        self.get("CLAUDECODE") == Some("1")
    }
}

fn is_passed(name: &OsStr, pass_env: &[String]) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let lower = name.to_ascii_lowercase();
    // Proxies are read in lower and in upper case.
    let proxy = |pattern: &str| pattern.ends_with("_proxy") && pattern == lower && is_one_case(name);
    let allowed = ALLOWED
        .iter()
        .any(|pattern| matches_name(pattern, name) || proxy(pattern));
    (allowed && !NOT_ALLOWED.iter().any(|pattern| matches_name(pattern, name)))
        || pass_env.iter().any(|pattern| matches_name(pattern, name))
}

fn is_one_case(name: &str) -> bool {
    name == name.to_ascii_lowercase() || name == name.to_ascii_uppercase()
}

impl FromIterator<(OsString, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(pairs: I) -> Self {
        Self {
            vars: pairs.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .collect()
    }

    fn passes(name: &str, pass_env: &[&str]) -> bool {
        let pass_env: Vec<String> = pass_env.iter().map(|name| (*name).to_owned()).collect();
        environment(&[(name, "value")])
            .for_tools(&pass_env, "r")
            .contains(&(OsString::from(name), OsString::from("value")))
    }

    #[test]
    fn allowed_variables_pass() {
        for name in [
            "PATH",
            "LC_ALL",
            "XDG_CACHE_HOME",
            "RUSTUP_HOME",
            "CARGO_HOME",
            "GOPATH",
            "GO111MODULE",
            "GOCACHE",
            "GOPRIVATE",
            "CGO_ENABLED",
            "CC",
            "PKG_CONFIG_PATH",
            "PIP_INDEX_URL",
            "npm_config_registry",
            "NPM_CONFIG_REGISTRY",
            "UV_CACHE_DIR",
            "DOCKER_HOST",
            "https_proxy",
            "HTTPS_PROXY",
            "NO_PROXY",
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "VIRTUAL_ENV",
            "PYTHONPATH",
            "PYTHONHASHSEED",
            "PYTHONWARNINGS",
            "RUSTFLAGS",
            "RUST_BACKTRACE",
            "RUST_LOG",
            "NODE_PATH",
            "NODE_ENV",
        ] {
            assert!(passes(name, &[]), "{name}");
        }
    }

    #[test]
    fn other_variables_do_not() {
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "GITHUB_TOKEN",
            "GOOGLE_API_KEY",
            "PATHS",
            "EDITOR",
            "PYTHONSTARTUP",
            "NODE_AUTH_TOKEN",
            "Https_Proxy",
        ] {
            assert!(!passes(name, &[]), "{name}");
        }
    }

    #[test]
    fn variables_that_are_asked_for_pass() {
        assert!(passes("DATABASE_URL", &["DATABASE_URL"]));
        assert!(passes("AWS_REGION", &["AWS_*"]));
        assert!(passes("GOOGLE_API_KEY", &["GOOGLE_*"]));
        assert!(!passes("AWS", &["AWS_*"]));
        assert!(passes("TERM", &["TERM"]));
        assert!(!passes("TERM", &["*"]));
    }

    #[test]
    fn tools_are_told_not_to_ask() {
        let tools: Environment = environment(&[("TERM", "xterm")])
            .for_tools(&[], "r1")
            .into_iter()
            .collect();
        for (name, value) in FIXED {
            assert_eq!(tools.get(name), Some(value));
        }
        assert_eq!(tools.get(RUN_ID), Some("r1"));
    }

    #[test]
    fn a_run_inside_a_run_carries_both_ids() {
        let tools: Environment = environment(&[(RUN_ID, "outer.1")])
            .for_tools(&["*".to_owned()], "inner")
            .into_iter()
            .collect();
        assert_eq!(tools.get(RUN_ID), Some("outer.1/inner"));
    }

    #[test]
    fn what_is_left_out_is_named() {
        let env = environment(&[
            ("PATH", "/bin"),
            ("B_X", "1"),
            ("A", "1"),
            ("CI", "true"),
            (RUN_ID, "o"),
        ]);
        assert_eq!(env.withheld_names(&[]), ["A", "B_X"]);
        assert_eq!(env.withheld(&[]), 2);
        assert_eq!(env.withheld_names(&["B_*".to_owned()]), ["A"]);
        assert_eq!(env.withheld(&["B_*".to_owned()]), 1);
    }

    #[test]
    fn what_shells_and_terminals_keep_for_themselves_is_not_named() {
        let names = [
            "_",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "LS_COLORS",
            "PS1",
            "PS4",
            "PROMPT",
            "PROMPT_COMMAND",
            "TERM",
            "TERM_PROGRAM",
            "TERMINFO",
            "COLORTERM",
            "COLUMNS",
            "LINES",
            "WINDOWID",
            "BASH_FUNC_x%%",
        ];
        let env = environment(&names.map(|name| (name, "x")));
        assert_eq!(env.withheld_names(&[]), Vec::<String>::new());
        let close = ["PWDS", "MY_TERM", "PSX", "PROMPTER"];
        let env = environment(&close.map(|name| (name, "x")));
        assert_eq!(env.withheld_names(&[]), ["MY_TERM", "PROMPTER", "PSX", "PWDS"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_unicode_is_not_shown() {
        use std::os::unix::ffi::OsStringExt;
        let name = OsString::from_vec(vec![b'A', 0xff]);
        let env: Environment = [(name, OsString::from("1"))].into_iter().collect();
        assert_eq!(env.withheld_names(&[]), Vec::<String>::new());
    }

    #[test]
    fn settings_of_the_caller() {
        assert!(environment(&[("CI", "true")]).is_ci());
        assert!(environment(&[("CI", "1")]).is_ci());
        assert!(!environment(&[("CI", "false")]).is_ci());
        assert!(!environment(&[]).is_ci());
        assert!(environment(&[("NO_COLOR", "0")]).no_color());
        assert!(!environment(&[("NO_COLOR", "")]).no_color());
        assert!(environment(&[("CLAUDECODE", "1")]).is_claude_code());
        assert!(!environment(&[("CLAUDECODE", "0")]).is_claude_code());
    }
}
