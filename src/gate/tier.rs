//! How dangerous a plan is: the highest tier that any part of it gives. A caller can raise it, never lower it; a step gets the
//! plan's worst.
//!
//! What a plan does not say counts as said where that restricts: an escalation on a field that is absent applies. Only what the
//! policy itself excludes is known not to be there: a parameter that the declared action does not have.

use std::borrow::Cow;
use std::collections::HashSet;

use globset::{GlobSet, GlobSetBuilder};
use serde::Serialize;

use super::request::StepRequest;
use super::rules::asks_for_foreign;
use super::strategy;
use super::vocabulary::Vocabulary;
use super::words::{contains, fold, words};
use crate::plan::identifier::visible;
use crate::plan::{Plan, Step};
use crate::policy::Policy;
use crate::policy::condition::{Condition, Truth};
use crate::policy::formats::{compile_glob, name_matches};
use crate::policy::raw::approvals::Strategy;
use crate::policy::raw::risk::{Escalation, Risk};
pub use crate::policy::raw::values::Tier;

/// What gave a step its tier. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// `[[policies.action]]` declares the tier.
    ActionDeclared,
    /// A list of `[policies.risk]` names the action.
    ActionListed,
    /// The policy does not say: medium.
    ActionUnlisted,
    /// A word of the action's name destroys.
    DestructiveWord,
    /// The resource is a whole range of things.
    Scope,
    /// An escalation applies.
    Escalation,
    /// A path that is touched.
    Path,
    /// A path that cannot be told from here: absolute, or out of the root.
    PathOutside,
    /// A label of high risk.
    Label,
    /// The caller declares it.
    Declared,
}

/// One reason for a tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What.
    pub code: Cause,
    /// The tier it gives.
    #[serde(serialize_with = "tier_name")]
    pub tier: Tier,
    /// In words.
    pub message: String,
}

/// What one step is by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTier {
    /// The highest tier that anything gives it.
    pub tier: Tier,
    /// Everything that gives it one.
    pub reasons: Vec<Reason>,
    /// Which operations it belongs to.
    pub kinds: strategy::Kinds,
}

/// How dangerous a plan is, and who must agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The worst of all steps; every step has it.
    pub tier: Tier,
    /// What each step is by itself.
    pub steps: Vec<StepTier>,
    /// Whether somebody must agree.
    pub requires_approval: bool,
    /// By which strategy, where somebody must.
    pub strategy: Strategy,
}

impl Tier {
    /// Its number, 0 to 3, as entries of the log carry it.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl Assessment {
    /// A rule asks for people, whatever the tier says.
    pub fn ask(&mut self) {
        self.requires_approval = true;
        if self.strategy == Strategy::Auto {
            self.strategy = Strategy::Single;
        }
    }

    /// The reasons that gave the plan its tier, with the index of their step.
    pub fn deciding(&self) -> impl Iterator<Item = (usize, &Reason)> {
        let all = self.steps.iter().enumerate().flat_map(|(i, s)| s.reasons.iter().map(move |r| (i, r)));
        all.filter(|(_, r)| r.tier == self.tier)
    }
}

/// Rates a plan. Whoever rates many keeps a [`Rater`].
pub fn classify(policy: &Policy, plan: &Plan) -> Assessment {
    Rater::new(policy).classify(plan)
}

/// What the policy says of risk, made ready once.
#[derive(Debug)]
pub struct Rater<'p> {
    vocabulary: Vocabulary<'p>,
    destructive: Vec<Vec<String>>,
    labels: HashSet<Cow<'p, str>>,
    paths: Vec<(Tier, GlobSet)>,
    escalations: Vec<(&'p Escalation, Condition)>,
}

impl<'p> Rater<'p> {
    /// Makes a policy ready.
    pub fn new(policy: &'p Policy) -> Self {
        let risk = &policy.sections().policies.risk;
        let by_tier = [
            (Tier::Critical, &risk.paths.critical),
            (Tier::High, &risk.paths.high),
            (Tier::Medium, &risk.paths.medium),
        ];
        let set = |globs: &[crate::policy::raw::values::Glob]| {
            let mut set = GlobSetBuilder::new();
            // The policy is valid, so that every glob compiles.
            for glob in globs.iter().filter_map(|g| compile_glob(g).ok()) {
                set.add(glob);
            }
            set.build().unwrap_or_default()
        };
        Self {
            vocabulary: Vocabulary::new(policy),
            destructive: risk.destructive_words.iter().map(|w| words(w)).collect(),
            labels: risk.high_risk_labels.iter().map(|l| fold(l)).collect(),
            paths: by_tier.into_iter().map(|(tier, globs)| (tier, set(globs))).collect(),
            escalations: risk.escalate.iter().map(|rule| (rule, Condition::new(&rule.when.0))).collect(),
        }
    }

    /// The policy.
    pub fn policy(&self) -> &'p Policy {
        self.vocabulary.policy()
    }

    /// A step of a plan as conditions see it.
    pub(super) fn request<'a>(&'a self, plan: &'a Plan, step: &'a Step, tier: Tier, reads: bool) -> StepRequest<'a> {
        StepRequest { environment: self.policy().environment.name.as_deref(), plan, step, tier, reads }
    }

    /// What the policy knows.
    pub fn vocabulary(&self) -> &Vocabulary<'p> {
        &self.vocabulary
    }

    /// Rates a plan.
    pub fn classify(&self, plan: &Plan) -> Assessment {
        let steps: Vec<_> = plan.steps.iter().map(|s| self.step(plan, s)).collect();
        let tier = steps.iter().map(|s| s.tier).max().unwrap_or_default();
        let kinds: Vec<_> = steps.iter().map(|s| s.kinds).collect();
        let sections = self.policy().sections();
        let strategy = strategy::choose(sections, tier, &kinds);
        let requires_approval = strategy::is_required(sections, plan, tier, &kinds, strategy);
        Assessment { tier, steps, requires_approval, strategy }
    }

    fn step(&self, plan: &Plan, step: &Step) -> StepTier {
        let mut reasons = Vec::new();
        let name = words(&step.action);
        self.action(step, &mut reasons);
        let destroys = self.destructive.iter().find(|w| contains(&name, w));
        if let Some(word) = destroys {
            let message = format!("`{}` among the words of the action's name", word.join(" "));
            reasons.push(Reason { code: Cause::DestructiveWord, tier: Tier::High, message });
        }
        let reads = strategy::only_reads(&step.action);
        scope(step, reads, &mut reasons);
        self.labels(plan, step, &mut reasons);
        step.paths().iter().for_each(|p| self.path(p, &mut reasons));
        declared(step, &mut reasons);
        self.escalations(plan, step, reads, &mut reasons);
        let tier = reasons.iter().map(|r| r.tier).max().unwrap_or_default();
        let kinds = strategy::Kinds::of(self.policy().sections(), step, destroys.is_some(), reads);
        StepTier { tier, reasons, kinds }
    }

    fn action(&self, step: &Step, reasons: &mut Vec<Reason>) {
        let declaration = self.vocabulary.declaration(&step.action);
        if let Some(declared) = declaration {
            let message = format!("[[policies.action]] `{}` declares it", declared.name);
            reasons.push(Reason { code: Cause::ActionDeclared, tier: declared.tier, message });
        }
        let folded = fold(&step.action);
        let listed = by_list(&self.policy().sections().policies.risk).into_iter().find_map(|(tier, list)| {
            Some((tier, list.iter().find(|p| name_matches(p, &step.action) || name_matches(p, &folded))?))
        });
        if let Some((tier, pattern)) = listed {
            let message = format!("`{pattern}` of policies.risk.{tier} names the action");
            reasons.push(Reason { code: Cause::ActionListed, tier, message });
        } else if declaration.is_none() {
            let message = "no list of [policies.risk] names the action".to_owned();
            reasons.push(Reason { code: Cause::ActionUnlisted, tier: Tier::Medium, message });
        }
    }

    fn labels(&self, plan: &Plan, step: &Step, reasons: &mut Vec<Reason>) {
        for label in plan.labels().iter().chain(step.labels()) {
            if self.labels.contains(&fold(label)) {
                let message = format!("the label `{}` is one of high risk", visible(label));
                reasons.push(Reason { code: Cause::Label, tier: Tier::High, message });
            }
        }
    }

    fn path(&self, path: &str, reasons: &mut Vec<Reason>) {
        let Some(normal) = normal(path) else {
            let message = format!("the path `{}` leads out of the root", visible(path));
            return reasons.push(Reason { code: Cause::PathOutside, tier: Tier::High, message });
        };
        let found = self.paths.iter().find(|(_, set)| set.is_match(&*normal));
        if let Some((tier, _)) = found {
            let message = format!("the path `{}` is one of policies.risk.paths.{tier}", visible(path));
            reasons.push(Reason { code: Cause::Path, tier: *tier, message });
        }
    }

    fn escalations(&self, plan: &Plan, step: &Step, reads: bool, reasons: &mut Vec<Reason>) {
        let tier = reasons.iter().map(|r| r.tier).max().unwrap_or_default();
        let request = self.request(plan, step, tier, reads);
        let declaration = self.vocabulary.declaration(&step.action);
        for (rule, when) in self.escalations.iter().filter(|(r, _)| !asks_for_foreign(&r.when, declaration)) {
            let truth = when.holds(&request);
            if truth.matches(false) {
                let how = if truth == Truth::Unknown { "may apply: the plan does not say" } else { "applies" };
                let message = format!("the escalation `{}` {how}", rule.id);
                reasons.push(Reason { code: Cause::Escalation, tier: rule.to, message });
            }
        }
    }
}

fn by_list(risk: &Risk) -> [(Tier, &[crate::policy::raw::values::Pattern]); 4] {
    [(Tier::Critical, &risk.critical), (Tier::High, &risk.high), (Tier::Medium, &risk.medium), (Tier::Low, &risk.low)]
}

/// A whole range of things at once is dangerous to change, and not harmless to read.
fn scope(step: &Step, reads: bool, reasons: &mut Vec<Reason>) {
    let wide = |part: &str| part.contains('*') || ["all", "any", "everything", "global"].contains(&&*fold(part));
    if let Some(part) = step.resource.split([':', '/']).find(|p| wide(p)) {
        let tier = if reads { Tier::Medium } else { Tier::High };
        let message = format!("`{}` in the resource stands for a whole range of things", visible(part));
        reasons.push(Reason { code: Cause::Scope, tier, message });
    }
}

fn declared(step: &Step, reasons: &mut Vec<Reason>) {
    let risk = step.constraints.as_ref().and_then(|c| c.get("risk"));
    if let Some(risk) = risk {
        let known = [Tier::Low, Tier::Medium, Tier::High, Tier::Critical].into_iter().find(|t| risk == t.name());
        let message = "the caller declares it".to_owned();
        reasons.push(Reason { code: Cause::Declared, tier: known.unwrap_or(Tier::Critical), message });
    }
}

/// A path without `.` and `..`, from the root; `None` where it leads out.
fn normal(path: &str) -> Option<Cow<'_, str>> {
    let slashes = if path.contains('\\') { Cow::Owned(path.replace('\\', "/")) } else { Cow::Borrowed(path) };
    if slashes.starts_with('/') || slashes.starts_with('~') || slashes.as_bytes().get(1) == Some(&b':') {
        return None;
    }
    if !slashes.split('/').any(|part| ["", ".", ".."].contains(&part)) {
        return Some(slashes);
    }
    let mut out: Vec<&str> = Vec::new();
    for part in slashes.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(out.pop()?),
            part => out.push(part),
        }
    }
    Some(Cow::Owned(out.join("/")))
}

pub(super) fn tier_name<S: serde::Serializer>(tier: &Tier, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(tier.name())
}
