//! `govctl approvals show`: what was seen is what is approved.

use anyhow::Result;
use serde_json::{Value, json};

use super::desk::{Desk, Place};
use super::text;
use crate::approvals::{Cast, Standing, Tally};
use crate::cli::Exit;
use crate::cli::terminal::Terminal;

/// Which approval.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Print JSON; `action` hashes to `action_hash`
    #[arg(long)]
    json: bool,
}

/// Shows an approval.
///
/// # Errors
/// There is none; a queue that cannot be read.
pub fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(false)?;
    let id = desk.id(&args.id)?;
    let standing = desk.with(|store, context| store.settle_approval(context, &id))?;
    let votes = desk.store.votes(&id)?;
    let tally = desk.with(|store, context| store.tally(context, &standing))?;
    let entries = entries(&desk, &id)?;
    match args.json {
        true => writeln!(terminal.out(), "{:#}", document(&desk, &standing, &votes, &tally, &entries))?,
        false => write!(terminal.out(), "{}", page(&desk, &standing, &votes, &tally, &entries))?,
    }
    Ok(Exit::Clean)
}

/// The audit entries on an approval: number, time, type, outcome.
fn entries(desk: &Desk, id: &str) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    for seq in desk.store.approval_entries(id)? {
        desk.store.entries_from::<anyhow::Error>(seq, 1, |_, body| {
            let entry: Value = serde_json::from_str(body)?;
            found.push(json!({
                "seq": seq, "ts": entry["ts"], "type": entry["type"], "outcome": entry["outcome"], "actor": entry["actor"],
            }));
            Ok(())
        })?;
    }
    Ok(found)
}

fn document(desk: &Desk, s: &Standing, votes: &[Cast], tally: &Tally, entries: &[Value]) -> Value {
    let bound = &s.bound;
    let votes: Vec<_> = votes.iter().zip(&tally.votes).map(|(v, counts)| json!({
        "voter": v.ballot.voter, "choice": v.ballot.choice.name(), "comment": v.ballot.comment, "at": v.ballot.at,
        "strength": v.strength.name(), "os_user": v.os_user, "signature": v.signature, "counts": counts == &Ok(true),
        "why_not": counts.as_ref().err().map(ToString::to_string),
    })).collect();
    json!({
        "schema_version": crate::report::SCHEMA_VERSION, "id": bound.id, "state": s.state.name(),
        "purpose": bound.purpose.name(), "requester": bound.requester, "justification": bound.justification,
        "tenant": bound.tenant, "environment": bound.environment, "action": bound.document, "form": bound.form,
        "action_hash": bound.hash, "policy_hash": bound.policy_hash, "tier": bound.tier.name(), "why": bound.why,
        "strategy": bound.strategy.name(), "scope": bound.scope,
        "quorum": { "needed": tally.quorum, "approvals": tally.approvals, "rejections": tally.rejections,
                    "text": tally.describe() },
        "votes": votes, "created": text::time(s.created.wall), "expires": text::time(s.ends()),
        "milliseconds_left": if s.state.is_final() { 0 } else { s.time_left(&desk.now()).max(0) }, "entries": entries,
    })
}

fn page(desk: &Desk, s: &Standing, votes: &[Cast], tally: &Tally, entries: &[Value]) -> String {
    let bound = &s.bound;
    let left = match s.state.is_final() {
        true => String::new(),
        false => format!(", {} left", text::length(s.time_left(&desk.now()))),
    };
    let mut page = format!("{}  {}{left}\n", bound.id, s.state.name());
    let mut line = |name: &str, value: &str| page.push_str(&format!("  {name:<14} {value}\n"));
    line("purpose", bound.purpose.name());
    if let Some(scope) = &bound.scope {
        line("scope", &text::name(scope, 200));
    }
    line("requested", &requested(s));
    line("because", &text::name(&bound.justification, 2000));
    line("action", &text::name(&bound.action(), 400));
    line("resource", &text::name(&bound.resource, 200));
    let why = if bound.why.is_empty() { String::new() } else { format!(": {}", bound.why.join("; ")) };
    line("tier", &text::name(&format!("{}{why}", bound.tier.name()), 1000));
    line("strategy", &format!("{}: {}", bound.strategy.name(), tally.describe()));
    line("environment", &text::name(bound.environment.as_deref().unwrap_or("none"), 100));
    line("tenant", &text::name(&bound.tenant, 100));
    line("policy", &bound.policy_hash);
    line("hash", &bound.hash);
    page.push_str("  votes\n");
    votes.iter().zip(&tally.votes).for_each(|(v, counts)| page.push_str(&vote(v, counts)));
    if votes.is_empty() {
        page.push_str("    none yet\n");
    }
    page.push_str(&format!("  exactly what is to happen\n    {}\n  entries of the log\n", text::json(&bound.document)));
    for e in entries {
        let of = |name: &str| text::name(e[name].as_str().unwrap_or_default(), 60);
        page.push_str(&format!("    {:>6}  {}  {}  {}\n", e["seq"], of("ts"), of("type"), of("outcome")));
    }
    page
}

fn requested(s: &Standing) -> String {
    let who = &s.bound.requester;
    let user = who.os_user.as_deref().map(|u| format!(" (user {})", text::name(u, 60))).unwrap_or_default();
    let whom = who.on_behalf_of.as_deref().map(|p| format!(" for {}", text::name(p, 60))).unwrap_or_default();
    format!("{} by {}{whom}{user}", text::time(s.created.wall), text::name(&who.name(), 100))
}

fn vote(v: &Cast, counts: &Result<bool, crate::approvals::Ineligible>) -> String {
    let counts = match counts {
        Ok(true) => String::new(),
        Ok(false) => "  (advice, not counted)".to_owned(),
        Err(why) => format!("  (does not count: {})", text::name(&why.to_string(), 200)),
    };
    format!(
        "    {:<8} {} ({}) {}  {}{counts}\n",
        v.ballot.choice.name(),
        text::name(&v.ballot.voter, 60),
        v.strength.name(),
        text::name(&v.ballot.at, 30),
        text::name(&v.ballot.comment, 500)
    )
}
