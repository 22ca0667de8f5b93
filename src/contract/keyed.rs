//! Hash tables of nodes and words, of which a large document fills millions of places.
//!
//! Their hash is quicker than the standard library's and seeded anew in each process, so that a document cannot be written
//! whose keys all meet in one place. Nothing may depend on their order.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use indexmap::IndexSet;

/// A map.
pub type Map<K, V> = HashMap<K, V, RandomState>;

/// A set.
pub type Set<K> = HashSet<K, RandomState>;

/// Words, each with its number.
pub type Words = IndexSet<Box<str>, RandomState>;
