//! The commands that `sdd init --claude` writes for the agent, each as a skill and as a command of the older form.
//!
//! A written file carries the digest of its own text. So a file that a person changed is told from one that an older
//! sdd wrote: the first is never overwritten, the second is brought up to date.

use super::fingerprint;
use super::shell;

/// A command for the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The name that the agent knows it by.
    pub name: &'static str,
    text: &'static str,
}

/// Every command. Those that call what this sdd does not have are not written.
pub const TEMPLATES: [Template; 7] = [
    Template {
        name: "sdd-start",
        text: include_str!("../../templates/claude/start.md"),
    },
    Template {
        name: "sdd-status",
        text: include_str!("../../templates/claude/status.md"),
    },
    Template {
        name: "sdd-complete",
        text: include_str!("../../templates/claude/complete.md"),
    },
    Template {
        name: "sdd-gate",
        text: include_str!("../../templates/claude/gate.md"),
    },
    Template {
        name: "sdd-work-item",
        text: include_str!("../../templates/claude/work-item.md"),
    },
    Template {
        name: "sdd-bench",
        text: include_str!("../../templates/claude/bench.md"),
    },
    Template {
        name: "sdd-contract",
        text: include_str!("../../templates/claude/contract.md"),
    },
];

/// Where skills are, relative to the project.
pub const SKILLS: &str = ".claude/skills";
/// Where commands of the older form are. With equal names the skill wins.
pub const COMMANDS: &str = ".claude/commands";
/// What the names of all templates begin with.
pub const PREFIX: &str = "sdd-";

/// What the line with the digest looks like, around it.
const MARK: [&str; 2] = ["metadata: { sdd: \"", "\" }"];

/// What a placeholder for the words of the user is called in a template.
const ARGUMENTS: &str = "$ARGUMENTS";

impl Template {
    /// The files that it is written to, relative to the project.
    pub fn paths(&self) -> [String; 2] {
        [
            format!("{SKILLS}/{}/SKILL.md", self.name),
            format!("{COMMANDS}/{}.md", self.name),
        ]
    }

    /// The text of its files.
    pub fn written(&self) -> String {
        signed(self.text)
    }

    /// Every call of sdd in it: the words behind `sdd`. Where the user's words stand the call ends, and an empty word
    /// is in their place.
    pub fn calls(&self) -> Vec<Vec<String>> {
        let code = self.text.split('`').skip(1).step_by(2);
        code.flat_map(shell::commands)
            .filter(|words| words.first().is_some_and(|word| word == "sdd") && words.len() > 1)
            .map(|words| {
                let own = words.iter().skip(1).take_while(|word| *word != ARGUMENTS);
                let more = words.iter().any(|word| word == ARGUMENTS);
                own.cloned().chain(more.then(String::new)).collect()
            })
            .collect()
    }
}

/// Who a file is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Some sdd wrote it, and nobody has changed it.
    Ours,
    /// Somebody wrote or changed it.
    Theirs,
}

/// Who a file is from, by its text.
pub fn origin(text: &str) -> Origin {
    // A check-out may have changed the ends of lines.
    let text = text.replace("\r\n", "\n");
    let Some((line, digest)) = text.lines().find_map(|line| Some((line, digest_of(line)?))) else {
        return Origin::Theirs;
    };
    let bare = text.replacen(&format!("{line}\n"), "", 1);
    if fingerprint::of([&bare]) == digest {
        Origin::Ours
    } else {
        Origin::Theirs
    }
}

/// A text with its digest in the last line of its front matter.
fn signed(text: &str) -> String {
    let mark = format!("{}{}{}\n", MARK[0], fingerprint::of([text]), MARK[1]);
    match text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
    {
        Some((front, body)) => format!("---\n{front}\n{mark}---\n{body}"),
        None => text.to_owned(),
    }
}

fn digest_of(line: &str) -> Option<&str> {
    line.strip_prefix(MARK[0])?.strip_suffix(MARK[1])
}

#[cfg(test)]
mod tests {
    use serde_yaml::Value;

    use super::*;

    /// The front matter of a written template.
    fn front(template: &Template) -> Value {
        let text = template.written();
        let front = text
            .strip_prefix("---\n")
            .unwrap()
            .split_once("\n---\n")
            .unwrap()
            .0;
        serde_yaml::from_str(front).unwrap_or_else(|error| panic!("{}: {error}", template.name))
    }

    #[test]
    fn every_template_has_the_front_matter_that_agents_read() {
        for template in TEMPLATES {
            let front = front(&template);
            assert_eq!(front["name"], template.name);
            assert!(template.name.starts_with(PREFIX));
            let description = front["description"].as_str().unwrap();
            assert!(
                (40..500).contains(&description.len()),
                "{}: {description}",
                template.name
            );
            assert!(
                front["allowed-tools"]
                    .as_str()
                    .unwrap()
                    .starts_with("Bash(sdd:*)")
            );
            assert!(front["metadata"]["sdd"].is_string());
            let known = [
                "name",
                "description",
                "argument-hint",
                "allowed-tools",
                "metadata",
            ];
            for key in front.as_mapping().unwrap().keys() {
                assert!(
                    known.contains(&key.as_str().unwrap()),
                    "{}: {key:?}",
                    template.name
                );
            }
        }
    }

    #[test]
    fn every_template_is_in_the_table() {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/claude");
        let mut files: Vec<String> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut names: Vec<String> = TEMPLATES
            .iter()
            .map(|template| format!("{}.md", template.name.trim_start_matches(PREFIX)))
            .collect();
        names.sort();
        assert_eq!(files, names);
    }

    #[test]
    fn only_the_words_of_the_user_are_put_in_and_no_injected_command_can_abort() {
        for template in TEMPLATES {
            let text = template.text;
            for (at, _) in text.match_indices('$') {
                assert!(
                    text[at..].starts_with(ARGUMENTS),
                    "{}: {}",
                    template.name,
                    &text[at..at + 10]
                );
            }
            for (at, _) in text.match_indices("!`") {
                let command = text[at + 2..].split('`').next().unwrap();
                assert!(command.ends_with(" || true"), "{}: {command}", template.name);
                let allowed = format!("Bash({command})");
                assert!(
                    text.contains(&allowed),
                    "{}: {allowed} is not allowed",
                    template.name
                );
            }
        }
    }

    #[test]
    fn the_command_that_may_take_long_says_so() {
        let complete = TEMPLATES
            .iter()
            .find(|template| template.name == "sdd-complete")
            .unwrap();
        assert!(complete.text.contains("`timeout: 600000`"));
    }

    #[test]
    fn calls_are_found() {
        let template = Template {
            name: "sdd-x",
            text: "Run `sdd gate $ARGUMENTS` or\n!`sdd status --brief || true`, not `x sdd gate`, `sdd` or `timeout: 1`.",
        };
        assert_eq!(template.calls(), [vec!["gate", ""], vec!["status", "--brief"]]);
        for template in TEMPLATES {
            assert!(!template.calls().is_empty(), "{}", template.name);
            assert!(
                !template.text.contains("```"),
                "{}: calls stand in the line",
                template.name
            );
        }
    }

    #[track_caller]
    fn check(text: &str, expect: Origin) {
        assert_eq!(origin(text), expect, "{text}");
    }

    #[test]
    fn a_file_that_somebody_changed_is_theirs() {
        for template in TEMPLATES {
            let written = template.written();
            check(&written, Origin::Ours);
            check(&written.replace('\n', "\r\n"), Origin::Ours);
            check(&format!("{written}\nOne line more.\n"), Origin::Theirs);
            check(
                &written.replace("description: ", "description:  "),
                Origin::Theirs,
            );
            check(template.text, Origin::Theirs);
        }
        // What an older sdd wrote.
        check(&signed("---\nname: sdd-old\n---\nOld.\n"), Origin::Ours);
        check(&signed("No front matter.\n"), Origin::Theirs);
        check("", Origin::Theirs);
        check("metadata: { sdd: \"0123456789abcdef\" }\n", Origin::Theirs);
    }
}
