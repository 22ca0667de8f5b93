//! Keeping secrets out of logs and reports.
//!
//! Three nets: by value (the secrets of the environment, in the encodings that tools print), by shape (tokens that
//! look like what they are) and by place (passwords in URLs and connection strings, authorization headers, values behind a name like `api_key`). One
//! automaton looks for how any of them may begin; only there a rule looks closer. So a text without
//! secrets costs one pass, and a [`Stream`] never holds back more than the start of something that may be one.

mod named;
mod rules;
mod secrets;
mod shapes;
mod stream;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use super::environment::Environment;
use rules::Rules;
pub use stream::Stream;

/// Replaces secrets by `[redacted:NAME]`. Clones share their tables.
#[derive(Clone)]
pub struct Redactor {
    rules: Arc<Rules>,
}

impl Redactor {
    /// A redactor for the secrets of an environment: variables whose names say so, and those of `redact_env`
    /// (names; a trailing `*` stands for any ending).
    pub fn new(environment: &Environment, redact_env: &[String]) -> Self {
        Self::with_secrets(environment, redact_env, &[])
    }

    /// The same with more secrets as pairs of name and value, such as those of an env file that the run loads.
    pub fn with_secrets(environment: &Environment, redact_env: &[String], more: &[(String, String)]) -> Self {
        Self {
            rules: Arc::new(Rules::new(secrets::literals(environment, redact_env, more))),
        }
    }

    /// A text without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        let mut stream = self.stream();
        stream.push(text.as_bytes(), &mut |bytes| out.extend_from_slice(bytes));
        stream.finish(&mut |bytes| out.extend_from_slice(bytes));
        String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// The same for bytes that come in pieces.
    pub fn stream(&self) -> Stream {
        Stream::new(Arc::clone(&self.rules))
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
