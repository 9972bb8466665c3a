//! A tree against its shape: every mistake is told at its own place, and what is wrong is taken out of the tree, so that the
//! rest can still be judged.

use serde_json::Value as Json;

use super::codes;
use super::formats::{self, Problem};
use super::mistake::{Mistake, closest};
use super::shape::{Field, Shape, TableShape};
use super::sources::Sources;
use super::tree::{Entry, Node, Place, Table, Value};

/// How many mistakes are told; a file with more is not governance.toml.
pub const MOST_MISTAKES: usize = 1000;
/// How many items a list may have.
const MOST_ITEMS: usize = 20_000;

/// Checks `root` against `shape` and takes out what is wrong. `complete` is false where syntax errors have lost some keys, so
/// that missing ones are not told.
pub fn check(root: &mut Table, shape: &TableShape, complete: bool, sources: &mut Sources) -> Vec<Mistake> {
    let mut walk = Walk { mistakes: Vec::new(), sources, complete };
    walk.table(root, shape, &(0..0), &mut Vec::new());
    walk.mistakes
}

struct Walk<'a> {
    mistakes: Vec<Mistake>,
    sources: &'a mut Sources,
    complete: bool,
}

impl Walk<'_> {
    fn tell(&mut self, mistake: Mistake) {
        if self.mistakes.len() < MOST_MISTAKES {
            self.mistakes.push(mistake);
        }
    }

    /// Whether the node may stay.
    fn node(&mut self, node: &mut Node, shape: &Shape, path: &mut Vec<String>) -> bool {
        match (shape, &mut node.value) {
            (Shape::Table(shape), Value::Table(table)) => self.table(table, shape, &node.place, path),
            (Shape::Names { item, keys }, Value::Table(table)) => self.names(table, item, *keys, path),
            (Shape::List { item, least }, Value::List(list)) => {
                let place = node.place.clone();
                return self.list(&mut list.items, item, *least, &place, path);
            }
            (Shape::Text, Value::Text(text)) => {
                let text = std::mem::take(text);
                let fine = self.plain_text(&text, &node.place);
                node.value = Value::Text(text);
                return fine;
            }
            (Shape::Bool, Value::Bool(_)) => {}
            (Shape::Integer { min, max }, Value::Integer(number)) if (*min..=*max).contains(number) => {}
            (Shape::Integer { .. }, Value::Integer(_) | Value::Huge(_)) => {
                let message = format!("{} is out of range", describe(path));
                let label = format!("expected {}", shape.expected());
                self.tell(Mistake::new(&codes::OUT_OF_RANGE, node.place.clone(), message).label(label));
                return false;
            }
            (Shape::Choice(choices), value) => return self.choice(choices, value, shape, &node.place, path),
            (Shape::Format { name, .. }, Value::Table(table)) if matches!(*name, "conditions" | "any-table") => {
                return self.anything(table, 0);
            }
            (Shape::Format { name, schema }, value) => {
                let outcome = formats::check(name, schema, value);
                return self.format(name, outcome, node, path);
            }
            (Shape::Either(parts), value) => match parts.iter().find(|part| same_kind(part, value)) {
                Some(part) => return self.node(node, part, path),
                None => return self.wrong_type(node, &shape.expected(), path),
            },
            _ => return self.wrong_type(node, &shape.expected(), path),
        }
        true
    }

    fn table(&mut self, table: &mut Table, shape: &TableShape, place: &Place, path: &mut Vec<String>) {
        let mut wrong = Vec::new();
        for (key, entry) in &mut table.entries {
            match shape.fields.get(&**key) {
                None => {
                    self.unknown_key(key, entry, shape, path);
                    self.inside_misspelt(key, entry, shape, path);
                    wrong.push(key.clone());
                }
                Some(field) => {
                    path.push(key.clone());
                    if !self.node(&mut entry.node, field.shape(), path) {
                        wrong.push(key.clone());
                    }
                    path.pop();
                }
            }
        }
        if self.complete {
            for key in shape.required.iter().filter(|k| !table.entries.contains_key(**k)) {
                let (message, label) =
                    (format!("{} needs `{key}`", describe(path)), example_of(key, shape.fields.get(&**key)));
                self.tell(Mistake::new(&codes::MISSING_KEY, place.clone(), message).label(label));
            }
        }
        wrong.iter().for_each(|key| drop(table.entries.remove(key)));
    }

    fn names(&mut self, table: &mut Table, item: &Shape, rule: Option<&str>, path: &mut Vec<String>) {
        let mut wrong = Vec::new();
        for (key, entry) in &mut table.entries {
            if let Err(expected) = formats::check_key(rule, key) {
                let message = format!("`{}` is no key of {}", printable(key), describe(path));
                let mistake = Mistake::new(&codes::UNKNOWN_KEY, entry.key.clone(), message);
                self.tell(mistake.label(format!("expected {expected}")));
                wrong.push(key.clone());
            }
            path.push(key.clone());
            if !self.node(&mut entry.node, item, path) {
                wrong.push(key.clone());
            }
            path.pop();
        }
        wrong.iter().for_each(|key| drop(table.entries.remove(key)));
    }

    fn list(&mut self, items: &mut Vec<Node>, item: &Shape, least: u64, place: &Place, path: &mut Vec<String>) -> bool {
        if items.len() > MOST_ITEMS {
            let message = format!("{} has {} items; {MOST_ITEMS} are the most", describe(path), items.len());
            self.tell(Mistake::new(&codes::TOO_LARGE, place.clone(), message));
            return false;
        }
        if (items.len() as u64) < least {
            let message = format!("{} is empty", describe(path));
            self.tell(
                Mistake::new(&codes::OUT_OF_RANGE, place.clone(), message).label(format!("expected at least {least}")),
            );
            return false;
        }
        items.retain_mut(|node| self.node(node, item, path));
        true
    }

    fn plain_text(&mut self, text: &str, place: &Place) -> bool {
        let Some(name) = formats::env_reference(text) else { return true };
        let mistake = Mistake::new(&codes::ENV, place.clone(), format!("`${{{name}}}` would be taken literally here"));
        self.tell(mistake.label("this key reads no environment variables"));
        false
    }

    fn choice(
        &mut self,
        choices: &[super::shape::Choice],
        value: &Value,
        shape: &Shape,
        place: &Place,
        path: &[String],
    ) -> bool {
        let fits = |word: &Json| match value {
            Value::Text(text) => word.as_str() == Some(text),
            Value::Integer(number) => word.as_i64() == Some(*number),
            _ => false,
        };
        if choices.iter().any(|c| fits(c.word)) {
            return true;
        }
        let expected = format!("expected {}", shape.expected());
        let mistake = match value {
            Value::Text(text) => {
                let near = closest(text, choices.iter().filter_map(|c| c.word.as_str()));
                let message = format!("unknown value `{}` for {}", printable(text), describe(path));
                Mistake::new(&codes::UNKNOWN_VALUE, place.clone(), message).did_you_mean(near)
            }
            Value::Integer(number) if choices.iter().any(|c| c.word.is_i64() || c.word.is_u64()) => Mistake::new(
                &codes::OUT_OF_RANGE,
                place.clone(),
                format!("{number} is out of range for {}", describe(path)),
            ),
            other => {
                let message = format!("{} is {}", describe(path), other.kind());
                Mistake::new(&codes::WRONG_TYPE, place.clone(), message)
            }
        };
        self.tell(mistake.label(expected));
        false
    }

    fn format(&mut self, name: &str, outcome: Result<(), Problem>, node: &Node, path: &[String]) -> bool {
        if name == "env" || name == "url" {
            self.hide_literal(node);
        }
        match outcome {
            Ok(()) => match &node.value {
                Value::Text(text) if !matches!(name, "env" | "regex" | "template") => {
                    self.plain_text(text, &node.place)
                }
                _ => true,
            },
            Err(Problem::Type) => self.wrong_type(node, formats::expected(name), path),
            Err(Problem::Wrong(code, label)) => {
                let message = format!("{}: {}", describe(path), code.summary);
                self.tell(Mistake::new(code, node.place.clone(), message).label(label));
                false
            }
            Err(Problem::Doubtful(code, label)) => {
                let message = format!("{}: {}", describe(path), code.summary);
                self.tell(Mistake::new(code, node.place.clone(), message).label(label));
                true
            }
        }
    }

    /// A token written where a variable's name belongs must not be shown again.
    fn hide_literal(&mut self, node: &Node) {
        let Some(text) = node.text() else { return };
        let literal_env = formats::env_reference(text).is_none();
        if literal_env && (!text.contains("://") || text.contains('@')) {
            // Between the quotes.
            self.sources.hide(node.place.start + 1..node.place.end.saturating_sub(1).max(node.place.start + 1));
        }
    }

    /// A table of anything: fractions and numbers that do not fit are taken out, deep ones refused.
    fn anything(&mut self, table: &mut Table, depth: usize) -> bool {
        let mut wrong = Vec::new();
        for (key, entry) in &mut table.entries {
            if !self.any_value(&mut entry.node, depth + 1) {
                wrong.push(key.clone());
            }
        }
        wrong.iter().for_each(|key| drop(table.entries.remove(key)));
        wrong.is_empty()
    }

    fn any_value(&mut self, node: &mut Node, depth: usize) -> bool {
        const DEEPEST: usize = 32;
        if depth > DEEPEST {
            self.tell(Mistake::new(&codes::NESTING, node.place.clone(), "nested too deeply"));
            return false;
        }
        match &mut node.value {
            Value::Fraction(text) => {
                let label = format!("write \"{text}\" in quotes, or an integer");
                let message = "a number with a fraction where decisions are made";
                self.tell(Mistake::new(&codes::FRACTION, node.place.clone(), message).label(label));
                false
            }
            Value::Huge(_) => {
                self.tell(Mistake::new(&codes::OUT_OF_RANGE, node.place.clone(), "the number does not fit 64 bits"));
                false
            }
            Value::Text(text) => {
                let text = text.clone();
                self.plain_text(&text, &node.place)
            }
            Value::List(list) => {
                let before = list.items.len();
                list.items.retain_mut(|item| self.any_value(item, depth + 1));
                before == list.items.len()
            }
            Value::Table(table) => self.anything(table, depth + 1),
            Value::Integer(_) | Value::Bool(_) | Value::Moment(_) => true,
        }
    }

    fn wrong_type(&mut self, node: &Node, expected: &str, path: &[String]) -> bool {
        let message = format!("{} is {}", describe(path), node.value.kind());
        self.tell(Mistake::new(&codes::WRONG_TYPE, node.place.clone(), message).label(format!("expected {expected}")));
        false
    }

    /// What stands under a misspelt key is judged as if it were spelt right, so that its mistakes are told in the same run.
    fn inside_misspelt(&mut self, key: &str, entry: &mut Entry, shape: &TableShape, path: &mut Vec<String>) {
        let Some(near) = closest(key, shape.fields.keys().copied()) else { return };
        let composed = matches!(entry.node.value, Value::Table(_) | Value::List(_));
        if let Some(field) = shape.fields.get(near).filter(|f| composed && same_kind(f.shape(), &entry.node.value)) {
            path.push(near.to_owned());
            self.node(&mut entry.node, field.shape(), path);
            path.pop();
        }
    }

    fn unknown_key(&mut self, key: &str, entry: &Entry, shape: &TableShape, path: &[String]) {
        const WORK: [&str; 6] = ["proof_of_work", "pow", "mining", "difficulty", "pow_difficulty", "mining_difficulty"];
        if path.first().is_some_and(|p| p == "audit") && WORK.contains(&key) {
            let message = "the audit log uses no proof of work";
            self.tell(
                Mistake::new(&codes::PROOF_OF_WORK, entry.key.clone(), message)
                    .label(codes::PROOF_OF_WORK.explain.as_ref()),
            );
            return;
        }
        let mut mistake = Mistake::new(
            &codes::UNKNOWN_KEY,
            entry.key.clone(),
            format!("unknown key `{}` in {}", printable(key), describe(path)),
        );
        let near = closest(key, shape.fields.keys().copied());
        mistake = match (near, elsewhere(key)) {
            (_, Some(table)) => mistake.help(format!("`{key}` belongs under [{table}]")),
            (Some(near), None) => mistake.did_you_mean(Some(near)),
            (None, None) => mistake,
        };
        let label = format!("expected {}", some_keys(shape));
        self.tell(mistake.label(label));
    }
}

/// The table that has this key, where exactly one does.
fn elsewhere(key: &str) -> Option<String> {
    fn search(shape: &TableShape, key: &str, path: &mut Vec<String>, found: &mut Vec<String>) {
        for (name, field) in &shape.fields {
            if *name == key && !path.is_empty() {
                found.push(path.join("."));
            }
            if let Shape::Table(inner) = field.shape() {
                path.push((*name).to_owned());
                search(inner, key, path, found);
                path.pop();
            }
        }
    }
    let mut found = Vec::new();
    search(super::shape::root().fields()?, key, &mut Vec::new(), &mut found);
    match found.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn some_keys(shape: &TableShape) -> String {
    let keys: Vec<_> = shape.fields.keys().map(|k| format!("`{k}`")).collect();
    match keys.len() {
        0 => "nothing here".into(),
        1..=8 => keys.join(", "),
        n => format!("{} or one of {} others", keys[..5].join(", "), n - 5),
    }
}

fn example_of(key: &str, field: Option<&Field>) -> String {
    field.map_or_else(String::new, |f| format!("add `{key} = …`: {}", f.shape().expected()))
}

/// A path for people: `policies.risk`, or "the file" at its root.
pub fn describe(path: &[String]) -> String {
    if path.is_empty() { "the policy".into() } else { format!("`{}`", printable(&path.join("."))) }
}

/// A text without control characters, cut to a readable length.
pub fn printable(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(80)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect();
    if text.chars().nth(80).is_some() {
        out.push('…');
    }
    out
}

fn same_kind(shape: &Shape, value: &Value) -> bool {
    matches!(
        (shape, value),
        (Shape::Table(_) | Shape::Names { .. }, Value::Table(_))
            | (Shape::List { .. }, Value::List(_))
            | (Shape::Text | Shape::Format { .. } | Shape::Choice(_), Value::Text(_))
            | (Shape::Integer { .. }, Value::Integer(_) | Value::Huge(_))
            | (Shape::Bool, Value::Bool(_))
    )
}
