//! Go: into the first group of the import block where gofmt sorts it, after a lone import, else after the package clause.
//! An import that nothing uses does not compile, so its name is `_`.

use super::super::super::facts::Import;
use super::{Edit, Subject};

/// The import.
pub(super) fn import(subject: &Subject<'_>, wanted: &str) -> Result<Edit, String> {
    if subject.contract.must_use || wanted.contains(':') {
        return Err("what is imported must be used, and only people know where".to_owned());
    }
    let (text, end) = (subject.text, subject.line_end());
    let first_group = group(subject);
    let Some(first) = first_group.first() else {
        // After the package clause, a comment on its line included.
        return Ok((subject.facts.import_at as usize, format!("{end}{end}import _ \"{wanted}\"")));
    };
    let line = subject.line_start(first.place.start as usize);
    if text[line..first.place.start as usize].trim() == "import" {
        let last = first_group.last().unwrap_or(first);
        return Ok((last.place.end as usize, format!("{end}import _ \"{wanted}\"")));
    }
    if !text[line..first.place.start as usize].trim().is_empty() {
        return Err(format!("no line of its own for \"{wanted}\" in the import block"));
    }
    let indent = &text[line..first.place.start as usize];
    let path = |import: &Import| subject.facts.text(import.module);
    match first_group.iter().find(|import| path(import).as_str() > wanted) {
        Some(next) => {
            let at = subject.line_start(next.place.start as usize);
            Ok((at, format!("{indent}_ \"{wanted}\"{end}")))
        }
        None => {
            let last = first_group.last().unwrap_or(first);
            Ok((last.place.end as usize, format!("{end}{indent}_ \"{wanted}\"")))
        }
    }
}

/// The imports up to the first line that holds none.
fn group<'a>(subject: &'a Subject<'_>) -> Vec<&'a Import> {
    let mut out: Vec<&Import> = Vec::new();
    for import in &subject.facts.imports {
        let gap = out.last().and_then(|last| subject.text.get(last.place.end as usize..import.place.start as usize));
        if gap.is_some_and(|gap| gap.matches('\n').count() != 1) {
            break;
        }
        out.push(import);
    }
    out
}
