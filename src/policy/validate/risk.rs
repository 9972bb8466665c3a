//! `[policies.risk]`: one tier for one action, one meaning for one label, escalations that raise something.

use super::{Judge, conditions, names};
use crate::policy::codes;
use crate::policy::mistake::Mistake;
use crate::policy::raw::values::Tier;

const TIERS: [&str; 4] = ["critical", "high", "medium", "low"];

/// Judges it.
pub fn judge(j: &mut Judge<'_>) {
    let risk = &j.file.policies.risk;
    let at = j.root.keys(&["policies", "risk"]);
    let actions = [&risk.critical, &risk.high, &risk.medium, &risk.low];
    let paths = [&risk.paths.critical, &risk.paths.high, &risk.paths.medium, &risk.paths.low];
    for (i, tier) in TIERS.iter().enumerate() {
        let here = (at.key(tier), at.key("paths").key(tier));
        names::no_twins(j, &here.0, actions[i]);
        super::checks::relative(j, &here.1, paths[i]);
        for k in i + 1..TIERS.len() {
            names::disjoint(j, (&here.0, actions[i]), (&at.key(TIERS[k]), actions[k]), "stands in two tiers");
            names::disjoint(j, (&here.1, paths[i]), (&at.key("paths").key(TIERS[k]), paths[k]), "stands in two tiers");
        }
    }
    let (high, auto) = (at.key("high_risk_labels"), at.key("auto_approve_labels"));
    names::no_twins(j, &high, &risk.high_risk_labels);
    names::no_twins(j, &auto, &risk.auto_approve_labels);
    names::disjoint(
        j,
        (&high, &risk.high_risk_labels),
        (&auto, &risk.auto_approve_labels),
        "is both of high risk and approved by itself",
    );
    names::unique(j, &at.key("escalate"), "id", risk.escalate.iter().map(|e| e.id.as_str()));
    for (i, escalation) in risk.escalate.iter().enumerate() {
        let here = at.key("escalate").item(i);
        conditions::judge(j, &here.key("when"));
        if here.key("to").is_there() && escalation.to == Tier::Low {
            let mistake =
                Mistake::new(&codes::NEVER_MATCHES, here.key("to").place(), "an escalation to the lowest tier");
            j.tell(mistake.label("raises nothing"));
        }
    }
    for (i, word) in risk
        .destructive_words
        .iter()
        .enumerate()
        .filter(|(_, w)| w.is_empty() || !w.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        let message = format!("`{}` is never a whole word of an action's name", crate::policy::walk::printable(word));
        let mistake = Mistake::new(&codes::NEVER_MATCHES, at.key("destructive_words").item(i).place(), message);
        j.tell(mistake.label("expected one word of letters and digits"));
    }
}
