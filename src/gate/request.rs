//! One step of a plan as the conditions of the policy see it. Only what a condition asks for is made.

use std::borrow::Cow;

use serde_json::Value;

use super::tier::Tier;
use crate::plan::{ActorKind, Plan, Step};
use crate::policy::condition::{Request, descend};

/// A step, with what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct StepRequest<'a> {
    /// Where the policy is in force.
    pub environment: Option<&'a str>,
    /// The plan.
    pub plan: &'a Plan,
    /// Its step.
    pub step: &'a Step,
    /// The tier that it has so far.
    pub tier: Tier,
    /// Whether it only reads.
    pub reads: bool,
}

impl Request for StepRequest<'_> {
    fn field(&self, path: &str) -> Option<Cow<'_, Value>> {
        let (head, rest) = split(path);
        if let ("params", Some(rest)) = (head, rest) {
            let (name, rest) = split(rest);
            return within(self.step.params.get(name)?, rest).map(Cow::Borrowed);
        }
        let member = self.member(head)?;
        match rest {
            None => Some(Cow::Owned(member)),
            Some(rest) => descend(&member, rest).cloned().map(Cow::Owned),
        }
    }
}

impl StepRequest<'_> {
    fn member(&self, name: &str) -> Option<Value> {
        let (plan, step) = (self.plan, self.step);
        let labels = || plan.labels().iter().chain(step.labels()).map(|l| l.as_str().into()).collect();
        let value = match name {
            "tenant" => plan.tenant.as_str().into(),
            "actor" => plan.actor.to_value(),
            "action" => step.action.as_str().into(),
            "provider" => step.provider.as_deref()?.into(),
            "resource" => step.resource.as_str().into(),
            "environment" => self.environment?.into(),
            "effect" => self.reads.then_some("read")?.into(),
            "params" => Value::Object(step.params.clone()),
            "labels" if plan.labels().is_empty() && step.labels().is_empty() => return None,
            "labels" => Value::Array(labels()),
            "paths" => step.paths.clone()?.into(),
            "tier" => self.tier.name().into(),
            "risk" => step.constraints.as_ref()?.get("risk").filter(|r| !r.is_null())?.clone(),
            "idempotency_key" => step.idempotency_key.as_str().into(),
            "correlation_id" => plan.request_id.as_deref()?.into(),
            "autonomous" => (plan.actor.kind == ActorKind::Agent && plan.actor.on_behalf_of.is_none()).into(),
            _ => return None,
        };
        Some(value)
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)))
}

fn within<'v>(value: &'v Value, rest: Option<&str>) -> Option<&'v Value> {
    match rest {
        Some(rest) => descend(value, rest),
        None => Some(value).filter(|v| !v.is_null()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Actor;
    use serde_json::json;

    #[test]
    fn fields_are_found_and_what_is_absent_is_not() {
        let mut step = Step::new("repo.push", "repo:a", "k");
        step.params = json!({ "ref": { "name": "main" }, "none": null }).as_object().unwrap().clone();
        step.labels = Some(vec!["docs".into()]);
        let plan = Plan::of_one_step("acme", Actor::new(ActorKind::Agent, "bot"), step);
        let request =
            StepRequest { environment: None, plan: &plan, step: &plan.steps[0], tier: Tier::Medium, reads: false };
        let rows = [
            ("action", json!("repo.push")),
            ("actor.kind", json!("agent")),
            ("params.ref.name", json!("main")),
            ("params", json!({ "ref": { "name": "main" }, "none": null })),
            ("labels", json!(["docs"])),
            ("tier", json!("medium")),
            ("autonomous", json!(true)),
        ];
        for (path, expected) in rows {
            assert_eq!(request.field(path).as_deref(), Some(&expected), "{path}");
        }
        for path in
            ["params.none", "params.other", "params.ref.x", "provider", "environment", "action.x", "effect", "x"]
        {
            assert_eq!(request.field(path), None, "{path}");
        }
    }
}
