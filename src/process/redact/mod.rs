//! Keeping secrets out of logs and reports.
//!
//! Three nets: by value (the secrets of the environment, in the encodings that tools print), by shape (tokens that
//! look like what they are) and by place (passwords in URLs and connection strings, authorization headers, values behind a name like `api_key`). One
//! automaton looks for how any of them may begin; only there a rule looks closer. So a text without
//! secrets costs one pass, and a [`Stream`] never holds back more than the start of something that may be one.

pub mod env_file;
mod named;
mod rules;
mod secrets;
mod shapes;
mod stream;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::environment::Environment;
use named::is_named;
use rules::Rules;
use shapes::is_placeholder;
pub use stream::Stream;

/// What stands for the value of an option.
const OPTION: &str = "[redacted:option]";

/// The tables, once somebody needs them: to build them takes as long as to start a small program.
type Tables = LazyLock<Rules, Box<dyn FnOnce() -> Rules + Send>>;

/// Replaces secrets by `[redacted:NAME]`. Clones share their tables.
#[derive(Clone)]
pub struct Redactor {
    tables: Arc<Tables>,
}

/// The files of a project in which secrets stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// Lines `NAME=VALUE`, as Compose reads them: the secrets are those whose names say so.
    pub env_files: &'a str,
    /// Names and values that are written in files which all may read: of these, too, the names tell the secrets, and a mere
    /// word is none that is no secret elsewhere among them.
    pub variables: &'a [(String, String)],
    /// Names and values of secrets.
    pub secrets: &'a [(String, String)],
}

impl Redactor {
    /// A redactor for the secrets of an environment: variables whose names say so, and those of `redact_env`
    /// (names; a trailing `*` stands for any ending).
    pub fn new(environment: &Environment, redact_env: &[String]) -> Self {
        Self::with_secrets(environment, redact_env, &[])
    }

    /// The same with the secrets of a project's files.
    pub fn with_files(environment: &Environment, redact_env: &[String], files: &Files<'_>) -> Self {
        let of_env_files: Vec<_> = env_file::variables(files.env_files).collect();
        let mut named: Vec<(String, String)> = of_env_files
            .iter()
            .filter(|(name, _)| secrets::is_secret_variable(name, redact_env))
            .cloned()
            .collect();
        named.extend(secrets::written(files.variables, redact_env));
        for (name, value) in of_env_files.iter().chain(files.variables) {
            named.extend(secrets::passwords(value).map(|password| (name.clone(), password)));
        }
        named.extend_from_slice(files.secrets);
        Self::with_secrets(environment, redact_env, &named)
    }

    /// [`Redactor::new`] with more secrets as pairs of name and value.
    pub fn with_secrets(environment: &Environment, redact_env: &[String], more: &[(String, String)]) -> Self {
        let literals = secrets::literals(environment, redact_env, more);
        Self {
            tables: Arc::new(LazyLock::new(Box::new(|| Rules::new(literals)))),
        }
    }

    /// Builds the tables where they are not there yet: at a moment at which somebody else is being waited for.
    pub fn prepare(&self) {
        LazyLock::force(&self.tables);
    }

    /// A text without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        let mut stream = self.stream();
        stream.push(text.as_bytes(), &mut |bytes| out.extend_from_slice(bytes));
        stream.finish(&mut |bytes| out.extend_from_slice(bytes));
        String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// A text that was cut at its end, without secrets: what may be the beginning of one goes as well.
    pub fn cut_text(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        self.stream()
            .push(text.as_bytes(), &mut |bytes| out.extend_from_slice(bytes));
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The words of a command without secrets: also those behind an option or a variable whose name says so, such
    /// as `--token x` and `API_KEY=x`, whatever they look like.
    pub fn words(&self, words: &[String]) -> Vec<String> {
        let mut named = false;
        let mut out = Vec::with_capacity(words.len());
        for word in words {
            let value_of_named = std::mem::take(&mut named) && !word.starts_with('-');
            match word.split_once('=') {
                _ if value_of_named && !is_placeholder(word.as_bytes()) => out.push(OPTION.to_owned()),
                Some((name, value))
                    if !value.is_empty() && is_named(name) && !is_placeholder(value.as_bytes()) =>
                {
                    out.push(format!("{}={OPTION}", self.text(name)));
                }
                _ => {
                    named = word.starts_with("--") && is_named(word);
                    out.push(self.text(word));
                }
            }
        }
        out
    }

    /// The same for bytes that come in pieces.
    pub fn stream(&self) -> Stream {
        Stream::new(Arc::clone(&self.tables))
    }
}

impl Default for Redactor {
    /// Without secrets of an environment: by shape and by place only.
    fn default() -> Self {
        Self::new(&Environment::default(), &[])
    }
}

// Written by hand: the tables hold the secrets.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}
