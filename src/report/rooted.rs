//! Paths as the repository has them, for readers that know the repository and not where in it the project lies.

use std::borrow::Cow;

use crate::model::report::Report;

/// The report with the paths of findings, changed files and units relative to the top of the repository. What lies
/// there already, or in no repository, comes back as it is.
pub fn rooted(report: &Report) -> Cow<'_, Report> {
    let Some(prefix) = report.git.as_ref().and_then(|git| git.prefix.clone()) else {
        return Cow::Borrowed(report);
    };
    let mut report = report.clone();
    for gate in &mut report.gates {
        let found = gate
            .findings
            .iter_mut()
            .filter_map(|finding| finding.path.as_mut());
        for path in found.chain(&mut gate.changed_files) {
            *path = below(&prefix, path);
        }
        for step in &mut gate.steps {
            step.unit = below(&prefix, &step.unit);
        }
    }
    for unit in &mut report.project.units {
        unit.path = below(&prefix, &unit.path);
    }
    if let Some(git) = &mut report.git {
        git.prefix = None;
    }
    Cow::Owned(report)
}

/// A path of the project as one of the repository; what leads out of the project may stay in the repository.
fn below(prefix: &str, path: &str) -> String {
    let windows = |path: &str| path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || windows(path) {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in prefix.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture_report;
    use super::*;

    #[track_caller]
    fn check(path: &str, expect: &str) {
        assert_eq!(below("services/api", path), expect, "{path}");
    }

    #[test]
    fn paths_are_put_below_the_directory_of_the_project() {
        check("a.py", "services/api/a.py");
        check("./src\\b.py", "services/api/src/b.py");
        check(".", "services/api");
        check("../web/c.ts", "services/web/c.ts");
        check("../..", ".");
        check("../../../out.py", "../out.py");
        check("/usr/lib/d.py", "/usr/lib/d.py");
        check("C:/e.py", "C:/e.py");
    }

    #[test]
    fn at_the_top_nothing_changes() {
        let report = fixture_report();
        assert_eq!(*rooted(&report), report);
        assert!(matches!(rooted(&report), Cow::Borrowed(_)));
    }

    #[test]
    fn what_points_into_the_project_points_into_the_repository() {
        let mut report = fixture_report();
        report.git.as_mut().unwrap().prefix = Some("api".to_owned());
        let whole = rooted(&report).into_owned();
        let paths = |report: &Report| -> Vec<Option<String>> {
            let findings = report.gates.iter().flat_map(|gate| &gate.findings);
            findings.map(|finding| finding.path.clone()).collect()
        };
        for (before, after) in paths(&report).into_iter().zip(paths(&whole)) {
            assert_eq!(after, before.map(|path| below("api", &path)));
        }
        assert_eq!(whole.project.units[0].path, "api");
        assert_eq!(*rooted(&whole), whole, "once is enough");
    }
}
