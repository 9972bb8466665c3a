//! `[reputation]` and `[budgets]`: levels without gaps, scores that can be reached, alerts in order.

use super::{Judge, names};
use crate::policy::codes;
use crate::policy::mistake::Mistake;
use crate::policy::raw::values::Decimal;

/// Events that govctl itself scores.
const EVENTS: [&str; 11] = [
    "pr_merged_without_revert",
    "pr_reverted",
    "human_escalation",
    "test_passed",
    "test_failed",
    "cost_overrun",
    "violation_detected",
    "governance_approved",
    "governance_rejected",
    "ci_success",
    "ci_failure",
];

/// Judges them.
pub fn judge(j: &mut Judge<'_>) {
    levels(j);
    scores(j);
    budgets(j);
}

fn levels(j: &mut Judge<'_>) {
    let at = j.root.keys(&["reputation", "permission_levels"]);
    let reputation = &j.file.reputation;
    let mut levels: Vec<_> = reputation.permission_levels.iter().map(|(name, level)| (level.min_score, name)).collect();
    levels.sort();
    let place = |name: &str| at.key(name).key("min_score").place();
    if let Some((lowest, name)) = levels.first().filter(|(lowest, _)| *lowest > 0) {
        let message = format!("scores from 0 to {} have no level", lowest - 1);
        j.tell(Mistake::new(&codes::LEVELS, place(name), message).label("expected a level with `min_score = 0`"));
    }
    for pair in levels.windows(2) {
        let [(low, first), (high, second)] = pair else { continue };
        if low == high {
            let message = format!("the levels `{first}` and `{second}` begin at the same score");
            j.tell(Mistake::new(&codes::LEVELS, place(second), message).label("here").also(place(first), "and here"));
        }
    }
    for (score, name) in levels.iter().filter(|(score, _)| *score > reputation.max_score) {
        let message = format!("`{name}` needs {score} points, but {} are the most", reputation.max_score);
        j.tell(Mistake::new(&codes::DEAD_LEVEL, place(name), message).label("never reached"));
    }
}

fn scores(j: &mut Judge<'_>) {
    let reputation = &j.file.reputation;
    let at = j.root.key("reputation");
    if reputation.initial_score > reputation.max_score {
        let message = format!(
            "an actor starts with {} points, but {} are the most",
            reputation.initial_score, reputation.max_score
        );
        let mistake = Mistake::new(&codes::CONTRADICTION, at.key("initial_score").place(), message);
        j.tell(mistake.label("here").also(at.key("max_score").place(), "and here"));
    }
    if reputation.decay.min_score > reputation.max_score {
        let mistake = Mistake::new(
            &codes::CONTRADICTION,
            at.keys(&["decay", "min_score"]).place(),
            "decay ends above the highest score",
        );
        j.tell(mistake.label("here").also(at.key("max_score").place(), "the highest score"));
    }
    for event in reputation.scoring_rules.keys() {
        names::near(j, at.key("scoring_rules").key(event).key_place(), event, &EVENTS);
    }
}

fn budgets(j: &mut Judge<'_>) {
    let budgets = &j.file.budgets;
    let at = j.root.key("budgets");
    if budgets.alerts.warning >= budgets.alerts.critical {
        let key = if at.keys(&["alerts", "warning"]).is_there() { "warning" } else { "critical" };
        let message = format!(
            "the first alert ({}) does not come before the second ({})",
            budgets.alerts.warning, budgets.alerts.critical
        );
        j.tell(
            Mistake::new(&codes::CONTRADICTION, at.keys(&["alerts", key]).place(), message)
                .label("expected warning < critical"),
        );
    }
    let money = |limit: Option<Decimal>| limit.map(|d| u64::try_from(d.0).unwrap_or(0));
    let limits = [
        ("max_usd", money(budgets.per_task.max_usd), money(budgets.hourly.max_usd), money(budgets.daily.max_usd)),
        ("max_tokens", budgets.per_task.max_tokens, budgets.hourly.max_tokens, budgets.daily.max_tokens),
    ];
    for (key, task, hour, day) in limits {
        for (small, inner, large, outer) in [("per_task", task, "hourly", hour), ("hourly", hour, "daily", day)] {
            if inner.zip(outer).is_some_and(|(a, b)| a > b) {
                let message = format!("the limit `budgets.{small}.{key}` is above `budgets.{large}.{key}`");
                let mistake = Mistake::new(&codes::SHADOWED, at.keys(&[small, key]).place(), message);
                j.tell(
                    mistake
                        .label("never binds")
                        .help("lower it, or raise the other one")
                        .also(at.keys(&[large, key]).place(), "this one binds first"),
                );
            }
        }
    }
}
