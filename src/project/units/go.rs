//! Go: each module is a unit. A `go.work` is none by itself: it joins modules, and go refuses to work in any of
//! them while it names one that is not there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Candidate, Manifests, Scan};
use crate::project::paths::{display, normalise};

const MODULE: &str = "go.mod";
const WORKSPACE: &str = "go.work";

pub(super) fn choose(
    candidates: Vec<Candidate>,
    scan: &Scan,
    manifests: &mut Manifests,
    warnings: &mut Vec<String>,
) -> Vec<Candidate> {
    let has = |candidate: &Candidate, name: &str| candidate.markers.iter().any(|marker| marker == name);
    let modules: BTreeSet<PathBuf> = candidates
        .iter()
        .filter(|candidate| has(candidate, MODULE))
        .map(|candidate| candidate.dir.clone())
        .collect();
    for candidate in candidates.iter().filter(|candidate| has(candidate, WORKSPACE)) {
        warnings.extend(check(&candidate.dir, &modules, manifests));
    }
    let mut loose = scan
        .go
        .iter()
        .filter(|(dir, _)| !dir.ancestors().any(|above| modules.contains(above)));
    if let Some((dir, name)) = loose.next() {
        let more = match loose.count() {
            0 => String::new(),
            count => format!(", nor do those in {count} more places"),
        };
        warnings.push(format!(
            "the Go file {} belongs to no module{more}; a go.mod makes a directory a unit, `exclude` silences this",
            display(&dir.join(name))
        ));
    }
    candidates
        .into_iter()
        .filter(|candidate| has(candidate, MODULE))
        .collect()
}

/// What is wrong with the members of a workspace.
fn check(dir: &Path, modules: &BTreeSet<PathBuf>, manifests: &mut Manifests) -> Vec<String> {
    let file = display(&dir.join(WORKSPACE));
    let Some(text) = manifests.text(&dir.join(WORKSPACE)) else {
        return Vec::new();
    };
    let members: Vec<String> = members(text).into_iter().map(str::to_owned).collect();
    if members.is_empty() {
        return vec![format!("{file} uses no module")];
    }
    members
        .iter()
        .filter_map(|member| {
            let place = normalise(&dir.join(member)).filter(|_| !Path::new(member).is_absolute());
            match place {
                None => Some(format!(
                    "{file} uses {member}, which lies outside of the project; no gate looks at it"
                )),
                Some(place) if modules.contains(&place) => None,
                Some(place) if manifests.text(&place.join(MODULE)).is_none() => Some(format!(
                    "{file} uses {member}, which has no go.mod: go refuses to work until that is corrected"
                )),
                Some(_) => Some(format!(
                    "{file} uses {member}, which is left out here; no gate looks at it"
                )),
            }
        })
        .collect()
}

/// The directories that a `go.work` names with `use`, one by one or in parentheses.
fn members(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or("").trim();
        let named = if inside {
            inside = line != ")";
            line
        } else {
            match line
                .strip_prefix("use")
                .filter(|rest| rest.starts_with([' ', '\t', '(']))
            {
                Some(rest) if rest.trim() == "(" => {
                    inside = true;
                    ""
                }
                Some(rest) => rest.trim(),
                None => "",
            }
        };
        let named = named.trim_matches(['"', '`']);
        if !named.is_empty() && named != ")" {
            out.push(named);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(members(text), expect, "{text:?}");
    }

    #[test]
    fn members_stand_alone_or_in_parentheses() {
        check("go 1.22\n\nuse ./a // ours\nuse \"./b c\"\n", &["./a", "./b c"]);
        check(
            "use (\n\t.\n\t./a // one\n\n\t// ./b\n)\nreplace x => ./y\n",
            &[".", "./a"],
        );
        check("use(\n./a\n)\n", &["./a"]);
        check("user ./a\n// use ./b\n", &[]);
        check("use (", &[]);
        check("", &[]);
    }
}
