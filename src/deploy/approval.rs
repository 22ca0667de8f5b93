//! The approval of a plan: who says until when that it may run, signed with an SSH key.
//!
//! It binds the plan's id, the environment, the approver and a time. Its signature is of the namespace
//! `sdd-approve@v1`, so that no other signature of the same key is one. `ssh-keygen` signs and verifies; who may approve
//! stands in `.session/allowed_signers` of the base branch.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::plan::canonical;
use crate::process::{End, Invocation, KeepRaw, Runner};

/// The namespace of the signatures.
pub const NAMESPACE: &str = "sdd-approve@v1";
/// Who may approve, in the base branch.
pub const SIGNERS: &str = ".session/allowed_signers";
/// For how long an approval holds.
pub const TERM: TimeDelta = TimeDelta::hours(24);
/// A clock may be so much ahead of another one.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// The time that a call of ssh-keygen may take; a key that wants a touch needs a person.
const TIMEOUT: Duration = Duration::from_secs(60);

/// An approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The version of the form.
    pub schema_version: u32,
    /// Always `deployment_approval`.
    pub kind: String,
    /// The id of the plan.
    pub plan: String,
    /// The environment.
    pub environment: String,
    /// Who approves, as the file of the signers names him.
    pub approver: String,
    /// When.
    pub approved_at: DateTime<Utc>,
    /// Until when.
    pub expires: DateTime<Utc>,
}

/// Why an approval does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It cannot be understood.
    #[error("the approval cannot be read: {0}")]
    Unreadable(String),
    /// It is of something else.
    #[error("the approval is for another {0}")]
    Other(&'static str),
    /// Its time is over, or has not begun.
    #[error("the approval {0}")]
    Time(String),
    /// Its signature is not one of somebody who may approve.
    #[error("the signature of the approval does not hold: {0}")]
    Signature(String),
    /// It could not be checked.
    #[error("the approval could not be checked: {0}")]
    Unchecked(String),
}

impl Approval {
    /// An approval of a plan from now on.
    pub fn new(plan: &str, environment: &str, approver: &str, now: DateTime<Utc>) -> Self {
        Self {
            schema_version: 1,
            kind: "deployment_approval".to_owned(),
            plan: plan.to_owned(),
            environment: environment.to_owned(),
            approver: approver.to_owned(),
            approved_at: now,
            expires: now + TERM,
        }
    }

    /// What is signed: canonical JSON with a newline.
    pub fn text(&self) -> String {
        canonical(&serde_json::to_value(self).unwrap_or_default()) + "\n"
    }

    /// Reads what was signed, and judges what it says.
    pub fn read(bytes: &[u8], plan: &str, environment: &str, now: DateTime<Utc>) -> Result<Self, Invalid> {
        let approval: Self =
            serde_json::from_slice(bytes).map_err(|error| Invalid::Unreadable(error.to_string()))?;
        if approval.text().as_bytes() != bytes {
            return Err(Invalid::Unreadable("it is not in its canonical form".to_owned()));
        }
        if approval.kind != "deployment_approval" || approval.schema_version != 1 {
            return Err(Invalid::Unreadable("it is of another form".to_owned()));
        }
        if approval.plan != plan {
            return Err(Invalid::Other("plan"));
        }
        if approval.environment != environment {
            return Err(Invalid::Other("environment"));
        }
        if now >= approval.expires {
            return Err(Invalid::Time(format!(
                "expired at {}",
                approval.expires.to_rfc3339()
            )));
        }
        if approval.approved_at > now + CLOCK_SKEW || approval.expires - approval.approved_at > TERM {
            return Err(Invalid::Time("is for a time that none is given for".to_owned()));
        }
        Ok(approval)
    }
}

/// Where ssh-keygen and the files for it are.
#[derive(Clone, Copy)]
pub struct Keygen<'a> {
    /// Starts it.
    pub runner: &'a dyn Runner,
    /// The program.
    pub program: &'a Path,
    /// The directory that it runs in.
    pub cwd: &'a Path,
}

impl Keygen<'_> {
    /// A call that asks nobody: a key with a passphrase and no agent fails.
    fn call(&self, stdin: &Path) -> Invocation {
        let mut call = Invocation::new(self.program, self.cwd, TIMEOUT);
        call.stdin_file = Some(stdin.to_owned());
        call.env = vec![("SSH_ASKPASS_REQUIRE".into(), "never".into())];
        call
    }

    /// Signs a file with a key; gives the signature.
    ///
    /// It goes through stdin and stdout: with the name of a file, an old signature beside it would be kept in silence.
    ///
    /// # Errors
    ///
    /// What ssh-keygen says.
    pub fn sign(&self, file: &Path, key: &Path) -> Result<Vec<u8>, String> {
        let mut call = self
            .call(file)
            .args(["-Y", "sign", "-n", NAMESPACE, "-f"])
            .args([key]);
        // A signature looks like a key, and must come as it is.
        call.raw = KeepRaw::Report;
        let outcome = self.runner.run(&call).map_err(|error| error.to_string())?;
        let stdout = outcome.read_stdout().bytes();
        if outcome.end == End::Code(0) && stdout.starts_with(b"-----BEGIN SSH SIGNATURE-----") {
            return Ok(stdout);
        }
        Err(said(&outcome))
    }

    /// Whether a signature of a file is one of the approver's, by the file of the signers.
    ///
    /// # Errors
    ///
    /// That it is not, or that nobody could tell.
    pub fn verify(
        &self,
        file: &Path,
        signature: &Path,
        signers: &Path,
        approver: &str,
    ) -> Result<(), Invalid> {
        let call = self
            .call(file)
            .args(["-Y", "verify", "-n", NAMESPACE, "-I", approver, "-f"])
            .args([signers])
            .args(["-s"])
            .args([signature]);
        let outcome = self
            .runner
            .run(&call)
            .map_err(|error| Invalid::Unchecked(error.to_string()))?;
        match outcome.end {
            End::Code(0) => Ok(()),
            End::Code(_) => Err(Invalid::Signature(said(&outcome))),
            End::Signal(_) | End::TimedOut | End::Cancelled => {
                Err(Invalid::Unchecked("ssh-keygen did not end by itself".to_owned()))
            }
        }
    }
}

fn said(outcome: &crate::process::Outcome) -> String {
    let text = crate::model::text::message(&outcome.stderr.bytes());
    match crate::model::text::first_line(&text) {
        "" => "ssh-keygen refuses it".to_owned(),
        line => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    #[test]
    fn an_approval_is_of_one_plan_one_environment_and_one_day() {
        let text = Approval::new("p", "production", "alice@example.com", moment(0)).text();
        let read = |plan: &str, environment: &str, hours: i64| {
            Approval::read(text.as_bytes(), plan, environment, moment(hours))
        };
        assert!(read("p", "production", 0).is_ok());
        assert!(read("p", "production", 23).is_ok());
        assert!(matches!(read("p", "production", 24), Err(Invalid::Time(_))));
        assert!(matches!(read("p", "production", -1), Err(Invalid::Time(_))));
        assert_eq!(read("q", "production", 0), Err(Invalid::Other("plan")));
        assert_eq!(read("p", "staging", 0), Err(Invalid::Other("environment")));
    }

    #[test]
    fn one_that_was_made_for_longer_or_written_otherwise_does_not_count() {
        let mut long = Approval::new("p", "e", "a", moment(0));
        long.expires = moment(1000);
        let read = |text: &str| Approval::read(text.as_bytes(), "p", "e", moment(1));
        assert!(matches!(read(&long.text()), Err(Invalid::Time(_))));
        let usual = Approval::new("p", "e", "a", moment(0)).text();
        for other in [usual.replace(',', ", "), usual.trim().to_owned(), String::new()] {
            assert!(matches!(read(&other), Err(Invalid::Unreadable(_))), "{other}");
        }
    }
}
