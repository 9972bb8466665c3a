//! Python: after docstring and `__future__` imports, else after the comments that lead the file.

use super::{Edit, Subject};

/// The import.
pub(super) fn import(subject: &Subject<'_>, wanted: &str) -> Result<Edit, String> {
    let text = subject.text;
    let (at, after) = match subject.facts.import_at as usize {
        0 => (past_comments(text), false),
        at => (at, true),
    };
    let statement = match wanted.rsplit_once(':') {
        Some((module, name)) => format!("from {module} import {name}"),
        None => format!("import {wanted}"),
    };
    let end = subject.line_end();
    let rest = text.get(at..).ok_or("the place for the import is no character boundary")?;
    // After a docstring on the same line as more code there is no line of its own to put it on.
    let tail = rest.lines().next().unwrap_or_default().trim();
    if after && !tail.is_empty() && !tail.starts_with('#') {
        return Err(format!("no line of its own for `{statement}` after the docstring"));
    }
    Ok((at, if after { format!("{end}{statement}") } else { format!("{statement}{end}") }))
}

/// Where the first statement may stand: after a byte order mark, `#!`, `coding:` and other comments that lead the file.
fn past_comments(text: &str) -> usize {
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while text[at..].starts_with('#') {
        let Some(end) = text[at..].find('\n') else { break };
        at += end + 1;
    }
    at
}
