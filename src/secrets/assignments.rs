//! A name of a credential and the literal that is given to it, in whatever a text is written.

use std::ops::Range;

use crate::secrets::family::Family;
use crate::secrets::given::{BESIDE, Found, given};
use crate::secrets::literals::{LITERAL, inside, is_of_name, line_around};
use crate::secrets::names::{self, Kind};
use crate::secrets::values::{self, Not};
use crate::secrets::{Detection, Finds, Strength, context, credential, encoded};

/// Bytes that a name may reach on either side of the word that was found.
const NAME: usize = 80;

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
