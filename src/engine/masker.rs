//! Masks with every built-in rule, whatever the policy has switched off: for text that is shown for another reason than
//! the secret in it (the line of a suppression comment, the subject of a commit, an error).

use std::ops::Range;
use std::sync::OnceLock;

use super::settings::Settings;
use super::{Engine, Scratch};
use crate::finding::{Commit, Confidence};
use crate::redact;
use crate::rules::built_in;

static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();

/// The byte ranges of every secret in a text, sorted.
pub fn secrets(text: &[u8]) -> Vec<Range<usize>> {
    let make = || {
        let rules = built_in();
        Engine::new(Settings { rules, min_confidence: Confidence::Low, ..Settings::default() }).ok()
    };
    let engine = ENGINE.get_or_init(make).as_ref();
    // A catalogue that does not load (a test holds that it does) hides everything rather than nothing.
    engine.map_or_else(|| std::iter::once(0..text.len()).collect(), |e| e.secrets(text, &mut Scratch::default()))
}

/// A text with every secret in it masked.
pub fn masked(text: &str) -> String {
    redact::mask(text.as_bytes(), &secrets(text.as_bytes()))
}

/// A commit with every secret in its author's words masked.
pub fn masked_commit(commit: &Commit) -> Commit {
    Commit { subject: masked(&commit.subject), author: masked(&commit.author), ..commit.clone() }
}
