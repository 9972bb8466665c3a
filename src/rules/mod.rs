//! The catalogue. A rule is a [`RuleInfo`] and a check: a pattern ([`pattern::PatternRule`]) here, a syntax-tree rule under `code/`.
//!
//! # How to add a pattern rule
//!
//! Add one `[[rule]]` block to the file of its kind of vendor in `builtin/`:
//!
//! ```toml
//! [[rule]]
//! id = "secrets/acme-api-token"            # <family>/<kebab-case>, unique
//! summary = "Acme API token"               # the message of a finding; no full stop
//! severity = "high"                        # low | medium | high | critical
//! explain = "What it is and what somebody who has it can do."
//! help = "Revoke it at …, and read it from the environment (ACME_TOKEN) or a secret manager."
//! keywords = ["acme_"]                     # lower-cased text, 3 bytes or more; every match contains one of them
//! regex = '\bacme_[A-Za-z0-9]{32}\b'       # ASCII; bounded; the group named `secret` is the value, else the whole match
//! credential = ""                          # in place of a regex: a kind of `credential`, whose scorer decides
//! near = []                                # one of these words (any case) must stand within three lines
//! min_entropy = 3.0                        # bits per character of the value
//! paths = []                               # globs; empty: everywhere
//! proof = "github-crc32"                   # an offline proof of `proof/`: refuted values are dropped
//! priority = 0                             # of two rules that match the same text the higher one reports; generic ones: -10
//! covers = ["acme-token"]                  # the rows of the format table it answers for
//! hit = ["token = acme_{alnum:32}"]        # templates (see `template`): this rule and no other finds each …
//! miss = ["token = acme_{alnum:31}"]       # … and no rule at all finds one of these
//! ```
//!
//! Then `cargo test` and `govctl rules test` tell what is wrong with it.

pub mod code;
pub mod credential;
pub mod exception;
pub mod export;
pub mod gitleaks;
mod go_regex;
pub mod pattern;
pub mod proof;
pub mod required;
pub mod template;

use std::borrow::Cow;

use crate::finding::{RuleInfo, Severity};
use pattern::{Held, PatternRule};

/// Every built-in pattern rule, sorted by id.
pub static CATALOGUE: &[PatternRule] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// All of the catalogue, for the engine.
pub fn built_in() -> Vec<Held> {
    CATALOGUE.iter().map(Held::BuiltIn).collect()
}
