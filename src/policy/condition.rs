//! Conditions on a request: `{ "params.ref" = { prefix = "refs/" } }`.
//!
//! A condition is three-valued: on a field that is absent or of another type it is *unknown*. Who asks decides what that
//! means: a rule that restricts takes unknown as a match, a rule that permits does not, so that removing information never
//! makes a decision more permissive.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::OnceLock;

use globset::GlobMatcher;
use regex::Regex;
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

/// What conditions are asked of.
pub trait Request {
    /// The value of a field, `params.ref`; `None` where the request does not say.
    fn field(&self, path: &str) -> Option<Cow<'_, Json>>;
}

impl Request for Json {
    fn field(&self, path: &str) -> Option<Cow<'_, Json>> {
        descend(self, path).map(Cow::Borrowed)
    }
}

/// The value at a path of member names; a null is none.
pub fn descend<'r>(value: &'r Json, path: &str) -> Option<&'r Json> {
    let found = path.split('.').try_fold(value, |at, part| at.get(part));
    found.filter(|v| !v.is_null())
}

/// Whether all conditions hold of a request. Who asks more than once keeps a [`Condition`].
pub fn holds(conditions: &Map<String, Json>, request: &Json) -> Truth {
    Condition::new(conditions).holds(request)
}

/// Conditions made ready to be asked; all of them must hold.
#[derive(Clone, Debug)]
pub struct Condition {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Condition),
    Field(String, Test),
    Unknown,
}

/// What is asked of a value.
#[derive(Clone, Debug)]
enum Test {
    Equal(Json),
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    Exists(bool),
    /// On a list it holds when it does of one of the items.
    Each(Operator),
    Unknown,
}

#[derive(Clone, Debug)]
enum Operator {
    Equal(Json),
    In(Vec<Json>),
    Ordered(fn(Ordering) -> bool, Option<i128>),
    Text(Text),
    Unknown,
}

#[derive(Clone, Debug)]
enum Text {
    Prefix(String),
    Suffix(String),
    Name(String),
    /// Compiled when they are first asked; none: they do not compile.
    Glob(String, OnceLock<Option<GlobMatcher>>),
    Regex(String, OnceLock<Option<Regex>>),
}

impl Condition {
    /// Makes conditions ready.
    pub fn new(conditions: &Map<String, Json>) -> Self {
        let tables = |operand: &Json| {
            let items = operand.as_array().into_iter().flatten();
            items.filter_map(Json::as_object).map(Condition::new).collect()
        };
        let part = |(key, operand): (&String, &Json)| match key.as_str() {
            "any_of" => Part::Any(tables(operand)),
            "all_of" => Part::All(tables(operand)),
            "not" => operand.as_object().map_or(Part::Unknown, |table| Part::Not(Condition::new(table))),
            field => Part::Field(field.to_owned(), Test::new(operand)),
        };
        Self { parts: conditions.iter().map(part).collect() }
    }

    /// Whether all of them hold of a request.
    pub fn holds(&self, request: &impl Request) -> Truth {
        all(self.parts.iter().map(|part| match part {
            Part::Any(conditions) => any(conditions.iter().map(|c| c.holds(request))),
            Part::All(conditions) => all(conditions.iter().map(|c| c.holds(request))),
            Part::Not(condition) => condition.holds(request).negate(),
            Part::Field(path, test) => test.holds(request.field(path).as_deref()),
            Part::Unknown => Truth::Unknown,
        }))
    }
}

impl Test {
    fn new(operand: &Json) -> Self {
        let Some(operators) = operand.as_object() else { return Test::Equal(operand.clone()) };
        let list = |argument: &Json| argument.as_array().into_iter().flatten().map(Test::new).collect();
        let test = |(name, argument): (&String, &Json)| match name.as_str() {
            "any_of" => Test::Any(list(argument)),
            "all_of" => Test::All(list(argument)),
            "not" => Test::Not(Box::new(Test::new(argument))),
            "exists" => argument.as_bool().map_or(Test::Unknown, Test::Exists),
            name => Test::Each(Operator::new(name, argument)),
        };
        Test::All(operators.iter().map(test).collect())
    }

    fn holds(&self, value: Option<&Json>) -> Truth {
        match self {
            Test::Equal(wanted) => equal(value, wanted),
            Test::Any(tests) => any(tests.iter().map(|t| t.holds(value))),
            Test::All(tests) => all(tests.iter().map(|t| t.holds(value))),
            Test::Not(test) => test.holds(value).negate(),
            Test::Exists(wanted) => Truth::of(value.is_some() == *wanted),
            Test::Each(operator) => operator.holds(value),
            Test::Unknown => Truth::Unknown,
        }
    }
}

impl Operator {
    fn new(name: &str, argument: &Json) -> Self {
        match name {
            "eq" => Operator::Equal(argument.clone()),
            "in" => Operator::In(argument.as_array().cloned().unwrap_or_default()),
            "lt" => Operator::Ordered(Ordering::is_lt, number(argument)),
            "le" => Operator::Ordered(Ordering::is_le, number(argument)),
            "gt" => Operator::Ordered(Ordering::is_gt, number(argument)),
            "ge" => Operator::Ordered(Ordering::is_ge, number(argument)),
            _ => argument.as_str().and_then(|text| Text::new(name, text)).map_or(Operator::Unknown, Operator::Text),
        }
    }

    fn holds(&self, value: Option<&Json>) -> Truth {
        if let Some(Json::Array(items)) = value
            && !matches!(self, Operator::Equal(Json::Array(_)))
        {
            return any(items.iter().map(|item| self.holds(Some(item))));
        }
        match self {
            Operator::Equal(wanted) => equal(value, wanted),
            Operator::In(list) => any(list.iter().map(|wanted| equal(value, wanted))),
            Operator::Ordered(wanted, limit) => match value.and_then(number).zip(*limit) {
                Some((value, limit)) => Truth::of(wanted(value.cmp(&limit))),
                None => Truth::Unknown,
            },
            Operator::Text(test) => value.and_then(Json::as_str).map_or(Truth::Unknown, |text| test.holds(text)),
            Operator::Unknown => Truth::Unknown,
        }
    }
}

impl Text {
    fn new(name: &str, argument: &str) -> Option<Self> {
        let argument = argument.to_owned();
        Some(match name {
            "prefix" => Text::Prefix(argument),
            "suffix" => Text::Suffix(argument),
            "glob" if argument.contains("**") || argument.contains('/') => Text::Glob(argument, OnceLock::new()),
            "glob" => Text::Name(argument),
            "regex" => Text::Regex(argument, OnceLock::new()),
            _ => return None,
        })
    }

    fn holds(&self, text: &str) -> Truth {
        let told = |holds: Option<bool>| holds.map_or(Truth::Unknown, Truth::of);
        match self {
            Text::Prefix(prefix) => Truth::of(text.starts_with(prefix)),
            Text::Suffix(suffix) => Truth::of(text.ends_with(suffix)),
            Text::Name(glob) => Truth::of(name_matches(glob, text)),
            Text::Glob(glob, ready) => {
                let glob = ready.get_or_init(|| compile_glob(glob).ok().map(|g| g.compile_matcher()));
                told(glob.as_ref().map(|g| g.is_match(text)))
            }
            Text::Regex(regex, ready) => {
                told(ready.get_or_init(|| Regex::new(regex).ok()).as_ref().map(|r| r.is_match(text)))
            }
        }
    }
}

fn all(parts: impl Iterator<Item = Truth>) -> Truth {
    parts.min().unwrap_or(Truth::Yes)
}

fn any(parts: impl Iterator<Item = Truth>) -> Truth {
    parts.max().unwrap_or(Truth::No)
}

fn equal(value: Option<&Json>, argument: &Json) -> Truth {
    match value {
        None => Truth::Unknown,
        Some(Json::Array(items)) if !argument.is_array() => any(items.iter().map(|i| equal(Some(i), argument))),
        Some(value) if std::mem::discriminant(value) != std::mem::discriminant(argument) => Truth::Unknown,
        Some(value) => Truth::of(value == argument),
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
