//! The approval queue as people and programs use it, with real processes and a real ssh-keygen.
#![allow(clippy::unwrap_used)]

#[path = "common/place.rs"]
mod place;

#[path = "approvals/kit.rs"]
mod kit;
#[path = "approvals/overrides.rs"]
mod overrides;
#[path = "approvals/people.rs"]
mod people;
#[path = "approvals/races.rs"]
mod races;
#[path = "approvals/rules.rs"]
mod rules;
#[path = "approvals/secrecy.rs"]
mod secrecy;
#[path = "approvals/signed.rs"]
mod signed;
#[path = "approvals/terminal.rs"]
mod terminal;
