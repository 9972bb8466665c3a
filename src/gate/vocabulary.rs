//! What the policy knows: actions, their providers, their parameters. Nothing else can be asked for.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::plan::identifier::visible;
use crate::plan::path::Path;
use crate::plan::violation::{Code, Violations};
use crate::plan::{Part, Plan};
use crate::policy::Policy;
use crate::policy::formats::name_matches;
use crate::policy::raw::rules::ActionDeclaration;
use crate::policy::raw::values::{ParamKind, Pattern};

/// The vocabulary of a policy, made ready once.
#[derive(Debug)]
pub struct Vocabulary<'p> {
    policy: &'p Policy,
    actions: HashMap<&'p str, &'p ActionDeclaration>,
    providers: HashSet<&'p str>,
    /// What the lists of the policy name without a star, and with one.
    names: HashSet<&'p str>,
    globs: Vec<&'p str>,
}

impl<'p> Vocabulary<'p> {
    /// Makes that of a policy ready.
    pub fn new(policy: &'p Policy) -> Self {
        let declared = &policy.sections().policies.action;
        let (globs, names): (Vec<_>, Vec<_>) = patterns(policy).partition(|p| p.contains('*'));
        Self {
            policy,
            actions: declared.iter().map(|a| (a.name.as_str(), a)).collect(),
            providers: declared.iter().flat_map(|a| &a.providers).map(String::as_str).collect(),
            names: names.into_iter().collect(),
            globs,
        }
    }

    /// The policy.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// The declaration of an action.
    pub fn declaration(&self, action: &str) -> Option<&'p ActionDeclaration> {
        self.actions.get(action).copied()
    }

    /// Holds a plan against it.
    pub fn check(&self, plan: &Plan, notes: &mut Violations) {
        let steps = Path::Root.key("steps");
        for (i, step) in plan.steps.iter().enumerate() {
            self.check_step(&Part::from(step), &steps.item(i), notes);
        }
    }

    /// Holds what could be read of a step against it.
    pub fn check_step(&self, step: &Part<'_>, path: &Path<'_>, notes: &mut Violations) {
        let Some(action) = step.action else { return };
        let declared = self.declaration(action);
        match declared {
            Some(declared) if self.checks_input() => params(declared, step, path, notes),
            None if !self.is_named(action) => {
                let message = format!("the policy names no action `{}`", visible(action));
                notes.add(Code::UnknownAction, path.key("action"), message);
            }
            _ => {}
        }
        self.provider(declared, step, path, notes);
    }

    fn checks_input(&self) -> bool {
        let security = &self.policy.sections().policies.security;
        security.enabled && security.input_validation
    }

    /// Whether any list of the policy names an action. A glob that is nothing but wildcards names nothing.
    fn is_named(&self, action: &str) -> bool {
        self.names.contains(action) || self.globs.iter().any(|glob| name_matches(glob, action))
    }

    fn provider(&self, declared: Option<&ActionDeclaration>, step: &Part<'_>, path: &Path<'_>, notes: &mut Violations) {
        let path = path.key("provider");
        let known = declared.map(|d| d.providers.as_slice()).unwrap_or_default();
        match step.provider {
            None if known.is_empty() || notes.has_at(&path) => {}
            None => notes.add(Code::UnknownProvider, path, format!("expected one of {}", known.join(", "))),
            Some(provider) if known.iter().any(|k| k == provider) => {}
            Some(provider) if !known.is_empty() => {
                let message = format!("`{}` is none of {}", visible(provider), known.join(", "));
                notes.add(Code::UnknownProvider, path, message);
            }
            // The declaration of the action takes any.
            Some(_) if declared.is_some() => {}
            Some(provider) if self.providers.contains(provider) => {}
            Some(provider) => {
                let message = format!("the policy names no provider `{}`", visible(provider));
                notes.add(Code::UnknownProvider, path, message);
            }
        }
    }
}

/// The names and globs of actions in all lists of the policy.
pub(super) fn patterns(policy: &Policy) -> impl Iterator<Item = &str> {
    let sections = policy.sections();
    let policies = &sections.policies;
    let risk = &policies.risk;
    let lists: [&[Pattern]; 6] = [
        &risk.critical,
        &risk.high,
        &risk.medium,
        &risk.low,
        &policies.operational.auto_approval.operations,
        &policies.operational.require_approval.operations,
    ];
    let rules = policies.rule.iter().flat_map(|r| &r.actions);
    let levels = sections.reputation.permission_levels.values().flat_map(|l| &l.allowed_operations);
    let names = lists.into_iter().flatten().chain(rules).map(|p| p.0.as_str());
    names.filter(|p| p.chars().any(char::is_alphanumeric)).chain(levels.map(AsRef::as_ref))
}

fn params(declared: &ActionDeclaration, step: &Part<'_>, path: &Path<'_>, notes: &mut Violations) {
    let Some(given) = step.params else { return };
    let path = path.key("params");
    for (name, wanted) in &declared.params {
        let place = path.key(name);
        match given.get(name) {
            None if wanted.optional => {}
            None => notes.add(
                Code::MissingParam,
                place,
                format!("`{}` asks for this {}", declared.name, wanted.kind.name()),
            ),
            // A number that was refused has its own violation already.
            Some(Value::Null) if notes.has_at(&place) => {}
            Some(value) if is_of(value, wanted.kind) => {}
            Some(_) => notes.add(
                Code::WrongParamType,
                place,
                format!("expected {} {}", article(wanted.kind), wanted.kind.name()),
            ),
        }
    }
    for name in given.keys().filter(|n| !declared.params.contains_key(*n)) {
        notes.add(Code::UnknownParam, path.key(name), format!("`{}` has no such parameter", declared.name));
    }
}

fn is_of(value: &Value, kind: ParamKind) -> bool {
    match kind {
        ParamKind::String => value.is_string(),
        ParamKind::Integer => value.is_i64(),
        ParamKind::Boolean => value.is_boolean(),
        ParamKind::Array => value.is_array(),
        ParamKind::Object => value.is_object(),
    }
}

fn article(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::Integer | ParamKind::Array | ParamKind::Object => "an",
        ParamKind::String | ParamKind::Boolean => "a",
    }
}
