//! The versions of tools that were asked before, from one run to the next.

use crate::engine::VersionCache;
use crate::store::{self, Overwrite, Store};

/// Where they are kept.
const VERSIONS: &str = ".session/runs/tool-versions.json";

/// What is known; nothing when it cannot be read.
pub fn read_versions(store: &Store) -> VersionCache {
    store::read_regular(&store.path(VERSIONS), store::LARGE)
        .ok()
        .flatten()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Only a cache: without it the tools are asked again.
pub fn write_versions(store: &Store, versions: &VersionCache) {
    if let Ok(mut text) = serde_json::to_vec_pretty(versions) {
        text.push(b'\n');
        let _ = store.write(VERSIONS, &text, Overwrite::Replace);
    }
}
