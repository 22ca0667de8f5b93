//! Which system this is, and which package manager its programs come from.

use serde::Serialize;

/// What the edge has read of the machine.
#[derive(Clone, Debug, Default)]
pub struct Machine<'a> {
    /// The operating system as Rust names it: `linux`, `macos`, `windows`.
    pub os: &'a str,
    /// The processor as Rust names it: `x86_64`.
    pub architecture: &'a str,
    /// The text of `/etc/os-release` (format: the manual page os-release(5)); `None` without the file.
    pub os_release: Option<&'a str>,
    /// The package managers whose programs were found, in the order of [`Manager::ALL`].
    pub managers: Vec<Manager>,
    /// Who runs sdd.
    pub privilege: Privilege,
}

/// Who runs sdd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Privilege {
    /// Root: packages are installed as one is.
    Root,
    /// Somebody else: with sudo.
    #[default]
    User,
}

/// A package manager of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Manager {
    /// Debian, Ubuntu and what is made of them.
    Apt,
    /// Fedora, RHEL and what is made of them.
    Dnf,
    /// Arch and what is made of it.
    Pacman,
    /// Alpine.
    Apk,
    /// Homebrew.
    Brew,
    /// Windows.
    Winget,
    /// Windows, for those who prefer it.
    Scoop,
}

impl Manager {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Apt,
        Self::Dnf,
        Self::Pacman,
        Self::Apk,
        Self::Brew,
        Self::Winget,
        Self::Scoop,
    ];

    /// The program by whose presence it is known.
    pub fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Pacman => "pacman",
            Self::Apk => "apk",
            Self::Brew => "brew",
            Self::Winget => "winget",
            Self::Scoop => "scoop",
        }
    }

    /// The command that installs packages (separated by spaces).
    pub fn install(self, packages: &str, privilege: Privilege) -> String {
        let command = match self {
            Self::Apt => "apt-get install",
            Self::Dnf => "dnf install",
            Self::Pacman => "pacman -S",
            Self::Apk => "apk add",
            Self::Brew => "brew install",
            Self::Winget => "winget install --exact --id",
            Self::Scoop => "scoop install",
        };
        let sudo = match (self, privilege) {
            (Self::Brew | Self::Winget | Self::Scoop, _) | (_, Privilege::Root) => "",
            (Self::Apt | Self::Dnf | Self::Pacman | Self::Apk, Privilege::User) => "sudo ",
        };
        format!("{sudo}{command} {packages}")
    }
}

/// Where this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Platform {
    /// `linux`, `macos`, `windows`.
    pub os: String,
    /// The system's own name for people, such as `Debian GNU/Linux 12 (bookworm)`.
    pub name: String,
    /// `x86_64`.
    pub architecture: String,
    /// Where its programs come from; `None` when that is not known.
    pub package_manager: Option<Manager>,
    /// Who runs sdd.
    #[serde(skip)]
    pub privilege: Privilege,
}

impl Platform {
    /// What the machine is, from what was read of it.
    pub fn of(machine: &Machine<'_>) -> Self {
        let release = |key: &str| machine.os_release.and_then(|text| field(text, key));
        let name = match machine.os {
            "macos" => "macOS".to_owned(),
            "windows" => "Windows".to_owned(),
            other => release("PRETTY_NAME")
                .or_else(|| release("NAME"))
                .unwrap_or_else(|| other.to_owned()),
        };
        let found = |manager: Manager| machine.managers.contains(&manager);
        let package_manager = match machine.os {
            "macos" => Some(Manager::Brew),
            "windows" if found(Manager::Scoop) && !found(Manager::Winget) => Some(Manager::Scoop),
            "windows" => Some(Manager::Winget),
            // What the distribution calls itself, then what it says it is like, then what is there.
            "linux" => [release("ID"), release("ID_LIKE")]
                .into_iter()
                .flatten()
                .find_map(|ids| ids.split_whitespace().find_map(by_distribution))
                .or_else(|| machine.managers.first().copied()),
            _ => machine.managers.first().copied(),
        };
        Self {
            os: machine.os.to_owned(),
            name: crate::model::text::one_line(&crate::model::text::shorten(&name, MAX_NAME_CHARS)),
            architecture: machine.architecture.to_owned(),
            package_manager,
            privilege: machine.privilege,
        }
    }
}

/// The longest name of a system that is shown, in characters.
const MAX_NAME_CHARS: usize = 80;

fn by_distribution(id: &str) -> Option<Manager> {
    match id {
        "debian" | "ubuntu" | "linuxmint" | "pop" | "raspbian" | "kali" => Some(Manager::Apt),
        "fedora" | "rhel" | "centos" | "rocky" | "almalinux" | "ol" | "amzn" => Some(Manager::Dnf),
        "arch" | "manjaro" | "endeavouros" => Some(Manager::Pacman),
        "alpine" => Some(Manager::Apk),
        _ => None,
    }
}

/// A field of os-release: `KEY=value`, the value as a shell would read it.
fn field(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let value = line.trim().strip_prefix(key)?.strip_prefix('=')?;
        let words = shlex::split(value)?;
        words.into_iter().next().filter(|word| !word.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: &str =
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n";
    const MINT: &str = "NAME=\"Linux Mint\"\nID=linuxmint-edge\nID_LIKE=\"ubuntu debian\"\n";
    const FEDORA: &str =
        "NAME='Fedora Linux'\nID=fedora\nPRETTY_NAME='Fedora Linux 42 (Workstation Edition)'\n";
    const ARCH: &str = "# rolling\nNAME=\"Arch Linux\"\nID=arch\n";
    const ALPINE: &str = "NAME=\"Alpine Linux\"\r\nID=alpine\r\n";
    const ODD: &str = "NAME=\"Own\"\nID=own\n";

    #[track_caller]
    fn check(os: &str, os_release: Option<&str>, found: &[Manager], expect: (&str, Option<Manager>)) {
        let platform = Platform::of(&Machine {
            os,
            architecture: "x86_64",
            os_release,
            managers: found.to_vec(),
            privilege: Privilege::User,
        });
        assert_eq!((platform.name.as_str(), platform.package_manager), expect);
    }

    #[test]
    fn a_distribution_is_known_by_what_it_says_of_itself() {
        use Manager::{Apk, Apt, Brew, Dnf, Pacman, Scoop, Winget};
        check(
            "linux",
            Some(DEBIAN),
            &[],
            ("Debian GNU/Linux 12 (bookworm)", Some(Apt)),
        );
        // Homebrew on Debian does not make it a Mac.
        check(
            "linux",
            Some(DEBIAN),
            &[Brew],
            ("Debian GNU/Linux 12 (bookworm)", Some(Apt)),
        );
        check("linux", Some(MINT), &[], ("Linux Mint", Some(Apt)));
        check(
            "linux",
            Some(FEDORA),
            &[],
            ("Fedora Linux 42 (Workstation Edition)", Some(Dnf)),
        );
        check("linux", Some(ARCH), &[], ("Arch Linux", Some(Pacman)));
        check("linux", Some(ALPINE), &[], ("Alpine Linux", Some(Apk)));
        check("linux", Some(ODD), &[], ("Own", None));
        check("linux", Some(ODD), &[Pacman, Brew], ("Own", Some(Pacman)));
        check("linux", None, &[Apk], ("linux", Some(Apk)));
        check("macos", None, &[], ("macOS", Some(Brew)));
        check("windows", None, &[], ("Windows", Some(Winget)));
        check("windows", None, &[Scoop], ("Windows", Some(Scoop)));
        check("windows", None, &[Winget, Scoop], ("Windows", Some(Winget)));
        check("freebsd", None, &[], ("freebsd", None));
    }

    #[test]
    fn sudo_stands_where_it_is_needed() {
        let check = |manager: Manager, privilege, expect: &str| {
            assert_eq!(manager.install("wrk", privilege), expect);
        };
        check(Manager::Apt, Privilege::User, "sudo apt-get install wrk");
        check(Manager::Apt, Privilege::Root, "apt-get install wrk");
        check(Manager::Apk, Privilege::Root, "apk add wrk");
        check(Manager::Brew, Privilege::User, "brew install wrk");
        check(
            Manager::Winget,
            Privilege::User,
            "winget install --exact --id wrk",
        );
    }

    #[test]
    fn a_name_cannot_forge_lines() {
        check("linux", Some("NAME=$'a'\n"), &[], ("$a", None));
        check(
            "linux",
            Some("NAME=\"unclosed\nID=debian\n"),
            &[],
            ("linux", Some(Manager::Apt)),
        );
        check("linux", Some("NAME=\"a\u{1b}[31mb\"\n"), &[], ("ab", None));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,300}") {
            let machine = Machine { os: "linux", os_release: Some(&text), ..Machine::default() };
            let _ = Platform::of(&machine);
        }
    }
}
