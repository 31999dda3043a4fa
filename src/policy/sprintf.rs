//! `sprintf` as Go's: the engine's own differs, and where it differs a violation would vanish.

/// An argument as OPA hands it to Go.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    Int(i128),
    Float(f64),
    Text(String),
    /// Booleans, null and collections, which OPA passes as their Rego text.
    Rego(String),
}

#[derive(Default)]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Widths and precisions beyond this are Go's `%!(BADWIDTH)`.
const WIDEST: usize = 1_000_000;

/// Formats as Go's `fmt.Sprintf` does with OPA's arguments.
pub fn sprintf(format: &str, arguments: &[Argument]) -> String {
    let mut out = String::with_capacity(format.len());
    let mut next = 0;
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        while let Some(flag) = chars.peek() {
            match flag {
                '-' => spec.minus = true,
                '+' => spec.plus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                _ => break,
            }
            chars.next();
        }
        spec.width = size(&mut chars, arguments, &mut next, &mut out, "%!(BADWIDTH)", Some(&mut spec.minus));
        if chars.peek() == Some(&'.') {
            chars.next();
            let precision = size(&mut chars, arguments, &mut next, &mut out, "%!(BADPREC)", None);
            spec.precision = Some(precision.unwrap_or(0));
        }
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) => match arguments.get(next) {
                None => out.push_str(&format!("%!{verb}(BADINDEX)").replace("BADINDEX", "MISSING")),
                Some(argument) => {
                    next += 1;
                    out.push_str(&one(&spec, verb, argument));
                }
            },
        }
    }
    if next < arguments.len() {
        let extra: Vec<String> = arguments[next..].iter().map(|one| format!("{}={}", kind(one), plain(one))).collect();
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

fn size(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    arguments: &[Argument],
    next: &mut usize,
    out: &mut String,
    bad: &str,
    minus: Option<&mut bool>,
) -> Option<usize> {
    if chars.peek() == Some(&'*') {
        chars.next();
        let argument = arguments.get(*next);
        *next += 1;
        return match argument {
            Some(Argument::Int(value)) if value.unsigned_abs() <= WIDEST as u128 => {
                if *value < 0 {
                    match minus {
                        Some(minus) => *minus = true,
                        None => {
                            out.push_str(bad);
                            return None;
                        }
                    }
                }
                usize::try_from(value.unsigned_abs()).ok()
            }
            _ => {
                out.push_str(bad);
                None
            }
        };
    }
    let mut digits = String::new();
    while let Some(digit) = chars.peek().filter(|c| c.is_ascii_digit()) {
        digits.push(*digit);
        chars.next();
    }
    digits.parse::<usize>().ok().filter(|size| *size <= WIDEST)
}

fn kind(argument: &Argument) -> &'static str {
    match argument {
        Argument::Int(_) => "int64",
        Argument::Float(_) => "float64",
        Argument::Text(_) | Argument::Rego(_) => "string",
    }
}

fn plain(argument: &Argument) -> String {
    match argument {
        Argument::Int(value) => value.to_string(),
        Argument::Float(value) => shortest(*value),
        Argument::Text(text) | Argument::Rego(text) => text.clone(),
    }
}

fn one(spec: &Spec, verb: char, argument: &Argument) -> String {
    let wrong = || format!("%!{verb}({}={})", kind(argument), plain(argument));
    match (verb, argument) {
        ('v', Argument::Int(value)) | ('d', Argument::Int(value)) => integer(spec, *value, 10, false),
        ('b', Argument::Int(value)) => integer(spec, *value, 2, false),
        ('o', Argument::Int(value)) => integer(spec, *value, 8, false),
        ('x', Argument::Int(value)) => integer(spec, *value, 16, false),
        ('X', Argument::Int(value)) => integer(spec, *value, 16, true),
        ('c' | 'q' | 'U', Argument::Int(value)) => {
            let c = u32::try_from(*value).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            match verb {
                'c' => pad(spec, c.to_string(), false),
                'q' => pad(spec, format!("'{c}'"), false),
                _ => pad(spec, format!("U+{:04X}", *value), false),
            }
        }
        ('v' | 'g' | 'G' | 'e' | 'E' | 'f' | 'F', Argument::Float(value)) => float(spec, verb, *value),
        ('v' | 's', Argument::Text(text) | Argument::Rego(text)) if !(verb == 'v' && spec.sharp) => {
            pad(spec, cut(spec, text), false)
        }
        ('q', Argument::Text(text) | Argument::Rego(text)) | ('v', Argument::Text(text) | Argument::Rego(text)) => {
            pad(spec, quote(&cut(spec, text)), false)
        }
        ('x' | 'X', Argument::Text(text) | Argument::Rego(text)) => {
            let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            pad(spec, if verb == 'X' { hex.to_uppercase() } else { hex }, false)
        }
        ('T', _) => pad(spec, kind(argument).to_string(), false),
        _ => wrong(),
    }
}

fn cut(spec: &Spec, text: &str) -> String {
    match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_string(),
    }
}

/// A Go string literal.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() && (c as u32) < 0x80 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn sign(spec: &Spec, negative: bool) -> &'static str {
    match (negative, spec.plus, spec.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

fn integer(spec: &Spec, value: i128, radix: u32, upper: bool) -> String {
    let magnitude = value.unsigned_abs();
    let mut digits = match radix {
        2 => format!("{magnitude:b}"),
        8 => format!("{magnitude:o}"),
        16 if upper => format!("{magnitude:X}"),
        16 => format!("{magnitude:x}"),
        _ => magnitude.to_string(),
    };
    if let Some(precision) = spec.precision {
        digits = if precision == 0 && value == 0 { String::new() } else { format!("{digits:0>precision$}") };
    }
    if spec.sharp {
        let prefix = match (radix, upper) {
            (2, _) => "0b",
            (8, _) => "0",
            (16, true) => "0X",
            (16, false) => "0x",
            _ => "",
        };
        digits.insert_str(0, prefix);
    }
    number(spec, sign(spec, value < 0), &digits, spec.precision.is_none())
}

/// A signed number, padded with zeros behind its sign or with blanks before it.
fn number(spec: &Spec, sign: &str, digits: &str, zeros: bool) -> String {
    if spec.zero && !spec.minus && zeros {
        let width = spec.width.unwrap_or(0).saturating_sub(sign.len());
        return format!("{sign}{digits:0>width$}");
    }
    pad(spec, format!("{sign}{digits}"), true)
}

fn float(spec: &Spec, verb: char, value: f64) -> String {
    let magnitude = value.abs();
    let digits = match (verb, spec.precision) {
        ('f' | 'F', precision) => format!("{magnitude:.*}", precision.unwrap_or(6)),
        ('e', precision) => exponent(&format!("{magnitude:.*e}", precision.unwrap_or(6))),
        ('E', precision) => exponent(&format!("{magnitude:.*e}", precision.unwrap_or(6))).to_uppercase(),
        (_, None) => shortest(magnitude),
        (_, Some(precision)) => general(magnitude, precision.max(1)),
    };
    number(spec, sign(spec, value.is_sign_negative()), &digits, true)
}

/// Rust writes `1e5` where Go writes `1e+05`.
fn exponent(text: &str) -> String {
    let Some((mantissa, power)) = text.split_once('e') else { return text.to_string() };
    let (sign, digits) = match power.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', power),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// Go's `%v` of a float: the shortest text that reads back, with an exponent below -4 and from 21 on.
fn shortest(value: f64) -> String {
    let scientific = format!("{value:e}");
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    if value != 0.0 && !(-4..21).contains(&power) { exponent(&scientific) } else { value.to_string() }
}

/// Go's `%.Ng`.
fn general(value: f64, precision: usize) -> String {
    let scientific = format!("{value:.*e}", precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trim = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
    };
    if power < -4 || power >= i32::try_from(precision).unwrap_or(i32::MAX) {
        let (mantissa, rest) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        return exponent(&format!("{}e{rest}", trim(mantissa)));
    }
    let decimals = usize::try_from(i32::try_from(precision).unwrap_or(i32::MAX) - 1 - power).unwrap_or(0);
    trim(&format!("{value:.decimals$}"))
}

fn pad(spec: &Spec, text: String, numeric: bool) -> String {
    let width = spec.width.unwrap_or(0);
    if spec.minus {
        format!("{text:<width$}")
    } else if spec.zero && !numeric {
        format!("{text:0>width$}")
    } else {
        format!("{text:>width$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_go_does() {
        use Argument::{Float, Int, Rego, Text};
        let text = |text: &str| Text(text.to_string());
        // Expected texts were printed by `opa eval` 1.22.
        for (format, arguments, expected) in [
            ("%s is %d", vec![text("a"), Int(3)], "a is 3"),
            ("%d", vec![Float(1.5)], "%!d(float64=1.5)"),
            ("%d", vec![text("x")], "%!d(string=x)"),
            ("%s", vec![Int(5)], "%!s(int64=5)"),
            ("%s %s", vec![text("a")], "a %!s(MISSING)"),
            ("%s", vec![text("a"), Int(1)], "a%!(EXTRA int64=1)"),
            ("%6.2f|", vec![Float(1.234)], "  1.23|"),
            ("%-6s|%6s|", vec![text("ab"), text("cd")], "ab    |    cd|"),
            (
                "%+d % d %05d %x %X %o %b",
                vec![Int(3), Int(4), Int(42), Int(255), Int(255), Int(8), Int(5)],
                "+3  4 00042 ff FF 10 101",
            ),
            ("%q", vec![text("a\"b\n")], "\"a\\\"b\\n\""),
            ("%v %v", vec![Rego("true".into()), Rego("[1, 2]".into())], "true [1, 2]"),
            ("%v %v %v", vec![Float(1e21), Float(0.00001), Float(1.5)], "1e+21 1e-05 1.5"),
            ("%.3s|%.2v", vec![text("abcdef"), text("xyz")], "abc|xy"),
            ("100%%", vec![], "100%"),
            ("%", vec![], "%!(NOVERB)"),
            ("%e %g %.3g", vec![Float(1234.5), Float(1234.5), Float(1234.5)], "1.234500e+03 1234.5 1.23e+03"),
            ("%*d", vec![Int(5), Int(42)], "   42"),
            ("%c %U %q", vec![Int(65), Int(65), Int(65)], "A U+0041 'A'"),
        ] {
            assert_eq!(sprintf(format, &arguments), expected, "{format}");
        }
    }
}
