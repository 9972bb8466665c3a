//! `[approvals]` and `[[approvers.*]]`: strategies that fit their tier, a quorum that can be reached, people who are there.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::{Judge, names};
use crate::policy::codes;
use crate::policy::formats::name_matches;
use crate::policy::mistake::Mistake;
use crate::policy::raw::approvals::{Strategy, User};
use crate::policy::raw::values::Tier;
use crate::policy::walk::printable;

/// Judges them.
pub fn judge(j: &mut Judge<'_>) {
    strategies(j);
    quorum(j);
    people(j);
    delegations(j);
    signatures(j);
}

fn strategies(j: &mut Judge<'_>) {
    let strategies = &j.file.approvals.strategies;
    let at = j.root.keys(&["approvals", "strategies"]);
    for (key, strategy) in [
        ("destructive_operations", strategies.destructive_operations),
        ("high_risk_operations", strategies.high_risk_operations),
    ] {
        let place = at.key(key).place();
        match strategy {
            Strategy::TimeBased => {
                let mistake = Mistake::new(&codes::TIME_BASED, place, format!("`{key}` would be approved by silence"));
                j.tell(mistake.label("a timeout approves only tiers low and medium"));
            }
            Strategy::Auto => {
                let mistake =
                    Mistake::new(&codes::AUTO_APPROVAL, place, format!("`{key}` would be approved by nobody"));
                j.tell(mistake.label("nobody is asked"));
            }
            Strategy::Single | Strategy::Multi => {}
        }
    }
}

/// For every dangerous action: whether enough people may agree to it.
fn quorum(j: &mut Judge<'_>) {
    let (approvals, users) = (&j.file.approvals, &j.file.approvers.user);
    let at = j.root.key("approvals");
    let strategies = &approvals.strategies;
    let uses_many = [
        strategies.destructive_operations,
        strategies.external_calls,
        strategies.high_risk_operations,
        strategies.read_only_operations,
    ]
    .contains(&Strategy::Multi);
    let spoken_of = at.is_there() || j.root.key("approvers").is_there();
    if !spoken_of || !approvals.enabled || !uses_many {
        return;
    }
    let (eligible, action) = fewest(j, users);
    let rule = &approvals.multi_approval;
    let needed = u64::from(rule.min_approvers).max(rule.quorum_percentage.of_rounded_up(eligible));
    let place = at.keys(&["multi-approval", "min_approvers"]).place();
    let whom = action.map(|a| format!(" to `{}`", printable(&a))).unwrap_or_default();
    if needed > eligible {
        let message = format!("{needed} must agree, but only {eligible} may agree{whom}");
        j.tell(Mistake::new(&codes::QUORUM, place, message).label(format!("needs {needed} approvers")));
    } else if rule.byzantine_tolerance && needed > eligible - eligible.saturating_sub(1) / 3 {
        let faulty = eligible.saturating_sub(1) / 3;
        let message = format!("{faulty} of {eligible} approvers can block what {needed} must agree{whom}");
        j.tell(Mistake::new(&codes::QUORUM, place, message).label("no fault is tolerated with this number"));
    }
}

/// The dangerous action that the fewest people may agree to, and how many they are; all people where no action is named.
fn fewest(j: &Judge<'_>, users: &[User]) -> (u64, Option<String>) {
    let policies = &j.file.policies;
    let declared = policies.action.iter().filter(|a| a.tier >= Tier::High).map(|a| a.name.clone());
    let listed = policies.risk.high.iter().chain(&policies.risk.critical).map(ToString::to_string);
    let may = |user: &&User, action: &str| user.can_approve.iter().any(|glob| name_matches(glob, action));
    let count = |action: String| (users.iter().filter(|u| may(u, &action)).count() as u64, Some(action));
    let everybody = users.iter().filter(|u| !u.can_approve.is_empty()).count() as u64;
    declared.chain(listed).map(count).min_by_key(|(n, _)| *n).unwrap_or((everybody, None))
}

fn people(j: &mut Judge<'_>) {
    let approvers = &j.file.approvers;
    let at = j.root.key("approvers");
    names::unique(j, &at.key("user"), "id", approvers.user.iter().map(|u| u.id.as_str()));
    names::unique(j, &at.key("agent"), "id", approvers.agent.iter().map(|a| a.id.as_str()));
    for (i, agent) in approvers.agent.iter().enumerate() {
        if let Some(k) = approvers.user.iter().position(|u| u.id == agent.id && !u.id.is_empty()) {
            let message = format!("`{}` is both a person and an agent", printable(&agent.id));
            let mistake = Mistake::new(&codes::DUPLICATE_ID, at.key("agent").item(i).key("id").place(), message);
            j.tell(mistake.label("an agent here").also(at.key("user").item(k).key("id").place(), "a person here"));
        }
    }
    for (i, user) in approvers.user.iter().enumerate() {
        let here = at.key("user").item(i);
        let twin = |other: &User| user.os_user.is_some() && other.os_user == user.os_user;
        if let Some(k) = approvers.user[..i].iter().position(twin) {
            let mistake = Mistake::new(
                &codes::DUPLICATE_ID,
                here.key("os_user").place(),
                "two approvers are one person on this machine",
            );
            j.tell(
                mistake
                    .label("one person counts once")
                    .also(at.key("user").item(k).key("os_user").place(), "the other one"),
            );
        }
        key(j, &here.key("key"), user.key.as_deref());
    }
}

/// A public key as OpenSSH writes it (RFC 4253, section 6.6): type, base64 of a blob that begins with the type, comment.
fn key(j: &mut Judge<'_>, at: &Cursor<'_>, key: Option<&str>) {
    use base64::Engine as _;
    let Some(key) = key else { return };
    let mut words = key.split_whitespace();
    let (kind, body) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let blob = base64::engine::general_purpose::STANDARD.decode(body).unwrap_or_default();
    let named = blob.get(4..4 + kind.len()).is_some_and(|name| name == kind.as_bytes());
    let length = u32::try_from(kind.len()).is_ok_and(|n| blob.starts_with(&n.to_be_bytes()));
    if kind.is_empty() || !named || !length {
        let mistake = Mistake::new(&codes::FORMAT, at.place(), "this is no public SSH key");
        j.tell(mistake.label("expected `ssh-ed25519 AAAA… comment`, one line of a .pub file"));
    }
}

fn delegations(j: &mut Judge<'_>) {
    let approvers = &j.file.approvers;
    let at = j.root.keys(&["approvers", "delegation"]);
    let known: BTreeSet<String> =
        approvers.user.iter().map(|u| u.id.clone()).chain(approvers.agent.iter().map(|a| a.id.clone())).collect();
    for (i, delegation) in approvers.delegation.iter().enumerate() {
        let here = at.item(i);
        for (key, name) in [("from", &delegation.from), ("to", &delegation.to)] {
            if here.key(key).is_there() {
                names::known(j, here.key(key).place(), "approver", name, &known);
            }
        }
        if delegation.from == delegation.to && here.key("to").is_there() {
            j.tell(
                Mistake::new(&codes::SHADOWED, here.key("to").place(), "a delegation to oneself")
                    .label("changes nothing"),
            );
        }
        if here.key("until").is_there() && delegation.until.0 < j.context.today {
            let message = format!("this delegation expired on {}", delegation.until);
            j.tell(Mistake::new(&codes::EXPIRED, here.key("until").place(), message).label("has no effect any more"));
        }
    }
}

/// An environment where only signed votes count, and nobody who can sign.
fn signatures(j: &mut Judge<'_>) {
    let can_sign = j.file.approvers.user.iter().any(|u| u.key.is_some());
    for (name, environment) in &j.file.policies.environments {
        if environment.signed_votes && !can_sign {
            let place = j.root.keys(&["policies", "environments", name, "signed_votes"]).place();
            let mistake = Mistake::new(&codes::QUORUM, place, "only signed votes count, and no approver has a key");
            j.tell(mistake.label("nobody can vote").help("add `key = \"ssh-ed25519 …\"` to the approvers"));
        }
    }
}
