//! What the JavaScript and TypeScript tools' command lines depend on: the package, its manager, its workspace.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::facts::TextFile;

/// What is known of JavaScript and TypeScript units only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeFacts {
    /// Why `package.json` cannot be used: it is there and is no JSON object. No tool answers for such a unit.
    pub problem: Option<String>,
    /// Names of the packages that `package.json` and those above it up to the root declare, of every kind.
    pub dependencies: BTreeSet<String>,
    /// The package manager.
    pub manager: PackageManager,
    /// What says so: `pnpm-lock.yaml`, `package.json#packageManager`; empty when nothing does.
    pub manager_because: String,
    /// The root of the workspace that the unit is a member of, absolute; `None` for other units, the root included.
    pub workspace: Option<PathBuf>,
    /// The members of the workspace whose root the unit is, sorted by path; those in directories that were left out are
    /// not among them.
    pub members: Vec<Member>,
    /// Whether a `node_modules` directory stands in the unit's directory or in one above it up to the root.
    pub installed: bool,
    /// The settings of the TypeScript compiler in the unit's directory, `tsconfig*.json`, sorted by name.
    pub tsconfigs: Vec<TextFile>,
    /// Files of TypeScript units that begin with `// @ts-nocheck`, relative to the unit with `/` between parts.
    pub unchecked: BTreeSet<String>,
    /// What Biome could look at; counted only where it has settings, since nobody else asks.
    pub for_biome: Option<ForBiome>,
}

/// How many files of a unit Biome knows, those that are ignored by git left out. It says only how many it looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForBiome {
    /// JavaScript, TypeScript, and what holds some of it.
    pub code: u64,
    /// JSON, CSS and the like.
    pub other: u64,
}

/// A member of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its directory, relative to the workspace's root, with `/` between parts.
    pub path: String,
    /// Its `package.json`.
    pub package: serde_json::Value,
    /// Whether a lock file of its own stands in its directory.
    pub locked: bool,
}

/// A package manager of JavaScript.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PackageManager {
    /// npm, which comes with Node.js.
    #[default]
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn, classic or modern.
    Yarn,
    /// Bun.
    Bun,
}

impl PackageManager {
    /// The manager of this name, as `package.json#packageManager` gives it: `pnpm@10.1.0`, `pnpm`.
    pub fn named(text: &str) -> Option<Self> {
        match text.split('@').next()? {
            "npm" => Some(Self::Npm),
            "pnpm" => Some(Self::Pnpm),
            "yarn" => Some(Self::Yarn),
            "bun" => Some(Self::Bun),
            _ => None,
        }
    }

    /// The manager that writes a lock file of this name.
    pub fn of_lock(name: &str) -> Option<Self> {
        match name {
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            "pnpm-lock.yaml" => Some(Self::Pnpm),
            "yarn.lock" => Some(Self::Yarn),
            "bun.lock" | "bun.lockb" => Some(Self::Bun),
            _ => None,
        }
    }

    /// The program: `npm`.
    pub fn program(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Bun => "bun",
        }
    }

    /// The words that run a script of `package.json`, and those that stand between it and arguments for it.
    pub fn run(self, script: &str) -> (Vec<String>, &'static [&'static str]) {
        let words = vec![self.program().to_owned(), "run".to_owned(), script.to_owned()];
        // npm takes what stands before `--` for its own; the others hand everything on, pnpm with the `--`.
        let between: &[&str] = if self == Self::Npm { &["--"] } else { &[] };
        (words, between)
    }

    /// The command that installs what the lock file names, and changes no lock file.
    pub fn install(self) -> &'static str {
        match self {
            Self::Npm => "npm ci",
            Self::Pnpm => "pnpm install --frozen-lockfile",
            Self::Yarn => "yarn install --frozen-lockfile",
            Self::Bun => "bun install --frozen-lockfile",
        }
    }

    /// The command that adds packages to a project, without their names: `npm install --save-dev`.
    pub fn add(self) -> &'static str {
        match self {
            Self::Npm => "npm install --save-dev",
            Self::Pnpm => "pnpm add --save-dev",
            Self::Yarn => "yarn add --dev",
            Self::Bun => "bun add --dev",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_are_known_by_name_and_by_lock_file() {
        assert_eq!(
            PackageManager::named("pnpm@10.1.0+sha512.a"),
            Some(PackageManager::Pnpm)
        );
        assert_eq!(PackageManager::named("yarn"), Some(PackageManager::Yarn));
        assert_eq!(PackageManager::named("cnpm@1"), None);
        assert_eq!(PackageManager::of_lock("bun.lockb"), Some(PackageManager::Bun));
        assert_eq!(PackageManager::of_lock("uv.lock"), None);
    }

    #[test]
    fn only_npm_needs_a_mark_before_arguments() {
        assert_eq!(PackageManager::Npm.run("test").1, ["--"]);
        assert_eq!(PackageManager::Yarn.run("test").0, ["yarn", "run", "test"]);
    }
}
