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
        let mut scan = Scan { text: text.as_bytes(), at: 0, found: Vec::new() };
        scan.value(0, "")?;
        scan.space();
        if scan.at != text.len() {
            return None;
        }
        let mut out = Self::default();
        for strings in scan.found {
            for (start, end) in strings {
                out.string(text, start, end);
            }
            out.code.push('\n');
        }
        Some(out)
    }

    /// Adds a JSON string's text; lines that are no Python (`%magic`, `!shell`) become comments.
    fn string(&mut self, text: &str, start: usize, end: usize) {
        let from = self.code.len();
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
        let starts: Vec<usize> = (from..self.code.len())
            .filter(|i| *i == 0 || self.code.as_bytes()[*i - 1] == b'\n')
            .filter(|i| matches!(self.code.as_bytes()[*i], b'%' | b'!' | b'?'))
            .collect();
        for at in starts {
            self.code.replace_range(at..=at, "#");
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
            let strings = self.value(depth + 1, &name)?;
            if parent == "cells" && name == "source" {
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
        assert_eq!(book.code, "#pip x\nprint(\"a\")\nf()\n");
        let at = book.code.find("f()").unwrap() as u32;
        assert_eq!(&text[book.back(at) as usize..][..3], "f()");
        assert!(Notebook::read("not a notebook").is_none());
        assert!(Notebook::read("{\"cells\": [").is_none());
        assert!(Notebook::read(&"[".repeat(1000)).is_none());
    }
}
