//! What PyYAML, and so Ansible, makes of a plain scalar: YAML 1.1 (<https://yaml.org/type/>), in which a float needs a point
//! and an exponent its sign.

use super::Scalar;

pub fn plain(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Scalar::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Scalar::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        _ => {}
    }
    let is_negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Scalar::Float(if is_negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    // A point comes first only without a sign.
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) || text.starts_with('.');
    if !is_number {
        return Scalar::Text(text);
    }
    let found = integer(digits, is_negative).or_else(|| float(digits, is_negative));
    found.unwrap_or(Scalar::Text(text))
}

/// Digits and underscores without the latter; None if anything else is there.
fn digits_of(text: &str, radix: u32) -> Option<String> {
    let is_sound = !text.is_empty() && text.chars().all(|c| c == '_' || c.is_digit(radix));
    is_sound.then(|| text.replace('_', ""))
}

fn integer(text: &str, is_negative: bool) -> Option<Scalar<'static>> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'b', ..] => (text.get(2..)?, 2),
        [b'0', b'x', ..] => (text.get(2..)?, 16),
        [b'0', _, ..] => (text.get(1..)?, 8),
        _ => (text, 10),
    };
    if radix == 10 && digits.contains(':') {
        return sexagesimal(digits, is_negative);
    }
    let digits = digits_of(digits, radix)?;
    let digits = if digits.is_empty() && radix == 8 { "0" } else { &digits };
    let signed = if is_negative { format!("-{digits}") } else { digits.to_string() };
    let unsigned = || u64::from_str_radix(&signed, radix).ok().map(Scalar::UInt);
    let large = || signed.parse().ok().filter(|_| radix == 10).map(Scalar::Float);
    i64::from_str_radix(&signed, radix).ok().map(Scalar::Int).or_else(unsigned).or_else(large)
}

/// `190:20:30`, each part in base 60.
fn sexagesimal(text: &str, is_negative: bool) -> Option<Scalar<'static>> {
    let (first, rest) = text.split_once(':')?;
    let mut value: i64 = digits_of(first, 10)?.parse().ok()?;
    for part in rest.split(':') {
        value = value.checked_mul(60)?.checked_add(minutes(part)?)?;
    }
    Some(Scalar::Int(if is_negative { -value } else { value }))
}

/// A part behind the first: at most two digits, and below 60.
fn minutes(part: &str) -> Option<i64> {
    let is_sound = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
    part.parse().ok().filter(|value| is_sound && *value < 60)
}

fn float(text: &str, is_negative: bool) -> Option<Scalar<'static>> {
    let (front, fraction) = text.split_once('.')?;
    let (fraction, exponent) = match fraction.split_once(['e', 'E']) {
        Some((fraction, exponent)) => {
            let digits = exponent.strip_prefix(['-', '+'])?;
            let is_sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            (fraction, Some(exponent).filter(|_| is_sound)?)
        }
        None => (fraction, "0"),
    };
    let fraction = match fraction {
        "" if !front.is_empty() => String::new(),
        fraction if !front.is_empty() || fraction.starts_with(|c: char| c.is_ascii_digit()) => digits_of(fraction, 10)?,
        _ => return None,
    };
    let mut parts = front.split(':');
    let first = parts.next()?;
    let mut value: f64 = match first {
        "" => format!("0.{fraction}e{exponent}").parse().ok()?,
        _ => {
            let first = digits_of(first, 10)?;
            let whole = if front.contains(':') { first } else { format!("{first}.{fraction}e{exponent}") };
            whole.parse().ok()?
        }
    };
    let mut parts = parts.peekable();
    if parts.peek().is_some() && exponent != "0" {
        return None;
    }
    while let Some(part) = parts.next() {
        minutes(part)?;
        let part = if parts.peek().is_none() { format!("{part}.{fraction}") } else { part.to_string() };
        value = value * 60.0 + part.parse::<f64>().ok()?;
    }
    Some(Scalar::Float(if is_negative { -value } else { value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_of_pyyaml() {
        use Scalar::{Bool, Float, Int, Null, Text, UInt};
        for (text, expected) in [
            ("", Null),
            ("Null", Null),
            ("nULL", Text("nULL")),
            ("yes", Bool(true)),
            ("Off", Bool(false)),
            ("y", Text("y")),
            ("n", Text("n")),
            ("22:22", Int(1342)),
            ("-1:30", Int(-90)),
            ("1:60", Text("1:60")),
            ("0:30", Text("0:30")),
            ("190:20:30.15", Float(685_230.15)),
            ("0644", Int(420)),
            ("0_7", Int(7)),
            ("0_", Int(0)),
            ("089", Text("089")),
            ("0o17", Text("0o17")),
            ("-0x1f", Int(-31)),
            ("0X1F", Text("0X1F")),
            ("0b1_0", Int(2)),
            ("1_000", Int(1000)),
            ("1e3", Text("1e3")),
            ("1.0e3", Text("1.0e3")),
            ("1.0e+3", Float(1000.0)),
            ("1.", Float(1.0)),
            (".5", Float(0.5)),
            ("-.5", Text("-.5")),
            ("._5", Text("._5")),
            (".", Text(".")),
            ("-", Text("-")),
            ("1.2.3", Text("1.2.3")),
            ("1_0.5_0", Float(10.5)),
            ("-.inf", Float(f64::NEG_INFINITY)),
            ("18446744073709551615", UInt(u64::MAX)),
            ("2024-01-02", Text("2024-01-02")),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[-+0-9a-fxo_.:eE]{0,12}") {
            plain(&text);
        }
    }
}
