//! From what a walk found and the checkpoints at hand to a verdict, with what it cannot rule out.

use super::checkpoint::{Checkpoint, CheckpointError};
use super::note::{SignedNote, Verifier};
use super::tree::Hash;
use super::verify::Walked;

/// A checkpoint as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What to call it in messages.
    pub name: String,
    /// The signed note.
    pub text: String,
}

/// The keys that checkpoints are verified with.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Given by whoever verifies.
    Given(Vec<Verifier>),
    /// Those the log itself names.
    OfTheLog(Vec<Verifier>),
}

impl Keys {
    fn list(&self) -> &[Verifier] {
        match self {
            Keys::Given(keys) | Keys::OfTheLog(keys) => keys,
        }
    }
}

/// Whether a log can be relied on.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The log's name, where it says it.
    pub origin: Option<String>,
    /// The entries.
    pub walked: Walked,
    /// The newest checkpoint of the log itself that holds.
    pub newest: Option<Checkpoint>,
    /// The outside checkpoints that hold.
    pub outside: Vec<Checkpoint>,
    /// What is wrong beside single entries.
    pub failures: Vec<String>,
    /// The first entry that is bad or can no longer be vouched for.
    pub first_bad: Option<u64>,
    /// What this verification could not rule out.
    pub not_ruled_out: Vec<String>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.walked.problems.is_empty() && self.failures.is_empty()
    }
}

/// Compares a log with its own checkpoints and with those from elsewhere.
pub fn judge(walked: Walked, origin: Option<&str>, own: &[Note], outside: &[Note], keys: &Keys) -> Verdict {
    let mut verdict = Verdict {
        origin: origin.map(str::to_owned),
        first_bad: walked.problems.first().map(|p| p.seq),
        walked,
        newest: None,
        outside: Vec::new(),
        failures: Vec::new(),
        not_ruled_out: Vec::new(),
    };
    if verdict.walked.entries == 0 {
        verdict.fail(Some(0), "the log is empty: not even its first entry is there".into());
    }
    verdict.judge_own(own, keys.list());
    for note in outside {
        match Checkpoint::open(&note.text, origin, keys.list()) {
            Ok(checkpoint) => verdict.judge_outside(note, checkpoint, own),
            Err(e) => verdict.fail(None, format!("{}: {e}", note.name)),
        }
    }
    verdict.admit(own, outside, keys);
    verdict
}

impl Verdict {
    fn fail(&mut self, first: Option<u64>, why: String) {
        self.failures.push(why);
        if let Some(first) = first {
            self.first_bad = Some(self.first_bad.map_or(first, |f| f.min(first)));
        }
    }

    fn root_at(&self, size: u64) -> Option<Hash> {
        self.walked.roots.iter().find(|(s, _)| *s == size).map(|(_, root)| *root)
    }

    /// Roots of all of them, the signature of the newest: signatures are slow and the tree binds the older ones.
    fn judge_own(&mut self, own: &[Note], keys: &[Verifier]) {
        let read: Vec<_> = own.iter().map(|n| (n, text_of(n))).collect();
        for (note, checkpoint) in &read {
            match checkpoint {
                Ok(c) if self.root_at(c.size) == Some(c.root) => (),
                Ok(c) => self.mismatch(&note.name, c, own),
                Err(e) => self.fail(None, format!("{}: {e}", note.name)),
            }
        }
        let Some((note, Ok(newest))) = read.last() else { return };
        match Checkpoint::open(&note.text, self.origin.clone().as_deref(), keys) {
            Ok(_) if self.root_at(newest.size) == Some(newest.root) => self.newest = Some(newest.clone()),
            Ok(_) => (),
            Err(e) => self.fail(None, format!("{}: {e}", note.name)),
        }
    }

    fn judge_outside(&mut self, note: &Note, checkpoint: Checkpoint, own: &[Note]) {
        if self.root_at(checkpoint.size) == Some(checkpoint.root) {
            self.outside.push(checkpoint);
            return;
        }
        // Only checkpoints by the key that signed this one say how far the log is still the same.
        let signers = signers_of(note);
        let same_key: Vec<_> =
            own.iter().filter(|n| signers_of(n).iter().any(|s| signers.contains(s))).cloned().collect();
        self.mismatch(&note.name, &checkpoint, &same_key);
    }

    fn mismatch(&mut self, name: &str, checkpoint: &Checkpoint, vouching: &[Note]) {
        let entries = self.walked.entries;
        if checkpoint.size > entries {
            let why = format!(
                "{name} is signed over {} entries, the log has {entries}: its end was cut off, or it is an old copy",
                checkpoint.size
            );
            return self.fail(Some(entries), why);
        }
        let good = vouching
            .iter()
            .filter_map(|n| text_of(n).ok())
            .filter(|c| c.size < checkpoint.size && self.root_at(c.size) == Some(c.root))
            .map(|c| c.size)
            .max()
            .unwrap_or(0);
        let why = format!(
            "{name} is signed over another log: something in entries {good} to {} was changed after it",
            checkpoint.size - 1
        );
        let first = self.walked.problems.iter().map(|p| p.seq).find(|s| *s >= good).unwrap_or(good);
        self.fail(Some(first), why);
    }

    fn admit(&mut self, own: &[Note], outside: &[Note], keys: &Keys) {
        if outside.is_empty() {
            self.not_ruled_out.push(
                "No checkpoint from elsewhere was compared: a log that was cut off, rewritten as a whole or forked would look the same. \
                 Give one with --against FILE."
                    .into(),
            );
        }
        if matches!(keys, Keys::OfTheLog(_)) && !(own.is_empty() && outside.is_empty()) {
            self.not_ruled_out.push(
                "The verifier keys were taken from the log's own folder, where they could have been replaced. Give one with --key VKEY."
                    .into(),
            );
        }
        let covered = self.outside.iter().map(|c| c.size).max();
        if let Some(size) = covered.filter(|s| *s < self.walked.size) {
            self.not_ruled_out.push(format!(
                "Entries from {size} on are newer than the checkpoint: they hang together, but their end could have been cut off or rewritten."
            ));
        }
    }
}

fn text_of(note: &Note) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::parse(SignedNote::parse(&note.text)?.text())
}

fn signers_of(note: &Note) -> Vec<String> {
    SignedNote::parse(&note.text).map(|n| n.signed_by().map(|(_, id)| id).collect()).unwrap_or_default()
}
