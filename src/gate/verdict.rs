//! The verdict on a plan: pass, escalate to people, reject; with everything that is wrong and why its tier is what it is.

use serde_json::{Value, json};

use super::rules::{Rules, Ruling};
use super::tier::{Assessment, Rater};
use crate::plan::path::Path;
use crate::plan::violation::{Code, Violation, Violations};
use crate::plan::{self, Plan};
use crate::policy::Policy;

/// How it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It may go on by itself.
    Pass,
    /// People must agree.
    Escalate,
    /// It is refused.
    Reject,
}

/// The verdict on a plan.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// How it came out.
    pub outcome: Outcome,
    /// Everything that is wrong.
    pub violations: Vec<Violation>,
    /// The plan, where it could be read.
    pub plan: Option<Plan>,
    /// Its hash.
    pub plan_hash: Option<String>,
    /// How dangerous it is.
    pub assessment: Option<Assessment>,
    /// What rules say without refusing.
    pub ruling: Ruling,
}

/// A policy made ready to judge plans.
#[derive(Debug)]
pub struct Judge<'p> {
    rater: Rater<'p>,
    rules: Rules<'p>,
}

impl Outcome {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Pass => "PASS",
            Outcome::Escalate => "ESCALATE",
            Outcome::Reject => "REJECT",
        }
    }
}

impl<'p> Judge<'p> {
    /// Makes a policy ready.
    pub fn new(policy: &'p Policy) -> Self {
        Self { rater: Rater::new(policy), rules: Rules::new(policy) }
    }

    /// Judges the bytes of a plan.
    pub fn judge(&self, bytes: &[u8]) -> Verdict {
        let most = self.rater.policy().sections().policies.security.max_request_size.0;
        if bytes.len() as u64 > most {
            let message = format!("a request may have {most} bytes, this one has {}", bytes.len());
            return Verdict::refused(vec![Violation { code: Code::TooLarge, path: Path::Root.to_string(), message }]);
        }
        let look = |part: &plan::Part<'_>, path: &Path<'_>, notes: &mut Violations| {
            self.rater.vocabulary().check_step(part, path, notes);
        };
        match plan::read_with(bytes, &look) {
            Ok(plan) => self.conclude(plan, Violations::default()),
            Err(violations) => Verdict::refused(violations),
        }
    }

    /// Judges a plan.
    pub fn judge_plan(&self, plan: Plan) -> Verdict {
        let mut notes = Violations::default();
        self.rater.vocabulary().check(&plan, &mut notes);
        self.conclude(plan, notes)
    }

    fn conclude(&self, plan: Plan, mut notes: Violations) -> Verdict {
        let mut assessment = self.rater.classify(&plan);
        let ruling = self.rules(&plan, &assessment, &mut notes);
        if !ruling.asks.is_empty() {
            assessment.ask();
        }
        if assessment.requires_approval && !self.rater.policy().sections().approvals.enabled {
            notes.add(Code::ApprovalsDisabled, Path::Root, "this needs an approval, and the policy has approvals off");
        }
        let outcome = match (notes.is_empty(), assessment.requires_approval) {
            (false, _) => Outcome::Reject,
            (true, true) => Outcome::Escalate,
            (true, false) => Outcome::Pass,
        };
        let plan_hash = Some(plan.plan_hash());
        let (violations, assessment) = (notes.into_vec(), Some(assessment));
        Verdict { outcome, violations, plan: Some(plan), plan_hash, assessment, ruling }
    }

    fn rules(&self, plan: &Plan, assessment: &Assessment, notes: &mut Violations) -> Ruling {
        let (steps, mut ruling) = (Path::Root.key("steps"), Ruling::default());
        for (i, (step, own)) in plan.steps.iter().zip(&assessment.steps).enumerate() {
            let request = self.rater.request(plan, step, assessment.tier, own.kinds.reads);
            self.rules.judge(&request, self.rater.vocabulary(), &steps.item(i), notes, &mut ruling);
        }
        ruling
    }
}

impl Verdict {
    fn refused(violations: Vec<Violation>) -> Self {
        let (outcome, ruling) = (Outcome::Reject, Ruling::default());
        Self { outcome, violations, plan: None, plan_hash: None, assessment: None, ruling }
    }

    /// As JSON, but for the version of the schema.
    pub fn to_json(&self) -> Value {
        let assessment = self.assessment.as_ref();
        let requires = assessment.is_some_and(|a| a.requires_approval);
        let strategy = assessment.filter(|a| a.requires_approval).map(|a| a.strategy.name());
        json!({
            "verdict": self.outcome.name(),
            "plan_hash": self.plan_hash,
            "tier": assessment.map(|a| a.tier.name()),
            "requires_approval": requires,
            "strategy": strategy,
            "violations": self.violations,
            "asked_by": self.ruling.asks,
            "warnings": self.ruling.warnings,
            "steps": self.steps(),
        })
    }

    fn steps(&self) -> Vec<Value> {
        let (Some(plan), Some(assessment)) = (&self.plan, &self.assessment) else { return Vec::new() };
        let step = |(i, (step, own)): (usize, (&plan::Step, &super::tier::StepTier))| {
            json!({
                "step_id": plan.step_id(i), "action": step.action, "step_hash": step.step_hash(),
                "action_hash": plan.action_hash(step), "tier": assessment.tier.name(), "own_tier": own.tier.name(),
                "reasons": own.reasons,
            })
        };
        plan.steps.iter().zip(&assessment.steps).enumerate().map(step).collect()
    }
}
