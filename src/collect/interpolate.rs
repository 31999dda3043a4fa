//! Interpolation as compose does it: `$NAME`, `${NAME}`, `:-`, `-`, `:?`, `?`, `:+`, `+`, `$$`.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

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
#[derive(Clone, Debug)]
pub struct Variables<'a> {
    by_name: Rc<HashMap<&'a str, Variable<'a>>>,
    /// A line of an env file that does not see those behind it.
    line: Option<Value<'a>>,
    /// Bytes that substitutions may still add, shared by all of a project: a few lines that hold one another can ask for
    /// any number of them.
    room: Rc<Cell<usize>>,
}

/// Bytes that variables may add to a project of any size, beside 64 for each byte that it has.
const ROOM: usize = 4 << 20;

impl<'a> Variables<'a> {
    /// No variables yet, with room for what texts of that many bytes together reasonably ask for.
    pub fn for_texts(bytes: usize) -> Self {
        Self::new(ROOM + 64 * bytes)
    }

    /// No variables, and how many bytes substitutions may add.
    pub fn new(room: usize) -> Self {
        Self { by_name: Rc::default(), line: None, room: Rc::new(Cell::new(room)) }
    }

    /// Those of an env file, whose lines may use earlier ones. What `self` knows counts before them.
    pub fn with(&self, root: Option<Value<'a>>) -> Self {
        let mut all = self.clone();
        for (name, value) in root.map(Value::entries).unwrap_or_default() {
            let Some(raw) = value.text().filter(|_| value.tag() != Some(UNSET)) else { continue };
            let (text, unknown) = if value.style() == Style::SingleQuoted || !raw.contains('$') {
                (Cow::Borrowed(raw), false)
            } else {
                let interpolated = interpolate(raw, &all);
                (interpolated.text, interpolated.unknown)
            };
            let variable = Variable { text, place: value.resolved(), unknown };
            if !self.by_name.contains_key(name) {
                Rc::make_mut(&mut all.by_name).insert(name, variable);
            }
        }
        all
    }

    pub fn get(&self, name: &str) -> Option<&Variable<'a>> {
        let behind = |variable: &&Variable<'a>| {
            self.line.is_some_and(|line| {
                let place = variable.place;
                place.located().path == line.located().path && place.span().start >= line.span().start
            })
        };
        self.by_name.get(name).filter(|variable| !behind(variable))
    }

    /// Those that a line of an env file sees.
    pub fn before(&self, line: Value<'a>) -> Self {
        Self { line: Some(line), ..self.clone() }
    }

    /// Whether substitutions asked for more bytes than they may add.
    pub fn exhausted(&self) -> bool {
        self.room.get() == 0
    }

    /// Takes room for a substitution; false where there is none left.
    fn take(&self, bytes: usize) -> bool {
        let room = self.room.get();
        // The last byte is never given away, so that no room left says that some was missing.
        let enough = bytes < room;
        self.room.set(if enough { room - bytes } else { 0 });
        enough
    }
}

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

/// Replaces the variables of a text.
pub fn interpolate<'a>(text: &'a str, variables: &Variables<'_>) -> Interpolated<'a> {
    if !text.contains('$') {
        return Interpolated { text: Cow::Borrowed(text), ..Interpolated::default() };
    }
    let mut result = Interpolated::default();
    let mut out = String::with_capacity(text.len());
    run(text, variables, &mut out, &mut result, 0);
    result.whole = whole(text, &result);
    // What a substitution that is none would leave, nobody can say.
    result.unknown |= result.invalid;
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
        Some(variable) if variables.take(variable.text.len()) => {
            out.push_str(&variable.text);
            result.unknown |= variable.unknown;
        }
        Some(_) => result.unknown = true,
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
    fn what_counts_before_an_env_file_is_what_its_lines_see() {
        let (outer, inner) = (env("A=outer\n"), env("A=inner\nB=$A\n"));
        let variables = Variables::new(1000).with(outer.root()).with(inner.root());
        assert_eq!(interpolate("$A $B", &variables).text, "outer outer");
    }

    #[test]
    fn variables_that_hold_one_another_end() {
        let lines: String = (1..64).map(|n| format!("A{n}=$A{}$A{}\n", n - 1, n - 1)).collect();
        let located = env(&format!("A0=sixteen-bytes-xx\n{lines}"));
        let variables = Variables::new(4096).with(located.root());
        assert!(variables.exhausted());
        let found = interpolate("$A63", &variables);
        assert!(found.unknown && found.text.len() < 4096);
        assert!(!Variables::new(4096).with(env("A=1\nB=$A\n").root()).exhausted());
    }

    #[test]
    fn every_form_is_replaced_as_compose_does() {
        let located = env("A=one\nEMPTY=\nB=${A}-two\nC='$A'\n");
        let variables = Variables::new(1000).with(located.root());
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
