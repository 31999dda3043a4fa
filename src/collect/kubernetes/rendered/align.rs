//! Which bytes of a rendered document come from which place of its template, where that is certain.
//!
//! The program of a template reads every text that the template can render, and more. All ways are followed in which it can
//! read this one; the true one is among them. A byte is traced where all ways agree on the line that it comes from.

use std::collections::HashMap;
use std::ops::Range;

use crate::collect::kubernetes::rendered::program::{Op, Program, SPACES};

/// Where a byte comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub frame: usize,
    /// Bytes of the frame's file, on one line or of one action.
    pub range: Range<usize>,
    /// Whether it is that very byte.
    pub verbatim: bool,
}

/// What is known of one byte so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Byte {
    #[default]
    Nothing,
    From(Source),
    Doubtful,
}

/// Most pairs of a step and a place that are looked at, in bits of memory.
const MOST: usize = 1 << 26;

/// What stands between two documents that are read in one go; no YAML holds it.
const BETWEEN: u8 = 0;

/// The sources of the bytes of some rendered documents, each of which begins and ends with no space, in the order in which
/// the template renders them; others may lie between. None where the template does not read them at all.
pub fn sources(program: &Program, documents: &[&str]) -> Option<Vec<Vec<Option<Source>>>> {
    let text = documents.join("\0");
    let words = program.ops.len().div_ceil(64);
    let bits = words.saturating_mul(64).saturating_mul(text.len() + 1);
    if bits > MOST || documents.iter().any(|document| document.is_empty() || document.contains('\0')) {
        return None;
    }
    let mut reader =
        Reader { program, text: &text, words, edges: edges(program), seen: vec![0; words * (text.len() + 1)] };
    reader.forward();
    let good = reader.backward()?;
    let mut bytes = vec![Byte::default(); text.len()];
    for at in 0..text.len() {
        for step in reader.steps(&good, at) {
            reader.attribute(&good, step, at, &mut bytes);
        }
    }
    let known = |byte| match byte {
        Byte::From(source) => Some(source),
        Byte::Nothing | Byte::Doubtful => None,
    };
    let mut bytes = bytes.into_iter().map(known);
    let mut of_documents = Vec::with_capacity(documents.len());
    for document in documents {
        of_documents.push(bytes.by_ref().take(document.len()).collect());
        bytes.next();
    }
    Some(of_documents)
}

/// For each step at which a document may end, the steps at which a later one may begin.
fn edges(program: &Program) -> HashMap<usize, Vec<usize>> {
    let is_edge = |step: usize| matches!(program.ops[step], Op::Document | Op::Any { documents: true, .. });
    let edges = (0..program.ops.len()).filter(|step| is_edge(*step));
    let later = |from: usize| {
        let mut reached = vec![false; program.ops.len()];
        let mut open = vec![from];
        // An action that prints one document may print the next one.
        reached[from] = matches!(program.ops[from], Op::Any { .. });
        while let Some(step) = open.pop() {
            let (next, other) = match program.ops[step] {
                Op::Fork(other) => (Some(step + 1), Some(other)),
                Op::Jump(to) => (Some(to), None),
                Op::End => (None, None),
                _ => (Some(step + 1), None),
            };
            for step in next.into_iter().chain(other) {
                if !std::mem::replace(&mut reached[step], true) {
                    open.push(step);
                }
            }
        }
        // The one right behind it begins there.
        let behind = matches!(program.ops[from], Op::Document).then_some(from + 1);
        let starts =
            (0..reached.len()).filter(|step| reached[*step] && is_edge(*step)).map(|step| begins(program, step));
        starts.chain(behind).collect()
    };
    edges.map(|from| (from, later(from))).collect()
}

/// The step at which a document begins that an edge begins.
fn begins(program: &Program, edge: usize) -> usize {
    if program.ops[edge] == Op::Document { edge + 1 } else { edge }
}

struct Reader<'r> {
    program: &'r Program,
    text: &'r str,
    /// Words of bits that the steps of one place take.
    words: usize,
    edges: HashMap<usize, Vec<usize>>,
    /// A bit for each place and step: whether some way reaches the step there.
    seen: Vec<u64>,
}

impl Reader<'_> {
    fn steps<'b>(&self, bits: &'b [u64], at: usize) -> impl Iterator<Item = usize> + use<'b> {
        let row = &bits[at * self.words..(at + 1) * self.words];
        row.iter().enumerate().flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }

    fn has(&self, bits: &[u64], step: usize, at: usize) -> bool {
        bits[at * self.words + step / 64] >> (step % 64) & 1 == 1
    }

    fn set(words: usize, bits: &mut [u64], step: usize, at: usize) -> bool {
        let word = &mut bits[at * words + step / 64];
        let new = *word >> (step % 64) & 1 == 0;
        *word |= 1 << (step % 64);
        new
    }

    /// Calls back with the places that a step leads to from a place: step and place each.
    fn next(&self, step: usize, at: usize, lead: &mut dyn FnMut(usize, usize)) {
        let literal = |literal: &str| self.read(literal, at).map(|end| (step + 1, end));
        let read = match &self.program.ops[step] {
            Op::Text { frame, range } => literal(&self.program.frames[*frame].text[range.clone()]),
            Op::Spaces(count) => literal(&SPACES[..*count]),
            Op::Newline => literal("\n"),
            Op::Any { lines, .. } => {
                lead(step + 1, at);
                self.goes_on(*lines, at).then_some((step, at + 1))
            }
            Op::Fork(other) => {
                lead(step + 1, at);
                Some((*other, at))
            }
            Op::Jump(to) => Some((*to, at)),
            Op::Document | Op::End => None,
        };
        if let Some((step, at)) = read {
            lead(step, at);
        }
        if self.text.as_bytes().get(at) == Some(&BETWEEN) {
            self.edges.get(&step).into_iter().flatten().for_each(|begin| lead(*begin, at + 1));
        }
    }

    /// The end of a literal text at a place. Space at both ends of a document is not rendered.
    fn read(&self, literal: &str, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let begins = at == 0 || bytes[at - 1] == BETWEEN;
        let literal = if begins { literal.trim_start() } else { literal };
        if bytes[at..].starts_with(literal.as_bytes()) {
            return Some(at + literal.len());
        }
        // The literal may go over the end of the document with nothing but space.
        let cut = literal.trim_end();
        let end = at + cut.len();
        let is_end = |at: usize| at == bytes.len() || bytes[at] == BETWEEN;
        let rest = literal.as_bytes()[cut.len()..].iter().enumerate();
        bytes.get(at..end).filter(|read| *read == cut.as_bytes())?;
        rest.map(|(n, byte)| (end + n, byte))
            .find(|(at, byte)| is_end(*at) || bytes[*at] != **byte)
            .and_then(|(at, _)| is_end(at).then_some(at))
    }

    /// Whether an action may print the byte at a place.
    fn goes_on(&self, lines: Option<usize>, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        match (bytes.get(at), lines) {
            (None | Some(&BETWEEN), _) | (Some(b'\n'), None) => false,
            (Some(b'\n'), Some(indent)) => {
                let line = &bytes[at + 1..];
                line.len() >= indent && line[..indent].iter().all(|byte| *byte == b' ')
            }
            _ => true,
        }
    }

    fn forward(&mut self) {
        let starts: Vec<usize> = self.edges.keys().map(|edge| begins(self.program, *edge)).chain([0]).collect();
        for step in starts {
            Self::set(self.words, &mut self.seen, step, 0);
        }
        for at in 0..=self.text.len() {
            // Steps that lead on at the same place are followed at once.
            let mut open: Vec<usize> = self.steps(&self.seen, at).collect();
            let mut found = Vec::new();
            while let Some(step) = open.pop() {
                self.next(step, at, &mut |to, end| found.push((to, end)));
                for (to, end) in found.drain(..) {
                    if Self::set(self.words, &mut self.seen, to, end) && end == at {
                        open.push(to);
                    }
                }
            }
        }
    }

    /// Of the steps that are reached those from which the end is reached; None if the end is not.
    fn backward(&self) -> Option<Vec<u64>> {
        let mut good = vec![0; self.seen.len()];
        let end = self.text.len();
        for at in (0..=end).rev() {
            let here: Vec<usize> = self.steps(&self.seen, at).collect();
            loop {
                let mut changed = false;
                for &step in here.iter().rev().filter(|step| !self.has(&good, **step, at)).collect::<Vec<_>>() {
                    let mut leads = at == end && (self.edges.contains_key(&step) || self.program.ops[step] == Op::End);
                    self.next(step, at, &mut |to, end| leads |= self.has(&good, to, end));
                    if leads {
                        changed |= Self::set(self.words, &mut good, step, at);
                    }
                }
                if !changed {
                    break;
                }
            }
        }
        let any = self.steps(&good, 0).next().is_some();
        any.then_some(good)
    }

    /// Says of the bytes that a step reads at a place where they come from.
    fn attribute(&self, good: &[u64], step: usize, at: usize, bytes: &mut [Byte]) {
        match &self.program.ops[step] {
            Op::Text { frame, range } => {
                let literal = &self.program.frames[*frame].text[range.clone()];
                let begins = at == 0 || self.text.as_bytes()[at - 1] == BETWEEN;
                let start = if begins { range.end - literal.trim_start().len() } else { range.start };
                let Some(end) = self.read(literal, at) else { return };
                for n in 0..end - at {
                    let source = Source { frame: *frame, range: start + n..start + n + 1, verbatim: true };
                    self.add(&mut bytes[at + n], source);
                }
            }
            Op::Any { frame, range, lines, .. } if self.goes_on(*lines, at) && self.has(good, step, at + 1) => {
                self.add(&mut bytes[at], Source { frame: *frame, range: range.clone(), verbatim: false });
            }
            _ => {}
        }
    }

    fn add(&self, byte: &mut Byte, source: Source) {
        *byte = match std::mem::take(byte) {
            Byte::Nothing => Byte::From(source),
            Byte::From(known) => self.both(known, source).map_or(Byte::Doubtful, Byte::From),
            Byte::Doubtful => Byte::Doubtful,
        };
    }

    /// What two sources of one byte have in common: a line, or the action that includes both.
    fn both(&self, mut a: Source, mut b: Source) -> Option<Source> {
        loop {
            if a.frame == b.frame && (a == b || self.line(&a) == self.line(&b)) {
                let verbatim = a == b && a.verbatim;
                let range = a.range.start.min(b.range.start)..a.range.end.max(b.range.end);
                return Some(Source { frame: a.frame, range, verbatim });
            }
            // Frames are numbered from the outer to the inner ones.
            if a.frame >= b.frame {
                let same = a.frame == b.frame;
                a = self.caller(&a)?;
                if same {
                    b = self.caller(&b)?;
                }
            } else {
                b = self.caller(&b)?;
            }
        }
    }

    fn caller(&self, source: &Source) -> Option<Source> {
        let (frame, range) = self.program.frames[source.frame].caller.clone()?;
        Some(Source { frame, range, verbatim: false })
    }

    /// Start of the line that a source stands on.
    fn line(&self, source: &Source) -> usize {
        let text = &self.program.frames[source.frame].text;
        // A byte inside a character has a line too.
        text.as_bytes()[..source.range.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::kubernetes::rendered::program::Library;

    /// For each line of the documents that says anything the file and the line, from 1, that it comes from; `-` where that is not certain.
    fn lines(files: &[(&str, &str)], documents: &[&str]) -> String {
        let mut library = Library::default();
        for (path, text) in files {
            library.add((*path).into(), (*text).into());
        }
        let program = library.program(files[0].0, false).expect("a template");
        let Some(documents) = sources(&program, documents).map(|found| documents.iter().zip(found)) else {
            return "unread".to_string();
        };
        let mut said = Vec::new();
        for (document, sources) in documents {
            let mut at = 0;
            for line in document.split_inclusive('\n') {
                let first = at + line.len() - line.trim_start().len();
                at += line.len();
                if line.trim().is_empty() {
                    continue;
                }
                said.push(sources.get(first).and_then(Option::as_ref).map_or("-".to_string(), |source| {
                    let frame = &program.frames[source.frame];
                    format!("{}{}", frame.path, frame.text[..source.range.start].matches('\n').count() + 1)
                }));
            }
        }
        said.join(" ")
    }

    #[test]
    fn lines_are_traced_through_actions_and_branches() {
        for (template, rendered, expected) in [
            ("a: 1\nb: {{ .b }}\nc: 3\n", "a: 1\nb: x\nc: 3", "t1 t2 t3"),
            ("a:\n  {{- if .x }}\n  b: 1\n  {{- else }}\n  b: 2\n  {{- end }}\n", "a:\n  b: 2", "t1 t5"),
            (
                "a:\n  {{- with .x }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\nc: 1\n",
                "a:\n  c: 1\n  d: 2\nc: 1",
                "t1 t3 t3 t5",
            ),
            (
                "{{- range .l }}\n- n: {{ .n }}\n  v: {{ .v }}\n{{- end }}\n",
                "- n: 1\n  v: 2\n- n: 3\n  v: 4",
                "t2 t3 t2 t3",
            ),
            ("{{- range .l }}\n- {{ . }}\n{{- else }}\n[]\n{{- end }}", "[]", "t4"),
            (
                "{{ range .l }}{{ if .s }}{{ continue }}{{ end }}x: {{ . }}\n{{ end }}y: 1",
                "x: 1\nx: 2\ny: 1",
                "t1 t1 t2",
            ),
        ] {
            assert_eq!(lines(&[("t", template)], &[rendered]), expected, "{template}");
        }
    }

    #[test]
    fn a_line_that_may_come_from_two_places_is_not_traced() {
        // The same line in two branches, and a line that an action in front may have printed.
        let branches = "a: 1\n{{- if .x }}\nb: 2\n{{- else if .y }}\nb: 2\n{{- end }}\nc: 3\n";
        assert_eq!(lines(&[("t", branches)], &["a: 1\nb: 2\nc: 3"]), "t1 - t7");
        let swallowed = "x:\n{{ toYaml .x }}\n{{- if .y }}\nb: 2\n{{- end }}";
        assert_eq!(lines(&[("t", swallowed)], &["x:\na: 1\nb: 2"]), "t1 t2 -");
        let repeated = "{{- range .l }}\n- a\n{{- end }}\n{{- range .m }}\n- a\n{{- end }}\n";
        assert_eq!(lines(&[("t", repeated)], &["- a\n- a"]), "- -");
        // What is indented by an action begins no line that is less indented.
        let indented = "x:\n{{ toYaml .x | indent 2 }}\n{{- if .y }}\nb: 2\n{{- end }}";
        assert_eq!(lines(&[("t", indented)], &["x:\n  a: 1\nb: 2"]), "t1 t2 t4");
    }

    #[test]
    fn what_a_template_cannot_render_is_not_read() {
        assert_eq!(lines(&[("t", "a: {{ .a }}\n")], &["b: 1"]), "unread");
        assert_eq!(lines(&[("t", "a: {{ .a }}\n")], &["a: 1\nb: 2"]), "unread", "a plain value has one line");
    }

    #[test]
    fn named_templates_are_followed_to_their_own_lines() {
        let helpers = "{{- define \"labels\" -}}\na: 1\n{{- if .x }}\nb: {{ .b }}\n{{- end }}\n{{- end }}\n{{ define \"name\" }}{{ .n | trunc 63 }}{{ end }}";
        let template = "n: {{ include \"name\" . }}\nl:\n  {{- include \"labels\" . | nindent 2 }}\nz: 1\n";
        let files = [("t", template), ("h", helpers)];
        assert_eq!(lines(&files, &["n: x\nl:\n  a: 1\n  b: 2\nz: 1"]), "t1 t2 h2 h4 t4");
        assert_eq!(lines(&files, &["n: x\nl:\n  a: 1\nb: 2\nz: 1"]), "unread", "each line is indented");
        // Of a name that two files define nothing is known but where it is included.
        let twice = [files[0], files[1], ("i", "{{ define \"labels\" }}a: 1{{ end }}")];
        assert_eq!(lines(&twice, &["n: x\nl:\n  a: 1\nz: 1"]), "t1 t2 t3 t4");
        // One that only prints what it is given says less than the line that gives it.
        let render = [
            files[0],
            (
                "h",
                "{{ define \"labels\" }}{{ if .x }}\n{{ tpl .x . }}\n{{ end }}{{ end }}{{ define \"name\" }}x{{ end }}",
            ),
        ];
        assert_eq!(lines(&render, &["n: x\nl:\n  a: 1\n  b: 2\nz: 1"]), "t1 t2 t3 t3 t4");
        // Where its own lines are in doubt, the line that includes it is not.
        let same = [
            files[0],
            (
                "h",
                "{{ define \"labels\" }}{{ if .x }}\na: 1\n{{ else }}\na: 1\n{{ end }}{{ end }}{{ define \"name\" }}x{{ end }}",
            ),
        ];
        assert_eq!(lines(&same, &["n: x\nl:\n  \n  a: 1\n  \nz: 1"]), "t1 t2 t3 t4");
        assert_eq!(
            lines(&[("t", "{{ define \"a\" }}\n{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}")], &["x"]),
            "t2"
        );
    }

    #[test]
    fn documents_of_one_kind_keep_their_order() {
        let template = "---\nkind: A\nn: {{ .a }}\n---\nkind: B\nn: 2\n---\nkind: A\nn: {{ .b }}\n";
        assert_eq!(lines(&[("t", template)], &["kind: A\nn: 1"]), "- -", "alone it may be either");
        assert_eq!(lines(&[("t", template)], &["kind: A\nn: 1", "kind: A\nn: 2"]), "t2 t3 t8 t9");
        assert_eq!(lines(&[("t", template)], &["kind: B\nn: 2"]), "t5 t6");
        let looped = "{{- range .l }}\n---\nkind: A\nn: {{ . }}\n{{- end }}\n";
        assert_eq!(lines(&[("t", looped)], &["kind: A\nn: 1", "kind: A\nn: 2"]), "t3 t4 t3 t4");
        let printed = "{{ tpl .x . }}\n---\nkind: A\n";
        assert_eq!(lines(&[("t", printed)], &["kind: A"]), "-", "an action may print documents too");
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_template_and_a_text_hold_each_source_lies_in_its_file(
            template in "(([ab]: |- |\\{\\{-? ?(if|range|end|else|else if|define \"x\"|include \"x\" \\. \\| nindent 2|toYaml \\.|\\.a) ?-?\\}\\}|\n| |é|---|\\PC){0,3}){0,8}",
            rendered in "([ab]: |- |\n| |é|x|\\PC){0,12}",
        ) {
            let mut library = Library::default();
            library.add("t".into(), template.as_str().into());
            for lines in [false, true] {
                let Some(program) = library.program("t", lines) else { continue };
                let document = rendered.trim();
                for source in sources(&program, &[document, document]).into_iter().flatten().flatten().flatten() {
                    proptest::prop_assert!(source.range.start < source.range.end);
                    proptest::prop_assert!(source.range.end <= program.frames[source.frame].text.len());
                }
            }
        }
    }
}
