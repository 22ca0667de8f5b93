//! Versions as people write them, compared as far as they can be.

use std::cmp::Ordering;

/// The numbers of a version: `18.2.0` of `v18.2.0-rc.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Numbers(Vec<u64>);

impl Numbers {
    /// The numbers at the start of a version, with what usually stands before them.
    fn of(text: &str) -> Option<Self> {
        let text = text
            .trim()
            .trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let lower = text.to_ascii_lowercase();
        let digits = ["version", "release", "rel", "go", "v"]
            .iter()
            .find_map(|word| lower.strip_prefix(word))
            .unwrap_or(&lower)
            .trim_start_matches(['-', '_', '.', ' ', '/']);
        let mut numbers = Vec::new();
        for part in digits.split('.') {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            match part[..end].parse() {
                Ok(number) => numbers.push(number),
                Err(_) => break,
            }
            if end < part.len() {
                break;
            }
        }
        (!numbers.is_empty()).then_some(Self(numbers))
    }

    /// Whether another version is this one, as far as this one says: `18.2` is `18.2.7`.
    fn is(&self, other: &Self) -> bool {
        let same = self.0.iter().zip(&other.0).all(|(mine, its)| mine == its);
        // What the other leaves out is 0.
        let rest = self.0.iter().skip(other.0.len()).all(|number| *number == 0);
        same && rest
    }

    /// Compares numbers, of which those that are left out are 0.
    fn compared(&self, other: &Self) -> Ordering {
        let length = self.0.len().max(other.0.len());
        let padded = |numbers: &Self| -> Vec<u64> {
            let zeros = std::iter::repeat(0);
            numbers.0.iter().copied().chain(zeros).take(length).collect()
        };
        padded(self).cmp(&padded(other))
    }

    /// Whether another version is of the same line, within which nothing breaks: the first number that is not 0 is the
    /// same, and all before it.
    fn is_of_line(&self, other: &Self) -> bool {
        let significant = self
            .0
            .iter()
            .position(|number| *number > 0)
            .unwrap_or(self.0.len());
        let get = |numbers: &Self, at: usize| numbers.0.get(at).copied().unwrap_or(0);
        (0..=significant).all(|at| get(self, at) == get(other, at))
    }
}

/// What may stand before a version.
const SIGNS: [char; 7] = ['=', '<', '>', '~', '^', '!', '@'];

/// The conditions that a project names together, each with what stands before its version: `>=4.2,<5`.
fn conditions(asked: &str) -> Vec<(String, Numbers)> {
    let mut found = Vec::new();
    let mut sign = String::new();
    for word in asked.split([',', ' ']).map(str::trim) {
        let version = word.trim_start_matches(SIGNS);
        sign.push_str(&word[..word.len() - version.len()]);
        // The version may stand apart: `>= 4.2`.
        if !version.is_empty() {
            let sign = std::mem::take(&mut sign);
            found.extend(Numbers::of(version).map(|numbers| (sign, numbers)));
        }
    }
    found
}

/// What a project asks for, as one of several that it may be.
struct Asked {
    /// The version that is used, or at least.
    used: Numbers,
    /// Whether any later one is as good.
    is_open: bool,
    /// The ends of it, with what stands before them.
    ends: Vec<(String, Numbers)>,
}

impl Asked {
    fn of(asked: &str) -> Option<Self> {
        let (ends, others): (Vec<_>, Vec<_>) = conditions(asked)
            .into_iter()
            .filter(|(sign, _)| !sign.starts_with('!'))
            .partition(|(sign, _)| sign.starts_with('<'));
        let (sign, used) = others.into_iter().next()?;
        Some(Self {
            used,
            is_open: sign.starts_with('>'),
            ends,
        })
    }

    /// Whether a version is in the range.
    fn has(&self, numbers: &Numbers) -> bool {
        let is_before = |(sign, end): &(String, Numbers)| match numbers.compared(end) {
            Ordering::Less => true,
            Ordering::Equal => sign.starts_with("<="),
            Ordering::Greater => false,
        };
        self.is_open && numbers.compared(&self.used).is_ge() && self.ends.iter().all(is_before)
    }
}

/// How the version in use compares with those that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// This one is it, or the nearest of its line.
    Known(String),
    /// None is of its line, or in its range.
    Unknown,
    /// Nothing can be compared: no version is known, or none is asked for.
    NotComparable,
}

/// Compares what a project asks for with the versions that are known. Of several that it may be, `^4 || ^5`, one is
/// enough.
pub fn fit(asked: Option<&str>, known: &[String]) -> Fit {
    let known: Vec<(Numbers, &String)> = known
        .iter()
        .filter_map(|name| Some((Numbers::of(name)?, name)))
        .collect();
    let asked: Vec<Asked> = asked
        .unwrap_or_default()
        .split('|')
        .filter_map(Asked::of)
        .collect();
    if known.is_empty() || asked.is_empty() {
        return Fit::NotComparable;
    }
    let best = |fits: &dyn Fn(&Numbers) -> bool| {
        let fitting = known.iter().filter(|(numbers, _)| fits(numbers));
        fitting
            .max_by(|a, b| a.0.cmp(&b.0))
            .map(|(_, name)| (*name).clone())
    };
    asked
        .iter()
        .find_map(|asked| {
            best(&|numbers| asked.used.is(numbers))
                .or_else(|| best(&|numbers| asked.used.is_of_line(numbers)))
                .or_else(|| best(&|numbers| asked.has(numbers)))
        })
        .map_or(Fit::Unknown, Fit::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, known: &[&str], expect: Option<&str>) {
        let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
        let expect = expect.map_or(Fit::Unknown, |name| Fit::Known(name.to_owned()));
        assert_eq!(fit(Some(asked), &known), expect, "{asked} {known:?}");
    }

    #[test]
    fn the_version_in_use_is_found_among_those_that_are_known() {
        check("0.115.6", &["0.115.12", "0.115.6"], Some("0.115.6"));
        check("==0.115.6", &["v0.115.6", "v0.116.0"], Some("v0.115.6"));
        check("18.2", &["v18.2.7", "v18.3.1"], Some("v18.2.7"));
        check("^18.2.0", &["v17.0.2", "v18.3.1"], Some("v18.3.1"));
        check(
            "14",
            &["v14.3.0-canary.87", "v13.5.11"],
            Some("v14.3.0-canary.87"),
        );
        check(">=4.2,<5", &["5_0", "4_2"], Some("4_2"));
        check("<5,>=4", &["4.1"], Some("4.1"));
        check("1.0", &["1"], Some("1"));
        check("v1.9.1", &["release-1.9.1"], Some("release-1.9.1"));
    }

    #[test]
    fn a_range_has_later_versions_up_to_its_end() {
        check(">=0.95", &["0.94.1", "0.115.6"], Some("0.115.6"));
        check(">= 3.2, < 5", &["4.2", "5.0", "5.1"], Some("4.2"));
        check("< 5, >= 3.2", &["4.2", "5.0"], Some("4.2"));
        check(">=3,<=5.0", &["5", "5.1"], Some("5"));
        // The version in use at least is nearer than any later one.
        check(">=4.2,<6", &["4.2", "5.0"], Some("4.2"));
        check(">=3,<5", &["5", "5.0", "2.9"], None);
        check(">=3", &["2.9"], None);
        check("~=3.1", &["4.0"], None);
        check("!=4.0,>=3", &["5.0"], Some("5.0"));
    }

    #[test]
    fn of_several_one_is_enough() {
        check("^17.0.0 || ^18.0.0", &["18.3.1"], Some("18.3.1"));
        check("17 || 18", &["19.0"], None);
        check("* || 18", &["18.1"], Some("18.1"));
    }

    #[test]
    fn another_line_is_another_version() {
        check("3.2", &["4.2", "5.0"], None);
        check("0.95", &["0.115.6"], None);
        check("0.0.3", &["0.0.4"], None);
        check("2.0", &["20.0"], None);
    }

    #[test]
    fn what_says_no_version_cannot_be_compared() {
        let known = ["1.0".to_owned()];
        for asked in [
            None,
            Some(""),
            Some("*"),
            Some("latest"),
            Some("<5"),
            Some("< 5"),
            Some("!= 5"),
            Some("workspace:*"),
        ] {
            assert_eq!(fit(asked, &known), Fit::NotComparable, "{asked:?}");
        }
        assert_eq!(fit(Some("1.0"), &[]), Fit::NotComparable);
        assert_eq!(
            fit(Some("1.0"), &["__branch__dev".to_owned()]),
            Fit::NotComparable
        );
    }

    proptest::proptest! {
        #[test]
        fn no_version_makes_it_panic(asked in "\\PC{0,20}", known in "\\PC{0,20}") {
            let _ = fit(Some(&asked), &[known]);
        }

        #[test]
        fn a_version_is_found_where_it_is(a in 0_u64..99, b in 0_u64..99, c in 0_u64..99) {
            let version = format!("{a}.{b}.{c}");
            let known = std::slice::from_ref(&version);
            proptest::prop_assert_eq!(fit(Some(&version), known), Fit::Known(version.clone()));
        }
    }
}
