//! Where the product goes: stdout, or files that are opened before anything runs.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;

use super::context::{Cx, renderer_named};
use super::error::CommandError;
use crate::model::report::Report;
use crate::report::{Colour, Detail, Renderer, Style};

/// The targets of a report.
pub struct Outputs {
    to_stdout: Option<&'static dyn Renderer>,
    files: Vec<(PathBuf, File, &'static dyn Renderer)>,
}

impl Outputs {
    /// Reads `--format` and `--output`, and opens every file: better now than after an hour of tests.
    pub fn open(cx: &Cx) -> anyhow::Result<Self> {
        let main = cx.renderer()?;
        let mut to_stdout = Some(main);
        let mut files = Vec::new();
        for word in &cx.global.output {
            let (renderer, path) = match word.split_once('=') {
                Some((format, path)) if renderer_named(format).is_ok() => (renderer_named(format)?, path),
                _ => {
                    to_stdout = None;
                    (main, word.as_str())
                }
            };
            let path = cx.start.join(path);
            let file = File::create(&path).map_err(|error| {
                CommandError::usage(format!("cannot write {}: {error}", path.display()))
                    .hint("name a file in a directory that exists and can be written to")
            })?;
            files.push((path, file, renderer));
        }
        Ok(Self { to_stdout, files })
    }

    /// Writes the report to every target.
    pub fn write(self, cx: &mut Cx, report: &Report) -> anyhow::Result<()> {
        for (path, mut file, renderer) in self.files {
            let style = Style {
                colour: Colour::No,
                detail: Detail::Normal,
            };
            let mut text = Vec::new();
            renderer.render(report, style, &mut text)?;
            file.write_all(&text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        if let Some(renderer) = self.to_stdout {
            let style = Style {
                colour: cx.ui.colour(),
                detail: cx.ui.detail(),
            };
            let mut text = Vec::new();
            renderer.render(report, style, &mut text)?;
            cx.ui.data(&text).context("cannot write to stdout")?;
        }
        Ok(())
    }
}
