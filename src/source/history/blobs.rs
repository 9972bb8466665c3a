//! Every blob once, in the order of the packs. `git cat-file` inflates faster than libgit2 and does so beside us; where
//! there is no git, or it fails, libgit2 does the rest.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::source::git::{Missing, Oid, Repo};

/// What a clone holds.
#[derive(Default)]
pub struct Listing {
    /// The blobs with their sizes in bytes.
    pub blobs: Vec<(Oid, u64)>,
    /// How many commits.
    pub commits: u64,
}

/// What this clone holds, reachable or not.
pub fn list(repo: &Repo) -> anyhow::Result<Listing> {
    match list_with_git(repo) {
        Ok(listing) => Ok(listing),
        Err(_) => {
            let commits = repo.tips().map(|tips| super::split_tips(&tips).0)?;
            Ok(Listing { blobs: repo.blobs()?, commits: repo.walk(&commits, &[])?.len() as u64 })
        }
    }
}

/// Calls `visit` with each of the blobs.
pub fn each(repo: &Repo, ids: &[Oid], mut visit: impl FnMut(Oid, Result<&[u8], Missing>)) -> anyhow::Result<()> {
    let mut done = 0;
    // What git could not give, libgit2 gives or explains.
    let _ = each_with_git(repo, ids, &mut done, &mut visit);
    for id in &ids[done..] {
        if let Err(missing) = repo.blob(*id, u64::MAX, |bytes| visit(*id, Ok(bytes))) {
            visit(*id, Err(missing));
        }
    }
    Ok(())
}

fn list_with_git(repo: &Repo) -> io::Result<Listing> {
    let format = "--batch-check=%(objecttype) %(objectsize) %(objectname)";
    let mut child = cat_file(repo, &["--batch-all-objects", "--unordered", "--buffer", format])?;
    let mut listing = Listing::default();
    let mut out = output(&mut child)?;
    let mut line = String::new();
    while out.read_line(&mut line)? > 0 {
        let mut fields = line.trim_end().split(' ');
        match fields.next() {
            Some("commit") => listing.commits += 1,
            Some("blob") => {
                let size = fields.next().and_then(|size| size.parse().ok());
                let id = fields.next().and_then(|id| Oid::from_str(id).ok());
                listing.blobs.push(id.zip(size).ok_or_else(unexpected)?);
            }
            _ => {}
        }
        line.clear();
    }
    drop(out);
    if child.wait()?.success() { Ok(listing) } else { Err(unexpected()) }
}

fn each_with_git(
    repo: &Repo,
    ids: &[Oid],
    done: &mut usize,
    visit: &mut impl FnMut(Oid, Result<&[u8], Missing>),
) -> io::Result<()> {
    let mut child = cat_file(repo, &["--batch", "--buffer"])?;
    let mut stdin = child.stdin.take().ok_or_else(unexpected)?;
    let result = std::thread::scope(|scope| {
        // Asked from a thread of its own: with both pipes full neither side would move.
        scope.spawn(move || -> io::Result<()> {
            let mut asked = io::BufWriter::with_capacity(1 << 16, &mut stdin);
            ids.iter().try_for_each(|id| writeln!(asked, "{id}"))?;
            asked.flush()
        });
        let answers = output(&mut child).and_then(|mut out| read_answers(&mut out, ids, done, visit));
        if answers.is_err() {
            // Or the asking thread would wait for ever.
            let _ = child.kill();
        }
        answers
    });
    child.wait()?;
    result
}

/// Answers are `<id> blob <size>`, a line end, the bytes, a line end; or `<id> missing` (git-cat-file(1)).
fn read_answers(
    out: &mut impl BufRead,
    ids: &[Oid],
    done: &mut usize,
    visit: &mut impl FnMut(Oid, Result<&[u8], Missing>),
) -> io::Result<()> {
    let (mut head, mut bytes) = (String::new(), Vec::new());
    for id in ids {
        head.clear();
        out.read_line(&mut head)?;
        let mut fields = head.trim_end().split(' ');
        if fields.next().and_then(|answer| Oid::from_str(answer).ok()) != Some(*id) {
            return Err(unexpected());
        }
        match (fields.next(), fields.next().and_then(|size| size.parse::<usize>().ok())) {
            (Some("blob"), Some(size)) => {
                // Once grown, a buffer is not cleared again: its bytes are overwritten.
                if bytes.len() <= size {
                    bytes.resize(size + 1, 0);
                }
                out.read_exact(&mut bytes[..=size])?;
                *done += 1;
                visit(*id, Ok(&bytes[..size]));
            }
            _ => return Err(unexpected()),
        }
    }
    Ok(())
}

fn cat_file(repo: &Repo, options: &[&str]) -> io::Result<Child> {
    Command::new("git")
        .arg("--git-dir")
        .arg(repo.git_dir())
        .arg("cat-file")
        .args(options)
        // What a partial clone lacks is counted, not fetched; what was replaced is looked at as it was.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn output(child: &mut Child) -> io::Result<BufReader<ChildStdout>> {
    child.stdout.take().map(|out| BufReader::with_capacity(1 << 17, out)).ok_or_else(unexpected)
}

fn unexpected() -> io::Error {
    io::Error::other("an unexpected answer from git cat-file")
}
