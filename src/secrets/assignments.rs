//! A name of a credential and the literal that is given to it, in whatever a text is written.

use std::ops::Range;

use crate::secrets::family::Family;
use crate::secrets::names::{self, Kind};
use crate::secrets::values::{self, Not};
use crate::secrets::{Detection, Finds, Strength, context, credential, elements, encoded};

/// Bytes that a name may reach on either side of the word that was found.
const NAME: usize = 80;

/// Bytes of one literal that are looked at.
const LITERAL: usize = 4 << 10;

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
const BESIDE: &str = "given beside its name";

/// What a name is followed by.
struct Found {
    value: Range<usize>,
    quoted: bool,
    /// A few words that say how the value is given, for `--why`.
    how: &'static str,
}

/// Looks at the name around a hit and adds the secret that is given to it; the end of the name, so that it is not looked
/// at twice.
pub fn at(path: &str, family: Family, text: &str, hit: Range<usize>, finds: &mut Finds<'_>) -> usize {
    let name = name_around(text, &hit);
    let end = name.end;
    let word = &text[name.clone()];
    let by_name = names::meaning(word);
    let by_place = || ["key", "keys", "auth", "sig", "signature"].iter().any(|one| word.eq_ignore_ascii_case(one));
    if by_name.is_none() && !by_place() {
        return end;
    }
    let Some(given) = given(path, family, text, &name) else { return end };
    let place = inside(text, given.value.clone());
    let named = by_name.is_some();
    let kind = by_name.or_else(|| {
        let made = values::judge(Kind::Token, word, &text[place.clone()]).is_ok();
        made.then(|| meaning_by_place(family, text, &name))?
    });
    let Some(kind) = kind.filter(|_| !is_reference(text, &name)) else {
        if named {
            finds.drop(&text[name], place, "its name is a part of something else");
        }
        return end;
    };
    match judged(path, family, text, &name, kind, place.clone(), &given) {
        Ok(detection) => finds.found.push(detection),
        Err(reason) => finds.drop(&text[name], place, reason),
    }
    end
}

/// Whether a name is a part of a word that says where a secret is.
fn is_reference(text: &str, name: &Range<usize>) -> bool {
    let before = &text[line_around(text, name.start).start..name.start];
    // One of a list of ciphers: `ALL:!PSK:!RC4`.
    if before.ends_with(['!', '+', ':']) && text[name.end..].starts_with(':') {
        return true;
    }
    let word = before.rfind([' ', '\t', '"', '\'', '=', '(', '`']).map_or(before, |at| &before[at + 1..]);
    // `$env:NAME = ` of PowerShell sets what `$env:NAME` reads.
    let sets = word.eq_ignore_ascii_case("$env:") && text[name.end..].trim_start_matches(' ').starts_with('=');
    word.starts_with("checksum/") || !word.is_empty() && !sets && values::begins_reference(word)
}

/// What a name of too few words promises by where it stands.
fn meaning_by_place(family: Family, text: &str, name: &Range<usize>) -> Option<Kind> {
    // `?auth=` and `&sig=` of an address.
    if text[..name.start].ends_with(['?', '&']) && text[name.end..].starts_with('=') {
        return Some(Kind::Token);
    }
    // A bare `key` is what the key above it makes of it.
    if !text[name.clone()].to_ascii_lowercase().starts_with("key") {
        return None;
    }
    let above = || match family {
        Family::Yaml | Family::Json => context::parents(text, name.start).pop(),
        _ => None,
    };
    let token = |parent: &str| names::meaning(&format!("{parent}_key")).filter(|kind| *kind == Kind::Token);
    holder(text, name).and_then(token).or_else(|| token(&above()?))
}

/// The name of the list or mapping that is opened right before a name, on its line or at the end of the one above.
fn holder<'t>(text: &'t str, name: &Range<usize>) -> Option<&'t str> {
    let line = line_around(text, name.start);
    let before = text[line.start..name.start].trim_end_matches(['"', '\'']).trim_end();
    let above = || &text[line_around(text, line.start.saturating_sub(1))];
    let opened = if before.is_empty() { above().trim_end() } else { before };
    let named = opened.strip_suffix(['[', '{', '('])?.trim_end().trim_end_matches("array").trim_end();
    let named = named.trim_end_matches(['=', '>', ':']).trim_end().trim_end_matches(['"', '\'']);
    let start =
        named.rfind(|c: char| !is_of_name(c)).map_or(0, |at| at + named[at..].chars().next().map_or(1, char::len_utf8));
    (!named[start..].is_empty()).then_some(&named[start..])
}

fn judged(
    path: &str,
    family: Family,
    text: &str,
    name: &Range<usize>,
    kind: Kind,
    place: Range<usize>,
    given: &Found,
) -> Result<Detection, &'static str> {
    let key = &text[name.clone()];
    let value = &text[place.clone()];
    if value.len() > LITERAL {
        return Err("it is too long");
    }
    let title = names::title(kind, key);
    let mut signals = vec![format!("`{key}` names a {title}"), given.how.to_string()];
    let strength = values::judge(kind, key, value).map_err(Not::reason)?;
    let strength = match encoded::looked_through(kind, key, value) {
        encoded::Inside::Text(Err(not)) => return Err(not.reason()),
        encoded::Inside::Text(Ok(inner)) => {
            signals.push("its base64 holds a literal".to_string());
            inner
        }
        encoded::Inside::Opaque => strength,
    };
    let plural = key.ends_with(['s', 'S']) && !key.to_ascii_lowercase().ends_with("pass");
    let weak = strength == Strength::Weak;
    if weak && (plural || !may_be_weak(path, family, value, given)) {
        return Err("a word like this is a label here more often than a password");
    }
    if weak && given.how == BESIDE && value.contains('_') {
        return Err("it is one of a list of names");
    }
    if weak && is_example(family, text, name) {
        return Err("it is shown as an example");
    }
    signals.push(match strength {
        Strength::Weak => "a literal that people chose".to_string(),
        _ => "a literal that no word explains".to_string(),
    });
    Ok(credential(title, text, place, key, strength, signals))
}

/// Whether a name stands in what a schema or a comment shows as an example.
fn is_example(family: Family, text: &str, name: &Range<usize>) -> bool {
    let before = text[line_around(text, name.start).start..name.start].to_ascii_lowercase();
    let shown = ["example:", "e.g.", "for example"].iter().any(|word| before.contains(word));
    let shows = |key: &String| matches!(key.as_str(), "example" | "examples" | "x-example");
    shown || matches!(family, Family::Yaml | Family::Json) && context::parents(text, name.start).iter().any(shows)
}

/// Words in code, in prose and in translations are labels more often than passwords.
fn may_be_weak(path: &str, family: Family, value: &str, given: &Found) -> bool {
    let letters = value.chars().all(char::is_alphabetic);
    if is_translation(path) {
        return values::is_chosen_well(value);
    }
    match family {
        Family::Prose => values::is_chosen_well(value),
        Family::Code => given.quoted && !letters && !value.contains('|'),
        Family::Json | Family::Markup => {
            !(letters && value.starts_with(char::is_uppercase) || value.contains(['<', '>']))
        }
        _ => true,
    }
}

/// Whether a file holds what a program says in several languages.
fn is_translation(path: &str) -> bool {
    const WORDS: &[&str] = &[
        "i18n",
        "l10n",
        "locale",
        "locales",
        "lang",
        "langs",
        "languages",
        "translation",
        "translations",
        "messages",
        "arb",
        "resx",
        "xliff",
        "xlf",
        "strings",
    ];
    path.split(['/', '.', '_', '-']).any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// The name that a hit is a part of.
fn name_around(text: &str, hit: &Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut start = hit.start;
    while start > 0 && hit.start - start < NAME && belongs(bytes[start - 1]) {
        start -= 1;
    }
    let mut end = hit.end;
    while end < bytes.len() && end - hit.end < NAME && belongs(bytes[end]) {
        end += 1;
    }
    while start < end && !bytes[start].is_ascii_alphanumeric() && bytes[start] != b'_' {
        start += 1;
    }
    while end > start && matches!(bytes[end - 1], b'-' | b'.') {
        end -= 1;
    }
    // The clue may have been cut off with the signs around it.
    if start > hit.start || end < hit.end { hit.clone() } else { start..end }
}

/// What the text gives to a name.
fn given(path: &str, family: Family, text: &str, name: &Range<usize>) -> Option<Found> {
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

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
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

/// What counts while nothing sets a variable: `${NAME:-default}`, `${NAME-default}`, and `${NAME:default}` of Spring.
fn default(text: &str, at: usize, end: usize) -> Option<Range<usize>> {
    let rest = &text[at..end];
    let body = &rest[..rest.find('}')?];
    let sign = [":-", "-", ":"].into_iter().find(|sign| body.starts_with(sign))?;
    let value = &body[sign.len()..];
    let refused = value.is_empty() || value.starts_with(['?', '+', '=']) || value.contains("${");
    (!refused).then_some(at + sign.len()..at + body.len())
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

/// The rest of a line without what a comment adds.
fn to_the_end(text: &str, from: usize, end: usize) -> Range<usize> {
    let rest = &text[from..end];
    let stop = [" #", "\t#", " //", " ;"].iter().filter_map(|sign| rest.find(sign)).min().unwrap_or(rest.len());
    let value = rest[..stop].trim_end().trim_end_matches([',', ';']).trim_end_matches(['"', '\'']);
    from..from + value.len()
}

/// Text up to a blank or a sign that ends it; a reference with braces is one word.
fn word(text: &str, from: usize, end: usize, equals: bool) -> Range<usize> {
    let rest = &text[from..end];
    let mut depth = 0_usize;
    let mut stop = rest.len();
    for (at, c) in rest.char_indices() {
        match c {
            '{' if rest[..at].ends_with(['$', '{', '#', '%']) || at == 0 => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ' ' | '\t' | '"' | '\'' | '`' | ',' | ';' | '&' | ')' | '}' | ']' | '<' | '>' | '\\'
                if depth == 0 && !(equals && c == '<' && at == 0) =>
            {
                stop = at;
                break;
            }
            _ => {}
        }
    }
    from..from + stop
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

/// The text between quotes that begin here.
pub fn quoted(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let from = skip_blanks(text, from, end);
    let rest = &text[from..end];
    let prefix = rest
        .bytes()
        .take(2)
        .take_while(|byte| matches!(byte, b'b' | b'f' | b'r' | b'u' | b'R' | b'B' | b'F' | b'U' | b'@' | b'$' | b'N'))
        .count();
    let open = &rest[prefix..];
    let quote = ["\\\"", "\\'", "\"\"\"", "'''", "\"", "'", "`"].into_iter().find(|quote| open.starts_with(quote))?;
    if prefix > 0 && open.starts_with(quote) && rest[..prefix].contains(['f', 'F', '$']) && open.contains('{') {
        return None;
    }
    let start = from + prefix + quote.len();
    let bytes = text.as_bytes();
    let mut at = start;
    while at < end {
        if text[at..end].starts_with(quote) {
            return Some(start..at);
        }
        at += if bytes[at] == b'\\' && quote.len() == 1 { 2 } else { 1 };
        while at < end && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    None
}

/// The part of a value that is the literal: the default of `${NAME:-default}`, what stands behind `Bearer`.
fn inside(text: &str, value: Range<usize>) -> Range<usize> {
    let whole = &text[value.clone()];
    let trimmed = whole.trim();
    if trimmed.starts_with("${") && trimmed.ends_with('}') {
        let start = value.start + (whole.len() - whole.trim_start().len()) + 2;
        let name = text[start..value.end]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        let end = start + name.count();
        return default(text, end, value.end).unwrap_or(value);
    }
    for scheme in ["Bearer ", "bearer ", "Token ", "token ", "Basic ", "ApiKey "] {
        if trimmed.starts_with(scheme) {
            let lead = whole.len() - whole.trim_start().len();
            return value.start + lead + scheme.len()..value.start + lead + trimmed.len();
        }
    }
    value
}

fn skip_blanks(text: &str, from: usize, end: usize) -> usize {
    from + (text[from..end].len() - text[from..end].trim_start_matches([' ', '\t']).len())
}

/// The line of a byte, without its end, and of a very long line what stands around the byte.
pub fn line_around(text: &str, at: usize) -> Range<usize> {
    const AROUND: usize = 512;
    let low = text.floor_char_boundary(at.saturating_sub(AROUND));
    let high = text.floor_char_boundary((at + AROUND + LITERAL).min(text.len()));
    let start = text[low..at].rfind('\n').map_or(low, |found| low + found + 1);
    let end = text[at..high].find('\n').map_or(high, |found| at + found);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(start)
}
