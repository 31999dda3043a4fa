//! Where the text of a kustomize build comes from: the base, the patch or the generator that says what was built.
//!
//! kustomize writes its objects anew, so lines tell nothing. An object is known by its kind and name, a value by the keys
//! that lead to it; a place is proved if the last that sets it there says the very same, and nothing else may have.

use crate::artefact::render::{Build, Files};
use crate::artefact::trace::{Origin, Piece, Trace};
use crate::collect::kubernetes::rendered::kustomize;
use crate::collect::kubernetes::rendered::parts::{Parts, Says};
use crate::collect::paths;
use crate::located::{Kind, Located, Span, Value};

/// Where the text that a kustomization was built to comes from.
pub fn trace(build: &Build, rendered: &Located, files: &Files<'_>) -> Trace {
    let folder = paths::folder(&build.problem);
    let home = kustomize::read(folder, files);
    let first = home.as_ref().and_then(Located::root).and_then(|root| root.own_entries().next()?.key());
    let span = first.map(Value::span).unwrap_or_default();
    let mut trace = Trace { home: Origin { path: build.problem.as_str().into(), span }, ..Trace::default() };
    let parts = Parts::of(folder, files);
    for document in rendered.documents() {
        let Some(object) = Object::new(document) else { continue };
        let says = parts.all.iter().enumerate().filter_map(|(n, part)| {
            let certain = part.says_of(&object.kind, &object.name, &object.namespace, &parts)?;
            // Which item of a list an operation means depends on what was done before.
            let told = |way: &[String]| way.iter().all(|key| key != "-" && key.parse::<usize>().is_err());
            Some(part.roots().into_iter().map(move |(way, value)| Said {
                part: n,
                certain: certain && told(&way),
                way,
                value,
            }))
        });
        let said: Vec<Said<'_>> = says.flatten().collect();
        // Two objects of one kind and name in several namespaces are not told apart.
        let bases = said.iter().filter(|one| parts.all[one.part].says == Says::Whole).count();
        if bases <= 1 {
            Walk { parts: &parts, pieces: &mut trace.pieces }.node(document, &[], &said);
        }
    }
    trace.pieces.sort_by_key(|piece| piece.rendered);
    trace.with_texts(files.read)
}

/// What an object calls itself.
struct Object {
    kind: String,
    name: String,
    namespace: String,
}

impl Object {
    fn new(document: Value<'_>) -> Option<Self> {
        let text = |keys: &[&str]| document.path(keys).and_then(Value::text).map(str::to_string);
        let namespace = text(&["metadata", "namespace"]).unwrap_or_default();
        Some(Self { kind: text(&["kind"])?, name: text(&["metadata", "name"])?, namespace })
    }
}

/// What a part says at some keys of an object, or below others that it has yet to reach.
#[derive(Clone)]
struct Said<'p> {
    part: usize,
    /// Keys that lead to it from the object's root.
    way: Vec<String>,
    value: Value<'p>,
    /// Whether it surely says it of this object.
    certain: bool,
}

struct Walk<'w, 'p> {
    parts: &'p Parts,
    pieces: &'w mut Vec<Piece>,
}

impl<'p> Walk<'_, 'p> {
    /// Traces what stands at some keys of a rendered object; `said` is all that the parts say there or further below.
    fn node(&mut self, rendered: Value<'_>, keys: &[String], said: &[Said<'p>]) {
        let below = |step: &str, child: Value<'_>| -> Vec<Said<'p>> {
            let next = |one: &Said<'p>| self.below(one, rendered, keys, step, child);
            said.iter().filter_map(next).collect()
        };
        let children: Vec<(String, Value<'_>, Vec<Said<'p>>)> = match rendered.kind() {
            Kind::Scalar => return self.scalar(rendered, keys, said),
            Kind::Mapping => {
                let entries = rendered.entries().into_iter();
                entries.map(|(key, child)| (key.to_string(), child, below(key, child))).collect()
            }
            Kind::Sequence => {
                let items = rendered.items().enumerate();
                items.map(|(n, child)| (n.to_string(), child, below(&n.to_string(), child))).collect()
            }
        };
        for (step, child, said) in children {
            let keys = [keys, &[step]].concat();
            self.key(child, &keys, &said);
            self.node(child, &keys, &said);
        }
    }

    /// What a part says one step further.
    fn below(
        &self,
        one: &Said<'p>,
        rendered: Value<'_>,
        keys: &[String],
        step: &str,
        child: Value<'_>,
    ) -> Option<Said<'p>> {
        if one.way.len() > keys.len() {
            // Where in a list an operation acts is told by what it leaves there.
            let fits = one.way[keys.len()] == step || one.way[keys.len()] == "-" && rendered.is_sequence();
            return fits.then(|| one.clone());
        }
        let value = match rendered.kind() {
            Kind::Mapping => one.value.get(step),
            _ => item(one.value, child),
        };
        Some(Said { value: value?, way: [&one.way[..], &[step.to_string()]].concat(), ..one.clone() })
    }

    fn scalar(&mut self, rendered: Value<'_>, keys: &[String], said: &[Said<'p>]) {
        let Some(one) = self.teller(rendered, keys, said) else { return };
        self.piece(rendered.span(), one.part, one.value);
    }

    /// The key that leads to a rendered value: where the value is from, else where the key was first written.
    fn key(&mut self, rendered: Value<'_>, keys: &[String], said: &[Said<'p>]) {
        let Some(key) = rendered.key() else { return };
        let here = said.iter().filter(|one| one.way.len() <= keys.len());
        let teller = match rendered.kind() {
            Kind::Scalar => self.teller(rendered, keys, said),
            _ => None,
        };
        let Some(one) = teller.or_else(|| here.into_iter().find(|one| one.certain)) else { return };
        if self.parts.all[one.part].says == Says::Literals {
            self.piece(key.span(), one.part, one.value);
        } else if let Some(origin) = one.value.key().filter(|origin| origin.text() == key.text()) {
            self.piece(key.span(), one.part, origin);
        }
    }

    fn piece(&mut self, rendered: Span, part: usize, value: Value<'p>) {
        let part = &self.parts.all[part];
        if let Some(span) = part.span(value.span()).filter(|_| rendered.start < rendered.end) {
            let origin = Origin { path: part.path.clone(), span };
            // As long as what was built, it says the same and is quoted the same.
            let verbatim = span.end - span.start == rendered.end - rendered.start;
            self.pieces.push(Piece { rendered, origin, verbatim });
        }
    }

    /// Who says what a rendered scalar says: the first since which nobody surely says otherwise, or the only one that may
    /// have said it.
    fn teller<'s>(&self, rendered: Value<'_>, keys: &[String], said: &'s [Said<'p>]) -> Option<&'s Said<'p>> {
        let here = || said.iter().filter(|one| one.way.len() <= keys.len());
        let same = |one: &&Said<'p>| {
            let part = &self.parts.all[one.part];
            // A build may put something before and behind a name; the object was found by that.
            let renamed = part.says == Says::Whole && keys == ["metadata", "name"];
            renamed || part.is_built_as(one.value, rendered)
        };
        let certain: Vec<&Said<'p>> = here().filter(|one| one.certain).collect();
        let since = certain.iter().rposition(|one| !same(one)).map_or(0, |other| other + 1);
        let mut doubtful = here().filter(|one| !one.certain).filter(same);
        match (certain.get(since).copied(), doubtful.next(), doubtful.next()) {
            (Some(one), None, _) => Some(one),
            // It is not what the certain ones say, so that somebody else changed it.
            (None, Some(one), None) => Some(one),
            _ => None,
        }
    }
}

/// The item of a list that a rendered item was made of: the one of its name, else the one that says nothing else.
fn item<'p>(list: Value<'p>, rendered: Value<'_>) -> Option<Value<'p>> {
    let own = name(rendered);
    let says_no_other = |item: Value<'p>| {
        let same = |key: &str, value: Value<'p>| rendered.get(key).and_then(Value::text) == value.text();
        item.is_mapping() && item.entries().into_iter().all(|(key, value)| value.text().is_none() || same(key, value))
    };
    let fits = |item: &Value<'p>| match rendered.kind() {
        Kind::Scalar => item.kind() == Kind::Scalar && item.text() == rendered.text(),
        Kind::Mapping if own.is_some() => name(*item) == own,
        Kind::Mapping => says_no_other(*item),
        Kind::Sequence => false,
    };
    let mut found = list.items().filter(fits);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn name(value: Value<'_>) -> Option<&str> {
    value.get("name").and_then(Value::text)
}

/// A place of an embedded text's line in the text that holds it.
pub fn embedded(lines: &[(u32, u32)], span: Span) -> Option<Span> {
    let line = lines.partition_point(|(start, _)| *start <= span.start).checked_sub(1)?;
    let (start, outer) = lines[line];
    // What goes over the end of its line is shown up to there.
    let end = lines.get(line + 1).map_or(span.end, |(next, _)| span.end.min(next.saturating_sub(1)));
    Some(Span { start: outer + (span.start - start), end: outer + (end.max(span.start) - start) })
}

/// The lines of a block scalar: where each begins in its text, and where in the text that holds it.
pub fn lines(block: Value<'_>) -> Option<Vec<(u32, u32)>> {
    let (source, text) = (&*block.located().text, block.text()?);
    let Span { start, end } = block.span();
    let before = source.get(..start as usize)?;
    let mut outer = before.rfind('\n')? + 1;
    // Folded lines are no longer those that were written.
    let header = source[..outer].lines().last()?.trim_end_matches(|c: char| c.is_ascii_digit() || "+- ".contains(c));
    let body = source.get(outer..end as usize).filter(|_| header.ends_with('|'))?;
    let mut inner = 0;
    let mut lines = Vec::new();
    for (written, said) in body.split_inclusive('\n').zip(text.split_inclusive('\n')) {
        let (written_line, said_line) = (written.trim_end_matches(['\n', '\r']), said.trim_end_matches(['\n', '\r']));
        let indent = written_line.strip_suffix(said_line)?.len();
        lines.push((u32::try_from(inner).ok()?, u32::try_from(outer + indent).ok()?));
        (outer, inner) = (outer + written.len(), inner + said.len());
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::located::Limits;
    use crate::syntax::{Format, parse};

    #[test]
    fn lines_of_a_text_inside_another_are_found_again() {
        let text = "a:\n  - patch: |-\n      b: 1\n\n      c:\n        d: é2\n  - >\n    x\n";
        let outer = parse(Format::Yaml, "k".into(), text.into(), Limits::default()).located;
        let list = outer.root().and_then(|root| root.get("a")).expect("a list");
        let block = list.items().next().and_then(|item| item.get("patch")).expect("a text");
        let found = lines(block).expect("lines");
        let inner = block.text().expect("a text");
        for wanted in ["b: 1", "c:", "d: é2", "2"] {
            let at = inner.find(wanted).expect("it is there");
            let span = embedded(&found, Span::new(at, at + wanted.len())).expect("a place");
            assert_eq!(&text[span.range()], wanted);
        }
        assert_eq!(list.items().nth(1).and_then(lines), None, "folded lines are not those of the text");
    }
}
