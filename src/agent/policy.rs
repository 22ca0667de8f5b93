//! Files that say what gates ask: a change of one can turn a red run green without a change of the code.

/// Such files, relative to the project, by their whole name.
const FILES: [&str; 12] = [
    ".session/config.json",
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    "prek.toml",
    "lefthook.yml",
    ".lefthook.yml",
    "Jenkinsfile",
    "azure-pipelines.yml",
    ".travis.yml",
    ".drone.yml",
];

/// Directories in which every file is one.
const DIRECTORIES: [&str; 6] = [
    ".github/workflows/",
    ".github/actions/",
    ".circleci/",
    ".husky/",
    ".githooks/",
    ".buildkite/",
];

/// Whether a file, relative to the project and with `/` between parts, says what gates ask.
pub fn is_policy(path: &str) -> bool {
    FILES.contains(&path) || DIRECTORIES.iter().any(|directory| path.starts_with(directory))
}

/// Those among some files.
pub fn policies<'a>(paths: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    paths
        .into_iter()
        .filter(|path| is_policy(path))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expect: bool) {
        assert_eq!(is_policy(path), expect, "{path}");
    }

    #[test]
    fn what_says_what_gates_ask_is_known() {
        check(".session/config.json", true);
        check(".github/workflows/ci.yml", true);
        check(".claude/settings.local.json", true);
        check(".session/config.json.orig", false);
        check("docs/.github/workflows/ci.yml", false);
        check(".session/specs/a.md", false);
        check("src/Jenkinsfile", false);
        let paths = ["a.py".to_owned(), ".husky/pre-commit".to_owned()];
        assert_eq!(policies(&paths), [".husky/pre-commit"]);
    }
}
