//! Signed notes (c2sp.org/signed-note) with Ed25519: text, a blank line, one signature a line.
//!
//! A verifier key is `<name>+<id>+<base64(0x01 ‖ public key)>`, the id the first four bytes of
//! `sha256(name ‖ "\n" ‖ 0x01 ‖ public key)` in hex. The signing key is kept in the form of Go's `note` package.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::finding::hex;

const ED25519: u8 = 1;
const DASH: &str = "\u{2014} ";
const PRIVATE: &str = "PRIVATE+KEY+";
const MAX_NOTE: usize = 1 << 20;
const MAX_SIGNATURES: usize = 100;

/// What is wrong with a note, a key or a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteError(String);

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoteError {}

fn wrong<T>(what: impl Into<String>) -> Result<T, NoteError> {
    Err(NoteError(what.into()))
}

/// A public key and the name it signs for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

impl Verifier {
    /// Reads a verifier key as [`Verifier::vkey`] writes it.
    ///
    /// # Errors
    /// Another algorithm, a damaged key, an id that does not fit.
    pub fn parse(vkey: &str) -> Result<Self, NoteError> {
        let mut parts = vkey.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
            return wrong("a verifier key has the form name+id+base64, as `govctl audit key show` prints it");
        };
        check_name(name)?;
        let key = verifying_key(&algorithm_bytes(data)?)?;
        let verifier = Self { name: name.to_owned(), key };
        if hex(&verifier.id()) != id {
            return wrong(format!("the verifier key of {name} is damaged: its id should be {}", hex(&verifier.id())));
        }
        Ok(verifier)
    }

    /// The name, which for a log is its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id.
    pub fn id(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update([b'\n', ED25519]);
        hash.update(self.key.as_bytes());
        let digest = hash.finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The key as text, for others to verify with.
    pub fn vkey(&self) -> String {
        let data = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        format!("{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(data))
    }

    fn verify(&self, text: &str, signature: &[u8]) -> bool {
        verify_strict(self.key.as_bytes(), text.as_bytes(), signature)
    }
}

/// Ed25519 verification that accepts one encoding of one signature only (RFC 8032, no small-order keys).
pub fn verify_strict(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (verifying_key(public_key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}

fn verifying_key(bytes: &[u8]) -> Result<VerifyingKey, NoteError> {
    let Ok(bytes) = <[u8; 32]>::try_from(bytes) else { return wrong("an Ed25519 key has 32 bytes") };
    VerifyingKey::from_bytes(&bytes).or_else(|_| wrong("no point of the curve: the key is damaged"))
}

fn algorithm_bytes(data: &str) -> Result<Vec<u8>, NoteError> {
    match STANDARD.decode(data).as_deref() {
        Ok([ED25519, key @ ..]) => Ok(key.to_vec()),
        Ok(_) => wrong("a key of another algorithm than Ed25519"),
        Err(_) => wrong("a key that is not base64"),
    }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    if name.is_empty() || name.contains('+') || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return wrong(format!("{name:?} is no key name: it must not be empty nor contain spaces or `+`"));
    }
    Ok(())
}

/// A secret key and the name it signs for. Not printable.
#[derive(Clone)]
pub struct Signer {
    name: String,
    key: SigningKey,
}

impl Signer {
    /// From 32 random bytes.
    ///
    /// # Errors
    /// A name that no note can carry.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// Reads what [`Signer::to_secret_text`] wrote. The text is never part of an error.
    ///
    /// # Errors
    /// A damaged key.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let parts: Vec<_> = text.trim().strip_prefix(PRIVATE).unwrap_or_default().splitn(3, '+').collect();
        let [name, id, data] = parts.as_slice() else {
            return wrong("the signing key's file does not hold a key");
        };
        let Ok(seed) = <[u8; 32]>::try_from(algorithm_bytes(data)?) else {
            return wrong("the signing key is damaged");
        };
        let signer = Self::from_seed(name, &seed)?;
        if hex(&signer.verifier().id()) != *id {
            return wrong("the signing key is damaged: its id does not fit");
        }
        Ok(signer)
    }

    /// The key as text for its file (mode 0600), nowhere else.
    pub fn to_secret_text(&self) -> String {
        let data = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        format!("{PRIVATE}{}+{}+{}\n", self.name, hex(&self.verifier().id()), STANDARD.encode(data))
    }

    /// The public half.
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), key: self.key.verifying_key() }
    }

    fn sign(&self, text: &str) -> SignatureLine {
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        SignatureLine { name: self.name.clone(), id: self.verifier().id(), signature }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct SignatureLine {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// A text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl SignedNote {
    /// Signs a text, which must end in a line break.
    ///
    /// # Errors
    /// A text that no note can carry.
    pub fn sign(text: &str, signers: &[&Signer]) -> Result<Self, NoteError> {
        check_text(text)?;
        Ok(Self { text: text.to_owned(), signatures: signers.iter().map(|s| s.sign(text)).collect() })
    }

    /// Reads a note without looking at its signatures' validity.
    ///
    /// # Errors
    /// What makes it no note.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return wrong("larger than a note may be (1 MiB)");
        }
        let Some(at) = note.rfind("\n\n") else { return wrong("no blank line before the signatures") };
        let (text, lines) = (&note[..=at], &note[at + 2..]);
        check_text(text)?;
        let Some(lines) = lines.strip_suffix('\n') else { return wrong("no line break at the end") };
        let signatures = lines.split('\n').map(signature_line).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return wrong("more than 100 signatures");
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, with its last line break.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The ids of the keys that claim to have signed, in hex, with their names.
    pub fn signed_by(&self) -> impl Iterator<Item = (&str, String)> {
        self.signatures.iter().map(|s| (s.name.as_str(), hex(&s.id)))
    }

    /// Which of `known` signed it. Signatures by other keys are passed over.
    ///
    /// # Errors
    /// A signature by a known key that does not verify, or none by any of them.
    pub fn verify<'a>(&self, known: &'a [Verifier]) -> Result<Vec<&'a Verifier>, NoteError> {
        let mut good = Vec::new();
        for line in &self.signatures {
            let Some(key) = known.iter().find(|k| k.name == line.name && k.id() == line.id) else { continue };
            if !key.verify(&self.text, &line.signature) {
                return wrong(format!("the signature of {}+{} does not verify", line.name, hex(&line.id)));
            }
            good.push(key);
        }
        if good.is_empty() {
            let by: Vec<_> = self.signed_by().map(|(name, id)| format!("{name}+{id}")).collect();
            return wrong(format!("not signed by a known key (signed by {})", by.join(", ")));
        }
        Ok(good)
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            writeln!(f, "{DASH}{} {}", line.name, STANDARD.encode([&line.id, line.signature.as_slice()].concat()))?;
        }
        Ok(())
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') || text.chars().any(|c| c.is_control() && c != '\n') {
        return wrong("a note's text ends in a line break and has no control characters");
    }
    Ok(())
}

fn signature_line(line: &str) -> Result<SignatureLine, NoteError> {
    let parsed = line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).and_then(|(name, data)| {
        check_name(name).ok()?;
        let bytes = STANDARD.decode(data).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        (!signature.is_empty()).then(|| SignatureLine { name: name.to_owned(), id: *id, signature: signature.to_vec() })
    });
    parsed.map_or_else(|| wrong(format!("no signature line: {line:?}")), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(name: &str, seed: u8) -> Signer {
        Signer::from_seed(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn keys_and_notes_survive_writing_and_reading() {
        let (a, b) = (signer("log.example/a", 1), signer("log.example/a", 2));
        assert_eq!(Verifier::parse(&a.verifier().vkey()), Ok(a.verifier()));
        assert_eq!(Signer::parse(&a.to_secret_text()).unwrap().verifier(), a.verifier());
        let note = SignedNote::sign("log.example/a\n1\n", &[&a, &b]).unwrap();
        let read = SignedNote::parse(&note.to_string()).unwrap();
        assert_eq!(read, note);
        assert_eq!(read.verify(&[a.verifier()]).unwrap(), [&a.verifier()]);
        assert!(
            read.verify(&[signer("log.example/a", 3).verifier()]).unwrap_err().to_string().contains("not signed by")
        );
    }

    #[test]
    fn a_changed_text_or_signature_is_refused() {
        let key = signer("o", 1);
        let note = SignedNote::sign("o\n1\n", &[&key]).unwrap().to_string();
        let forged = SignedNote::parse(&note.replace("o\n1\n", "o\n2\n")).unwrap();
        assert!(forged.verify(&[key.verifier()]).unwrap_err().to_string().contains("does not verify"));
    }

    #[test]
    fn what_is_no_key_and_no_note() {
        let vkey = signer("o", 1).verifier().vkey();
        for bad in ["", "o", "o+00000000+AQ==", &vkey.replace("o+", "p+"), &vkey.replace("+A", "+B")] {
            assert!(Verifier::parse(bad).is_err(), "{bad}");
        }
        for bad in [
            "",
            "a\n",
            "a\n\n",
            "a\n\nb\n",
            "a\r\n\n\u{2014} o AAAAAA==\n",
            "a\n\n\u{2014} o AAAA\n",
            "a\n\n\u{2014} o AAAAAAA=",
        ] {
            assert!(SignedNote::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Signer::from_seed("a b", &[0; 32]).is_err());
        assert!(SignedNote::sign("no line break", &[]).is_err());
    }
}
