//! What makes a match of a format's pattern somebody's example instead of a secret.

use std::ops::Range;

/// Words that no random secret holds; in lower case. The last two begin the key of Azurite, the storage emulator, which
/// is the same for everybody (<https://learn.microsoft.com/en-us/azure/storage/common/storage-connect-azurite>), and the
/// client of RFC 6749's examples.
const WORDS: &[&str] = &[
    "example",
    "xxxxx",
    "placeholder",
    "redacted",
    "changeme",
    "your-",
    "your_",
    "insert-",
    "insert_",
    "12345678",
    "abcdefgh",
    "deadbeef",
    "dummy",
    "notreal",
    "not-real",
    "not_real",
    "eby8vdm02xnocqfl",
    "czzcagrsa3f0mz",
];

/// Repeats of one character that no random secret of a usual length holds.
const REPEATS: usize = 10;
/// Bytes up to which a secret is looked through; private keys have long runs of zeros.
const SHORT: usize = 400;
/// Bytes of a line that are searched for a word nearby, to either side.
const NEAR: usize = 512;
/// Bytes behind a secret that are searched for a word that makes it an example, such as a host's name.
const BEHIND: usize = 48;

/// Whether a text shows where a secret belongs instead of being one.
pub fn is_made_up(secret: &str) -> bool {
    if secret.len() > SHORT {
        return false;
    }
    let lower = secret.to_ascii_lowercase();
    let mut repeats = 0;
    let mut last = None;
    for byte in secret.bytes() {
        repeats = if last == Some(byte) { repeats + 1 } else { 1 };
        last = Some(byte);
        if repeats >= REPEATS {
            return true;
        }
    }
    repeats == secret.len() || WORDS.iter().any(|word| lower.contains(word))
}

/// Shannon entropy, in bits a byte.
pub fn entropy(secret: &str) -> f32 {
    let mut counts = [0_u32; 256];
    secret.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let total = secret.len() as f32;
    let bits = |count: &u32| {
        let share = *count as f32 / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

/// Whether one of some lower-case words stands around a secret: on its lines or on the line before them.
pub fn stands_near(text: &str, secret: &Range<usize>, words: &[String]) -> bool {
    let bytes = text.as_bytes();
    let before = &bytes[secret.start.saturating_sub(NEAR)..secret.start];
    let mut lines = before.rsplitn(3, |byte| *byte == b'\n');
    let this_and_last = lines.next().map_or(0, <[u8]>::len) + lines.next().map_or(0, |line| line.len() + 1);
    let after = &bytes[secret.end..bytes.len().min(secret.end + NEAR)];
    let after = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let holds = |part: &[u8], word: &String| String::from_utf8_lossy(part).to_ascii_lowercase().contains(word);
    let before = &before[before.len() - this_and_last..];
    words.iter().any(|word| holds(before, word) || holds(after, word))
}

/// Whether one of some lower-case words stands right behind a secret, on its line.
pub fn stands_behind(text: &str, secret: &Range<usize>, words: &[String]) -> bool {
    let bytes = text.as_bytes();
    let after = &bytes[secret.end..bytes.len().min(secret.end + BEHIND)];
    let after = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !words.is_empty() && {
        let after = String::from_utf8_lossy(after).to_ascii_lowercase();
        words.iter().any(|word| after.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_made_up() {
        for text in ["xxxxxxxxxxxx", "AKIAIOSFODNN7EXAMPLE", "aaaa", "token-0000000000-ab", "ab12345678cd"] {
            assert!(is_made_up(text), "{text}");
        }
        for text in ["q8Zr0vT2mK5s", "aaab"] {
            assert!(!is_made_up(text), "{text}");
        }
    }

    #[test]
    fn entropy_is_that_of_the_bytes() {
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abab"), 1.0);
        assert_eq!(entropy("abcdefgh"), 3.0);
    }

    #[test]
    fn a_word_is_near_on_the_same_line_and_on_the_one_before() {
        let near = |text: &str| {
            let at = text.find('#').expect("a mark");
            stands_near(text, &(at..at + 1), &["heroku".to_string()])
        };
        assert!(near("# heroku"));
        assert!(near("HEROKU_KEY=#"));
        assert!(near("# é\n  heroku:\n    é#"));
        assert!(!near("heroku:\n  a: b\n  key: #"));
        assert!(!near("#\nheroku"));
    }
}
