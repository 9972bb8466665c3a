//! A policy as rows of key and value, each with the place that says it or "default".

use serde_json::Value as Json;

use super::sources::Sources;
use super::tree::{Node, Table, Value};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The keys from the root.
    pub path: Vec<String>,
    /// The value, as TOML writes it.
    pub value: String,
    /// `file:line`; `None`: a default.
    pub source: Option<String>,
}

impl Row {
    /// The key as users write it: `policies.risk.high`, parts quoted where they need it.
    pub fn key(&self) -> String {
        self.path.iter().map(|p| quoted(p)).collect::<Vec<_>>().join(".")
    }
}

/// Every value of `resolved` (see [`super::hash::resolved`]) by its key.
pub fn rows(resolved: &Json, tree: &Table, sources: &Sources) -> Vec<Row> {
    let mut out = Vec::new();
    let root = Some(Here::Table(tree));
    collect(resolved, root, sources, &mut Vec::new(), &mut out);
    out
}

/// The rows under a dotted key.
pub fn under<'r>(rows: &'r [Row], key: &str) -> Vec<&'r Row> {
    let wanted = split(key);
    rows.iter().filter(|r| r.path.len() >= wanted.len() && r.path.iter().zip(&wanted).all(|(a, b)| a == b)).collect()
}

/// The parts of a dotted key; a part in quotes may contain dots.
pub fn split(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for c in key.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            ('.', None) => parts.push(String::new()),
            (c, _) => parts.last_mut().into_iter().for_each(|p| p.push(c)),
        }
    }
    parts
}

#[derive(Clone, Copy)]
enum Here<'t> {
    Table(&'t Table),
    Node(&'t Node),
}

impl<'t> Here<'t> {
    fn key(self, name: &str) -> Option<Self> {
        match self {
            Here::Table(table) => table.get(name),
            Here::Node(node) => node.get(name),
        }
        .map(Here::Node)
    }

    fn item(self, index: usize) -> Option<Self> {
        match self {
            Here::Table(_) => None,
            Here::Node(node) => node.items().get(index).map(Here::Node),
        }
    }
}

fn collect(value: &Json, at: Option<Here<'_>>, sources: &Sources, path: &mut Vec<String>, out: &mut Vec<Row>) {
    match value {
        Json::Null => {}
        Json::Object(members) if is_section(members, at) => {
            for (name, member) in members {
                path.push(name.clone());
                collect(member, at.and_then(|a| a.key(name)), sources, path, out);
                path.pop();
            }
        }
        Json::Array(items) if !items.is_empty() && items.iter().all(Json::is_object) => {
            for (i, item) in items.iter().enumerate() {
                path.push(i.to_string());
                collect(item, at.and_then(|a| a.item(i)), sources, path, out);
                path.pop();
            }
        }
        value => out.push(Row { path: path.clone(), value: toml_text(value), source: source(at, sources) }),
    }
}

/// Conditions and parameters stand on one line; sections and entries are opened.
fn is_section(members: &serde_json::Map<String, Json>, at: Option<Here<'_>>) -> bool {
    let written_inline = matches!(at, Some(Here::Node(Node { value: Value::Table(_), .. })));
    !members.is_empty() && (!written_inline || !members.values().all(|v| v.is_object()))
}

fn source(at: Option<Here<'_>>, sources: &Sources) -> Option<String> {
    let Some(Here::Node(node)) = at else { return None };
    let file = sources.file_of(&node.place)?;
    Some(format!("{}:{}", file.path, file.span(&node.place).line))
}

/// A JSON value in TOML's inline form.
pub fn toml_text(value: &Json) -> String {
    match value {
        Json::Null => "\"\"".into(),
        Json::String(text) => toml::Value::String(text.clone()).to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(toml_text).collect::<Vec<_>>().join(", ")),
        Json::Object(members) if members.is_empty() => "{}".into(),
        Json::Object(members) => {
            let inner: Vec<_> = members.iter().map(|(k, v)| format!("{} = {}", quoted(k), toml_text(v))).collect();
            format!("{{ {} }}", inner.join(", "))
        }
        other => other.to_string(),
    }
}

fn quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { key.to_owned() } else { format!("{key:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_split_and_print() {
        assert_eq!(split("checks.severity.\"a/b.c\""), ["checks", "severity", "a/b.c"]);
        let row = Row { path: split("budgets.prices.'gpt-4.1'.input"), value: String::new(), source: None };
        assert_eq!(row.key(), "budgets.prices.\"gpt-4.1\".input");
    }
}
