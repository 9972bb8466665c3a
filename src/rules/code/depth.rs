//! How deep the syntax tree of a text may be, from its bytes: open brackets, and what stands in a row within each.
//!
//! A reading of marks, not of syntax, that errs upwards: whatever follows something without a separator may hang below it,
//! `f(a, b).g(c, d)` as well as `a + b`. Strings that end on their line are left out, for the brackets in them; where a quote
//! is no quote (in a comment, a regex, between elements) that errs downwards, so stacks are sized by [`bound`].

use super::facts::Language;
use super::guard::LIMIT;

/// What a text asks of the stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Most brackets open at once.
    pub brackets: u32,
    /// Most levels a tree of it can have.
    pub levels: u32,
}

/// How deep a text may be at most, from how much there is in it that a level needs: nearly free, and enough for most files.
///
/// A level needs a word or a mark; a word needs a mark or a gap before it. The brackets are a guess: what a string holds
/// counts, and may hide some.
pub fn bound(bytes: &[u8]) -> Depth {
    let (mut brackets, mut open, mut marks, mut gaps) = (0, 0u32, 0, 0);
    let matters = bytes.len() > LIMIT as usize;
    for_each_piece(bytes, |piece| {
        let opened = count(piece, |b| (b == b'(') | (b & 0xDF == b'['));
        let closed = count(piece, |b| (b == b')') | (b & 0xDF == b']'));
        brackets = brackets.max(open + opened);
        open = (open + opened).saturating_sub(closed);
        if matters {
            marks += count(piece, |b| !is_word(b) & (b > b' '));
            gaps += count_gaps(piece);
        }
    });
    let levels = if matters { 1 + 2 * marks + gaps } else { bytes.len() as u32 };
    Depth { brackets, levels }
}

/// As many bytes as a processor compares in a few steps, and as a byte counts.
const PIECE: usize = 128;

/// All bytes, spaces behind the last.
#[inline(always)]
fn for_each_piece(bytes: &[u8], mut look: impl FnMut(&[u8; PIECE])) {
    let (pieces, rest) = bytes.as_chunks();
    pieces.iter().for_each(&mut look);
    let mut last = [b' '; PIECE];
    last[..rest.len()].copy_from_slice(rest);
    look(&last);
}

#[inline(always)]
fn count(piece: &[u8; PIECE], is: impl Fn(u8) -> bool) -> u32 {
    u32::from(piece.iter().fold(0u8, |n, byte| n + u8::from(is(*byte))))
}

/// How many times something may follow white space.
#[inline(always)]
fn count_gaps(piece: &[u8; PIECE]) -> u32 {
    let last = u8::from(piece[PIECE - 1] <= b' ');
    let pairs = piece.iter().zip(&piece[1..]);
    u32::from(pairs.fold(last, |n, (byte, next)| n + u8::from((*byte <= b' ') & (*next > b' '))))
}

/// What [`CLASSES`] says of words, as comparisons that a processor makes for many bytes at once.
#[inline(always)]
const fn is_word(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    letter | (byte.wrapping_sub(b'0') < 10) | (byte == b'_') | (byte == b'$') | (byte >= 0x80)
}

/// Reads a text once.
pub fn estimate(bytes: &[u8], language: Language) -> Depth {
    let mut scan = Scan {
        bytes,
        language,
        at: 0,
        total: 0,
        base: 0,
        generics: 0,
        open: Vec::new(),
        operand: false,
        depth: Depth::default(),
    };
    scan.run();
    scan.depth
}

struct Scan<'a> {
    bytes: &'a [u8],
    language: Language,
    at: usize,
    /// Levels so far.
    total: u32,
    /// Levels that the next separator leaves.
    base: u32,
    /// How many type arguments are open within the innermost bracket.
    generics: u32,
    /// For each open bracket the base around it, the one it started with, and the type arguments around it.
    open: Vec<(u32, u32, u32)>,
    /// Whether what was just read is something that an operator may follow.
    operand: bool,
    depth: Depth,
}

impl Scan<'_> {
    fn run(&mut self) {
        self.indent();
        let bytes = self.bytes;
        let (mut at, mut total, mut operand) = (self.at, self.total, self.operand);
        while let Some(byte) = bytes.get(at) {
            at += 1;
            // What most bytes are does not leave the registers.
            match CLASSES[*byte as usize] {
                Class::Skipped => continue,
                Class::Operates => (total, operand) = (total + 1, false),
                Class::Word if !self.may_be_odd(*byte) => {
                    at += length_of_word(&bytes[at..]);
                    (total, operand) = (total + 1, true);
                }
                class => {
                    (self.at, self.total, self.operand) = (at, total, operand);
                    self.mark_at(class, *byte);
                    (at, total, operand) = (self.at, self.total, self.operand);
                }
            }
        }
        self.total = total;
        self.mark();
    }

    /// Whether a word that starts so may mean something here.
    #[inline]
    fn may_be_odd(&self, first: u8) -> bool {
        match self.language {
            Language::Python => first == b'l',
            Language::Rust => true,
            _ => false,
        }
    }

    /// The rarer ones; `at` is behind the byte.
    fn mark_at(&mut self, class: Class, byte: u8) {
        match class {
            Class::Word => self.word(),
            Class::Opens => self.open(),
            Class::Closes => self.close(byte),
            Class::Separates => self.separate(),
            Class::LineEnd => self.line_end(),
            Class::Quote => self.quote(byte),
            Class::Special => self.special(byte),
            Class::Skipped | Class::Operates => {}
        }
    }

    #[inline]
    fn mark(&mut self) {
        self.depth.levels = self.depth.levels.max(self.total);
    }

    #[inline]
    fn next_is(&self, byte: u8) -> bool {
        self.bytes.get(self.at) == Some(&byte)
    }

    /// A word that may be one of those that mean something here.
    fn word(&mut self) {
        let start = self.at - 1;
        self.at += length_of_word(&self.bytes[self.at..]);
        self.total += 1;
        let text = &self.bytes[start..self.at];
        self.operand = !(self.language == Language::Rust && BEFORE_CLOSURE.contains(&text));
        // Commas between the parameters of a lambda do not end it.
        if self.language == Language::Python && text == b"lambda" {
            self.base += 1;
        }
    }

    fn open(&mut self) {
        self.total += 1;
        self.open.push((self.base, self.total, self.generics));
        (self.base, self.generics) = (self.total, 0);
        self.depth.brackets = self.depth.brackets.max(self.open.len() as u32);
        self.operand = false;
    }

    fn close(&mut self, byte: u8) {
        self.mark();
        if let Some((outer, inner, generics)) = self.open.pop() {
            (self.total, self.base, self.generics) = (inner, outer, generics);
        }
        self.operand = true;
        if byte == b'}' && self.language != Language::Python && self.starts_statement() {
            self.total = self.base;
        }
    }

    /// Whether what comes next starts a statement of its own, and goes on with none.
    fn starts_statement(&self) -> bool {
        let rest = self.bytes[self.at..].trim_ascii_start();
        let length = length_of_word(rest);
        match rest.first() {
            None | Some(b'}' | b'#' | b'@') => true,
            Some(b'/') => matches!(rest.get(1), Some(b'/' | b'*')),
            Some(_) => length > 0 && !GO_ON.contains(&&rest[..length]),
        }
    }

    fn separate(&mut self) {
        self.mark();
        self.total = self.base;
        self.operand = false;
    }

    fn line_end(&mut self) {
        if self.language != Language::Python || !self.open.is_empty() {
            return;
        }
        self.mark();
        (self.total, self.base) = (0, 0);
        self.indent();
    }

    /// In Python each level of blocks needs a column of its own.
    fn indent(&mut self) {
        if self.language == Language::Python {
            let rest = &self.bytes[self.at..];
            let spaces = rest.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
            self.at += spaces;
            self.depth.levels = self.depth.levels.max(spaces as u32);
        }
    }

    /// A string that ends on its line, or a mark that means nothing.
    fn quote(&mut self, quote: u8) {
        self.total += 1;
        self.operand = true;
        let rest = &self.bytes[self.at..];
        if quote == b'\'' && matches!(self.language, Language::Rust | Language::Go) {
            // A character; else a lifetime.
            let escaped = usize::from(rest.first() == Some(&b'\\'));
            self.at += if rest.get(1 + escaped) == Some(&b'\'') { 2 + escaped } else { 0 };
            return;
        }
        if self.language == Language::Python && self.is_formatted() {
            return;
        }
        if let Some(length) = quoted(rest, quote) {
            self.at += length;
        }
    }

    /// Whether the quote starts a string that holds expressions: `f"`, `rf"`, `t"`.
    fn is_formatted(&self) -> bool {
        let before = &self.bytes[..self.at - 1];
        before.iter().rev().take(2).take_while(|b| b.is_ascii_alphabetic()).any(|b| matches!(b | 0x20, b'f' | b't'))
    }

    fn special(&mut self, byte: u8) {
        self.total += 1;
        match byte {
            b'#' if self.language == Language::Python => return self.comment(),
            b'/' if self.language != Language::Python && self.next_is(b'/') => return self.comment(),
            // The end of an element without content.
            b'/' if self.has_elements() && self.next_is(b'>') => self.base = self.base.saturating_sub(1),
            b'<' if self.has_elements() && self.next_is(b'/') => self.base = self.base.saturating_sub(1),
            b'<' if self.language != Language::Python => self.angle(),
            b'>' if self.generics > 0 && !self.follows_arrow() => {
                self.generics -= 1;
                self.base = self.base.saturating_sub(1);
            }
            // Commas between the parameters of a closure do not end it.
            b'|' if self.language == Language::Rust && !self.operand => self.base += 1,
            _ => {}
        }
        self.operand = false;
    }

    /// The start of type arguments, or of an element, whose end only its own marks tell.
    fn angle(&mut self) {
        self.base += 1;
        let element = self.has_elements()
            && !self.bytes[..self.at - 1].last().is_some_and(|b| CLASSES[*b as usize] == Class::Word);
        self.generics += u32::from(!element);
    }

    fn comment(&mut self) {
        self.total -= 1;
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn follows_arrow(&self) -> bool {
        self.at >= 2 && matches!(self.bytes[self.at - 2], b'-' | b'=')
    }

    fn has_elements(&self) -> bool {
        matches!(self.language, Language::JavaScript | Language::TypeScript)
    }
}

/// The bytes up to and with the quote that ends a string on its line; `rest` is what follows the one that starts it.
pub fn quoted(rest: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        match rest.get(at)? {
            b'\n' => return None,
            b'\\' => at += 1,
            b if *b == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
}

#[inline]
fn length_of_word(rest: &[u8]) -> usize {
    rest.iter().position(|b| CLASSES[*b as usize] != Class::Word).unwrap_or(rest.len())
}

/// Words of Rust after which a `|` starts a closure.
const BEFORE_CLOSURE: [&[u8]; 8] = [b"move", b"return", b"async", b"static", b"else", b"in", b"break", b"const"];

/// Words that go on with what a block ended.
const GO_ON: [&[u8]; 9] = [b"else", b"catch", b"finally", b"as", b"in", b"instanceof", b"satisfies", b"is", b"while"];

/// What a byte does to the depth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Skipped,
    Word,
    Operates,
    Opens,
    Closes,
    Separates,
    LineEnd,
    Quote,
    Special,
}

const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut out = [Class::Skipped; 256];
    let mut at = 0;
    while at < out.len() {
        out[at] = match at as u8 {
            b'(' | b'[' | b'{' => Class::Opens,
            b')' | b']' | b'}' => Class::Closes,
            b',' | b';' => Class::Separates,
            b'\n' => Class::LineEnd,
            b'"' | b'\'' => Class::Quote,
            b'#' | b'/' | b'<' | b'>' | b'|' => Class::Special,
            b'.' | b'+' | b'-' | b'*' | b'%' | b'!' | b'~' | b'?' | b':' | b'&' | b'^' | b'=' => Class::Operates,
            b'_' | b'$' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80..=0xFF => Class::Word,
            _ => Class::Skipped,
        };
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str, language: Language) -> u32 {
        estimate(text.as_bytes(), language).levels
    }

    #[test]
    fn whatever_nests_counts() {
        use Language::{Go, JavaScript, Python, Rust, TypeScript};
        let n = 1000;
        let nested = [
            (Python, "a+"),
            (Python, "- "),
            (Python, "not "),
            (Python, ".f(a, b)"),
            (Python, "f(a, b) + "),
            (Python, "lambda a, b: "),
            (Python, "(\")\", "),
            (Python, "f'{"),
            (JavaScript, "if (a) {} else "),
            (JavaScript, "{} + "),
            (JavaScript, "(a, b) => "),
            (JavaScript, "<a>, "),
            (JavaScript, ".then(a, b)"),
            (TypeScript, "Map<a, "),
            (TypeScript, "<a>, "),
            (Rust, "|a, b| "),
            (Rust, "move |a, b| "),
            (Rust, "Map<fn() -> u8, "),
            (Rust, "x as "),
            (Rust, ".f(a, b)"),
            (Go, "f(a, b) + "),
        ];
        for (language, piece) in nested {
            assert!(levels(&piece.repeat(n), language) >= n as u32, "{language:?}: {piece}");
        }
        assert_eq!(estimate(b"((()))", Python).brackets, 3);
        assert_eq!(levels(&format!("x = 1\n{}y = 2\n", " ".repeat(70)), Python), 70);
    }

    #[test]
    fn no_estimate_is_above_the_bound() {
        assert!((0..=255u8).all(|byte| is_word(byte) == (CLASSES[byte as usize] == Class::Word)));
        let pieces = ["a+", "f'{", "((", "<a>, ", "x as ", " \n\t", "\"(\" ", ".f(a, b)", "}}", "é", "lambda a, b: "];
        for (piece, language) in pieces.iter().flat_map(|p| [(p, Language::Python), (p, Language::TypeScript)]) {
            let text = piece.repeat(700);
            let (bound, told) = (bound(text.as_bytes()), estimate(text.as_bytes(), language));
            assert!(bound.levels >= told.levels || piece.trim().is_empty(), "{piece}: {bound:?}, {told:?}");
            assert!(bound.brackets >= told.brackets, "{piece}: {bound:?}, {told:?}");
        }
        assert_eq!(bound(b"f(a)(b) + [c, d]"), Depth { brackets: 3, levels: 16 });
        let many = bound(&b"f(a) + [c, d]\n".repeat(5_000));
        assert!(many.levels == 80_001 && (2..PIECE as u32).contains(&many.brackets), "{many:?}");
    }

    #[test]
    fn what_stands_side_by_side_does_not() {
        use Language::{Go, JavaScript, Python, Rust, TypeScript};
        let side_by_side = [
            (Python, "a.b(c) + d\n"),
            (Python, "f(a + b, \"(\")\n"),
            (Python, "# (((( it's\n"),
            (JavaScript, "f(a, b);\n"),
            (JavaScript, "function f(a) { return a < b }\n"),
            (JavaScript, "<a href=\"#\"></a>,"),
            (JavaScript, "if (a) { b() } else { c() }\nd();"),
            (TypeScript, "let a: Map<b, c>;\n"),
            (Rust, "fn f<'a>(x: &'a str) -> Vec<u8> { x.y() }\n"),
            (Rust, "#[a]\nA | B,\n"),
            (Go, "func f(a int) { a++ }\n"),
        ];
        for (language, piece) in side_by_side {
            let found = levels(&piece.repeat(1000), language);
            assert!(found < 60, "{language:?}: {piece}: {found}");
        }
    }
}
