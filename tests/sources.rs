//! Sources against real files and real git: what is looked at, what is left out, and that it is said.

#![allow(clippy::unwrap_used)]

#[path = "sources/history.rs"]
mod history;
#[path = "sources/kit.rs"]
mod kit;
#[path = "sources/range.rs"]
mod range;
#[path = "sources/staged.rs"]
mod staged;
#[path = "sources/worktree.rs"]
mod worktree;
