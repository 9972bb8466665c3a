//! A fingerprint of what queries filter by: equal where a database's indices say of every entry what its body says.
//!
//! The pairs of number and value are hashed and the hashes added up, so their order does not matter: the bodies come by
//! number, an index by value. The hash is seeded at random for every verification, so no set of wrong pairs can be
//! prepared to have the right sum.

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;

use super::canonical;

/// The columns that have an index.
pub const INDEXED: [&str; 8] = ["ts", "type", "severity", "actor", "action", "resource", "decision", "correlation"];

/// The sums over all entries: one for each column of [`INDEXED`], and one for the tags.
#[derive(Clone, Debug)]
pub struct Columns {
    state: RandomState,
    sums: [u64; INDEXED.len()],
    tags: u64,
}

impl Columns {
    /// Nothing seen; sums are comparable only among those that began with the same state.
    pub fn new(state: RandomState) -> Self {
        Self { state, sums: [0; INDEXED.len()], tags: 0 }
    }

    /// Takes an entry's members as [`canonical::members`] hands them out.
    pub fn entry(&mut self, seq: u64, members: &[(&str, &str)]) {
        for (name, value) in members {
            match (INDEXED.iter().position(|c| c == name), *name) {
                (Some(column), "actor") => {
                    if let Some(actor) = actor(value) {
                        self.value(column, seq, actor.as_bytes());
                    }
                }
                (Some(column), _) if *value != "null" => self.value(column, seq, plain(value).as_bytes()),
                (None, "tags") => {
                    let tags: Vec<String> = serde_json::from_str(value).unwrap_or_default();
                    tags.iter().for_each(|t| self.tag(seq, t.as_bytes()));
                }
                _ => (),
            }
        }
    }

    /// Takes the value of one column of [`INDEXED`].
    pub fn value(&mut self, column: usize, seq: u64, value: &[u8]) {
        if let Some(sum) = self.sums.get_mut(column) {
            *sum = sum.wrapping_add(self.state.hash_one((seq, value)));
        }
    }

    /// Takes one tag.
    pub fn tag(&mut self, seq: u64, tag: &[u8]) {
        self.tags = self.tags.wrapping_add(self.state.hash_one((seq, tag)));
    }

    /// Whether the same was seen.
    pub fn agrees(&self, other: &Self) -> bool {
        self.sums == other.sums && self.tags == other.tags
    }
}

/// What a JSON string means; another value as it is written.
fn plain(value: &str) -> Cow<'_, str> {
    match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => Cow::Borrowed(text),
        Some(_) => serde_json::from_str(value).map_or(Cow::Borrowed(value), Cow::Owned),
        None => Cow::Borrowed(value),
    }
}

fn actor(value: &str) -> Option<String> {
    let (mut kind, mut id) = (None, None);
    let read = canonical::members(value.as_bytes(), |name, value| match name {
        "kind" => kind = Some(plain(value)),
        "id" => id = Some(plain(value)),
        _ => (),
    });
    read.ok().and_then(|()| Some(format!("{}:{}", kind?, id?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_every_pair_does() {
        let state = RandomState::default();
        let mut bodies = Columns::new(state.clone());
        let actor = r#"{"id":"a\"b","kind":"user"}"#;
        bodies.entry(1, &[("actor", actor), ("decision", "\"approved\""), ("tags", r#"["x","y"]"#)]);
        bodies.entry(2, &[("decision", "\"rejected\"")]);
        let scan = |first: u64, second: u64| {
            let mut scan = Columns::new(state.clone());
            scan.value(6, second, b"rejected");
            scan.value(6, first, b"approved");
            scan.value(3, 1, b"user:a\"b");
            [&b"y"[..], b"x"].iter().for_each(|t| scan.tag(1, t));
            scan
        };
        assert!(bodies.agrees(&scan(1, 2)));
        assert!(!bodies.agrees(&scan(2, 1)), "swapped numbers");
        let mut tagged = scan(1, 2);
        tagged.tag(2, b"z");
        assert!(!bodies.agrees(&tagged), "a tag too many");
    }
}
