//! What to audit, decided from the files of the unit.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::declared::Declared;
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
    /// Requirements of files that pip-audit does not read, resolved by pip: the lines.
    Written(Vec<String>),
    /// Other requirements files, resolved by pip.
    Lists(Vec<String>),
    /// Nothing: why.
    Nothing(String),
}

/// The file that the requirements of [`Target::Written`] go to.
pub(super) const WRITTEN: &str = "requirements.txt";

impl Target {
    pub(super) fn of(facts: &UnitFacts) -> Self {
        let declared = Declared::of(facts);
        let lines = facts.requirement_lines().filter(|lines| !lines.is_empty());
        let says_all =
            || declared.names.values().all(|file| file == "requirements.txt") && declared.lists.is_empty();
        if lines.is_some() && facts.requirements.as_deref().is_some_and(is_pinned) {
            // What other files declare besides is audited where it is installed.
            if facts.site_packages.is_none() || (says_all() && declared.unknown.is_empty()) {
                return Self::Pinned;
            }
        }
        let in_manifest = facts.declared_dependencies();
        if lines.is_none() && declared.is_nothing() && in_manifest == Some(0) {
            return Self::nothing("pyproject.toml declares no dependencies", &declared);
        }
        if let Some(packages) = &facts.site_packages {
            return Self::Installed(packages.display().to_string());
        }
        if lines.is_some() {
            return Self::Requirements;
        }
        if in_manifest.is_some_and(|count| count > 0) {
            return Self::Project;
        }
        if !declared.written.is_empty() {
            return Self::Written(declared.written);
        }
        if !declared.lists.is_empty() {
            let count = match declared.runtime_lists {
                0 => declared.lists.len(),
                count => count,
            };
            return Self::Lists(declared.lists.into_iter().take(count).collect());
        }
        // `dynamic = ["dependencies"]`, `setup.py`: only a build knows them, and pip-audit says that it does not.
        if declared.is_nothing() {
            Self::nothing("nothing declares dependencies", &declared)
        } else {
            Self::Project
        }
    }

    /// Nothing, for a reason that holds where nothing is optional either.
    fn nothing(why: &str, declared: &Declared) -> Self {
        Self::Nothing(match declared.optional {
            0 => why.to_owned(),
            1 => "the project declares no runtime dependencies (1 optional one is not audited)".to_owned(),
            count => format!(
                "the project declares no runtime dependencies ({count} optional ones are not audited)"
            ),
        })
    }

    /// The arguments, with `out` as the directory for files of ours; none when there is nothing to do.
    pub(super) fn args(&self, out: &Path) -> Option<Vec<String>> {
        let words: &[&str] = match self {
            Self::Pinned => &["--no-deps", "--disable-pip", "-r", "requirements.txt"],
            Self::Installed(packages) => &["--path", packages],
            Self::Requirements => &["-r", "requirements.txt"],
            Self::Project => &["."],
            Self::Written(_) => return Some(vec!["-r".to_owned(), out.join(WRITTEN).display().to_string()]),
            Self::Lists(files) => {
                return Some(
                    files
                        .iter()
                        .flat_map(|file| ["-r".to_owned(), file.clone()])
                        .collect(),
                );
            }
            Self::Nothing(_) => return None,
        };
        Some(words.iter().map(|word| (*word).to_owned()).collect())
    }

    /// Files to write before the run.
    pub(super) fn inputs(&self) -> Vec<(String, String)> {
        match self {
            Self::Written(lines) => vec![(WRITTEN.to_owned(), lines.join("\n") + "\n")],
            _ => Vec::new(),
        }
    }

    /// Why this and nothing else, for the plan.
    pub(super) fn why(&self) -> String {
        match self {
            Self::Pinned => "requirements.txt pins every requirement: audited as it is written".to_owned(),
            Self::Installed(_) => "audits the packages of the virtual environment".to_owned(),
            Self::Requirements => "audits requirements.txt as pip resolves it".to_owned(),
            Self::Project => "audits the dependencies of pyproject.toml as pip resolves them".to_owned(),
            Self::Written(_) => {
                "audits the requirements of setup.cfg or Pipfile.lock as pip resolves them".to_owned()
            }
            Self::Lists(files) => format!("audits {} as pip resolves them", files.join(", ")),
            Self::Nothing(why) => why.clone(),
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
    use crate::project::facts::TextFile;
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
                manifest: DECLARES_NONE,
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
                &Target::Nothing(why.to_owned()),
            );
        }
    }

    #[track_caller]
    fn check_file(manifest: &str, name: &str, text: &str, env: Option<&str>, expect: &str) {
        let mut facts = python_recordings::facts(manifest);
        facts.site_packages = env.map(Into::into);
        facts.entries.insert(name.to_owned());
        facts.python.dependency_files = vec![TextFile {
            name: name.to_owned(),
            text: Some(text.to_owned()),
        }];
        let target = Target::of(&facts);
        let args = target.args(Path::new("/out")).map(|args| args.join(" "));
        assert_eq!(args.unwrap_or_else(|| target.why()), expect);
        assert_eq!(matches!(target, Target::Written(_)), !target.inputs().is_empty());
    }

    #[test]
    fn files_that_pip_audit_does_not_read_are_no_reason_to_do_nothing() {
        let lock = "{\"default\": {\"a\": {\"version\": \"==1\"}}}";
        for (name, text, expect) in [
            ("requirements-dev.txt", "a\n", "-r requirements-dev.txt"),
            ("requirements/base.txt", "a\n", "-r requirements/base.txt"),
            ("setup.py", "setup(install_requires=['a'])", "."),
            (
                "setup.cfg",
                "[options]\ninstall_requires = a\n",
                "-r /out/requirements.txt",
            ),
            ("Pipfile.lock", lock, "-r /out/requirements.txt"),
            ("setup.py", "setup()", "nothing declares dependencies"),
        ] {
            check_file("", name, text, None, expect);
            check_file("", name, text, Some("/v"), "--path /v");
        }
    }

    #[test]
    fn optional_dependencies_are_told() {
        let manifest = "[project]\nname='x'\n[dependency-groups]\ndev = ['a', 'b']";
        check_file(
            manifest,
            "setup.py",
            "",
            Some("/v"),
            "the project declares no runtime dependencies (2 optional ones are not audited)",
        );
        check_file(
            "",
            "setup.cfg",
            "[options.extras_require]\ndev =\n    a\n    b>=2\ndoc = c\n",
            None,
            "the project declares no runtime dependencies (3 optional ones are not audited)",
        );
    }
}
