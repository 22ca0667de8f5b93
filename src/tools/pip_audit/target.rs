//! What to audit, decided from the files of the unit.

use std::sync::LazyLock;

use regex::Regex;

use crate::project::UnitFacts;

/// What pip-audit is pointed at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `requirements.txt` with every requirement pinned: audited as it is written, without asking pip.
    Pinned,
    /// The packages installed in the project's virtual environment.
    Installed(String),
    /// `requirements.txt`, resolved by pip.
    Requirements,
    /// The dependencies of `pyproject.toml`, resolved by pip.
    Project,
    /// Nothing: why.
    Nothing(&'static str),
}

impl Target {
    pub(super) fn of(facts: &UnitFacts) -> Self {
        let lines = facts.requirement_lines().filter(|lines| !lines.is_empty());
        if lines.is_some() && facts.requirements.as_deref().is_some_and(is_pinned) {
            return Self::Pinned;
        }
        let declared = facts.declared_dependencies();
        if lines.is_none() && declared == Some(0) {
            return Self::Nothing("pyproject.toml declares no dependencies");
        }
        if let Some(packages) = &facts.site_packages {
            return Self::Installed(packages.display().to_string());
        }
        if lines.is_some() {
            return Self::Requirements;
        }
        let in_manifest = facts
            .manifest
            .as_ref()
            .is_some_and(|manifest| manifest.contains_key("project"));
        match declared {
            Some(_) => Self::Project,
            // `dynamic = ["dependencies"]`: only a build knows them.
            None if in_manifest => Self::Project,
            None => Self::Nothing("nothing declares dependencies"),
        }
    }

    /// The arguments; none when there is nothing to do.
    pub(super) fn args(&self) -> Option<Vec<String>> {
        let words: &[&str] = match self {
            Self::Pinned => &["--no-deps", "--disable-pip", "-r", "requirements.txt"],
            Self::Installed(packages) => &["--path", packages],
            Self::Requirements => &["-r", "requirements.txt"],
            Self::Project => &["."],
            Self::Nothing(_) => return None,
        };
        Some(words.iter().map(|word| (*word).to_owned()).collect())
    }

    /// Why this and nothing else, for the plan.
    pub(super) fn why(&self) -> &'static str {
        match self {
            Self::Pinned => "requirements.txt pins every requirement: audited as it is written",
            Self::Installed(_) => "audits the packages of the virtual environment",
            Self::Requirements => "audits requirements.txt as pip resolves it",
            Self::Project => "audits the dependencies of pyproject.toml as pip resolves them",
            Self::Nothing(why) => why,
        }
    }
}

/// `name[extra]==1.0 ; marker --hash=sha256:…`, one logical line.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a constant that every test compiles"
)]
static PIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*==\s*[A-Za-z0-9!+._-]+\s*(;[^#]*?)?(\s+--hash=\S+)*$",
    )
    .expect("a pattern")
});

/// Whether every line of a requirements file is a requirement pinned to one version. Options, URLs, paths and files
/// that are included are not, since pip alone understands them.
fn is_pinned(text: &str) -> bool {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    joined
        .lines()
        .map(|line| line.split_once(" #").map_or(line, |(line, _)| line).trim())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .all(|line| PIN.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::python_recordings;

    #[track_caller]
    fn check_pinned(text: &str, expect: bool) {
        assert_eq!(is_pinned(text), expect, "{text}");
    }

    #[test]
    fn pinned_files_are_told_from_others() {
        check_pinned(
            "a==1.0\nB.c-d_e[x,y] == 2!1.0+local.1 ; python_version > '3'  # why\n",
            true,
        );
        check_pinned(
            "a==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nb==2\n",
            true,
        );
        check_pinned("# nothing\n\n", true);
        for line in [
            "a>=1",
            "a",
            "a==1.*",
            "a==1,<2",
            "a===1",
            "-r b.txt",
            "-e .",
            "--index-url https://x",
            "a @ https://x/a.whl",
            "./a",
            "a==1\nb",
        ] {
            check_pinned(line, false);
        }
    }

    /// The files of a unit, for [`check`].
    #[derive(Default)]
    struct Files {
        manifest: &'static str,
        requirements: Option<&'static str>,
        site_packages: Option<&'static str>,
    }

    #[track_caller]
    fn check(files: &Files, expect: &Target) {
        let mut facts = python_recordings::facts(files.manifest);
        facts.requirements = files.requirements.map(str::to_owned);
        facts.site_packages = files.site_packages.map(Into::into);
        assert_eq!(Target::of(&facts), *expect);
    }

    const DECLARES: &str = "[project]\nname = 'x'\ndependencies = ['a']";
    const DECLARES_NONE: &str = "[project]\nname = 'x'";

    #[test]
    fn a_pinned_file_comes_first() {
        check(
            &Files {
                manifest: DECLARES,
                requirements: Some("a==1"),
                site_packages: Some("/v/site-packages"),
            },
            &Target::Pinned,
        );
    }

    #[test]
    fn then_what_is_installed() {
        for (manifest, requirements) in [(DECLARES, None), (DECLARES_NONE, Some("a>=1")), ("", None)] {
            check(
                &Files {
                    manifest,
                    requirements,
                    site_packages: Some("/v/site-packages"),
                },
                &Target::Installed("/v/site-packages".to_owned()),
            );
        }
    }

    #[test]
    fn then_what_is_declared() {
        check(
            &Files {
                manifest: DECLARES,
                requirements: Some("a>=1"),
                ..Files::default()
            },
            &Target::Requirements,
        );
        check(
            &Files {
                manifest: DECLARES,
                requirements: Some("# none\n"),
                ..Files::default()
            },
            &Target::Project,
        );
        check(
            &Files {
                manifest: "[project]\nname = 'x'\ndynamic = ['dependencies']",
                ..Files::default()
            },
            &Target::Project,
        );
    }

    #[test]
    fn without_dependencies_there_is_nothing_to_do() {
        for (manifest, requirements, site_packages, why) in [
            (
                DECLARES_NONE,
                None,
                None,
                "pyproject.toml declares no dependencies",
            ),
            (
                DECLARES_NONE,
                Some("\n"),
                Some("/v/x"),
                "pyproject.toml declares no dependencies",
            ),
            ("", None, None, "nothing declares dependencies"),
        ] {
            check(
                &Files {
                    manifest,
                    requirements,
                    site_packages,
                },
                &Target::Nothing(why),
            );
        }
    }
}
