//! Scripts of a workspace's root that do nothing but run the tests of its members.
//!
//! Recognised by words: a package manager that is told to go through the workspace, or a runner of tasks, and `test` as
//! the one thing to run. Anything that is not understood is no such script.

use super::base_name;

/// A program, the options that tell it which members are meant (`None` where it always goes through them), its options
/// with a value, and the words that may stand before `test`.
struct Delegate {
    program: &'static str,
    through: Option<&'static [&'static str]>,
    valued: &'static [&'static str],
    before: &'static [&'static [&'static str]],
}

const DELEGATES: &[Delegate] = &[
    Delegate {
        program: "npm",
        through: Some(&["-ws", "--workspaces", "-w", "--workspace"]),
        valued: &["-w", "--workspace"],
        before: &[&[], &["run"], &["run-script"]],
    },
    Delegate {
        program: "pnpm",
        through: Some(&["-r", "--recursive", "-F", "--filter"]),
        valued: &["-F", "--filter", "--workspace-concurrency"],
        before: &[&[], &["run"]],
    },
    Delegate {
        program: "pnpm",
        through: None,
        valued: &["-F", "--filter", "--workspace-concurrency"],
        before: &[
            &["recursive"],
            &["recursive", "run"],
            &["m"],
            &["m", "run"],
            &["multi", "run"],
        ],
    },
    Delegate {
        program: "yarn",
        through: None,
        valued: &["-j", "--jobs", "--from", "--include", "--exclude"],
        before: &[
            &["workspaces", "run"],
            &["workspaces", "foreach"],
            &["workspaces", "foreach", "run"],
        ],
    },
    Delegate {
        program: "bun",
        through: Some(&["-F", "--filter"]),
        valued: &["-F", "--filter"],
        before: &[&[], &["run"]],
    },
    Delegate {
        program: "turbo",
        through: None,
        valued: &[
            "-F",
            "--filter",
            "--concurrency",
            "--cache-dir",
            "--log-order",
            "--output-logs",
        ],
        before: &[&[], &["run"]],
    },
    Delegate {
        program: "lerna",
        through: None,
        valued: &["--scope", "--ignore", "--concurrency", "--since"],
        before: &[&["run"]],
    },
];

/// Programs that start another one, and how many words of theirs stand before it.
const LAUNCHERS: [(&str, &[&str]); 7] = [
    ("npx", &[]),
    ("bunx", &[]),
    ("npm", &["exec"]),
    ("pnpm", &["exec"]),
    ("pnpm", &[]),
    ("yarn", &["run"]),
    ("yarn", &[]),
];

/// Programs that a launcher may start here.
const LAUNCHED: [&str; 3] = ["turbo", "nx", "lerna"];

/// Whether a script does nothing but run the script `test` of members of its workspace.
pub(super) fn delegates(words: &[String]) -> bool {
    let own: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .take_while(|word| *word != "--")
        .collect();
    let words = launched(&own).unwrap_or(&own);
    let Some((program, rest)) = words.split_first() else {
        return false;
    };
    let program = base_name(program);
    if program == "nx" {
        return is_nx(rest);
    }
    DELEGATES
        .iter()
        .filter(|delegate| delegate.program == program)
        .any(|delegate| delegate.fits(rest))
}

/// The words behind a launcher, where it starts one of those that are known here.
fn launched<'a, 'w>(words: &'a [&'w str]) -> Option<&'a [&'w str]> {
    LAUNCHERS.iter().find_map(|(launcher, more)| {
        let rest = words.strip_prefix(&[*launcher])?.strip_prefix(*more)?;
        LAUNCHED.contains(rest.first()?).then_some(rest)
    })
}

impl Delegate {
    fn fits(&self, words: &[&str]) -> bool {
        let (plain, options) = split(words, self.valued);
        let Some((last, before)) = plain.split_last() else {
            return false;
        };
        let is_through = self
            .through
            .is_none_or(|through| options.iter().any(|option| through.contains(option)));
        is_through && *last == "test" && self.before.contains(&before)
    }
}

/// `nx run-many -t test`, `nx affected --target=test`.
fn is_nx(words: &[&str]) -> bool {
    const TARGETS: [&str; 3] = ["-t", "--target", "--targets"];
    let mut targets = Vec::new();
    let mut words = words.iter();
    if !matches!(words.next(), Some(&("run-many" | "affected"))) {
        return false;
    }
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some((name, target)) if TARGETS.contains(&name) => targets.push(target),
            None if TARGETS.contains(word) => targets.extend(words.next()),
            _ if word.starts_with('-') => {}
            _ => return false,
        }
    }
    targets == ["test"]
}

/// Words that are no options, and the names of those that are.
fn split<'w>(words: &[&'w str], valued: &[&str]) -> (Vec<&'w str>, Vec<&'w str>) {
    let (mut plain, mut options) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            options.push(word.split('=').next().unwrap_or(word));
            if valued.contains(word) {
                words.next();
            }
        } else {
            plain.push(*word);
        }
    }
    (plain, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: bool) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(delegates(&words), expect, "{line}");
    }

    #[test]
    fn scripts_that_only_run_the_members_tests_are_seen() {
        for line in [
            "npm test --workspaces",
            "npm run test -ws --if-present",
            "npm --workspaces run test -- --coverage",
            "npm test -w packages/a --workspace=packages/b",
            "pnpm -r test",
            "pnpm run -r --parallel test",
            "pnpm --filter ./packages/** run test",
            "pnpm recursive run test",
            "yarn workspaces run test",
            "yarn workspaces foreach -pt run test",
            "yarn workspaces foreach --all --from @us/* run test",
            "bun run --filter * test",
            "turbo test",
            "turbo run test --filter=./packages/*",
            "npx turbo run test --concurrency 2",
            "pnpm exec turbo run test",
            "yarn turbo run test",
            "nx run-many -t test",
            "npx nx run-many --target=test --all",
            "nx affected --targets test",
            "lerna run test --stream",
        ] {
            check(line, true);
        }
    }

    #[test]
    fn anything_else_is_not_left_out() {
        for line in [
            "npm test",
            "npm run test",
            "npm run test:unit --workspaces",
            "pnpm test",
            "pnpm -r build",
            "pnpm -r run build test",
            "yarn test",
            "yarn workspaces run build",
            "turbo run build test",
            "turbo",
            "nx test web",
            "nx run-many -t build test",
            "nx run-many --targets=build,test",
            "lerna test",
            "jest --workspaces test",
            "npx jest",
            "node -r test",
        ] {
            check(line, false);
        }
    }
}
