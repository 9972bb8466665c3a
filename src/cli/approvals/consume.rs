//! `govctl approvals consume`: the last question before something happens.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::desk::Place;
use super::signing;
use super::subject::read_plan;
use super::vote::refused;
use crate::approvals::bound::Form;
use crate::approvals::token::{self, TokenHash};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, given};
use crate::store::approvals::{Presented, Refused};

/// What is used, and for what.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// The file with the token; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// The plan that is about to be carried out
    #[arg(long, value_name = "FILE", conflicts_with = "hash", required_unless_present = "hash")]
    plan: Option<PathBuf>,
    /// The hash of what is about to happen, instead of a plan
    #[arg(long, value_name = "SHA256")]
    hash: Option<String>,
    /// Whose it is, where several share a queue; a plan says it itself
    #[arg(long, value_name = "NAME", default_value = "default")]
    tenant: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Uses an approval. Exit status 0: go on; anything else: do not.
///
/// # Errors
/// A token or plan that cannot be read, an id that is not there; the disk.
pub fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let raw = read_token(&args.token_file)?;
    let mut desk = place.open(false)?;
    let id = desk.id(&args.id)?;
    let bound = desk.store.approval(&id)?.bound;
    let (tenant, hash) = match &args.plan {
        Some(path) => {
            let plan = read_plan(path)?;
            let hash = match (bound.form, plan.steps.as_slice()) {
                (Form::Action, [step]) => plan.action_hash(step),
                _ => plan.plan_hash(),
            };
            (plan.tenant, hash)
        }
        None => (args.tenant.clone(), args.hash.clone().unwrap_or_default()),
    };
    let who = desk.party(None, None)?;
    let environment = desk.policy.environment.name.clone();
    let verified = signing::verified(&mut desk, &bound)?;
    let presented = Presented {
        id: &id,
        token: TokenHash::of(&raw),
        tenant: &tenant,
        who: &who,
        hash: Some(&hash),
        purpose: bound.purpose,
        environment: environment.as_deref(),
        verified: &verified,
    };
    let answer = desk.with(|store, context| store.consume_approval(context, &presented))?;
    desk.tell_warnings(terminal);
    let code = match &answer.refused {
        Some(Refused::Invalid(why)) => Some(why.code()),
        Some(_) => Some("not_approved"),
        None => None,
    };
    if args.json {
        let document = json!({
            "schema_version": crate::report::SCHEMA_VERSION, "id": id, "state": answer.standing.state.name(),
            "consumed": code.is_none(), "code": code, "action_hash": bound.hash,
        });
        writeln!(terminal.out(), "{document:#}")?;
    }
    match &answer.refused {
        Some(why) => {
            terminal.error(&format!("{id}: {why}"));
            Ok(refused(why))
        }
        None => {
            if !args.json {
                writeln!(terminal.out(), "{id}  {}", answer.standing.state.name())?;
            }
            Ok(Exit::Clean)
        }
    }
}

/// The token in a file, or on standard input for `-`.
///
/// # Errors
/// It cannot be read, or there is none in it.
pub fn read_token(file: &Path) -> Result<[u8; 32]> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().lock().take(4096).read_to_string(&mut text).context("cannot read the token from standard input")?;
    } else {
        text = given::text(file).with_context(|| format!("cannot read the token from {}", file.display()))?;
    }
    // What `approvals request` printed may stand there as a whole.
    let found = text.split_whitespace().find_map(token::parse);
    match found {
        Some(raw) => Ok(raw),
        None => {
            bail!("no token there: one begins with {} and was printed by `govctl approvals request`", token::PREFIX)
        }
    }
}
