//! What differs in meaning between two policies, key by key: whether it allows more, less, or something else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// More is allowed.
    Widened,
    /// Less is allowed.
    Narrowed,
    /// Neither is certain.
    Changed,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The key.
    pub key: String,
    /// What it does.
    pub effect: Effect,
    /// The old value, as TOML; `None`: there was none.
    pub before: Option<String>,
    /// The new value.
    pub after: Option<String>,
}

/// Keys whose growth (more items, a larger number, true) allows more.
const MORE_ALLOWS: &[&str] = &[
    "policies.files.read",
    "policies.files.write",
    "policies.network.allow_outbound",
    "policies.network.allowed_domains",
    "policies.security.allowed_commands.commands",
    "policies.operational.auto_approve_read_only",
    "policies.operational.auto_approval.operations",
    "policies.agents.*.can_",
    "policies.capabilities.*.allow",
    "policies.risk.auto_approve_labels",
    "policies.risk.low",
    "policies.resource.max_",
    "policies.quality.max_",
    "policies.action.*.providers",
    "policies.action.*.autonomous",
    "checks.exclude",
    "checks.disable",
    "checks.per_path",
    "checks.secrets.allow",
    "checks.suppressions.max",
    "checks.synthetic.allow",
    "approvals.allow_self_approval",
    "approvals.use_within",
    "approvers.user",
    "approvers.agent",
    "approvers.delegation",
    "budgets.daily",
    "budgets.hourly",
    "budgets.per_task",
    "reputation.initial_score",
    "audit.filters.never_log",
    "audit.filters.sampling_rates",
];

/// Keys whose growth allows less.
const MORE_FORBIDS: &[&str] = &[
    "policies.files.deny",
    "policies.network.blocked_domains",
    "policies.network.require_tls",
    "policies.network.min_tls_version",
    "policies.security.allowed_commands.require_approval",
    "policies.security.allowed_commands.deny",
    "policies.security.violation",
    "policies.security.secret_patterns.patterns",
    "policies.security.enabled",
    "policies.security.input_validation",
    "policies.security.secret_scanning",
    "policies.security.path_traversal_protection",
    "policies.security.command_injection_protection",
    "policies.operational.require_approval",
    "policies.agents.*.cannot_write",
    "policies.capabilities.*.deny",
    "policies.constitution",
    "policies.risk.critical",
    "policies.risk.high",
    "policies.risk.destructive_words",
    "policies.risk.high_risk_labels",
    "policies.risk.min_trust",
    "policies.risk.escalate",
    "policies.quality.min_",
    "policies.quality.require_tests",
    "policies.environments.*.signed_votes",
    "policies.environments.*.sandbox",
    "policies.environments.*.trusted_policy",
    "checks.secrets.enabled",
    "checks.secrets.rule",
    "checks.synthetic.enabled",
    "checks.synthetic.rule",
    "checks.imports.enabled",
    "checks.imports.contract",
    "checks.suppressions.forbid",
    "approvals.multi-approval",
    "audit.enabled",
    "audit.retention_days",
    "audit.filters.always_log",
];

/// Compares two resolved policies (see [`super::hash::resolved`]).
pub fn diff(before: &Json, after: &Json) -> Vec<Change> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    flatten(before, String::new(), &mut old);
    flatten(after, String::new(), &mut new);
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = keys.into_iter().filter(|k| said(old.get(*k)) != said(new.get(*k)));
    changed
        .map(|key| Change {
            key: key.clone(),
            effect: effect(key, old.get(key), new.get(key)),
            before: old.get(key).map(super::show::toml_text),
            after: new.get(key).map(super::show::toml_text),
        })
        .collect()
}

/// A list or table with nothing in it says what its absence says.
fn said(value: Option<&Json>) -> Option<&Json> {
    value.filter(|v| v.as_array().is_none_or(|a| !a.is_empty()) && v.as_object().is_none_or(|o| !o.is_empty()))
}

/// Lists of named things by their names, everything else by its key.
fn flatten(value: &Json, path: String, out: &mut BTreeMap<String, Json>) {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let name =
        |item: &Json| ["id", "name"].iter().find_map(|k| item.get(k)).and_then(Json::as_str).map(ToOwned::to_owned);
    match value {
        Json::Null => {}
        // A rule counts as a whole: what one of its keys does depends on the others.
        Json::Array(items) if !items.is_empty() && items.iter().all(|i| name(i).is_some()) => {
            items.iter().for_each(|item| drop(out.insert(join(&name(item).unwrap_or_default()), item.clone())));
        }
        Json::Object(members) => members.iter().for_each(|(key, member)| flatten(member, join(key), out)),
        value => drop(out.insert(path, value.clone())),
    }
}

fn effect(key: &str, before: Option<&Json>, after: Option<&Json>) -> Effect {
    if key.starts_with("policies.rule.") {
        return rule(before, after);
    }
    let Some(grown) = growth(key, before, after) else { return Effect::Changed };
    let listed = |patterns: &[&str]| patterns.iter().any(|p| begins(key, p));
    match (listed(MORE_ALLOWS), listed(MORE_FORBIDS)) {
        (true, false) if grown => Effect::Widened,
        (true, false) => Effect::Narrowed,
        (false, true) if grown => Effect::Narrowed,
        (false, true) => Effect::Widened,
        _ => Effect::Changed,
    }
}

/// A whole rule that came or went.
fn rule(before: Option<&Json>, after: Option<&Json>) -> Effect {
    let permits = |rule: &Json| rule.get("effect").and_then(Json::as_str) == Some("permit");
    match (before, after) {
        (None, Some(rule)) if permits(rule) => Effect::Widened,
        (None, Some(_)) => Effect::Narrowed,
        (Some(rule), None) if permits(rule) => Effect::Narrowed,
        (Some(_), None) => Effect::Widened,
        _ => Effect::Changed,
    }
}

/// Whether the value has grown; `None`: neither grown nor shrunk.
fn growth(key: &str, before: Option<&Json>, after: Option<&Json>) -> Option<bool> {
    match (before, after) {
        // A limit that appears binds where none did.
        (None, Some(_)) => Some(!is_limit(key)),
        (Some(_), None) => Some(is_limit(key)),
        (Some(Json::Bool(_)), Some(Json::Bool(after))) => Some(*after),
        (Some(Json::Array(old)), Some(Json::Array(new))) => {
            let (kept, more) = (old.iter().all(|o| new.contains(o)), new.iter().all(|n| old.contains(n)));
            (kept != more).then_some(kept)
        }
        (Some(old), Some(new)) => {
            let (old, new) = (quantity(old)?, quantity(new)?);
            (old != new).then_some(new > old)
        }
        (None, None) => None,
    }
}

fn is_limit(key: &str) -> bool {
    key.starts_with("budgets.") || key.rsplit('.').next().is_some_and(|k| k.starts_with("max"))
}

/// A number, a decimal, a ratio, a duration or a size, to be compared with one of the same kind.
fn quantity(value: &Json) -> Option<i128> {
    use super::exact;
    match value {
        Json::Number(n) => n.as_i64().map(i128::from).map(|n| n * 1_000_000),
        Json::String(text) => exact::decimal(text)
            .map(|d| i128::from(d.0))
            .or_else(|_| {
                exact::ratio(text).map(|r| i128::from(r.numerator) * 1_000_000 / i128::from(r.denominator.max(1)))
            })
            .or_else(|_| exact::duration(text).map(|d| i128::from(d.0)))
            .or_else(|_| exact::byte_size(text).map(|b| i128::from(b.0)))
            .ok(),
        _ => None,
    }
}

/// Whether `key` begins with `pattern`, in which `*` stands for one part.
fn begins(key: &str, pattern: &str) -> bool {
    let mut parts = key.split('.');
    let wanted: Vec<_> = pattern.split('.').collect();
    wanted.iter().enumerate().all(|(i, w)| {
        let Some(part) = parts.next() else { return false };
        let last = i + 1 == wanted.len();
        *w == "*" || *w == part || (last && w.ends_with('_') && part.starts_with(w))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_widened_narrowed_or_neither() {
        let row = |key: &str, before: Json, after: Json| {
            let nest = |v: Json| key.split('.').rev().fold(v, |inner, part| json!({ part: inner }));
            let changes = diff(&nest(before), &nest(after));
            changes.iter().map(|c| c.effect).collect::<Vec<_>>()
        };
        assert_eq!(row("policies.files.write", json!(["a"]), json!(["a", "b"])), [Effect::Widened]);
        assert_eq!(row("policies.files.write", json!(["a"]), json!(["b"])), [Effect::Changed]);
        assert_eq!(row("policies.files.deny", json!(["a"]), json!(["a", "b"])), [Effect::Narrowed]);
        assert_eq!(row("budgets.daily.max_usd", json!("5"), json!("9.5")), [Effect::Widened]);
        assert_eq!(row("budgets.daily.max_usd", json!(null), json!("9.5")), [Effect::Narrowed]);
        assert_eq!(row("policies.agents.x.can_write", json!([]), json!(["a"])), [Effect::Widened]);
        assert_eq!(row("policies.rule", json!([]), json!([{ "id": "a", "effect": "permit" }])), [Effect::Widened]);
        assert_eq!(row("policies.risk.low", json!(null), json!([])), []);
        assert_eq!(row("audit.enabled", json!(true), json!(false)), [Effect::Widened]);
        assert_eq!(row("audit.origin", json!("a"), json!("b")), [Effect::Changed]);
        assert_eq!(row("audit.origin", json!("a"), json!("a")), []);
    }
}
