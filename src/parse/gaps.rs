//! Lines that no test reaches, as every coverage format can give them.

/// The lines of one file that no test reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The file, as the tool names it.
    pub path: String,
    /// The lines, from 1, ascending.
    pub lines: Vec<u32>,
}

impl Gap {
    /// The lines for people, neighbours joined: `3-8, 10, 13`; at most `most` parts, the rest is counted.
    pub fn ranges(&self, most: usize) -> String {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for line in &self.lines {
            match ranges.last_mut() {
                Some((_, end)) if end.checked_add(1) == Some(*line) => *end = *line,
                _ => ranges.push((*line, *line)),
            }
        }
        let shown: Vec<String> = ranges
            .iter()
            .take(most)
            .map(|(from, to)| {
                if from == to {
                    from.to_string()
                } else {
                    format!("{from}-{to}")
                }
            })
            .collect();
        let more = ranges.len() - shown.len();
        let more = if more > 0 {
            format!(" and {more} more {}", if more == 1 { "place" } else { "places" })
        } else {
            String::new()
        };
        format!("{}{more}", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[u32], most: usize, expect: &str) {
        let gap = Gap {
            path: "a".to_owned(),
            lines: lines.to_vec(),
        };
        assert_eq!(gap.ranges(most), expect);
    }

    #[test]
    fn neighbours_are_joined() {
        check(&[3, 4, 5, 8, 10, 11], 9, "3-5, 8, 10-11");
        check(&[1], 9, "1");
        check(&[], 9, "");
        check(&[1, 3, 5, 7], 2, "1, 3 and 2 more places");
        check(&[u32::MAX], 9, "4294967295");
    }
}
