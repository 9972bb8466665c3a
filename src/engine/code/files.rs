//! The files of a run: those that wait to be read as code, and what is kept of those that were.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::place::count_chars;
use crate::finding::{Finding, Span};
use crate::rules::code::facts::Language;
use crate::rules::code::lines::LineIndex;
use crate::rules::code::program::Member;
use crate::rules::code::rule::Draft;

/// How many bytes of source text are kept for the findings of the whole program.
const KEPT_TEXT: usize = 128 << 20;

/// Where the threads put the files they read.
#[derive(Default)]
pub struct Files(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    waiting: Vec<Waiting>,
    files: Vec<FileKept>,
    text: usize,
    /// Files that come in pieces.
    in_pieces: BTreeSet<String>,
}

/// A file of code as it was found.
pub(super) struct Waiting {
    pub path: String,
    pub language: Language,
    pub text: Box<[u8]>,
    pub only_lines: Option<Vec<u32>>,
}

/// A file whose facts are taken.
pub(super) struct FileKept {
    pub member: Member,
    pub drafts: Vec<(Draft, Finding)>,
    /// How often a rule found the same thing in it.
    pub seen: HashMap<(String, String), u32>,
    pub text: Option<Box<[u8]>>,
    /// Made when first needed, or when the text goes.
    pub lines: OnceCell<LineIndex>,
    pub only_lines: Option<Vec<u32>>,
}

impl Files {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for one more text, which is then counted.
    pub(super) fn has_room_for(&self, text: &[u8]) -> bool {
        let mut kept = self.kept();
        let fits = kept.text + text.len() <= KEPT_TEXT;
        kept.text += if fits { text.len() } else { 0 };
        fits
    }

    /// Puts a file by, to be read.
    pub(super) fn put_by(&self, file: Waiting) {
        self.kept().waiting.push(file);
    }

    /// Whether this is the first piece of a file.
    pub(super) fn is_news(&self, path: &str) -> bool {
        self.kept().in_pieces.insert(path.to_owned())
    }

    pub(super) fn add(&self, file: FileKept) {
        self.kept().files.push(file);
    }

    /// How many bytes wait to be read.
    pub(super) fn waiting(&self) -> usize {
        self.kept().waiting.iter().map(|file| file.text.len()).sum()
    }

    /// A file that waits.
    pub(super) fn next(&self) -> Option<Waiting> {
        self.kept().waiting.pop()
    }

    /// All files, sorted by path.
    pub(super) fn into_sorted(self) -> Vec<FileKept> {
        let mut files = self.0.into_inner().unwrap_or_else(PoisonError::into_inner).files;
        files.sort_by(|a, b| a.member.path.cmp(&b.member.path));
        files
    }
}

/// A file without what the rules over the whole program look at.
pub(super) struct Rest {
    drafts: Vec<(Draft, Finding)>,
    seen: HashMap<(String, String), u32>,
    pub text: Option<Box<[u8]>>,
    lines: OnceCell<LineIndex>,
    only_lines: Option<Vec<u32>>,
    /// What the whole program showed.
    pub later: Vec<Draft>,
}

impl FileKept {
    pub(super) fn new(member: Member, only_lines: Option<Vec<u32>>) -> Self {
        let (drafts, seen, lines) = (Vec::new(), HashMap::new(), OnceCell::new());
        Self { member, drafts, seen, text: None, lines, only_lines }
    }

    /// One whose text goes: where its lines start stays known.
    pub(super) fn without_text(self, text: &[u8]) -> Self {
        self.lines.get_or_init(|| LineIndex::new(text));
        self
    }

    pub(super) fn split(self) -> (Member, Rest) {
        let Self { member, drafts, seen, text, lines, only_lines } = self;
        (member, Rest { drafts, seen, text, lines, only_lines, later: Vec::new() })
    }

    /// Lines and columns; without the text a column counts bytes.
    pub(super) fn span(&self, range: &Range<usize>, text: Option<&[u8]>) -> Span {
        let lines = self.lines.get_or_init(|| LineIndex::new(text.unwrap_or_default()));
        let position = |at: usize| {
            let at = text.map_or(at, |t| at.min(t.len()));
            let line = lines.line(u32::try_from(at).unwrap_or(u32::MAX));
            let start = lines.start(line) as usize;
            let chars = text.and_then(|t| t.get(start..at)).map(count_chars);
            let before = chars.unwrap_or_else(|| u32::try_from(at.saturating_sub(start)).unwrap_or(u32::MAX));
            (line, before.saturating_add(1))
        };
        let ((line, column), (end_line, end_column)) = (position(range.start), position(range.end.max(range.start)));
        Span { line, column, end_line, end_column }
    }

    /// Whether what is there counts.
    pub(super) fn counts(&self, span: &Span) -> bool {
        self.only_lines.as_ref().is_none_or(|lines| {
            let at = lines.partition_point(|line| *line < span.line);
            lines.get(at).is_some_and(|line| *line <= span.end_line)
        })
    }
}

impl Rest {
    pub(super) fn join(self, member: Member) -> (FileKept, Vec<Draft>) {
        let Self { drafts, seen, text, lines, only_lines, later } = self;
        (FileKept { member, drafts, seen, text, lines, only_lines }, later)
    }
}
