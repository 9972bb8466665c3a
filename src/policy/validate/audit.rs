//! `[audit]`, `[events]`, `[compliance]` and the file as a whole: what must be kept is kept.

use super::{Judge, names};
use crate::audit::EventType;
use crate::policy::codes;
use crate::policy::formats::name_matches;
use crate::policy::mistake::Mistake;
use crate::policy::raw::audit::Backend;
use crate::policy::raw::policies::EnforcementMode;
use crate::policy::walk::printable;

/// What is never sampled nor left out.
const ALWAYS: [&str; 4] = ["approval_decision", "policy_violation", "security_incident", "gate_decision"];

/// Judges them.
pub fn judge(j: &mut Judge<'_>) {
    version(j);
    enabled(j);
    retention(j);
    filters(j);
    storage(j);
    let subscribers = &j.file.events.subscriber;
    let at = j.root.keys(&["events", "subscriber"]);
    names::unique(j, &at, "name", subscribers.iter().map(|s| s.name.as_str()));
    controls(j);
}

fn version(j: &mut Judge<'_>) {
    if !j.root.keys(&["policies", "version"]).is_there() {
        let place = j.root.key("policies").place();
        j.tell(
            Mistake::new(&codes::NO_VERSION, place, "the policy does not say its version")
                .label("expected `version = \"1.0\"`"),
        );
    }
}

fn enabled(j: &mut Judge<'_>) {
    let policies = &j.file.policies;
    if j.file.audit.enabled {
        return;
    }
    let mode_of =
        |e: &crate::policy::raw::policies::Environment| e.enforcement_mode.unwrap_or(policies.enforcement_mode);
    let strict = policies.environments.iter().find(|(_, e)| mode_of(e) == EnforcementMode::Strict);
    let whom = match strict {
        Some((name, _)) => format!("the environment `{}` is strict", printable(name)),
        None if policies.enforcement_mode == EnforcementMode::Strict => "the policy is strict".to_owned(),
        None => return,
    };
    let mistake = Mistake::new(
        &codes::AUDIT_OFF,
        j.root.keys(&["audit", "enabled"]).place(),
        format!("{whom}, and nothing is logged"),
    );
    j.tell(mistake.label("expected true"));
}

fn retention(j: &mut Judge<'_>) {
    let (days, iso) = (j.file.audit.retention_days, &j.file.compliance.iso27001);
    if iso.enabled && days < iso.audit_retention_days {
        let at = j.root.keys(&["audit", "retention_days"]);
        let asked = j.root.keys(&["compliance", "iso27001", "audit_retention_days"]);
        let place = if at.is_there() { at.place() } else { asked.place() };
        let message = format!("the log is kept for {days} days, but iso27001 asks for {}", iso.audit_retention_days);
        j.tell(
            Mistake::new(&codes::RETENTION, place, message).label("too short").also(asked.place(), "asked for here"),
        );
    }
}

fn filters(j: &mut Judge<'_>) {
    let filters = &j.file.audit.filters;
    let at = j.root.keys(&["audit", "filters"]);
    let (always, never) = (at.key("always_log"), at.key("never_log"));
    names::no_twins(j, &always, &filters.always_log);
    names::no_twins(j, &never, &filters.never_log);
    for (i, event) in filters.never_log.iter().enumerate() {
        let kept = filters.always_log.iter().position(|a| name_matches(event, a) || name_matches(a, event));
        let message = format!("`{}` is both always and never logged", printable(event));
        let mistake = Mistake::new(&codes::CONTRADICTION, never.item(i).place(), message).label("never here");
        match kept {
            Some(k) => j.tell(mistake.also(always.item(k).place(), "always here")),
            None if is_always_logged(event) => {
                let message = format!("`{}` is always logged", printable(event));
                j.tell(
                    Mistake::new(&codes::CONTRADICTION, never.item(i).place(), message)
                        .label("decisions and approvals are never left out"),
                );
            }
            None => {}
        }
    }
    for event in filters.sampling_rates.keys() {
        let here = at.key("sampling_rates").key(event);
        let kept = filters.always_log.iter().any(|a| name_matches(a, event)) || is_always_logged(event);
        if kept {
            let message = format!("`{}` is always logged, and sampled", printable(event));
            j.tell(
                Mistake::new(&codes::CONTRADICTION, here.key_place(), message)
                    .label("decisions and what is always logged are never sampled"),
            );
        }
    }
}

/// Whether a name or glob means something that may not be left out: one of [`ALWAYS`], or a protected type of event.
fn is_always_logged(event: &str) -> bool {
    let mut protected = EventType::ALL.iter().filter(|t| t.is_protected()).map(|t| t.name());
    ALWAYS.iter().any(|a| name_matches(event, a)) || protected.any(|t| name_matches(event, t))
}

fn storage(j: &mut Judge<'_>) {
    let storage = &j.file.audit.storage;
    let at = j.root.keys(&["audit", "storage"]);
    match (storage.backend, &storage.connection_string) {
        (Backend::Postgres, None) => {
            let mistake = Mistake::new(
                &codes::MISSING_KEY,
                at.key("backend").place(),
                "the backend `postgres` needs `connection_string`",
            );
            j.tell(mistake.label("add `connection_string = \"${NAME}\"`"));
        }
        (Backend::Sqlite, Some(_)) => {
            let mistake = Mistake::new(
                &codes::KIND_KEY,
                at.key("connection_string").key_place(),
                "`connection_string` means nothing for the backend `sqlite`",
            );
            j.tell(mistake.label("sqlite takes `path`"));
        }
        _ => {}
    }
}

/// A control that differs from a known one by a letter or two.
fn controls(j: &mut Judge<'_>) {
    const KNOWN: [&str; 7] = [
        "A_9_1_2_access_to_networks",
        "A_12_4_1_event_logging",
        "A_12_4_3_administrator_logs",
        "A_14_2_2_system_change_control",
        "CC6_1_logical_access",
        "CC7_2_system_monitoring",
        "CC8_1_change_management",
    ];
    let compliance = &j.file.compliance;
    for (standard, controls) in [("iso27001", &compliance.iso27001.controls), ("soc2", &compliance.soc2.controls)] {
        for name in controls.keys() {
            let place = j.root.keys(&["compliance", standard, "controls", name]).key_place();
            names::near(j, place, name, &KNOWN);
        }
    }
}
