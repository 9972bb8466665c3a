//! Every mistake a policy can have, as a rule of the family `policy`: its code is stable, its text is its documentation.

use std::borrow::Cow;

use crate::finding::{RuleInfo, Severity};

/// Declares codes: `NAME = level "code", "summary", "why it matters", "what to do";`
macro_rules! codes {
    (@severity error) => { Severity::High };
    (@severity warning) => { Severity::Low };
    ($($name:ident = $level:ident $id:literal, $summary:literal, $explain:literal, $help:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $name: RuleInfo = RuleInfo {
                id: Cow::Borrowed(concat!("policy/", $id)),
                summary: Cow::Borrowed($summary),
                severity: codes!(@severity $level),
                explain: Cow::Borrowed($explain),
                help: Cow::Borrowed($help),
                hit: Cow::Borrowed(&[]),
                miss: Cow::Borrowed(&[]),
            };
        )*
        /// Every code, in the order of this file.
        pub static ALL: &[&RuleInfo] = &[$(&$name),*];
    };
}

codes! {
    SYNTAX = error "syntax", "not TOML", "The text is not TOML 1.0, so what it says is not certain.", "mend the syntax; see toml.io";
    NOT_TEXT = error "not-text", "not UTF-8 text", "A policy is UTF-8 text without NUL bytes.", "save the file as UTF-8";
    TOO_LARGE = error "too-large", "the policy is too large", "Reading a policy takes bounded time and memory.",
        "split what is data into files of its own, or use globs instead of lists";
    NESTING = error "too-deep", "nested too deeply", "No key of the schema is nested this deeply.", "flatten the value";
    DUPLICATE_KEY = error "duplicate-key", "the key stands twice", "TOML does not say which of two equal keys counts.", "delete one of them";
    TWO_FILES = error "key-in-two-files", "the key stands in two files", "Neither of two files goes before the other.", "delete one of them";
    UNKNOWN_KEY = error "unknown-key", "unknown key", "A key that nobody reads is a rule that does not hold.",
        "see `govctl policy explain` for the keys there are";
    WRONG_TYPE = error "wrong-type", "wrong type", "The value cannot be read.", "write a value of the type expected";
    UNKNOWN_VALUE = error "unknown-value", "unknown value", "The key takes one of a few words.", "use one of the words listed";
    OUT_OF_RANGE = error "out-of-range", "out of range", "The value lies outside what has a meaning here.", "use a value in the range";
    MISSING_KEY = error "missing-key", "a required key is missing", "Without it the table says nothing.", "add the key";
    FORMAT = error "invalid-value", "the value cannot be read", "The text does not have the form this key takes.", "write it in the form expected";
    FRACTION = error "fraction", "a fraction where decisions are made",
        "Decisions compare exact values; a floating-point number is none.", "use an integer, or a decimal in quotes";
    REGEX = error "invalid-regex", "the regular expression does not compile", "A rule whose pattern cannot run protects nothing.", "mend the expression";
    EMPTY_MATCH = error "matches-empty", "the regular expression matches the empty text", "It matches everywhere, so it says nothing.",
        "make something in it mandatory";
    GLOB = error "invalid-glob", "the glob cannot be read", "A glob that cannot be read matches nothing.", "mend the glob";
    DEAD_GLOB = warning "glob-never-matches", "the glob cannot match", "Paths are relative to the repository, with `/` between parts.",
        "write it as paths are: relative, without `.` and `..`";
    ID = error "invalid-id", "not a name of this kind", "Names are how findings, decisions and the log refer to it.", "rename it";
    DUPLICATE_ID = error "duplicate-id", "two entries have the same name", "A name must mean one thing.", "rename one of them";
    DUPLICATE_ENTRY = warning "duplicate-entry", "the entry stands twice", "The second one changes nothing.", "delete one of them";
    CONTRADICTION = error "contradiction", "two settings contradict each other", "Which of them holds is not certain.", "keep one of them";
    KIND_KEY = error "key-not-of-this-kind", "the key means nothing for this kind", "It would be ignored.", "delete it or change `kind`";
    RETENTION = warning "retention-too-short", "kept for a shorter time than a standard asks", "The standard is enabled here.",
        "raise `audit.retention_days`, or disable the standard";
    QUORUM = warning "quorum-unreachable", "the quorum cannot be reached", "Everything that needs it will be rejected after its timeout.",
        "add approvers, or lower the quorum";
    LEVELS = error "permission-levels", "the levels have a gap or an overlap", "The level of a score must be certain.",
        "start at 0 and give every level its own `min_score`";
    DEAD_LEVEL = warning "level-unreachable", "no score reaches the level", "Nobody will ever have it.", "lower `min_score`, or raise `max_score`";
    TIME_BASED = error "time-based-above-medium", "a timeout is no approval above tier medium", "Silence is not consent to what is dangerous.",
        "use single-approval or multi-approval";
    AUTO_APPROVAL = warning "auto-approved-risk", "dangerous operations are approved by nobody", "The strategy lets them pass without a vote.",
        "use single-approval or multi-approval";
    UNENFORCEABLE = warning "unenforceable", "the kernel cannot forbid this inside what is allowed",
        "Landlock has no rule against a part of an allowed tree; only the gate will see it.", "allow the parts instead of the whole";
    NEVER_MATCHES = warning "rule-never-matches", "the rule can never match", "It protects nothing, or permits nothing.", "mend its conditions, or delete it";
    SHADOWED = warning "rule-shadowed", "the rule changes nothing", "Another one decides all that it matches.", "delete it, or narrow the other one";
    EXAMPLE = error "example-fails", "an example does not do what it says", "Either the rule or the example is wrong.", "mend the one that is";
    EXPIRED = warning "expired", "expired", "It has no effect any more.", "delete it, or renew it on purpose";
    ENV = error "environment-variable", "an environment variable where none is read", "The text would be taken literally.",
        "write the value; only tokens and addresses of services are read from the environment";
    LITERAL_SECRET = error "literal-secret", "a secret in the policy", "Who can read the repository can use it.",
        "revoke it, and write the name of an environment variable: \"${NAME}\"";
    PROOF_OF_WORK = error "proof-of-work", "proof of work protects nobody here",
        "On a private log whoever rewrites it redoes the work; signed checkpoints kept elsewhere are what shows a rewrite.",
        "delete the key; see `audit.checkpoint_every` and `govctl audit verify --against`";
    UNKNOWN_RULE = warning "unknown-rule", "no rule has this id", "The setting has no effect.", "see `govctl rules list`";
    UNKNOWN_NAME = error "unknown-name", "nothing has this name", "The setting refers to what is not there.", "use one of the names declared";
    NEAR_NAME = warning "near-name", "almost the name of a known one", "If it is a slip, the setting has no effect.", "correct it, if it is a slip";
    NO_VERSION = warning "missing-version", "the policy does not say its version", "A later version of the schema may read it differently.",
        "add `version = \"1.0\"` under [policies]";
    AUDIT_OFF = error "audit-off", "a strict environment without a log", "What is enforced must be accounted for.",
        "set `audit.enabled = true`, or relax the environment";
    INSECURE = warning "insecure-address", "an address without TLS", "What is sent can be read on the way.", "use https";
    INCLUDE = error "include", "a file that is included cannot be read", "What it says is not known.", "mend the path, or delete the entry";
    INCLUDE_CYCLE = error "include-cycle", "files include each other in a circle", "There is no end to it.", "break the circle";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut ids: Vec<_> = ALL.iter().map(|c| c.id.as_ref()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
        assert!(ids.iter().all(|id| id["policy/".len()..].bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
