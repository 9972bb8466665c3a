//! Prints every candidate of the files under a folder as tab-separated features, for `train_credentials.py`.
//!
//! `credential_candidates FOLDER`: path, line, byte offset of the value in its line, its length, the score, the features.
//! `credential_candidates --names`: what the features are called.

#![allow(clippy::disallowed_methods)]

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use govctl::engine::prefilter::Prefilter;
use govctl::rules::CATALOGUE;
use govctl::rules::credential::features::{self, Subject};
use govctl::rules::credential::language::Language;
use govctl::rules::credential::{candidates, model};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == "--names" {
        return writeln!(out, "{}", features::NAMES.join("\t"));
    }
    let keywords: Vec<&str> =
        CATALOGUE.iter().filter(|r| r.credential.is_some()).flat_map(|r| r.keywords.iter().map(|k| &**k)).collect();
    let prefilter = Prefilter::new(&keywords).map_err(io::Error::other)?;
    let root = Path::new(&argument);
    visit(root, root, &mut |path, text| print(&prefilter, &keywords, path, text, &mut out))
}

fn visit(root: &Path, folder: &Path, each: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            visit(root, &path, each)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            each(name, &fs::read(&path)?)?;
        }
    }
    Ok(())
}

fn print(prefilter: &Prefilter, keywords: &[&str], path: &str, text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let mut hits = Vec::new();
    prefilter.find(text, &mut hits);
    let mut hits: Vec<(u32, u16)> =
        hits.iter().map(|h| (h.at, u16::try_from(keywords[usize::from(h.keyword)].len()).unwrap_or(0))).collect();
    hits.sort_unstable();
    let language = Language::of(Some(path));
    let mut failed = Ok(());
    candidates(text, &hits, language, &mut |c| {
        let Some(subject) = Subject::new(&c, text) else { return };
        let features = features::of(&subject, language);
        let line = memchr::memchr_iter(b'\n', &text[..c.value.start]).count() + 1;
        let start = memchr::memrchr(b'\n', &text[..c.value.start]).map_or(0, |i| i + 1);
        let offset = String::from_utf8_lossy(&text[start..c.value.start]).chars().count();
        let numbers: Vec<String> = features.iter().map(ToString::to_string).collect();
        let score = model::score(&features);
        let row = format!("{path}\t{line}\t{offset}\t{}\t{score}\t{}", c.value.len(), numbers.join("\t"));
        if let Err(e) = writeln!(out, "{row}") {
            failed = Err(e);
        }
    });
    failed
}
