//! `yarn.lock`.
//!
//! Yarn 1 writes lines of its own kind: what is not indented names what an entry is for, `"@a/b@^1.0.0", "@a/b@^1.1.0":`.
//! Members of the workspace are not in it, and neither is which package needs what. Yarn 2 and later write YAML, in
//! which each package of the project has an entry, `"name@workspace:DIRECTORY"`, with what it declares.

use std::collections::BTreeSet;

use serde_yaml::Value;

use super::Package;

pub(super) fn gaps(
    text: &str,
    packages: &[Package],
    members: &BTreeSet<&str>,
) -> Result<Vec<String>, String> {
    if text.lines().any(|line| line.starts_with("__metadata:")) {
        modern(text, packages)
    } else {
        Ok(classic(text, packages, members))
    }
}

fn classic(text: &str, packages: &[Package], members: &BTreeSet<&str>) -> Vec<String> {
    let mut locked: BTreeSet<(&str, &str)> = BTreeSet::new();
    let heads = text.lines().filter(|line| !line.starts_with([' ', '\t', '#']));
    for head in heads.filter_map(|line| line.trim_end().strip_suffix(':')) {
        let names = head.split(", ").map(|name| name.trim_matches('"'));
        locked.extend(names.filter_map(split));
    }
    let mut gaps = Vec::new();
    for package in packages {
        for (name, wanted) in package.installed().filter(|(name, _)| !members.contains(name)) {
            let mut ranges = locked
                .iter()
                .filter(|(locked, _)| *locked == name)
                .map(|(_, range)| *range)
                .peekable();
            if ranges.peek().is_none() {
                gaps.push(package.gap(name));
            } else if !wanted.agrees(ranges) {
                gaps.push(package.changed(name));
            }
        }
    }
    gaps
}

/// Name and range of `@scope/name@^1.0.0`.
fn split(descriptor: &str) -> Option<(&str, &str)> {
    let at = descriptor.get(1..)?.find('@')? + 1;
    Some((descriptor.get(..at)?, descriptor.get(at + 1..)?))
}

fn modern(text: &str, packages: &[Package]) -> Result<Vec<String>, String> {
    let lock: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let entries = lock.as_mapping().ok_or("it is no mapping")?;
    let mut gaps = Vec::new();
    for package in packages {
        let place = match package.place.as_str() {
            "" => ".",
            place => place,
        };
        let is_own = |key: &Value| {
            let mut names = key.as_str().unwrap_or_default().split(", ");
            names.any(|name| name.split_once("@workspace:").is_some_and(|(_, at)| at == place))
        };
        let Some((_, entry)) = entries.iter().find(|(key, _)| is_own(key)) else {
            gaps.push(package.unknown());
            continue;
        };
        for (name, wanted) in package.installed() {
            // The protocol is written since Yarn 4, and means what it means without it.
            let bare = |range: &str| range.strip_prefix("npm:").unwrap_or(range).to_owned();
            match entry.get("dependencies").and_then(|all| all.get(name)) {
                None => gaps.push(package.gap(name)),
                Some(range) => {
                    let range = match range {
                        Value::String(text) => bare(text),
                        // YAML takes `1.0` for a number.
                        _ => continue,
                    };
                    let agrees = wanted.agrees(std::iter::once(range.as_str()))
                        || wanted.ranges.iter().any(|wanted| bare(wanted) == range);
                    if !agrees {
                        gaps.push(package.changed(name));
                    }
                }
            }
        }
    }
    Ok(gaps)
}
