//! Quantities of Kubernetes: `500m`, `1Gi`, `1e3`.

/// Powers beyond these are no amount of anything; they only keep the arithmetic small.
const LARGEST_POWER: i32 = 18;

/// Thousandths of the unit, rounded up as Kubernetes does; None if the text is no quantity or too large to count.
pub fn milli(text: &str) -> Option<i64> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let (factor, power): (i128, i32) = match suffix {
        "" => (1, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        exponent => (1, exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    if !(-LARGEST_POWER..=LARGEST_POWER).contains(&power) {
        return None;
    }
    // Zeros that say nothing would only use up the digits that can be counted.
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    let digits: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let scaled = digits.checked_mul(factor)?;
    let power = power + 3 - i32::try_from(fraction.len()).ok()?;
    let ten = 10_i128.checked_pow(power.unsigned_abs())?;
    let value = if power >= 0 { scaled.checked_mul(ten)? } else { scaled / ten };
    let rest = power < 0 && scaled % ten != 0;
    // Up is away from zero: no request is less than what is written.
    let value = value + i128::from(rest);
    i64::try_from(if negative { -value } else { value }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_in_every_notation() {
        for (text, expected) in [
            ("500m", Some(500)),
            ("1", Some(1000)),
            ("0.1", Some(100)),
            (".5", Some(500)),
            ("5.", Some(5000)),
            ("128Mi", Some(134_217_728_000)),
            ("1.5Gi", Some(1_610_612_736_000)),
            ("1G", Some(1_000_000_000_000)),
            ("1e3", Some(1_000_000)),
            ("12E-1", Some(1200)),
            ("-1", Some(-1000)),
            ("2E", None),
            ("1e999999999", None),
            ("1Zi", None),
            ("lots", None),
            ("1.2.3", None),
            (".", None),
            ("m", None),
            ("", None),
            ("${CPU}", None),
        ] {
            assert_eq!(milli(text), expected, "{text}");
        }
    }

    #[test]
    fn fractions_are_exact_and_what_is_less_than_a_thousandth_counts_as_one() {
        assert_eq!(milli("16.1k"), Some(16_100_000));
        assert_eq!(milli("16.1"), Some(16_100));
        assert_eq!(milli("4.03"), Some(4030));
        assert_eq!(milli("0.10000000000000000000000000000000000000"), Some(100));
        assert_eq!((milli("1n"), milli("0.0001")), (Some(1), Some(1)));
    }
}
