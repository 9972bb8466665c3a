//! Conditions: fields and operators that exist, operands of the right type, ranges that something lies in.

use super::Judge;
use super::cursor::Cursor;
use crate::policy::codes;
use crate::policy::condition::{CONNECTIVES, OPERATORS};
use crate::policy::formats;
use crate::policy::mistake::{Mistake, closest};
use crate::policy::tree::{Node, Value};
use crate::policy::walk::printable;

/// The fields of a request a condition may name; `params.<name>` beside them.
const FIELDS: [&str; 18] = [
    "tenant",
    "actor.kind",
    "actor.id",
    "actor.on_behalf_of",
    "actor.level",
    "actor.roles",
    "action",
    "provider",
    "resource",
    "environment",
    "effect",
    "tier",
    "labels",
    "paths",
    "autonomous",
    "risk",
    "idempotency_key",
    "correlation_id",
];

/// Judges a table of conditions.
pub fn judge(judge: &mut Judge<'_>, at: &Cursor<'_>) {
    let Some(table) = at.table() else { return };
    for key in table.entries.keys() {
        let here = at.key(key);
        match key.as_str() {
            "not" => nested(judge, &here),
            "any_of" | "all_of" => each(judge, &here, nested),
            field => {
                if let Some(field) = known_field(judge, &here, field) {
                    operand(judge, &here, field);
                }
            }
        }
    }
}

fn nested(j: &mut Judge<'_>, at: &Cursor<'_>) {
    if at.table().is_some() {
        judge(j, at);
    } else {
        wrong_type(j, at, "a table of conditions");
    }
}

fn each(j: &mut Judge<'_>, at: &Cursor<'_>, one: impl Fn(&mut Judge<'_>, &Cursor<'_>)) {
    match at.node() {
        Some(Node { value: Value::List(list), place }) if list.items.is_empty() => {
            let message = "an empty list of alternatives";
            j.tell(Mistake::new(&codes::NEVER_MATCHES, place.clone(), message).label("expected at least one"));
        }
        Some(Node { value: Value::List(list), .. }) => (0..list.items.len()).for_each(|i| one(j, &at.item(i))),
        _ => wrong_type(j, at, "an array"),
    }
}

fn known_field<'f>(j: &mut Judge<'_>, at: &Cursor<'_>, field: &'f str) -> Option<&'f str> {
    let is_param = field.strip_prefix("params.").is_some_and(|name| !name.is_empty());
    if is_param || FIELDS.contains(&field) {
        return Some(field);
    }
    let near = closest(field, FIELDS.into_iter().chain(CONNECTIVES));
    let message = format!("a request has no field `{}`", printable(field));
    let label = "expected a field such as `action`, `actor.kind`, `resource` or `params.<name>`";
    j.tell(Mistake::new(&codes::UNKNOWN_KEY, at.key_place(), message).label(label).did_you_mean(near));
    None
}

fn operand(j: &mut Judge<'_>, at: &Cursor<'_>, field: &str) {
    let Some(table) = at.table() else { return plain(j, at, field) };
    if table.entries.is_empty() {
        let message = format!("`{field}` has no operator");
        j.tell(Mistake::new(&codes::NEVER_MATCHES, at.place(), message).label("expected an operator such as `eq`"));
    }
    for name in table.entries.keys() {
        operator(j, &at.key(name), name, field);
    }
    range(j, at);
}

fn operator(j: &mut Judge<'_>, at: &Cursor<'_>, name: &str, field: &str) {
    match name {
        "eq" => plain(j, at, field),
        "in" => each(j, at, |j, item| plain(j, item, field)),
        "prefix" | "suffix" | "glob" | "regex" => textual(j, at, name),
        "lt" | "le" | "gt" | "ge" if number(at).is_none() => wrong_type(j, at, "an integer, or a decimal in quotes"),
        "lt" | "le" | "gt" | "ge" => {}
        "exists" if !matches!(at.node(), Some(Node { value: Value::Bool(_), .. })) => {
            wrong_type(j, at, "true or false")
        }
        "exists" => {}
        "not" => operand(j, at, field),
        "any_of" | "all_of" => each(j, at, |j, item| operand(j, item, field)),
        unknown => {
            let near = closest(unknown, OPERATORS.into_iter().chain(CONNECTIVES));
            let message = format!("unknown operator `{}`", printable(unknown));
            let label = format!("expected one of {}, {}", OPERATORS.join(", "), CONNECTIVES.join(", "));
            j.tell(Mistake::new(&codes::UNKNOWN_KEY, at.key_place(), message).label(label).did_you_mean(near));
        }
    }
}

/// A value that is compared as it stands.
fn plain(j: &mut Judge<'_>, at: &Cursor<'_>, field: &str) {
    let Some(node) = at.node() else { return };
    let expected = match (field, &node.value) {
        ("autonomous", Value::Bool(_)) => return,
        ("autonomous", _) => "true or false",
        (field, _) if field.starts_with("params.") => return,
        (_, Value::Text(text)) => return known_word(j, at, field, text),
        _ => "a string",
    };
    wrong_type(j, at, expected);
}

fn known_word(j: &mut Judge<'_>, at: &Cursor<'_>, field: &str, text: &str) {
    let words: &[&str] = match field {
        "actor.kind" => &["user", "agent", "system"],
        "tier" | "risk" => &["low", "medium", "high", "critical"],
        _ => return,
    };
    if !words.contains(&text) {
        let message = format!("unknown value `{}` for `{field}`", printable(text));
        let mistake = Mistake::new(&codes::UNKNOWN_VALUE, at.place(), message);
        j.tell(
            mistake
                .label(format!("expected one of {}", words.join(", ")))
                .did_you_mean(closest(text, words.iter().copied())),
        );
    }
}

fn textual(j: &mut Judge<'_>, at: &Cursor<'_>, name: &str) {
    let Some(node) = at.node() else { return };
    if node.text().is_none() {
        return wrong_type(j, at, "a string");
    }
    if name == "prefix" || name == "suffix" {
        return;
    }
    match formats::check(name, &serde_json::Map::new(), &node.value) {
        Ok(()) | Err(formats::Problem::Type) => {}
        Err(formats::Problem::Wrong(code, label) | formats::Problem::Doubtful(code, label)) => {
            j.tell(Mistake::new(code, at.place(), code.summary.as_ref()).label(label));
        }
    }
}

/// `gt`, `ge`, `lt`, `le` that nothing satisfies together.
fn range(j: &mut Judge<'_>, at: &Cursor<'_>) {
    let bound = |name: &str| number(&at.key(name));
    let low = bound("gt").map(|n| (n, true)).max(bound("ge").map(|n| (n, false)));
    let high = bound("lt").map(|n| (-n, true)).max(bound("le").map(|n| (-n, false)));
    let (Some((low, above)), Some((high, below))) = (low, high) else { return };
    if low > -high || (low == -high && (above || below)) {
        let message = "no number lies in this range";
        j.tell(Mistake::new(&codes::NEVER_MATCHES, at.place(), message).label("contradicts itself"));
    }
}

fn number(at: &Cursor<'_>) -> Option<i128> {
    match &at.node()?.value {
        Value::Integer(number) => Some(i128::from(*number) * 1_000_000),
        Value::Text(text) => crate::policy::exact::decimal(text).ok().map(|d| i128::from(d.0)),
        _ => None,
    }
}

fn wrong_type(j: &mut Judge<'_>, at: &Cursor<'_>, expected: &str) {
    let kind = at.node().map_or("nothing", |n| n.value.kind());
    j.tell(
        Mistake::new(&codes::WRONG_TYPE, at.place(), format!("this is {kind}")).label(format!("expected {expected}")),
    );
}
