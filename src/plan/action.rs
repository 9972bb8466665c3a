//! A plan, its steps and who means to take them, and the hashes that bind an approval to them.
//!
//! | hash | over the canonical form of |
//! |---|---|
//! | plan: `sha256("govctl.plan/1\n" ‖ …)` | the whole plan as it was written |
//! | step: `sha256("govctl.step/1\n" ‖ …)` | one step |
//! | action: `sha256("govctl.action/1\n" ‖ …)` | `{"actor", "step", "tenant"}` |
//!
//! Each type is written twice: as JSON for who shows it, and straight into its canonical text for who hashes it; a property test
//! (tests/plan.rs) holds the two equal.
//!
//! What is absent stays absent, and an empty list stays one: whoever writes the file canonically gets the same hashes.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value, json};

use super::canonical::{self, Object};

/// What an actor means to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For whom.
    pub tenant: String,
    /// A name for the request, to find it by.
    pub request_id: Option<String>,
    /// Who.
    pub actor: Actor,
    /// What, in order; at least one.
    pub steps: Vec<Step>,
    /// Words about the whole plan.
    pub labels: Option<Vec<String>>,
}

/// Who means to act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A person, an agent or the system itself.
    pub kind: ActorKind,
    /// Their name.
    pub id: String,
    /// The person an agent acts for.
    pub on_behalf_of: Option<String>,
}

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person.
    User,
    /// An agent.
    Agent,
    /// The system itself.
    System,
}

/// One action on one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What.
    pub action: String,
    /// By what.
    pub provider: Option<String>,
    /// On what.
    pub resource: String,
    /// With which parameters.
    pub params: Map<String, Value>,
    /// Within which limits. `risk` among them is the tier that the caller declares.
    pub constraints: Option<Map<String, Value>>,
    /// The same key is the same action, however often it is asked for.
    pub idempotency_key: String,
    /// What it may cost at most, in cents.
    pub budget_cents: Option<i64>,
    /// Its name in the plan.
    pub step_id: Option<String>,
    /// Words about it.
    pub labels: Option<Vec<String>>,
    /// The paths it touches.
    pub paths: Option<Vec<String>>,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [ActorKind; 3] = [ActorKind::User, ActorKind::Agent, ActorKind::System];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            ActorKind::User => "user",
            ActorKind::Agent => "agent",
            ActorKind::System => "system",
        }
    }
}

impl Actor {
    /// An actor who acts for nobody else.
    pub fn new(kind: ActorKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), on_behalf_of: None }
    }

    /// As JSON.
    pub fn to_value(&self) -> Value {
        let mut out = json!({ "kind": self.kind.name(), "id": self.id });
        put(&mut out, "on_behalf_of", self.on_behalf_of.clone());
        out
    }

    fn write(&self, out: &mut String) {
        let mut object = Object::open(out);
        object.text("id", &self.id);
        object.text("kind", self.kind.name());
        object.optional("on_behalf_of", self.on_behalf_of.as_deref());
        object.close();
    }
}

impl Step {
    /// A step with nothing but what it must have.
    pub fn new(action: impl Into<String>, resource: impl Into<String>, idempotency_key: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            provider: None,
            resource: resource.into(),
            params: Map::new(),
            constraints: None,
            idempotency_key: idempotency_key.into(),
            budget_cents: None,
            step_id: None,
            labels: None,
            paths: None,
        }
    }

    /// As JSON: what is absent is left out.
    pub fn to_value(&self) -> Value {
        let mut out = json!({
            "action": self.action, "resource": self.resource, "params": self.params,
            "idempotency_key": self.idempotency_key,
        });
        put(&mut out, "provider", self.provider.clone());
        put(&mut out, "constraints", self.constraints.clone());
        put(&mut out, "budget_cents", self.budget_cents);
        put(&mut out, "step_id", self.step_id.clone());
        put(&mut out, "labels", self.labels.clone());
        put(&mut out, "paths", self.paths.clone());
        out
    }

    /// Its canonical text.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Its hash, which a node of an execution graph carries.
    pub fn step_hash(&self) -> String {
        canonical::hash_text("step", &self.canonical())
    }

    fn write(&self, out: &mut String) {
        let mut object = Object::open(out);
        object.text("action", &self.action);
        object.integer("budget_cents", self.budget_cents);
        object.map("constraints", self.constraints.as_ref());
        object.text("idempotency_key", &self.idempotency_key);
        object.texts("labels", self.labels.as_deref());
        object.map("params", Some(&self.params));
        object.texts("paths", self.paths.as_deref());
        object.optional("provider", self.provider.as_deref());
        object.text("resource", &self.resource);
        object.optional("step_id", self.step_id.as_deref());
        object.close();
    }

    /// Its labels.
    pub fn labels(&self) -> &[String] {
        self.labels.as_deref().unwrap_or_default()
    }

    /// The paths it touches.
    pub fn paths(&self) -> &[String] {
        self.paths.as_deref().unwrap_or_default()
    }
}

impl Plan {
    /// A plan of one step, as `approvals request --action A --resource R --param k=v` asks for.
    pub fn of_one_step(tenant: impl Into<String>, actor: Actor, step: Step) -> Self {
        Self { tenant: tenant.into(), request_id: None, actor, steps: vec![step], labels: None }
    }

    /// As JSON: what is absent is left out.
    pub fn to_value(&self) -> Value {
        let steps: Vec<_> = self.steps.iter().map(Step::to_value).collect();
        let mut out = json!({ "tenant": self.tenant, "actor": self.actor.to_value(), "steps": steps });
        put(&mut out, "request_id", self.request_id.clone());
        put(&mut out, "labels", self.labels.clone());
        out
    }

    /// Its canonical text.
    pub fn canonical(&self) -> String {
        self.write().0
    }

    /// Its hash.
    pub fn plan_hash(&self) -> String {
        canonical::hash_text("plan", &self.canonical())
    }

    /// Its hash and those of its steps, in one pass.
    pub fn hashes(&self) -> (String, Vec<String>) {
        let (text, steps) = self.write();
        let step = |span: Range<usize>| canonical::hash_text("step", &text[span]);
        (canonical::hash_text("plan", &text), steps.into_iter().map(step).collect())
    }

    /// Its canonical text, and where in it each step stands.
    fn write(&self) -> (String, Vec<Range<usize>>) {
        let (mut out, mut steps) = (String::new(), Vec::with_capacity(self.steps.len()));
        let mut object = Object::open(&mut out);
        self.actor.write(object.member("actor"));
        object.texts("labels", self.labels.as_deref());
        object.optional("request_id", self.request_id.as_deref());
        canonical::list(&self.steps, object.member("steps"), |step, out| {
            let from = out.len();
            step.write(out);
            steps.push(from..out.len());
        });
        object.text("tenant", &self.tenant);
        object.close();
        (out, steps)
    }

    /// The hash of one step with who takes it and for whom; what an approval of a single action binds.
    pub fn action_hash(&self, step: &Step) -> String {
        action_hash(&self.tenant, &self.actor, step)
    }

    /// What a step is called in a graph: its id, or `step-<n>` from 1 where it has none.
    pub fn step_id(&self, index: usize) -> Cow<'_, str> {
        let own = self.steps.get(index).and_then(|s| s.step_id.as_deref());
        own.map_or_else(|| Self::default_step_id(index).into(), Cow::Borrowed)
    }

    /// What a step without an id is called.
    pub fn default_step_id(index: usize) -> String {
        format!("step-{}", index + 1)
    }

    /// The plan's labels.
    pub fn labels(&self) -> &[String] {
        self.labels.as_deref().unwrap_or_default()
    }
}

/// The hash of one step with who takes it and for whom.
pub fn action_hash(tenant: &str, actor: &Actor, step: &Step) -> String {
    let mut out = String::new();
    let mut object = Object::open(&mut out);
    actor.write(object.member("actor"));
    step.write(object.member("step"));
    object.text("tenant", tenant);
    object.close();
    canonical::hash_text("action", &out)
}

fn put<T: Into<Value>>(object: &mut Value, name: &str, value: Option<T>) {
    if let (Some(value), Some(members)) = (value, object.as_object_mut()) {
        members.insert(name.to_owned(), value.into());
    }
}
