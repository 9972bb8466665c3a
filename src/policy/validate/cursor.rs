//! A place in the tree that may not be there: where a value stands, or the nearest thing around it.

use crate::policy::tree::{Node, Place, Table, Value};

/// A place in the tree.
#[derive(Clone, Debug)]
pub struct Cursor<'t> {
    here: Option<Here<'t>>,
    place: Place,
    key: Place,
}

#[derive(Clone, Copy, Debug)]
enum Here<'t> {
    Root(&'t Table),
    Node(&'t Node),
}

impl<'t> Cursor<'t> {
    /// The whole policy.
    pub fn root(table: &'t Table) -> Self {
        Self { here: Some(Here::Root(table)), place: 0..0, key: 0..0 }
    }

    /// The value under a key.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        let entry = self.table().and_then(|t| t.entries.get(name));
        match entry {
            Some(entry) => {
                Self { here: Some(Here::Node(&entry.node)), place: entry.node.place.clone(), key: entry.key.clone() }
            }
            None => Self { here: None, ..self.clone() },
        }
    }

    /// The value under keys.
    #[must_use]
    pub fn keys(&self, names: &[&str]) -> Self {
        names.iter().fold(self.clone(), |at, name| at.key(name))
    }

    /// An item of a list.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        let item = self.node().and_then(|n| n.items().get(index));
        match item {
            Some(node) => Self { here: Some(Here::Node(node)), place: node.place.clone(), key: node.place.clone() },
            None => Self { here: None, ..self.clone() },
        }
    }

    /// Whether it stands in the text.
    pub fn is_there(&self) -> bool {
        self.here.is_some()
    }

    /// Where the value stands, or the nearest thing around it.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// Where its key stands.
    pub fn key_place(&self) -> Place {
        self.key.clone()
    }

    /// The node, where it stands in the text.
    pub fn node(&self) -> Option<&'t Node> {
        match self.here? {
            Here::Node(node) => Some(node),
            Here::Root(_) => None,
        }
    }

    /// The table, where it is one.
    pub fn table(&self) -> Option<&'t Table> {
        match self.here? {
            Here::Root(table) => Some(table),
            Here::Node(Node { value: Value::Table(table), .. }) => Some(table),
            Here::Node(_) => None,
        }
    }
}
