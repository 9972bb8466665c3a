//! Kind `forbidden-calls`: resolved calls, however they are spelled, unless something wraps them.

use super::super::catalogue::settle;
use super::super::facts::{Call, Context, Facts, How, NOWHERE};
use super::super::pattern::NamePattern;
use super::super::rule::{Draft, callee};
use super::{Case, dotted, plain};

/// Checks the contract.
pub(super) fn check(case: &Case<'_>, out: &mut Vec<(usize, Draft)>) {
    let banned: Vec<(NamePattern, bool)> =
        case.contract.calls.iter().map(|c| (NamePattern::new(&dotted(&c.call)), c.writes)).collect();
    for file in case.bound() {
        let facts = case.program.file(file).facts;
        for call in facts.calls.iter().filter(|c| c.how != How::Unresolved) {
            let name = plain(&settle(&facts.text(call.callee)));
            let is_banned =
                banned.iter().any(|(p, writes)| p.matches(&name) && (!writes || call.context.has(Context::WRITES)));
            if is_banned && !case.contract.unless_inside.iter().any(|inside| is_inside(facts, call, inside)) {
                let message =
                    format!("{} must not be called here{}", callee(facts, call), unless(&case.contract.unless_inside));
                out.push(case.draft(file, call.place, call.def, message));
            }
        }
    }
}

fn unless(inside: &[String]) -> String {
    if inside.is_empty() { String::new() } else { format!(", but only inside {}", inside.join(" or ")) }
}

/// `with mod:name` or `decorator mod:name`.
fn is_inside(facts: &Facts, call: &Call, inside: &str) -> bool {
    let Some((how, name)) = inside.split_once(' ') else { return false };
    let name = dotted(name.trim());
    let is = |sym| plain(&facts.text(sym)) == name;
    match how {
        "with" => {
            let mut at = call.guard;
            while at != NOWHERE {
                let Some(guard) = facts.guards.get(at as usize) else { return false };
                if is(guard.callee) {
                    return true;
                }
                at = guard.parent;
            }
            false
        }
        "decorator" => {
            let mut at = call.def;
            while let Some(def) = facts.def(at) {
                if def.decorators.iter().any(|d| is(*d)) {
                    return true;
                }
                at = def.parent;
            }
            false
        }
        _ => false,
    }
}
