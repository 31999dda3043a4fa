//! Go templates as charts write them: what of a template is text, what is an action, and which may be left out or repeat.
//!
//! Nothing is evaluated. Trimming (`{{-`, `-}}`) depends on the template alone, so the literal texts are exactly those that
//! a rendering can hold.

use std::collections::HashMap;
use std::ops::Range;

/// A part of a template; ranges are bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Text(Range<usize>),
    /// An action that may print something, braces included.
    Action(Range<usize>),
    /// One of several bodies; an `if` without `else` has an empty last one.
    Choice(Vec<Vec<Node>>),
    /// A body any number of times, and what stands in for no times.
    Repeat(Vec<Node>, Vec<Node>),
    Break,
    Continue,
}

/// A template file: what it prints itself, and what it defines for others.
#[derive(Debug, Default)]
pub struct Template {
    pub body: Vec<Node>,
    pub defines: HashMap<String, Vec<Node>>,
}

/// Deepest nesting of blocks that is followed.
const DEEPEST: usize = 64;

/// Parses a template; None for what Go would refuse.
pub fn parse(text: &str) -> Option<Template> {
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0, defines: HashMap::new() };
    let (body, end) = parser.block(0)?;
    end.is_none().then_some(Template { body, defines: parser.defines })
}

#[derive(Clone, Debug)]
enum Token {
    Text(Range<usize>),
    Action(Range<usize>),
}

/// What is between the braces of an action, without trim marks.
pub fn inner<'t>(text: &'t str, action: &Range<usize>) -> &'t str {
    let inner = text.get(action.start + 2..action.end.saturating_sub(2)).unwrap_or_default();
    let inner = if trims_left(inner) { &inner[1..] } else { inner };
    let inner = if trims_right(inner) { &inner[..inner.len() - 1] } else { inner };
    inner.trim()
}

fn trims_left(inner: &str) -> bool {
    inner.strip_prefix('-').is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n']))
}

fn trims_right(inner: &str) -> bool {
    inner.strip_suffix('-').is_some_and(|rest| rest.ends_with([' ', '\t', '\r', '\n']))
}

/// Texts, already trimmed, and actions in turn.
fn tokens(text: &str) -> Option<Vec<Token>> {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    let mut tokens = Vec::new();
    let (mut at, mut trim) = (0, false);
    loop {
        let open = text[at..].find("{{").map_or(text.len(), |open| at + open);
        let mut literal = at..open;
        if trim {
            literal.start = open - text[literal.clone()].trim_start_matches(SPACE).len();
        }
        let action = if open == text.len() { None } else { Some(open..open + 2 + close(&text[open + 2..])?) };
        let inside = action.as_ref().map(|action| &text[action.start + 2..action.end - 2]);
        if inside.is_some_and(trims_left) {
            literal.end = literal.start + text[literal.clone()].trim_end_matches(SPACE).len();
        }
        if !literal.is_empty() {
            tokens.push(Token::Text(literal));
        }
        let (Some(action), Some(inside)) = (action, inside) else { return Some(tokens) };
        (at, trim) = (action.end, trims_right(inside));
        tokens.push(Token::Action(action));
    }
}

/// Bytes up to and with the braces that close an action.
fn close(text: &str) -> Option<usize> {
    let start = text.trim_start_matches('-').trim_start();
    if start.starts_with("/*") {
        let comment = text.find("*/")? + 2;
        return Some(comment + text[comment..].find("}}")? + 2);
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            b'`' => at += 1 + text[at + 1..].find('`')?,
            quote @ (b'"' | b'\'') => {
                at += 1;
                while *bytes.get(at)? != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// What ends a block.
#[derive(Debug)]
enum End {
    End,
    /// `else`, with what follows the word.
    Else(String),
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    next: usize,
    defines: HashMap<String, Vec<Node>>,
}

impl Parser<'_> {
    /// Nodes up to `end`, `else` or the end of the text; None where blocks do not fit together.
    fn block(&mut self, depth: usize) -> Option<(Vec<Node>, Option<End>)> {
        if depth > DEEPEST {
            return None;
        }
        let mut nodes = Vec::new();
        while let Some(token) = self.tokens.get(self.next).cloned() {
            self.next += 1;
            let action = match token {
                Token::Text(range) => {
                    nodes.push(Node::Text(range));
                    continue;
                }
                Token::Action(range) => range,
            };
            let inner = inner(self.text, &action).to_string();
            let (word, rest) = word(&inner);
            match word {
                "end" => return Some((nodes, Some(End::End))),
                "else" => return Some((nodes, Some(End::Else(rest.to_string())))),
                "if" | "with" => nodes.push(self.choice(depth)?),
                "range" => {
                    let (body, end) = self.block(depth + 1)?;
                    nodes.push(Node::Repeat(body, self.rest(end?, depth)?));
                }
                "define" | "block" => {
                    let name = quoted(rest)?;
                    let (body, end) = self.block(depth + 1)?;
                    matches!(end?, End::End).then_some(())?;
                    self.defines.insert(name.to_string(), body);
                    if word == "block" {
                        nodes.push(Node::Action(action));
                    }
                }
                "break" if rest.is_empty() => nodes.push(Node::Break),
                "continue" if rest.is_empty() => nodes.push(Node::Continue),
                _ if inner.is_empty() || inner.starts_with("/*") || assigns(&inner) => {}
                _ => nodes.push(Node::Action(action)),
            }
        }
        Some((nodes, None))
    }

    /// The bodies of an `if` or a `with`, its `else if` too.
    fn choice(&mut self, depth: usize) -> Option<Node> {
        let mut bodies = Vec::new();
        loop {
            let (body, end) = self.block(depth + 1)?;
            bodies.push(body);
            match end? {
                End::End => {
                    bodies.push(Vec::new());
                    return Some(Node::Choice(bodies));
                }
                End::Else(rest) if rest.is_empty() => {
                    let (body, end) = self.block(depth + 1)?;
                    matches!(end?, End::End).then_some(())?;
                    bodies.push(body);
                    return Some(Node::Choice(bodies));
                }
                End::Else(_) => {}
            }
        }
    }

    /// What stands behind a loop's body: nothing, or the body of its `else`.
    fn rest(&mut self, end: End, depth: usize) -> Option<Vec<Node>> {
        if matches!(end, End::End) {
            return Some(Vec::new());
        }
        let (body, end) = self.block(depth + 1)?;
        matches!(end?, End::End).then_some(body)
    }
}

/// The first word, and what follows it.
pub fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

/// A text in double quotes or backticks at the beginning.
pub fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '`'))?;
    text[1..].split_once(quote).map(|(name, _)| name)
}

/// Whether an action sets a variable, and so prints nothing.
fn assigns(inner: &str) -> bool {
    let name = |text: &str| {
        let text = text.trim();
        text.starts_with('$') && text[1..].chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let set = inner.find('=').filter(|at| inner.as_bytes().get(at + 1) != Some(&b'='));
    let left = set.map(|at| inner[..at].trim_end_matches(':')).unwrap_or_default();
    !left.is_empty() && left.split(',').all(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template as its nodes print it: actions in angle brackets, choices in parentheses, loops with a star.
    fn shown(text: &str, nodes: &[Node]) -> String {
        let all = |nodes: &[Node]| shown(text, nodes);
        let one = |node: &Node| match node {
            Node::Text(range) => text[range.clone()].to_string(),
            Node::Action(range) => format!("<{}>", inner(text, range)),
            Node::Choice(bodies) => {
                format!("({})", bodies.iter().map(|body| all(body)).collect::<Vec<_>>().join("|"))
            }
            Node::Repeat(body, other) => format!("({}|{})*", all(body), all(other)),
            Node::Break => "<break>".to_string(),
            Node::Continue => "<continue>".to_string(),
        };
        nodes.iter().map(one).collect()
    }

    #[test]
    fn blocks_are_told_and_texts_are_trimmed() {
        for (text, expected) in [
            ("a: {{ .Values.a }}\n", "a: <.Values.a>\n"),
            ("a:\n  {{- with .b }}\n  b: {{ . }}\n  {{- end }}\nc\n", "a:(\n  b: <.>|)\nc\n"),
            ("{{ if a -}}\n x {{- else if b }} y{{ else }}z{{ end }}", "(x| y|z)"),
            ("{{ range $k, $v := .m }}- {{ $k }}\n{{ else }}[]{{ end }}", "(- <$k>\n|[])*"),
            ("{{/* if */}}a{{- /* x }} */ -}} b{{ $x := 1 }}{{ $x = 2 }}{{ $k, $v := f }}", "ab"),
            ("{{ eq $x 1 }}{{ \"}}\" | quote }}{{ `{{` }}", "<eq $x 1><\"}}\" | quote><`{{`>"),
            ("{{ define \"x\" }}1{{ end }}{{ block \"y\" . }}2{{ end }}", "<block \"y\" .>"),
            ("{{-3}}", "<-3>"),
        ] {
            let parsed = parse(text).unwrap_or_default();
            assert_eq!(shown(text, &parsed.body), expected, "{text}");
        }
        let text = "{{ define \"x\" -}}\n 1 {{- end }}";
        assert_eq!(shown(text, &parse(text).unwrap_or_default().defines["x"]), "1");
    }

    #[test]
    fn what_go_refuses_is_no_template() {
        for text in ["{{", "{{ if a }}", "{{ end }}", "{{ else }}", "{{ \"a }}", "{{ define x }}{{ end }}", "{{ /* }}"]
        {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
