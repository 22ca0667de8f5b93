//! What a gate says of itself.

/// A gate's description, for help, documentation and remediation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The gate's name as a heading.
    pub title: &'static str,
    /// The question that it answers, in one sentence.
    pub question: &'static str,
    /// What to do when the answer is no.
    pub remedy: &'static str,
}
