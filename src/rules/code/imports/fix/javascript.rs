//! JavaScript and TypeScript: before the first import, else after `#!`, directives and the comments that lead the file.

use super::super::super::facts::Facts;
use super::{Edit, Subject};

/// The import, with the quotes, the semicolons and, of the project's own files, the extensions that the file uses.
pub(super) fn import(subject: &Subject<'_>, wanted: &str) -> Result<Edit, String> {
    let text = subject.text;
    let (module, name) = match wanted.rsplit_once(':') {
        Some((module, name)) => (module, Some(name)),
        None => (wanted, None),
    };
    let style = Style::of(subject);
    let from = if (subject.is_file)(module) { relative(subject, module) } else { module.to_owned() };
    let (quote, stop) = (style.quote, style.stop);
    let statement = match (name, style.requires) {
        (Some(name), false) => format!("import {{ {name} }} from {quote}{from}{quote}{stop}"),
        (None, false) => format!("import {quote}{from}{quote}{stop}"),
        (Some(name), true) => format!("const {{ {name} }} = require({quote}{from}{quote}){stop}"),
        (None, true) => format!("require({quote}{from}{quote}){stop}"),
    };
    let (at, end) = (subject.facts.import_at as usize, subject.line_end());
    let line = subject.line_start(at);
    if !text.get(line..at).is_some_and(|before| before.trim_start_matches('\u{feff}').trim().is_empty()) {
        return Err(format!("no line of its own for `{statement}`"));
    }
    Ok((at, format!("{statement}{end}")))
}

/// How the file writes its imports.
struct Style {
    quote: char,
    stop: &'static str,
    /// With `require`, not `import`.
    requires: bool,
}

impl Style {
    fn of(subject: &Subject<'_>) -> Self {
        let (text, facts) = (subject.text, subject.facts);
        let written =
            |import: &super::super::super::facts::Import| text.get(import.statement.range()).unwrap_or_default();
        let first = facts.imports.iter().find(|i| i.def == 0 && !i.kind.dynamic);
        let statement = first.map_or("", written);
        let is_module = has_module_syntax(text);
        let line = first.map_or("", |i| text[i.statement.end as usize..].lines().next().unwrap_or_default());
        let stops = statement.is_empty() || statement.ends_with(';') || line.trim_start().starts_with(';');
        Self {
            quote: if statement.contains('\'') { '\'' } else { '"' },
            stop: if stops { ";" } else { "" },
            requires: subject.unit.path.ends_with(".cjs") || (!is_module && requires(facts, text)),
        }
    }
}

/// Whether a line starts as only those of modules do.
fn has_module_syntax(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("import ") || line.starts_with("import{") || line.starts_with("export "))
}

fn requires(facts: &Facts, text: &str) -> bool {
    facts.imports.iter().any(|i| text.get(i.statement.range()).is_some_and(|s| s.starts_with("require")))
}

/// The way from the file's folder to a module of the project, with the extension that other such imports have.
fn relative(subject: &Subject<'_>, module: &str) -> String {
    let folder: Vec<&str> = subject.unit.path.split('/').collect();
    let folder = &folder[..folder.len() - 1];
    let parts: Vec<&str> = module.split('/').collect();
    let shared = folder.iter().zip(&parts[..parts.len() - 1]).take_while(|(a, b)| a == b).count();
    let up = "../".repeat(folder.len() - shared);
    let lead = if up.is_empty() { "./" } else { &up };
    let imports = subject.facts.imports.iter().filter_map(|i| subject.text.get(i.statement.range()));
    let own = imports.filter(|s| s.contains("\"./") || s.contains("'./") || s.contains("'../") || s.contains("\"../"));
    let written = own.map(|s| s.trim_end_matches([';', ')', '"', '\''])).next().unwrap_or_default();
    let extension = [".js", ".mjs", ".ts"].iter().find(|e| written.ends_with(*e)).unwrap_or(&"");
    format!("{lead}{}{extension}", parts[shared..].join("/"))
}
