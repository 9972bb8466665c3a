//! Collects keys of governance.toml and what is said of where they came from.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value};

/// What came out of an import.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// governance.toml.
    pub toml: String,
    /// Keys that mean the same here.
    pub carried: Vec<String>,
    /// Keys that were translated, and how.
    pub changed: Vec<String>,
    /// Keys that have no meaning here, and why.
    pub lost: Vec<String>,
}

/// Builds governance.toml.
pub struct Writer {
    document: DocumentMut,
    out: Imported,
    read: BTreeSet<String>,
}

impl Writer {
    pub fn new() -> Self {
        let mut writer = Self { document: DocumentMut::new(), out: Imported::default(), read: BTreeSet::new() };
        writer.put(&["policies", "version"], "1.0".into());
        writer
    }

    /// A key that means the same here.
    pub fn carried(&mut self, from: &str, to: &[&str], value: Value) {
        self.put(to, value);
        self.read.insert(from.to_owned());
        self.out.carried.push(format!("{from} → {}", to.join(".")));
    }

    /// A key that was translated.
    pub fn changed(&mut self, from: &str, to: &[&str], value: Value, how: &str) {
        self.put(to, value);
        self.note(from, &to.join("."), how);
    }

    /// Says that a key was translated.
    pub fn note(&mut self, from: &str, to: &str, how: &str) {
        self.read.insert(from.to_owned());
        self.out.changed.push(format!("{from} → {to}: {how}"));
    }

    /// Says that a key has no meaning here.
    pub fn lost(&mut self, from: &str, why: &str) {
        self.read.insert(from.to_owned());
        self.out.lost.push(format!("{from}: {why}"));
    }

    /// Adds a table to a list of tables.
    pub fn push(&mut self, to: &[&str], entries: Vec<(&str, Value)>) {
        let Some((name, parents)) = to.split_last() else { return };
        let list = table(self.document.as_table_mut(), parents)
            .entry(name)
            .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let mut new = Table::new();
        entries.into_iter().for_each(|(key, value)| drop(new.insert(key, Item::Value(value))));
        if let Some(list) = list.as_array_of_tables_mut() {
            list.push(new);
        }
    }

    fn put(&mut self, to: &[&str], value: Value) {
        let Some((name, parents)) = to.split_last() else { return };
        table(self.document.as_table_mut(), parents).insert(name, Item::Value(value));
    }

    /// Lists every key that nothing was said of as lost.
    pub fn finish(mut self, root: &Map<String, Json>) -> Imported {
        let mut unread = Vec::new();
        leaves(root, "", &self.read, &mut unread);
        self.out
            .lost
            .extend(unread.into_iter().map(|path| format!("{path}: governance.toml has nothing of this kind")));
        self.out.lost.sort();
        self.out.lost.dedup();
        self.out.toml = self.document.to_string();
        self.out
    }
}

fn leaves(members: &Map<String, Json>, path: &str, read: &BTreeSet<String>, out: &mut Vec<String>) {
    for (key, value) in members {
        let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            _ if read.contains(&here) => {}
            Json::Object(inner) => leaves(inner, &here, read, out),
            _ => out.push(here),
        }
    }
}

fn table<'t>(root: &'t mut Table, path: &[&str]) -> &'t mut Table {
    let mut at = root;
    for part in path {
        let entry = at.entry(part).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        if !entry.is_table() {
            *entry = Item::Table(Table::new());
        }
        match entry {
            Item::Table(inner) => at = inner,
            _ => unreachable!("it was made a table just above"),
        }
    }
    at
}

/// A list of texts.
pub fn texts(items: impl IntoIterator<Item = String>) -> Value {
    Value::Array(items.into_iter().collect::<Array>())
}

/// A number, exact: an integer, or a decimal as text.
pub fn exact_number(value: &Json) -> Option<Value> {
    if let Some(number) = value.as_i64() {
        return Some(number.into());
    }
    let text = value.as_f64().map(|f| f.to_string()).or_else(|| value.as_str().map(ToOwned::to_owned))?;
    crate::policy::exact::decimal(&text).ok().map(|d| d.to_string().into())
}
