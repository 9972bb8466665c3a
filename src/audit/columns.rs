//! What of an entry queries filter by, and a fingerprint of it: equal where a database's index says of every entry what
//! its body says.
//!
//! The pairs of number and value are hashed and the hashes added up, for each segment and field, so their order does not
//! matter: the bodies come by number, the index by value. The hash is seeded at random for every verification, so no set
//! of wrong pairs can be prepared to have the right sum.

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;

use super::canonical::{self, NotCanonical};
use super::query::Field;
use super::segment::{self, Bits};

/// Hands each value of an entry's body that queries filter by to `take`.
///
/// # Errors
/// A body that is not canonical; what came before the bad place has been handed over.
pub fn of_body(body: &[u8], mut take: impl FnMut(Field, &str)) -> Result<(), NotCanonical> {
    canonical::members(body, |name, value| of_member(name, value, &mut take))
}

/// The values of one member, as [`canonical::members`] hands it out.
pub fn of_member(name: &str, value: &str, take: &mut impl FnMut(Field, &str)) {
    let field = match name.as_bytes() {
        b"action" => Field::Action,
        b"correlation" => Field::Correlation,
        b"decision" => Field::Decision,
        b"resource" => Field::Resource,
        b"severity" => Field::Severity,
        b"tenant" => Field::Tenant,
        b"type" => Field::Type,
        b"actor" => return actor(value).iter().for_each(|a| take(Field::Actor, a)),
        b"ts" => return hour(&plain(value)).iter().for_each(|h| take(Field::Hour, h)),
        b"tags" => {
            let tags: Vec<String> = serde_json::from_str(value).unwrap_or_default();
            return tags.iter().for_each(|t| take(Field::Tag, t));
        }
        _ => return,
    };
    if value != "null" {
        take(field, &plain(value));
    }
}

/// What a JSON string means; another value as it is written.
pub fn plain(value: &str) -> Cow<'_, str> {
    match unquoted(value) {
        Some(text) if !text.as_bytes().contains(&b'\\') => Cow::Borrowed(text),
        Some(_) => serde_json::from_str(value).map_or(Cow::Borrowed(value), Cow::Owned),
        None => Cow::Borrowed(value),
    }
}

/// What stands between a string's quotation marks. Every member of every entry comes by: bytes are compared here, and no
/// patterns.
pub fn unquoted(value: &str) -> Option<&str> {
    match value.as_bytes() {
        [b'"', .., b'"'] => value.get(1..value.len() - 1),
        _ => None,
    }
}

/// `2026-11-20T12` of `2026-11-20T12:00:00.000Z`.
fn hour(ts: &str) -> Option<&str> {
    ts.get(..13)
}

fn actor(value: &str) -> Option<String> {
    let (mut kind, mut id) = (None, None);
    let read = canonical::members(value.as_bytes(), |name, value| match name {
        "kind" => kind = Some(plain(value)),
        "id" => id = Some(plain(value)),
        _ => (),
    });
    let (kind, id) = read.ok().and_then(|()| kind.zip(id))?;
    Some([&*kind, ":", &*id].concat())
}

/// The sums of one segment, and its first and last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sums {
    fields: [u64; Field::ALL.len()],
    first: String,
    last: String,
}

/// As `type` says it.
const SUSPENSIONS: [&str; 2] = ["\"actor.suspended\"", "\"actor.resumed\""];

/// The sums of the first segments; what belongs to others is passed over.
#[derive(Clone, Debug)]
pub struct Columns {
    state: RandomState,
    segments: Vec<Sums>,
    suspensions: Vec<u64>,
}

impl Columns {
    /// Nothing seen of so many segments; sums are comparable only among those that began with the same state.
    pub fn new(state: RandomState, segments: u64) -> Self {
        Self {
            state,
            segments: vec![Sums::default(); usize::try_from(segments).unwrap_or_default()],
            suspensions: Vec::new(),
        }
    }

    /// Takes one member of the body of entry `seq`.
    pub fn member(&mut self, seq: u64, name: &str, value: &str) {
        if name == "type" && SUSPENSIONS.contains(&value) {
            self.suspensions.push(seq);
        }
        let (state, offset) = (&self.state, segment::offset(seq));
        let Some(sums) = at(&mut self.segments, segment::of(seq)) else { return };
        if name == "ts" {
            widen(&mut sums.first, &mut sums.last, &plain(value));
        }
        of_member(name, value, &mut |field, value| {
            let sum = &mut sums.fields[field as usize];
            *sum = sum.wrapping_add(pair(state.hash_one(value), offset));
        });
    }

    /// The entries seen that suspend an actor or end that: they have an index of their own.
    pub fn suspensions(&self) -> &[u64] {
        &self.suspensions
    }

    /// Takes what the index says of one value in one segment.
    pub fn posting(&mut self, field: Field, value: &str, segment: u64, bits: &Bits) {
        let value = self.state.hash_one(value);
        let Some(sums) = at(&mut self.segments, segment) else { return };
        let sum = &mut sums.fields[field as usize];
        *sum = bits.iter().fold(*sum, |sum, at| sum.wrapping_add(pair(value, at)));
    }

    /// Takes what the index says of the times of a segment.
    pub fn times(&mut self, segment: u64, first: &str, last: &str) {
        let Some(sums) = at(&mut self.segments, segment) else { return };
        (sums.first, sums.last) = (first.to_owned(), last.to_owned());
    }

    /// The segments of which not the same was seen.
    pub fn differences(&self, other: &Self) -> Vec<u64> {
        let pairs = self.segments.iter().zip(&other.segments).enumerate();
        pairs.filter(|(_, (a, b))| a != b).map(|(n, _)| n as u64).collect()
    }
}

fn at(segments: &mut [Sums], n: u64) -> Option<&mut Sums> {
    segments.get_mut(usize::try_from(n).ok()?)
}

/// Keeps the least and the greatest time; they compare as text.
pub fn widen(first: &mut String, last: &mut String, ts: &str) {
    if first.is_empty() || ts < first.as_str() {
        ts.clone_into(first);
    }
    if ts > last.as_str() {
        ts.clone_into(last);
    }
}

/// Both halves of a product that no low bit survives unmixed.
fn pair(value: u64, at: u64) -> u64 {
    let product = u128::from(value ^ 0x9e37_79b9_7f4a_7c15) * u128::from((value.rotate_left(32) | 1) ^ (at << 1));
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(state: &RandomState, members: &[(u64, &str, &str)]) -> Columns {
        let mut columns = Columns::new(state.clone(), 1);
        members.iter().for_each(|(seq, name, value)| columns.member(*seq, name, value));
        columns
    }

    #[test]
    fn order_does_not_matter_and_every_pair_does() {
        let state = RandomState::default();
        let bodies = columns(
            &state,
            &[
                (1, "actor", r#"{"id":"a\"b","kind":"user"}"#),
                (1, "decision", "\"approved\""),
                (1, "tags", r#"["x","y"]"#),
                (1, "ts", "\"2026-11-20T12:00:00.000Z\""),
                (2, "decision", "\"rejected\""),
                (2, "action", "null"),
            ],
        );
        let scan = |first: u64, second: u64| {
            let mut scan = Columns::new(state.clone(), 1);
            let one = |at| Bits::default().with(at);
            scan.posting(Field::Decision, "rejected", 0, &one(second));
            scan.posting(Field::Decision, "approved", 0, &one(first));
            scan.posting(Field::Actor, "user:a\"b", 0, &one(1));
            ["y", "x"].iter().for_each(|t| scan.posting(Field::Tag, t, 0, &one(1)));
            scan.posting(Field::Hour, "2026-11-20T12", 0, &one(1));
            scan.times(0, "2026-11-20T12:00:00.000Z", "2026-11-20T12:00:00.000Z");
            scan
        };
        assert!(bodies.differences(&scan(1, 2)).is_empty());
        assert_eq!(bodies.differences(&scan(2, 1)), [0], "swapped numbers");
        let mut tagged = scan(1, 2);
        tagged.posting(Field::Tag, "z", 0, &Bits::default().with(2));
        assert_eq!(bodies.differences(&tagged), [0], "a tag too many");
        let mut later = scan(1, 2);
        later.times(0, "2026-11-20T12:00:00.000Z", "2026-11-20T12:00:00.001Z");
        assert_eq!(bodies.differences(&later), [0], "another time");
    }

    #[test]
    fn the_segment_in_progress_has_no_index() {
        let state = RandomState::default();
        let bodies = columns(&state, &[(1025, "action", "\"a\"")]);
        assert!(bodies.differences(&Columns::new(state, 1)).is_empty());
    }
}
