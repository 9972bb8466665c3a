//! What differs between the answers of two policies: both are asked the same requests, which are made from the words that
//! either of them knows. What no request tells apart may still differ; the values of the two tell that.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::verdict::{Judge, Outcome, Verdict};
use super::vocabulary::Vocabulary;
use crate::policy::Policy;
use crate::policy::diff::Effect;
use crate::policy::raw::approvals::Strategy;
use crate::policy::raw::rules::ActionDeclaration;
use crate::policy::raw::values::{ParamKind, Tier};

/// As many requests are asked at most.
const MOST: usize = 20_000;

/// A request that the two answer differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The request, as a step of a plan.
    pub request: Value,
    /// Whether the second is more or less strict.
    pub effect: Effect,
    /// The answer of the first: verdict, tier, strategy.
    pub before: String,
    /// The answer of the second.
    pub after: String,
}

/// How the answers compare.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// How many requests were asked.
    pub requests: usize,
    /// Those with different answers.
    pub differences: Vec<Difference>,
}

/// Asks both the same.
pub fn compare(before: &Policy, after: &Policy) -> Comparison {
    let steps = grid([before, after]);
    let (old, new) = (Judge::new(before), Judge::new(after));
    let differences = steps.iter().filter_map(|step| {
        let plan = json!({ "tenant": "t", "actor": { "kind": "agent", "id": "a" }, "steps": [step] }).to_string();
        let (before, after) = (Answer::of(&old.judge(plan.as_bytes())), Answer::of(&new.judge(plan.as_bytes())));
        let effect = match after.cmp(&before) {
            std::cmp::Ordering::Less => Effect::Widened,
            std::cmp::Ordering::Greater => Effect::Narrowed,
            std::cmp::Ordering::Equal => return None,
        };
        Some(Difference { request: step.clone(), effect, before: before.told(), after: after.told() })
    });
    Comparison { requests: steps.len(), differences: differences.collect() }
}

/// An answer, the strictest last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    outcome: u8,
    strategy: u8,
    /// Of one that is refused nothing else counts.
    tier: Option<Tier>,
}

impl Answer {
    fn of(verdict: &Verdict) -> Self {
        let assessment = verdict.assessment.as_ref();
        match verdict.outcome {
            Outcome::Reject => Self { outcome: 2, strategy: 0, tier: None },
            Outcome::Pass => Self { outcome: 0, strategy: 0, tier: assessment.map(|a| a.tier) },
            Outcome::Escalate => {
                let strategy = assessment.map_or(0, |a| super::strategy::strictness(a.strategy));
                Self { outcome: 1, strategy, tier: assessment.map(|a| a.tier) }
            }
        }
    }

    fn told(&self) -> String {
        let tier = self.tier.map_or("", |t| t.name());
        let strategy = Strategy::ALL.into_iter().find(|s| super::strategy::strictness(*s) == self.strategy);
        match self.outcome {
            0 => format!("passes ({tier})"),
            1 => format!("{} ({tier})", strategy.map_or("approval", |s| s.name())),
            _ => "rejected".to_owned(),
        }
    }
}

/// Each action with each risk that a caller may declare, and plain with each label, path and provider.
fn grid(policies: [&Policy; 2]) -> Vec<Value> {
    let (labels, paths) = (labels(policies), paths(policies));
    let known = policies.map(Vocabulary::new);
    let mut steps = Vec::new();
    for action in actions(policies) {
        let plain = json!({ "action": action, "resource": "r:1", "params": {}, "idempotency_key": "k" });
        let declared: Vec<_> = known.iter().filter_map(|v| v.declaration(&action)).collect();
        let bases: BTreeSet<String> = declared.iter().map(|d| with_params(&plain, d).to_string()).collect();
        let bases = bases.iter().filter_map(|text| serde_json::from_str(text).ok());
        let bases: Vec<Value> = if declared.is_empty() { vec![plain] } else { bases.collect() };
        for base in &bases {
            let with = |key: &str, value: Value| {
                let mut step = base.clone();
                step[key] = value;
                step
            };
            steps.push(base.clone());
            let risks = [Tier::Low, Tier::Medium, Tier::High, Tier::Critical];
            steps.extend(risks.into_iter().map(|t| with("constraints", json!({ "risk": t.name() }))));
            steps.extend(labels.iter().map(|label| with("labels", json!([label]))));
            steps.extend(paths.iter().map(|path| with("paths", json!([path]))));
            let providers: BTreeSet<_> = declared.iter().flat_map(|d| &d.providers).collect();
            steps.extend(providers.into_iter().map(|provider| with("provider", json!(provider))));
        }
        if steps.len() > MOST {
            steps.truncate(MOST);
            break;
        }
    }
    steps
}

/// Every action that either names, and one that none does.
fn actions(policies: [&Policy; 2]) -> BTreeSet<String> {
    let mut actions = BTreeSet::from(["unheard-of".to_owned()]);
    for policy in policies {
        actions.extend(policy.sections().policies.action.iter().map(|a| a.name.clone()));
        actions.extend(super::vocabulary::patterns(policy).map(concrete));
    }
    actions
}

fn labels(policies: [&Policy; 2]) -> BTreeSet<String> {
    let of = |p: &Policy| {
        let risk = &p.sections().policies.risk;
        risk.high_risk_labels.iter().chain(&risk.auto_approve_labels).cloned().collect::<Vec<_>>()
    };
    policies.into_iter().flat_map(of).collect()
}

fn paths(policies: [&Policy; 2]) -> BTreeSet<String> {
    let of = |p: &Policy| {
        let paths = &p.sections().policies.risk.paths;
        let all = paths.critical.iter().chain(&paths.high).chain(&paths.medium);
        all.map(|glob| concrete(&glob.0)).collect::<Vec<_>>()
    };
    policies.into_iter().flat_map(of).collect()
}

/// Something that a glob matches, where it has no more than stars and question marks.
fn concrete(glob: &str) -> String {
    glob.replace("**", "*").replace(['*', '?'], "x")
}

/// With the parameters that the declaration asks for, and the provider where it wants one.
fn with_params(step: &Value, declared: &ActionDeclaration) -> Value {
    let needed = declared.params.iter().filter(|(_, kind)| !kind.optional);
    let params: Map<String, Value> = needed.map(|(name, kind)| (name.clone(), sample(kind.kind))).collect();
    let mut step = step.clone();
    step["params"] = Value::Object(params);
    if let Some(provider) = declared.providers.first() {
        step["provider"] = json!(provider);
    }
    step
}

fn sample(kind: ParamKind) -> Value {
    match kind {
        ParamKind::String => json!("x"),
        ParamKind::Integer => json!(1),
        ParamKind::Boolean => json!(true),
        ParamKind::Array => json!([]),
        ParamKind::Object => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Context, judge_text};

    fn policy(text: &str) -> Policy {
        let context = Context { today: jiff::civil::date(2026, 1, 1), environment: None };
        let verdict = judge_text("governance.toml", &format!("policies.version = \"1.0\"\n{text}"), &context);
        verdict.policy.unwrap_or_else(|| panic!("{:?}", verdict.mistakes))
    }

    fn effects(before: &str, after: &str) -> BTreeSet<Effect> {
        let compared = compare(&policy(before), &policy(after));
        assert!(compared.requests > 0);
        compared.differences.into_iter().map(|d| d.effect).collect()
    }

    #[test]
    fn what_is_more_or_less_strict_is_seen_from_both_sides() {
        let (widened, narrowed) = (BTreeSet::from([Effect::Widened]), BTreeSet::from([Effect::Narrowed]));
        for (loose, strict) in [
            ("policies.risk.low = [\"deploy\"]", "policies.risk.high = [\"deploy\"]"),
            ("policies.risk.low = [\"read_*\"]", ""),
            (
                "policies.risk.medium = [\"build\"]",
                "policies.risk.medium = [\"build\"]\npolicies.operational.require_approval.operations = [\"build\"]",
            ),
            (
                "policies.risk.low = [\"edit\"]",
                "policies.risk.low = [\"edit\"]\npolicies.risk.paths.critical = [\"keys/**\"]",
            ),
            (
                "policies.risk.low = [\"edit\"]",
                "policies.risk.low = [\"edit\"]\npolicies.risk.high_risk_labels = [\"payment\"]",
            ),
        ] {
            assert_eq!(effects(loose, strict), narrowed, "{loose} → {strict}");
            assert_eq!(effects(strict, loose), widened, "{strict} → {loose}");
            assert_eq!(effects(loose, loose), BTreeSet::new());
        }
    }

    #[test]
    fn an_answer_is_told_in_words() {
        let compared =
            compare(&policy("policies.risk.low = [\"deploy\"]"), &policy("policies.risk.critical = [\"deploy\"]"));
        let first = &compared.differences[0];
        assert_eq!((first.before.as_str(), &first.request["action"]), ("passes (low)", &json!("deploy")));
        assert!(first.after.ends_with("(critical)"), "{first:?}");
    }
}
