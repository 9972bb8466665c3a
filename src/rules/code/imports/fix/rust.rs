//! Rust: before the first `use`, else before the first item.

use super::{Edit, Subject};

/// The import; [`Facts::import_at`](super::Facts::import_at) is where the first `use`, or the first item, starts.
pub(super) fn import(subject: &Subject<'_>, wanted: &str) -> Result<Edit, String> {
    let path = wanted.replace("::", ":").replace(':', "::");
    let (at, end) = (subject.facts.import_at as usize, subject.line_end());
    let rest = subject.text.get(at..).ok_or("the place for the import is no character boundary")?;
    let line = subject.line_start(at);
    if !subject.text[line..at].trim_start_matches('\u{feff}').is_empty() {
        return Err(format!("no line of its own for `use {path};`"));
    }
    let joins = rest.is_empty() || rest.starts_with("use ") || rest.starts_with("pub use ");
    Ok((at, format!("use {path};{end}{}", if joins { "" } else { end })))
}
