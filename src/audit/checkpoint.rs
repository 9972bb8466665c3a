//! Checkpoints: what a log says of itself at one size, as the text of a signed note (c2sp.org/tlog-checkpoint).

use std::fmt;

use super::note::{NoteError, SignedNote, Signer, Verifier};
use super::tree::Hash;

/// `origin`, size and root of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why a text is no checkpoint to rely on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckpointError {
    /// No note, or not signed by a known key.
    Note(NoteError),
    /// A note that is no checkpoint.
    Malformed(&'static str),
    /// The note of another log.
    OtherOrigin {
        /// What it says.
        found: String,
        /// What was asked for.
        expected: String,
    },
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckpointError::Note(e) => e.fmt(f),
            CheckpointError::Malformed(what) => write!(f, "no checkpoint: {what}"),
            CheckpointError::OtherOrigin { found, expected } => {
                write!(f, "a checkpoint of another log: its origin is {found:?}, this log's is {expected:?}")
            }
        }
    }
}

impl std::error::Error for CheckpointError {}

impl From<NoteError> for CheckpointError {
    fn from(e: NoteError) -> Self {
        CheckpointError::Note(e)
    }
}

impl Checkpoint {
    /// Signs it.
    ///
    /// # Errors
    /// An origin that no note can carry.
    pub fn sign(&self, signers: &[&Signer]) -> Result<SignedNote, NoteError> {
        SignedNote::sign(&self.to_string(), signers)
    }

    /// Reads the text of a note; lines after the third are extensions and passed over.
    ///
    /// # Errors
    /// What makes it no checkpoint.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Malformed("it needs three lines: origin, size, root"));
        };
        let number = size.parse::<u64>().ok().filter(|n| n.to_string() == size);
        let Some(size) = number else { return Err(CheckpointError::Malformed("its second line is no size")) };
        let Some(root) = Hash::from_base64(root) else {
            return Err(CheckpointError::Malformed("its third line is no base64 of 32 bytes"));
        };
        if origin.is_empty() {
            return Err(CheckpointError::Malformed("its origin is empty"));
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Reads a signed checkpoint of the log `origin` (any, where it is `None`) and checks that one of `known` signed it.
    ///
    /// # Errors
    /// Malformed, of another origin, or not signed by a known key.
    pub fn open(note: &str, origin: Option<&str>, known: &[Verifier]) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(note)?;
        let checkpoint = Self::parse(note.text())?;
        if let Some(expected) = origin.filter(|o| *o != checkpoint.origin) {
            return Err(CheckpointError::OtherOrigin { found: checkpoint.origin, expected: expected.to_owned() });
        }
        note.verify(known)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root.base64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let checkpoint = Checkpoint { origin: "log.example/a".into(), size: 7, root: Hash([9; 32]) };
        assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint.clone()));
        assert_eq!(Checkpoint::parse(&format!("{checkpoint}extension\n")), Ok(checkpoint));
        for bad in [
            "",
            "o\n1\n",
            "o\n01\nAA==\n",
            "o\n+1\nAA==\n",
            "o\n1\nAA==\n",
            "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        ] {
            assert!(Checkpoint::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn of_another_log() {
        let key = Signer::from_seed("a", &[1; 32]).unwrap();
        let note = Checkpoint { origin: "a".into(), size: 1, root: Hash::ZERO }.sign(&[&key]).unwrap().to_string();
        let known = [key.verifier()];
        assert!(Checkpoint::open(&note, Some("a"), &known).is_ok());
        let error = Checkpoint::open(&note, Some("b"), &known).unwrap_err().to_string();
        assert_eq!(error, r#"a checkpoint of another log: its origin is "a", this log's is "b""#);
    }
}
