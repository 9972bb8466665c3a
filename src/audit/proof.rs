//! Proofs as files (c2sp.org/tlog-proof): one entry, its place, the hashes that lead to a signed checkpoint. Whoever has
//! the verifier key needs nothing else, neither the database nor govctl.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::note::Verifier;
use super::tree::{self, Hash, ProofError};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that an entry is in a log. The entry's body travels as the format's `extra` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The entry's canonical bytes.
    pub body: Vec<u8>,
    /// Its number.
    pub index: u64,
    /// The audit path.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidProof {
    /// Not a proof file.
    Malformed(&'static str),
    /// Its checkpoint cannot be relied on.
    Checkpoint(CheckpointError),
    /// Its hashes do not lead there.
    Path(ProofError),
}

impl fmt::Display for InvalidProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidProof::Malformed(what) => write!(f, "no proof: {what}"),
            InvalidProof::Checkpoint(e) => write!(f, "the proof's checkpoint: {e}"),
            InvalidProof::Path(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for InvalidProof {}

impl Proof {
    /// Reads a proof file.
    ///
    /// # Errors
    /// What makes it none.
    pub fn parse(text: &str) -> Result<Self, InvalidProof> {
        let malformed = |what| Err(InvalidProof::Malformed(what));
        let Some((head, checkpoint)) = text.split_once("\n\n") else {
            return malformed("no blank line before the checkpoint");
        };
        let mut lines = head.lines();
        if lines.next() != Some(HEADER) {
            return malformed("its first line must be c2sp.org/tlog-proof@v1");
        }
        let extra = lines.next().and_then(|l| l.strip_prefix("extra ")).and_then(|b| STANDARD.decode(b).ok());
        let Some(body) = extra else { return malformed("its second line must be `extra ` and the entry in base64") };
        let Some(index) = lines.next().and_then(|l| l.strip_prefix("index ")).and_then(|n| n.parse().ok()) else {
            return malformed("its third line must be `index ` and a number");
        };
        let Some(path) = lines.map(Hash::from_base64).collect::<Option<Vec<_>>>() else {
            return malformed("a hash that is not base64 of 32 bytes");
        };
        Ok(Self { body, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks the signature of its checkpoint by one of `known`, its `origin` where one is asked for, and its path.
    ///
    /// # Errors
    /// Why it does not hold.
    pub fn verify(&self, origin: Option<&str>, known: &[Verifier]) -> Result<Checkpoint, InvalidProof> {
        let checkpoint = Checkpoint::open(&self.checkpoint, origin, known).map_err(InvalidProof::Checkpoint)?;
        tree::verify_inclusion(self.index, checkpoint.size, &tree::leaf(&self.body), &self.path, &checkpoint.root)
            .map_err(InvalidProof::Path)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nextra {}\nindex {}", STANDARD.encode(&self.body), self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", hash.base64())?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::super::note::Signer;
    use super::*;

    fn sample() -> (Proof, Vec<Verifier>) {
        let bodies: Vec<Vec<u8>> = (0..5u8).map(|i| vec![b'{', b'0' + i, b'}']).collect();
        let leaves: Vec<_> = bodies.iter().map(|b| tree::leaf(b)).collect();
        let key = Signer::from_seed("log", &[1; 32]).unwrap();
        let note = Checkpoint { origin: "log".into(), size: 5, root: tree::root(&leaves) }.sign(&[&key]).unwrap();
        let path = tree::inclusion_proof(&leaves, 3).unwrap();
        (Proof { body: bodies[3].clone(), index: 3, path, checkpoint: note.to_string() }, vec![key.verifier()])
    }

    #[test]
    fn a_proof_survives_its_file_and_holds() {
        let (proof, known) = sample();
        let read = Proof::parse(&proof.to_string()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(Some("log"), &known).unwrap().size, 5);
    }

    #[test]
    fn what_does_not_hold() {
        let (proof, known) = sample();
        let other = Proof { body: b"{9}".to_vec(), ..proof.clone() };
        assert_eq!(other.verify(None, &known), Err(InvalidProof::Path(ProofError::WrongRoot)));
        let elsewhere = proof.verify(Some("another"), &known).unwrap_err().to_string();
        assert!(elsewhere.contains("another log"), "{elsewhere}");
        for bad in [
            "",
            "x\n\ny",
            &proof.to_string().replace("extra", "extr"),
            &proof.to_string().replace("index 3", "index x"),
        ] {
            assert!(matches!(Proof::parse(bad), Err(InvalidProof::Malformed(_))), "{bad}");
        }
    }
}
