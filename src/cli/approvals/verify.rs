//! `govctl approvals verify`: every vote again, offline, and how to do it without govctl.

use anyhow::Result;

use super::desk::Place;
use super::{signing, text};
use crate::approvals::Strength;
use crate::approvals::vote::NAMESPACE;
use crate::cli::Exit;
use crate::cli::terminal::Terminal;

/// Which approval.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
}

/// Checks the votes. Exit status 1: one does not hold, or they do not suffice for its state.
///
/// # Errors
/// An id that is not there, ssh-keygen that cannot be run.
pub fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(false)?;
    let id = desk.id(&args.id)?;
    let standing = desk.store.approval(&id)?;
    let votes = desk.store.votes(&id)?;
    let tally = desk.with(|store, context| store.tally(context, &standing))?;
    let mut holds = true;
    for (vote, counts) in votes.iter().zip(&tally.votes) {
        let voter = text::name(&vote.ballot.voter, 60);
        let (good, said) = match (&vote.signature, &vote.key) {
            (Some(signature), Some(key)) => {
                let good = signing::verify(key, &vote.ballot.voter, &vote.ballot.canonical(), signature)?;
                (good, if good { "the signature holds" } else { "the signature does NOT hold" })
            }
            _ => (vote.strength != Strength::SshSignature, "not signed"),
        };
        let counts = match counts {
            Ok(true) => "counts".to_owned(),
            Ok(false) => "is advice".to_owned(),
            Err(why) => format!("does not count: {why}"),
        };
        holds &= good;
        writeln!(terminal.out(), "{voter}  {}  {}: {said}; {counts}", vote.ballot.choice.name(), vote.strength.name())?;
        if let (Some(signature), Some(key)) = (&vote.signature, &vote.key) {
            write!(terminal.out(), "{}", by_hand(vote, key, signature))?;
        }
    }
    let hash = if standing.bound.computed_hash() == standing.bound.hash { "holds" } else { "does NOT hold" };
    writeln!(terminal.out(), "{id}  {}  the hash {hash}; {}", standing.state.name(), tally.describe())?;
    Ok(if holds && hash == "holds" { Exit::Clean } else { Exit::Findings })
}

/// Lines of shell that verify a vote with OpenSSH alone.
fn by_hand(vote: &crate::approvals::Cast, key: &str, signature: &str) -> String {
    let canonical = vote.ballot.canonical();
    let vote_text = match serde_json::from_str(&canonical) {
        // As JSON escapes what cannot be seen the bytes would be others: then they are given in octal.
        Ok(value) if text::json(&value) == canonical => format!("printf %s {}", quoted(&canonical)),
        _ => format!("printf {}", quoted(&canonical.bytes().map(|b| format!("\\{b:03o}")).collect::<String>())),
    };
    let signer = signing::allowed_signer(&vote.ballot.voter, key);
    format!(
        "  # without govctl:\n  printf '%s\\n' {} > allowed_signers\n  printf %s {} > vote.sig\n  {vote_text} | \
         ssh-keygen -Y verify -f allowed_signers -I {} -n {NAMESPACE} -s vote.sig\n",
        quoted(signer.trim_end()),
        quoted(signature),
        signing::principal(&vote.ballot.voter)
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
