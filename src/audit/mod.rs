//! The audit log without its file: entries and their canonical bytes, the tree and chain over them, checkpoints, proofs,
//! verification, queries, exports and reports.
//!
//! | file | what it holds |
//! |---|---|
//! | [`entry`], [`kind`] | what is remembered, and the closed list of event types |
//! | [`canonical`] | whether bytes are the canonical form of an object, in one pass |
//! | [`tree`] | RFC 6962: leaf, node, root, inclusion and consistency |
//! | [`note`], [`checkpoint`], [`proof`] | the C2SP formats: signed note, checkpoint, proof file |
//! | [`verify`], [`verdict`] | walks the entries and names every bad one; compares with checkpoints and says what stays open |
//! | [`query`], [`matcher`], [`stats`], [`export`] | what to look for, whether a body is it, counts, the formats of others |
//! | [`columns`], [`segment`] | what of a body is indexed, and the sets of entries that an index has |
//! | [`report`], [`compliance`] | for people and for auditors |
//! | [`filter`] | what is not logged, and what must be |
//!
//! An entry's `prev` names the leaf before it, inside the bytes that are hashed: the log is a hash chain and a Merkle tree
//! at once. Neither shows that the end was cut off or that everything was rewritten; only a checkpoint kept elsewhere
//! does, and verification says so.
//!
//! Nothing here does I/O, reads a clock or prints; SQL is in `store` only.

pub mod canonical;
pub mod checkpoint;
pub mod columns;
pub mod compliance;
pub mod entry;
pub mod export;
pub mod filter;
pub mod kind;
pub mod matcher;
pub mod note;
pub mod proof;
pub mod query;
pub mod report;
pub mod segment;
pub mod stats;
pub mod tree;
pub mod verdict;
pub mod verify;

pub use entry::{Actor, Entry, Event, Reason, Severity};
pub use kind::EventType;
