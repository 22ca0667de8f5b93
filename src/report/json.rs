//! The report itself, as one JSON document.

use std::io;

use super::{Renderer, Style};
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

    fn render(&self, report: &Report, _style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        out.write_all(b"\n")
    }
}
