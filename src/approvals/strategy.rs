//! Which strategy goes for which request: the strictest of all that apply.

use crate::policy::raw::approvals::{Approvals, Strategy};
use crate::policy::raw::risk::Risk;
use crate::policy::raw::values::Tier;

/// The strategy for these actions. Nobody's silence and no automatism agrees above tier medium, whatever the policy says.
pub fn choose(approvals: &Approvals, risk: &Risk, actions: &[String], tier: Tier) -> Strategy {
    let of = &approvals.strategies;
    let mut applying = Vec::new();
    if actions.iter().any(|a| is_destructive(risk, a)) {
        applying.push(of.destructive_operations);
    }
    match tier {
        Tier::High | Tier::Critical => applying.push(of.high_risk_operations),
        Tier::Medium => applying.push(of.external_calls),
        Tier::Low => applying.push(of.read_only_operations),
    }
    let chosen = applying.into_iter().max_by_key(|s| strictness(*s)).unwrap_or(Strategy::Multi);
    match chosen {
        Strategy::Auto | Strategy::TimeBased if tier > Tier::Medium => Strategy::Single,
        chosen => chosen,
    }
}

fn strictness(strategy: Strategy) -> u8 {
    match strategy {
        Strategy::Auto => 0,
        Strategy::TimeBased => 1,
        Strategy::Single => 2,
        Strategy::Multi => 3,
    }
}

fn is_destructive(risk: &Risk, action: &str) -> bool {
    let mut words = action.split(|c: char| !c.is_alphanumeric());
    words.any(|word| risk.destructive_words.iter().any(|d| d.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_holds_and_silence_never_agrees_above_medium() {
        let (mut approvals, risk) = (Approvals::default(), Risk::default());
        let choose = |a: &Approvals, action: &str, tier| choose(a, &risk, &[action.to_owned()], tier);
        assert_eq!(choose(&approvals, "read_data", Tier::Low), Strategy::Auto);
        assert_eq!(choose(&approvals, "drop_table", Tier::Low), Strategy::Multi);
        assert_eq!(choose(&approvals, "dropbox.sync", Tier::Medium), Strategy::Single);
        approvals.strategies.high_risk_operations = Strategy::TimeBased;
        assert_eq!(choose(&approvals, "deploy", Tier::High), Strategy::Single);
        approvals.strategies.external_calls = Strategy::TimeBased;
        assert_eq!(choose(&approvals, "deploy", Tier::Medium), Strategy::TimeBased);
    }
}
