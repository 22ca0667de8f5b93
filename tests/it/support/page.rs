//! Pages of the documentation that are transcripts: what they show is run, and must print what they say.

use regex::Regex;

/// A line of the page as a pattern: `…` stands for anything, and numbers are those of another machine.
pub fn pattern(line: &str) -> Regex {
    let parts: Vec<String> = line.split('…').map(regex::escape).collect();
    let numbers = Regex::new(r"\d[\d,]*(?:\\\.\d+)*").unwrap();
    let blanks = Regex::new(" +").unwrap();
    let text = numbers.replace_all(&parts.join(".*"), r"\d[\d,.]*").into_owned();
    let text = blanks.replace_all(&text, " +").into_owned();
    Regex::new(&format!("^{text}( .*)?$")).unwrap()
}

/// A command of a transcript, without `$ sdd `, and the lines of what it prints.
pub type Shown<'a> = (&'a str, Vec<&'a str>);

/// What the blocks of a page that show a console have in them, block by block. What stands behind `#` is a remark.
pub fn transcripts(page: &str) -> Vec<Vec<Shown<'_>>> {
    let blocks = page.split("```console\n").skip(1);
    blocks
        .map(|block| {
            let block = block.split("```").next().unwrap();
            let mut shown: Vec<Shown<'_>> = Vec::new();
            for line in block.lines() {
                match line.strip_prefix("$ sdd ") {
                    Some(typed) => {
                        let typed = typed.split("  #").next().unwrap();
                        shown.push((typed.trim_end(), Vec::new()));
                    }
                    None => shown.last_mut().unwrap().1.push(line),
                }
            }
            shown
        })
        .collect()
}

/// Whether the lines were printed, in their order.
#[track_caller]
pub fn check(lines: &[&str], printed: &str) {
    let mut rest = printed.lines();
    for line in lines.iter().filter(|line| **line != "…") {
        let wanted = pattern(line);
        assert!(
            rest.any(|line| wanted.is_match(line)),
            "the page says what is not printed in this order: {line}\n{printed}"
        );
    }
}
