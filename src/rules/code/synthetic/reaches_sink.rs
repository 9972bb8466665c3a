//! A made-up value that is handed to what counts as real: a data frame, a model, a database, a response, a metric.

use super::super::catalogue::Kind;
use super::super::facts::{Call, Context, Facts, NOWHERE};
use super::super::rule::{CodeRule, File, Found, callee, info};
use super::{BLOCK_CRITICAL, is_fabrication};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/reaches-sink",
        "Fabricated data reach what counts as real",
        Severity::Critical,
        "From a data frame, a model, a database, a response or a metric on, nobody can tell a made-up value from a real one.",
        "Hand over real values, or none.",
    ),
    levels: BLOCK_CRITICAL,
    check,
};

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for call in file.facts.calls.iter().filter(|c| c.sink != NOWHERE && is_fabrication(file, c)) {
        if let Some(words) = sink(file.facts, call) {
            out.push(Found::at(call, format!("what {} makes up {words}", callee(file.facts, call))));
        }
    }
}

/// What becomes of a call's value, in words; `None`: nothing that counts.
pub(super) fn sink(facts: &Facts, call: &Call) -> Option<String> {
    let sink = facts.calls.get(call.sink as usize)?;
    let verb = match sink.kind {
        Kind::Table => "becomes data in",
        Kind::Model => "is learnt or predicted from by",
        Kind::Store => "is stored by",
        Kind::Respond => "is answered by",
        Kind::Metric => "is recorded as a metric by",
        _ => return None,
    };
    let name = callee(facts, sink);
    // `execute` stores where its statement writes.
    let stores = facts.names.last(sink.callee) != "execute" || sink.context.has(Context::WRITES);
    stores.then(|| format!("{verb} {name}"))
}
