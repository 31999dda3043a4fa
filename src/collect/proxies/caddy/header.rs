//! `header` and `header_down`: what they change of answers.
//!
//! Sources: <https://caddyserver.com/docs/caddyfile/directives/header>,
//! <https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#headers>.

use crate::collect::proxies::answer::{Change, header};
use crate::collect::proxies::caddy::lines::{Line, Word};
use crate::collect::proxies::condition::Condition;

/// Changes of one line.
#[derive(Clone, Debug, Default)]
pub struct Changes<'a> {
    pub list: Vec<Change<'a>>,
    /// Defaults, which count where nothing else set the header.
    pub defaults: Vec<Change<'a>>,
    /// Whether they are made when the answer is sent, after all others.
    pub late: bool,
}

impl<'a> Changes<'a> {
    /// What a `header` line changes; `skip` are the words of its matcher.
    pub fn of(line: &Line<'a>, skip: usize, condition: &Condition<'a>) -> Self {
        let mut changes = Self::default();
        if let Some((field, rest)) = line.args.get(skip..).and_then(<[_]>::split_first) {
            changes.add(line, field, rest, condition);
        }
        for one in line.lines() {
            match &*one.name.text {
                "defer" => changes.late = true,
                "match" => {}
                _ => changes.add(one, &one.name, &one.args, condition),
            }
        }
        changes
    }

    /// What the `header_down` lines of a `reverse_proxy` change.
    pub fn down(line: &Line<'a>, condition: &Condition<'a>) -> Self {
        let mut changes = Self::default();
        for one in line.lines().iter().filter(|one| one.name.text == "header_down") {
            if let Some((field, rest)) = one.args.split_first() {
                changes.add(one, field, rest, condition);
            }
        }
        changes
    }

    fn add(&mut self, line: &Line<'a>, field: &Word<'a>, rest: &[Word<'a>], condition: &Condition<'a>) {
        let text = field.text.trim_end_matches(':');
        let (mark, name) = match text.as_bytes().first() {
            Some(mark @ (b'+' | b'-' | b'?' | b'>')) => (*mark, &text[1..]),
            _ => (b'=', text),
        };
        if mark == b'-' {
            self.late = true;
            return self.list.push(Change::Remove(name.to_ascii_lowercase()));
        }
        if mark == b'>' {
            self.late = true;
        }
        let [value, more @ ..] = rest else { return };
        if !more.is_empty() {
            self.late = true;
            return self.list.push(Change::Rewrite(name.to_ascii_lowercase()));
        }
        let known = !value.variable && !value.text.contains('{');
        let echoes = value.text.to_ascii_lowercase().contains("header.origin}");
        let asked = condition.origins().map(<[_]>::to_vec);
        let shown = known.then(|| value.text.clone());
        let (header, origins) = header(name, shown, value.at, &line.via, asked, echoes);
        match mark {
            b'+' => self.list.push(Change::Add(header, origins)),
            b'?' => self.defaults.push(Change::Default(header, origins)),
            _ => self.list.push(Change::Set(header, origins)),
        }
    }
}
