//! What Biome could look at in a unit: it looks at more than code, and says of it only a number.

use std::collections::BTreeSet;
use std::path::Path;

use super::node::ForBiome;
use super::walk::{self, Entry, Hidden};

/// Its settings.
const SETTINGS: [&str; 4] = ["biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc"];

/// The endings of code.
const CODE: [&str; 11] = [
    "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro",
];

/// The endings of what else it knows, in any version.
const OTHER: [&str; 13] = [
    "json",
    "jsonc",
    "json5",
    "css",
    "scss",
    "html",
    "graphql",
    "gql",
    "grit",
    "md",
    "yaml",
    "yml",
    "webmanifest",
];

/// Counts the files below `dir`, where one of the settings is among the entries of the directory or of one above it.
pub(super) fn count(dir: &Path, entries: &BTreeSet<String>, above: &BTreeSet<String>) -> Option<ForBiome> {
    let is_used = |name: &&str| entries.contains(*name) || above.contains(*name);
    SETTINGS.iter().find(|name| is_used(name))?;
    let skip = ["node_modules", ".git", ".session"];
    let keep = move |found: &Entry<'_>| !(found.is_dir() && skip.iter().any(|name| found.name() == *name));
    let visit = |counts: &mut ForBiome, found: &Entry<'_>| {
        let ending = found.relative.extension().and_then(|ending| ending.to_str());
        let Some(ending) = ending.filter(|_| found.is_file()) else {
            return;
        };
        counts.code += u64::from(CODE.contains(&ending));
        counts.other += u64::from(OTHER.contains(&ending));
    };
    // What cannot be read is said by the walk that found the unit.
    let (parts, _said) = walk::list(dir, Hidden::Visit, keep, visit);
    Some(parts.iter().fold(ForBiome::default(), |all, part| ForBiome {
        code: all.code + part.code,
        other: all.other + part.other,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], above: &[&str], expect: Option<(u64, u64)>) {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::File::create(path).unwrap();
        }
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let found = count(dir.path(), &set(files), &set(above));
        assert_eq!(found.map(|found| (found.code, found.other)), expect, "{files:?}");
    }

    #[test]
    fn code_is_told_from_the_rest_where_biome_is_used() {
        check(&["a.ts", "package.json"], &[], None);
        check(&["package.json"], &["biome.json"], Some((0, 1)));
        check(
            &[
                "biome.json",
                "src/a.ts",
                "src/b.vue",
                "c.css",
                ".x/d.json",
                "e.py",
                "js",
                "node_modules/f.js",
                ".session/config.json",
            ],
            &[],
            Some((2, 3)),
        );
    }
}
