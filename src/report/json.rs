//! The report itself, as one JSON document.

use std::io;

use super::{Renderer, Style, inert};
use crate::model::report::Report;

/// The report itself, as one JSON document.
pub struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "the report itself, as one JSON document"
    }

    fn page(&self, report: &Report, _style: Style) -> io::Result<String> {
        Ok(inert::json(&serde_json::to_string_pretty(report)?) + "\n")
    }
}
