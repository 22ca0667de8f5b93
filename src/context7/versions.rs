//! Versions as people write them, compared as far as they can be.

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

/// The version that a project uses at least, as far as what it asks for says so: `4` of `>=4,<5`.
fn used(asked: &str) -> Option<Numbers> {
    asked
        .split([',', ' ', '|'])
        .map(str::trim)
        .filter(|clause| !clause.is_empty() && !clause.starts_with('<') && !clause.starts_with("!="))
        .find_map(|clause| Numbers::of(clause.trim_start_matches(['=', '>', '~', '^', '!', '@'])))
}

/// How the version in use compares with those that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// This one is it, or the nearest of its line.
    Known(String),
    /// None is of its line.
    Unknown,
    /// Nothing can be compared: no version is known, or none is asked for.
    NotComparable,
}

/// Compares what a project asks for with the versions that are known.
pub fn fit(asked: Option<&str>, known: &[String]) -> Fit {
    let Some(used) = asked.and_then(used) else {
        return Fit::NotComparable;
    };
    let known: Vec<(Numbers, &String)> = known
        .iter()
        .filter_map(|name| Some((Numbers::of(name)?, name)))
        .collect();
    if known.is_empty() {
        return Fit::NotComparable;
    }
    let best = |fits: &dyn Fn(&Numbers) -> bool| {
        let fitting = known.iter().filter(|(numbers, _)| fits(numbers));
        fitting
            .max_by(|a, b| a.0.cmp(&b.0))
            .map(|(_, name)| (*name).clone())
    };
    best(&|numbers| used.is(numbers))
        .or_else(|| best(&|numbers| used.is_of_line(numbers)))
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
