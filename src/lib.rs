//! govctl keeps secrets, fabricated data and ungoverned code out of a repository, decides what developers and AI agents
//! may do, queues the rest for people to approve, and remembers everything in a log that cannot be quietly edited.
//!
//! # The house
//!
//! | room | what it holds |
//! |---|---|
//! | [`finding`], [`redact`] | what was found, and the one way from a secret to printable text |
//! | [`source`] | what is looked at: work tree, index, range, history, standard input; the only I/O of the scanning side |
//! | [`rules`] | the catalogue: a rule is its text (`RuleInfo`) and its check |
//! | [`engine`] | rules × source → findings; suppressions; baseline |
//! | [`report`] | one file per output format: a finished report in, bytes to a writer out |
//! | [`plan`] | hashed JSON: read strictly, written canonically; plans, their hashes, their graphs |
//! | [`gate`] | what the policy says of a plan: known or not, how dangerous, who must agree |
//! | [`policy`] | governance.toml: raw with spans → validated → `Policy` |
//! | [`approvals`] | who must agree to what: states, votes, quorum, tokens |
//! | [`audit`], [`store`] | the log that only grows, and the SQLite file it lives in |
//! | [`cli`] | arguments → options → call → print; the only place with a clock, an environment and a terminal |
//!
//! Dependencies go one way: `redact < finding < source, rules < engine < report`; `policy` stands on `rules`' types and the engine's list of
//! rules;
//! `audit < store < cli < main`. Rules, engine, report, policy and the audit tree do no I/O, read no clock and print
//! nothing. What cannot be read, parsed or verified is an error with its place and its remedy, never silence.

#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro))]

pub mod approvals;
pub mod audit;
#[allow(clippy::disallowed_methods)]
pub mod cli;
pub mod engine;
pub mod finding;
pub mod gate;
pub mod plan;
pub mod policy;
pub mod redact;
pub mod report;
pub mod rules;
#[allow(clippy::disallowed_methods)]
pub mod source;
#[allow(clippy::disallowed_methods)]
pub mod store;
