//! Jupyter notebooks: the code cells as one Python text, and the way back to places in the file.

use super::facts::{Facts, Place};

/// The code of a notebook.
#[derive(Debug, Default)]
pub struct Notebook {
    /// The code cells, one after the other.
    pub code: String,
    /// (offset in `code`, offset in the file), ascending: where runs of equal text start.
    runs: Vec<(u32, u32)>,
}

impl Notebook {
    /// Reads a notebook; `None`: it is no JSON.
    pub fn read(text: &str) -> Option<Self> {
        let mut scan = Scan { text: text.as_bytes(), at: 0, found: Vec::new(), cells: false, foreign: false };
        scan.value(0, "")?;
        scan.space();
        if scan.at != text.len() || !scan.cells {
            return None;
        }
        let mut out = Self::default();
        for strings in scan.found.into_iter().filter(|_| !scan.foreign) {
            let from = out.code.len();
            for (start, end) in strings {
                out.string(text, start, end);
            }
            out.magic(from);
            out.code.push('\n');
        }
        Some(out)
    }

    /// Adds a JSON string's text.
    fn string(&mut self, text: &str, start: usize, end: usize) {
        let mut at = start;
        self.runs.push((self.code.len() as u32, at as u32));
        while let Some(c) = text.get(at..end).and_then(|t| t.chars().next()) {
            if c != '\\' {
                self.code.push(c);
                at += c.len_utf8();
                continue;
            }
            let (plain, length) = unescape(text.get(at..end).unwrap_or_default());
            self.code.push(plain);
            at += length;
            self.runs.push((self.code.len() as u32, at as u32));
        }
    }

    /// A cell's own magic becomes a comment (`%%time`), and the cell with it where it is no Python (`%%bash`).
    fn magic(&mut self, from: usize) {
        let Some(name) = self.code.get(from..).and_then(|cell| cell.strip_prefix("%%")) else { return };
        let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let only_first = PYTHON_MAGICS.contains(&name);
        let mut at = from;
        while at < self.code.len() {
            let next = self.code[at..].find('\n').map_or(self.code.len(), |n| at + n + 1);
            let first = self.code[at..].chars().next().map_or(0, char::len_utf8);
            // A comment as long as what it replaces, so that places stay.
            if self.code.as_bytes()[at] != b'\n' {
                self.code.replace_range(at..at + first, &"#".repeat(first));
            }
            if only_first {
                return;
            }
            at = next;
        }
    }

    fn back(&self, offset: u32) -> u32 {
        let after = self.runs.partition_point(|(new, _)| *new <= offset);
        after.checked_sub(1).and_then(|at| self.runs.get(at)).map_or(0, |(new, old)| old + (offset - new))
    }

    /// Moves every place of the facts from the code to the file.
    pub fn relocate(&self, facts: &mut Facts) {
        let fix = |place: &mut Place| {
            *place = Place { start: self.back(place.start), end: self.back(place.end).max(self.back(place.start)) }
        };
        facts.calls.iter_mut().for_each(|c| fix(&mut c.place));
        facts.imports.iter_mut().for_each(|i| {
            fix(&mut i.place);
            fix(&mut i.statement);
        });
        facts.defs.iter_mut().for_each(|d| {
            fix(&mut d.place);
            fix(&mut d.name);
        });
        facts.strings.iter_mut().chain(&mut facts.comments).for_each(|t| fix(&mut t.place));
        facts.rows.iter_mut().for_each(|r| fix(&mut r.place));
        facts.fallbacks.iter_mut().for_each(|f| fix(&mut f.place));
        facts.errors.iter_mut().for_each(|e| fix(&mut e.place));
        facts.import_at = self.back(facts.import_at);
    }
}

/// Magics of a whole cell that runs as Python all the same.
const PYTHON_MAGICS: [&str; 10] =
    ["time", "timeit", "capture", "prun", "memit", "mprun", "python", "python3", "debug", "px"];

fn unescape(text: &str) -> (char, usize) {
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'u') => {
            let code = text.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            (code.and_then(char::from_u32).unwrap_or('?'), 6.min(text.len()))
        }
        Some(c) if c.is_ascii() => (char::from(*c), 2),
        _ => ('?', 1),
    }
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    /// The source strings of each code cell.
    found: Vec<Vec<(usize, usize)>>,
    /// Whether there is a list of cells.
    cells: bool,
    /// Whether its language is another one.
    foreign: bool,
}

/// Deeper notebooks are no notebooks.
const DEEPEST: u32 = 64;

impl Scan<'_> {
    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.text.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    /// The strings directly in a value: itself, or its elements.
    fn value(&mut self, depth: u32, parent: &str) -> Option<Vec<(usize, usize)>> {
        if depth > DEEPEST {
            return None;
        }
        self.space();
        match self.text.get(self.at)? {
            b'"' => Some(vec![self.string()?]),
            b'[' => {
                self.at += 1;
                let mut strings = Vec::new();
                while self.take(b']').is_none() {
                    strings.extend(self.value(depth + 1, parent)?);
                    let _ = self.take(b',');
                }
                Some(strings)
            }
            b'{' => self.object(depth, parent),
            _ => {
                let start = self.at;
                while self
                    .text
                    .get(self.at)
                    .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'))
                {
                    self.at += 1;
                }
                (self.at > start).then(Vec::new)
            }
        }
    }

    fn object(&mut self, depth: u32, parent: &str) -> Option<Vec<(usize, usize)>> {
        self.at += 1;
        let (mut source, mut is_code) = (Vec::new(), false);
        while self.take(b'}').is_none() {
            self.space();
            let key = self.string()?;
            self.take(b':')?;
            let name = String::from_utf8_lossy(self.text.get(key.0..key.1)?).into_owned();
            self.space();
            self.cells |= name == "cells" && self.text.get(self.at) == Some(&b'[');
            let strings = self.value(depth + 1, &name)?;
            let is_language = matches!((parent, name.as_str()), ("kernelspec", "language") | ("language_info", "name"));
            if let Some((start, end)) = strings.first().filter(|_| is_language) {
                self.foreign |= !self.text.get(*start..*end)?.to_ascii_lowercase().starts_with(b"python");
            }
            // The third version of the format called it input.
            if parent == "cells" && matches!(name.as_str(), "source" | "input") {
                source = strings;
            } else if parent == "cells" && name == "cell_type" {
                is_code = strings.first().is_some_and(|s| self.text.get(s.0..s.1) == Some(b"code"));
            }
            let _ = self.take(b',');
        }
        if is_code {
            self.found.push(source);
        }
        Some(Vec::new())
    }

    fn string(&mut self) -> Option<(usize, usize)> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            match self.text.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some((start, self.at - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_code_and_places_lead_back() {
        let text = "{\"cells\": [\n {\"cell_type\": \"markdown\", \"source\": [\"np.random\"]},\n {\"cell_type\": \"code\", \"source\": [\"%pip x\\n\", \"print(\\\"a\\\")\\n\", \"f()\"]}\n]}\n";
        let book = Notebook::read(text).unwrap();
        assert_eq!(book.code, "%pip x\nprint(\"a\")\nf()\n");
        let at = book.code.find("f()").unwrap() as u32;
        assert_eq!(&text[book.back(at) as usize..][..3], "f()");
        let read = |cell: &str| {
            let cell = cell.replace('\n', "\\n");
            Notebook::read(&format!("{{\"cells\":[{{\"cell_type\":\"code\",\"input\":\"{cell}\"}}]}}")).unwrap().code
        };
        assert_eq!(read("%%time\nf()"), "#%time\nf()\n");
        assert_eq!(read("%%bash\n\nls | wc\n"), "#%bash\n\n#s | wc\n\n");
        let r = "{\"metadata\":{\"kernelspec\":{\"language\":\"R\"}},\"cells\":[{\"cell_type\":\"code\",\"source\":\"x\"}]}";
        assert_eq!(Notebook::read(r).unwrap().code, "");
        assert!(Notebook::read("{\"cells\": 3}").is_none() && Notebook::read("{}").is_none());
        assert!(Notebook::read("not a notebook").is_none());
        assert!(Notebook::read("{\"cells\": [").is_none());
        assert!(Notebook::read(&"[".repeat(1000)).is_none());
    }
}
