//! The part of overrides that the queue sees: asking for one, and using it for a blocked check.

use std::path::PathBuf;

use anyhow::{Result, bail};
use globset::GlobBuilder;
use serde_json::json;

use super::desk::{Desk, Place};
use super::request::{self, Wish};
use super::signing;
use super::subject::Args as Subject;
use crate::approvals::token::TokenHash;
use crate::approvals::{Bound, Purpose, Standing};
use crate::audit::entry::Reason;
use crate::audit::{Event, EventType};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs, identity};
use crate::finding::Finding;
use crate::policy::raw::policies::Override;
use crate::store::approvals::Presented;

/// What an override is asked for with.
pub struct OverrideRequest<'a> {
    /// Why.
    pub reason: &'a str,
    /// What it covers.
    pub scope: &'a str,
    /// How long votes are waited for.
    pub ttl: Option<i64>,
    /// Print JSON.
    pub json: bool,
}

/// Asks for an override.
///
/// # Errors
/// What cannot be asked for; the disk.
pub fn request_override(
    asked: &OverrideRequest<'_>,
    db: Option<PathBuf>,
    policy: &PolicyArgs,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let mut desk = Place { db, policy: policy.clone() }.open(true)?;
    if let Some(why) = forbidden(&desk) {
        terminal.error(&why);
        return Ok(Exit::Findings);
    }
    let who = desk.party(None, None)?;
    let id = request::new_id()?;
    let subject = Subject::of_override(asked.scope).read("default", &who, &id)?;
    let wish = Wish {
        purpose: Purpose::Override,
        justification: asked.reason,
        ttl: asked.ttl,
        scope: Some(asked.scope.to_owned()),
        json: asked.json,
    };
    request::ask(&mut desk, &subject, who, id, &wish, terminal)
}

fn forbidden(desk: &Desk) -> Option<String> {
    let environment = &desk.policy.environment;
    let name = environment.name.as_deref().unwrap_or("none");
    (environment.r#override == Override::Forbidden).then(|| {
        format!(
            "the policy allows no override in this environment ({name}); see `override` in [policies.environments.*]"
        )
    })
}

/// Uses an override for a check that blocks. `true`: it passes, the log says why, and a follow-up is open.
///
/// # Errors
/// An override that is not there, a log that cannot be written: the check then does not pass.
pub fn use_override<'f>(
    typed: &str,
    token: TokenHash,
    findings: impl Iterator<Item = &'f Finding>,
    policy: &PolicyArgs,
    terminal: &mut Terminal,
) -> Result<bool> {
    let mut desk = Place { db: None, policy: policy.clone() }.open(false)?;
    if let Some(why) = forbidden(&desk) {
        terminal.error(&why);
        return Ok(false);
    }
    let id = desk.id(typed)?;
    let bound = desk.store.approval(&id)?.bound;
    let findings: Vec<_> = findings.collect();
    if let Some(outside) = findings.iter().find(|f| !covers(bound.scope.as_deref(), f)) {
        let rule = &outside.rule;
        terminal.error(&format!("the override {id} does not cover {rule} in {}; nothing is overridden", outside.path));
        return Ok(false);
    }
    let Some(standing) = consume(&mut desk, &id, token, &bound, terminal)? else { return Ok(false) };
    let told = event(&standing, &findings);
    desk.with(|store, context| store.check_overridden(context, &standing.bound, &told))?;
    desk.tell_warnings(terminal);
    terminal.warn(&format!(
        "{} findings are overridden by {id}; look into them, then `govctl approvals close {id} --reason …`",
        findings.len()
    ));
    Ok(true)
}

fn consume(
    desk: &mut Desk,
    id: &str,
    token: TokenHash,
    bound: &Bound,
    terminal: &mut Terminal,
) -> Result<Option<Standing>> {
    let who = desk.party(None, None)?;
    let environment = desk.policy.environment.name.clone();
    if bound.purpose != Purpose::Override {
        bail!("{id} is no override; ask for one with `govctl override request`");
    }
    let verified = signing::verified(desk, bound)?;
    let presented = Presented {
        id,
        token,
        tenant: &bound.tenant,
        who: &who,
        hash: None,
        purpose: Purpose::Override,
        environment: environment.as_deref(),
        verified: &verified,
    };
    let answer = desk.with(|store, context| store.consume_approval(context, &presented))?;
    match &answer.refused {
        Some(why) => {
            terminal.error(&format!("the override {id}: {why}"));
            Ok(None)
        }
        None => Ok(Some(answer.standing)),
    }
}

fn event(standing: &Standing, findings: &[&Finding]) -> Event {
    let bound = &standing.bound;
    let mut event = Event::new(EventType::CheckOverridden, identity::actor());
    event.action = Some("check".to_owned());
    event.resource.clone_from(&bound.scope);
    event.environment.clone_from(&bound.environment);
    event.approval = Some(bound.id.clone());
    event.policy_hash = Some(bound.policy_hash.clone());
    let mut rules: Vec<_> = findings.iter().map(|f| f.rule.to_string()).collect();
    rules.sort();
    rules.dedup();
    let reason = |rule| Reason { code: "overridden".to_owned(), message: None, rule: Some(rule) };
    event.reasons = rules.into_iter().take(50).map(reason).collect();
    event.data = Some(json!({
        "justification": bound.justification, "scope": bound.scope,
        "findings": findings.iter().take(1000).map(|f| json!({ "rule": f.rule, "path": f.path, "fingerprint": f.fingerprint.as_str() }))
            .collect::<Vec<_>>(),
    }));
    event
}

/// Whether a scope names the rule of a finding, its path, or a folder above it.
fn covers(scope: Option<&str>, finding: &Finding) -> bool {
    let Some(scope) = scope.map(|s| s.trim_start_matches("./").trim_end_matches('/')) else { return false };
    let glob = GlobBuilder::new(scope).literal_separator(true).build().map(|g| g.compile_matcher());
    let under = finding.path.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    under || *scope == *finding.rule || glob.is_ok_and(|g| g.is_match(&*finding.rule) || g.is_match(&finding.path))
}
