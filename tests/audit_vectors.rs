//! The audit log's formats against vectors that others made.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use govctl::audit::canonical;
use govctl::audit::checkpoint::Checkpoint;
use govctl::audit::note::{SignedNote, Signer, Verifier, verify_strict};
use govctl::audit::tree::{self, Hash};
use govctl::audit::verify::{Data, Row, Walk};
use serde_json::Value;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// `None` where one of the hashes has not 32 bytes, which is refused before any arithmetic.
fn hashes(value: &Value) -> Option<Vec<Hash>> {
    let list = value.as_array().cloned().unwrap_or_default();
    list.iter().map(|h| Hash::from_base64(h.as_str().unwrap())).collect()
}

fn hash(value: &Value) -> Option<Hash> {
    Hash::from_base64(value.as_str().unwrap_or_default())
}

#[test]
fn inclusion_vectors() {
    let Some(shared) = common::shared() else { return };
    let found = files(&shared.join("data/merkle/inclusion"));
    assert_eq!(found.len(), 98);
    for path in found {
        let v = json(&path);
        let valid = (|| {
            let (leaf, root, proof) = (hash(&v["leafHash"])?, hash(&v["root"])?, hashes(&v["proof"])?);
            tree::verify_inclusion(v["leafIdx"].as_u64()?, v["treeSize"].as_u64()?, &leaf, &proof, &root).ok()
        })();
        assert_eq!(valid.is_none(), v["wantErr"].as_bool().unwrap(), "{}", path.display());
    }
}

#[test]
fn consistency_vectors() {
    let Some(shared) = common::shared() else { return };
    let found = files(&shared.join("data/merkle/consistency"));
    assert_eq!(found.len(), 98);
    for path in found {
        let v = json(&path);
        // Two vectors have equal roots that are no hashes. One is valid all the same (equal sizes, no proof): there the
        // hash of the text stands for the text, for equality is all that is asked.
        let root = |value: &Value| {
            let text = value.as_str().unwrap();
            hash(value).unwrap_or_else(|| tree::leaf(text.as_bytes()))
        };
        let valid = (|| {
            let proof = hashes(&v["proof"])?;
            let (old, new) = (v["size1"].as_u64()?, v["size2"].as_u64()?);
            tree::verify_consistency(old, new, &root(&v["root1"]), &root(&v["root2"]), &proof).ok()
        })();
        assert_eq!(valid.is_none(), v["wantErr"].as_bool().unwrap(), "{}", path.display());
    }
}

#[test]
fn ed25519_vectors() {
    let Some(shared) = common::shared() else { return };
    let vectors = json(&shared.join("data/ed25519/ed25519_test.json"));
    let unhex = |v: &Value| {
        let text = v.as_str().unwrap();
        (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect::<Vec<u8>>()
    };
    let mut count = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = unhex(&group["publicKey"]["pk"]);
        for test in group["tests"].as_array().unwrap() {
            let good = verify_strict(&key, &unhex(&test["msg"]), &unhex(&test["sig"]));
            assert_eq!(good, test["result"] == "valid", "{}", test["tcId"]);
            count += 1;
        }
    }
    assert_eq!(count, 151);
}

#[test]
fn golden_log() {
    let Some(shared) = common::shared() else { return };
    let golden = json(&shared.join("data/merkle/govctl-audit-golden.json"));
    let bodies: Vec<&str> = golden["entries"].as_array().unwrap().iter().map(|e| e.as_str().unwrap()).collect();
    let mut walk = Walk::new((1..=5).collect());
    let mut leaves = Vec::new();
    for (i, body) in bodies.iter().enumerate() {
        canonical::members(body.as_bytes(), |_, _| ()).unwrap();
        let leaf = tree::leaf(body.as_bytes());
        assert_eq!(leaf.tagged(), format!("sha256:{}", golden["leaves"][i].as_str().unwrap()));
        walk.row(Row { seq: Some(i as u64), body: body.as_bytes(), leaf: Some(&leaf.0), data: Data::Unknown });
        leaves.push(leaf);
    }
    let walked = walk.finish();
    assert_eq!(walked.problems, []);
    let roots: Vec<_> = (0..=5).map(|n| tree::root(&leaves[..n]).base64()).collect();
    assert_eq!(serde_json::json!(roots), golden["roots"]);
    assert_eq!(walked.roots.iter().map(|r| r.1.base64()).collect::<Vec<_>>(), roots[1..]);
    let base64 = |proof: Vec<Hash>| serde_json::json!(proof.iter().map(Hash::base64).collect::<Vec<_>>());
    assert_eq!(base64(tree::consistency_proof(&leaves, 3).unwrap()), golden["consistency_3_5"]);
    assert_eq!(base64(tree::inclusion_proof(&leaves, 1).unwrap()), golden["inclusion_1_5"]);
}

#[test]
fn golden_checkpoints() {
    let Some(shared) = common::shared() else { return };
    let golden = json(&shared.join("data/merkle/govctl-audit-golden.json"));
    let seed: Vec<u8> = (0..32).collect();
    let vkey = golden["vkey"].as_str().unwrap();
    let known = Verifier::parse(vkey).unwrap();
    let signer = Signer::from_seed(known.name(), &seed.try_into().unwrap()).unwrap();
    assert_eq!((signer.verifier().vkey().as_str(), known.vkey().as_str()), (vkey, vkey));
    for (size, note) in golden["checkpoints"].as_object().unwrap() {
        let note = note.as_str().unwrap();
        let opened = Checkpoint::open(note, Some(known.name()), std::slice::from_ref(&known)).unwrap();
        assert_eq!(opened.size.to_string(), *size);
        assert_eq!(SignedNote::sign(&opened.to_string(), &[&signer]).unwrap().to_string(), note);
        // Every byte of it matters.
        for at in 0..note.len() {
            let mut changed = note.as_bytes().to_vec();
            changed[at] ^= 1;
            let changed = String::from_utf8_lossy(&changed).into_owned();
            assert!(Checkpoint::open(&changed, Some(known.name()), std::slice::from_ref(&known)).is_err(), "{at}");
        }
    }
    assert_eq!(STANDARD.decode(golden["roots"][0].as_str().unwrap()).unwrap().len(), 32);
}
