//! Conditions on a request: `{ "params.ref" = { prefix = "refs/" } }`.
//!
//! A condition is three-valued: on a field that is absent or of another type it is *unknown*. Who asks decides what that
//! means: a rule that restricts takes unknown as a match, a rule that permits does not, so that removing information never
//! makes a decision more permissive.

use serde_json::{Map, Value as Json};

use super::exact;
use super::formats::{compile_glob, name_matches};

/// The answer of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    No,
    /// The request does not say.
    Unknown,
    /// It holds.
    Yes,
}

/// The operators that take a value.
pub const OPERATORS: [&str; 11] = ["eq", "in", "prefix", "suffix", "glob", "regex", "lt", "le", "gt", "ge", "exists"];
/// The operators that take conditions.
pub const CONNECTIVES: [&str; 3] = ["any_of", "all_of", "not"];

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Truth::Yes } else { Truth::No }
    }

    fn negate(self) -> Self {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
        }
    }

    /// As a match of something that permits (`permits`) or restricts.
    pub fn matches(self, permits: bool) -> bool {
        self == Truth::Yes || (self == Truth::Unknown && !permits)
    }
}

/// Whether all conditions hold of a request.
pub fn holds(conditions: &Map<String, Json>, request: &Json) -> Truth {
    all(conditions.iter().map(|(key, operand)| match key.as_str() {
        "any_of" => any(tables(operand).map(|t| holds(t, request))),
        "all_of" => all(tables(operand).map(|t| holds(t, request))),
        "not" => operand.as_object().map_or(Truth::Unknown, |t| holds(t, request).negate()),
        field => compare(lookup(request, field), operand),
    }))
}

fn all(parts: impl Iterator<Item = Truth>) -> Truth {
    parts.min().unwrap_or(Truth::Yes)
}

fn any(parts: impl Iterator<Item = Truth>) -> Truth {
    parts.max().unwrap_or(Truth::No)
}

fn tables(operand: &Json) -> impl Iterator<Item = &Map<String, Json>> {
    operand.as_array().into_iter().flatten().filter_map(Json::as_object)
}

fn lookup<'r>(request: &'r Json, field: &str) -> Option<&'r Json> {
    let found = field.split('.').try_fold(request, |at, part| at.get(part));
    found.filter(|v| !v.is_null())
}

fn compare(value: Option<&Json>, operand: &Json) -> Truth {
    let Some(operators) = operand.as_object() else { return equal(value, operand) };
    all(operators.iter().map(|(name, argument)| match name.as_str() {
        "any_of" => any(argument.as_array().into_iter().flatten().map(|a| compare(value, a))),
        "all_of" => all(argument.as_array().into_iter().flatten().map(|a| compare(value, a))),
        "not" => compare(value, argument).negate(),
        "exists" => argument.as_bool().map_or(Truth::Unknown, |wanted| Truth::of(value.is_some() == wanted)),
        name => operate(name, value, argument),
    }))
}

fn operate(name: &str, value: Option<&Json>, argument: &Json) -> Truth {
    // A list (labels, paths) satisfies an operator when one of its items does.
    if let Some(Json::Array(items)) = value
        && !(name == "eq" && argument.is_array())
    {
        return any(items.iter().map(|item| operate(name, Some(item), argument)));
    }
    match name {
        "eq" => equal(value, argument),
        "in" => any(argument.as_array().into_iter().flatten().map(|a| equal(value, a))),
        "lt" => ordered(value, argument, std::cmp::Ordering::is_lt),
        "le" => ordered(value, argument, std::cmp::Ordering::is_le),
        "gt" => ordered(value, argument, std::cmp::Ordering::is_gt),
        "ge" => ordered(value, argument, std::cmp::Ordering::is_ge),
        _ => match value.and_then(Json::as_str).zip(argument.as_str()) {
            Some((text, argument)) => textual(name, text, argument),
            None => Truth::Unknown,
        },
    }
}

fn textual(name: &str, text: &str, argument: &str) -> Truth {
    match name {
        "prefix" => Truth::of(text.starts_with(argument)),
        "suffix" => Truth::of(text.ends_with(argument)),
        "glob" if argument.contains("**") || argument.contains('/') => {
            compile_glob(argument).map_or(Truth::Unknown, |g| Truth::of(g.compile_matcher().is_match(text)))
        }
        "glob" => Truth::of(name_matches(argument, text)),
        "regex" => regex::Regex::new(argument).map_or(Truth::Unknown, |r| Truth::of(r.is_match(text))),
        _ => Truth::Unknown,
    }
}

fn equal(value: Option<&Json>, argument: &Json) -> Truth {
    match value {
        None => Truth::Unknown,
        Some(Json::Array(items)) if !argument.is_array() => any(items.iter().map(|i| equal(Some(i), argument))),
        Some(value) if std::mem::discriminant(value) != std::mem::discriminant(argument) => Truth::Unknown,
        Some(value) => Truth::of(value == argument),
    }
}

fn ordered(value: Option<&Json>, argument: &Json, wanted: fn(std::cmp::Ordering) -> bool) -> Truth {
    match value.and_then(number).zip(number(argument)) {
        Some((value, argument)) => Truth::of(wanted(value.cmp(&argument))),
        None => Truth::Unknown,
    }
}

/// An integer, or a decimal written as text, in millionths.
pub fn number(value: &Json) -> Option<i128> {
    match value {
        Json::Number(number) => number.as_i64().map(|n| i128::from(n) * 1_000_000),
        Json::String(text) => exact::decimal(text).ok().map(|d| i128::from(d.0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn truth(conditions: Json) -> Truth {
        let request = json!({
            "actor": { "kind": "agent" }, "action": "repo.push", "labels": ["docs", "payment"],
            "params": { "count": 7, "ref": "refs/heads/agent/x", "price": "1.5" }
        });
        holds(conditions.as_object().unwrap(), &request)
    }

    #[test]
    fn operators_are_three_valued() {
        let rows = [
            (json!({}), Truth::Yes),
            (json!({ "action": "repo.push", "actor.kind": "agent" }), Truth::Yes),
            (json!({ "action": "repo.pull" }), Truth::No),
            (json!({ "environment": "production" }), Truth::Unknown),
            (json!({ "environment": "production", "action": "x" }), Truth::No),
            (json!({ "params.count": { "gt": 5, "lt": 10 } }), Truth::Yes),
            (json!({ "params.count": { "ge": 7, "lt": 7 } }), Truth::No),
            (json!({ "params.count": { "prefix": "7" } }), Truth::Unknown),
            (json!({ "params.price": { "le": "1.50" } }), Truth::Yes),
            (json!({ "params.ref": { "prefix": "refs/heads/agent/" } }), Truth::Yes),
            (json!({ "params.ref": { "glob": "refs/heads/*" } }), Truth::No),
            (json!({ "params.ref": { "glob": "refs/**" } }), Truth::Yes),
            (json!({ "params.ref": { "regex": "agent/[a-z]$" } }), Truth::Yes),
            (json!({ "params.ref": { "not": { "suffix": "x" } } }), Truth::No),
            (json!({ "params.other": { "exists": false } }), Truth::Yes),
            (json!({ "labels": "payment" }), Truth::Yes),
            (json!({ "labels": { "in": ["none"] } }), Truth::No),
            (json!({ "any_of": [{ "action": "a" }, { "tenant": "t" }] }), Truth::Unknown),
            (json!({ "any_of": [{ "action": "a" }, { "labels": "docs" }] }), Truth::Yes),
            (json!({ "not": { "action": "repo.push" } }), Truth::No),
            (json!({ "all_of": [{ "action": "repo.push" }, { "labels": "docs" }] }), Truth::Yes),
        ];
        for (conditions, expected) in rows {
            assert_eq!(truth(conditions.clone()), expected, "{conditions}");
        }
    }

    #[test]
    fn unknown_restricts_and_does_not_permit() {
        assert!(Truth::Unknown.matches(false) && !Truth::Unknown.matches(true));
        assert!(Truth::Yes.matches(true) && !Truth::No.matches(false));
    }
}
