//! From errors as values to an exit code and prose, in one place.

use crate::model::exit::Exit;
use crate::model::text;

/// An error of a command itself, with what it means for the exit code.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct CommandError {
    /// What went wrong, in one line.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: Exit,
}

impl CommandError {
    /// Wrong usage or invalid configuration.
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            exit: Exit::Usage,
        }
    }

    /// Something asked for does not exist.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            exit: Exit::NotFound,
        }
    }

    /// No verdict can be had.
    pub fn no_verdict(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            exit: Exit::NoVerdict,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds something to what to do about it.
    #[must_use]
    pub fn also(mut self, hint: &str) -> Self {
        self.hint = Some(match self.hint {
            Some(before) => format!("{before}; {hint}"),
            None => hint.to_owned(),
        });
        self
    }
}

/// An error, ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// What went wrong.
    pub what: String,
    /// Why, from near to far.
    pub causes: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: Exit,
}

/// Makes an error ready to be shown: the code and the hint come from the first error of ours in its chain.
pub fn show(error: &anyhow::Error) -> Shown {
    // A context is found by anyhow's own downcast only, never in the chain.
    let outermost = error
        .downcast_ref::<CommandError>()
        .map(|own| (own.exit, own.hint.clone()));
    let in_chain = error.chain().find_map(|cause| {
        if let Some(own) = cause.downcast_ref::<CommandError>() {
            return Some((own.exit, own.hint.clone()));
        }
        if let Some(own) = cause.downcast_ref::<crate::store::Error>() {
            return Some((own.exit(), own.hint()));
        }
        if let Some(crate::project::Error::NoSuchUnit { units, .. }) = cause.downcast_ref() {
            let hint = format!(
                "the units are: {}; with a `language`, a directory is a unit by declaration",
                units.join(", ")
            );
            return Some((Exit::Usage, Some(hint)));
        }
        if let Some(own) = cause.downcast_ref::<crate::model::config::ConfigError>() {
            return Some((Exit::Usage, Some(own.hint().to_owned())));
        }
        None
    });
    // What no error of ours explains is trouble with the machine: no verdict could be had.
    let (exit, hint) = outermost.or(in_chain).unwrap_or((Exit::NoVerdict, None));
    let mut chain = error.chain().map(ToString::to_string);
    let what = chain.next().unwrap_or_default();
    let mut causes: Vec<String> = Vec::new();
    for cause in chain {
        let said = causes.last().unwrap_or(&what);
        if !said.contains(&cause) {
            causes.push(cause);
        }
    }
    Shown {
        what,
        causes,
        hint,
        exit,
    }
}

/// A word of the command line as it is quoted in a message: it may be of any length.
pub fn brief(word: &str) -> String {
    text::shorten(word, MAX_WORD_CHARS)
}

/// The longest word that is quoted whole, in characters.
const MAX_WORD_CHARS: usize = 80;

/// The name that was probably meant.
pub fn did_you_mean<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| {
            *distance <= 2.max(name.len() / 3) || (wrong.len() > 2 && name.starts_with(wrong))
        })
        .min()
        .map(|(_, name)| name)
}
