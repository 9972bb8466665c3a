//! A made-up value that is handed to what counts as real: a data frame, a model, a database, a response, a metric.

use super::super::catalogue::Kind;
use super::super::facts::{Call, Context, Facts, Language, METRICS};
use super::super::names::Sym;
use super::super::rule::{CodeRule, File, Found, callee, info};
use super::{BLOCK_CRITICAL, Grade, grade};
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
    for call in &file.facts.calls {
        if let Some(words) = sink(file.facts, call, grade(file, call)) {
            out.push(Found::at(call, format!("what {} makes up {words}", callee(file.facts, call))));
        }
    }
}

/// What becomes of a call's value, in words; `None`: nothing that counts.
pub(super) fn sink(facts: &Facts, call: &Call, grade: Grade) -> Option<String> {
    if grade == Grade::Never {
        return None;
    }
    if call.sink == METRICS {
        return Some("is recorded as a metric".to_owned());
    }
    let Some(sink) = facts.calls.get(call.sink as usize) else { return answer(facts, call) };
    let verb = match sink.kind {
        Kind::Table => "becomes data in",
        Kind::Model if grade == Grade::Quiet || call.context.has(Context::NOISE) => return None,
        // A model's parameters are saved with it.
        Kind::Store if call.context.has(Context::PARAMETER) => return None,
        Kind::Model => "is learnt or predicted from by",
        Kind::Store => "is stored by",
        Kind::Respond => "is answered by",
        Kind::Send => "is sent by",
        Kind::Metric => "is recorded as a metric by",
        _ => return None,
    };
    let name = callee(facts, sink);
    // What runs statements stores where one writes.
    let stores = !RUNS.contains(&facts.names.last(sink.callee)) || sink.context.has(Context::WRITES);
    stores.then(|| format!("{verb} {name}"))
}

/// Last names of what runs any statement of a database.
const RUNS: [&str; 9] = ["execute", "query", "queryOne", "run", "raw", "bind", "QueryRow", "QueryRowContext", "none"];

/// What a function that a route leads to returns is a response.
fn answer(facts: &Facts, call: &Call) -> Option<String> {
    const ROUTES: [&str; 8] = ["get", "post", "put", "patch", "delete", "route", "api_route", "websocket"];
    let def = facts.def(call.returned_by)?;
    let of_an_object = |d: &Sym| facts.language != Language::Python || facts.names.parent(*d).is_some();
    let route = def.decorators.iter().find(|d| ROUTES.contains(&facts.names.last(**d)) && of_an_object(d))?;
    Some(format!("is answered by the route `{}`", facts.text(*route)))
}
