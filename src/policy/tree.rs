//! TOML as a tree in which every key and value knows where it stands, parsed with recovery: a syntax error costs its own
//! line, not the file.
//!
//! Places are byte ranges in the joined text of all files (see [`super::sources`]), so one tree can hold several files.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::raw::Names;
use super::unclosed;

/// A byte range in the joined text of all files.
pub type Place = Range<usize>;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where.
    pub place: Place,
    /// What.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number that fits.
    Integer(i64),
    /// A whole number that does not fit, as written.
    Huge(String),
    /// A number with a point or an exponent, as written.
    Fraction(String),
    /// true or false.
    Bool(bool),
    /// A date, a time or both, as written.
    Moment(String),
    /// A list.
    List(List),
    /// A table.
    Table(Table),
}

/// The items of a list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// In order.
    pub items: Vec<Node>,
    /// Written as `[[name]]`.
    pub of_tables: bool,
}

/// The entries of a table by key.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// By key.
    pub entries: Names<Entry>,
}

/// An entry of a table.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key stands.
    pub key: Place,
    /// The value.
    pub node: Node,
}

/// A mistake of syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

impl SyntaxError {
    /// Whether a key stands twice, which costs nothing but the second one.
    pub fn is_duplicate(&self) -> bool {
        self.message.starts_with("duplicate key")
    }
}

/// How many syntax errors of one file are told.
const MOST_ERRORS: usize = 100;
/// How many new errors a round may find before they are taken for consequences of the one before.
const MOST_FOLLOWERS: usize = 3;
/// How often a broken line is blanked and the rest parsed again.
const MOST_ROUNDS: usize = 16;

/// Parses one file whose first byte stands at `base` of the joined text.
pub fn parse(text: &str, base: usize) -> (Table, Vec<SyntaxError>) {
    let (root, errors) = round(text, base);
    if errors.iter().all(SyntaxError::is_duplicate) {
        return (root, errors);
    }
    recover(text, base)
}

fn recover(text: &str, base: usize) -> (Table, Vec<SyntaxError>) {
    let (mut blanked, opened) = unclosed::close(text, MOST_ERRORS);
    let (mut root, mut errors) = round(&blanked, base);
    let mut fresh: Vec<SyntaxError> = errors.iter().filter(|e| !e.is_duplicate()).cloned().collect();
    let moved = |e: SyntaxError| SyntaxError { place: base + e.place.start..base + e.place.end, ..e };
    errors.extend(opened.into_iter().map(moved));
    // The parser gives up the rest of the text after some errors; without the broken lines it finds what is there.
    for _ in 0..MOST_ROUNDS {
        if fresh.is_empty() || errors.len() >= MOST_ERRORS {
            break;
        }
        blank_lines(&mut blanked, &fresh, base);
        let (again, found) = round(&blanked, base);
        let new: Vec<_> = found.into_iter().filter(|e| !errors.iter().any(|old| old.place == e.place)).collect();
        let broken: Vec<_> = new.iter().filter(|e| !e.is_duplicate()).cloned().collect();
        // A line that opened something leaves its rest behind: what that draws are no mistakes of the user's.
        if broken.len() > fresh.len().max(MOST_FOLLOWERS) {
            break;
        }
        (root, fresh) = (again, broken);
        errors.extend(new);
    }
    errors.sort_by_key(|e| (e.place.start, e.place.end));
    first_of_each_line(&mut errors, text, base);
    errors.truncate(MOST_ERRORS);
    (root, errors)
}

/// What the parser says of the rest of a broken line follows from its first error.
fn first_of_each_line(errors: &mut Vec<SyntaxError>, text: &str, base: usize) {
    let mut last = None;
    errors.retain(|error| {
        let at = error.place.start.saturating_sub(base).min(text.len());
        let line = text.as_bytes()[..at].iter().rposition(|b| *b == b'\n');
        error.is_duplicate() || last.replace(line) != Some(line)
    });
}

fn round(text: &str, base: usize) -> (Table, Vec<SyntaxError>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let errors = errors.into_iter().take(MOST_ERRORS).map(|e| {
        let place = e.span().unwrap_or(0..0);
        SyntaxError { place: base + place.start..base + place.end, message: e.message().to_owned() }
    });
    let errors = errors.collect();
    (table(root.into_inner(), text, base), errors)
}

/// Overwrites the lines of syntax errors with blanks of the same length.
fn blank_lines(text: &mut String, errors: &[SyntaxError], base: usize) {
    let mut bytes = std::mem::take(text).into_bytes();
    for error in errors.iter().filter(|e| !e.is_duplicate()) {
        let at = error.place.start.saturating_sub(base).min(bytes.len());
        let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i);
        bytes[start..end].fill(b' ');
    }
    *text = String::from_utf8_lossy(&bytes).into_owned();
}

fn table(source: DeTable<'_>, text: &str, base: usize) -> Table {
    let entries = source.into_iter().map(|(key, value)| {
        let place = key.span();
        let entry = Entry { key: base + place.start..base + place.end, node: node(value, text, base) };
        (key.into_inner().into_owned(), entry)
    });
    Table { entries: entries.collect() }
}

fn node(source: toml::Spanned<DeValue<'_>>, text: &str, base: usize) -> Node {
    let place = source.span();
    let value = match source.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix());
            parsed.map_or_else(|_| Value::Huge(number.as_str().to_owned()), Value::Integer)
        }
        DeValue::Float(number) => Value::Fraction(number.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(moment) => Value::Moment(moment.to_string()),
        DeValue::Array(items) => {
            let header = items.iter().next().and_then(|i| text.get(i.span()));
            let of_tables = header.is_some_and(|h| h.starts_with("[["));
            Value::List(List { items: items.into_iter().map(|i| node(i, text, base)).collect(), of_tables })
        }
        DeValue::Table(entries) => Value::Table(table(entries, text, base)),
    };
    Node { place: base + place.start..base + place.end, value }
}

impl Value {
    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a string",
            Value::Integer(_) | Value::Huge(_) => "an integer",
            Value::Fraction(_) => "a number with a fraction",
            Value::Bool(_) => "a boolean",
            Value::Moment(_) => "a date",
            Value::List(_) => "an array",
            Value::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The value under a key, where this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.table()?.get(key)
    }

    /// The table, where it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The items, where it is a list.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(list) => &list.items,
            _ => &[],
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Table {
    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.get(key).map(|e| &e.node)
    }
}
