//! What a text gives to a name: the literal behind a sign, in a call, below it, or beside it.

use std::ops::Range;

use crate::secrets::elements;
use crate::secrets::family::Family;
use crate::secrets::literals::{default, is_of_name, line_around, quoted, skip_blanks, to_the_end, word};

/// Bytes behind a name within which code says what counts where nothing else is set.
const FALLBACK: usize = 160;

/// Lines below a `name:` within which its `value:` stands.
const NEAR: usize = 3;

/// Calls of several languages that only put a literal into another type.
const WRAPPERS: &[&str] = &[
    "[]byte(",
    "bytes(",
    "Buffer.from(",
    "new String(",
    "String::from(",
    "SecretStr(",
    "SecretString(",
    "Some(",
    "base64.b64decode(",
    "b64decode(",
    "bytes.fromhex(",
    "str(",
];

/// How a call or a list gives a value.
pub const BESIDE: &str = "given beside its name";

/// What a name is followed by.
pub struct Found {
    pub value: Range<usize>,
    pub quoted: bool,
    /// A few words that say how the value is given, for `--why`.
    pub how: &'static str,
}

/// What the text gives to a name.
pub fn given(path: &str, family: Family, text: &str, name: &Range<usize>) -> Option<Found> {
    let line = line_around(text, name.start);
    let before = &text[line.start..name.start];
    // `export NAME=` in a script that stands inside of code.
    let exported = before.trim_start() == "export " && text[name.end..line.end].starts_with('=');
    let family = if family == Family::Code && exported { Family::Shell } else { family };
    let mut at = name.end;
    let rest = |at: usize| &text[at..line.end];
    if before.ends_with("${") {
        return default(text, at, line.end).map(|value| Found {
            value,
            quoted: true,
            how: "the default of a variable",
        });
    }
    if family == Family::Markup
        && let Some(value) = elements::named(text, &line, before, at)
    {
        return Some(Found { value, quoted: true, how: "the content of an element" });
    }
    // Inside an expression of a template only quoted text is a literal.
    let family = if in_template(before) { Family::Code } else { family };
    let mut quoted_name = false;
    if let Some(quote) = ["\\\"", "\"", "'", "`"].iter().find(|quote| rest(at).starts_with(**quote)) {
        if before.ends_with(*quote) || before.ends_with(['"', '\'', '`', '.', '-', '_']) {
            at += quote.len();
            quoted_name = true;
        } else {
            return None;
        }
    }
    // `h["name"]`, and `$h{name}` of Perl.
    let in_braces = !quoted_name && before.ends_with('{') && before.trim_end_matches('{').ends_with(is_of_name);
    if rest(at).starts_with(']') || in_braces && rest(at).starts_with('}') {
        at += 1;
    }
    let spaces = rest(at).len() - rest(at).trim_start_matches([' ', '\t']).len();
    let sign = rest(at + spaces);
    if let Some(value) = pair(family, text, &line, name, at) {
        return Some(value);
    }
    if sign.is_empty() && before.trim_end_matches(['"', '\'']).ends_with("--") && family == Family::Yaml {
        return below(text, &line);
    }
    // `:'name'` is a variable of psql.
    if spaces > 0 && sign.starts_with(":'") {
        return None;
    }
    if let Some(length) = operator(sign) {
        let from = at + spaces + length;
        let may_be_typed = sign.starts_with(':') && matches!(family, Family::Code | Family::Prose);
        if let Some(from) = typed(text, from, line.end).filter(|_| may_be_typed) {
            return quoted(text, from, line.end).map(|value| Found { value, quoted: true, how: "assigned" });
        }
        // The quote of a name opens no text.
        let before = if quoted_name { before.trim_end_matches(['"', '\'', '`', '\\']) } else { before };
        return assigned(family, text, &line, before, from, sign.starts_with('='));
    }
    // `storePassword 'x'` of Groovy and Ruby, `PASSWORD 'x'` of SQL.
    let begins = before.trim().is_empty() || before.trim_end().ends_with(['{', ',', '(', ';']);
    if family == Family::Code && !quoted_name && spaces > 0 && sign.starts_with(['"', '\'']) {
        return quoted(text, at + spaces, line.end).filter(|_| begins || is_sql(path)).map(|value| Found {
            value,
            quoted: true,
            how: "given behind its name",
        });
    }
    let in_call = before.trim_end_matches(['"', '\'', '`', '\\', '-']).trim_end().ends_with(['(', '[', ',']);
    let symbol = before.trim_start() == "set :";
    if (quoted_name && in_call || symbol) && sign.starts_with(',') {
        let from = at + spaces + 1;
        return quoted(text, from, line.end).map(|value| Found { value, quoted: true, how: BESIDE });
    }
    // `pass (`name`, ...)` is prose of a comment.
    let prose = spaces > 0 && sign.starts_with("(`");
    if !quoted_name && sign.starts_with('(') && !prose && family == Family::Code {
        return quoted(text, at + spaces + 1, line.end).map(|value| Found {
            value,
            quoted: true,
            how: "given in a call",
        });
    }
    if family == Family::Code && quoted_name && sign.starts_with('{') && before.contains("variable") {
        return variable(text, line.end);
    }
    if family == Family::Code && !quoted_name && spaces > 0 {
        let from = typed(text, at + spaces, line.end)?;
        return quoted(text, from, line.end).map(|value| Found { value, quoted: true, how: "assigned" });
    }
    if let Some(value) = elements::content(family, text, &line, before, at + spaces) {
        return Some(Found { value, quoted: true, how: "the content of an element" });
    }
    spaced(family, text, before, at, spaces, line.end)
}

fn is_sql(path: &str) -> bool {
    path.len() >= 4 && path.as_bytes()[path.len() - 4..].eq_ignore_ascii_case(b".sql")
}

/// The default of a variable of Terraform.
fn variable(text: &str, mut end: usize) -> Option<Found> {
    const LINES: usize = 8;
    for _ in 0..LINES {
        let line = line_around(text, (end + 1).min(text.len()));
        let content = text[line.clone()].trim_start();
        if line.start <= end || content.starts_with('}') {
            return None;
        }
        if let Some(rest) = content.strip_prefix("default") {
            let from = line.end - rest.trim_start().strip_prefix('=')?.len();
            return quoted(text, from, line.end).map(|value| Found {
                value,
                quoted: true,
                how: "the default of a variable",
            });
        }
        end = line.end;
    }
    None
}

/// Whether an expression of a template is open at the end of a text.
fn in_template(before: &str) -> bool {
    before.rfind("{{").is_some_and(|open| !before[open..].contains("}}"))
}

/// Length of the sign that gives a value, if there is one.
fn operator(sign: &str) -> Option<usize> {
    if let Some(compared) = ["!==", "===", "!=", "=="].iter().find(|one| sign.starts_with(**one)) {
        return sign[compared.len()..].trim_start().starts_with(['"', '\'']).then_some(compared.len());
    }
    for refused in ["=~", "::", ":/", "=<"] {
        if sign.starts_with(refused) {
            return None;
        }
    }
    ["||=", "??=", "//=", "=>", ":=", "?=", "+=", "=", ":"]
        .iter()
        .find(|one| sign.starts_with(**one))
        .map(|one| one.len())
}

/// Where the `=` of `name: Type = ` ends.
fn typed(text: &str, from: usize, end: usize) -> Option<usize> {
    let rest = &text[from..end];
    let sign = rest.find('=')?;
    let kind = rest[..sign].trim();
    let of_type =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '<' | '>' | '[' | ']' | '|' | '?' | '&' | '.' | ' ' | '\'');
    let sound = !kind.is_empty() && kind.len() <= 40 && kind.chars().all(of_type) && !rest[sign..].starts_with("==");
    sound.then_some(from + sign + 1)
}

/// The value behind a sign.
fn assigned(family: Family, text: &str, line: &Range<usize>, before: &str, from: usize, equals: bool) -> Option<Found> {
    let from = skip_blanks(text, from, line.end);
    let rest = &text[from..line.end];
    if rest.is_empty() {
        return if family == Family::Yaml { below(text, line) } else { None };
    }
    if rest == "[" {
        return below(text, line);
    }
    if rest.starts_with("{{")
        && let Some(at) = ["default \"", "default '", "default \\\""].iter().find_map(|word| rest.find(word))
    {
        let value = quoted(text, from + at + "default ".len(), line.end)?;
        return Some(Found { value, quoted: true, how: "the default of an expression" });
    }
    if equals && before.ends_with(['?', '&']) {
        // The quote behind `?key=` ends the address.
        let address = text[line.start..from].to_ascii_lowercase();
        let picture = [".svg", ".png", "shields.io"].iter().any(|part| address.contains(part));
        if picture || rest.starts_with(['"', '\'', '`']) {
            return None;
        }
    } else if let Some(value) = quoted(text, from, line.end) {
        return Some(Found { value, quoted: true, how: "assigned" });
    }
    if rest.starts_with("[\"") || rest.starts_with("['") || rest.starts_with("[\\\"") {
        return quoted(text, from + 1, line.end).map(|value| Found { value, quoted: true, how: "the first of a list" });
    }
    if rest.starts_with(['|', '>']) && family == Family::Yaml {
        return below(text, line);
    }
    if family == Family::Code {
        let wrapped = WRAPPERS.iter().find_map(|call| rest.strip_prefix(call)).map(|inner| line.end - inner.len());
        if let Some(value) = wrapped.and_then(|from| quoted(text, from, line.end)) {
            return Some(Found { value, quoted: true, how: "assigned" });
        }
        // What counts instead stands near, and a minified line is long.
        let near = &rest[..rest.floor_char_boundary(FALLBACK.min(rest.len()))];
        let fallback =
            ["|| ", "?? ", " or ", "?: "].iter().find_map(|sign| near.find(sign).map(|at| from + at + sign.len()));
        if let Some(value) = fallback.and_then(|from| quoted(text, from, line.end)) {
            return Some(Found { value, quoted: true, how: "what counts where nothing else is set" });
        }
        // Inside a text the code ends where the text does.
        let in_text = ['"', '\'', '`'].iter().any(|quote| before.matches(*quote).count() % 2 == 1);
        let value = word(text, from, line.end, equals);
        return (in_text && !value.is_empty()).then_some(Found { value, quoted: true, how: "assigned inside a text" });
    }
    let first = is_first(before);
    let whole = match family {
        Family::Lines => first,
        Family::Yaml => first && (!equals || before.trim_end().ends_with('-')),
        _ => false,
    };
    let value = if whole {
        to_the_end(text, from, line.end)
    } else {
        word(text, from, line.end, equals && family != Family::Json)
    };
    (!value.is_empty()).then_some(Found { value, quoted: false, how: "assigned" })
}

/// Whether nothing but signs of lists, comments and declarations stands before a name.
fn is_first(before: &str) -> bool {
    let mut rest = before.trim_start();
    loop {
        let shorter =
            ["- ", "#!", "# ", "#", "//", "; ", ";", "export ", "set ", "env.", "ENV ", "ARG ", "\"", "'", "declare "]
                .iter()
                .find_map(|sign| rest.strip_prefix(sign));
        match shorter {
            Some(shorter) => rest = shorter.trim_start(),
            None => return rest.is_empty(),
        }
    }
}

/// The one line below a key: a block scalar, or the first entry of a list of texts.
fn below(text: &str, line: &Range<usize>) -> Option<Found> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(&text[line.clone()]);
    let next = line_around(text, (line.end + 1).min(text.len()));
    if next.start <= line.start {
        return None;
    }
    let content = &text[next.clone()];
    let listed = content.trim_start().starts_with("- ");
    if content.trim().is_empty() || indent(content) < own || indent(content) == own && !listed {
        return None;
    }
    let from = next.start + indent(content) + if listed { 2 } else { 0 };
    if let Some(value) = quoted(text, from, next.end) {
        return Some(Found { value, quoted: true, how: "given on the line below" });
    }
    let value = to_the_end(text, from, next.end);
    let entry = &text[value.clone()];
    // A mapping below the name is no literal.
    (!entry.contains(": ") && !entry.ends_with(':')).then_some(Found {
        value,
        quoted: false,
        how: "given on the line below",
    })
}

/// `name: DB_PASSWORD` with its `value:` beside or below, and `<add key="ApiKey" value="..."/>`.
fn pair(family: Family, text: &str, line: &Range<usize>, name: &Range<usize>, at: usize) -> Option<Found> {
    let before = text[line.start..name.start].trim_end_matches(['"', '\'', '\\']).trim_end();
    let sign = before.strip_suffix([':', '='])?.trim_end().trim_end_matches(['"', '\'', '\\']);
    let says_name = ["name", "key", "Name", "Key", "variable", "id"].iter().any(|word| {
        sign.ends_with(word) && !sign[..sign.len() - word.len()].ends_with(|c: char| c.is_alphanumeric() || c == '_')
    });
    let says_type = sign.ends_with("type") && matches!(&text[name.clone()], "password" | "secret");
    if !says_name && !says_type {
        return None;
    }
    let rest = text[at..line.end].trim_start();
    if !(rest.is_empty()
        || rest.starts_with([',', '}', '/', '>', '#'])
        || rest.to_ascii_lowercase().starts_with("value"))
    {
        return None;
    }
    let mut end = line.end;
    if rest.is_empty() || rest.starts_with([',', '#']) && family != Family::Markup {
        for _ in 0..NEAR {
            let next = line_around(text, (end + 1).min(text.len()));
            // The next entry of a list has a value of its own.
            if next.start <= end || text[next.clone()].trim_start().starts_with(['-', '{', '}']) {
                break;
            }
            end = next.end;
        }
    }
    let region = &text[at..end];
    if let Some(open) = region.find("<value>").filter(|_| family == Family::Markup) {
        let from = at + open + "<value>".len();
        let to = from + text[from..end].find("</")?;
        return (to > from).then_some(Found { value: from..to, quoted: true, how: "the value beside its name" });
    }
    let (found, _) = ["value", "Value", "defaultValue"].iter().flat_map(|word| region.match_indices(word)).find(
        |(found, word)| {
            let behind = region[found + word.len()..].trim_start_matches(['"', '\'', '\\']).trim_start();
            let alone = !region[..*found].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
            alone && behind.starts_with([':', '='])
        },
    )?;
    let sign = at + found + text[at + found..].find([':', '='])?;
    let own = line_around(text, sign);
    let from = skip_blanks(text, sign + 1, own.end);
    if let Some(value) = quoted(text, from, own.end) {
        return Some(Found { value, quoted: true, how: "the value beside its name" });
    }
    let flow = text[own.start..sign].contains('{');
    let value =
        if flow || family != Family::Yaml { word(text, from, own.end, false) } else { to_the_end(text, from, own.end) };
    (!value.is_empty()).then_some(Found { value, quoted: false, how: "the value beside its name" })
}

/// Directives that name first and then say, and flags of commands.
fn spaced(family: Family, text: &str, before: &str, at: usize, spaces: usize, end: usize) -> Option<Found> {
    if spaces == 0 {
        return None;
    }
    let from = at + spaces;
    let flag = before.ends_with("--") || before.ends_with(" -");
    let head = before.trim_start();
    let directive = match family {
        Family::Dockerfile => matches!(head.trim_end(), "ENV" | "ARG"),
        // fish.
        Family::Shell => matches!(head.trim_end(), "set -x" | "set -gx" | "set -xg" | "set -Ux" | "set -xU" | "setenv"),
        Family::Lines => {
            matches!(
                head.trim_end(),
                "set $" | "proxy_set_header" | "add_header" | "fastcgi_param" | "env" | "setenv" | "SetEnv" | ""
            ) && !head.contains('=')
                && !text[at..end].contains(['='])
                && text[from..end].split_whitespace().count() <= 2
                || head.starts_with("user ") && before.ends_with(' ')
        }
        _ => false,
    };
    if !(flag || directive) {
        return None;
    }
    if let Some(value) = quoted(text, from, end) {
        return Some(Found { value, quoted: true, how: "given to a flag or directive" });
    }
    let value = word(text, from, end, true);
    let sound = !value.is_empty() && !text[value.clone()].starts_with(['-', '|', '=']);
    sound.then_some(Found { value, quoted: false, how: "given to a flag or directive" })
}
