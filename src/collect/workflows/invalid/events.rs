//! What of the events of a workflow contradicts itself, or never comes.

use super::Checker;
use crate::located::Value;

/// Filters that an event takes only one of.
const ONE_OF_TWO: &[(&str, &str)] =
    &[("branches", "branches-ignore"), ("tags", "tags-ignore"), ("paths", "paths-ignore")];

pub(super) fn check<'a>(checker: &mut Checker<'a>, root: Value<'a>) {
    let Some(on) = root.get("on") else { return };
    let names: Vec<Value<'a>> = if on.is_sequence() { on.items().collect() } else { vec![on] };
    for name in names.iter().filter(|name| name.text() == Some("schedule")) {
        let message = "the schedule has no time".to_string();
        checker.tell(name.pointer(), message, "write `schedule` as a key, with `- cron: ...` below it");
    }
    for name in names.iter().filter(|name| name.text() == Some("workflow_run")) {
        let message = "it waits for a workflow and names none".to_string();
        checker.tell(name.pointer(), message, "write `workflow_run` as a key, with `workflows` below it");
    }
    if let Some(times) = on.get("schedule").filter(|times| times.is_sequence() && times.items().next().is_none()) {
        checker.tell(times.pointer(), "the schedule has no time".into(), "add `- cron: ...`");
    }
    if !on.is_null() && names.is_empty() || on.is_mapping() && on.entries().is_empty() {
        checker.tell(on.pointer(), "no event starts it".into(), "name an event, such as `push`");
    }
    for (name, event) in on.entries() {
        for (one, other) in ONE_OF_TWO {
            let (Some(one), Some(other)) = (event.get(one), event.get(other)) else { continue };
            let later = if one.span() > other.span() { one } else { other };
            let both = format!("`{name}` has both `{}` and its opposite", later.key_text().unwrap_or_default());
            let at = later.key().unwrap_or(later);
            checker.tell(at.pointer(), both, "keep one of them, and exclude with `!` in front of a pattern");
        }
    }
    let inputs = |event: &str| on.path(&[event, "inputs"]).map(Value::entries).unwrap_or_default();
    for (name, input) in inputs("workflow_dispatch") {
        choice(checker, name, input);
    }
    for (name, input) in inputs("workflow_dispatch").into_iter().chain(inputs("workflow_call")) {
        let is_flag = input.get("type").is_some_and(|kind| kind.text() == Some("boolean"));
        let Some(default) = input.get("default").filter(|_| is_flag) else { continue };
        if !default.text().is_some_and(|text| text == "true" || text == "false" || text.contains("${{")) {
            let message = format!("the default of `{name}` is neither `true` nor `false`");
            checker.tell(default.pointer(), message, "write one of the two, or another `type`");
        }
    }
}

/// An input has options exactly if it is a choice.
fn choice<'a>(checker: &mut Checker<'a>, name: &str, input: Value<'a>) {
    let is_choice = input.get("type").is_some_and(|kind| kind.text() == Some("choice"));
    let options = input.get("options");
    let has_some = options.is_some_and(|options| !options.is_sequence() || options.items().next().is_some());
    match options {
        _ if is_choice && !has_some => {
            let at = input.key().unwrap_or(input).pointer();
            checker.tell(at, format!("the choice `{name}` has no options"), "list them in `options`");
        }
        Some(options) if !is_choice => {
            let at = options.key().unwrap_or(options).pointer();
            checker.tell(at, format!("`{name}` has options and is no choice"), "write `type: choice`");
        }
        _ => {}
    }
}

/// What a field of cron can hold: least, greatest, and words for its numbers.
const FIELDS: [(u8, u8, &[&str]); 5] = [
    (0, 59, &[]),
    (0, 23, &[]),
    (1, 31, &[]),
    (1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    (0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Whether a text is a line of POSIX cron.
pub(super) fn is_cron(text: &str) -> bool {
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == FIELDS.len()
        && fields.iter().zip(FIELDS).all(|(field, kind)| field.split(',').all(|one| part(one, kind)))
}

/// `*`, `5`, `1-5`, each with `/2` behind it or not.
fn part(text: &str, (least, most, words): (u8, u8, &[&str])) -> bool {
    let (range, every) = text.split_once('/').map_or((text, None), |(range, every)| (range, Some(every)));
    let number = |text: &str| {
        let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let word = words.iter().position(|word| text.eq_ignore_ascii_case(word));
        number.or(word.map(|at| at as u8 + least)).filter(|number| (least..=most).contains(number))
    };
    let fits = match range.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
        None => range == "*" || number(range).is_some(),
    };
    fits && every.is_none_or(|every| every.parse::<u8>().is_ok_and(|every| every > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cron() {
        for good in ["0 0 * * *", "*/15 0-6,22 1 JAN-mar MON", "30 5 1-31/2 12 7", "5/10 * * * *"] {
            assert!(is_cron(good), "{good}");
        }
        for bad in [
            "",
            "@daily",
            "0 0 * *",
            "0 0 * * * *",
            "60 0 * * *",
            "0 0 0 * *",
            "0 0 * foo *",
            "5-1 * * * *",
            "*/0 * * * *",
        ] {
            assert!(!is_cron(bad), "{bad}");
        }
    }
}
