//! `govctl approvals list`.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::desk::{Desk, Place};
use super::text;
use crate::approvals::{Moment, Standing};
use crate::cli::Exit;
use crate::cli::terminal::Terminal;
use crate::policy::raw::approvals::Strategy;
use crate::store::approvals::{Wanted, Which};

/// Which approvals.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only those that wait for votes
    #[arg(long, conflicts_with = "all")]
    pending: bool,
    /// Only those that you asked for
    #[arg(long)]
    mine: bool,
    /// All there ever were, latest first
    #[arg(long)]
    all: bool,
    /// Only those that somebody of this role may still vote on
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Only those that are agreed to this way
    #[arg(long, value_name = "STRATEGY", value_parser = strategy)]
    strategy: Option<Strategy>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// How to print them
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Print the list again whenever it changes, until interrupted
    #[arg(long)]
    watch: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// Lists approvals.
///
/// # Errors
/// A queue that cannot be read.
pub fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(true)?;
    print(args, &mut desk, terminal)?;
    if args.watch {
        return watch(args, &mut desk, terminal);
    }
    Ok(Exit::Clean)
}

fn watch(args: &Args, desk: &mut Desk, terminal: &mut Terminal) -> Result<Exit> {
    loop {
        terminal.flush()?;
        let seen = desk.store.data_version()?;
        while desk.store.data_version()? == seen {
            thread::sleep(Duration::from_millis(300));
        }
        writeln!(terminal.out())?;
        print(args, desk, terminal)?;
    }
}

fn print(args: &Args, desk: &mut Desk, terminal: &mut Terminal) -> Result<()> {
    let now = desk.now();
    let which = match (args.pending, args.all) {
        (true, _) => Which::Pending,
        (_, true) => Which::All,
        _ => Which::Open,
    };
    let requester = args.mine.then(|| desk.os_user.clone().unwrap_or_default());
    let wanted = Wanted { which, requester, limit: args.limit };
    let found = find(args, desk, &wanted)?;
    let follow_ups = desk.store.follow_ups()?;
    let pending = desk.store.pending_approvals(&now)?;
    if args.format == Format::Json {
        let rows = found.iter().map(|s| row(desk, s, &now)).collect::<Result<Vec<_>>>()?;
        let follow_ups: Vec<_> = follow_ups.iter().map(|f| json!({
            "id": f.standing.bound.id, "scope": f.standing.bound.scope, "justification": f.standing.bound.justification,
            "requester": f.standing.bound.requester.name(), "opened": text::time(f.opened),
        })).collect();
        let document = json!({
            "schema_version": crate::report::SCHEMA_VERSION, "approvals": rows, "pending": pending, "follow_ups": follow_ups,
        });
        writeln!(terminal.out(), "{document:#}")?;
        return Ok(());
    }
    table(desk, &found, &now, terminal)?;
    for f in &follow_ups {
        let bound = &f.standing.bound;
        writeln!(
            terminal.out(),
            "{}  to be looked into since {}: {} overrode {} ({}); close it with `govctl approvals close {} --reason …`",
            bound.id,
            text::time(f.opened),
            text::name(&bound.requester.name(), 40),
            text::name(bound.scope.as_deref().unwrap_or("everything"), 60),
            text::name(&bound.justification, 80),
            bound.id
        )?;
    }
    if which != Which::All && pending > found.len() as u64 && found.len() == args.limit {
        terminal.note(&format!("{pending} wait for votes in all; see more with --limit"));
    }
    if found.is_empty() && follow_ups.is_empty() {
        terminal.note("nothing waits; `--all` shows what was");
    }
    Ok(())
}

fn strategy(name: &str) -> Result<Strategy, String> {
    let names = Strategy::ALL.map(Strategy::name).join(", ");
    Strategy::ALL.into_iter().find(|s| s.name() == name).ok_or_else(|| format!("expected one of {names}"))
}

fn find(args: &Args, desk: &mut Desk, wanted: &Wanted) -> Result<Vec<Standing>> {
    let found = desk.with(|store, context| {
        let store = &*store;
        store.approvals_that(wanted, context.now, |s| {
            if args.strategy.is_some_and(|wanted| wanted != s.bound.strategy) {
                return Ok(false);
            }
            let Some(role) = &args.role else { return Ok(true) };
            let free = store.tally(context, s)?.seats;
            Ok(free.iter().any(|(seat, by)| by.is_none() && seat.role == *role))
        })
    })?;
    Ok(found)
}

fn table(desk: &mut Desk, found: &[Standing], now: &Moment, terminal: &mut Terminal) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let line = |c: [&str; 7]| {
        format!("{:<11}  {:<9}  {:<8}  {:<6}  {:<8}  {:<20}  {}", c[0], c[1], c[2], c[3], c[4], c[5], c[6])
    };
    writeln!(terminal.out(), "{}", line(["ID", "STATE", "TIER", "VOTES", "LEFT", "REQUESTER", "ACTION"]))?;
    for s in found {
        let tally = desk.with(|store, context| store.tally(context, s))?;
        let state = s.state_at(now);
        let left = if state.is_final() { "-".to_owned() } else { text::length(s.time_left(now)) };
        let what = format!("{} {}", text::name(&s.bound.action(), 40), text::name(&s.bound.resource, 60));
        let cells = [
            s.bound.id.as_str(),
            state.name(),
            s.bound.tier.name(),
            &format!("{}/{}", tally.approvals, tally.quorum),
            &left,
            &text::name(&s.bound.requester.name(), 20),
            &what,
        ];
        writeln!(terminal.out(), "{}", line(cells))?;
    }
    Ok(())
}

fn row(desk: &mut Desk, s: &Standing, now: &Moment) -> Result<Value> {
    let tally = desk.with(|store, context| store.tally(context, s))?;
    Ok(json!({
        "id": s.bound.id, "state": s.state_at(now).name(), "purpose": s.bound.purpose.name(), "tier": s.bound.tier.name(),
        "approvals": tally.approvals, "quorum": tally.quorum, "requester": s.bound.requester.name(),
        "actions": s.bound.actions, "resource": s.bound.resource, "action_hash": s.bound.hash,
        "created": text::time(s.created.wall), "expires": text::time(s.ends()),
    }))
}
