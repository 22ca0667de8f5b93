//! How each program is got: one visible table, [`RECIPES`].
//!
//! A recipe is found by the id of a tool or by the name of a program. Names of packages are those of the
//! distributions' present releases; a system without an entry has no package that is known to be of use, and then
//! the language's own package manager or the project's page stands alone. apt's names were compared with Debian's
//! index.

use super::platform::Manager;
use crate::tools::Tool;

/// How a program is got.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The ids of tools and names of programs that it is for.
    pub of: &'static [&'static str],
    /// The package of the program's own language.
    pub own: Own,
    /// The packages of systems, separated by spaces where it takes several.
    pub packages: &'static [(Manager, &'static str)],
    /// Where its makers say how to get it.
    pub page: &'static str,
    /// The arguments that make the program print its version and end with 0, for programs that are no tool of sdd's
    /// table; none when it has no such arguments.
    pub version_args: &'static [&'static str],
}

/// The package of a program in its own language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Packages of Python's index, separated by spaces.
    Python(&'static str),
    /// A Python program that stands beside projects: `uv`, `poetry`.
    PythonProgram(&'static str),
    /// Packages of npm's registry.
    Npm(&'static str),
    /// A package manager of JavaScript's, installed for the user.
    NpmProgram(&'static str),
    /// A crate with a program.
    Cargo(&'static str),
    /// A component of a Rust toolchain.
    Rustup(&'static str),
    /// A package of a Go module, without its version.
    Go(&'static str),
    /// None: it comes with the system or from its makers.
    None,
}

/// What most programs take.
const VERSION: &[&str] = &["--version"];

use Manager::{Apk, Apt, Brew, Dnf, Pacman, Scoop, Winget};

/// A recipe of a tool in sdd's table, which knows itself how to ask it for its version.
const fn tool(
    of: &'static [&'static str],
    own: Own,
    packages: &'static [(Manager, &'static str)],
    page: &'static str,
) -> Recipe {
    Recipe {
        of,
        own,
        packages,
        page,
        version_args: VERSION,
    }
}

/// A recipe of a program, with the arguments that make it print its version.
const fn program(
    of: &'static [&'static str],
    own: Own,
    packages: &'static [(Manager, &'static str)],
    page: &'static str,
    version_args: &'static [&'static str],
) -> Recipe {
    Recipe {
        of,
        own,
        packages,
        page,
        version_args,
    }
}

/// The packages of Go.
const GO: &[(Manager, &str)] = &[
    (Apt, "golang-go"),
    (Dnf, "golang"),
    (Pacman, "go"),
    (Apk, "go"),
    (Brew, "go"),
    (Winget, "GoLang.Go"),
    (Scoop, "go"),
];

/// Every recipe. A test walks the table of tools and names those that have none.
pub static RECIPES: &[Recipe] = &[
    // Python
    tool(
        &["ruff", "ruff-format", "ruff-docstrings"],
        Own::Python("ruff"),
        &[
            (Dnf, "ruff"),
            (Pacman, "ruff"),
            (Apk, "ruff"),
            (Brew, "ruff"),
            (Winget, "astral-sh.ruff"),
            (Scoop, "ruff"),
        ],
        "https://docs.astral.sh/ruff/installation/",
    ),
    tool(
        &["pytest"],
        Own::Python("pytest pytest-cov"),
        &[
            (Apt, "python3-pytest python3-pytest-cov"),
            (Dnf, "python3-pytest python3-pytest-cov"),
            (Pacman, "python-pytest python-pytest-cov"),
            (Apk, "py3-pytest py3-pytest-cov"),
        ],
        "https://docs.pytest.org/en/stable/getting-started.html",
    ),
    tool(
        &["pytest-cov"],
        Own::Python("pytest-cov"),
        &[
            (Apt, "python3-pytest-cov"),
            (Dnf, "python3-pytest-cov"),
            (Pacman, "python-pytest-cov"),
            (Apk, "py3-pytest-cov"),
        ],
        "https://pytest-cov.readthedocs.io/",
    ),
    tool(
        &["bandit"],
        Own::Python("bandit"),
        &[
            (Apt, "bandit"),
            (Dnf, "bandit"),
            (Pacman, "bandit"),
            (Brew, "bandit"),
        ],
        "https://bandit.readthedocs.io/en/latest/start.html",
    ),
    tool(
        &["pip-audit"],
        Own::Python("pip-audit"),
        &[(Brew, "pip-audit")],
        "https://github.com/pypa/pip-audit",
    ),
    tool(
        &["safety"],
        Own::Python("safety"),
        &[],
        "https://docs.safetycli.com/",
    ),
    tool(
        &["mypy"],
        Own::Python("mypy"),
        &[
            (Apt, "mypy"),
            (Dnf, "python3-mypy"),
            (Pacman, "mypy"),
            (Apk, "py3-mypy"),
            (Brew, "mypy"),
        ],
        "https://mypy.readthedocs.io/en/stable/getting_started.html",
    ),
    tool(
        &["black"],
        Own::Python("black"),
        &[
            (Apt, "black"),
            (Dnf, "black"),
            (Pacman, "python-black"),
            (Apk, "black"),
            (Brew, "black"),
        ],
        "https://black.readthedocs.io/",
    ),
    program(
        &["python", "python3"],
        Own::None,
        &[
            (Apt, "python3 python3-venv"),
            (Dnf, "python3"),
            (Pacman, "python"),
            (Apk, "python3"),
            (Brew, "python"),
            (Winget, "Python.Python.3.13"),
            (Scoop, "python"),
        ],
        "https://www.python.org/downloads/",
        VERSION,
    ),
    program(
        &["uv"],
        Own::PythonProgram("uv"),
        &[
            (Dnf, "uv"),
            (Pacman, "uv"),
            (Apk, "uv"),
            (Brew, "uv"),
            (Winget, "astral-sh.uv"),
            (Scoop, "uv"),
        ],
        "https://docs.astral.sh/uv/getting-started/installation/",
        VERSION,
    ),
    program(
        &["poetry"],
        Own::PythonProgram("poetry"),
        &[
            (Apt, "python3-poetry"),
            (Dnf, "poetry"),
            (Pacman, "python-poetry"),
            (Apk, "poetry"),
            (Brew, "poetry"),
        ],
        "https://python-poetry.org/docs/#installation",
        VERSION,
    ),
    program(
        &["pdm"],
        Own::PythonProgram("pdm"),
        &[(Brew, "pdm")],
        "https://pdm-project.org/",
        VERSION,
    ),
    program(
        &["pipenv"],
        Own::PythonProgram("pipenv"),
        &[(Apt, "pipenv"), (Dnf, "pipenv"), (Brew, "pipenv")],
        "https://pipenv.pypa.io/",
        VERSION,
    ),
    // JavaScript and TypeScript
    tool(
        &["jest"],
        Own::Npm("jest"),
        &[],
        "https://jestjs.io/docs/getting-started",
    ),
    tool(
        &["vitest"],
        Own::Npm("vitest @vitest/coverage-v8"),
        &[],
        "https://vitest.dev/guide/",
    ),
    tool(
        &["mocha"],
        Own::Npm("mocha"),
        &[(Apt, "mocha")],
        "https://mochajs.org/",
    ),
    tool(&["c8"], Own::Npm("c8"), &[], "https://www.npmjs.com/package/c8"),
    tool(
        &["nyc"],
        Own::Npm("nyc"),
        &[],
        "https://www.npmjs.com/package/nyc",
    ),
    tool(
        &["eslint"],
        Own::Npm("eslint"),
        &[(Pacman, "eslint"), (Brew, "eslint")],
        "https://eslint.org/docs/latest/use/getting-started",
    ),
    tool(
        &["prettier"],
        Own::Npm("prettier"),
        &[(Pacman, "prettier"), (Brew, "prettier")],
        "https://prettier.io/docs/install",
    ),
    tool(
        &["biome", "biome-format", "biome-lint"],
        Own::Npm("@biomejs/biome"),
        &[(Pacman, "biome"), (Brew, "biome"), (Winget, "BiomeJS.Biome")],
        "https://biomejs.dev/guides/getting-started/",
    ),
    tool(
        &["tsc", "typescript"],
        Own::Npm("typescript"),
        &[
            (Apt, "node-typescript"),
            (Pacman, "typescript"),
            (Brew, "typescript"),
        ],
        "https://www.typescriptlang.org/download/",
    ),
    tool(
        &["pyright"],
        Own::Npm("pyright"),
        &[(Pacman, "pyright"), (Brew, "pyright")],
        "https://microsoft.github.io/pyright/#/installation",
    ),
    program(
        &["node", "npm", "npx", "npm-audit", "node-test"],
        Own::None,
        &[
            (Apt, "nodejs npm"),
            (Dnf, "nodejs npm"),
            (Pacman, "nodejs npm"),
            (Apk, "nodejs npm"),
            (Brew, "node"),
            (Winget, "OpenJS.NodeJS.LTS"),
            (Scoop, "nodejs-lts"),
        ],
        "https://nodejs.org/en/download",
        VERSION,
    ),
    program(
        &["pnpm", "pnpm-audit"],
        Own::NpmProgram("pnpm"),
        &[
            (Pacman, "pnpm"),
            (Apk, "pnpm"),
            (Brew, "pnpm"),
            (Winget, "pnpm.pnpm"),
            (Scoop, "pnpm"),
        ],
        "https://pnpm.io/installation",
        VERSION,
    ),
    program(
        &["yarn", "yarn-audit"],
        Own::NpmProgram("yarn"),
        &[
            (Pacman, "yarn"),
            (Apk, "yarn"),
            (Brew, "yarn"),
            (Winget, "Yarn.Yarn"),
            (Scoop, "yarn"),
        ],
        "https://yarnpkg.com/getting-started/install",
        VERSION,
    ),
    program(
        &["bun", "bunx"],
        Own::NpmProgram("bun"),
        &[(Brew, "oven-sh/bun/bun"), (Winget, "Oven-sh.Bun"), (Scoop, "bun")],
        "https://bun.sh/docs/installation",
        VERSION,
    ),
    // Rust
    program(
        &["cargo", "rustc", "rustup", "cargo-test"],
        Own::None,
        &[
            (Dnf, "rustup"),
            (Pacman, "rustup"),
            (Apk, "rustup"),
            (Brew, "rustup"),
            (Winget, "Rustlang.Rustup"),
            (Scoop, "rustup"),
        ],
        "https://rustup.rs",
        VERSION,
    ),
    tool(
        &["clippy", "cargo-clippy"],
        Own::Rustup("clippy"),
        &[(Apt, "rust-clippy"), (Dnf, "clippy"), (Apk, "rust-clippy")],
        "https://doc.rust-lang.org/clippy/installation.html",
    ),
    tool(
        &["rustfmt", "cargo-fmt"],
        Own::Rustup("rustfmt"),
        &[(Apt, "rustfmt"), (Dnf, "rustfmt"), (Apk, "rustfmt")],
        "https://github.com/rust-lang/rustfmt#quick-start",
    ),
    tool(
        &["cargo-nextest"],
        Own::Cargo("cargo-nextest"),
        &[
            (Pacman, "cargo-nextest"),
            (Apk, "cargo-nextest"),
            (Brew, "cargo-nextest"),
        ],
        "https://nexte.st/docs/installation/pre-built-binaries/",
    ),
    tool(
        &["cargo-audit"],
        Own::Cargo("cargo-audit"),
        &[
            (Pacman, "cargo-audit"),
            (Apk, "cargo-audit"),
            (Brew, "cargo-audit"),
        ],
        "https://github.com/rustsec/rustsec/tree/main/cargo-audit#installation",
    ),
    tool(
        &["cargo-llvm-cov"],
        Own::Cargo("cargo-llvm-cov"),
        &[(Pacman, "cargo-llvm-cov"), (Brew, "cargo-llvm-cov")],
        "https://github.com/taiki-e/cargo-llvm-cov#installation",
    ),
    // Go
    program(
        &["go", "go-test", "go-vet"],
        Own::None,
        GO,
        "https://go.dev/doc/install",
        &["version"],
    ),
    // It has no option for that; it comes with Go.
    program(&["gofmt"], Own::None, GO, "https://go.dev/doc/install", &[]),
    tool(
        &["govulncheck"],
        Own::Go("golang.org/x/vuln/cmd/govulncheck"),
        &[(Brew, "govulncheck")],
        "https://go.dev/doc/security/vuln/",
    ),
    // Programs of every language
    program(
        &["git"],
        Own::None,
        &[
            (Apt, "git"),
            (Dnf, "git"),
            (Pacman, "git"),
            (Apk, "git"),
            (Brew, "git"),
            (Winget, "Git.Git"),
            (Scoop, "git"),
        ],
        "https://git-scm.com/downloads",
        VERSION,
    ),
    program(
        &["docker"],
        Own::None,
        &[
            (Apt, "docker.io"),
            (Dnf, "moby-engine"),
            (Pacman, "docker"),
            (Apk, "docker"),
            (Brew, "--cask docker-desktop"),
            (Winget, "Docker.DockerDesktop"),
        ],
        "https://docs.docker.com/engine/install/",
        VERSION,
    ),
    program(
        &["docker-compose", "docker compose"],
        Own::None,
        &[
            (Apt, "docker-compose"),
            (Dnf, "docker-compose"),
            (Pacman, "docker-compose"),
            (Apk, "docker-cli-compose"),
            (Brew, "docker-compose"),
            (Winget, "Docker.DockerDesktop"),
            (Scoop, "docker-compose"),
        ],
        "https://docs.docker.com/compose/install/",
        &["version"],
    ),
    program(
        &["podman"],
        Own::None,
        &[
            (Apt, "podman"),
            (Dnf, "podman"),
            (Pacman, "podman"),
            (Apk, "podman"),
            (Brew, "podman"),
        ],
        "https://podman.io/docs/installation",
        VERSION,
    ),
    program(
        &["wrk"],
        Own::None,
        &[(Apt, "wrk"), (Dnf, "wrk"), (Apk, "wrk"), (Brew, "wrk")],
        "https://github.com/wg/wrk",
        // Its own option prints the usage as well and ends with 1, like an unknown option does.
        &[],
    ),
    program(
        &["make"],
        Own::None,
        &[
            (Apt, "make"),
            (Dnf, "make"),
            (Pacman, "make"),
            (Apk, "make"),
            (Brew, "make"),
            (Scoop, "make"),
        ],
        "https://www.gnu.org/software/make/",
        VERSION,
    ),
];

/// The recipe of a tool's id or a program's name.
pub fn by_name(name: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.of.contains(&name))
}

/// The recipe for a program that a tool lacks: of the program itself, else of the tool.
pub fn for_tool(tool: &dyn Tool, missing: &str) -> Option<&'static Recipe> {
    by_name(missing)
        .or_else(|| by_name(tool.id()))
        .or_else(|| tool.needs().and_then(by_name))
        .or_else(|| tool.words().first().copied().and_then(by_name))
}

#[cfg(test)]
mod tests;
