//! Formats, as far as a value is surely none of one: the others, and the fine print of these, are nobody's error.

use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::NaiveDate;

use crate::contract::number;

/// Whether a number, in its canonical spelling, may be of a format.
pub(super) fn number(format: &str, literal: &str) -> bool {
    let (least, most) = match format {
        "int32" => ("-2147483648e0", "2147483647e0"),
        "int64" => ("-9223372036854775808e0", "9223372036854775807e0"),
        _ => return true,
    };
    number::compare(literal, least) != Some(Ordering::Less)
        && number::compare(literal, most) != Some(Ordering::Greater)
}

/// Whether a text may be of a format.
pub(super) fn text(format: &str, text: &str) -> bool {
    match format {
        "date" => is_date(text),
        "date-time" => is_date_time(text),
        "uuid" => is_uuid(text),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        // Whether the rest of it is an address only its host knows.
        "email" => text.contains('@') && !text.starts_with('@') && !text.ends_with('@'),
        // Braces are no part of one, and are in many examples for what is to be put there; nothing is in many for none.
        "uri" => !text.contains(|found: char| found.is_whitespace() || "<>\"".contains(found)),
        _ => true,
    }
}

/// `full-date` of RFC 3339.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [_, _, _, _, b'-', _, _, b'-', _, _] = bytes else {
        return false;
    };
    let part = |from: usize, to: usize| digits(bytes.get(from..to).unwrap_or_default());
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(5, 7), part(8, 10)) else {
        return false;
    };
    let year = i32::try_from(year).unwrap_or(-1);
    NaiveDate::from_ymd_opt(year, month, day).is_some()
}

/// `date-time` of RFC 3339.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    is_date(date) && is_time(time)
}

/// `full-time` of RFC 3339. A leap second only comes at the end of a day of UTC.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(([h1, h2, b':', m1, m2, b':', s1, s2], rest)) = bytes.split_first_chunk::<8>() else {
        return false;
    };
    let clock = (digits(&[*h1, *h2]), digits(&[*m1, *m2]), digits(&[*s1, *s2]));
    let (Some(hour), Some(minute), Some(second)) = clock else {
        return false;
    };
    let mut zone = rest;
    if let Some((b'.', fraction)) = rest.split_first() {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return false;
        }
        zone = &fraction[length..];
    }
    let offset = match zone {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (Some(hours @ 0..24), Some(minutes @ 0..60)) = (digits(&[*h1, *h2]), digits(&[*m1, *m2]))
            else {
                return false;
            };
            let offset = i64::from(hours * 60 + minutes);
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return false,
    };
    let of_day = (i64::from(hour * 60 + minute) - offset).rem_euclid(24 * 60);
    hour < 24 && minute < 60 && (second < 60 || (second == 60 && of_day == 24 * 60 - 1))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: &str, yes: &[&str], no: &[&str]) {
        for value in yes {
            assert!(text(format, value), "{value} is of format {format}");
        }
        for value in no {
            assert!(!text(format, value), "{value} is not of format {format}");
        }
    }

    #[test]
    fn texts_are_told_apart_where_that_is_sure() {
        check(
            "date",
            &["2024-02-29"],
            &[
                "2023-02-29",
                "24-02-29",
                "2024-2-9",
                "2024-02-29T",
                "",
                "1९63-06-1",
                "today",
            ],
        );
        check(
            "date-time",
            &[
                "2024-02-29T10:00:00Z",
                "2024-02-29t10:00:00.123456789-07:30",
                "1998-12-31T23:59:60Z",
                "1998-12-31T15:59:60.1-08:00",
            ],
            &[
                "2024-02-29",
                "2024-02-29 10:00:00Z",
                "2024-02-29T10:00:00",
                "2024-02-29T24:00:00Z",
                "2024-02-29T10:60:00Z",
                "2024-02-29T10:00:00.Z",
                "2024-02-29T10:00:00+24:00",
                "2024-02-29T10:00:00+0100",
                "1998-12-31T23:58:60Z",
                "",
            ],
        );
        check(
            "uuid",
            &[
                "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
                "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
            ],
            &[
                "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
                "2eb8aa08aa98-11ea-b4aa-73b441d16380-",
                "2eb8aa08-aa98-11ea-b4aa-73b441d1638g",
                "",
            ],
        );
        check(
            "ipv4",
            &["127.0.0.1"],
            &["256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4/24", "localhost"],
        );
        check(
            "ipv6",
            &["::1", "2001:db8::1.2.3.4"],
            &["12345::", "::1%eth0", "127.0.0.1", ":"],
        );
        check("email", &["a@b", "A Name <a@b.example>"], &["a", "@", "a@", "@b"]);
        check(
            "uri",
            &["http://x.example/{id}", "/relative", ""],
            &["a b", "<http://x.example>"],
        );
        check("no-such-format", &["", "x"], &[]);
    }

    #[test]
    fn whole_numbers_have_a_range() {
        let is = |format, literal: &str| number(format, &number::canonical(literal).unwrap());
        assert!(is("int32", "2147483647") && is("int32", "-2147483648") && is("int64", "2147483648"));
        assert!(!is("int32", "2147483648") && !is("int32", "-2147483649"));
        assert!(is("int64", "9223372036854775807") && !is("int64", "9223372036854775808"));
        assert!(is("double", "1e999") && is("float", "1e40"));
    }
}
