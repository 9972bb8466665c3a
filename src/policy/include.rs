//! Files that include others, read into one tree. Tables merge, `[[lists]]` are joined in the order the files are read (the
//! including file first), and any other key in two files is an error that shows both.

use super::codes;
use super::mistake::Mistake;
use super::sources::Sources;
use super::tree::{self, Entry, Node, Place, Table, Value};

/// Gives the bytes of a file, or why it cannot.
pub type Read<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// How many files a policy may have.
const MOST_FILES: usize = 64;

/// One tree from all files.
#[derive(Debug, Default)]
pub struct Assembled {
    /// The tree.
    pub tree: Table,
    /// What went wrong on the way.
    pub mistakes: Vec<Mistake>,
    /// Whether no key was lost to a syntax error or an unreadable file.
    pub complete: bool,
}

/// Reads the file called `path` and all it includes.
pub fn assemble(path: &str, read: &mut Read<'_>, sources: &mut Sources) -> Assembled {
    let mut assembly = Assembly {
        read,
        sources,
        done: Vec::new(),
        stack: Vec::new(),
        bytes: 0,
        out: Assembled { complete: true, ..Assembled::default() },
    };
    let tree = assembly.file(path, None);
    let mut out = assembly.out;
    out.tree = tree;
    out
}

struct Assembly<'a, 'r> {
    read: &'a mut Read<'r>,
    sources: &'a mut Sources,
    done: Vec<String>,
    stack: Vec<(String, Option<Place>)>,
    bytes: usize,
    out: Assembled,
}

impl Assembly<'_, '_> {
    fn file(&mut self, path: &str, asked_at: Option<Place>) -> Table {
        let Some(text) = self.text(path, asked_at.clone()) else {
            self.out.complete = false;
            return Table::default();
        };
        let base = self.sources.add(path, &text);
        let (mut tree, errors) = tree::parse(&text, base);
        for error in errors {
            self.out.complete &= error.is_duplicate();
            self.out.mistakes.push(syntax(&error, &tree));
        }
        self.stack.push((path.to_owned(), asked_at));
        for (place, name) in includes(&tree) {
            if let Some(more) = self.included(path, &name, place) {
                merge(&mut tree, more, &mut self.out.mistakes);
            }
        }
        self.stack.pop();
        self.done.push(path.to_owned());
        tree
    }

    fn included(&mut self, from: &str, name: &str, place: Place) -> Option<Table> {
        let path = match beside(from, name) {
            Ok(path) => path,
            Err(why) => {
                let mistake =
                    Mistake::new(&codes::INCLUDE, place, format!("cannot include `{}`", super::walk::printable(name)));
                self.out.mistakes.push(mistake.label(why));
                return None;
            }
        };
        if let Some(at) = self.stack.iter().position(|(p, _)| *p == path) {
            let circle: Vec<_> = self.stack[at..].iter().map(|(p, _)| p.as_str()).chain([path.as_str()]).collect();
            let mut mistake =
                Mistake::new(&codes::INCLUDE_CYCLE, place, format!("files include each other: {}", circle.join(" → ")));
            for (_, asked_at) in &self.stack[at + 1..] {
                mistake.also.extend(asked_at.clone().map(|p| (p, "included from here".to_owned())));
            }
            self.out.mistakes.push(mistake.label("closes the circle"));
            return None;
        }
        // The same file by two ways says the same once.
        if self.done.contains(&path) {
            return None;
        }
        let mut tree = self.file(&path, Some(place));
        tree.entries.remove("include");
        Some(tree)
    }

    fn text(&mut self, path: &str, asked_at: Option<Place>) -> Option<String> {
        let bytes = match (self.read)(path) {
            Ok(bytes) => bytes,
            Err(why) => {
                let mistake =
                    Mistake::new(&codes::INCLUDE, asked_at.unwrap_or(0..0), format!("cannot read {path}: {why}"));
                self.out.mistakes.push(mistake.label("named here"));
                return None;
            }
        };
        self.bytes += bytes.len();
        let too_many = self.sources.files().len() >= MOST_FILES;
        if self.bytes > super::MOST_BYTES || too_many {
            let base = self.sources.add(path, "");
            let message = if too_many {
                format!("the policy has more than {MOST_FILES} files")
            } else {
                format!("the policy has more than {} MiB", super::MOST_BYTES >> 20)
            };
            self.out.mistakes.push(Mistake::new(&codes::TOO_LARGE, base..base, message));
            return None;
        }
        self.decode(path, bytes)
    }

    /// UTF-8 without NUL bytes and without a byte-order mark.
    fn decode(&mut self, path: &str, bytes: Vec<u8>) -> Option<String> {
        let bad = match std::str::from_utf8(&bytes) {
            Ok(text) => text.find('\0'),
            Err(error) => Some(error.valid_up_to()),
        };
        let Some(at) = bad else {
            return String::from_utf8(bytes).ok();
        };
        let shown: String = String::from_utf8_lossy(&bytes[..at]).into_owned();
        let base = self.sources.add(path, &shown);
        let what = if bytes.get(at) == Some(&0) { "a NUL byte" } else { "a byte that is not UTF-8" };
        let mistake = Mistake::new(&codes::NOT_TEXT, base + at..base + at, format!("{path} has {what} at offset {at}"));
        self.out.mistakes.push(mistake);
        None
    }
}

fn syntax(error: &tree::SyntaxError, root: &Table) -> Mistake {
    if !error.is_duplicate() {
        return Mistake::new(&codes::SYNTAX, error.place.clone(), error.message.clone());
    }
    let mistake =
        Mistake::new(&codes::DUPLICATE_KEY, error.place.clone(), "the key stands twice").label("the second time");
    match first_of(root, &error.place) {
        Some(first) => mistake.also(first, "the first time"),
        None => mistake,
    }
}

/// The key that was read before the one at `place` and is nearest to it among those of the same length.
fn first_of(table: &Table, place: &Place) -> Option<Place> {
    fn search(table: &Table, place: &Place, best: &mut Option<Place>) {
        for entry in table.entries.values() {
            let before = entry.key.end <= place.start && entry.key.len() == place.len();
            if before && best.as_ref().is_none_or(|b| b.start < entry.key.start) {
                *best = Some(entry.key.clone());
            }
            inside(&entry.node, place, best);
        }
    }
    fn inside(node: &Node, place: &Place, best: &mut Option<Place>) {
        match &node.value {
            Value::Table(table) => search(table, place, best),
            Value::List(list) => list.items.iter().for_each(|n| inside(n, place, best)),
            _ => {}
        }
    }
    let mut best = None;
    search(table, place, &mut best);
    best
}

fn includes(tree: &Table) -> Vec<(Place, String)> {
    let items = tree.get("include").map(Node::items).unwrap_or_default();
    items.iter().filter_map(|n| n.text().map(|t| (n.place.clone(), t.to_owned()))).collect()
}

/// The path of a file named relative to another one, without `.` and `..` where that can be told from the text.
fn beside(from: &str, name: &str) -> Result<String, &'static str> {
    if name.is_empty() || name.starts_with('/') || name.contains('\\') || name.contains('\0') {
        return Err("expected a path relative to this file, with `/` between parts");
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| !p.is_empty() && *p != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

fn merge(into: &mut Table, from: Table, mistakes: &mut Vec<Mistake>) {
    for (key, entry) in from.entries {
        match into.entries.get_mut(&key) {
            None => drop(into.entries.insert(key, entry)),
            Some(first) => merge_entry(&key, first, entry, mistakes),
        }
    }
}

fn merge_entry(key: &str, first: &mut Entry, second: Entry, mistakes: &mut Vec<Mistake>) {
    match (&mut first.node.value, second.node.value) {
        (Value::Table(a), Value::Table(b)) => merge(a, b, mistakes),
        (Value::List(a), Value::List(b)) if a.of_tables && b.of_tables => a.items.extend(b.items),
        _ => mistakes.push(
            Mistake::new(&codes::TWO_FILES, second.key, format!("`{key}` stands in two files"))
                .label("here")
                .also(first.key.clone(), "and here"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_to_the_including_file() {
        assert_eq!(beside("governance.toml", "more/a.toml").as_deref(), Ok("more/a.toml"));
        assert_eq!(beside("config/governance.toml", "../a.toml").as_deref(), Ok("a.toml"));
        assert_eq!(beside("/x/config/governance.toml", "./b.toml").as_deref(), Ok("/x/config/b.toml"));
        assert_eq!(beside("governance.toml", "../a.toml").as_deref(), Ok("../a.toml"));
        assert!(beside("governance.toml", "/etc/passwd").is_err());
    }
}
