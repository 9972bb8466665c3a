//! What an approval is asked for: a plan from a file, or an action from arguments.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Map, Value, json};

use super::text;
use crate::approvals::Party;
use crate::approvals::bound::Form;
use crate::cli::given;
use crate::plan::{self, ActorKind, Plan, Step, strict};

/// What is asked for, as arguments.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "subject")]
pub struct Args {
    /// A plan
    #[arg(long, value_name = "FILE", conflicts_with_all = ["action", "resource", "params"])]
    plan: Option<PathBuf>,
    /// An action, instead of a plan
    #[arg(long, value_name = "NAME", requires = "resource")]
    action: Option<String>,
    /// What the action is done to
    #[arg(long, value_name = "NAME", requires = "action")]
    resource: Option<String>,
    /// A parameter of the action; what reads as JSON is JSON, everything else text
    #[arg(long = "param", value_name = "NAME=VALUE", requires = "action")]
    params: Vec<String>,
    /// What does the action
    #[arg(long, value_name = "NAME", requires = "action")]
    provider: Option<String>,
    /// The action's idempotency key; else the approval's id
    #[arg(long, value_name = "KEY", requires = "action")]
    idempotency_key: Option<String>,
}

/// What is asked for.
pub struct Subject {
    /// The plan; an action is a plan of one step.
    pub plan: Plan,
    /// Which of the two was asked for.
    pub form: Form,
}

impl Args {
    /// The wish to let a blocked check pass.
    pub fn of_override(scope: &str) -> Self {
        Self {
            plan: None,
            action: Some("override".to_owned()),
            resource: Some(scope.to_owned()),
            params: Vec::new(),
            provider: None,
            idempotency_key: None,
        }
    }

    /// Whether anything is asked for.
    pub fn is_given(&self) -> bool {
        self.plan.is_some() || self.action.is_some()
    }

    /// What is asked for.
    ///
    /// # Errors
    /// A plan that does not read, a parameter without a name, nothing at all.
    pub fn read(&self, tenant: &str, who: &Party, id: &str) -> Result<Subject> {
        if let Some(path) = &self.plan {
            return Ok(Subject { plan: read_plan(path)?, form: Form::Plan });
        }
        let (Some(action), Some(resource)) = (&self.action, &self.resource) else {
            bail!("what is to be approved? Give --plan FILE, or --action NAME --resource NAME")
        };
        let kind = ActorKind::ALL.into_iter().find(|k| k.name() == who.kind).unwrap_or(ActorKind::User);
        let actor = plan::Actor { on_behalf_of: who.on_behalf_of.clone(), ..plan::Actor::new(kind, who.id.as_str()) };
        let mut step = Step::new(action, resource, self.idempotency_key.as_deref().unwrap_or(id));
        step.provider.clone_from(&self.provider);
        step.params = params(&self.params)?;
        // What is asked for by arguments must read as strictly as a file.
        let plan = Plan::of_one_step(tenant, actor, step);
        let plan = plan::read(plan.canonical().as_bytes()).map_err(|all| anyhow!("{}", told(&all)))?;
        Ok(Subject { plan, form: Form::Action })
    }
}

impl Subject {
    /// The document that is hashed.
    pub fn document(&self) -> Value {
        match (self.form, self.plan.steps.first()) {
            (Form::Action, Some(step)) => {
                json!({ "actor": self.plan.actor.to_value(), "step": step.to_value(), "tenant": self.plan.tenant })
            }
            _ => self.plan.to_value(),
        }
    }

    /// Its hash.
    pub fn hash(&self) -> String {
        match (self.form, self.plan.steps.first()) {
            (Form::Action, Some(step)) => self.plan.action_hash(step),
            _ => self.plan.plan_hash(),
        }
    }

    /// The names of its actions, each once.
    pub fn actions(&self) -> Vec<String> {
        let mut actions: Vec<_> = self.plan.steps.iter().map(|s| s.action.clone()).collect();
        actions.sort();
        actions.dedup();
        actions
    }

    /// The first resource, and how many more there are.
    pub fn resource(&self) -> String {
        let first = self.plan.steps.first().map(|s| s.resource.clone()).unwrap_or_default();
        match self.plan.steps.len() {
            0 | 1 => first,
            n => format!("{first} and {} more", n - 1),
        }
    }
}

/// A plan out of a file.
///
/// # Errors
/// It cannot be read, or is no plan.
pub fn read_plan(path: &std::path::Path) -> Result<Plan> {
    let bytes = given::bytes(path).with_context(|| format!("cannot read the plan {}", path.display()))?;
    plan::read(&bytes).map_err(|all| anyhow!("{} is no plan: {}", path.display(), told(&all)))
}

/// What is wrong with a plan, in one line.
pub fn told(violations: &[plan::Violation]) -> String {
    let one = |v: &plan::Violation| format!("{}: {}", text::name(&v.path, 200), text::name(&v.message, 300));
    violations.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn params(given: &[String]) -> Result<Map<String, Value>> {
    let mut params = Map::new();
    for param in given {
        let (name, value) = param
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .with_context(|| format!("`{}` is no parameter: expected NAME=VALUE", text::name(param, 80)))?;
        let value = strict::parse(value.as_bytes()).unwrap_or_else(|_| Value::String(value.to_owned()));
        if params.insert(name.to_owned(), value).is_some() {
            bail!("the parameter `{}` is given twice", text::name(name, 80));
        }
    }
    Ok(params)
}
