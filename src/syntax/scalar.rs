//! What a scalar's text means to the reader that the artefact is written for.

use serde::{Serialize, Serializer};

use crate::located::{Dialect, Style};
use crate::syntax::python;

mod ansible;

/// A resolved scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer over `i64::MAX`.
    UInt(u64),
    Float(f64),
    Text(&'a str),
}

impl Serialize for Scalar<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Scalar::Null => serializer.serialize_unit(),
            Scalar::Bool(value) => serializer.serialize_bool(value),
            Scalar::Int(value) => serializer.serialize_i64(value),
            Scalar::UInt(value) => serializer.serialize_u64(value),
            Scalar::Float(value) => serializer.serialize_f64(value),
            Scalar::Text(value) => serializer.serialize_str(value),
        }
    }
}

/// What `dialect`'s reader makes of a scalar. The rules of Kubernetes and compose are those of Go's YAML (`resolve` in
/// go.yaml.in/yaml v2 and v4), those of Ansible PyYAML's, with three exceptions that no reader of a deployment misses: a timestamp is text,
/// `!!binary` stays encoded, and where Go refuses a value that does not fit its tag, the tag is passed over.
pub fn resolve<'a>(text: &'a str, style: Style, tag: Option<&str>, dialect: Dialect) -> Scalar<'a> {
    match dialect {
        Dialect::Text => return Scalar::Text(text),
        Dialect::Json => return if style == Style::Plain { json(text) } else { Scalar::Text(text) },
        Dialect::Python => {
            let word = if style == Style::Plain { python::word(text) } else { None };
            return word.unwrap_or(Scalar::Text(text));
        }
        Dialect::Kubernetes | Dialect::Compose | Dialect::Ansible => {}
    }
    let Some(tag) = tag else {
        return if style == Style::Plain { plain(text, dialect) } else { Scalar::Text(text) };
    };
    match tag.strip_prefix("tag:yaml.org,2002:") {
        Some("int" | "bool" | "null") => plain(text, dialect),
        Some("float") => match plain(text, dialect) {
            Scalar::Int(value) => Scalar::Float(value as f64),
            other => other,
        },
        _ => Scalar::Text(text),
    }
}

/// A word or a number of JSON.
fn json(text: &str) -> Scalar<'_> {
    match text {
        "null" => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        _ => decimal(text),
    }
}

fn decimal(text: &str) -> Scalar<'_> {
    let as_float = || text.parse::<f64>().ok().filter(|value| value.is_finite());
    if let Ok(value) = text.parse() {
        Scalar::Int(value)
    } else if let Ok(value) = text.parse() {
        Scalar::UInt(value)
    } else {
        as_float().map_or(Scalar::Text(text), Scalar::Float)
    }
}

/// Whether a text is true or false to a reader that wants a boolean (YAML 1.1, as compose and Kubernetes accept).
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn plain(text: &str, dialect: Dialect) -> Scalar<'_> {
    if dialect == Dialect::Ansible {
        return ansible::plain(text);
    }
    let Some(&first) = text.as_bytes().first() else { return Scalar::Null };
    match first {
        b'~' | b'n' | b'N' if matches!(text, "~" | "null" | "Null" | "NULL") => Scalar::Null,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => {
            let core = matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
            match boolean(text) {
                Some(value) if core || dialect == Dialect::Kubernetes => Scalar::Bool(value),
                _ => Scalar::Text(text),
            }
        }
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text),
        _ => Scalar::Text(text),
    }
}

fn number(text: &str) -> Scalar<'_> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    // Underscores count for nothing; only where a point comes first must they separate digits.
    let separates = |(at, _)| {
        let digit = |neighbour: usize| text.as_bytes().get(neighbour).is_some_and(u8::is_ascii_digit);
        at > 0 && digit(at - 1) && digit(at + 1)
    };
    if text.starts_with('.') && !text.match_indices('_').all(separates) {
        return Scalar::Text(text);
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| float(&digits)).unwrap_or(Scalar::Text(text))
}

/// An integer with its sign and the prefix of its base; `0644` is octal.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let (sign, unsigned) = text.split_at(usize::from(text.starts_with(['-', '+'])));
    let (radix, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &unsigned[2..]),
        [b'0', b'b' | b'B', ..] => (2, &unsigned[2..]),
        [b'0', b'o' | b'O', ..] => (8, &unsigned[2..]),
        [b'0', _, ..] => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let signed = || i64::from_str_radix(&format!("{sign}{digits}"), radix).ok().map(Scalar::Int);
    let unsigned = || u64::from_str_radix(digits, radix).ok().filter(|_| sign.is_empty()).map(Scalar::UInt);
    signed().or_else(unsigned)
}

fn float(text: &str) -> Option<Scalar<'static>> {
    let value = if is_float(text) { text.parse::<f64>().ok()? } else { return None };
    value.is_finite().then_some(Scalar::Float(value))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_ok = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    mantissa_ok && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_reads_as_goyaml_v2_and_compose_as_yaml_v3() {
        use Scalar::{Bool, Float, Int, Null, Text, UInt};
        for (text, kubernetes, compose) in [
            ("", Null, Null),
            ("~", Null, Null),
            ("Null", Null, Null),
            ("nULL", Text("nULL"), Text("nULL")),
            ("yes", Bool(true), Text("yes")),
            ("n", Bool(false), Text("n")),
            ("ON", Bool(true), Text("ON")),
            ("True", Bool(true), Bool(true)),
            ("tRue", Text("tRue"), Text("tRue")),
            ("0644", Int(420), Int(420)),
            ("0o17", Int(15), Int(15)),
            ("0x1F", Int(31), Int(31)),
            ("0b11", Int(3), Int(3)),
            ("-0b11", Int(-3), Int(-3)),
            ("089", Float(89.0), Float(89.0)),
            ("1_000", Int(1000), Int(1000)),
            ("22:22", Text("22:22"), Text("22:22")),
            ("1e3", Float(1000.0), Float(1000.0)),
            (".5", Float(0.5), Float(0.5)),
            ("1.", Float(1.0), Float(1.0)),
            ("+7", Int(7), Int(7)),
            ("-", Text("-"), Text("-")),
            (".", Text("."), Text(".")),
            ("0x", Text("0x"), Text("0x")),
            ("18446744073709551615", UInt(u64::MAX), UInt(u64::MAX)),
            ("2024-01-02", Text("2024-01-02"), Text("2024-01-02")),
            ("1.2.3", Text("1.2.3"), Text("1.2.3")),
            ("100m", Text("100m"), Text("100m")),
            ("-.inf", Float(f64::NEG_INFINITY), Float(f64::NEG_INFINITY)),
            ("-9223372036854775808", Int(i64::MIN), Int(i64::MIN)),
            ("+18446744073709551615", Float(18446744073709551615.0), Float(18446744073709551615.0)),
            ("0_7", Int(7), Int(7)),
            (".5_0", Float(0.5), Float(0.5)),
            ("._5", Text("._5"), Text("._5")),
            (".5_", Text(".5_"), Text(".5_")),
            ("1e999", Text("1e999"), Text("1e999")),
            ("0x-1", Text("0x-1"), Text("0x-1")),
            ("٣", Text("٣"), Text("٣")),
        ] {
            assert_eq!(resolve(text, Style::Plain, None, Dialect::Kubernetes), kubernetes, "{text} in Kubernetes");
            assert_eq!(resolve(text, Style::Plain, None, Dialect::Compose), compose, "{text} in compose");
            assert_eq!(resolve(text, Style::DoubleQuoted, None, Dialect::Kubernetes), Text(text), "{text} quoted");
        }
    }

    #[test]
    fn tags_count_more_than_looks() {
        let tag = |name: &str| format!("tag:yaml.org,2002:{name}");
        assert_eq!(resolve("12", Style::Plain, Some(&tag("str")), Dialect::Kubernetes), Scalar::Text("12"));
        assert_eq!(resolve("12", Style::DoubleQuoted, Some(&tag("int")), Dialect::Kubernetes), Scalar::Int(12));
        assert_eq!(resolve("12", Style::Plain, Some(&tag("float")), Dialect::Kubernetes), Scalar::Float(12.0));
        assert_eq!(resolve("null", Style::Plain, Some("!reset"), Dialect::Compose), Scalar::Text("null"));
    }

    #[test]
    fn json_and_text_have_no_forms_of_their_own() {
        for (text, expected) in [
            ("null", Scalar::Null),
            ("true", Scalar::Bool(true)),
            ("-0", Scalar::Int(0)),
            ("18446744073709551615", Scalar::UInt(u64::MAX)),
            ("1.5e3", Scalar::Float(1500.0)),
            ("yes", Scalar::Text("yes")),
        ] {
            assert_eq!(resolve(text, Style::Plain, None, Dialect::Json), expected, "{text}");
            assert_eq!(resolve(text, Style::DoubleQuoted, None, Dialect::Json), Scalar::Text(text));
            assert_eq!(resolve(text, Style::Plain, None, Dialect::Text), Scalar::Text(text));
        }
    }
}
