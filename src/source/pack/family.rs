//! Which objects of a pack are deltas of which, and of what kind each is, told by the heads of all of them.

use super::file::PackFile;
use super::index::{Index, NAME};

/// No object.
pub const NONE: u32 = u32::MAX;
/// The longest head: its size, and where its base is.
const HEAD: u64 = 10 + NAME as u64;

/// The kind of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Its head, or that of a base, cannot be read.
    Unknown,
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// A tag.
    Tag,
}

/// An object of a pack.
pub struct Object {
    /// Where its compressed bytes are.
    pub data: u64,
    /// Where they end.
    pub end: u64,
    /// The number of its bytes once inflated; those of a delta where it is one.
    pub size: u64,
    /// Its position in the index.
    pub position: u32,
    /// Its kind.
    pub kind: Kind,
    /// The object it is a delta of.
    pub base: u32,
    /// The first of its own deltas.
    pub child: u32,
    /// The next delta of the same base.
    pub next: u32,
}

/// All objects, in the order of the pack.
pub fn read(index: &Index, pack: &mut PackFile) -> Vec<Object> {
    let mut places: Vec<(u64, u32)> =
        (0u32..).take(index.len()).filter_map(|i| Some((index.offset(i as usize)?, i))).collect();
    places.sort_unstable();
    let ends = places.iter().skip(1).map(|p| p.0).chain([pack.end()]);
    let mut objects: Vec<_> = places.iter().zip(ends).map(|(place, end)| unread(*place, end)).collect();
    let mut of_position = vec![NONE; index.len()];
    (0u32..).zip(&places).for_each(|(i, (_, position))| of_position[*position as usize] = i);
    for i in 0..objects.len() {
        let base = head(pack, &mut objects[i], places[i].0);
        objects[i].base = match base {
            Some(Base::None) | None => NONE,
            Some(Base::At(offset)) => {
                places.binary_search_by_key(&offset, |p| p.0).map_or(NONE, |at| u32::try_from(at).unwrap_or(NONE))
            }
            Some(Base::Named(name)) => index.find(&name).map_or(NONE, |position| of_position[position]),
        };
    }
    kinds(&mut objects);
    // From the last to the first, so that children stand in the order of the pack.
    for i in (0..u32::try_from(objects.len()).unwrap_or(0)).rev() {
        let Object { base, kind, .. } = objects[i as usize];
        if base != NONE && kind != Kind::Unknown {
            objects[i as usize].next = std::mem::replace(&mut objects[base as usize].child, i);
        }
    }
    objects
}

fn unread((start, position): (u64, u32), end: u64) -> Object {
    Object { data: start, end, size: 0, position, kind: Kind::Unknown, base: NONE, child: NONE, next: NONE }
}

enum Base {
    None,
    At(u64),
    Named([u8; NAME]),
}

/// Reads the head of an object; says what it is a delta of.
fn head(pack: &mut PackFile, object: &mut Object, start: u64) -> Option<Base> {
    let bytes = pack.read(start, object.end.min(start + HEAD)).ok()?;
    let mut rest = bytes;
    let first = *rest.split_off_first()?;
    let (mut size, mut shift, mut byte) = (u64::from(first & 15), 4, first);
    while byte & 0x80 != 0 {
        byte = *rest.split_off_first()?;
        size |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
    }
    let (kind, base) = match first >> 4 & 7 {
        1 => (Kind::Commit, Base::None),
        2 => (Kind::Tree, Base::None),
        3 => (Kind::Blob, Base::None),
        4 => (Kind::Tag, Base::None),
        6 => (Kind::Unknown, Base::At(start.checked_sub(distance(&mut rest)?)?)),
        7 => (Kind::Unknown, Base::Named(rest.split_off(..NAME)?.try_into().ok()?)),
        _ => return None,
    };
    object.data = start + (bytes.len() - rest.len()) as u64;
    (object.size, object.kind) = (size, kind);
    Some(base)
}

/// How far before an object its base begins: seven bits a byte, the most significant first, each but the last one more.
fn distance(rest: &mut &[u8]) -> Option<u64> {
    let mut byte = *rest.split_off_first()?;
    let mut value = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = *rest.split_off_first()?;
        value = value.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
    }
    Some(value)
}

/// Gives every delta the kind of what it comes from.
fn kinds(objects: &mut [Object]) {
    let mut chain = Vec::new();
    for i in 0..objects.len() {
        let mut at = i;
        // A ring of deltas ends where it has grown longer than the pack.
        while objects[at].kind == Kind::Unknown && objects[at].base != NONE && chain.len() <= objects.len() {
            chain.push(at);
            at = objects[at].base as usize;
        }
        let kind = objects[at].kind;
        chain.drain(..).for_each(|at| objects[at].kind = kind);
    }
}
