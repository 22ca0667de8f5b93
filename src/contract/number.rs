//! Numbers as they are written, compared exactly: `1` is `1.0`, and 2^53 + 1 is not 2^53.

use std::cmp::Ordering;

/// The one spelling that all literals of a number share: `-` if it is negative, digits without zeros at either end, `e`
/// and a decimal exponent; `0` for zero. `None` when it is no decimal number.
pub fn canonical(literal: &str) -> Option<String> {
    let (negative, rest) = match literal.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, literal.strip_prefix('+').unwrap_or(literal)),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], whole(&rest[at + 1..])?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let digits = [whole, fraction].concat();
    let shown = digits.trim_end_matches('0');
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let exponent = exponent
        .saturating_sub(length(fraction))
        .saturating_add(length(&digits) - length(shown));
    let shown = shown.trim_start_matches('0');
    if shown.is_empty() {
        return Some("0".to_owned());
    }
    let sign = if negative { "-" } else { "" };
    Some(format!("{sign}{shown}e{exponent}"))
}

fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let limit = if text.starts_with('-') {
        i64::MIN / 4
    } else {
        i64::MAX / 4
    };
    Some(text.parse().unwrap_or(limit).clamp(i64::MIN / 4, i64::MAX / 4))
}

/// Which of two numbers in their [`canonical`] spelling is greater; `None` when one is no number.
pub fn compare(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (parts(left)?, parts(right)?);
    let sign = left.sign.cmp(&right.sign);
    if sign != Ordering::Equal {
        return Some(sign);
    }
    let size = left
        .size
        .cmp(&right.size)
        .then_with(|| left.digits.cmp(right.digits));
    Some(if left.sign < 0 { size.reverse() } else { size })
}

/// How a count compares to a number in its [`canonical`] spelling; `None` when that is no number.
pub fn compare_count(count: usize, number: &str) -> Option<Ordering> {
    compare(&canonical(&count.to_string())?, number)
}

/// The number for people, from its [`canonical`] spelling: `12.5` and not `125e-1`, unless that would be long.
pub fn shown(canonical: &str) -> String {
    const LONG: i64 = 21;
    let Some(Parts { sign, size, digits }) = parts(canonical) else {
        return canonical.to_owned();
    };
    let minus = if sign < 0 { "-" } else { "" };
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    if sign == 0 {
        return "0".to_owned();
    }
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    if (length..=LONG).contains(&size) {
        return format!("{minus}{digits}{}", zeros(size - length));
    }
    if (1..length).contains(&size) {
        let (whole, fraction) = digits.split_at(usize::try_from(size).unwrap_or(0));
        return format!("{minus}{whole}.{fraction}");
    }
    if (-6..=0).contains(&size) {
        return format!("{minus}0.{}{digits}", zeros(-size));
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{minus}{first}{point}{rest}e{}", size - 1)
}

/// Whether it is a number in its [`canonical`] spelling, and not one of YAML's that have no digits: `.inf`, `-.inf`, `.nan`.
pub fn is_decimal(canonical: &str) -> bool {
    parts(canonical).is_some()
}

/// Whether a number in its [`canonical`] spelling has no fraction.
pub fn is_whole(canonical: &str) -> bool {
    canonical == "0"
        || canonical
            .split_once('e')
            .is_some_and(|(_, exponent)| !exponent.starts_with('-'))
}

/// Whether a number is a whole multiple of another, both in their [`canonical`] spelling. `None` when one is no number,
/// the divisor is not above zero, or it has more digits than are computed with.
pub fn is_multiple(number: &str, divisor: &str) -> Option<bool> {
    let (number, divisor) = (parts(number)?, parts(divisor)?);
    if divisor.sign <= 0 {
        return None;
    }
    let exponent = |parts: &Parts<'_>| {
        let length = i64::try_from(parts.digits.len()).unwrap_or(i64::MAX);
        parts.size.saturating_sub(length)
    };
    // No spelling ends with a zero, so nothing is a multiple of what has more zeros.
    let Ok(shift) = u64::try_from(exponent(&number).saturating_sub(exponent(&divisor))) else {
        return Some(number.sign == 0);
    };
    let modulus = u128::from(divisor.digits.parse::<u64>().ok()?);
    let digits = number.digits.bytes().map(|digit| u128::from(digit - b'0'));
    let rest = digits.fold(0, |rest, digit| (rest * 10 + digit) % modulus);
    Some((rest * power_of_ten(shift, modulus)).is_multiple_of(modulus))
}

/// The least common multiple of two numbers above zero in their [`canonical`] spelling; `None` when one is none, or has more
/// digits than are computed with.
pub fn common_multiple(left: &str, right: &str) -> Option<String> {
    let (one, other) = (parts(left)?, parts(right)?);
    if one.sign <= 0 || other.sign <= 0 {
        return None;
    }
    let exponent = |parts: &Parts<'_>| parts.size.checked_sub(i64::try_from(parts.digits.len()).ok()?);
    let (low, high) = (exponent(&one)?, exponent(&other)?);
    let least = low.min(high);
    let scaled = |parts: &Parts<'_>, exponent: i64| {
        let power = u32::try_from(exponent.checked_sub(least)?).ok()?;
        let digits: u128 = parts.digits.parse().ok()?;
        digits.checked_mul(10_u128.checked_pow(power)?)
    };
    let (one, other) = (scaled(&one, low)?, scaled(&other, high)?);
    let (mut divisor, mut rest) = (one, other);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    canonical(&format!("{}e{least}", (one / divisor).checked_mul(other)?))
}

fn power_of_ten(exponent: u64, modulus: u128) -> u128 {
    let (mut power, mut base, mut left) = (1 % modulus, 10 % modulus, exponent);
    while left > 0 {
        if left % 2 == 1 {
            power = power * base % modulus;
        }
        base = base * base % modulus;
        left /= 2;
    }
    power
}

struct Parts<'a> {
    /// -1, 0 or 1.
    sign: i8,
    /// How many digits stand before the point.
    size: i64,
    digits: &'a str,
}

fn parts(canonical: &str) -> Option<Parts<'_>> {
    if canonical == "0" {
        return Some(Parts {
            sign: 0,
            size: 0,
            digits: "",
        });
    }
    let (sign, rest) = match canonical.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, canonical),
    };
    let (digits, exponent) = rest.split_once('e')?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent: i64 = exponent.parse().ok()?;
    Some(Parts {
        sign,
        size: exponent.saturating_add(i64::try_from(digits.len()).unwrap_or(i64::MAX)),
        digits,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(literal: &str, expect: &str, people: &str) {
        let found = canonical(literal).unwrap();
        assert_eq!((found.as_str(), shown(&found).as_str()), (expect, people));
    }

    #[test]
    fn one_number_has_one_spelling() {
        for literal in ["1", "1.0", "1.000", "10e-1", "0.1E1", "+1", "001"] {
            check(literal, "1e0", "1");
        }
        for literal in ["0", "-0", "0.0", "0e99", ".0"] {
            check(literal, "0", "0");
        }
        check("-12.50", "-125e-1", "-12.5");
        check("1200", "12e2", "1200");
        check("0.001", "1e-3", "0.001");
        check("9007199254740993", "9007199254740993e0", "9007199254740993");
        check("1e400", "1e400", "1e400");
        check("1.5e-30", "15e-31", "1.5e-30");
        check(
            &format!("1e{}", "9".repeat(40)),
            &format!("1e{}", i64::MAX / 4),
            &format!("1e{}", i64::MAX / 4),
        );
        for literal in ["", "-", ".", "1e", "0x1", "1_000", "one", "1e+", "--1", "1 "] {
            assert_eq!(canonical(literal), None, "{literal}");
        }
    }

    #[test]
    fn numbers_are_compared_exactly() {
        let sorted = [
            "-1e300",
            "-12",
            "-11.9",
            "-0.1",
            "0",
            "1e-9",
            "0.5",
            "1",
            "1.00001",
            "9",
            "10",
            "9007199254740992",
            "9007199254740993",
            "1e300",
        ];
        for (at, left) in sorted.iter().enumerate() {
            for (other, right) in sorted.iter().enumerate() {
                let (left, right) = (canonical(left).unwrap(), canonical(right).unwrap());
                assert_eq!(compare(&left, &right), Some(at.cmp(&other)), "{left} {right}");
            }
        }
        assert_eq!(compare(".inf", "0"), None);
        let counted = |literal| compare_count(10, &canonical(literal).unwrap());
        assert_eq!(counted("10.0"), Some(Ordering::Equal));
        assert_eq!(
            (counted("9"), counted("1e9")),
            (Some(Ordering::Greater), Some(Ordering::Less))
        );
    }

    #[track_caller]
    fn check_multiple(number: &str, divisor: &str, expect: Option<bool>) {
        let (number, divisor) = (canonical(number).unwrap(), canonical(divisor).unwrap());
        assert_eq!(is_multiple(&number, &divisor), expect, "{number} {divisor}");
    }

    #[test]
    fn multiples_are_found_exactly() {
        check_multiple("0.3", "0.1", Some(true));
        check_multiple("19.99", "0.01", Some(true));
        check_multiple("0.0075", "0.0001", Some(true));
        check_multiple("0.00751", "0.0001", Some(false));
        check_multiple("-21", "7", Some(true));
        check_multiple("22", "7", Some(false));
        check_multiple("0", "7", Some(true));
        check_multiple("0", "100", Some(true));
        check_multiple("50", "100", Some(false));
        check_multiple("1200", "100", Some(true));
        check_multiple("1e308", "0.123456789", Some(false));
        check_multiple("1e308", "0.5", Some(true));
        check_multiple(&format!("1{}", "0".repeat(4000)), "4", Some(true));
        check_multiple("9007199254740993", "2", Some(false));
        check_multiple("18446744073709551615", "18446744073709551615", Some(true));
        for divisor in ["0", "-2", "1.8446744073709551617"] {
            check_multiple("4", divisor, None);
        }
    }

    #[test]
    fn common_multiples_are_the_least() {
        let check = |left: &str, right: &str, expect: Option<&str>| {
            let canonical = |literal: &str| canonical(literal).unwrap();
            let found = common_multiple(&canonical(left), &canonical(right));
            assert_eq!(found, expect.map(canonical), "{left} {right}");
        };
        check("4", "6", Some("12"));
        check("100", "3", Some("300"));
        check("0.5", "0.75", Some("1.5"));
        check("5", "5", Some("5"));
        check("0", "5", None);
        check("-2", "5", None);
        check("1e300", "3", None);
        check("340282366920938463463374607431768211455", "2", None);
    }

    #[test]
    fn whole_numbers_are_told_from_others() {
        let whole = |literal| is_whole(&canonical(literal).unwrap());
        assert!(whole("0") && whole("-3.0") && whole("1e2") && whole("10"));
        assert!(!whole("0.5") && !whole("1e-2"));
    }
}
