//! What only Rust units are asked: whether doc comments are demanded.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::facts::{RustFacts, upwards};
use super::paths::display;
use super::units::Manifests;

/// The files that a crate begins with.
const CRATE_ROOTS: [&str; 2] = ["src/lib.rs", "src/main.rs"];

/// What is known of the Rust unit in `dir`.
pub(super) fn facts(
    root: &Path,
    dir: &Path,
    manifest: Option<&toml::Table>,
    manifests: &mut Manifests,
) -> RustFacts {
    RustFacts {
        missing_docs: missing_docs(root, dir, manifest, manifests),
    }
}

/// Where the lint `missing_docs` is turned on, relative to the project.
fn missing_docs(
    root: &Path,
    dir: &Path,
    manifest: Option<&toml::Table>,
    manifests: &mut Manifests,
) -> Option<String> {
    let inside = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
    let own = dir.join("Cargo.toml");
    let lints = manifest.and_then(|manifest| manifest.get("lints"));
    let workspace = |manifest: &toml::Table| {
        let lints = manifest
            .get("workspace")
            .and_then(|workspace| workspace.get("lints"));
        lints.is_some_and(is_on)
    };
    if lints.is_some_and(is_on) || manifest.is_some_and(workspace) {
        return Some(display(&inside(&own)));
    }
    let inherits = lints
        .and_then(|lints| lints.get("workspace"))
        .and_then(toml::Value::as_bool);
    if inherits == Some(true) {
        for place in upwards(dir, root).skip(1) {
            let path = inside(&place.join("Cargo.toml"));
            if let Some(manifest) = manifests.toml(&path)
                && manifest.contains_key("workspace")
            {
                return workspace(&manifest).then(|| display(&path));
            }
        }
    }
    CRATE_ROOTS
        .iter()
        .map(|name| inside(&dir.join(name)))
        .find(|path| manifests.text(path).is_some_and(demands))
        .map(|path| display(&path))
}

/// Whether a table of lints turns it on, as `"warn"` or as `{ level = "warn", priority = … }`.
fn is_on(lints: &toml::Value) -> bool {
    let lint = lints.get("rust").and_then(|rust| rust.get("missing_docs"));
    let level = lint.and_then(|lint| lint.as_str().or_else(|| lint.get("level")?.as_str()));
    matches!(level, Some("warn" | "deny" | "forbid"))
}

/// Whether a crate's own attribute turns it on.
fn demands(text: &str) -> bool {
    static ATTRIBUTE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?m)^\s*#!\[\s*(?:warn|deny|forbid)\s*\([^)]*\bmissing_docs\b").ok());
    ATTRIBUTE
        .as_ref()
        .is_some_and(|attribute| attribute.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_of_the_crate_demands_doc_comments() {
        for text in [
            "#![warn(missing_docs)]",
            "//! Crate.\n\n#![deny(\n    unsafe_code,\n    missing_docs,\n)]\n",
            "  #![ forbid (missing_docs) ]",
        ] {
            assert!(demands(text), "{text}");
        }
        for text in [
            "",
            "#![allow(missing_docs)]",
            "// #![warn(missing_docs)]",
            "#[warn(missing_docs)]\nmod a;",
            "#![warn(missing_docs_of_mine)]",
            "#![warn(x)]\n#![allow(missing_docs)]",
        ] {
            assert!(!demands(text), "{text}");
        }
    }

    #[test]
    fn a_table_of_lints_demands_doc_comments() {
        let on = |text: &str| is_on(&toml::Value::Table(text.parse().unwrap()));
        assert!(on("rust.missing_docs = 'warn'"));
        assert!(on("rust.missing_docs = { level = 'deny', priority = 1 }"));
        assert!(!on("rust.missing_docs = 'allow'"));
        assert!(!on("clippy.missing_docs_in_private_items = 'warn'"));
    }
}
