//! Objects that others name, where a tree may hold several of one name.

use std::hash::Hash;

use foldhash::HashMap;

use crate::collect::kubernetes::objects::Object;

type Key<'a, K> = (usize, &'a str, &'a str, K);

/// What objects of a namespace call by `K`: of several the one of the same file counts, else of the same folder, else
/// the last. No cluster holds two; a tree holds one example a folder.
#[derive(Debug)]
pub struct Nearest<'a, K, T> {
    all: Vec<T>,
    by_place: HashMap<Key<'a, K>, usize>,
}

impl<K, T> Default for Nearest<'_, K, T> {
    fn default() -> Self {
        Self { all: Vec::new(), by_place: HashMap::default() }
    }
}

impl<'a, K: Copy + Eq + Hash, T> Nearest<'a, K, T> {
    /// Adds what `owner` states.
    pub fn insert(&mut self, owner: &Object<'a>, name: K, value: T) {
        let (deployment, namespace) = owner.scope();
        for place in owner.places() {
            self.by_place.insert((deployment, namespace, place, name), self.all.len());
        }
        self.all.push(value);
    }

    /// What an object means by a name.
    pub fn get(&self, from: &Object<'a>, name: K) -> Option<&T> {
        let (deployment, namespace) = from.scope();
        let index =
            from.places().into_iter().find_map(|place| self.by_place.get(&(deployment, namespace, place, name)))?;
        self.all.get(*index)
    }
}
