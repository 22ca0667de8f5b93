//! Files of pictures: whether one shows something, by its bytes. Pure.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::diagram::Mermaid;

/// The endings of pictures.
const ENDINGS: [&str; 6] = ["svg", "png", "mmd", "mermaid", "puml", "drawio"];

/// With fewer pixels in a direction nothing can be read.
const LEAST_PIXELS: u32 = 16;

/// The elements of SVG that draw.
const DRAWING: [&str; 10] = [
    "path",
    "line",
    "rect",
    "circle",
    "ellipse",
    "polyline",
    "polygon",
    "text",
    "image",
    "foreignObject",
];

/// What a file of a picture shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Something; of mermaid the kind of the diagram.
    Drawn(Option<String>),
    /// Nothing, and why, as the end of a sentence about it: `is empty`.
    Not(String),
}

/// The ending of a path that names a picture, in small letters; `None` of other paths.
pub fn ending(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let (_, ending) = path.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    ENDINGS.contains(&ending.as_str()).then_some(ending)
}

/// What the file at `path` shows that has these bytes.
pub fn look(path: &str, bytes: &[u8]) -> Picture {
    if bytes.trim_ascii().is_empty() {
        return Picture::Not("is empty".to_owned());
    }
    let found = match ending(path).as_deref() {
        Some("png") => png(bytes).map(|()| None),
        Some("svg") => svg(&String::from_utf8_lossy(bytes)).map(|()| None),
        Some("drawio") => drawio(&String::from_utf8_lossy(bytes)).map(|()| None),
        Some("puml") => plantuml(&String::from_utf8_lossy(bytes)).map(|()| None),
        Some(_) => Mermaid::of(&String::from_utf8_lossy(bytes)).drawn().map(Some),
        None => Err("is no picture".to_owned()),
    };
    match found {
        Ok(kind) => Picture::Drawn(kind),
        Err(why) => Picture::Not(why),
    }
}

/// The chunks of a PNG up to its end: <https://www.w3.org/TR/png-3/>.
fn png(bytes: &[u8]) -> Result<(), String> {
    let number = |bytes: &[u8]| -> Option<u32> { Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?)) };
    let mut rest = bytes
        .strip_prefix(b"\x89PNG\r\n\x1a\n")
        .ok_or("is no PNG: it does not begin like one")?;
    let mut has_data = false;
    let mut size = None;
    while let (Some(length), Some(kind)) = (number(rest), rest.get(4..8)) {
        let behind = rest.get(8..).unwrap_or_default();
        let Some(data) = usize::try_from(length)
            .ok()
            .and_then(|length| behind.get(..length))
        else {
            break;
        };
        match kind {
            b"IHDR" => size = number(data).zip(number(data.get(4..).unwrap_or_default())),
            b"IDAT" => has_data |= !data.is_empty(),
            b"IEND" => {
                return match size {
                    _ if !has_data => Err("is a PNG without a picture in it".to_owned()),
                    Some((width, height)) if width >= LEAST_PIXELS && height >= LEAST_PIXELS => Ok(()),
                    Some((width, height)) => Err(format!(
                        "is a PNG of {width} × {height} pixels, in which nothing can be read"
                    )),
                    None => Err("is a PNG without a size".to_owned()),
                };
            }
            _ => {}
        }
        // Behind the data stand four bytes of a checksum.
        rest = rest.get(12 + data.len()..).unwrap_or_default();
    }
    Err("is a PNG that is cut off".to_owned())
}

/// Goes through the elements of XML; the first is the root. What is not well-formed is an error.
fn elements(text: &str, mut visit: impl FnMut(&str, &BytesStart<'_>)) -> Result<(), String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let mut open = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                open += 1;
                let name = start.local_name();
                visit(name.as_ref(), &start);
            }
            Ok(Event::End(_)) => open = open.saturating_sub(1),
            Ok(Event::Eof) if open == 0 => return Ok(()),
            Ok(Event::Eof) => return Err("is cut off".to_owned()),
            Ok(_) => {}
            Err(error) => return Err(format!("is no XML: {error}")),
        }
    }
}

fn svg(text: &str) -> Result<(), String> {
    let (mut root, mut draws) = (None, false);
    elements(text, |name, _| {
        root.get_or_insert_with(|| name.to_owned());
        draws |= DRAWING.contains(&name);
    })?;
    match root.as_deref() {
        Some("svg") if draws => Ok(()),
        Some("svg") => Err("is an SVG that draws nothing".to_owned()),
        Some(other) => Err(format!("is no SVG: its root is {other}")),
        None => Err("is no SVG: it has no element in it".to_owned()),
    }
}

/// Of diagrams.net: `mxfile` with cells, or with the same compressed to text.
fn drawio(text: &str) -> Result<(), String> {
    let (mut root, mut draws) = (None, false);
    elements(text, |name, start| {
        root.get_or_insert_with(|| name.to_owned());
        let has = |key: &str| start.try_get_attribute(key).is_ok_and(|found| found.is_some());
        draws |= name == "mxCell" && (has("vertex") || has("edge"));
    })?;
    let is_compressed = || {
        let inside = text
            .split_once("<diagram")
            .and_then(|(_, rest)| rest.split_once('>'));
        inside.is_some_and(|(_, rest)| {
            let text = rest.split('<').next().unwrap_or_default();
            !text.trim().is_empty()
        })
    };
    match root.as_deref() {
        Some("mxfile" | "mxGraphModel") if draws || is_compressed() => Ok(()),
        Some("mxfile" | "mxGraphModel") => Err("draws nothing".to_owned()),
        _ => Err("is no file of diagrams.net: its root is not mxfile".to_owned()),
    }
}

fn plantuml(text: &str) -> Result<(), String> {
    let mut lines = text.lines().map(str::trim);
    if !lines.any(|line| line.starts_with("@start")) {
        return Err("has no @startuml".to_owned());
    }
    let mut inside = lines.take_while(|line| !line.starts_with("@end"));
    if inside.any(|line| !line.is_empty() && !line.starts_with('\'')) {
        Ok(())
    } else {
        Err("draws nothing between @startuml and @enduml".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of these chunks, with no checksums in it.
    fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in chunks {
            bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(*kind);
            bytes.extend(*data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    fn size(width: u32, height: u32) -> Vec<u8> {
        let numbers = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [numbers.as_slice(), &[8, 6, 0, 0, 0]].concat()
    }

    #[track_caller]
    fn check(path: &str, bytes: impl AsRef<[u8]>, expect: Result<Option<&str>, &str>) {
        let expect = match expect {
            Ok(kind) => Picture::Drawn(kind.map(str::to_owned)),
            Err(why) => Picture::Not(why.to_owned()),
        };
        assert_eq!(look(path, bytes.as_ref()), expect, "{path}");
    }

    #[test]
    fn a_png_has_a_size_and_a_picture_and_an_end() {
        let whole = [
            (b"IHDR", size(640, 480)),
            (b"IDAT", vec![1, 2, 3]),
            (b"IEND", Vec::new()),
        ];
        let of = |chunks: &[(&[u8; 4], Vec<u8>)]| {
            let chunks: Vec<_> = chunks
                .iter()
                .map(|(kind, data)| (*kind, data.as_slice()))
                .collect();
            png_of(&chunks)
        };
        check("a.PNG", of(&whole), Ok(None));
        check("a.png", b"", Err("is empty"));
        check("a.png", b" \n", Err("is empty"));
        check(
            "a.png",
            b"<html></html>",
            Err("is no PNG: it does not begin like one"),
        );
        check("a.png", of(&whole[..2]), Err("is a PNG that is cut off"));
        let cut = of(&whole);
        check("a.png", &cut[..cut.len() - 14], Err("is a PNG that is cut off"));
        check("a.png", of(&whole[..0]), Err("is a PNG that is cut off"));
        check(
            "a.png",
            of(&[whole[0].clone(), whole[2].clone()]),
            Err("is a PNG without a picture in it"),
        );
        let dot = [(b"IHDR", size(1, 1)), whole[1].clone(), whole[2].clone()];
        let why = "is a PNG of 1 × 1 pixels, in which nothing can be read";
        check("a.png", of(&dot), Err(why));
    }

    #[test]
    fn an_svg_has_its_root_and_draws() {
        let svg =
            |inside: &str| format!("<?xml version=\"1.0\"?>\n<!-- x --><svg xmlns=\"s\">{inside}</svg>");
        check("a.svg", svg("<g><rect width=\"3\"/></g>"), Ok(None));
        check(
            "a.svg",
            "<s:svg xmlns:s=\"s\"><s:path d=\"M0 0\"/></s:svg>",
            Ok(None),
        );
        check(
            "a.svg",
            svg("<title>x</title><defs/>"),
            Err("is an SVG that draws nothing"),
        );
        check(
            "a.svg",
            "<html><rect/></html>",
            Err("is no SVG: its root is html"),
        );
        check("a.svg", "later", Err("is no SVG: it has no element in it"));
        check("a.svg", "<svg><rect/>", Err("is cut off"));
        let Picture::Not(why) = look("a.svg", b"<svg><rect></svg>") else {
            panic!("it is not well-formed");
        };
        assert!(why.starts_with("is no XML: "), "{why}");
    }

    #[test]
    fn other_kinds_show_something_or_nothing() {
        check(
            "a.mmd",
            "sequenceDiagram\na->>b: x\n",
            Ok(Some("sequenceDiagram")),
        );
        check(
            "a.mermaid",
            "sequenceDiagram\n",
            Err("says sequenceDiagram, and has no message in it"),
        );
        check("a.puml", "@startuml\na -> b\n@enduml\n", Ok(None));
        check(
            "a.puml",
            "@startuml\n' later\n@enduml\n",
            Err("draws nothing between @startuml and @enduml"),
        );
        check("a.puml", "a -> b\n", Err("has no @startuml"));
        check(
            "a.drawio",
            "<mxfile><diagram id=\"1\">7VhN</diagram></mxfile>",
            Ok(None),
        );
        check(
            "a.drawio",
            "<mxGraphModel><root><mxCell id=\"2\" vertex=\"1\"/></root></mxGraphModel>",
            Ok(None),
        );
        check(
            "a.drawio",
            "<mxfile><diagram id=\"1\"></diagram></mxfile>",
            Err("draws nothing"),
        );
        check(
            "a.drawio",
            "<svg/>",
            Err("is no file of diagrams.net: its root is not mxfile"),
        );
        assert_eq!(ending("x/A.Svg?raw=1").as_deref(), Some("svg"));
        assert_eq!(ending("x.md"), None);
    }
}
