//! What a secret's format proves of itself: checksums, and structures that must decode.
//!
//! A detector names one of [`CHECKS`]; the check sees the secret alone.

use std::sync::LazyLock;

use data_encoding::{BASE64_NOPAD, Encoding};

use crate::secrets::structured;

/// Whether a secret is sound.
pub type Check = fn(&str) -> bool;

/// Every check by the name that detectors use.
pub const CHECKS: &[(&str, Check)] = &[
    ("crc32-base62", crc32_base62),
    ("crc32-grafana", crc32_grafana),
    ("crc32-gitlab", crc32_gitlab),
    ("bech32", bech32),
    ("curve25519", curve25519),
    ("base64", |secret| decoded(secret).is_some()),
    ("base64-long", |secret| decoded(secret).is_some_and(|bytes| bytes.len() >= 32)),
    ("user-password", structured::user_password),
    ("discord-bot", structured::discord_bot),
    ("sentry-org", structured::sentry_org),
    ("grafana-cloud", structured::grafana_cloud),
    ("grafana-key", structured::grafana_key),
    ("mixed", |secret| {
        secret.bytes().any(|byte| byte.is_ascii_digit()) && secret.bytes().any(|byte| byte.is_ascii_alphabetic())
    }),
    ("jwt", structured::jwt),
    ("jwt-kubernetes", structured::jwt_kubernetes),
    ("jwt-supabase", structured::jwt_supabase),
    ("pem-der", structured::pem_der),
    ("pem-openssh", structured::pem_openssh),
    ("pem", structured::pem),
    ("pem-in-base64", structured::pem_in_base64),
    ("putty", structured::putty),
    ("password", structured::is_literal),
    ("own-password", structured::own_password),
    ("default-password", structured::default_password),
];

/// The check of a name.
pub fn named(name: &str) -> Option<Check> {
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

/// CRC-32 as in ISO 3309 and zlib.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let low = crc & 1;
            crc = (crc >> 1) ^ (0xedb8_8320 * low);
        }
    }
    !crc
}

/// A number in digits of a base up to 62 (digits, capitals, small letters), with zeros before it up to a width.
pub fn in_base(base: usize, mut number: u32, width: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    while number > 0 || digits.len() < width {
        digits.push(char::from(DIGITS[number as usize % base]));
        number /= base as u32;
    }
    digits.iter().rev().collect()
}

/// GitHub's and npm's tokens end in six digits of base 62, the checksum of what stands between them and the prefix.
/// <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
fn crc32_base62(secret: &str) -> bool {
    let body = secret.split_once('_').map(|(_, body)| body);
    let parts = body.and_then(|body| body.len().checked_sub(6).and_then(|at| body.split_at_checked(at)));
    parts.is_some_and(|(body, sum)| in_base(62, crc32(body.as_bytes()), 6) == sum)
}

/// Grafana's tokens end in the checksum of all before it, its lowest byte first.
/// <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go>
fn crc32_grafana(secret: &str) -> bool {
    let sum = |body: &str| format!("{:08x}", crc32(body.as_bytes()).swap_bytes());
    secret.rsplit_once('_').is_some_and(|(body, given)| sum(body) == given)
}

/// GitLab's routable tokens end in seven digits of base 36, the checksum of all before them; the others have none.
/// <https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/>
fn crc32_gitlab(secret: &str) -> bool {
    if !secret.contains('.') {
        return true;
    }
    let parts = secret.len().checked_sub(7).and_then(|at| secret.split_at_checked(at));
    parts.is_some_and(|(body, sum)| in_base(36, crc32(body.as_bytes()), 7).eq_ignore_ascii_case(sum))
}

/// The checksum of bech32, which age's keys use. <https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki>
fn bech32(secret: &str) -> bool {
    const CHARACTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = secret.to_ascii_lowercase();
    let Some((prefix, data)) = lower.rsplit_once('1') else { return false };
    let data: Option<Vec<u32>> = data.chars().map(|c| CHARACTERS.find(c).map(|at| at as u32)).collect();
    data.is_some_and(|data| data.len() > 6 && polymod(prefix, &data) == 1)
}

/// The six characters that make a text of bech32 sound.
pub fn bech32_sum(prefix: &str, data: &[u32]) -> [u32; 6] {
    let sum = polymod(prefix, &[data, &[0; 6]].concat()) ^ 1;
    std::array::from_fn(|at| (sum >> (5 * (5 - at))) & 31)
}

fn polymod(prefix: &str, data: &[u32]) -> u32 {
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.bytes().map(|byte| u32::from(byte) >> 5);
    let low = prefix.bytes().map(|byte| u32::from(byte) & 31);
    high.chain([0]).chain(low).chain(data.iter().copied()).fold(1, |sum, value| {
        let top = sum >> 25;
        let mixed = ((sum & 0x01ff_ffff) << 5) ^ value;
        GENERATORS.iter().enumerate().fold(mixed, |mixed, (bit, one)| mixed ^ (((top >> bit) & 1) * one))
    })
}

/// A private key of Curve25519 in base64, with the bits set that every such key has.
/// <https://www.rfc-editor.org/rfc/rfc7748#section-5>
fn curve25519(secret: &str) -> bool {
    let bytes = decoded(secret).unwrap_or_default();
    bytes.len() == 32 && bytes[0] & 7 == 0 && bytes[31] & 0xc0 == 0x40
}

/// What a text of base64 holds, in either alphabet, with or without padding; bits behind the last byte do not matter.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    static LENIENT: LazyLock<Option<Encoding>> = LazyLock::new(|| {
        let mut lenient = BASE64_NOPAD.specification();
        lenient.check_trailing_bits = false;
        lenient.translate.from.push_str("-_");
        lenient.translate.to.push_str("+/");
        lenient.encoding().ok()
    });
    LENIENT.as_ref()?.decode(text.trim_end_matches('=').as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_is_that_of_zlib() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    /// The published example of the format; the token is not written here, so that nobody's scanner finds it.
    #[test]
    fn the_checksum_of_github_is_the_one_that_it_publishes() {
        let body = ["zQWBuTSOoRi4A9s", "pHcVY5ncnsDkxkJ"].concat();
        assert!(crc32_base62(&format!("gh{}_{body}0mLq17", 'p')));
        assert!(!crc32_base62(&format!("gh{}_{body}0mLq18", 'p')));
        assert!(!crc32_base62("a_b"));
    }

    /// From the tests of Grafana itself.
    #[test]
    fn the_checksum_of_grafana_is_its_own() {
        let body = ["yscW25imSKJIuav8", "zF37RZmnbiDvB05G"].concat();
        assert!(crc32_grafana(&format!("gl{}_{body}_fcaaf58a", "sa")));
        assert!(!crc32_grafana(&format!("gl{}_{body}_fcaaf58b", "sa")));
    }

    /// From the list of valid texts in BIP 173.
    #[test]
    fn bech32_is_that_of_its_test_vectors() {
        assert!(bech32("A12UEL5L"));
        assert!(bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
        assert!(!bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx"));
        assert!(!bech32("a1"));
    }

    #[test]
    fn numbers_in_other_bases() {
        assert_eq!(in_base(62, 61, 1), "z");
        assert_eq!(in_base(62, 62, 3), "010");
        assert_eq!(in_base(36, 35, 2), "0Z");
        assert_eq!(in_base(62, u32::MAX, 6), "4gfFC3");
    }

    #[test]
    fn base64_is_read_in_both_alphabets() {
        for text in ["+/8=", "-_8", "+/9="] {
            assert_eq!(decoded(text), Some(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(decoded("a*b="), None);
    }

    #[test]
    fn names_of_checks_are_unique() {
        for (name, _) in CHECKS {
            assert_eq!(CHECKS.iter().filter(|(known, _)| known == name).count(), 1, "{name}");
        }
    }
}
