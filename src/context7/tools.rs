//! The tools of a Context7 server, which have had several names and arguments.

use serde_json::{Map, Value};

use super::ask::Fault;

/// A tool as the server describes it.
pub(super) struct Described {
    /// Its name.
    pub(super) name: String,
    /// The JSON Schema of its arguments.
    pub(super) schema: Map<String, Value>,
}

/// How a tool is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Its name.
    pub(super) name: String,
    /// The argument that takes the name or id of a library.
    subject: String,
    /// Arguments that take a text about what is wanted.
    topics: Vec<String>,
    /// Arguments that must be given and take a number: how much is wanted.
    amounts: Vec<String>,
}

/// The two tools that are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tools {
    /// From the name of a library to its id.
    pub(super) resolve: Form,
    /// From its id to its documentation.
    pub(super) documents: Form,
}

const RESOLVE: [&str; 1] = ["resolve-library-id"];
const DOCUMENTS: [&str; 2] = ["query-docs", "get-library-docs"];
const NAMES: [&str; 2] = ["libraryname", "name"];
const IDS: [&str; 2] = ["libraryid", "context7compatiblelibraryid"];
const TOPICS: [&str; 4] = ["query", "topic", "question", "userquery"];
const AMOUNTS: [&str; 1] = ["tokens"];

/// What is asked for: as little as a server gives.
const AMOUNT: u64 = 1_000;

/// A name without what spellings differ in: `library_id`, `libraryId`.
fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', '-'], "")
}

impl Tools {
    /// Finds the two tools among those that a server has.
    pub(super) fn of(tools: &[Described]) -> Result<Self, Fault> {
        let find = |names: &[&str]| {
            let of_name = |name: &&str| tools.iter().find(|tool| plain(&tool.name) == plain(name));
            names.iter().find_map(of_name).ok_or_else(|| Fault::NoTool {
                wanted: names.join(" or "),
                found: if tools.is_empty() {
                    "none".to_owned()
                } else {
                    let all: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
                    all.join(", ")
                },
            })
        };
        Ok(Self {
            resolve: Form::of(find(&RESOLVE)?, &NAMES)?,
            documents: Form::of(find(&DOCUMENTS)?, &IDS)?,
        })
    }
}

impl Form {
    fn of(tool: &Described, subjects: &[&str]) -> Result<Self, Fault> {
        let properties = tool.schema.get("properties").and_then(Value::as_object);
        let names: Vec<&String> = properties.into_iter().flat_map(Map::keys).collect();
        let matching = |wanted: &[&str]| -> Vec<String> {
            let is = |name: &&&String| wanted.contains(&plain(name).as_str());
            names.iter().filter(is).map(|name| (*name).clone()).collect()
        };
        let required: Vec<&str> = tool
            .schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let unknown = |argument: &str| Fault::UnknownArgument {
            tool: tool.name.clone(),
            argument: argument.to_owned(),
        };
        let subject = subjects
            .iter()
            .find_map(|wanted| matching(&[*wanted]).into_iter().next())
            .ok_or_else(|| unknown(subjects.first().copied().unwrap_or_default()))?;
        let form = Self {
            name: tool.name.clone(),
            subject,
            topics: matching(&TOPICS),
            amounts: matching(&AMOUNTS)
                .into_iter()
                .filter(|name| required.contains(&name.as_str()))
                .collect(),
        };
        let gives = |name: &&&str| {
            let own = [&form.subject]
                .into_iter()
                .chain(&form.topics)
                .chain(&form.amounts);
            !own.into_iter().any(|known| known == **name)
        };
        match required.iter().find(gives) {
            Some(argument) => Err(unknown(argument)),
            None => Ok(form),
        }
    }

    /// The arguments for a library and what is wanted of it.
    pub(super) fn arguments(&self, subject: &str, topic: &str) -> Map<String, Value> {
        let mut arguments = Map::new();
        arguments.insert(self.subject.clone(), subject.into());
        for name in &self.topics {
            arguments.insert(name.clone(), topic.into());
        }
        for name in &self.amounts {
            arguments.insert(name.clone(), AMOUNT.into());
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described(name: &str, properties: &Value, required: &[&str]) -> Described {
        let schema = json!({"type": "object", "properties": properties, "required": required});
        Described {
            name: name.to_owned(),
            schema: schema.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn the_tools_of_today_are_known() {
        let text = json!({"type": "string"});
        let tools = Tools::of(&[
            described("other", &json!({}), &[]),
            described(
                "resolve-library-id",
                &json!({"query": text, "libraryName": text}),
                &["query", "libraryName"],
            ),
            described(
                "query-docs",
                &json!({"libraryId": text, "query": text}),
                &["libraryId", "query"],
            ),
        ])
        .unwrap();
        assert_eq!(
            Value::Object(tools.resolve.arguments("fastapi", "overview")),
            json!({"libraryName": "fastapi", "query": "overview"})
        );
        assert_eq!(
            Value::Object(tools.documents.arguments("/a/b", "overview")),
            json!({"libraryId": "/a/b", "query": "overview"})
        );
    }

    #[test]
    fn the_tools_of_earlier_versions_are_known_too() {
        let text = json!({"type": "string"});
        let tools = Tools::of(&[
            described(
                "resolve-library-id",
                &json!({"libraryName": text}),
                &["libraryName"],
            ),
            described(
                "get-library-docs",
                &json!({"context7CompatibleLibraryID": text, "topic": text, "tokens": {"type": "number"}}),
                &["context7CompatibleLibraryID"],
            ),
        ])
        .unwrap();
        assert_eq!(
            Value::Object(tools.resolve.arguments("fastapi", "overview")),
            json!({"libraryName": "fastapi"})
        );
        assert_eq!(
            Value::Object(tools.documents.arguments("/a/b", "overview")),
            json!({"context7CompatibleLibraryID": "/a/b", "topic": "overview"})
        );
    }

    #[track_caller]
    fn fault(tools: &[Described], expect: &str) {
        assert_eq!(Tools::of(tools).unwrap_err().to_string(), expect);
    }

    #[test]
    fn a_server_without_them_is_another_server() {
        fault(&[], "the server has no tool resolve-library-id; it has none");
        let resolve = || {
            described(
                "resolve_library_id",
                &json!({"library_name": {}}),
                &["library_name"],
            )
        };
        fault(
            &[resolve()],
            "the server has no tool query-docs or get-library-docs; it has resolve_library_id",
        );
        fault(
            &[
                resolve(),
                described(
                    "query-docs",
                    &json!({"libraryId": {}, "tenant": {}}),
                    &["libraryId", "tenant"],
                ),
            ],
            "the tool query-docs of the server does not take what sdd gives it: the argument tenant is unknown",
        );
        fault(
            &[described("resolve-library-id", &json!({"x": {}}), &[])],
            "the tool resolve-library-id of the server does not take what sdd gives it: the argument libraryname is unknown",
        );
    }
}
