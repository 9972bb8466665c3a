//! `[[policies.constitution]]`, `[[policies.action]]`, `[[policies.rule]]`: names, conditions, dead rules, examples.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::Judge;
use super::conditions;
use super::cursor::Cursor;
use super::names::{self, Vocabulary};
use crate::policy::codes;
use crate::policy::condition;
use crate::policy::formats::name_matches;
use crate::policy::mistake::{Mistake, closest};
use crate::policy::raw::rules::{Effect, Rule};
use crate::policy::raw::values::Example;
use crate::policy::walk::printable;

/// Judges them.
pub fn judge(j: &mut Judge<'_>) {
    let policies = &j.file.policies;
    let at = j.root.key("policies");
    names::unique(j, &at.key("constitution"), "id", policies.constitution.iter().map(|c| c.id.as_str()));
    for i in 0..policies.constitution.len() {
        let when = at.key("constitution").item(i).key("deny_when");
        conditions::judge(j, &when);
        if when.table().is_some_and(|t| t.entries.is_empty()) {
            let message = "it denies everything";
            j.tell(Mistake::new(&codes::CONTRADICTION, when.place(), message).label("expected at least one condition"));
        }
    }
    names::unique(j, &at.key("action"), "name", policies.action.iter().map(|a| a.name.as_str()));
    names::unique(j, &at.key("rule"), "id", policies.rule.iter().map(|r| r.id.as_str()));
    let vocabulary = Vocabulary::of(j.file);
    for (i, rule) in policies.rule.iter().enumerate() {
        let here = at.key("rule").item(i);
        conditions::judge(j, &here.key("when"));
        reach(j, &here, rule, &vocabulary);
        examples(j, &here, rule);
    }
    shadows(j, &at.key("rule"));
}

/// Actors, levels and actions that exist.
fn reach(j: &mut Judge<'_>, at: &Cursor<'_>, rule: &Rule, vocabulary: &Vocabulary) {
    for (i, actor) in rule.actors.iter().enumerate() {
        let place = at.key("actors").item(i).place();
        match actor.split_once(':') {
            Some(("level", name)) => names::known(j, place, "permission level", name, &vocabulary.levels),
            Some(("role", name)) if !vocabulary.roles.is_empty() => {
                names::known(j, place, "role", name, &vocabulary.roles)
            }
            _ => {}
        }
    }
    for (i, action) in rule.actions.iter().enumerate() {
        if vocabulary.actions.is_empty()
            || vocabulary.actions.iter().any(|a| name_matches(action, a) || name_matches(a, action))
        {
            continue;
        }
        let near = closest(action, vocabulary.actions.iter().map(String::as_str));
        let message = format!("no action of the policy is called `{}`", printable(action));
        let mistake = Mistake::new(&codes::NEVER_MATCHES, at.key("actions").item(i).place(), message);
        let mistake = mistake
            .label("every such request is rejected before the rules")
            .help("declare it under [[policies.action]]");
        j.tell(mistake.did_you_mean(near));
    }
}

fn examples(j: &mut Judge<'_>, at: &Cursor<'_>, rule: &Rule) {
    for (list, examples, wanted) in [("match", &rule.r#match, true), ("not_match", &rule.not_match, false)] {
        for (i, example) in examples.iter().enumerate() {
            if matches(rule, example) == wanted {
                continue;
            }
            let (does, should) = if wanted { ("does not match", "must") } else { ("matches", "must not") };
            let message = format!("the rule `{}` {does} this request", printable(&rule.id));
            let mistake = Mistake::new(&codes::EXAMPLE, at.key(list).item(i).place(), message);
            j.tell(mistake.label(format!("`{list}` says that it {should}")));
        }
    }
}

/// Whether a rule matches a request, as the gate will decide it.
pub fn matches(rule: &Rule, example: &Example) -> bool {
    let request = request(example);
    let any = |patterns: &[crate::policy::raw::values::Pattern], value: Option<&String>| {
        patterns.is_empty() || value.is_some_and(|v| patterns.iter().any(|p| name_matches(p, v)))
    };
    let actor = |pattern: &str| match pattern.split_once(':') {
        Some(("role", name)) => example.roles.iter().any(|r| name_matches(name, r)),
        Some(("level", name)) => example.level.as_deref() == Some(name),
        _ => example.actor.as_deref().is_some_and(|a| name_matches(pattern, a)),
    };
    (rule.actors.is_empty() || rule.actors.iter().any(|p| actor(p)))
        && any(&rule.actions, example.action.as_ref())
        && any(&rule.resources, example.resource.as_ref())
        && condition::holds(&rule.when.0, &request).matches(rule.effect == Effect::Permit)
}

fn request(example: &Example) -> Json {
    let (kind, id) = example.actor.as_deref().and_then(|a| a.split_once(':')).unzip();
    json!({
        "actor": { "kind": kind, "id": id, "level": example.level, "roles": example.roles },
        "action": example.action, "resource": example.resource, "environment": example.environment,
        "tenant": example.tenant, "provider": example.provider, "effect": example.effect, "labels": example.labels,
        "paths": example.paths, "tier": example.tier.map(|t| t.name()), "autonomous": example.autonomous,
        "params": example.params.0,
    })
}

/// Rules that another one decides for: the same rule twice, and a permit under an unconditional hard forbid.
fn shadows(j: &mut Judge<'_>, at: &Cursor<'_>) {
    let rules = &j.file.policies.rule;
    let mut seen: HashMap<String, usize> = HashMap::new();
    let forbids: Vec<usize> = (0..rules.len())
        .filter(|i| {
            rules[*i].effect == Effect::Forbid && rules[*i].level == Default::default() && rules[*i].when.0.is_empty()
        })
        .collect();
    for (i, rule) in rules.iter().enumerate() {
        let twin = seen.get(&signature(rule)).copied();
        let over =
            forbids.iter().copied().find(|f| *f != i && rule.effect != Effect::Forbid && covers(&rules[*f], rule));
        if let Some(other) = twin.or(over) {
            let message = format!("the rule `{}` changes nothing", printable(&rule.id));
            let words =
                if twin.is_some() { "it says the same as this one" } else { "this one forbids all that it matches" };
            let mistake = Mistake::new(&codes::SHADOWED, at.item(i).place(), message).label("has no effect");
            j.tell(mistake.also(at.item(other).place(), words));
        }
        seen.entry(signature(rule)).or_insert(i);
    }
}

fn signature(rule: &Rule) -> String {
    let mut lists = [
        rule.actors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        rule.actions.iter().map(ToString::to_string).collect(),
        rule.resources.iter().map(ToString::to_string).collect(),
    ];
    lists.iter_mut().for_each(|l| l.sort());
    json!([rule.effect.name(), rule.level.name(), lists, rule.when.0]).to_string()
}

fn covers(wide: &Rule, narrow: &Rule) -> bool {
    fn all<W: AsRef<str>, N: AsRef<str>>(wide: &[W], narrow: &[N]) -> bool {
        let inside = |n: &N| wide.iter().any(|w| name_matches(w.as_ref(), n.as_ref()));
        wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(inside))
    }
    all(&wide.actors, &narrow.actors) && all(&wide.actions, &narrow.actions) && all(&wide.resources, &narrow.resources)
}
