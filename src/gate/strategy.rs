//! Whether somebody must agree to a plan, and how many: the strictest strategy of all the kinds of operations in it.

use super::tier::Tier;
use super::words::words;
use crate::plan::{Plan, Step};
use crate::policy::formats::name_matches;
use crate::policy::raw::File;
use crate::policy::raw::approvals::Strategy;

/// Verbs of which only reading is meant. They count where an action's last part begins with one.
const READING: [&str; 14] = [
    "get", "list", "read", "show", "describe", "query", "search", "find", "view", "fetch", "status", "count", "check",
    "inspect",
];

/// Which operations a step belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// It destroys something.
    pub destructive: bool,
    /// It calls the outside: it names a provider, or an address.
    pub external: bool,
    /// It only reads.
    pub reads: bool,
    /// `[policies.operational.require_approval]` names it.
    pub named: bool,
    /// `[policies.operational.auto_approval]` names it.
    pub excepted: bool,
}

impl Kinds {
    pub(super) fn of(sections: &File, step: &Step, destructive: bool, reads: bool) -> Self {
        let operational = &sections.policies.operational;
        let in_list = |list: &[crate::policy::raw::values::Pattern]| list.iter().any(|p| name_matches(p, &step.action));
        let address = ["http://", "https://"].iter().any(|scheme| step.resource.starts_with(scheme));
        Self {
            destructive,
            external: step.provider.is_some() || address,
            reads: reads && !destructive,
            named: operational.enabled && in_list(&operational.require_approval.operations),
            excepted: operational.enabled && in_list(&operational.auto_approval.operations),
        }
    }
}

/// Whether an action's name says that it only reads.
pub fn only_reads(action: &str) -> bool {
    let last = action.rsplit(['.', '/', ':']).next().unwrap_or(action);
    words(last).first().is_some_and(|verb| READING.contains(&verb.as_str()))
}

/// The strictest strategy that applies. Above medium neither time nor nobody is enough for people's own tier.
pub fn choose(sections: &File, tier: Tier, steps: &[Kinds]) -> Strategy {
    let strategies = &sections.approvals.strategies;
    let any = |holds: fn(&Kinds) -> bool| steps.iter().any(holds);
    let asked = [
        (any(|k| k.destructive), strategies.destructive_operations),
        (any(|k| k.external), strategies.external_calls),
        (tier >= Tier::High, strategies.high_risk_operations),
        (steps.iter().all(|k| k.reads && !k.external) && tier < Tier::High, strategies.read_only_operations),
    ];
    let strictest = asked.into_iter().filter(|(applies, _)| *applies).map(|(_, s)| s).max_by_key(|s| strictness(*s));
    match strictest {
        None => Strategy::Single,
        Some(Strategy::TimeBased) if tier >= Tier::High => Strategy::Single,
        Some(Strategy::Auto) if tier == Tier::Critical => Strategy::Single,
        Some(strategy) => strategy,
    }
}

/// Whether somebody must agree. Below high only what the policy names needs it; a label of the caller lifts no more than the
/// question for calls to the outside.
pub fn is_required(sections: &File, plan: &Plan, tier: Tier, steps: &[Kinds], strategy: Strategy) -> bool {
    if tier >= Tier::High {
        return strategy != Strategy::Auto;
    }
    let operational = &sections.policies.operational;
    let harmless = &sections.policies.risk.auto_approve_labels;
    let lifted = plan.labels().iter().any(|l| harmless.contains(l));
    let asks = |kinds: &Kinds| {
        let destroys = kinds.destructive && operational.require_approval_for_destructive;
        let calls = kinds.external && operational.require_approval_for_external_calls && !lifted && !kinds.excepted;
        let read = kinds.reads && operational.auto_approve_read_only;
        kinds.named || (operational.enabled && (destroys || (calls && !read)))
    };
    steps.iter().any(asks)
}

/// How strict a strategy is, from 0.
pub(super) fn strictness(strategy: Strategy) -> u8 {
    match strategy {
        Strategy::Auto => 0,
        Strategy::TimeBased => 1,
        Strategy::Single => 2,
        Strategy::Multi => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_reading_begin_with_their_verb() {
        for action in ["get_status", "repo.listBranches", "db.query", "read_data"] {
            assert!(only_reads(action), "{action}");
        }
        for action in ["target", "reader.write", "set_status", "get.delete", ""] {
            assert!(!only_reads(action), "{action}");
        }
    }
}
