//! What the constitution and the rules of the policy say against a plan: a prohibition that nobody lifts, a rule that forbids,
//! one that asks for people, one that warns. Permits are not asked here: whether an actor may do a thing at all is decided when
//! it is done; a plan that passes is one that nothing speaks against.
//!
//! A matcher on what the plan does not say counts as a match, as all of these restrict. What this room cannot know, an actor's
//! level, is not said.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::request::StepRequest;
use super::vocabulary::Vocabulary;
use super::words::fold;
use crate::plan::identifier::visible;
use crate::plan::path::Path;
use crate::plan::violation::{Code, MOST_VIOLATIONS, Violations};
use crate::plan::{Actor, Step};
use crate::policy::Policy;
use crate::policy::condition::Condition;
use crate::policy::formats::name_matches;
use crate::policy::raw::approvals::Approvers;
use crate::policy::raw::rules::{ActionDeclaration, Constitution, Effect, Rule};
use crate::policy::raw::values::Conditions;

/// What a rule says without refusing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Of which step: `$.steps[0]`.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// In its words.
    pub message: String,
}

/// What the rules say of a plan, beside what they refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruling {
    /// Rules that ask for approval.
    pub asks: Vec<Notice>,
    /// Rules that warn.
    pub warnings: Vec<Notice>,
}

/// The rules of a policy that restrict, made ready once.
#[derive(Debug)]
pub struct Rules<'p> {
    constitution: Vec<(&'p Constitution, Condition)>,
    rules: Vec<(&'p Rule, Condition)>,
    /// Those of one action each, by its name, and all others.
    by_action: HashMap<&'p str, Vec<usize>>,
    of_many: Vec<usize>,
    approvers: &'p Approvers,
}

impl<'p> Rules<'p> {
    /// Makes those of a policy ready.
    pub fn new(policy: &'p Policy) -> Self {
        let sections = policy.sections();
        let restrict = sections.policies.rule.iter().filter(|r| r.effect != Effect::Permit);
        let rules: Vec<_> = restrict.map(|r| (r, Condition::new(&r.when.0))).collect();
        let (mut by_action, mut of_many): (HashMap<_, Vec<_>>, _) = (HashMap::new(), Vec::new());
        for (index, (rule, _)) in rules.iter().enumerate() {
            if rule.actions.is_empty() || rule.actions.iter().any(|a| a.contains('*')) {
                of_many.push(index);
            } else {
                rule.actions.iter().for_each(|action| by_action.entry(action.0.as_str()).or_default().push(index));
            }
        }
        let constitution = sections.policies.constitution.iter().map(|c| (c, Condition::new(&c.deny_when.0))).collect();
        Self { constitution, rules, by_action, of_many, approvers: &sections.approvers }
    }

    /// Asks all of them of one step.
    pub fn judge(
        &self,
        request: &StepRequest<'_>,
        vocabulary: &Vocabulary<'p>,
        path: &Path<'_>,
        notes: &mut Violations,
        ruling: &mut Ruling,
    ) {
        let declaration = vocabulary.declaration(&request.step.action);
        for (sentence, when) in &self.constitution {
            if !asks_for_foreign(&sentence.deny_when, declaration) && when.holds(request).matches(false) {
                notes.add(Code::Constitution, path, format!("{} ({})", sentence.statement, sentence.id));
            }
        }
        for index in self.candidates(request.step) {
            let (rule, when) = &self.rules[index];
            let applies = self.names(rule, request)
                && !asks_for_foreign(&rule.when, declaration)
                && when.holds(request).matches(false);
            if applies {
                tell(rule, path, notes, ruling);
            }
        }
    }

    /// The rules that may name the step's action, in the order of the policy.
    fn candidates(&self, step: &Step) -> BTreeSet<usize> {
        let named = [step.action.as_str(), &fold(&step.action)].map(|name| self.by_action.get(name));
        named.into_iter().flatten().flatten().chain(&self.of_many).copied().collect()
    }

    fn names(&self, rule: &Rule, request: &StepRequest<'_>) -> bool {
        let (step, actor) = (request.step, &request.plan.actor);
        let folded = fold(&step.action);
        let action = |p: &str| name_matches(p, &step.action) || name_matches(p, &folded);
        (rule.actions.is_empty() || rule.actions.iter().any(|p| action(p)))
            && (rule.resources.is_empty() || rule.resources.iter().any(|p| name_matches(p, &step.resource)))
            && (rule.actors.is_empty() || rule.actors.iter().any(|p| self.means(p, actor)))
    }

    /// Whether a pattern of `actors` means this one.
    fn means(&self, pattern: &str, actor: &Actor) -> bool {
        match pattern.split_once(':') {
            Some(("role", role)) => self.roles(&actor.id).any(|r| name_matches(role, r)),
            Some(("level", _)) => true,
            _ => name_matches(pattern, &format!("{}:{}", actor.kind.name(), actor.id)),
        }
    }

    fn roles<'s>(&'s self, id: &'s str) -> impl Iterator<Item = &'s str> {
        let people = self.approvers.user.iter().filter(move |u| u.id == id).map(|u| u.role.as_str());
        people.chain(self.approvers.agent.iter().filter(move |a| a.id == id).map(|a| a.role.as_str()))
    }
}

fn tell(rule: &Rule, path: &Path<'_>, notes: &mut Violations, ruling: &mut Ruling) {
    let said = [&rule.message, &rule.help].map(|text| visible(text)).into_iter().filter(|t| !t.is_empty());
    let said = said.collect::<Vec<_>>().join(" ");
    let list = match rule.effect {
        Effect::Permit => return,
        Effect::Forbid => {
            let message = if said.is_empty() { "the policy forbids it".to_owned() } else { said };
            return notes.add(Code::Forbidden, path, format!("{message} ({})", rule.id));
        }
        Effect::RequireApproval => &mut ruling.asks,
        Effect::Warn => &mut ruling.warnings,
    };
    if list.len() < MOST_VIOLATIONS {
        list.push(Notice { path: path.to_string(), rule: rule.id.clone(), message: said });
    }
}

/// Whether conditions ask for a parameter that the declared action does not have; a plan with it is refused.
pub(super) fn asks_for_foreign(conditions: &Conditions, declaration: Option<&ActionDeclaration>) -> bool {
    let Some(declaration) = declaration else { return false };
    conditions.0.iter().any(|(field, operand)| {
        let param = field.strip_prefix("params.").map(|p| p.split('.').next().unwrap_or(p));
        let asks_for_it = operand
            .as_object()
            .is_none_or(|o| o.keys().all(|k| !["exists", "not", "any_of", "all_of"].contains(&&**k)));
        param.is_some_and(|p| !declaration.params.contains_key(p)) && asks_for_it
    })
}
