//! From a file's bytes to its [`Facts`], whatever the language; nothing that a file holds makes it fail.

use std::borrow::Cow;

use super::builder::Builder;
use super::catalogue::Catalogue;
use super::detail::Detail;
use super::facts::{Facts, Language, Place};
use super::notebook::Notebook;
use super::{depth, go, guard, javascript, python, rust};

/// A file as the adapters see it.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Its language.
    pub language: Language,
    /// Its path, `/` between parts.
    pub path: &'a str,
    /// Its module's dotted name (see [`super::modules`]).
    pub module: &'a str,
    /// Whether the module is a package's `__init__.py`.
    pub package: bool,
}

impl Facts {
    /// Reads a file once. What cannot be parsed is in [`Facts::errors`], beside what could.
    pub fn of(unit: &Unit<'_>, bytes: &[u8], catalogue: &Catalogue) -> Facts {
        Self::read(unit, bytes, catalogue, Detail::Full)
    }

    /// Reads a file as far as is asked; languages without an outline are read in full.
    pub fn read(unit: &Unit<'_>, bytes: &[u8], catalogue: &Catalogue, detail: Detail) -> Facts {
        if let Some(reason) = unreadable(bytes) {
            return refused(unit, catalogue, reason);
        }
        let text = decode(bytes);
        if unit.path.ends_with(".ipynb") {
            return notebook(unit, &text, catalogue);
        }
        Self::of_text(unit, &text, catalogue, detail)
    }

    /// Of a file that is not read, for this reason.
    pub fn refused(unit: &Unit<'_>, catalogue: &Catalogue, reason: &str) -> Facts {
        refused(unit, catalogue, reason)
    }

    fn of_text(unit: &Unit<'_>, text: &str, catalogue: &Catalogue, detail: Detail) -> Facts {
        let (bytes, language) = (text.as_bytes(), unit.language);
        let bound = depth::bound(bytes);
        if bound.is_too_deep(language) && depth::estimate(bytes, language).is_too_deep(language) {
            return refused(unit, catalogue, "nests too deeply to be parsed");
        }
        if unit.language == Language::TypeScript && javascript::doubt::is_too_costly(text) {
            return refused(unit, catalogue, "leaves in doubt what is a type: it would take too long to parse");
        }
        guard::with_stack(bound.levels, || adapt(unit, text, catalogue, detail))
    }
}

fn notebook(unit: &Unit<'_>, text: &str, catalogue: &Catalogue) -> Facts {
    let Some(book) = Notebook::read(text) else {
        return refused(unit, catalogue, "is no notebook: its JSON is broken, or holds no list of cells");
    };
    let mut facts = Facts::of_text(unit, &book.code, catalogue, Detail::Full);
    book.relocate(&mut facts);
    facts
}

fn adapt(unit: &Unit<'_>, text: &str, catalogue: &Catalogue, detail: Detail) -> Facts {
    match unit.language {
        Language::Python => python::read(text, unit, catalogue, detail),
        Language::JavaScript | Language::TypeScript => {
            javascript::read(text, unit.path, unit.module, unit.language, catalogue)
        }
        Language::Go => go::read(text, unit.path, unit.module, catalogue),
        Language::Rust => rust::read(text, unit.module, catalogue),
    }
}

fn unreadable(bytes: &[u8]) -> Option<&'static str> {
    if bytes.len() >= u32::MAX as usize {
        return Some("is larger than 4 GiB");
    }
    memchr::memchr(0, bytes).map(|_| "holds NUL bytes, so it is no source text")
}

fn refused(unit: &Unit<'_>, catalogue: &Catalogue, reason: &str) -> Facts {
    let mut build = Builder::new(unit.language, unit.module, "", catalogue);
    build.error(Place::default(), reason);
    build.finish()
}

/// As text, each byte that is no UTF-8 (of Latin-1, say) replaced by one that is, so that offsets stay.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_keeps_offsets() {
        assert_eq!(decode(b"# caf\xe9\nx"), "# caf?\nx");
        assert_eq!(decode("é".as_bytes()), "é");
    }
}
