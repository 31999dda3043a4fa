//! Numbers of pods that may be gone or must stay: a whole number or a percentage.

use crate::collect::kubernetes::pods::int;
use crate::input::guards::Threshold;
use crate::located::Value;

/// Which way a part of a pod goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Down,
    Up,
}

/// A stated threshold; `all` is the number of pods that percentages are of, where it is known. Kubernetes takes whole
/// numbers that are not negative, and percentages of digits up to 100 (`ValidatePositiveIntOrPercent`); a number in quotes
/// is neither.
pub fn read(value: Value<'_>, all: Option<i64>, round: Round) -> Threshold<'_> {
    let text = value.text().unwrap_or_default();
    let pods = match text.strip_suffix('%') {
        Some(percent) => percentage(percent).zip(all).map(|(percent, all)| {
            let exact = all.saturating_mul(percent);
            exact / 100 + i64::from(round == Round::Up && exact % 100 != 0)
        }),
        None => int(value).filter(|pods| *pods >= 0),
    };
    Threshold { text: text.into(), pods, at: value.into() }
}

fn percentage(digits: &str) -> Option<i64> {
    let known = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|percent| known && *percent <= 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;

    fn pods(text: &str, round: Round) -> Option<i64> {
        let text = format!("key: {text}\n");
        let parsed = crate::syntax::parse(Format::Yaml, "pdb.yaml".into(), text.into(), Default::default());
        read(parsed.located.root()?.get("key")?, Some(3), round).pods
    }

    #[test]
    fn numbers_and_percentages_that_kubernetes_takes() {
        for (text, expected) in [("0", 0), ("2", 2), ("0%", 0), ("50%", 2), ("\"100%\"", 3)] {
            assert_eq!(pods(text, Round::Up), Some(expected), "{text}");
        }
        assert_eq!(pods("50%", Round::Down), Some(1));
    }

    #[test]
    fn what_kubernetes_refuses_is_no_number_of_pods() {
        for text in ["-1", "\"1\"", "one", "12.5%", "-5%", "101%", "\" 50%\"", "%", "[1]", "{}", "\"${MIN}\"", "1.5"] {
            assert_eq!(pods(text, Round::Up), None, "{text}");
        }
    }
}
