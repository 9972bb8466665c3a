//! `--fix`: inserts a required import and required decorators into a Python file; nothing else, and proves that it did.

use super::super::catalogue::Catalogue;
use super::super::config::{Contract, ContractKind};
use super::super::facts::{DefKind, Facts, Language};
use super::super::read::Unit;
use super::dotted;

/// The text with what `contract` asks for; `None`: nothing to insert.
///
/// # Errors
/// A file that does not parse, a contract that names no import to insert, or a result that does not parse to what was there
/// and the insertion.
pub fn insert(unit: &Unit<'_>, text: &str, contract: &Contract) -> Result<Option<String>, String> {
    if contract.kind != ContractKind::Required || unit.language != Language::Python {
        return Ok(None);
    }
    let catalogue = Catalogue::default();
    let before = Facts::of(unit, text.as_bytes(), &catalogue);
    if let Some(error) = before.errors.first() {
        return Err(format!("{} does not parse: {}", unit.path, error.message));
    }
    let mut edits = decorators(&before, text, contract);
    let asked = contract.decorate.as_ref().filter(|_| !edits.is_empty()).map(|d| d.with.as_str());
    let wanted = asked.or(contract.any_of.first().map(String::as_str)).ok_or("the contract names nothing to import")?;
    if !imports(&before, wanted) {
        // First: a decorator at the same place needs it.
        let at = match before.import_at as usize {
            0 => past_comments(text),
            at => at,
        };
        edits.insert(0, (at, import_line(at, before.import_at > 0, text, wanted)?));
    }
    if edits.is_empty() {
        return Ok(None);
    }
    let fixed = apply(text, edits);
    prove(unit, &before, &fixed, wanted, &catalogue)?;
    Ok(Some(fixed))
}

fn imports(facts: &Facts, wanted: &str) -> bool {
    let full = dotted(wanted);
    facts.imports.iter().filter(|i| !i.kind.type_only && !i.kind.fallible).any(|i| {
        let module = facts.text(i.module);
        let name = facts.text(i.name);
        i.def == 0 && (module == full || format!("{module}.{name}") == full)
    })
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

fn import_line(at: usize, after: bool, text: &str, wanted: &str) -> Result<String, String> {
    let statement = match wanted.rsplit_once(':') {
        Some((module, name)) => format!("from {module} import {name}"),
        None => format!("import {wanted}"),
    };
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let rest = text.get(at..).ok_or("the place for the import is no character boundary")?;
    // After a docstring on the same line as more code there is no line of its own to put it on.
    let tail = rest.lines().next().unwrap_or_default().trim();
    if after && !tail.is_empty() && !tail.starts_with('#') {
        return Err(format!("no line of its own for `{statement}` after the docstring"));
    }
    Ok(if after { format!("{end}{statement}") } else { format!("{statement}{end}") })
}

/// What the file calls it already: the name that an import binds.
fn local_name(facts: &Facts, full: &str) -> Option<String> {
    let at_run_time = facts.imports.iter().filter(|i| i.def == 0 && !i.kind.type_only && !i.kind.fallible);
    at_run_time.filter(|i| i.bound.is_some() && i.name.is_some()).find_map(|i| {
        let whole = format!("{}.{}", facts.text(i.module), facts.text(i.name));
        (whole == full).then(|| facts.text(i.bound))
    })
}

fn decorators(facts: &Facts, text: &str, contract: &Contract) -> Vec<(usize, String)> {
    let Some(decorate) = &contract.decorate else { return Vec::new() };
    let full = dotted(&decorate.with);
    let name = local_name(facts, &full).unwrap_or_else(|| full.rsplit('.').next().unwrap_or(&full).to_owned());
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let wanted = |kind: DefKind, public: bool, parent: Option<DefKind>| {
        decorate.on.iter().any(|on| match on.as_str() {
            "class" => kind == DefKind::Class,
            "public_class" => kind == DefKind::Class && public,
            "function" => kind == DefKind::Function && parent == Some(DefKind::Module),
            "public_function" => kind == DefKind::Function && parent == Some(DefKind::Module) && public,
            "method" => kind == DefKind::Function && parent == Some(DefKind::Class),
            "public_method" => kind == DefKind::Function && parent == Some(DefKind::Class) && public,
            _ => false,
        })
    };
    let mut out = Vec::new();
    for def in facts.defs.iter().skip(1) {
        let parent = facts.def(def.parent).map(|d| d.kind);
        let has = def.decorators.iter().any(|d| facts.text(*d).trim_end_matches("()") == full);
        if has || def.stub || !wanted(def.kind, def.public, parent) {
            continue;
        }
        let start = def.place.start as usize;
        let line = text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
        let indent: String =
            text.get(line..start).unwrap_or_default().chars().take_while(|c| c.is_whitespace()).collect();
        out.push((line, format!("{indent}@{name}{end}")));
    }
    out
}

fn apply(text: &str, mut edits: Vec<(usize, String)>) -> String {
    edits.sort_by_key(|(at, _)| *at);
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for (at, insertion) in edits {
        out.push_str(&text[from..at]);
        // An import after a docstring goes to the end of that line, past a comment on it.
        from = at;
        if insertion.starts_with(['\n', '\r']) {
            let end = text[at..].find(['\n', '\r']).map_or(text.len(), |n| at + n);
            out.push_str(&text[at..end]);
            from = end;
        }
        out.push_str(&insertion);
    }
    out.push_str(&text[from..]);
    out
}

/// Reads the result again: it must parse, import what was wanted, and call and define what it did before.
fn prove(unit: &Unit<'_>, before: &Facts, fixed: &str, wanted: &str, catalogue: &Catalogue) -> Result<(), String> {
    let after = Facts::of(unit, fixed.as_bytes(), catalogue);
    let same = after.errors.is_empty()
        && imports(&after, wanted)
        && after.defs.len() == before.defs.len()
        && after.imports.len() <= before.imports.len() + 1
        && after.calls.len() >= before.calls.len();
    if same {
        Ok(())
    } else {
        Err(format!("{}: the fixed file would not be what it was with `{wanted}` added", unit.path))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::config::Decorate;
    use super::*;

    fn fixed(text: &str, contract: &Contract) -> Option<String> {
        let unit = Unit { language: Language::Python, path: "core/a.py", module: "core.a", package: false };
        insert(&unit, text, contract).unwrap()
    }

    #[test]
    fn an_import_goes_after_docstring_and_future() {
        let contract = Contract { any_of: vec!["core.kernel:governed".into()], ..Contract::default() };
        let cases = [
            (
                "#!/usr/bin/env python3\n# coding: utf-8\nimport os\n",
                "#!/usr/bin/env python3\n# coding: utf-8\nfrom core.kernel import governed\nimport os\n",
            ),
            ("\u{feff}import os\r\n", "\u{feff}from core.kernel import governed\r\nimport os\r\n"),
            ("import os\n", "from core.kernel import governed\nimport os\n"),
            ("\"\"\"Doc.\"\"\"\nimport os\n", "\"\"\"Doc.\"\"\"\nfrom core.kernel import governed\nimport os\n"),
            (
                "\"\"\"Doc.\"\"\"  # note\nfrom __future__ import annotations  # x\nimport os\n",
                "\"\"\"Doc.\"\"\"  # note\nfrom __future__ import annotations  # x\nfrom core.kernel import governed\nimport os\n",
            ),
            ("import os\r\n", "from core.kernel import governed\r\nimport os\r\n"),
            ("", "from core.kernel import governed\n"),
        ];
        for (before, after) in cases {
            assert_eq!(fixed(before, &contract).as_deref(), Some(after), "{before:?}");
            assert_eq!(fixed(after, &contract), None, "a second run changes nothing");
        }
    }

    #[test]
    fn a_decorator_has_the_name_that_the_file_gives_it() {
        let decorate = Decorate { with: "core.kernel:governed".into(), on: vec!["class".into()] };
        let contract =
            Contract { any_of: vec!["core.kernel:governed".into()], decorate: Some(decorate), ..Contract::default() };
        let before = "from core.kernel import governed as g\n\n\nclass A: x = 1\n";
        let after = "from core.kernel import governed as g\n\n\n@g\nclass A: x = 1\n";
        assert_eq!(fixed(before, &contract).as_deref(), Some(after));
    }

    #[test]
    fn decorators_are_put_above_what_needs_them() {
        let decorate =
            Decorate { with: "core.kernel:governed".into(), on: vec!["class".into(), "public_function".into()] };
        let contract =
            Contract { any_of: vec!["core.kernel:governed".into()], decorate: Some(decorate), ..Contract::default() };
        let before =
            "class A:\n    def run(self): pass\n\n\n@other\ndef go():\n    return 1\n\n\ndef _own(): return 2\n";
        let after = "from core.kernel import governed\n@governed\nclass A:\n    def run(self): pass\n\n\n@governed\n@other\ndef go():\n    return 1\n\n\ndef _own(): return 2\n";
        assert_eq!(fixed(before, &contract).as_deref(), Some(after));
    }
}
