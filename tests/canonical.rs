//! Strict JSON and its canonical form against the published vectors.

#![allow(clippy::unwrap_used)]

mod common;

use govctl::plan::{canonical, strict};
use sha2::{Digest, Sha256};

#[test]
fn documents_become_their_published_canonical_form() {
    let Some(shared) = common::shared() else { return };
    let dir = shared.join("data/jcs");
    let mut count = 0;
    for entry in std::fs::read_dir(dir.join("input")).unwrap() {
        let path = entry.unwrap().path();
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let expected = std::fs::read_to_string(dir.join("output").join(path.file_name().unwrap())).unwrap();
        assert_eq!(canonical::to_string(&value), expected, "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 6);
}

#[test]
fn numbers_print_as_ecmascript_prints_them() {
    let Some(shared) = common::shared() else { return };
    let dir = shared.join("data/jcs");
    let lines = std::fs::read_to_string(dir.join("es6-first-10000.txt")).unwrap();
    assert!(lines.lines().count() == 10_000);
    for line in lines.lines() {
        let (bits, text) = line.split_once(',').unwrap();
        let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        assert_eq!(canonical::number(value).as_deref(), Some(text), "{bits}");
    }
    let patterns = std::fs::read_to_string(dir.join("es6-static-values.txt")).unwrap();
    let fixed = patterns.lines().map(|l| u64::from_str_radix(l.trim(), 16).unwrap());
    let all = fixed.chain((0..2000).map(|i| 0x0010_0000_0000_0000 + i)).chain(chain());
    let (mut hash, mut at) = (Sha256::new(), 0u64);
    let mut wanted = std::fs::read_to_string(dir.join("es6-sha256.tsv")).unwrap();
    wanted.retain(|c| c != '\r');
    let published: Vec<(u64, String)> = wanted
        .lines()
        .filter_map(|l| {
            let fields: Vec<_> = l.split('\t').collect();
            let digest = fields.iter().find(|f| f.len() == 64)?;
            Some((fields.first()?.parse().ok()?, (*digest).to_owned()))
        })
        .filter(|(n, _)| *n <= 1_000_000)
        .collect();
    assert!(!published.is_empty());
    for bits in all {
        if let Some((_, digest)) = published.iter().find(|(n, _)| *n == at) {
            assert_eq!(&govctl::finding::hex(&hash.clone().finalize()), digest, "the first {at}");
        }
        if published.iter().all(|(n, _)| *n <= at) {
            break;
        }
        hash.update(format!("{bits:x},{}\n", canonical::number(f64::from_bits(bits)).unwrap()));
        at += 1;
    }
}

/// The pseudo-random part of the number file: SHA-256 of the state, four little-endian doubles a round.
fn chain() -> impl Iterator<Item = u64> {
    let mut state = [0u8; 32];
    std::iter::from_fn(move || {
        state = Sha256::digest(state).into();
        let words: Vec<u64> = state.chunks(8).map(|c| u64::from_le_bytes(c.try_into().unwrap())).collect();
        Some(words)
    })
    .flatten()
    .filter(|bits| f64::from_bits(*bits).is_finite() && f64::from_bits(*bits) != 0.0)
}

#[test]
fn the_json_corpus_is_read_strictly() {
    let Some(shared) = common::shared() else { return };
    // Valid JSON that means different things to different readers.
    let refused_on_purpose = |name: &str| name.starts_with("y_number_") || name.contains("duplicated_key");
    let keeps = [
        "y_number_simple_int.json",
        "y_number_negative_int.json",
        "y_number_negative_one.json",
        "y_number_after_space.json",
        "y_number.json",
    ];
    let (mut accepted, mut refused) = (0, 0);
    for entry in std::fs::read_dir(shared.join("data/json")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let outcome = strict::parse(&std::fs::read(&path).unwrap());
        match name.as_bytes().first() {
            Some(b'n') => {
                assert!(outcome.is_err(), "{name} was accepted");
                refused += 1;
            }
            Some(b'y') if refused_on_purpose(&name) && !keeps.contains(&name.as_str()) => {
                if let Ok(value) = &outcome {
                    assert!(!value.to_string().contains(['.', 'e']), "{name} kept a fraction");
                }
            }
            Some(b'y') => {
                if let Err(error) = &outcome {
                    assert!(error.contains("no integer"), "{name}: {error}");
                }
                accepted += 1;
            }
            _ => {}
        }
    }
    assert!(accepted > 60 && refused > 150, "{accepted} accepted, {refused} refused");
}
