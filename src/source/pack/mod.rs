//! Reads all objects of a pack, each inflated once: where an object is a delta, what it changes is applied to its base,
//! which stands beside it. `git cat-file` and libgit2 are asked for one object at a time, and inflate the bases of each
//! again and again.
//!
//! Packs are read as gitformat-pack(5) describes them. Nothing here is told of an object that does not add up, or whose
//! bases need too much memory: whoever asks gets it elsewhere.
//!
//! [`index`] is the list of a pack's objects, [`file`] its bytes, [`family`] which object is a delta of which, [`delta`]
//! how one is applied, [`walk`] goes through them.

mod delta;
mod family;
mod file;
mod index;
mod walk;

pub use walk::{Blob, Step, walk};
