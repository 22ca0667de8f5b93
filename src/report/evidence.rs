//! The evidence that a run of integration tests leaves: documents, and a manifest with the hash of each.
//!
//! The manifest is canonical JSON (sorted keys, no blanks, whole numbers, a newline at the end), so that its own hash is of
//! what it says. `prev` is the hash of the manifest before it: none can be taken out of the chain unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Read};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::model::gate_id::GateId;
use crate::model::report::{GateReport, Report};
use crate::model::spec::Integration;
use crate::model::verdict::Verdict;

/// The name of the manifest.
pub const MANIFEST: &str = "integration-evidence-manifest.json";

/// The version of the manifest's form.
const SCHEMA_VERSION: u32 = 1;

/// The document that says what was to be tested.
const SCOPE: &str = "integration-scope-matrix.json";

/// The measurement of the load, as the gate `benchmark` leaves it in the directory of a run, and as it is kept.
pub const MEASUREMENT: &str = "benchmark.json";

/// The directories of the members that are no documents.
const DIRECTORIES: [&str; 2] = ["logs", "reports"];

/// The documents that are the reports of gates.
const DOCUMENTS: [(GateId, &str); 5] = [
    (GateId::Environment, "environment-validation-report.json"),
    (GateId::Integration, "test-execution-report.json"),
    (GateId::Contract, "contract-validation-results.json"),
    (GateId::Benchmark, "performance-report.json"),
    (GateId::IntegrationDocumentation, "documentation-report.json"),
];

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path below the directory of the evidence, with `/` between parts.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// What made it: a command as words, or sdd.
    pub producer: Vec<String>,
    /// How that ended, where it is a command.
    pub exit_code: Option<i32>,
}

impl Member {
    fn document(path: &str, value: &Value) -> Self {
        let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
        bytes.push(b'\n');
        Self {
            path: path.to_owned(),
            bytes,
            media_type: "application/json",
            producer: vec!["sdd".to_owned()],
            exit_code: None,
        }
    }
}

/// What a manifest says beside the members and the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The hash of the manifest before it.
    pub prev: Option<String>,
    /// The hash of the program that made it; `None` where it could not be read.
    pub binary: Option<String>,
    /// Git's name of the tree of the commit.
    pub tree: Option<String>,
    /// The digest of the commit and of all that differed from it when the run began, where something did. `None` with a
    /// work tree that differs means that nobody can say what was tested.
    pub difference: Option<String>,
}

/// Evidence that there should be and that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What its path would be.
    pub path: String,
    /// Why it is not there, in one line.
    pub why: String,
}

/// Whether a run is worth evidence: integration tests or their environment were to be looked at, however that ended, also
/// where it did not come to it. What an earlier run left would be taken for evidence of this one.
pub fn is_due(report: &Report) -> bool {
    let is_of = |id| {
        let gate = gate(report, id);
        gate.is_some_and(|gate| gate.verdict != Verdict::Skipped || !gate.steps.is_empty())
    };
    // Who asks for the environment alone does not replace what a whole run left.
    report.work_item.is_some()
        && gate(report, GateId::Integration).is_some()
        && (is_of(GateId::Environment) || is_of(GateId::Integration))
}

/// The members that a manifest lists; none where it cannot be read. A path that sdd gives to no member is none: whoever
/// lists the file of somebody else does not get it removed.
pub fn listed(manifest: &[u8]) -> Vec<String> {
    let value: Value = serde_json::from_slice(manifest).unwrap_or_default();
    let members = value.get("members").and_then(Value::as_array);
    let paths = members
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("path")?.as_str());
    paths.filter(|path| is_own(path)).map(str::to_owned).collect()
}

/// Whether sdd gives such a path to a member.
fn is_own(path: &str) -> bool {
    match path.split_once('/') {
        None => path == SCOPE || path == MEASUREMENT || DOCUMENTS.iter().any(|(_, name)| *name == path),
        Some((directory, name)) => {
            let is_name = !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0']);
            DIRECTORIES.contains(&directory) && is_name
        }
    }
}

/// What a run was about.
#[derive(Clone, Debug, Default)]
pub struct Subject<'a> {
    /// What the spec says of integration; `None` where there is no spec.
    pub spec: Option<&'a Integration>,
    /// The work items that the tested one depends on.
    pub work_items: &'a [String],
    /// The services of the compose files, each with those that it depends on.
    pub depends: BTreeMap<String, BTreeSet<String>>,
}

/// The documents of a run: what was to be tested, and what each gate says.
pub fn documents(report: &Report, subject: &Subject<'_>) -> Vec<Member> {
    let scope = Member::document(SCOPE, &scope(report, subject));
    let reports = DOCUMENTS.iter().filter_map(|(id, path)| {
        let gate = serde_json::to_value(gate(report, *id)?).ok()?;
        let run = &report.run_id;
        Some(Member::document(
            path,
            &json!({"schema_version": SCHEMA_VERSION, "kind": "gate_evidence", "run_id": run, "gate": gate}),
        ))
    });
    std::iter::once(scope).chain(reports).collect()
}

fn gate(report: &Report, id: GateId) -> Option<&GateReport> {
    report.gates.iter().find(|gate| gate.gate == id)
}

/// What is put together, by which scenarios it is tested, and what of it depends on what.
fn scope(report: &Report, subject: &Subject<'_>) -> Value {
    let none = Integration::default();
    let spec = subject.spec.unwrap_or(&none);
    let named: BTreeSet<&str> = (spec.environment.services.iter())
        .map(|one| one.value.name.as_str())
        .chain(subject.depends.keys().map(String::as_str))
        .collect();
    let components: Vec<Value> = spec
        .components
        .iter()
        .map(|one| json!({"name": one.value.name, "version": one.value.version, "line": one.line}))
        .collect();
    let points: Vec<&str> = spec
        .integration_points
        .iter()
        .map(|one| one.value.as_str())
        .collect();
    let scenarios: Vec<Value> = spec
        .scenarios
        .iter()
        .map(|one| {
            let scenario = &one.value;
            let parts = [&scenario.setup, &scenario.actions, &scenario.expected_results];
            let said = parts.into_iter().flatten().map(|part| part.value.as_str());
            let said: Vec<&str> = said.chain([scenario.description.as_str()]).collect();
            let services: Vec<&&str> = (named.iter())
                .filter(|name| said.iter().any(|text| names(text, name)))
                .collect();
            json!({"description": scenario.description, "line": one.line, "setup": scenario.setup.len(),
                   "actions": scenario.actions.len(), "expected_results": scenario.expected_results.len(),
                   "depends_on": services})
        })
        .collect();
    let services: Vec<Value> = spec
        .environment
        .services
        .iter()
        .map(|one| {
            json!({"name": one.value.name, "tag": one.value.tag, "depends_on": subject.depends.get(&one.value.name)})
        })
        .collect();
    // What the spec does not ask for and the compose file brings up besides.
    let is_asked = |name: &str| spec.environment.services.iter().any(|one| one.value.name == name);
    let others = subject.depends.iter().filter(|(name, _)| !is_asked(name));
    let others: Vec<Value> = others
        .map(|(name, depends)| json!({"name": name, "depends_on": depends}))
        .collect();
    let dependencies: Vec<Value> = (spec.dependencies.iter())
        .map(|one| json!({"from": one.value.from, "on": one.value.on, "line": one.line}))
        .collect();
    let contracts: Vec<Value> = spec
        .contracts
        .iter()
        .map(|one| json!({"file": one.value.contract_file, "version": one.value.version, "between": one.value.between}))
        .collect();
    json!({"schema_version": SCHEMA_VERSION, "kind": "integration_scope", "work_item": report.work_item,
           "run_id": report.run_id, "components": components, "integration_points": points, "scenarios": scenarios,
           "services": services, "other_services": others, "contracts": contracts,
           "dependencies": {"work_items": subject.work_items, "parts": dependencies}})
}

/// Whether a text names a service, as a word of its own.
fn names(text: &str, service: &str) -> bool {
    let (text, service) = (text.to_lowercase(), service.to_lowercase());
    let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !service.is_empty()
        && text.match_indices(&service).any(|(at, found)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text
                .get(at + found.len()..)
                .and_then(|behind| behind.chars().next());
            !before.is_some_and(is_of_word) && !behind.is_some_and(is_of_word)
        })
}

/// The hash of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    digits(&Sha256::digest(bytes))
}

/// The hash of all that a reader has, in hexadecimal digits.
pub fn sha256_of(reader: &mut dyn Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut room = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut room) {
            Ok(0) => return Ok(digits(&hash.finalize())),
            Ok(count) => hash.update(room.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The manifest of a run's evidence.
pub fn manifest(report: &Report, members: &[Member], gaps: &[Gap], origin: &Origin) -> Vec<u8> {
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let listed: Vec<Value> = sorted
        .into_iter()
        .map(|member| {
            json!({"path": member.path, "sha256": sha256(&member.bytes), "size": member.bytes.len(),
                   "media_type": member.media_type, "producer": member.producer, "exit_code": member.exit_code})
        })
        .collect();
    let gates: Vec<Value> = report
        .gates
        .iter()
        .map(|gate| json!({"gate": gate.gate, "verdict": gate.verdict, "required": gate.required}))
        .collect();
    let git = report.git.as_ref().map(|git| {
        let difference = origin.difference.as_ref().filter(|_| git.dirty);
        json!({"commit": git.head, "tree": origin.tree, "base": git.base, "dirty": git.dirty,
                   "diff_sha256": difference})
    });
    let gaps: Vec<Value> = gaps
        .iter()
        .map(|gap| json!({"path": gap.path, "reason": gap.why}))
        .collect();
    let stamp =
        |time: &chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let value = json!({
        "schema_version": SCHEMA_VERSION, "kind": "evidence", "run_id": report.run_id, "work_item": report.work_item,
        "verdict": report.verdict, "cancelled_by": report.cancelled_by, "git": git,
        "sdd": {"version": report.sdd_version, "binary_sha256": origin.binary},
        "host": {"os": std::env::consts::OS, "arch": std::env::consts::ARCH},
        "started_at": stamp(&report.started_at), "finished_at": stamp(&report.finished_at),
        "gates": gates, "members": listed, "missing": gaps, "prev": origin.prev,
    });
    let mut text = String::new();
    canonical(&value, &mut text);
    text.push('\n');
    text.into_bytes()
}

/// JSON with sorted keys and without blanks. There is nothing in a manifest but text, whole numbers and the like.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                let _ = write!(out, "{}:", Value::String(key.clone()));
                canonical(map.get(key).unwrap_or(&Value::Null), out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture_report as report;
    use super::*;

    fn of_integration() -> Report {
        let mut report = report();
        report.work_item = Some("integration_test_orders".to_owned());
        let linting = report
            .gates
            .iter_mut()
            .find(|gate| gate.gate == GateId::Linting)
            .unwrap();
        linting.gate = GateId::Integration;
        report
    }

    #[test]
    fn only_a_run_that_is_about_integration_tests_leaves_evidence() {
        let mut ran = of_integration();
        let at = ran.gates.iter().position(|gate| gate.gate == GateId::Integration);
        let at = at.unwrap();
        // However it ended, also where nothing came to be run.
        for verdict in [Verdict::Passed, Verdict::Failed, Verdict::Error, Verdict::NotRun] {
            ran.gates[at].verdict = verdict;
            let steps = std::mem::take(&mut ran.gates[at].steps);
            assert!(is_due(&ran), "{verdict}");
            ran.gates[at].steps = steps;
            assert!(is_due(&ran), "{verdict}");
        }
        // An optional tool that is absent was looked for.
        ran.gates[at].verdict = Verdict::Skipped;
        assert!(is_due(&ran));
        ran.gates[at].steps.clear();
        assert!(!is_due(&ran));
        // An environment that was looked at for it, and not one that somebody asked for alone.
        let other = ran.gates.iter().position(|gate| gate.gate != GateId::Integration);
        let other = other.unwrap();
        ran.gates[other].gate = GateId::Environment;
        ran.gates[other].verdict = Verdict::Failed;
        assert!(is_due(&ran));
        ran.gates.remove(at);
        assert!(!is_due(&ran));
        assert!(!is_due(&report()));
    }

    #[test]
    fn the_scope_says_what_depends_on_what() {
        let text = "# Integration Test: X\n\n## Test Scenarios\n\n### Scenario 1: Pay\n\n**Setup:**\n- The DB is empty\n\n\
                    **Actions:**\n1. A client asks the api-gateway\n\n## Environment Requirements\n\n\
                    **Services Required:**\n- api\n- db\n\n## Dependencies\n\n- api depends on db\n";
        let spec = crate::parse::spec::read("spec.md", text.as_bytes());
        let depends = [("db", &[][..]), ("api", &["db"]), ("api-gateway", &["api"])];
        let depends = depends.map(|(name, others)| {
            let others: BTreeSet<String> = others.iter().map(|other| (*other).to_owned()).collect();
            (name.to_owned(), others)
        });
        let subject = Subject {
            spec: Some(&spec.integration),
            work_items: &["feature_pay".to_owned()],
            depends: depends.into(),
        };
        let found = scope(&of_integration(), &subject);
        assert_eq!(found["scenarios"][0]["depends_on"], json!(["api-gateway", "db"]));
        let services = json!([{"name": "api", "tag": null, "depends_on": ["db"]}, {"name": "db", "tag": null, "depends_on": []}]);
        assert_eq!(found["services"], services);
        assert_eq!(
            found["other_services"],
            json!([{"name": "api-gateway", "depends_on": ["api"]}])
        );
        let parts = json!([{"from": "api", "on": "db", "line": 21}]);
        assert_eq!(
            found["dependencies"],
            json!({"work_items": ["feature_pay"], "parts": parts})
        );
    }

    #[test]
    fn a_manifest_lists_what_sdd_left_and_nothing_else() {
        let own = [
            "integration-scope-matrix.json",
            "environment-validation-report.json",
            "benchmark.json",
            "logs/api.log",
            "reports/integration-root-python-pytest-junit.xml",
        ];
        let others = [
            "notes.md",
            "../HEAD",
            "/etc/passwd",
            "logs/../notes.md",
            "logs/..",
            "logs/",
            "other/a.log",
            MANIFEST,
        ];
        let members: Vec<Value> = own
            .iter()
            .chain(&others)
            .map(|path| json!({"path": path}))
            .collect();
        let text = json!({"members": members}).to_string();
        assert_eq!(listed(text.as_bytes()), own);
        // What is written now is listed the next time.
        let ran = of_integration();
        let documents = documents(&ran, &Subject::default());
        let next = listed(&manifest(&ran, &documents, &[], &Origin::default()));
        assert_eq!(next.len(), documents.len());
        for broken in [
            "",
            "{",
            "[]",
            "{\"members\": 1}",
            "{\"members\": [1, {}, {\"path\": 2}]}",
        ] {
            assert!(listed(broken.as_bytes()).is_empty(), "{broken}");
        }
    }

    #[test]
    fn a_manifest_says_what_ended_the_run() {
        let mut ran = of_integration();
        ran.cancelled_by = Some("SIGINT".to_owned());
        let value: Value = serde_json::from_slice(&manifest(&ran, &[], &[], &Origin::default())).unwrap();
        assert_eq!(value["cancelled_by"], "SIGINT");
    }

    #[test]
    fn a_manifest_is_of_what_it_says_and_of_the_one_before_it() {
        let ran = of_integration();
        let members = documents(&ran, &Subject::default());
        let first = manifest(&ran, &members, &[], &Origin::default());
        let text = String::from_utf8(first.clone()).unwrap();
        assert!(text.ends_with("}\n"), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        let listed = value["members"].as_array().unwrap();
        assert_eq!(listed.len(), members.len());
        for (entry, member) in listed.iter().zip({
            let mut sorted: Vec<&Member> = members.iter().collect();
            sorted.sort_by(|a, b| a.path.cmp(&b.path));
            sorted
        }) {
            assert_eq!(entry["path"], member.path);
            assert_eq!(entry["sha256"], sha256(&member.bytes));
        }
        // The same run has the same manifest, and another one before it makes another one.
        assert_eq!(first, manifest(&ran, &members, &[], &Origin::default()));
        let origin = Origin {
            prev: Some(sha256(&first)),
            ..Origin::default()
        };
        let next = manifest(&ran, &members, &[], &origin);
        assert_ne!(first, next);
        let mut keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        let written = keys.clone();
        keys.sort_unstable();
        assert_eq!(written, keys);
    }

    #[test]
    fn a_manifest_says_what_was_tested_by_what_and_what_is_missing() {
        let mut ran = of_integration();
        let origin = Origin {
            prev: None,
            binary: Some("b1".to_owned()),
            tree: Some("t1".to_owned()),
            difference: Some("d1".to_owned()),
        };
        let gaps = [Gap {
            path: "logs/api.log".to_owned(),
            why: "it is no regular file".to_owned(),
        }];
        for (dirty, difference) in [(true, json!("d1")), (false, Value::Null)] {
            ran.git.as_mut().unwrap().dirty = dirty;
            let value: Value = serde_json::from_slice(&manifest(&ran, &[], &gaps, &origin)).unwrap();
            assert_eq!(value["git"]["diff_sha256"], difference);
            assert_eq!(value["git"]["tree"], "t1");
            assert_eq!(value["sdd"]["binary_sha256"], "b1");
            assert_eq!(
                value["missing"],
                json!([{"path": "logs/api.log", "reason": "it is no regular file"}])
            );
        }
    }

    #[test]
    fn hashes_are_those_that_everybody_has() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let long = vec![7; 200_000];
        assert_eq!(sha256_of(&mut long.as_slice()).unwrap(), sha256(&long));
    }
}
