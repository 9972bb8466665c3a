//! Bytes → [`Plan`], or everything that is wrong with them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::action::{Actor, ActorKind, Plan, Step};
use super::identifier::{has_invisible, visible};
use super::path::Path;
use super::tree;
use super::violation::{Code, Violation, Violations};

/// Reads a plan. Nothing is passed over: an unknown field, a member that stands twice, a number that readers read
/// differently, a name that is blank or hides something are violations, all of them in one answer.
///
/// # Errors
/// Everything that is wrong, each with its JSON path.
pub fn read(bytes: &[u8]) -> Result<Plan, Vec<Violation>> {
    read_with(bytes, &|_, _, _| ())
}

/// As [`read`], with a look of the caller's at each step, also at one with which something else is wrong.
///
/// # Errors
/// Everything that is wrong, what the caller noted among it.
pub fn read_with(bytes: &[u8], look: Look<'_>) -> Result<Plan, Vec<Violation>> {
    let mut notes = Violations::default();
    let plan = tree::parse(bytes, &mut notes).and_then(|value| Reader { notes: &mut notes, look }.plan(value));
    match plan {
        Some(plan) if notes.is_empty() => Ok(plan),
        _ => Err(notes.into_vec()),
    }
}

/// Looks at a step and notes what is wrong with it.
pub type Look<'a> = &'a dyn Fn(&Part<'_>, &Path<'_>, &mut Violations);

/// What could be read of a step.
#[derive(Clone, Copy, Debug)]
pub struct Part<'s> {
    /// Its action.
    pub action: Option<&'s str>,
    /// Its provider.
    pub provider: Option<&'s str>,
    /// Its parameters.
    pub params: Option<&'s Map<String, Value>>,
}

impl<'s> From<&'s Step> for Part<'s> {
    fn from(step: &'s Step) -> Self {
        Part { action: Some(&step.action), provider: step.provider.as_deref(), params: Some(&step.params) }
    }
}

/// Takes a value apart. A part that is wrong is noted and becomes `None`; the rest goes on.
pub(super) struct Reader<'a> {
    pub(super) notes: &'a mut Violations,
    pub(super) look: Look<'a>,
}

/// The members of an object that have not been asked for yet.
pub(super) struct Members<'p> {
    map: Map<String, Value>,
    path: &'p Path<'p>,
}

impl Reader<'_> {
    fn plan(&mut self, value: Value) -> Option<Plan> {
        let mut members = self.object(value, &Path::Root)?;
        let tenant = self.name(&mut members, "tenant");
        let request_id = self.optional_name(&mut members, "request_id");
        let actor = self.required(&mut members, "actor");
        let actor = actor.and_then(|v| self.actor(v, &Path::Root.key("actor")));
        let labels = self.names(&mut members, "labels");
        let steps = self.required(&mut members, "steps");
        let steps = steps.and_then(|v| self.steps(v, &Path::Root.key("steps")));
        self.finish(members);
        Some(Plan { tenant: tenant?, request_id, actor: actor?, steps: steps?, labels })
    }

    fn actor(&mut self, value: Value, path: &Path<'_>) -> Option<Actor> {
        let mut members = self.object(value, path)?;
        let kind = self.name(&mut members, "kind").and_then(|name| {
            let known = ActorKind::ALL.into_iter().find(|k| k.name() == name);
            if known.is_none() {
                self.notes.add(Code::UnknownValue, path.key("kind"), "expected user, agent or system");
            }
            known
        });
        let id = self.name(&mut members, "id");
        let on_behalf_of = self.optional_name(&mut members, "on_behalf_of");
        self.finish(members);
        Some(Actor { kind: kind?, id: id?, on_behalf_of })
    }

    fn steps(&mut self, value: Value, path: &Path<'_>) -> Option<Vec<Step>> {
        let items = self.list(value, path)?;
        if items.is_empty() {
            self.notes.add(Code::NoSteps, path, "a plan has at least one step");
        }
        self.unique(&items, path);
        // Every step is looked at, also after one that is wrong.
        let steps: Vec<_> = items.into_iter().enumerate().map(|(i, v)| self.step(v, &path.item(i))).collect();
        steps.into_iter().collect()
    }

    fn step(&mut self, value: Value, path: &Path<'_>) -> Option<Step> {
        let mut members = self.object(value, path)?;
        let action = self.name(&mut members, "action");
        let provider = self.optional_name(&mut members, "provider");
        let resource = self.name(&mut members, "resource");
        let params = self.required(&mut members, "params").and_then(|v| self.map(v, &path.key("params")));
        let constraints = members.map.remove("constraints");
        let constraints = constraints.and_then(|v| self.constraints(v, &path.key("constraints")));
        let idempotency_key = self.name(&mut members, "idempotency_key");
        let budget_cents = members.map.remove("budget_cents");
        let budget_cents = budget_cents.and_then(|v| self.cents(&v, &path.key("budget_cents")));
        let step_id = self.optional_name(&mut members, "step_id");
        let labels = self.names(&mut members, "labels");
        let paths = self.names(&mut members, "paths");
        self.finish(members);
        let part = Part { action: action.as_deref(), provider: provider.as_deref(), params: params.as_ref() };
        (self.look)(&part, path, self.notes);
        Some(Step {
            action: action?,
            provider,
            resource: resource?,
            params: params?,
            constraints,
            idempotency_key: idempotency_key?,
            budget_cents,
            step_id,
            labels,
            paths,
        })
    }

    fn constraints(&mut self, value: Value, path: &Path<'_>) -> Option<Map<String, Value>> {
        let map = self.map(value, path)?;
        let is_tier = |v: &Value| v.as_str().is_some_and(|t| ["low", "medium", "high", "critical"].contains(&t));
        if map.get("risk").is_some_and(|v| !is_tier(v)) {
            self.notes.add(Code::UnknownValue, path.key("risk"), "expected low, medium, high or critical");
        }
        Some(map)
    }

    fn cents(&mut self, value: &Value, path: &Path<'_>) -> Option<i64> {
        match value.as_i64() {
            None => self.wrong_type(value, path, "an integer"),
            Some(cents) if cents < 0 => self.notes.add(Code::OutOfRange, path, "a budget is not negative"),
            Some(cents) => return Some(cents),
        }
        None
    }

    /// Steps are told apart by their ids and keys, also where something else is wrong with them.
    fn unique(&mut self, items: &[Value], path: &Path<'_>) {
        let (mut ids, mut keys) = (HashSet::with_capacity(items.len()), HashMap::with_capacity(items.len()));
        for (i, item) in items.iter().enumerate() {
            let text = |name| item.get(name).and_then(Value::as_str);
            if let Some(key) = text("idempotency_key")
                && let Some(first) = keys.insert(key, i)
            {
                let message = format!("step {first} has the same key");
                self.notes.add(Code::DuplicateIdempotencyKey, path.item(i).key("idempotency_key"), message);
            }
            let id = text("step_id").map_or_else(|| Plan::default_step_id(i).into(), Cow::Borrowed);
            if let Some(id) = ids.replace(id) {
                let message = format!("another step is called `{}`, too", visible(&id));
                self.notes.add(Code::DuplicateStepId, path.item(i).key("step_id"), message);
            }
        }
    }

    pub(super) fn object<'p>(&mut self, value: Value, path: &'p Path<'p>) -> Option<Members<'p>> {
        self.map(value, path).map(|map| Members { map, path })
    }

    fn map(&mut self, value: Value, path: &Path<'_>) -> Option<Map<String, Value>> {
        match value {
            Value::Object(map) => Some(map),
            other => {
                self.wrong_type(&other, path, "an object");
                None
            }
        }
    }

    pub(super) fn list(&mut self, value: Value, path: &Path<'_>) -> Option<Vec<Value>> {
        match value {
            Value::Array(items) => Some(items),
            other => {
                self.wrong_type(&other, path, "a list");
                None
            }
        }
    }

    pub(super) fn required(&mut self, members: &mut Members<'_>, name: &str) -> Option<Value> {
        let value = members.map.remove(name);
        if value.is_none() {
            self.notes.add(Code::MissingField, members.path.key(name), "this must be there");
        }
        value
    }

    pub(super) fn name(&mut self, members: &mut Members<'_>, name: &str) -> Option<String> {
        let value = self.required(members, name)?;
        self.identifier(value, &members.path.key(name))
    }

    pub(super) fn optional_name(&mut self, members: &mut Members<'_>, name: &str) -> Option<String> {
        let value = members.map.remove(name)?;
        self.identifier(value, &members.path.key(name))
    }

    pub(super) fn names(&mut self, members: &mut Members<'_>, name: &str) -> Option<Vec<String>> {
        let path = members.path.key(name);
        let items = members.map.remove(name).and_then(|value| self.list(value, &path))?;
        let names: Vec<_> = items.into_iter().enumerate().map(|(i, v)| self.identifier(v, &path.item(i))).collect();
        names.into_iter().collect()
    }

    /// A name: something to see, and nothing else.
    fn identifier(&mut self, value: Value, path: &Path<'_>) -> Option<String> {
        let Value::String(text) = value else {
            self.wrong_type(&value, path, "a text");
            return None;
        };
        if has_invisible(&text) {
            let message = "a name may not hold control characters, nor such as are not seen or change the direction";
            self.notes.add(Code::ControlCharacter, path, message);
        } else if text.trim().is_empty() {
            self.notes.add(Code::Blank, path, "this may not be blank");
        }
        Some(text)
    }

    pub(super) fn finish(&mut self, members: Members<'_>) {
        for name in members.map.keys() {
            self.notes.add(Code::UnknownField, members.path.key(name), "there is no such field here");
        }
    }

    /// A number that was refused has its own violation already.
    fn wrong_type(&mut self, value: &Value, path: &Path<'_>, expected: &str) {
        let kind = match value {
            Value::Null if self.notes.has_at(path) => return,
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.notes.add(Code::WrongType, path, format!("this is {kind}; expected {expected}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"tenant":"acme","actor":{"kind":"agent","id":"claude"},"steps":[
        {"action":"dns.update","resource":"zone:example.org","params":{"ttl":60},"idempotency_key":"k1"}]}"#;

    fn codes(text: &str) -> Vec<String> {
        let violations = read(text.as_bytes()).expect_err(text);
        violations.iter().map(|v| format!("{} {}", v.path, v.code.name())).collect()
    }

    #[test]
    fn a_good_plan_is_read_and_comes_back_as_it_was() {
        let plan = read(GOOD.as_bytes()).unwrap();
        let value = crate::plan::strict::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(plan.to_value(), value);
        assert_eq!(plan.plan_hash(), crate::plan::canonical::hash("plan", &value));
        assert_eq!(read(plan.canonical().as_bytes()).unwrap(), plan);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let text = r#"{"tenant":" ","extra":1,"actor":{"kind":"robot","id":"a\u202e","x":null},"steps":[
            {"action":"a","resource":"r","params":{"n":1.5,"n":2},"idempotency_key":"","budget_cents":-1,"labels":[1]},
            {"action":"a","resource":"r","params":[],"idempotency_key":"","step_id":"step-1","constraints":{"risk":"none"}},
            {"action":9007199254740993,"paths":"p"}]}"#;
        let expected = [
            "$.steps[0].params.n float",
            "$.steps[0].params.n duplicate_key",
            "$.steps[2].action integer_range",
            "$.tenant blank",
            "$.actor.kind unknown_value",
            "$.actor.id control_character",
            "$.actor.x unknown_field",
            "$.steps[1].idempotency_key duplicate_idempotency_key",
            "$.steps[1].step_id duplicate_step_id",
            "$.steps[0].idempotency_key blank",
            "$.steps[0].budget_cents out_of_range",
            "$.steps[0].labels[0] wrong_type",
            "$.steps[1].params wrong_type",
            "$.steps[1].constraints.risk unknown_value",
            "$.steps[1].idempotency_key blank",
            "$.steps[2].resource missing_field",
            "$.steps[2].params missing_field",
            "$.steps[2].idempotency_key missing_field",
            "$.steps[2].paths wrong_type",
            "$.extra unknown_field",
        ];
        assert_eq!(codes(text), expected);
    }

    #[test]
    fn what_is_no_plan_at_all_is_told() {
        assert_eq!(codes("[]"), ["$ wrong_type"]);
        assert_eq!(codes("{"), ["$ json_syntax"]);
        assert_eq!(codes(&GOOD.replace("[\n", "[],\"x\":[")), ["$.steps no_steps", "$.x unknown_field"]);
    }
}
