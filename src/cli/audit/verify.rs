//! `govctl audit verify`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::log::Place;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::entry::{Entry, MAX_BODY, MAX_DATA};
use crate::audit::note::{SignedNote, Verifier};
use crate::audit::proof::Proof;
use crate::audit::verdict::{self, Keys, Note, Verdict};
use crate::audit::verify::{Data, Row, Walk};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, given};

/// How many bad entries are shown to people; machines get all of them.
const SHOWN: usize = 20;

/// `govctl audit verify`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Compare with a checkpoint that was kept elsewhere
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
    /// The key that checkpoints must be signed with, as `audit key show` printed it
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    /// Verify a proof of `audit prove`; no database is needed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["against", "export"], requires = "key")]
    proof: Option<PathBuf>,
    /// Verify an export in the format jsonl; no database is needed
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Print the verdict as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let keys = args.key.iter().map(|k| Verifier::parse(k)).collect::<Result<Vec<_>, _>>().context("--key")?;
    if let Some(path) = &args.proof {
        return proof(path, &keys, terminal);
    }
    let outside = args.against.iter().map(|p| note(p)).collect::<Result<Vec<_>>>()?;
    let verdict = match &args.export {
        Some(path) => export(path, &outside, &keys)?,
        None => place.open()?.verify(&outside, &keys)?,
    };
    if args.json {
        machine(&verdict, terminal)?
    } else {
        human(&verdict, terminal)?
    }
    Ok(if verdict.is_good() { Exit::Clean } else { Exit::Findings })
}

fn note(path: &Path) -> Result<Note> {
    let text = given::text(path).with_context(|| format!("cannot read the checkpoint {}", path.display()))?;
    let parsed = SignedNote::parse(&text).with_context(|| format!("{}: no checkpoint", path.display()))?;
    Checkpoint::parse(parsed.text()).with_context(|| path.display().to_string())?;
    Ok(Note { name: path.display().to_string(), text })
}

fn proof(path: &Path, keys: &[Verifier], terminal: &mut Terminal) -> Result<Exit> {
    let text = given::text(path).with_context(|| format!("cannot read the proof {}", path.display()))?;
    let proof = Proof::parse(&text).with_context(|| path.display().to_string())?;
    match proof.verify(None, keys) {
        Ok(checkpoint) => {
            let entry: Option<Entry> = serde_json::from_slice(&proof.body).ok();
            let what = entry.map(|e| format!(": {} by {} at {}", e.kind, e.actor, e.ts)).unwrap_or_default();
            let (origin, size) = (&checkpoint.origin, checkpoint.size);
            writeln!(terminal.out(), "proved: entry {} of {origin} ({size} entries){what}", proof.index)?;
            Ok(Exit::Clean)
        }
        Err(e) => {
            terminal.error(&format!("{}: {e}{}", path.display(), of_another_log(&proof, keys)));
            Ok(Exit::Findings)
        }
    }
}

/// A key has the name of its log, so the two tell apart a forged proof and one of another log.
fn of_another_log(proof: &Proof, keys: &[Verifier]) -> String {
    let note = SignedNote::parse(&proof.checkpoint).ok();
    let origin = note.and_then(|n| Checkpoint::parse(n.text()).ok()).map(|c| c.origin);
    match (origin, keys) {
        (Some(origin), [key, ..]) if keys.iter().all(|k| k.name() != origin) => {
            format!("; it is a proof for another log: for {origin}, and the key is that of {}", key.name())
        }
        _ => String::new(),
    }
}

/// An export names its log in its first entry, when it begins with that; keys can only come from outside.
fn export(path: &Path, outside: &[Note], keys: &[Verifier]) -> Result<Verdict> {
    if keys.is_empty() && !outside.is_empty() {
        bail!("an export carries no keys: say with --key which one the checkpoint must be signed with");
    }
    let open = || File::open(path).with_context(|| format!("cannot read the export {}", path.display()));
    let mut sizes: Vec<u64> = outside
        .iter()
        .filter_map(|n| Some(Checkpoint::parse(SignedNote::parse(&n.text).ok()?.text()).ok()?.size))
        .collect();
    sizes.sort_unstable();
    let (mut walk, mut origin, mut line) = (Walk::new(sizes), None, Vec::new());
    let mut reader = BufReader::with_capacity(1 << 16, open()?);
    while read_line(&mut reader, &mut line).with_context(|| format!("cannot read {}", path.display()))? > 0 {
        let body = line.strip_suffix(b"\n").unwrap_or(&line);
        origin = origin.or_else(|| origin_of(body));
        walk.row(Row { seq: None, body, leaf: None, data: Data::Unknown });
        line.clear();
    }
    Ok(verdict::judge(walk.finish(), origin.as_deref(), &[], outside, &Keys::Given(keys.to_vec())))
}

/// Appends a line; one that is longer than any entry is an error, so that a device without end is, too.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> Result<usize> {
    let most = (MAX_BODY + MAX_DATA + 1) as u64;
    let read = reader.by_ref().take(most).read_until(b'\n', line)?;
    if read as u64 == most && line.last() != Some(&b'\n') {
        bail!("a line is longer than an entry can be ({} bytes); this is no export", most - 1);
    }
    Ok(read)
}

fn origin_of(body: &[u8]) -> Option<String> {
    let entry: Entry = serde_json::from_slice(body).ok().filter(|e: &Entry| e.seq == 0)?;
    entry.data?.get("origin")?.as_str().map(str::to_owned)
}

fn human(verdict: &Verdict, terminal: &mut Terminal) -> Result<()> {
    let walked = &verdict.walked;
    for problem in walked.problems.iter().take(SHOWN) {
        writeln!(terminal.out(), "entry {}: {}", problem.seq, problem.fault)?;
    }
    if walked.problems.len() > SHOWN {
        writeln!(terminal.out(), "… and {} more bad entries (--json names all)", walked.problems.len() - SHOWN)?;
    }
    for failure in &verdict.failures {
        writeln!(terminal.out(), "{failure}")?;
    }
    let origin = verdict.origin.as_deref().unwrap_or("(a log without a name)");
    let root = walked.tree.root().base64();
    if verdict.is_good() {
        writeln!(terminal.out(), "verified: {origin}, {} entries, root {root}", walked.entries)?;
        for checkpoint in verdict.outside.iter().chain(&verdict.newest) {
            writeln!(terminal.out(), "  agrees with the checkpoint over {} entries", checkpoint.size)?;
        }
    } else {
        let first = verdict.first_bad.map(|f| format!("; first bad entry: {f}")).unwrap_or_default();
        writeln!(terminal.out(), "NOT verified: {origin}, {} entries{first}", walked.entries)?;
    }
    verdict.not_ruled_out.iter().for_each(|n| terminal.note(n));
    Ok(())
}

fn machine(verdict: &Verdict, terminal: &mut Terminal) -> Result<()> {
    let problem = |p: &crate::audit::verify::Problem| json!({ "seq": p.seq, "code": p.fault.code(), "message": p.fault.to_string() });
    let checkpoint = |c: &Checkpoint| json!({ "size": c.size, "root": c.root.base64() });
    let out = json!({
        "schema_version": "1",
        "verified": verdict.is_good(),
        "origin": verdict.origin,
        "entries": verdict.walked.entries,
        "size": verdict.walked.size,
        "root": verdict.walked.tree.root().base64(),
        "first_bad": verdict.first_bad,
        "problems": verdict.walked.problems.iter().map(problem).collect::<Vec<_>>(),
        "failures": verdict.failures,
        "newest_checkpoint": verdict.newest.as_ref().map(checkpoint),
        "outside_checkpoints": verdict.outside.iter().map(checkpoint).collect::<Vec<_>>(),
        "not_ruled_out": verdict.not_ruled_out,
    });
    writeln!(terminal.out(), "{out}")?;
    Ok(())
}
