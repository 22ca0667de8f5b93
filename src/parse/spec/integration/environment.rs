//! What must be there to run the test: services, files, variables.

use crate::model::spec::{At, EnvironmentNeeds, Service};

use crate::parse::spec::document::{Block, Line};
use crate::parse::spec::oddities::{Oddities, quoted};
use crate::parse::spec::parts::{Entry, Part};
use crate::parse::spec::placeholder;
use crate::parse::spec::variables;
use crate::parse::spec::words;

/// What a part of the section lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lists {
    Services,
    ConfigFiles,
    Fixtures,
    Anything,
}

/// Reads the environment.
pub fn environment(parts: &[Part<'_>], out: &mut EnvironmentNeeds, oddities: &mut Oddities) {
    for part in parts {
        let lists = lists(&part.name);
        if let (Some(source), false) = (part.source, part.value.is_empty()) {
            read_line(source, lists, out);
        }
        if lists == Lists::Services {
            if let Some(source) = part.source {
                let named = inline(part.value).filter_map(parse_service);
                out.services
                    .extend(named.map(|(service, _)| At::new(service, source.number)));
            }
            for item in part.outer_items() {
                if let Some(service) = service(item, oddities) {
                    out.services.push(At::new(service, item.line));
                }
            }
        }
        for entry in &part.entries {
            match entry {
                Entry::Item(item) => item.lines.iter().for_each(|line| read_line(line, lists, out)),
                Entry::Text(line, _) => read_line(line, lists, out),
                Entry::Code(fence, _) => {
                    for (variable, line) in variables::settings(fence, oddities) {
                        out.variables.push(At::new((variable.name, variable.value), line));
                    }
                }
                Entry::Html(..) => {}
            }
        }
    }
}

/// The services behind a label: words with commas between them. More than a word is prose, and says nothing.
fn inline(value: &str) -> impl Iterator<Item = &str> {
    let all = || value.split(',').map(|word| word.trim().trim_matches('`'));
    let is_list = all().all(|word| !word.is_empty() && !word.contains(char::is_whitespace));
    let is_none = placeholder::says_nothing;
    all().filter(move |word| is_list && !is_none(word))
}

fn lists(name: &str) -> Lists {
    if name.contains("services") || name == "service dependencies" {
        Lists::Services
    } else if name.contains("config files") || name.contains("configuration files") {
        Lists::ConfigFiles
    } else if name.contains("fixture") || name.contains("test data") || name.contains("seed data") {
        Lists::Fixtures
    } else {
        Lists::Anything
    }
}

/// Reads the files that a line names, by its label and by the part that it stands in.
fn read_line(line: &Line, lists: Lists, out: &mut EnvironmentNeeds) {
    let labelled = words::labelled(line);
    let from = labelled
        .as_ref()
        .map_or(0, |found| line.text.trim_end().len() - found.value.len());
    let name = labelled.map(|found| found.name).unwrap_or_default();
    let paths = words::paths(line, from);
    let all = |paths: Vec<String>| paths.into_iter().map(|path| At::new(path, line.number));
    if name.contains("compose") || (name.is_empty() && paths.first().is_some_and(|path| is_compose(path))) {
        // What only speaks of a second one in prose does not ask for it.
        let is_asked = |path: &String| !name.is_empty() || leads(line, path);
        for (index, path) in paths.into_iter().enumerate() {
            let is_first = index == 0 && out.compose_files.is_empty();
            let counts = is_first || (is_yaml(&path) && (index > 0 && is_compose(&path) || is_asked(&path)));
            if counts && out.compose_files.iter().all(|known| known.value != path) {
                out.compose_files.push(At::new(path, line.number));
            }
        }
    } else if name.contains("config file")
        || name.contains("configuration file")
        || lists == Lists::ConfigFiles
    {
        out.config_files.extend(all(paths));
    } else if name.contains("fixture") || name.contains("test data") || lists == Lists::Fixtures {
        out.test_data_fixtures.extend(all(paths));
    }
}

fn is_compose(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.contains("compose") && is_yaml(path)
}

fn is_yaml(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| ["yml", "yaml"].contains(&extension))
}

/// Whether a line begins with a path.
fn leads(line: &Line, path: &str) -> bool {
    let first = line.text.split_whitespace().next().unwrap_or_default();
    words::path(first.trim_end_matches([',', ';', ':'])) == path
}

/// A service: `postgres:14.2 (port 5432) - for tests`.
fn service(item: &Block, oddities: &mut Oddities) -> Option<Service> {
    let (service, bad_ports) = parse_service(&item.text())?;
    for words in bad_ports {
        oddities.add(
            item.line,
            "bad_port",
            format!("{} is no port of {}", quoted(&words), service.name),
            Some("ports are numbers from 1 to 65535"),
        );
    }
    Some(service)
}

/// A service as one text names it.
pub fn service_of(text: &str) -> Service {
    parse_service(text)
        .map(|(service, _)| service)
        .unwrap_or_default()
}

/// A service, and what was called a port and is none.
fn parse_service(text: &str) -> Option<(Service, Vec<String>)> {
    let mut notes: Vec<String> = Vec::new();
    let mut ports = Vec::new();

    // What stands behind a dash is a note.
    let (head, note) = [" - ", " — ", " – "]
        .iter()
        .filter_map(|dash| text.split_once(dash))
        .min_by_key(|(head, _)| head.len())
        .unwrap_or((text, ""));
    let mut bare = String::new();
    let mut rest = head;
    while let Some((before, after)) = rest.split_once('(') {
        let (inside, after) = after.split_once(')').unwrap_or((after, ""));
        bare.push_str(before);
        bare.push(' ');
        match read_ports(inside.trim()) {
            Some(found) => ports.extend(found),
            None => notes.push(inside.trim().to_owned()),
        }
        rest = after;
    }
    bare.push_str(rest);
    if !note.is_empty() {
        notes.push(note.trim().to_owned());
    }
    let head = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    if head.is_empty() {
        return None;
    }

    let (name, tag) = image(&head, &mut notes);
    let mut known = Vec::new();
    let mut bad = Vec::new();
    for port in ports {
        match port {
            Ok(port) => known.push(port),
            Err(words) => bad.push(words),
        }
    }
    notes.retain(|note| !note.is_empty() && !placeholder::is_placeholder(note));
    let service = Service {
        name,
        tag,
        ports: known,
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    };
    Some((service, bad))
}

/// The ports that words in parentheses name: `port 5432`, `ports 5672, 15672`. Of `5433:5432` it is the first.
fn read_ports(words: &str) -> Option<Vec<Result<u16, String>>> {
    let lower = words.to_lowercase();
    let rest = lower
        .strip_prefix("ports")
        .or_else(|| lower.strip_prefix("port"))?;
    let rest = rest.trim_start_matches([':', ' ']);
    let words = rest
        .split([',', ' ', '&'])
        .filter(|word| !word.is_empty() && *word != "and");
    let port = |word: &str| -> Result<u16, String> {
        let number = word.split([':', '/']).next().unwrap_or(word);
        number
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| word.to_owned())
    };
    Some(words.map(port).collect())
}

/// The name and the tag of an image, `registry:5000/team/api:1.2`; or a name and a version, `PostgreSQL 14`.
fn image(head: &str, notes: &mut Vec<String>) -> (String, Option<String>) {
    let is_tag = |tag: &str| {
        !tag.is_empty()
            && tag
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '$' | '{' | '}'))
    };
    let head = words::unquoted(head.trim_end_matches([',', ';']));
    if !head.contains(' ') {
        let bare = head.split('@').next().unwrap_or(head);
        let file = bare.rfind('/').map_or(0, |slash| slash + 1);
        return match bare[file..].rsplit_once(':') {
            Some((name, tag)) if is_tag(tag) => (format!("{}{name}", &bare[..file]), Some(tag.to_owned())),
            _ => (bare.to_owned(), None),
        };
    }
    if let Some((name, rest)) = head.split_once(": ") {
        let rest = rest.trim();
        let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let number = first
            .trim_start_matches('v')
            .starts_with(|c: char| c.is_ascii_digit());
        if first == "latest" || (number && is_tag(first)) {
            notes.push(more.to_owned());
            return (name.to_owned(), Some(first.to_owned()));
        }
        if first.contains(':') && !first.contains("//") {
            // `Database: postgres:14`.
            notes.push(more.to_owned());
            let (image, tag) = image(first, notes);
            return (image, tag);
        }
        notes.push(rest.to_owned());
        return (name.to_owned(), None);
    }
    let (first, more) = head.split_once(' ').unwrap_or((head, ""));
    if first.contains(':') {
        notes.push(more.trim_start_matches([',', ' ']).to_owned());
        return image(first, notes);
    }
    match head.rsplit_once(' ') {
        Some((name, version))
            if version
                .trim_start_matches('v')
                .starts_with(|c: char| c.is_ascii_digit()) =>
        {
            (name.to_owned(), Some(version.to_owned()))
        }
        _ => (head.to_owned(), None),
    }
}
