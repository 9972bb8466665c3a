//! Plans: what an actor means to do, read strictly, written canonically, hashed.
//!
//! | step | where |
//! |---|---|
//! | bytes → one value that every reader reads alike, or the first reason why not | [`strict`] |
//! | bytes → value and every reason why not, each with its JSON path | [`tree`], [`path`] |
//! | value → [`Plan`] | [`read()`] |
//! | the types, and the hashes over them | [`action`] |
//! | the canonical form (RFC 8785) and the hash of anything | [`canonical`] |
//! | plan ↔ execution graph | [`graph`] |
//! | the closed list of what can be wrong | [`violation`] |
//!
//! Whether an action is known, and how dangerous it is, is the policy's business and not known here: see [`crate::gate`].

pub mod action;
pub mod canonical;
pub mod graph;
pub mod identifier;
pub mod path;
mod read;
pub mod strict;
pub mod tree;
pub mod violation;

pub use action::{Actor, ActorKind, Plan, Step};
pub use read::{Look, Part, read, read_with};
pub use violation::{Code, Violation};
