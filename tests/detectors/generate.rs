//! Secrets made up from templates, so that no file holds anything that looks like one.
//!
//! A template is text with parts in braces: `{hex:32}` is 32 characters of an alphabet, `{base62:20-40}` some number of
//! them; `{crc62}` and its kin are the checksum of what the template has made so far. Other braces stand for themselves.
//! `«` and `»` stand around the secret where it is not the whole.

use std::ops::Range;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use plimsoll::secrets::checksums::{bech32_sum, crc32, in_base};

/// A text and where its secret stands in it.
pub struct Example {
    pub text: String,
    pub secret: Range<usize>,
}

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// A small generator of pseudo-random numbers (SplitMix64): tests must come out the same every time.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn text(&mut self, alphabet: &str, len: usize) -> String {
        let characters: Vec<char> = alphabet.chars().collect();
        (0..len).map(|_| characters[self.below(characters.len())]).collect()
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }
}

/// Makes a text from a template.
pub fn example(template: &str, random: &mut Random) -> Example {
    let mut text = String::new();
    let (mut start, mut end) = (None, None);
    // Where the last part that was made up begins: what a checksum is of.
    let mut part = 0;
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '«' => start = Some(text.len()),
            '»' => end = Some(text.len()),
            '{' => {
                let made = rest.split_once('}').and_then(|(name, after)| {
                    let sum = checksum(name, &text[part..], &text[start.unwrap_or(0)..]);
                    let is_sum = sum.is_some();
                    Some((sum.or_else(|| made_up(name, random))?, is_sum, after))
                });
                match made {
                    None => text.push(c),
                    Some((made, is_sum, after)) => {
                        part = if is_sum { part } else { text.len() };
                        text.push_str(&made);
                        rest = after;
                    }
                }
            }
            c => text.push(c),
        }
    }
    let secret = start.unwrap_or(0)..end.unwrap_or(text.len());
    Example { text, secret }
}

/// The checksum of the part before, or of the secret so far.
fn checksum(name: &str, part: &str, secret: &str) -> Option<String> {
    let (name, wrong) = name.strip_suffix("-wrong").map_or((name, 0), |name| (name, 1));
    Some(match name {
        "crc62" => in_base(62, crc32(part.as_bytes()) ^ wrong, 6),
        "crc36" => in_base(36, crc32(secret.as_bytes()) ^ wrong, 7).to_lowercase(),
        "crc-hex" => format!("{:08x}", crc32(secret.trim_end_matches('_').as_bytes()).swap_bytes() ^ wrong),
        _ => return None,
    })
}

/// What a part stands for; None where the braces are no part.
fn made_up(name: &str, random: &mut Random) -> Option<String> {
    let (kind, argument) = name.split_once(':').unwrap_or((name, ""));
    let lengths = argument.split_once('-').unwrap_or((argument, argument));
    if let (Ok(least), Ok(most)) = (lengths.0.parse::<usize>(), lengths.1.parse::<usize>())
        && kind != "base64"
    {
        let alphabet = alphabet(kind).unwrap_or_else(|| panic!("a template has no part `{name}`"));
        let len = least + random.below(most - least + 1);
        return Some(random.text(&alphabet, len));
    }
    Some(match kind {
        "base64-of" => {
            let inner = argument.replace('[', "{").replace(']', "}");
            BASE64.encode(example(&inner, random).text.as_bytes())
        }
        "one-of" => {
            let choices: Vec<&str> = argument.split('|').collect();
            choices[random.below(choices.len())].to_string()
        }
        "jwt" => jwt(random, argument),
        "facts" => facts(random, argument),
        "der" => lines(&BASE64.encode(&[vec![0x30], random.bytes(300)].concat()), argument),
        "openssh" => lines(&BASE64.encode(&[b"openssh-key-v1\0".to_vec(), random.bytes(300)].concat()), argument),
        "bytes" => lines(&BASE64.encode(&[vec![0x95], random.bytes(300)].concat()), argument),
        "base64" => BASE64.encode(&random.bytes(argument.parse().expect("a number of bytes"))),
        "curve" | "not-curve" => {
            let mut bytes = random.bytes(32);
            bytes[0] &= 0xf8;
            bytes[31] = bytes[31] & 0x3f | if kind == "curve" { 0x40 } else { 0x80 };
            BASE64.encode(&bytes)
        }
        "age" | "age-wrong" => {
            let mut data: Vec<u32> = (0..52).map(|_| random.below(32) as u32).collect();
            data.extend(bech32_sum("age-secret-key-", &data));
            data[57] ^= u32::from(kind == "age-wrong");
            let characters = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
            data.iter().map(|at| char::from(characters[*at as usize])).collect()
        }
        "snowflake" => BASE64URL_NOPAD.encode(random.text("123456789", 18).as_bytes()),
        "newline" => "\n".to_string(),
        "password" => format!("{}{}", random.text(LOWER, 6), random.text(&format!("{DIGITS}{UPPER}"), 8)),
        _ => return None,
    })
}

fn alphabet(kind: &str) -> Option<String> {
    Some(match kind {
        "digits" => DIGITS.to_string(),
        "digits1" => "123456789".to_string(),
        "hex" => format!("{DIGITS}abcdef"),
        "HEX" => format!("{DIGITS}ABCDEF"),
        "lower" => LOWER.to_string(),
        "upper" => UPPER.to_string(),
        "letters" => format!("{LOWER}{UPPER}"),
        "base32" => format!("{UPPER}234567"),
        "base36" => format!("{DIGITS}{LOWER}"),
        "BASE36" => format!("{DIGITS}{UPPER}"),
        "base62" => format!("{DIGITS}{LOWER}{UPPER}"),
        "url64" => format!("{DIGITS}{LOWER}{UPPER}-_"),
        "std64" => format!("{DIGITS}{LOWER}{UPPER}+/"),
        "symbols" => "!#%&*^~".to_string(),
        _ => return None,
    })
}

/// Base64 in lines of 64 characters, ended as asked for.
fn lines(base64: &str, ends: &str) -> String {
    let end = match ends {
        "escaped" => "\\n",
        "indented" => "\n    ",
        "none" => "",
        _ => "\n",
    };
    let lines: Vec<&str> =
        (0..base64.len().div_ceil(64)).map(|at| &base64[at * 64..base64.len().min(at * 64 + 64)]).collect();
    lines.join(end)
}

fn jwt(random: &mut Random, of: &str) -> String {
    let id = random.text(&format!("{DIGITS}{LOWER}"), 12);
    let (algorithm, claims) = match of {
        "" => ("HS256", format!(r#"{{"sub":"{id}","iat":1700000000}}"#)),
        "none" => ("none", format!(r#"{{"sub":"{id}"}}"#)),
        "anon" => ("HS256", format!(r#"{{"iss":"supabase","ref":"{id}","role":"anon"}}"#)),
        "service" => ("HS256", format!(r#"{{"iss":"supabase","ref":"{id}","role":"service_role"}}"#)),
        "doe" => ("HS256", r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#.to_string()),
        "kubernetes" => {
            ("RS256", format!(r#"{{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:{id}:x"}}"#))
        }
        "bound" => ("RS256", format!(r#"{{"aud":["https://k"],"kubernetes.io":{{"namespace":"{id}"}}}}"#)),
        other => panic!("no token `{other}`"),
    };
    let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
    let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    format!("{}.{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()), encode(&random.bytes(32)))
}

/// Base64 of the objects that some tokens carry.
fn facts(random: &mut Random, of: &str) -> String {
    let id = random.text(LOWER, 10);
    let text = match of {
        "sentry" => format!(r#"{{"iat":1700000000.1,"url":"https://sentry.io","region_url":"","org":"{id}"}}"#),
        "grafana" => {
            format!(r#"{{"o":"7","n":"{id}","k":"{}","m":{{"r":"eu"}}}}"#, random.text(LOWER, 24))
        }
        "grafana-key" => format!(r#"{{"k":"{}","n":"{id}","id":3}}"#, random.text(LOWER, 32)),
        other => panic!("no facts `{other}`"),
    };
    BASE64.encode(text.as_bytes())
}
