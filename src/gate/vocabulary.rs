//! What the policy knows: actions, their providers, their parameters. Nothing else can be asked for.

use serde_json::Value;

use super::tier::declaration;
use crate::plan::identifier::visible;
use crate::plan::path::Path;
use crate::plan::violation::{Code, Violations};
use crate::plan::{Part, Plan};
use crate::policy::Policy;
use crate::policy::formats::name_matches;
use crate::policy::raw::rules::ActionDeclaration;
use crate::policy::raw::values::{ParamKind, Pattern};

/// Holds a plan against the policy's vocabulary.
pub fn check(policy: &Policy, plan: &Plan, notes: &mut Violations) {
    let steps = Path::Root.key("steps");
    for (i, step) in plan.steps.iter().enumerate() {
        check_step(policy, &Part::from(step), &steps.item(i), notes);
    }
}

/// Holds what could be read of a step against the policy's vocabulary.
pub fn check_step(policy: &Policy, step: &Part<'_>, path: &Path<'_>, notes: &mut Violations) {
    let Some(action) = step.action else { return };
    let declared = declaration(policy, action);
    match declared {
        Some(declared) if checks_input(policy) => params(declared, step, path, notes),
        None if !is_named(policy, action) => {
            let message = format!("the policy names no action `{}`", visible(action));
            notes.add(Code::UnknownAction, path.key("action"), message);
        }
        _ => {}
    }
    provider(policy, declared, step, path, notes);
}

fn checks_input(policy: &Policy) -> bool {
    let security = &policy.sections().policies.security;
    security.enabled && security.input_validation
}

/// Whether any list of the policy names an action. A glob that is nothing but wildcards names nothing.
fn is_named(policy: &Policy, action: &str) -> bool {
    patterns(policy).any(|p| name_matches(p, action))
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

fn provider(
    policy: &Policy,
    declared: Option<&ActionDeclaration>,
    step: &Part<'_>,
    path: &Path<'_>,
    notes: &mut Violations,
) {
    let path = path.key("provider");
    let known = declared.map(|d| d.providers.as_slice()).unwrap_or_default();
    match step.provider {
        None if known.is_empty() || notes.has_at(&path.to_string()) => {}
        None => notes.add(Code::UnknownProvider, path, format!("expected one of {}", known.join(", "))),
        Some(provider) if known.iter().any(|k| k == provider) => {}
        Some(provider) if !known.is_empty() => {
            let message = format!("`{}` is none of {}", visible(provider), known.join(", "));
            notes.add(Code::UnknownProvider, path, message);
        }
        // The declaration of the action takes any.
        Some(_) if declared.is_some() => {}
        Some(provider)
            if policy.sections().policies.action.iter().any(|a| a.providers.iter().any(|p| p == provider)) => {}
        Some(provider) => {
            let message = format!("the policy names no provider `{}`", visible(provider));
            notes.add(Code::UnknownProvider, path, message);
        }
    }
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
            Some(Value::Null) if notes.has_at(&place.to_string()) => {}
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
