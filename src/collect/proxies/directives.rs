//! Directives of nginx with their includes in their place.

use std::sync::Arc;

use crate::artefact::Bundle;
use crate::collect::proxies::include;
use crate::input::edges::{Aspect, Unseen};
use crate::input::settings::Via;
use crate::located::Value;

/// A directive where it counts.
#[derive(Clone, Debug)]
pub struct Directive<'a> {
    pub name: &'a str,
    pub at: Value<'a>,
    pub args: Vec<Value<'a>>,
    pub block: Option<Value<'a>>,
    /// The includes that brought it in.
    pub via: Vec<Via<'a>>,
}

impl<'a> Directive<'a> {
    pub fn read(item: Value<'a>) -> Option<Self> {
        let name = item.get("directive")?;
        Some(Self {
            name: name.text()?,
            at: name,
            args: item.get("args").into_iter().flat_map(Value::items).collect(),
            block: item.get("block"),
            via: Vec::new(),
        })
    }

    /// An argument.
    pub fn word(&self, n: usize) -> Option<&'a str> {
        self.args.get(n).and_then(|word| word.text())
    }

    pub fn words(&self) -> impl Iterator<Item = &'a str> {
        self.args.iter().filter_map(|word| word.text())
    }
}

/// What stands in a block.
#[derive(Clone, Debug, Default)]
pub struct Block<'a> {
    pub directives: Vec<Directive<'a>>,
    /// Includes of files that the tree does not hold.
    pub unseen: Vec<Unseen<'a>>,
    /// Files that were included.
    pub files: Vec<Arc<str>>,
}

impl<'a> Block<'a> {
    /// Includes inside includes.
    const DEEPEST: usize = 16;

    pub fn read(list: Value<'a>, bundle: &'a Bundle) -> Self {
        let mut block = Self::default();
        block.add(list, bundle, &[], 0);
        block
    }

    fn add(&mut self, list: Value<'a>, bundle: &'a Bundle, via: &[Via<'a>], depth: usize) {
        for mut directive in list.items().filter_map(Directive::read) {
            if directive.name != "include" {
                directive.via = via.to_vec();
                self.directives.push(directive);
                continue;
            }
            let Some(pattern) = directive.args.first().copied() else { continue };
            let text = pattern.text().unwrap_or_default();
            let found = include::files(bundle, list.located().key(), text);
            if (found.is_empty() && !include::is_shipped(text)) || depth >= Self::DEEPEST {
                self.unseen.push(Unseen {
                    at: pattern.into(),
                    aspects: Aspect::ALL.to_vec(),
                    message: format!("the included {text} is not in the tree").into(),
                    give: "the file that is included".into(),
                });
                continue;
            }
            let mut via = via.to_vec();
            via.push(Via { at: pattern.into(), label: "included here".into() });
            for artefact in found {
                self.files.push(artefact.path.clone());
                if let Some(root) = artefact.located.root() {
                    self.add(root, bundle, &via, depth + 1);
                }
            }
        }
    }

    /// All directives of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Directive<'a>> {
        self.directives.iter().filter(move |directive| directive.name == name)
    }

    /// The last directive of a name.
    pub fn last(&self, name: &str) -> Option<&Directive<'a>> {
        self.all(name).last()
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.last(name).is_some_and(|directive| directive.word(0) == Some("on"))
    }
}
