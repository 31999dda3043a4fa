//! A template as a program that reads what it may have rendered: literal texts, actions that stand for any text, branches.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::collect::kubernetes::rendered::template::{self, Node, Template};

/// A step of a program; the next step follows unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A literal text of the frame's file.
    Text {
        frame: usize,
        range: Range<usize>,
    },
    /// Spaces that `indent` puts before a line, at most as many as in [`SPACES`].
    Spaces(usize),
    Newline,
    /// What an action prints: a part of a line, or lines that all begin with some spaces.
    Any {
        frame: usize,
        range: Range<usize>,
        lines: Option<usize>,
        /// Whether a document may end or begin in the midst of it.
        documents: bool,
    },
    /// The next step, or this one.
    Fork(usize),
    Jump(usize),
    /// `---`: one document ends and another begins.
    Document,
    End,
}

/// One file's text as a program reads it: the template itself, or the body of a named one where it is included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub path: Arc<str>,
    pub text: Arc<str>,
    /// The frame and the action that include it.
    pub caller: Option<(usize, Range<usize>)>,
}

/// A program of one template file.
#[derive(Debug, Default)]
pub struct Program {
    pub ops: Vec<Op>,
    pub frames: Vec<Frame>,
}

/// The templates of a chart, its subcharts too, as they were parsed.
#[derive(Debug, Default)]
pub struct Library {
    files: HashMap<Arc<str>, (Arc<str>, Template)>,
    /// The file that defines a name; None where several do, since which one counts is not told by the text.
    names: HashMap<String, Option<Arc<str>>>,
    /// Named templates of which it is known whether they print a part of a line at most.
    flat: RefCell<HashMap<String, bool>>,
}

/// Deepest nesting of includes that is followed.
const DEEPEST: usize = 8;

/// The widest indentation that is followed.
pub const SPACES: &str = "                                                                ";

/// Largest program, in steps.
const MOST: usize = 20_000;

impl Library {
    pub fn add(&mut self, path: Arc<str>, text: Arc<str>) {
        let Some(parsed) = template::parse(&text) else { return };
        for name in parsed.defines.keys() {
            let known = self.names.entry(name.clone()).or_insert_with(|| Some(path.clone()));
            if known.as_ref().is_some_and(|known| *known != path) {
                *known = None;
            }
        }
        self.files.insert(path, (text, parsed));
        self.flat.borrow_mut().clear();
    }

    /// The program of a template file; `lines` is whether every action may print several lines, not only those that say so.
    pub fn program(&self, path: &str, lines: bool) -> Option<Program> {
        let (path, (text, parsed)) = self.files.get_key_value(path)?;
        let frame = Frame { path: path.clone(), text: text.clone(), caller: None };
        let program = Program { ops: Vec::new(), frames: vec![frame] };
        let mut compiler = Compiler { library: self, program, lines, loops: Vec::new() };
        compiler.nodes(&parsed.body, Inside { frame: 0, indent: 0, depth: 0 })?;
        compiler.program.ops.push(Op::End);
        Some(compiler.program)
    }

    fn define(&self, name: &str) -> Option<(&Arc<str>, &Arc<str>, &[Node])> {
        let path = self.names.get(name)?.as_ref()?;
        let (path, (text, parsed)) = self.files.get_key_value(path)?;
        Some((path, text, parsed.defines.get(name)?))
    }

    /// Whether a named template prints a part of a line at most.
    fn is_flat(&self, name: &str, depth: usize) -> bool {
        if let Some(known) = self.flat.borrow().get(name) {
            return *known;
        }
        let Some((_, text, nodes)) = self.define(name).filter(|_| depth < DEEPEST) else { return false };
        // One that includes itself is none, whatever else it holds.
        self.flat.borrow_mut().insert(name.to_string(), false);
        let flat = self.are_flat(text, nodes, depth);
        self.flat.borrow_mut().insert(name.to_string(), flat);
        flat
    }

    fn are_flat(&self, text: &str, nodes: &[Node], depth: usize) -> bool {
        nodes.iter().all(|node| match node {
            Node::Text(range) => !text[range.clone()].contains('\n'),
            Node::Action(range) => match include(template::inner(text, range)) {
                Some(call) => call.indent.is_none() && self.is_flat(call.name, depth + 1),
                None => !self.prints_lines(template::inner(text, range), depth),
            },
            Node::Choice(bodies) => bodies.iter().all(|body| self.are_flat(text, body, depth)),
            Node::Repeat(body, other) => self.are_flat(text, body, depth) && self.are_flat(text, other, depth),
            Node::Break | Node::Continue => true,
        })
    }

    /// Whether an action may print several lines. A bare value that holds line ends is seldom, see [`Library::program`].
    fn prints_lines(&self, inner: &str, depth: usize) -> bool {
        let last = stages(inner).pop().map(|stage| template::word(stage).0);
        // Each of them writes a text in one line, whatever it holds.
        if matches!(last, Some("quote" | "toJson" | "b64enc" | "sha256sum" | "int" | "int64" | "len")) {
            return false;
        }
        let words = inner.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let escaped = inner.contains("\\n") || inner.contains('\n') && inner.contains('`');
        let says = words.into_iter().any(|word| LINES.contains(&word) || word.starts_with("gen"));
        says || escaped || !self.includes_flat(inner, depth)
    }

    /// Whether all that an action includes is a part of a line at most.
    fn includes_flat(&self, inner: &str, depth: usize) -> bool {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '-' | '/' | '"');
        let mut calls = ["include", "template", "block"].into_iter().flat_map(|word| {
            let found = inner.match_indices(word).map(move |(at, _)| (&inner[..at], &inner[at + word.len()..]));
            found.filter(|(before, after)| !before.ends_with(part) && after.starts_with(char::is_whitespace))
        });
        calls.all(|(_, after)| template::quoted(after.trim()).is_some_and(|name| self.is_flat(name, depth + 1)))
    }
}

/// Whether a template has text of its own. One that has none prints what its caller gives it, so the caller's line tells
/// more than its own.
fn says_anything(text: &str, nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(range) => !text[range.clone()].trim().is_empty(),
        Node::Choice(bodies) => bodies.iter().any(|body| says_anything(text, body)),
        Node::Repeat(body, other) => says_anything(text, body) || says_anything(text, other),
        Node::Action(_) | Node::Break | Node::Continue => false,
    })
}

/// An action that prints a named template as it is, or each line of it indented.
#[derive(Debug, PartialEq, Eq)]
struct Include<'t> {
    name: &'t str,
    indent: Option<usize>,
    /// Whether a line end goes before it (`nindent`).
    newline: bool,
}

fn include(inner: &str) -> Option<Include<'_>> {
    let mut stages = stages(inner).into_iter();
    let (word, rest) = template::word(stages.next()?);
    let name = matches!(word, "include" | "template" | "block").then(|| template::quoted(rest)).flatten()?;
    let mut call = Include { name, indent: None, newline: false };
    for (at, stage) in stages.enumerate() {
        let (indent, newline) = indents(stage).filter(|_| at == 0)?;
        (call.indent, call.newline) = (Some(indent), newline);
    }
    Some(call)
}

/// The width of an `indent` or `nindent`, and whether it is the latter.
fn indents(stage: &str) -> Option<(usize, bool)> {
    let (word, rest) = template::word(stage);
    let width = rest.parse().ok().filter(|width| *width <= SPACES.len())?;
    match word {
        "indent" => Some((width, false)),
        "nindent" => Some((width, true)),
        _ => None,
    }
}

/// The stages of a pipeline: bars inside texts and parentheses are none of its own.
fn stages(inner: &str) -> Vec<&str> {
    let (mut stages, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (Some('"' | '\''), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), _) if c == open && !escaped => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, '|') if depth == 0 => {
                stages.push(inner[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        escaped = false;
    }
    stages.push(inner[start..].trim());
    stages
}

/// Functions whose result may have several lines.
const LINES: &[&str] = &["toYaml", "toToml", "toPrettyJson", "indent", "nindent", "tpl", "wrap", "wrapWith", "Files"];

/// Functions that never print `---` at the beginning of a line.
const ONE_DOCUMENT: &[&str] = &["toYaml", "toPrettyJson", "AsConfig", "AsSecrets"];

#[derive(Clone, Copy)]
struct Inside {
    frame: usize,
    /// Spaces that go before each line of the frame.
    indent: usize,
    depth: usize,
}

struct Compiler<'l> {
    library: &'l Library,
    program: Program,
    lines: bool,
    /// Steps of `break` and `continue` in the loops around, to be aimed when the loop ends.
    loops: Vec<(Vec<usize>, Vec<usize>)>,
}

impl Compiler<'_> {
    fn push(&mut self, op: Op) -> Option<usize> {
        self.program.ops.push(op);
        (self.program.ops.len() < MOST).then_some(self.program.ops.len() - 1)
    }

    fn here(&self) -> usize {
        self.program.ops.len()
    }

    fn aim(&mut self, step: usize, to: usize) {
        match &mut self.program.ops[step] {
            Op::Fork(at) | Op::Jump(at) => *at = to,
            _ => {}
        }
    }

    fn nodes(&mut self, nodes: &[Node], inside: Inside) -> Option<()> {
        nodes.iter().try_for_each(|node| self.node(node, inside))
    }

    fn node(&mut self, node: &Node, inside: Inside) -> Option<()> {
        match node {
            Node::Text(range) => self.text(range, inside)?,
            Node::Action(range) => self.action(range, inside)?,
            Node::Choice(bodies) => {
                let mut ends = Vec::new();
                for (n, body) in bodies.iter().enumerate() {
                    let fork = if n + 1 < bodies.len() { Some(self.push(Op::Fork(0))?) } else { None };
                    self.nodes(body, inside)?;
                    if let Some(fork) = fork {
                        ends.push(self.push(Op::Jump(0))?);
                        let here = self.here();
                        self.aim(fork, here);
                    }
                }
                let here = self.here();
                ends.into_iter().for_each(|end| self.aim(end, here));
            }
            Node::Repeat(body, other) => {
                let none = self.push(Op::Fork(0))?;
                let start = self.here();
                self.loops.push((Vec::new(), Vec::new()));
                self.nodes(body, inside)?;
                let (breaks, continues) = self.loops.pop().unwrap_or_default();
                let again = self.push(Op::Fork(0))?;
                self.aim(again, again + 2);
                self.push(Op::Jump(start))?;
                let done = self.push(Op::Jump(0))?;
                let here = self.here();
                self.aim(none, here);
                self.nodes(other, inside)?;
                let here = self.here();
                self.aim(done, here);
                breaks.into_iter().for_each(|step| self.aim(step, here));
                continues.into_iter().for_each(|step| self.aim(step, again));
            }
            Node::Break | Node::Continue => {
                let step = self.push(Op::Jump(0))?;
                let (breaks, continues) = self.loops.last_mut()?;
                if *node == Node::Break { breaks.push(step) } else { continues.push(step) }
            }
        }
        Some(())
    }

    /// A literal text, cut where a document ends and where lines are indented.
    fn text(&mut self, range: &Range<usize>, inside: Inside) -> Option<()> {
        let text = self.program.frames[inside.frame].text.clone();
        let frame = inside.frame;
        let mut start = range.start;
        if inside.indent > 0 {
            while let Some(line) = text[start..range.end].find('\n') {
                self.push(Op::Text { frame, range: start..start + line + 1 })?;
                self.push(Op::Spaces(inside.indent))?;
                start += line + 1;
            }
        } else {
            if text[start..range.end].starts_with("---") {
                // Whether it begins a line depends on what goes before.
                let fork = self.push(Op::Fork(0))?;
                self.push(Op::Text { frame, range: start..start + 3 })?;
                let over = self.push(Op::Jump(0))?;
                let here = self.here();
                self.aim(fork, here);
                self.push(Op::Document)?;
                start += 3;
                let here = self.here();
                self.aim(over, here);
            }
            while let Some(line) = text[start..range.end].find("\n---") {
                let end = start + text[start..start + line].trim_end().len();
                self.push(Op::Text { frame, range: start..end })?;
                self.push(Op::Document)?;
                start += line + 4;
                start = range.end - text[start..range.end].trim_start().len();
            }
        }
        self.push(Op::Text { frame, range: start..range.end })?;
        Some(())
    }

    fn action(&mut self, range: &Range<usize>, inside: Inside) -> Option<()> {
        let text = self.program.frames[inside.frame].text.clone();
        let inner = template::inner(&text, range);
        let library = self.library;
        if let Some(call) = include(inner)
            && !library.is_flat(call.name, 0)
            && let Some((path, text, nodes)) = library.define(call.name).filter(|_| inside.depth < DEEPEST)
            && says_anything(text, nodes)
        {
            let indent =
                Some(inside.indent + call.indent.unwrap_or_default()).filter(|indent| *indent <= SPACES.len())?;
            if call.newline {
                self.push(Op::Newline)?;
            }
            if call.indent.is_some() {
                self.push(Op::Spaces(if call.newline { indent } else { indent - inside.indent }))?;
            }
            let caller = Some((inside.frame, range.clone()));
            self.program.frames.push(Frame { path: path.clone(), text: text.clone(), caller });
            let frame = self.program.frames.len() - 1;
            // A loop's `break` does not reach out of a named template.
            let loops = std::mem::take(&mut self.loops);
            let done = self.nodes(nodes, Inside { frame, indent, depth: inside.depth + 1 });
            self.loops = loops;
            return done;
        }
        let indented = stages(inner).pop().and_then(indents).map(|(width, _)| width);
        let flat = include(inner).is_some_and(|call| call.indent.is_none() && library.is_flat(call.name, 0));
        let lines = (self.lines || !flat && library.prints_lines(inner, 0))
            .then(|| inside.indent + indented.unwrap_or_default());
        let first = template::word(inner.trim_start_matches('(')).0;
        let documents = lines == Some(0) && !ONE_DOCUMENT.contains(&first);
        self.push(Op::Any { frame: inside.frame, range: range.clone(), lines, documents })?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipelines_are_cut_at_their_own_bars() {
        assert_eq!(stages("a \"|\\\"|\" (b | c) | `|` | d"), ["a \"|\\\"|\" (b | c)", "`|`", "d"]);
        let call = include("include \"x\" (dict \"a\" 1) | nindent 4");
        assert_eq!(call, Some(Include { name: "x", indent: Some(4), newline: true }));
        assert_eq!(include("include \"x\" . | trim | nindent 4"), None);
        assert_eq!(include("include (print \"x\") ."), None);
    }

    #[test]
    fn actions_that_may_print_lines_are_told() {
        for (inner, expected) in [
            (".Values.a", false),
            (".Values.a | default \"x\" | quote", false),
            ("toYaml .Values.a | nindent 4", true),
            ("toYaml .Values.a | quote", false),
            ("printf \"%s\\n\" .a", true),
            (".Files.Get \"x\"", true),
            ("include \"unknown\" . | trunc 63", true),
            ("default (include \"unknown\" .) .Values.includes", true),
            (".Values.includes", false),
        ] {
            assert_eq!(Library::default().prints_lines(inner, 0), expected, "{inner}");
        }
    }
}
