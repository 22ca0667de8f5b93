//! Smoke tests: `### Test 1: …` with a command, or items with an endpoint and what it must answer.

use crate::model::spec::{At, Deployment, Fence, SmokeTest};

use crate::parse::spec::document::{Block, Line};
use crate::parse::spec::outline::Node;
use crate::parse::spec::parts::{self, Entry, Part};
use crate::parse::spec::placeholder;
use crate::parse::spec::words;

/// Languages of fences that are commands.
const SHELLS: &[&str] = &["", "bash", "sh", "shell", "zsh", "console"];

/// Reads the section.
pub fn smoke(blocks: &[Block], section: &Node, out: &mut Deployment) {
    let own = parts::parts(blocks, section.own.clone());
    for part in &own {
        group(part, std::slice::from_ref(part), out);
    }
    for child in &section.children {
        let parts = parts::parts(blocks, child.all.clone());
        if let Some(joined) = joined(child, &parts) {
            group(&joined, &parts, out);
        }
    }
}

/// The parts below a heading as one, under the heading's name.
fn joined<'d>(heading: &Node, parts: &[Part<'d>]) -> Option<Part<'d>> {
    parts.first()?;
    Some(Part {
        name: heading.name.clone(),
        title: heading.title.clone(),
        rank: heading.level,
        line: heading.line,
        value: "",
        source: None,
        entries: parts
            .iter()
            .flat_map(|part| part.entries.iter().copied())
            .collect(),
    })
}

/// Reads what stands below one heading or label: health checks, tests as items, or one test.
fn group(part: &Part<'_>, parts: &[Part<'_>], out: &mut Deployment) {
    let commands: Vec<&Fence> = part.code().filter(|fence| is_command(fence)).collect();
    if part.name.starts_with("health check") && commands.is_empty() {
        let checks = part.outer_items().map(|item| At::new(item.text(), item.line));
        out.health_checks
            .extend(checks.filter(|check| !check.value.is_empty()));
        return;
    }
    let pairs: Vec<_> = parts.iter().flat_map(Part::pairs).collect();
    let outer = part.items().map(|item| item.depth).min().unwrap_or(0);
    let said_outside = parts.iter().any(|part| says_itself(part, outer));
    let in_items = part
        .entries
        .iter()
        .any(|entry| matches!(entry, Entry::Code(_, depth) if *depth > 0));
    if part.items().next().is_some() && !said_outside && (commands.is_empty() || in_items) {
        by_item(part, outer, out);
        return;
    }
    if part.title.is_empty() && commands.is_empty() && !said_outside {
        return;
    }
    let mut test = SmokeTest {
        name: without_number(&part.title).to_owned(),
        ..SmokeTest::default()
    };
    for pair in &pairs {
        if let Some(value) = pair.meant() {
            put(&mut test, &pair.name, value);
        }
    }
    for fence in part.code().filter(|fence| !is_command(fence)) {
        test.expected.get_or_insert_with(|| fence.code.trim().to_owned());
    }
    let line = if part.title.is_empty() {
        commands.first().map_or(part.line, |fence| fence.line)
    } else {
        part.line
    };
    add_commands(test, line, &commands, out);
}

/// Whether a part says what to ask and what must come, outside of items of that name.
fn says_itself(part: &Part<'_>, outer: u32) -> bool {
    let is_field = |line: &Line| words::labelled(line).is_some_and(|found| field(&found.name).is_some());
    field(&part.name).is_some()
        || part.entries.iter().any(|entry| match entry {
            Entry::Item(item) => item.depth == outer && item.lines.first().is_some_and(is_field),
            Entry::Text(line, depth) => *depth == 0 && is_field(line),
            Entry::Code(..) | Entry::Html(..) => false,
        })
}

/// Adds a test for each command: one has one command, and none may be lost.
fn add_commands(test: SmokeTest, line: u32, commands: &[&Fence], out: &mut Deployment) {
    let Some((first, more)) = commands.split_first() else {
        out.smoke_tests.push(At::new(test, line));
        return;
    };
    let others: Vec<At<SmokeTest>> = more
        .iter()
        .enumerate()
        .map(|(at, fence)| {
            let other = SmokeTest {
                name: format!("{} ({})", test.name, at + 2).trim_start().to_owned(),
                endpoint: None,
                command: Some((*fence).clone()),
                expected: expected_in(fence),
                on_failure: test.on_failure.clone(),
            };
            At::new(other, fence.line)
        })
        .collect();
    let first = SmokeTest {
        expected: test.expected.clone().or_else(|| expected_in(first)),
        command: Some((*first).clone()),
        ..test
    };
    out.smoke_tests.push(At::new(first, line));
    out.smoke_tests.extend(others);
}

/// Tests as items: a name, and below it endpoint, expectation and what a failure leads to.
fn by_item(part: &Part<'_>, outer: u32, out: &mut Deployment) {
    let mut entries = part.entries.iter().peekable();
    while let Some(entry) = entries.next() {
        let Entry::Item(item) = entry else { continue };
        let mut test = SmokeTest {
            name: name_of(item),
            ..SmokeTest::default()
        };
        if let Some((endpoint, expected)) = request(&test.name) {
            test.endpoint = Some(endpoint);
            test.expected = expected;
        }
        for line in item.lines.iter().skip(1) {
            read_line(&mut test, line);
        }
        let mut commands = Vec::new();
        while let Some(below) =
            entries.next_if(|next| !matches!(next, Entry::Item(item) if item.depth <= outer))
        {
            match below {
                Entry::Item(item) => item.lines.iter().for_each(|line| read_line(&mut test, line)),
                Entry::Text(line, _) => read_line(&mut test, line),
                Entry::Code(fence, _) if is_command(fence) => commands.push(*fence),
                Entry::Code(fence, _) => {
                    test.expected.get_or_insert_with(|| fence.code.trim().to_owned());
                }
                Entry::Html(..) => {}
            }
        }
        if !test.name.is_empty() {
            add_commands(test, item.line, &commands, out);
        }
    }
}

fn read_line(test: &mut SmokeTest, line: &Line) {
    if let Some(found) = words::labelled(line)
        && !found.value.is_empty()
        && !placeholder::is_placeholder(found.value)
    {
        put(test, &found.name, words::unquoted(found.value));
    }
}

/// The name of a test: what is bold at its beginning, else all of it.
fn name_of(item: &Block) -> String {
    let Some(line) = item.lines.first() else {
        return String::new();
    };
    let name = match line.strong {
        0 => line.text.trim(),
        strong => line.text.get(..strong).unwrap_or(&line.text).trim(),
    };
    without_number(name.trim_end_matches(':').trim()).to_owned()
}

/// A request and what is said behind it: `GET /health expect 200`.
fn request(text: &str) -> Option<(String, Option<String>)> {
    let mut words = text.split_whitespace();
    let method = words.next()?;
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let path = words
        .next()
        .filter(|path| path.starts_with('/') || path.contains("://"))?;
    if !methods.contains(&method) {
        return None;
    }
    let verbs = [
        "expect", "expects", "expected", "return", "returns", "should", "→", "->", "=>", "-", "",
    ];
    let rest: Vec<&str> = words
        .skip_while(|word| verbs.contains(&word.trim_end_matches(':')))
        .collect();
    let expected = (!rest.is_empty()).then(|| rest.join(" "));
    Some((format!("{method} {path}"), expected))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Endpoint,
    Expected,
    Failure,
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "endpoint" | "url" | "request" => Field::Endpoint,
        "expected" | "expect" | "expected result" | "expected response" | "expected output" => {
            Field::Expected
        }
        "failure" | "on failure" | "if it fails" | "failure action" => Field::Failure,
        _ => return None,
    })
}

fn put(test: &mut SmokeTest, name: &str, value: &str) {
    let slot = match field(name) {
        Some(Field::Endpoint) => &mut test.endpoint,
        Some(Field::Expected) => &mut test.expected,
        Some(Field::Failure) => &mut test.on_failure,
        None => return,
    };
    slot.get_or_insert_with(|| value.to_owned());
}

fn is_command(fence: &Fence) -> bool {
    let language = fence.info.split([' ', ',', '{']).next().unwrap_or_default();
    SHELLS.contains(&language.to_lowercase().as_str())
}

/// What the comments of a command say that must come: `# Expected: {"status": "ok"}`. Where nothing stands behind the
/// colon, the comments below say it.
fn expected_in(fence: &Fence) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    let mut below = false;
    for line in fence.code.lines() {
        let Some(comment) = line.trim_start().strip_prefix('#').map(str::trim) else {
            below = false;
            continue;
        };
        let lower = comment.to_lowercase();
        if lower.starts_with("expect")
            && let Some((word, value)) = comment.split_once(':')
            && word.split_whitespace().count() <= 2
        {
            below = value.trim().is_empty();
            if !below {
                found.push(value.trim().to_owned());
            }
        } else if below && !comment.is_empty() {
            found.push(comment.to_owned());
        }
    }
    (!found.is_empty()).then(|| found.join("\n"))
}

/// A title without `Test 2:` before it.
fn without_number(title: &str) -> &str {
    let title = title.trim();
    let Some(rest) = title
        .get(..4)
        .filter(|word| word.eq_ignore_ascii_case("test"))
        .map(|_| title[4..].trim_start())
    else {
        return title;
    };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let name = after.trim_start_matches([':', '.', ')', '-', '–', '—', ' ']);
    if after.len() < rest.len() && !name.is_empty() {
        name
    } else {
        title
    }
}
