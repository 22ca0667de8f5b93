//! The work tree is what it must be.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::check::{Check, Limit, Scene, Seen, Settings};
use super::pattern::Pattern;
use crate::model::text;
use crate::process::find::Found;
use crate::process::{End, Invocation, Outcome};
use crate::project::git;

/// How long git has between the request to end and its end by force.
const GRACE: Duration = Duration::from_millis(200);

/// The work tree of the project is clean, on the right branch, or at a signed tag.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Git {
    /// Whether nothing may be changed or untracked.
    #[serde(default)]
    clean: bool,
    /// What the name of the branch must match.
    branch: Option<Pattern>,
    /// Whether the commit must have a tag whose signature git can verify.
    #[serde(default)]
    signed_tag: bool,
}

/// Runs git in the project.
struct Asker<'a> {
    scene: &'a Scene,
    git: &'a Path,
    limit: Limit,
}

impl Asker<'_> {
    fn run(&self, args: &[&str]) -> Result<Outcome, Seen> {
        let mut invocation = Invocation::new(self.git, &self.scene.root, self.limit.left()).args(args);
        invocation.grace = GRACE;
        self.scene
            .runner
            .run(&invocation)
            .map_err(|error| Seen::error(error.to_string()))
    }

    /// What it says; an error where it does not end well.
    fn ask(&self, args: &[&str]) -> Result<String, Seen> {
        let outcome = self.run(args)?;
        if outcome.end == End::Code(0) {
            return Ok(String::from_utf8_lossy(&outcome.stdout.bytes()).trim().to_owned());
        }
        let said = text::message(&outcome.stderr.bytes());
        let said = text::first_line(&said);
        Err(Seen::error(format!(
            "git {} does not answer: {said}",
            args.first().unwrap_or(&"")
        )))
    }
}

impl Git {
    fn judge(&self, asker: &Asker<'_>) -> Result<Seen, Seen> {
        if self.clean {
            // What sdd writes itself, such as the journal of the deployment that asks, makes no work tree dirty.
            let state = git::read(&*asker.scene.runner, asker.git, &asker.scene.root);
            match state.map_err(|error| Seen::error(error.to_string()))? {
                None => return Err(Seen::error("the project is in no git repository")),
                Some(state) if state.dirty => {
                    return Err(
                        Seen::failed("files are changed or untracked").remedy("commit them: git status")
                    );
                }
                Some(_) => {}
            }
        }
        if let Some(pattern) = &self.branch {
            let branch = asker.ask(&["rev-parse", "--abbrev-ref", "HEAD"])?;
            if !pattern.0.is_match(&branch) {
                let why = format!("the branch {branch} does not match {}", pattern.as_str());
                return Err(Seen::failed(why).observed(branch));
            }
        }
        if self.signed_tag {
            let tags = asker.ask(&["tag", "--points-at", "HEAD"])?;
            if tags.is_empty() {
                return Err(Seen::failed("the commit has no tag"));
            }
            for tag in tags.lines() {
                if asker.run(&["verify-tag", "--", tag])?.end == End::Code(0) {
                    return Ok(Seen::passed("the work tree is as it must be").observed(tag));
                }
            }
            return Err(Seen::failed(
                "no tag of the commit has a signature that git can verify",
            ));
        }
        Ok(Seen::passed("the work tree is as it must be"))
    }
}

impl Settings for Git {
    fn wrong(&self) -> Option<(&'static str, String)> {
        let asks = self.clean || self.branch.is_some() || self.signed_tag;
        (!asks).then(|| {
            (
                "kind",
                "expected `clean: true`, `branch` or `signed_tag: true`".to_owned(),
            )
        })
    }
}

impl Check for Git {
    fn look(&self, scene: &Scene, limit: Limit) -> Seen {
        let Found::At(program) = scene.finder.find("git", &[], &scene.root) else {
            return Seen::error("git is not installed");
        };
        let asker = Asker {
            scene,
            git: &program,
            limit,
        };
        self.judge(&asker).unwrap_or_else(|seen| seen)
    }
}
