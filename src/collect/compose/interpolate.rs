//! Interpolation as compose does it: `$NAME`, `${NAME}`, `:-`, `-`, `:?`, `?`, `:+`, `+`, `$$`.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::located::{Style, Value};
use crate::syntax::dotenv::UNSET;

/// What a variable stands for.
#[derive(Clone, Debug)]
pub struct Variable<'a> {
    pub text: Cow<'a, str>,
    /// Place of the value in the env file.
    pub place: Value<'a>,
    /// Whether a variable inside its own text is set by nothing.
    pub unknown: bool,
}

/// The variables of a project, from its `.env`.
pub type Variables<'a> = HashMap<&'a str, Variable<'a>>;

/// A text with its variables replaced.
#[derive(Clone, Debug, Default)]
pub struct Interpolated<'a> {
    pub text: Cow<'a, str>,
    /// Names used, in order.
    pub names: Vec<String>,
    /// Whether a default stands in for a variable that nothing sets.
    pub defaulted: bool,
    /// Whether nothing sets a variable that has no default.
    pub unknown: bool,
    /// The only variable of a text that is nothing but its substitution.
    pub whole: Option<String>,
    /// Whether a `${` is never closed or holds no name.
    pub invalid: bool,
}

/// Nesting of defaults inside defaults.
const DEEPEST: usize = 32;

/// The variables of a project's env file; later lines may use earlier ones.
pub fn variables<'a>(root: Option<Value<'a>>) -> Variables<'a> {
    let mut variables: Variables<'a> = HashMap::new();
    for (name, value) in root.map(Value::entries).unwrap_or_default() {
        let Some(raw) = value.text().filter(|_| value.tag() != Some(UNSET)) else { continue };
        let (text, unknown) = if value.style() == Style::SingleQuoted || !raw.contains('$') {
            (Cow::Borrowed(raw), false)
        } else {
            let interpolated = interpolate(raw, &variables);
            (interpolated.text, interpolated.unknown)
        };
        variables.insert(name, Variable { text, place: value.resolved(), unknown });
    }
    variables
}

/// Replaces the variables of a text.
pub fn interpolate<'a>(text: &'a str, variables: &Variables<'_>) -> Interpolated<'a> {
    if !text.contains('$') {
        return Interpolated { text: Cow::Borrowed(text), ..Interpolated::default() };
    }
    let mut result = Interpolated::default();
    let mut out = String::with_capacity(text.len());
    run(text, variables, &mut out, &mut result, 0);
    result.whole = whole(text, &result);
    result.text = Cow::Owned(out);
    result
}

fn whole(text: &str, result: &Interpolated<'_>) -> Option<String> {
    let [name] = result.names.as_slice() else { return None };
    let inside = match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(inside) => inside,
        None => text.strip_prefix('$')?,
    };
    let rest = inside.strip_prefix(name.as_str())?;
    let operator = rest.is_empty() || rest.starts_with([':', '-', '?']);
    (operator && !rest.contains('$')).then(|| name.clone())
}

fn run(text: &str, variables: &Variables<'_>, out: &mut String, result: &mut Interpolated<'_>, depth: usize) {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            match close(after) {
                Some(end) => {
                    braced(&after[..end], variables, out, result, depth);
                    rest = &after[end + 1..];
                }
                None => {
                    result.invalid = true;
                    out.push_str("${");
                    rest = after;
                }
            }
        } else {
            let length = name_length(rest);
            if length == 0 {
                out.push('$');
            } else {
                substitute(&rest[..length], variables, out, result);
                rest = &rest[length..];
            }
        }
    }
    out.push_str(rest);
}

/// Where the brace closes that was opened just before.
fn close(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if at > 0 && bytes[at - 1] == b'$' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => {}
        _ => return 0,
    }
    1 + chars.take_while(|c| c.is_ascii_alphanumeric() || *c == '_').count()
}

fn braced(inside: &str, variables: &Variables<'_>, out: &mut String, result: &mut Interpolated<'_>, depth: usize) {
    let length = name_length(inside);
    let (name, rest) = inside.split_at(length);
    if length == 0 || depth > DEEPEST {
        result.invalid = true;
        return;
    }
    let (colon, operation) = match rest.strip_prefix(':') {
        Some(after) => (true, after),
        None => (false, rest),
    };
    let Some(operator) = operation.chars().next() else {
        result.invalid |= colon;
        return substitute(name, variables, out, result);
    };
    let argument = &operation[operator.len_utf8()..];
    let known = variables.get(name).filter(|variable| !colon || !variable.text.is_empty());
    match operator {
        '-' => match known {
            Some(_) => substitute(name, variables, out, result),
            None => {
                result.names.push(name.to_string());
                result.defaulted = true;
                run(argument, variables, out, result, depth + 1);
            }
        },
        '?' => substitute(name, variables, out, result),
        '+' => {
            result.names.push(name.to_string());
            if known.is_some() {
                run(argument, variables, out, result, depth + 1);
            } else {
                // Whether something outside sets it, nobody can say.
                result.defaulted = true;
            }
        }
        _ => result.invalid = true,
    }
}

fn substitute(name: &str, variables: &Variables<'_>, out: &mut String, result: &mut Interpolated<'_>) {
    result.names.push(name.to_string());
    match variables.get(name) {
        Some(variable) => {
            out.push_str(&variable.text);
            result.unknown |= variable.unknown;
        }
        None => result.unknown = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::{Limits, Located};
    use crate::syntax::{Format, parse};

    fn env(text: &str) -> Located {
        parse(Format::Dotenv, ".env".into(), text.into(), Limits::default()).located
    }

    #[test]
    fn every_form_is_replaced_as_compose_does() {
        let located = env("A=one\nEMPTY=\nB=${A}-two\nC='$A'\n");
        let variables = variables(located.root());
        for (text, expected, defaulted, unknown) in [
            ("$A", "one", false, false),
            ("${A}!", "one!", false, false),
            ("${B} ${C}", "one-two $A", false, false),
            ("${X:-d}", "d", true, false),
            ("${EMPTY:-d}", "d", true, false),
            ("${EMPTY-d}", "", false, false),
            ("${X-${Y:-deep}}", "deep", true, false),
            ("${A:+yes}", "yes", false, false),
            ("${X:+yes}", "", true, false),
            ("${X}", "", false, true),
            ("${X:?must be set}", "", false, true),
            ("${A:?must be set}", "one", false, false),
            ("$$A costs $5", "$A costs $5", false, false),
            ("${X:-http://a:80/{b}}", "http://a:80/{b}", true, false),
        ] {
            let got = interpolate(text, &variables);
            assert_eq!((&*got.text, got.defaulted, got.unknown), (expected, defaulted, unknown), "{text}");
        }
        assert!(interpolate("${", &variables).invalid && interpolate("${-x}", &variables).invalid);
        let whole = |text| interpolate(text, &variables).whole;
        assert_eq!((whole("${A}").as_deref(), whole("$A").as_deref(), whole("x$A")), (Some("A"), Some("A"), None));
    }
}
