//! API descriptions: reading them with positions, comparing two of them, and checking one against its specification.
//!
//! `OpenAPI` 3.0, 3.1 and 3.2 and Swagger 2.0, in JSON and YAML. Everything but `files` is pure: it gets texts and gives findings.
//! Documents live in one [`arena`], in which a node is a number and a word is a number, so that two descriptions of tens
//! of megabytes are compared without copying either. Nothing recurses over the document: depth is the heap's business.

pub mod arena;
pub mod check;
pub mod diff;
pub mod evaluate;
pub mod family;
pub mod files;
pub mod graph;
pub mod hash;
pub mod json;
pub mod keyed;
pub mod load;
pub mod number;
pub mod policy;
pub mod refs;
pub mod report;
pub mod role;
pub mod rules;
pub mod source;
mod swagger2;
pub mod validate;
pub mod view;
pub mod words;
pub mod yaml;
