//! Cobertura's XML report, as coverage.py, istanbul, gcovr, coverlet and others write it.
//!
//! `<coverage line-rate lines-valid lines-covered>` holds packages of classes, a class has a `filename` and lines
//! (`<line number hits>`). Its methods have lines, too: the same ones again or, from istanbul, others that are not
//! counted, so they stand in only for a file without lines of its own. What is read is the coverage of lines. The
//! counts decide, those of the root element where it has them, else those of the lines, each line of a file once.
//! `line-rate` is rounded, upwards too, so it only has to agree. Branches are not in it: coverage.py's own percentage
//! is another number where branches were measured.
//!
//! A document type is passed over and no entity of it is ever expanded. XML that was cut off is never well-formed.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::lines::Lines;
use super::{CoverageError, CoverageReport, Format, Measured};

const FORMAT: Format = Format::Cobertura;

/// How many elements may stand inside of each other.
const MAX_DEPTH: usize = 64;

/// How far `line-rate` may be from the counts, in points: some writers leave two digits of it.
const TOLERANCE: f64 = 1.0;

/// Reads the lines of a report.
///
/// # Errors
/// Not well-formed, cut off, another document, no line at all, counts that cannot be.
pub fn parse(bytes: &[u8]) -> Result<CoverageReport, CoverageError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| malformed(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut report = Report::default();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(quick_xml::Error::Syntax(_)) if !report.open.is_empty() => return Err(report.truncated()),
            Err(error) => return Err(malformed(error.to_string())),
        };
        match event {
            Event::Start(element) => report.start(&element)?,
            Event::End(_) => report.end(),
            Event::Text(text) if report.open.is_empty() && !text.trim().is_empty() => {
                return Err(malformed("text outside of the root element"));
            }
            Event::CData(_) | Event::GeneralRef(_) if report.open.is_empty() => {
                return Err(malformed("text outside of the root element"));
            }
            Event::Eof => return report.finish(),
            _ => {}
        }
    }
}

fn malformed(what: impl Into<String>) -> CoverageError {
    CoverageError::malformed(FORMAT, what)
}

/// What has been read so far.
#[derive(Default)]
struct Report {
    /// The names of the open elements, outermost first.
    open: Vec<String>,
    done: bool,
    /// Whether a list of packages was seen, without which this is another document.
    has_packages: bool,
    rate: Option<f64>,
    valid: Option<u64>,
    covered: Option<u64>,
    /// The files of the open classes, by the depth of each.
    files: Vec<(usize, String)>,
    lines: Lines,
    /// The lines in methods.
    of_methods: Lines,
    /// How many methods are open.
    methods: usize,
}

impl Report {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), CoverageError> {
        let name = element.local_name().as_ref().to_owned();
        if self.done {
            return Err(malformed(format!("<{name}> after the end")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(malformed(format!(
                "more than {MAX_DEPTH} elements inside of each other"
            )));
        }
        match (self.open.len(), name.as_str()) {
            (0, "coverage") => self.start_root(element)?,
            (0, _) => return Err(malformed(format!("it begins with <{name}>"))),
            (_, "packages") => self.has_packages = true,
            (depth, "class") => {
                let file =
                    attribute(element, "filename")?.ok_or_else(|| malformed("a class without a filename"))?;
                self.files.push((depth, file));
            }
            (_, "method") => self.methods += 1,
            (_, "line") => self.line(element)?,
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn start_root(&mut self, element: &BytesStart<'_>) -> Result<(), CoverageError> {
        self.rate = number(element, "line-rate")?;
        self.valid = number(element, "lines-valid")?;
        self.covered = number(element, "lines-covered")?;
        Ok(())
    }

    fn line(&mut self, element: &BytesStart<'_>) -> Result<(), CoverageError> {
        let line = number(element, "number")?.ok_or_else(|| malformed("a line without a number"))?;
        let hits: f64 = number(element, "hits")?.ok_or_else(|| malformed("a line without hits"))?;
        if !hits.is_finite() || hits < 0.0 {
            return Err(malformed("a line that was run less than never"));
        }
        let (_, file) = self
            .files
            .last()
            .ok_or_else(|| malformed("a line outside of a class"))?;
        let lines = if self.methods > 0 {
            &mut self.of_methods
        } else {
            &mut self.lines
        };
        Lines::note(lines.file(file), line, hits > 0.0);
        Ok(())
    }

    fn end(&mut self) {
        if self.open.pop().is_some_and(|name| name == "method") {
            self.methods = self.methods.saturating_sub(1);
        }
        self.files.pop_if(|(depth, _)| *depth == self.open.len());
        self.done = self.open.is_empty();
    }

    fn truncated(&self) -> CoverageError {
        let open = self.open.last().map(String::as_str).unwrap_or_default();
        CoverageError::truncated(FORMAT, format!("it ends inside of <{open}>"))
    }

    fn finish(mut self) -> Result<CoverageReport, CoverageError> {
        if !self.open.is_empty() {
            return Err(self.truncated());
        }
        if !self.done {
            return Err(CoverageError::truncated(FORMAT, "it is empty"));
        }
        if !self.has_packages {
            return Err(malformed("it has no packages"));
        }
        self.lines.fill_from(self.of_methods);
        let (covered, total) = match (self.covered, self.valid) {
            (Some(covered), Some(valid)) => (covered, valid),
            _ => self.lines.counts(),
        };
        let measured = Measured::counted(FORMAT, covered, total)?;
        if let Some(rate) = self.rate {
            Measured::stated(FORMAT, rate * 100.0, (covered, total), TOLERANCE)?;
        }
        Ok(CoverageReport {
            measured,
            gaps: self.lines.gaps(),
        })
    }
}

/// An attribute's text; a reference that nobody knows stays as it is written.
fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, CoverageError> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
        if attribute.key.local_name().as_ref() == name {
            let value = match unescape(&attribute.value) {
                Ok(value) => value.into_owned(),
                Err(_) => attribute.value.clone().into_owned(),
            };
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn number<T: std::str::FromStr>(element: &BytesStart<'_>, name: &str) -> Result<Option<T>, CoverageError> {
    match attribute(element, name)? {
        None => Ok(None),
        Some(text) => match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(malformed(format!("{name} is no number"))),
        },
    }
}
