//! One reader for each section of the other dialect.

use serde_json::Value as Json;
use toml_edit::{InlineTable, Value};

use super::writer::{Writer, exact_number, texts};

type Reader = fn(&mut Writer, &Json);

/// The sections that are read.
pub const SECTIONS: &[(&str, Reader)] = &[
    ("version", |w, v| w.note("version", "policies.version", &format!("was {v}; the schema has its own"))),
    ("description", |w, _| w.lost("description", "write it as a comment")),
    ("last_updated", |w, _| w.lost("last_updated", "the repository's history says it")),
    ("resource_sandbox", sandbox),
    ("cost_budget", budget),
    ("capability_constraints", capabilities),
    ("task_contract", contract),
    ("risk_routing", risk),
    ("violation_detection", violations),
    ("reputation", reputation),
    ("audit", audit),
];

fn at<'j>(value: &'j Json, path: &str) -> Option<&'j Json> {
    path.split('.').try_fold(value, |v, part| v.get(part))
}

fn strings(value: &Json) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|v| v.as_str().map(ToOwned::to_owned)).collect()
}

/// A list of globs, without the `./` that no path here begins with.
fn globs(w: &mut Writer, section: &Json, from: (&str, &str), to: &[&str]) {
    let Some(list) = at(section, from.1).and_then(strings) else { return };
    let plain: Vec<_> = list.iter().map(|g| g.strip_prefix("./").unwrap_or(g).to_owned()).collect();
    let name = format!("{}.{}", from.0, from.1);
    if plain == list {
        w.carried(&name, to, texts(plain));
    } else {
        w.changed(&name, to, texts(plain), "paths are relative without `./`");
    }
}

fn list(w: &mut Writer, section: &Json, from: (&str, &str), to: &[&str]) {
    if let Some(items) = at(section, from.1).and_then(strings) {
        w.carried(&format!("{}.{}", from.0, from.1), to, texts(items));
    }
}

fn scalar(w: &mut Writer, section: &Json, from: (&str, &str), to: &[&str]) {
    let value = at(section, from.1).and_then(|v| match v {
        Json::Bool(b) => Some(Value::from(*b)),
        Json::String(s) => Some(Value::from(s.as_str())),
        v => exact_number(v),
    });
    if let Some(value) = value {
        w.carried(&format!("{}.{}", from.0, from.1), to, value);
    }
}

fn sandbox(w: &mut Writer, section: &Json) {
    const S: &str = "resource_sandbox";
    globs(w, section, (S, "file_access.allow"), &["policies", "files", "write"]);
    globs(w, section, (S, "file_access.deny"), &["policies", "files", "deny"]);
    if let Some(hosts) = at(section, "network.allow_domains").and_then(strings) {
        w.changed(
            "resource_sandbox.network.allow_domains",
            &["policies", "network", "allowed_domains"],
            texts(hosts),
            "with `allow_outbound = true`, and TLS required",
        );
        w.carried("resource_sandbox.network", &["policies", "network", "allow_outbound"], true.into());
    }
    for (from, to) in
        [("requests_per_minute", "network_requests_per_minute"), ("requests_per_hour", "network_requests_per_hour")]
    {
        scalar(w, section, (S, &format!("network.rate_limit.{from}")), &["policies", "resource", "rate_limits", to]);
    }
}

fn budget(w: &mut Writer, section: &Json) {
    for window in ["daily", "hourly", "per_task"] {
        for key in ["max_usd", "max_tokens"] {
            scalar(w, section, ("cost_budget", &format!("{window}.{key}")), &["budgets", window, key]);
        }
    }
    for (from, to) in [("warning_percent", "warning"), ("critical_percent", "critical")] {
        let path = format!("alert_thresholds.{from}");
        if let Some(percent) = at(section, &path).and_then(Json::as_i64) {
            let share = Value::from(format!("{percent}/100"));
            w.changed(&format!("cost_budget.{path}"), &["budgets", "alerts", to], share, "a share instead of percent");
        }
    }
}

fn capabilities(w: &mut Writer, section: &Json) {
    const FROM: &str = "capability_constraints.restricted_tools";
    let tools = at(section, "restricted_tools").and_then(Json::as_array);
    for tool in tools.into_iter().flatten() {
        let Some(name) = tool.get("name").and_then(Json::as_str) else {
            w.lost(FROM, "a tool has no name");
            continue;
        };
        let to = |key: &'static str| ["policies", "capabilities", name, key];
        if let Some(level) = tool.get("permission_level").and_then(Json::as_str) {
            w.changed(FROM, &to("min_level"), level.into(), "permission_level is min_level");
        }
        for (key, commands, operations) in
            [("allow", "allowed_commands", "allowed_operations"), ("deny", "denied_commands", "denied_operations")]
        {
            let both = [commands, operations].into_iter().filter_map(|k| tool.get(k)).filter_map(strings).flatten();
            let both: Vec<_> = both.collect();
            if !both.is_empty() {
                w.changed(FROM, &to(key), texts(both), "commands and operations are one list");
            }
        }
    }
}

fn contract(w: &mut Writer, section: &Json) {
    const S: &str = "task_contract";
    scalar(w, section, (S, "input_validation.schema_path"), &["policies", "contract", "input_schema"]);
    scalar(w, section, (S, "output_validation.schema_path"), &["policies", "contract", "output_schema"]);
    list(w, section, (S, "output_validation.required_fields"), &["policies", "contract", "required_fields"]);
    for part in ["input_validation", "output_validation"] {
        if at(section, part).and_then(|p| p.get("enabled")).is_some() {
            let from = format!("{S}.{part}.enabled");
            w.note(&from, "policies.contract", "a contract that is given always holds");
        }
    }
}

fn risk(w: &mut Writer, section: &Json) {
    const S: &str = "risk_routing";
    list(w, section, (S, "high_risk_labels"), &["policies", "risk", "high_risk_labels"]);
    list(w, section, (S, "auto_approve_labels"), &["policies", "risk", "auto_approve_labels"]);
    for (from, tier) in [("high_risk", "high"), ("medium_risk", "medium"), ("low_risk", "low")] {
        globs(w, section, (S, &format!("risk_scoring.file_patterns.{from}")), &["policies", "risk", "paths", tier]);
    }
    match at(section, "require_human_signoff").and_then(Json::as_bool) {
        Some(true) => w.changed(
            "risk_routing.require_human_signoff",
            &["approvals", "strategies", "high_risk_operations"],
            "single-approval".into(),
            "tier high needs an approver, and agents' votes are advisory there",
        ),
        Some(false) => w.lost("risk_routing.require_human_signoff", "tier high always needs a person"),
        None => {}
    }
}

fn violations(w: &mut Writer, section: &Json) {
    let enabled = section.get("enabled").and_then(Json::as_bool).unwrap_or(true);
    w.note(
        "violation_detection.enabled",
        "policies.security.violation",
        if enabled { "the rules below" } else { "off: no rule is carried" },
    );
    let groups = section.get("patterns").and_then(Json::as_object);
    for (group, rules) in groups.into_iter().flatten() {
        let from = format!("violation_detection.patterns.{group}");
        for (i, rule) in rules.as_array().into_iter().flatten().enumerate() {
            let Some(pattern) = rule.get("pattern").and_then(Json::as_str).filter(|_| enabled) else {
                w.lost(&from, "a rule that is off or has no pattern");
                continue;
            };
            let mut entries = vec![("id", Value::from(format!("{group}-{}", i + 1))), ("pattern", pattern.into())];
            for key in ["severity", "action"] {
                entries.extend(rule.get(key).and_then(Json::as_str).map(|v| (key, Value::from(v))));
            }
            w.push(&["policies", "security", "violation"], entries);
            w.note(&from, "policies.security.violation", "each rule has an id of its own");
        }
    }
}

fn reputation(w: &mut Writer, section: &Json) {
    const S: &str = "reputation";
    scalar(w, section, (S, "initial_score"), &[S, "initial_score"]);
    let levels = section.get("permission_levels").and_then(Json::as_object);
    let highest = levels.into_iter().flatten().filter_map(|(_, l)| l.get("max_score")?.as_i64()).max();
    if let Some(highest) = highest {
        w.changed(
            "reputation.permission_levels",
            &[S, "max_score"],
            highest.into(),
            "a level ends where the next begins",
        );
    }
    for (name, level) in levels.into_iter().flatten() {
        let mut entry = InlineTable::new();
        entry.insert("min_score", level.get("min_score").and_then(Json::as_i64).unwrap_or(0).into());
        entry
            .insert("allowed_operations", texts(level.get("allowed_operations").and_then(strings).unwrap_or_default()));
        w.carried(
            &format!("reputation.permission_levels.{name}"),
            &[S, "permission_levels", name],
            Value::InlineTable(entry),
        );
    }
    let rules = section.get("scoring_rules").and_then(Json::as_object);
    for name in rules.into_iter().flatten().map(|(name, _)| name) {
        scalar(w, section, (S, &format!("scoring_rules.{name}")), &[S, "scoring_rules", name]);
    }
    scalar(w, section, (S, "decay.enabled"), &[S, "decay", "enabled"]);
    scalar(w, section, (S, "decay.min_score"), &[S, "decay", "min_score"]);
    if let Some(rate) = at(section, "decay.rate").and_then(exact_number) {
        w.changed("reputation.decay.rate", &[S, "decay", "rate_per_week"], rate, "decay goes towards initial_score");
    }
}

fn audit(w: &mut Writer, section: &Json) {
    scalar(w, section, ("audit", "enabled"), &["audit", "enabled"]);
    scalar(w, section, ("audit", "retention.days"), &["audit", "retention_days"]);
    match at(section, "storage.primary").and_then(Json::as_str) {
        Some("sqlite") => scalar(w, section, ("audit", "storage.primary"), &["audit", "storage", "backend"]),
        Some(_) => w.lost("audit.storage.primary", "only sqlite can be carried without an address"),
        None => {}
    }
    for key in section.get("log_levels").and_then(Json::as_object).into_iter().flatten().map(|(key, _)| key) {
        w.lost(&format!("audit.log_levels.{key}"), "decisions, approvals and violations are always logged");
    }
}
