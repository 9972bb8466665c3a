//! `govctl approvals request`.

use anyhow::{Result, bail};
use clap::ValueEnum;
use serde_json::json;

use super::desk::{Desk, Place};
use super::subject::{self, Subject, told};
use super::text;
use crate::approvals::token::{self, TokenHash};
use crate::approvals::{Bound, Party, Purpose, Standing, State, id};
use crate::cli::Exit;
use crate::cli::terminal::Terminal;
use crate::finding::hex;
use crate::gate::tier::Assessment;
use crate::gate::verdict::Judge;
use crate::plan::Code;
use crate::policy::exact;
use crate::policy::raw::approvals::Strategy;
use crate::policy::raw::values::Tier;

/// What is asked for, and why.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    subject: subject::Args,
    /// What the approval is for
    #[arg(long, value_enum, default_value_t)]
    purpose: For,
    /// Why it is needed
    #[arg(long, value_name = "TEXT")]
    justification: String,
    /// How long votes are waited for; else as the policy says
    #[arg(long, value_name = "DURATION", value_parser = milliseconds)]
    ttl: Option<i64>,
    /// Whose it is, where several share a queue
    #[arg(long, value_name = "NAME", default_value = "default")]
    tenant: String,
    /// Who asks, as KIND:ID: a claim
    #[arg(long = "as", value_name = "ID")]
    claimed: Option<String>,
    /// The person an agent acts for
    #[arg(long, value_name = "ID")]
    on_behalf_of: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// `--purpose`; an override is asked for with `govctl override request`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum For {
    /// Letting an action or a plan happen
    #[default]
    Action,
    /// Letting what blocks pass
    Override,
    /// Trusting a policy
    #[value(name = "policy_trust")]
    PolicyTrust,
    /// Letting a suspended actor act again
    Resume,
}

/// What is common to everything that is asked for.
pub struct Wish<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// Why it is needed.
    pub justification: &'a str,
    /// How long votes are waited for.
    pub ttl: Option<i64>,
    /// What an override covers.
    pub scope: Option<String>,
    /// Print JSON.
    pub json: bool,
}

/// Asks for an approval.
///
/// # Errors
/// What cannot be asked for; the disk.
pub fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(true)?;
    let mut who = desk.party(args.claimed.as_deref(), args.on_behalf_of.as_deref())?;
    let id = new_id()?;
    let subject = args.subject.read(&args.tenant, &who, &id)?;
    if args.subject.is_given() {
        let actor = &subject.plan.actor;
        who = Party {
            id: actor.id.clone(),
            kind: actor.kind.name().to_owned(),
            on_behalf_of: actor.on_behalf_of.clone(),
            ..who
        };
    }
    let purpose = match args.purpose {
        For::Action => Purpose::Action,
        For::Override => Purpose::Override,
        For::PolicyTrust => Purpose::PolicyTrust,
        For::Resume => Purpose::Resume,
    };
    let wish = Wish { purpose, justification: &args.justification, ttl: args.ttl, scope: None, json: args.json };
    ask(&mut desk, &subject, who, id, &wish, terminal)
}

/// A length of time on the command line, in milliseconds.
pub fn milliseconds(text: &str) -> Result<i64, String> {
    let milliseconds = exact::duration(text)?.0;
    i64::try_from(milliseconds).ok().filter(|ms| *ms > 0).ok_or_else(|| "expected more than no time".to_owned())
}

/// A fresh id.
///
/// # Errors
/// No randomness.
pub fn new_id() -> Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(id::from_random(&bytes))
}

/// Puts a request into the queue, and prints its id and its token.
///
/// # Errors
/// The disk.
pub fn ask(
    desk: &mut Desk,
    subject: &Subject,
    who: Party,
    id: String,
    wish: &Wish<'_>,
    terminal: &mut Terminal,
) -> Result<Exit> {
    if !desk.policy.sections().approvals.enabled {
        terminal.error("the policy has approvals off ([approvals] enabled = false): what needs one is rejected");
        return Ok(Exit::Findings);
    }
    if wish.justification.trim().is_empty() {
        bail!("an empty --justification: say why it is needed, whoever is to agree reads it");
    }
    let verdict = Judge::new(&desk.policy).judge_plan(subject.plan.clone());
    // What the constitution denies nobody can agree to, whatever it is called.
    let is_denied = verdict.violations.iter().any(|v| v.code == Code::Constitution);
    let is_fine = verdict.violations.is_empty() || (wish.purpose != Purpose::Action && !is_denied);
    let assessment = match verdict.assessment {
        Some(assessment) if is_fine => assessment,
        _ => {
            terminal.error(&format!("the policy refuses this: {}", told(&verdict.violations)));
            return Ok(Exit::Findings);
        }
    };
    let bound = bind(desk, subject, &assessment, who, id, wish)?;
    let mut raw = [0; 32];
    getrandom::fill(&mut raw)?;
    let standing = desk.with(|store, context| store.request_approval(context, &bound, TokenHash::of(&raw)))?;
    desk.tell_warnings(terminal);
    print(desk, &standing, &token::text(&raw), wish.json, terminal)?;
    Ok(if standing.state == State::Approved { Exit::Clean } else { Exit::Pending })
}

/// By whom it must be agreed to. What is no action is never answered by nobody.
fn strategy(assessment: &Assessment, purpose: Purpose) -> Strategy {
    match (purpose, assessment.strategy) {
        (Purpose::Action, _) if !assessment.requires_approval && assessment.tier < Tier::High => Strategy::Auto,
        (Purpose::Action, Strategy::Auto | Strategy::TimeBased) if assessment.tier >= Tier::High => Strategy::Single,
        (Purpose::Action, strategy) => strategy,
        (_, Strategy::Auto | Strategy::TimeBased) => Strategy::Single,
        (_, strategy) => strategy,
    }
}

fn why(assessment: &Assessment) -> Vec<String> {
    let mut why: Vec<String> = assessment.deciding().map(|(_, r)| r.message.clone()).collect();
    why.dedup();
    why.truncate(20);
    why
}

fn bind(
    desk: &Desk,
    subject: &Subject,
    assessment: &Assessment,
    requester: Party,
    id: String,
    wish: &Wish<'_>,
) -> Result<Bound> {
    let approvals = &desk.policy.sections().approvals;
    let strategy = strategy(assessment, wish.purpose);
    let use_within = i64::try_from(approvals.use_within.0)?;
    let after = (strategy == Strategy::TimeBased).then_some(approvals.time_based.approve_after.0);
    let ripens = after.map(i64::try_from).transpose()?;
    let ttl = wish.ttl.unwrap_or(i64::from(approvals.default_timeout_seconds) * 1000);
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce)?;
    Ok(Bound {
        actions: subject.actions(),
        document: subject.document(),
        environment: desk.policy.environment.name.clone(),
        form: subject.form,
        hash: subject.hash(),
        id,
        justification: wish.justification.to_owned(),
        nonce: hex(&nonce),
        policy_hash: desk.hash.clone(),
        purpose: wish.purpose,
        requester,
        resource: subject.resource(),
        scope: wish.scope.clone(),
        strategy,
        tenant: subject.plan.tenant.clone(),
        // What lets a block pass is never a small thing.
        tier: if wish.purpose == Purpose::Override { assessment.tier.max(Tier::High) } else { assessment.tier },
        // Silence that agrees must not run out before it does.
        ttl: ripens.map_or(ttl, |ripens| ttl.max(ripens + use_within)),
        use_within,
        ripens,
        why: why(assessment),
    })
}

fn print(desk: &mut Desk, standing: &Standing, token: &str, json: bool, terminal: &mut Terminal) -> Result<()> {
    let bound = &standing.bound;
    let tally = desk.with(|store, context| store.tally(context, standing))?;
    if json {
        let document = json!({
            "schema_version": crate::report::SCHEMA_VERSION, "id": bound.id, "token": token, "state": standing.state.name(),
            "action_hash": bound.hash, "policy_hash": bound.policy_hash, "tier": bound.tier.name(),
            "strategy": bound.strategy.name(), "quorum": tally.quorum, "expires": text::time(standing.ends()),
            "requires_approval": standing.state != State::Approved,
        });
        writeln!(terminal.out(), "{document:#}")?;
        return Ok(());
    }
    writeln!(terminal.out(), "{}\n{token}", bound.id)?;
    terminal.note(&format!(
        "{}, tier {}, {}; {} left; the token is shown this once",
        standing.state.name(),
        bound.tier.name(),
        tally.describe(),
        text::length(standing.time_left(&desk.now()))
    ));
    Ok(())
}
