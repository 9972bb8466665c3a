//! What a run over a history leaves for the next one: which references it looked at, and what the caller made of it.
//!
//! The file is text lines (version, key, ids of references, ids where a shallow clone ends), an empty line, the caller's
//! bytes, and a SHA-256 over all of it. A file that does not add up is as good as none.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::finding::hex;
use crate::source::git::{Oid, Tip};

const VERSION: &str = "govctl.history/1";

/// What a run depended on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The caller's key, hashed.
    pub key: String,
    /// The commits that references point at, sorted.
    pub commits: Vec<Oid>,
    /// The trees and blobs that references point at, sorted.
    pub others: Vec<Oid>,
    /// Where a shallow clone ends, sorted.
    pub shallow: Vec<Oid>,
}

impl State {
    /// As things stand.
    pub fn new(key: &str, tips: &[Tip], shallow: &[Oid]) -> Self {
        let (mut commits, mut others) = super::split_tips(tips);
        let mut shallow = shallow.to_vec();
        for ids in [&mut commits, &mut others, &mut shallow] {
            ids.sort();
        }
        Self { key: hex(&Sha256::digest(key.as_bytes())), commits, others, shallow }
    }

    fn print(&self) -> String {
        let ids = |ids: &[Oid]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let Self { key, commits, others, shallow } = self;
        format!("{VERSION}\n{key}\n{}\n{}\n{}\n\n", ids(commits), ids(others), ids(shallow))
    }

    fn parse(head: &str) -> Option<Self> {
        let ids = |line: &str| line.split_whitespace().map(|id| Oid::from_str(id).ok()).collect::<Option<Vec<_>>>();
        let mut lines = head.split('\n');
        lines.next().filter(|version| *version == VERSION)?;
        let key = lines.next()?.to_owned();
        Some(Self { key, commits: ids(lines.next()?)?, others: ids(lines.next()?)?, shallow: ids(lines.next()?)? })
    }
}

/// What an earlier run left.
pub struct Stored {
    /// What it depended on.
    pub state: State,
    /// What its caller stored.
    pub payload: Vec<u8>,
}

/// Reads a cache; `None` where there is none that adds up.
pub fn read(path: &Path) -> Option<Stored> {
    let bytes = fs::read(path).ok()?;
    let (body, sum) = bytes.split_last_chunk::<32>()?;
    if Sha256::digest(body).as_slice() != sum {
        return None;
    }
    // Exactly five lines stand before the payload; any of the last three may be empty.
    let end = memchr::memchr_iter(b'\n', body).nth(5)?;
    let state = State::parse(std::str::from_utf8(&body[..end]).ok()?)?;
    Some(Stored { state, payload: body[end + 1..].to_vec() })
}

/// Writes a cache beside its place, readable by its owner only, and moves it there.
pub fn write(path: &Path, state: &State, payload: &[u8]) -> anyhow::Result<()> {
    let context = || format!("cannot write the history cache `{}`: check its folder", path.display());
    let mut body = state.print().into_bytes();
    body.extend_from_slice(payload);
    let sum = Sha256::digest(&body);
    body.extend_from_slice(&sum);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".{}", std::process::id()));
    let aside = Path::new(&aside);
    let written = create(aside).and_then(|mut file| file.write_all(&body).and_then(|()| file.sync_all()));
    let moved = written.and_then(|()| fs::rename(aside, path));
    if moved.is_err() {
        let _ = fs::remove_file(aside);
    }
    moved.with_context(context)
}

fn create(path: &Path) -> std::io::Result<fs::File> {
    let _ = fs::remove_file(path);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
