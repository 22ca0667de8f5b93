//! What the texts of a Context7 server say. A text that is neither an answer nor a known "no" is no answer.

use super::libraries::{Library, normal};
use crate::model::text;

/// A library at Context7.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Its id, such as `/tiangolo/fastapi`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The versions that documentation is kept of, as they are called.
    pub versions: Vec<String>,
}

/// What a search for a library gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// These, the likeliest first.
    Candidates(Vec<Candidate>),
    /// None.
    None,
    /// Nobody can say: what stands there.
    Unclear(String),
}

/// What a request for documentation gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Documents {
    /// Some.
    Given,
    /// There are none.
    None,
    /// Nobody can say: what stands there.
    Unclear(String),
}

/// How servers say that they found nothing.
const NOT_FOUND: [&str; 3] = [
    "no libraries found",
    "no documentation libraries found",
    "no matching libraries",
];

/// How servers say that they have no documentation.
const NO_DOCUMENTS: [&str; 4] = [
    "documentation not found or not finalized",
    "no documentation found",
    "no context found",
    "the library you are trying to access does not exist",
];

/// The longest text that is quoted, in characters.
const MAX_QUOTE: usize = 200;

fn says(text: &str, phrases: &[&str]) -> bool {
    let lower = text.to_lowercase();
    phrases.iter().any(|phrase| lower.contains(phrase))
}

/// The first line of what nobody can make sense of.
fn quote(said: &str) -> String {
    let clean = text::sanitise(said);
    let line = text::first_line(&clean);
    if line.is_empty() {
        "nothing".to_owned()
    } else {
        text::shorten(line, MAX_QUOTE)
    }
}

/// Reads what `resolve-library-id` answered: blocks of lines `- KEY: VALUE`, one a library.
pub fn found(said: &str) -> Found {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut current = Candidate::default();
    for line in said.lines() {
        let line = line.trim();
        let entry = line.trim_start_matches('-').trim();
        if line.chars().all(|c| c == '-') {
            candidates.push(std::mem::take(&mut current));
            continue;
        }
        let Some((key, value)) = entry.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match key.trim().to_lowercase().as_str() {
            "title" | "name" => {
                // Not every server parts the blocks.
                if !current.id.is_empty() {
                    candidates.push(std::mem::take(&mut current));
                }
                value.clone_into(&mut current.title);
            }
            "description" => value.clone_into(&mut current.description),
            "versions" => {
                current.versions = value
                    .split(',')
                    .map(str::trim)
                    .filter(|version| !version.is_empty())
                    .map(str::to_owned)
                    .collect();
            }
            key if key.ends_with("library id") => value.clone_into(&mut current.id),
            _ => {}
        }
    }
    candidates.push(current);
    candidates.retain(|candidate| candidate.id.starts_with('/'));
    if !candidates.is_empty() {
        Found::Candidates(candidates)
    } else if says(said, &NOT_FOUND) {
        Found::None
    } else {
        Found::Unclear(quote(said))
    }
}

/// Reads what the tool for documentation answered. Documentation has sources, headings or code; what a server says of its
/// own trouble has not.
pub fn documents(said: &str) -> Documents {
    let is_document = |line: &str| {
        let line = line.trim_start();
        let lower = line.to_lowercase();
        line.starts_with("```") || line.starts_with('#') || lower.starts_with("source:")
    };
    if said.lines().any(is_document) {
        Documents::Given
    } else if says(said, &NO_DOCUMENTS) {
        Documents::None
    } else {
        Documents::Unclear(quote(said))
    }
}

/// The words of a name: `tanstack`, `react`, `query`.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A name without everything that is no letter or digit, and without the `js` that some add.
fn bare(name: &str) -> String {
    let letters: String = name
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    match letters.strip_suffix("js") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => letters,
    }
}

/// The candidate that is the library. A search finds something for nearly every word, so that the name must be there:
/// as the title or the last part of the id, or, where the name has several words, each of them somewhere. Whoever the name
/// says that it is of must be there too: `@mine/react` is not React.
pub fn choose<'c>(library: &Library, candidates: &'c [Candidate]) -> Option<&'c Candidate> {
    let name = normal(&library.name);
    // Of `@scope/name` and `example.com/owner/name` the name is the last part.
    let own = bare(name.rsplit('/').find(|part| !is_major(part)).unwrap_or(&name));
    let scope = name.strip_prefix('@').and_then(|name| name.split_once('/'));
    // The types of a library are of those who wrote the types.
    let scope = scope.map_or("", |(scope, _)| scope);
    let owner = words(if scope == "types" { "" } else { scope });
    let said = |candidate: &Candidate| {
        words(&format!(
            "{} {} {}",
            candidate.title, candidate.id, candidate.description
        ))
    };
    let has_all = |wanted: &[String], said: &[String]| wanted.iter().all(|word| said.contains(word));
    let is_it = |candidate: &&Candidate| {
        let last = candidate.id.rsplit('/').next().unwrap_or_default();
        let is_own = [candidate.title.as_str(), last]
            .iter()
            .any(|other| bare(other) == own);
        is_own && !own.is_empty() && has_all(&owner, &said(candidate))
            || normal(candidate.id.trim_start_matches('/')) == name
    };
    if let Some(found) = candidates.iter().find(is_it) {
        return Some(found);
    }
    let wanted = words(&name);
    candidates.iter().find(|candidate| {
        let named = words(&format!("{} {}", candidate.title, candidate.id));
        wanted.len() > 1
            && has_all(&wanted, &said(candidate))
            && wanted.iter().any(|word| named.contains(word))
    })
}

/// Whether a part of a Go module's path is its major version: `v2`.
fn is_major(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `@upstash/context7-mcp` 4.1.1 writes it.
    const SEARCH: &str = "Available Libraries:\n\n- Title: FastAPI\n- Context7-compatible library ID: /fastapi/fastapi\n\
        - Description: FastAPI framework: high performance\n- Code Snippets: 1277\n- Source Reputation: High\n\
        - Benchmark Score: 90.1\n- Versions: 0.115.13, 0.116.1\n- Source: https://github.com/fastapi/fastapi\n----------\n\
        - Title: FastAPI Users\n- Context7-compatible library ID: /fastapi-users/fastapi-users\n- Description: Users\n\
        - Source Reputation: Unknown";

    #[test]
    fn the_libraries_of_a_search_are_read() {
        let Found::Candidates(candidates) = found(SEARCH) else {
            panic!("candidates")
        };
        let [first, second] = candidates.as_slice() else {
            panic!("two, not {candidates:?}")
        };
        assert_eq!(
            (first.id.as_str(), first.title.as_str()),
            ("/fastapi/fastapi", "FastAPI")
        );
        assert_eq!(first.description, "FastAPI framework: high performance");
        assert_eq!(first.versions, ["0.115.13", "0.116.1"]);
        assert_eq!(second.versions, [""; 0]);
        // Blocks that nothing parts.
        let joined = SEARCH.replace("----------\n", "");
        assert_eq!(found(&joined), found(SEARCH));
    }

    #[test]
    fn what_is_no_answer_is_no_answer() {
        for said in [
            "No libraries found matching the provided name.",
            "No documentation libraries found matching your query.",
        ] {
            assert_eq!(found(said), Found::None, "{said}");
        }
        for said in [
            "Rate limited or quota exceeded. Create a free API key at https://context7.com/dashboard for higher limits.",
            "Invalid API key. Please check your API key.",
            "Error searching libraries: TypeError: fetch failed",
            "Request failed with status 503. Please try again later.",
            "",
            "{}",
            "- Title: X\n- Context7-compatible library ID: no id",
        ] {
            assert!(matches!(found(said), Found::Unclear(_)), "{said}");
            let documents = documents(said);
            assert!(
                matches!(documents, Documents::Unclear(_)),
                "{said}: {documents:?}"
            );
        }
        assert_eq!(found(""), Found::Unclear("nothing".to_owned()));
    }

    #[test]
    fn documentation_is_told_from_trouble() {
        for said in [
            "### Install\n\nSource: https://github.com/a/b\n\n```bash\npip install a\n```\n",
            "TITLE: Install\nDESCRIPTION: x\nSOURCE: https://a\n\nLANGUAGE: Python\nCODE:\n```\nx\n```",
        ] {
            assert_eq!(documents(said), Documents::Given);
        }
        assert_eq!(
            documents(
                "Documentation not found or not finalized for this library. This might have happened …"
            ),
            Documents::None
        );
    }

    fn candidate(title: &str, id: &str, description: &str) -> Candidate {
        Candidate {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            versions: Vec::new(),
        }
    }

    #[track_caller]
    fn check(name: &str, candidates: &[Candidate], expect: Option<&str>) {
        let library = Library {
            name: name.to_owned(),
            version: None,
            from: "s".to_owned(),
        };
        assert_eq!(
            choose(&library, candidates).map(|candidate| candidate.id.as_str()),
            expect,
            "{name}"
        );
    }

    #[test]
    fn only_a_library_of_that_name_is_chosen() {
        let users = candidate("FastAPI Users", "/fastapi-users/fastapi-users", "");
        let fastapi = candidate("FastAPI", "/fastapi/fastapi", "");
        check(
            "fastapi",
            &[users.clone(), fastapi.clone()],
            Some("/fastapi/fastapi"),
        );
        check(
            "FastAPI_Users",
            &[fastapi, users],
            Some("/fastapi-users/fastapi-users"),
        );
        let next = candidate("Next.js", "/vercel/next.js", "The React framework");
        check("next", std::slice::from_ref(&next), Some("/vercel/next.js"));
        check("Next.js", std::slice::from_ref(&next), Some("/vercel/next.js"));
        check("leftpadxyz", &[next], None);
        let query = candidate(
            "TanStack Query",
            "/tanstack/query",
            "Data fetching for React and others",
        );
        check(
            "@tanstack/react-query",
            std::slice::from_ref(&query),
            Some("/tanstack/query"),
        );
        check("query", std::slice::from_ref(&query), Some("/tanstack/query"));
        check("react", &[query], None);
        let gin = candidate("Gin", "/gin-gonic/gin", "");
        check(
            "github.com/gin-gonic/gin",
            std::slice::from_ref(&gin),
            Some("/gin-gonic/gin"),
        );
        check("github.com/gin-gonic/gin/v2", &[gin], Some("/gin-gonic/gin"));
        let react = candidate("React", "/facebook/react", "A library for user interfaces");
        check("@mine/react", std::slice::from_ref(&react), None);
        check(
            "@facebook/react",
            std::slice::from_ref(&react),
            Some("/facebook/react"),
        );
        check("@types/react", &[react], Some("/facebook/react"));
        // A name without letters is no name of whatever has none.
        check(
            "-",
            &[candidate("", "/a/b", ""), candidate("--", "/a/-", "")],
            None,
        );
        check(
            "Tailwind CSS",
            &[candidate("Tailwind CSS", "/websites/tailwindcss", "")],
            Some("/websites/tailwindcss"),
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(said in "\\PC{0,80}", name in "\\PC{1,20}") {
            let _ = documents(&said);
            if let Found::Candidates(candidates) = found(&said.replace('~', "\n- Library ID: /")) {
                let library = Library { name, version: None, from: String::new() };
                let _ = choose(&library, &candidates);
            }
        }
    }
}
