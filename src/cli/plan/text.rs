//! Verdicts for people. What a plan says is shown with its invisible characters written out and its secrets masked.

use std::fmt::Write as _;

use crate::engine::masker::masked;
use crate::gate::{Notice, Outcome, Verdict};
use crate::plan::Violation;
use crate::plan::identifier::visible;

/// One line a violation.
pub fn violations(list: &[Violation]) -> String {
    let line = |v: &Violation| format!("  {}  {}: {}", v.path, v.code.name(), masked(&v.message));
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Violations as JSON hands them out.
pub fn masked_violations(list: &[Violation]) -> Vec<Violation> {
    list.iter().map(|v| Violation { message: masked(&v.message), path: masked(&v.path), ..v.clone() }).collect()
}

/// A verdict: what it is, what is wrong, and why the tier is what it is.
pub fn verdict(verdict: &Verdict) -> String {
    let mut out = verdict.outcome.name().to_owned();
    if let Some(hash) = &verdict.plan_hash {
        let _ = write!(out, "  {hash}");
    }
    out.push('\n');
    if let Some(assessment) = &verdict.assessment {
        let who = match (verdict.outcome, assessment.requires_approval) {
            (Outcome::Reject, _) => String::new(),
            (_, true) => format!(", needs {}", assessment.strategy.name()),
            (_, false) => ", needs no approval".to_owned(),
        };
        let _ = writeln!(out, "tier {}{who}", assessment.tier);
    }
    if !verdict.violations.is_empty() {
        let n = verdict.violations.len();
        let _ = writeln!(out, "{n} violation{}:\n{}", if n == 1 { "" } else { "s" }, violations(&verdict.violations));
    }
    out.push_str(&notices("asked for by", &verdict.ruling.asks));
    out.push_str(&notices("warning of", &verdict.ruling.warnings));
    out.push_str(&steps(verdict));
    out
}

fn notices(what: &str, list: &[Notice]) -> String {
    let line = |n: &Notice| format!("  {}  {what} {}: {}\n", n.path, n.rule, masked(&n.message));
    list.iter().map(line).collect()
}

fn steps(verdict: &Verdict) -> String {
    let (Some(plan), Some(assessment)) = (&verdict.plan, &verdict.assessment) else { return String::new() };
    let mut out = String::new();
    for (i, (step, own)) in plan.steps.iter().zip(&assessment.steps).enumerate() {
        let what = masked(&visible(&format!("{}  {}  {}", plan.step_id(i), step.action, step.resource)));
        let _ = writeln!(out, "  {what}");
        for reason in &own.reasons {
            let _ = writeln!(out, "    {}: {}", reason.tier, masked(&reason.message));
        }
    }
    out
}
