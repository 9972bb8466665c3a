//! Policies of another dialect (YAML or JSON) → governance.toml, with a list of what was carried, changed and lost.
//!
//! The dialect has the sections resource_sandbox, cost_budget, capability_constraints, task_contract, risk_routing,
//! violation_detection, reputation, monitoring, audit, rollback. What is not read here is lost, and said to be.

mod sections;
mod writer;

use serde_json::Value as Json;

pub use writer::Imported;
use writer::Writer;

/// The largest file that is read, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// Reads a policy of the other dialect. The error says why the text cannot be read at all.
pub fn import(text: &str) -> Result<Imported, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("the file has more than {} MiB", MOST_BYTES >> 20));
    }
    let document: Json = serde_saphyr::from_str(text).map_err(|e| format!("neither YAML nor JSON: {e}"))?;
    let Some(root) = document.as_object() else { return Err("expected a mapping of sections".into()) };
    let mut writer = Writer::new();
    for (section, value) in root {
        if let Some((_, read)) = sections::SECTIONS.iter().find(|(name, _)| name == section) {
            read(&mut writer, value);
        }
    }
    Ok(writer.finish(root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Context, judge_text};

    const TEXT: &str = "
version: '1.0'
description: ours
resource_sandbox:
  file_access: { allow: ['./src/**'], deny: ['.env*'] }
  network:
    allow_domains: [api.example.com]
    rate_limit: { requests_per_minute: 3, requests_per_hour: 9 }
cost_budget:
  daily: { max_usd: 8.5, max_tokens: 10 }
  alert_thresholds: { warning_percent: 70, critical_percent: 90 }
capability_constraints:
  restricted_tools:
    - { name: Shell, permission_level: low, allowed_commands: [git], denied_operations: [force] }
violation_detection:
  enabled: true
  patterns: { words: [{ pattern: 'rm -rf', severity: critical, action: block }] }
reputation:
  initial_score: 10
  permission_levels:
    low: { min_score: 0, max_score: 9, allowed_operations: [read] }
    high: { min_score: 10, max_score: 900, allowed_operations: [write] }
  scoring_rules: { test_passed: +1 }
  decay: { enabled: true, rate: 0.02, min_score: 4 }
monitoring: { heartbeat: { enabled: true } }
audit: { enabled: true, retention: { days: 30, archive_after_days: 5 }, storage: { primary: sqlite, backup: s3 } }
";

    #[test]
    fn what_is_carried_is_valid_and_what_is_not_is_listed() {
        let imported = import(TEXT).unwrap();
        let context = Context { today: jiff::civil::date(2026, 1, 1), environment: None };
        let verdict = judge_text("governance.toml", &imported.toml, &context);
        let errors: Vec<_> = verdict.mistakes.iter().filter(|m| m.is_error()).map(|m| &m.message).collect();
        assert!(errors.is_empty(), "{errors:?}\n{}", imported.toml);
        let sections = verdict.policy.unwrap().sections().clone();
        assert_eq!(sections.policies.files.write[0].as_ref() as &str, "src/**");
        assert_eq!(sections.budgets.daily.max_usd.map(|d| d.0), Some(8_500_000));
        assert_eq!(sections.budgets.alerts.warning.to_string(), "0.7");
        assert_eq!(sections.policies.security.violation[0].id, "words-1");
        assert_eq!(sections.reputation.max_score, 900);
        assert_eq!(sections.audit.retention_days, 30);
        assert!(imported.lost.iter().any(|l| l.starts_with("monitoring")));
        assert!(imported.lost.iter().any(|l| l.starts_with("audit.storage.backup")), "{:?}", imported.lost);
        assert!(imported.changed.iter().any(|l| l.starts_with("resource_sandbox.file_access.allow")));
    }

    #[test]
    fn json_works_too_and_nonsense_does_not() {
        assert!(import(r#"{"cost_budget": {"daily": {"max_usd": 1}}}"#).unwrap().toml.contains("max_usd = 1"));
        assert!(import("[1, 2]").is_err());
        assert!(import("a: [").is_err());
        assert!(import(&"[".repeat(5000)).is_err());
    }
}
