//! Values that are opened and never closed. The parser would read the rest of the file as part of them; here each ends where
//! the next statement surely begins, so that what follows is judged, too.

use super::tree::SyntaxError;

/// The text with a number and blanks in place of every open value, and what was left open. Offsets are those
/// of the text.
pub fn close(text: &str, most: usize) -> (String, Vec<SyntaxError>) {
    let bytes = text.as_bytes();
    let mut scan = Scan { bytes, opened: Vec::new() };
    let mut at = 0;
    while at < bytes.len() && scan.opened.len() < most {
        at = scan.statement(at);
    }
    let mut closed = bytes.to_vec();
    for open in &scan.opened {
        let keep = closed.get(open.end.wrapping_sub(1)).is_some_and(|b| *b == b'\n');
        let end = if keep { open.end - 1 } else { open.end };
        closed[open.start..end].fill(b' ');
        // Any value will do: nothing is told of one that stands where a syntax error does.
        closed[open.start] = b'0';
    }
    let errors = scan.opened.iter().map(|open| SyntaxError {
        place: open.start..open.start + open.kind.width(),
        message: format!("unclosed {}, expected `{}`", open.kind.name(), open.kind.closer()),
    });
    (String::from_utf8_lossy(&closed).into_owned(), errors.collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Table,
    Text(u8),
}

/// A value that is not closed: where it starts, and where the next statement does.
struct Open {
    kind: Kind,
    start: usize,
    end: usize,
}

struct Scan<'t> {
    bytes: &'t [u8],
    opened: Vec<Open>,
}

impl Scan<'_> {
    /// Reads what begins with the line at `at`; returns where the next line to look at begins.
    fn statement(&mut self, at: usize) -> usize {
        let line = line_at(self.bytes, at);
        let after_line = (at + line.len() + 1).min(self.bytes.len());
        match assigned(line) {
            Some(value) => self.value(at + value),
            None => after_line,
        }
    }

    fn value(&mut self, mut at: usize) -> usize {
        let mut stack: Vec<(Kind, usize)> = Vec::new();
        while let Some(byte) = self.bytes.get(at).copied() {
            match byte {
                b'#' => at += line_at(self.bytes, at).len(),
                b'"' | b'\'' => match self.text(at, byte) {
                    Some(end) => at = end,
                    None => {
                        let outer = stack.first().map_or((Kind::Text(byte), at), |o| *o);
                        return self.left_open(outer, self.next_header(at));
                    }
                },
                b'[' => (stack.push((Kind::Array, at)), at += 1).1,
                b'{' => (stack.push((Kind::Table, at)), at += 1).1,
                b']' | b'}' => (stack.pop(), at += 1).1,
                b'\n' => {
                    at += 1;
                    let Some((inner, _)) = stack.last() else { return at };
                    if begins_statement(line_at(self.bytes, at), *inner) {
                        return self.left_open(stack[0], at);
                    }
                }
                _ => at += 1,
            }
        }
        match stack.first() {
            Some(outer) => self.left_open(*outer, self.bytes.len()),
            None => self.bytes.len(),
        }
    }

    /// Where a string ends that starts at `at`; one on a single line ends with it. `None`: it never does.
    fn text(&self, at: usize, quote: u8) -> Option<usize> {
        let long = self.bytes[at..].starts_with(&[quote; 3]);
        let mut here = if long { at + 3 } else { at + 1 };
        while let Some(byte) = self.bytes.get(here).copied() {
            match byte {
                b'\\' if quote == b'"' => here += 1,
                b'\n' if !long => return Some(here),
                _ if byte != quote => {}
                _ if !long => return Some(here + 1),
                _ if self.bytes[here..].starts_with(&[quote; 3]) => return Some(here + 3),
                _ => {}
            }
            here += 1;
        }
        (!long).then_some(self.bytes.len())
    }

    fn next_header(&self, mut at: usize) -> usize {
        while at < self.bytes.len() {
            at = (at + line_at(self.bytes, at).len() + 1).min(self.bytes.len());
            if is_header(line_at(self.bytes, at)) {
                break;
            }
        }
        at
    }

    fn left_open(&mut self, (kind, start): (Kind, usize), end: usize) -> usize {
        self.opened.push(Open { kind, start, end });
        end
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Array => "array",
            Kind::Table => "inline table",
            Kind::Text(_) => "multi-line string",
        }
    }

    fn closer(self) -> &'static str {
        match self {
            Kind::Array => "]",
            Kind::Table => "}",
            Kind::Text(b'"') => "\"\"\"",
            Kind::Text(_) => "'''",
        }
    }

    fn width(self) -> usize {
        if matches!(self, Kind::Text(_)) { 3 } else { 1 }
    }
}

fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.split(|b| *b == b'\n').next().unwrap_or_default()
}

/// Where the value stands in a line that assigns one.
fn assigned(line: &[u8]) -> Option<usize> {
    let (mut quote, mut named) = (None, false);
    for (i, byte) in line.iter().copied().enumerate() {
        match (quote, byte) {
            (Some(q), _) if q == byte => quote = None,
            (Some(_), _) | (None, b' ' | b'\t') => {}
            (None, b'"' | b'\'') => (quote, named) = (Some(byte), true),
            (None, b'=') if named => return Some(i + 1),
            (None, b'_' | b'-' | b'.') => named = true,
            (None, _) if byte.is_ascii_alphanumeric() => named = true,
            (None, _) => return None,
        }
    }
    None
}

/// Whether a line can be no part of the value it follows. In a table `name = value` may be one of its own.
fn begins_statement(line: &[u8], inside: Kind) -> bool {
    is_header(line) || (inside == Kind::Array && assigned(line).is_some())
}

/// `[name]` or `[[name]]`, whose name is no value that an array may hold.
fn is_header(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let inner = line.strip_prefix(b"[[").or_else(|| line.strip_prefix(b"["));
    let Some(inner) = inner.map(<[u8]>::trim_ascii_start) else { return false };
    let Some(end) = inner.iter().position(|b| *b == b']') else { return false };
    let (name, after) = inner.split_at(end);
    let after = after.strip_prefix(b"]]").or_else(|| after.strip_prefix(b"]")).unwrap_or_default().trim_ascii_start();
    let first = name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let is_value = [&b"true"[..], b"false", b"inf", b"nan"].contains(&name.trim_ascii_end());
    first && !is_value && !name.contains(&b',') && (after.is_empty() || after.starts_with(b"#"))
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use proptest::prelude::*;

    /// Each leaves one value open; what follows is read, and one mistake is told where the value starts.
    #[test]
    fn what_follows_an_open_value_is_read() {
        for open in [
            "x = [\"a\", \"b\"",
            "x = [\n  \"a\",\n  \"b\"",
            "x = [\n  \"a\", # ]\n  \"b\",\n",
            "x = [",
            "x = [ { a = 1 }, { b = 2 ",
            "x = [[1], [2]\n",
            "x = { a = 1,\n b = 2",
            "x = { a = 1",
            "x = \"\"\"text\n\nmore = 3",
            "x = '''text\\",
            "\"a=b\" = [1,",
        ] {
            let text = format!("[checks]\n{open}\n[audit] # c\nretention_days = 5\n");
            let (table, errors) = tree::parse(&text, 7);
            let start = text.find("= ").unwrap() + 2 + 7;
            let wrong = errors.len() != 1 || errors[0].place.start != start || !errors[0].message.contains("unclosed");
            let audit = table.get("audit").and_then(|a| a.get("retention_days"));
            assert!(!wrong && audit.is_some(), "{text}: {errors:?}");
            assert!(table.get("checks").and_then(|c| c.table()).is_some_and(|c| c.entries.len() == 1), "{text}");
        }
    }

    #[test]
    fn in_an_open_array_the_next_key_counts() {
        let (table, errors) = tree::parse("[a]\nx = [\n 1,\ny = 2\nz = = 3\nw = 4\n", 0);
        assert_eq!(errors.len(), 2, "{errors:?}");
        let keys: Vec<_> = table.get("a").unwrap().table().unwrap().entries.keys().collect();
        assert_eq!(keys, ["w", "x", "y"]);
    }

    #[test]
    fn what_is_closed_stays_as_it_is() {
        let text = "x = [\n [1],\n [true],\n ['a'],\n \"b = [\",\n]\ny = { a = [\n 1 ] } # {\nz = \"\"\"\n[a]\nb = [\n\"\"\"\n";
        assert_eq!(super::close(text, 10), (text.to_owned(), Vec::new()));
    }

    proptest! {
        #[test]
        fn lengths_and_lines_of_code_stay(text in "([\\[\\]{}\"'=,#ab é\n\\\\]|\"\"\"|\n\\[a\\]\n){0,60}") {
            let (closed, _) = super::close(&text, 100);
            prop_assert_eq!(closed.len(), text.len());
        }
    }
}
