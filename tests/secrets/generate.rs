//! Values for the case files, made from a seed, so that no scanner flags the files themselves.
//!
//! | written | becomes |
//! | --- | --- |
//! | `~{base62:N}`, `hex`, `digits`, `upper`, `lower`, `base32` | N characters of that alphabet |
//! | `~{b64:N}`, `~{b64url:N}` | the base64 of N random bytes, with and without padding |
//! | `~{b64of:TEXT}`, `~{url:TEXT}` | the text in base64, percent-encoded; generators in it come first |
//! | `~{text:TEXT}` | the text itself |
//! | `~{human:N}` | a password as people make them, of N characters |
//! | `~{uuid}`, `~{jwt}` | a UUID of version 4, a signed web token |
//! | `~{github:PREFIX}`, `~{github:npm}` | a token whose last six characters are the CRC-32 of the 30 before them |
//! | `~{pem:KIND}`, `~{pemend:KIND}` | the first and the last line of a PEM block |

use std::ops::Range;

use data_encoding::{BASE64, BASE64URL_NOPAD};

const HEX: &[u8] = b"0123456789abcdef";
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const WORDS: &[&str] = &[
    "maple", "orbit", "falcon", "copper", "harbor", "quartz", "velvet", "meadow", "cobalt", "lantern", "pepper",
    "glacier",
];

/// A stream of values that its seed decides.
pub struct Generator {
    state: u64,
}

impl Generator {
    pub fn new(seed: &str) -> Self {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self { state: seed.bytes().fold(0xcbf2_9ce4_8422_2325, mix) }
    }

    /// Writes the text with its generators replaced, and the bytes that each of the outer ones made.
    pub fn expand(&mut self, text: &str, out: &mut String, made: &mut Vec<Range<usize>>) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("~{") {
            let end = closing(after).unwrap_or_else(|| panic!("`~{{{after}` has no end"));
            out.push_str(before);
            let start = out.len();
            let value = self.value(&after[..end]);
            out.push_str(&value);
            made.push(start..out.len());
            rest = &after[end + 1..];
        }
        out.push_str(rest);
    }

    fn value(&mut self, written: &str) -> String {
        let (kind, argument) = written.split_once(':').unwrap_or((written, ""));
        let count = || argument.parse().unwrap_or_else(|_| panic!("`~{{{written}}}` needs a number"));
        match kind {
            "base62" => self.letters(BASE62, count()),
            "hex" => self.letters(HEX, count()),
            "digits" => self.letters(&BASE62[..10], count()),
            "upper" => self.letters(&BASE62[..36], count()),
            "lower" => self.letters(b"023456789acdefghjklmnpqrstuvwxyz", count()),
            "base32" => self.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count()),
            "b64" => BASE64.encode(&self.bytes(count())),
            "b64url" => BASE64URL_NOPAD.encode(&self.bytes(count())),
            "b64of" => BASE64.encode(self.inner(argument).as_bytes()),
            "url" => percent(&self.inner(argument)),
            "text" => argument.into(),
            "human" => self.human(count()),
            "uuid" => self.uuid(),
            "jwt" => self.jwt(),
            "github" => self.checked(argument),
            "pem" => format!("-----BEGIN {argument}-----"),
            "pemend" => format!("-----END {argument}-----"),
            _ => panic!("`~{{{written}}}` is no generator"),
        }
    }

    fn inner(&mut self, text: &str) -> String {
        let mut out = String::new();
        self.expand(text, &mut out, &mut Vec::new());
        out
    }

    /// The next number of splitmix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn letters(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(alphabet[self.next() as usize % alphabet.len()])).collect()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 56) as u8).collect()
    }

    /// Capitalised words, a sign in the middle, and digits up to the length.
    fn human(&mut self, length: usize) -> String {
        let mut password = String::new();
        while password.len() + 4 < length {
            let word = WORDS[self.next() as usize % WORDS.len()];
            let room = (length - 3 - password.len()).min(word.len());
            password += &word[..1].to_uppercase();
            password += &word[1..room];
        }
        password += &self.letters(b"!_.-+", 1);
        let digits = length - password.len();
        password += &self.letters(&BASE62[..10], digits);
        password
    }

    fn uuid(&mut self) -> String {
        let (a, b, c) = (self.letters(HEX, 8), self.letters(HEX, 4), self.letters(HEX, 3));
        let (variant, d, e) = (self.letters(b"89ab", 1), self.letters(HEX, 3), self.letters(HEX, 12));
        format!("{a}-{b}-4{c}-{variant}{d}-{e}")
    }

    fn jwt(&mut self) -> String {
        let subject = self.letters(BASE62, 12);
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let (head, body) = (r#"{"alg":"HS256","typ":"JWT"}"#, format!(r#"{{"sub":"{subject}","iat":1767225600}}"#));
        format!("{}.{}.{}", part(head), part(&body), BASE64URL_NOPAD.encode(&self.bytes(32)))
    }

    /// <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
    fn checked(&mut self, prefix: &str) -> String {
        let random = self.letters(BASE62, 30);
        let mut sum = crc32(random.as_bytes());
        let mut check = [b'0'; 6];
        for digit in check.iter_mut().rev() {
            *digit = BASE62[sum as usize % 62];
            sum /= 62;
        }
        format!("{prefix}_{random}{}", String::from_utf8_lossy(&check))
    }
}

/// Where the bracket closes that was opened before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| match byte {
        b'{' => {
            depth += 1;
            false
        }
        b'}' if depth > 0 => {
            depth -= 1;
            false
        }
        byte => byte == b'}',
    })
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") }).collect()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum: u32, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> (String, Vec<Range<usize>>) {
        let (mut out, mut made) = (String::new(), Vec::new());
        Generator::new("seed").expand(text, &mut out, &mut made);
        (out, made)
    }

    fn one(text: &str) -> String {
        expanded(text).0
    }

    #[test]
    fn text_around_generators_stays() {
        assert_eq!(expanded("a=~ ~/b ${X} {{ y }}"), ("a=~ ~/b ${X} {{ y }}".into(), vec![]));
        let (text, made) = expanded("a=~{hex:8}~~{digits:3};");
        assert_eq!(made, [2..10, 11..14]);
        assert_eq!((&text[..2], &text[10..11], &text[14..]), ("a=", "~", ";"));
    }

    #[test]
    fn lengths_and_alphabets() {
        for length in 5..40 {
            let human = one(&format!("~{{human:{length}}}"));
            assert_eq!(human.len(), length, "{human}");
            assert!(human.ends_with(|last: char| last.is_ascii_digit()), "{human}");
            assert_eq!(one(&format!("~{{base62:{length}}}")).len(), length);
        }
        assert!(one("~{hex:64}").bytes().all(|byte| HEX.contains(&byte)));
        assert_eq!(BASE64.decode(one("~{b64:32}").as_bytes()).unwrap().len(), 32);
        assert_eq!(one("~{uuid}").split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(one("~{jwt}").split('.').count(), 3);
    }

    #[test]
    fn encodings_hold_generators_and_brackets() {
        assert_eq!(one(r#"~{b64of:{"a":{}}}"#), BASE64.encode(br#"{"a":{}}"#));
        assert_eq!(one("~{b64of:~{b64of:~{text:x}}}"), BASE64.encode(BASE64.encode(b"x").as_bytes()));
        assert_eq!(one("~{url:a@~{text:b/c}}"), "a%40b%2Fc");
    }

    #[test]
    fn seeds_decide() {
        let value = |seed: &str| Generator::new(seed).value("base62:20");
        assert_eq!(value("a"), value("a"));
        assert_ne!(value("a"), value("b"));
    }

    /// The check value of the CRC-32 of ISO-HDLC: <https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc>
    #[test]
    fn checksums() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(one("~{github:ghp}").len(), 40);
    }
}
