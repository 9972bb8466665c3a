//! Literal rows, and what stands in for a value that could not be had.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::super::facts::{Fallback, Rows};
use super::{Reader, place};

impl<'a> Reader<'a, '_> {
    /// A name such as `mock_users` bound to rows.
    pub(super) fn note_rows(&mut self, targets: &'a [Expr], value: &'a Expr) {
        let Some(count) = rows(value).filter(|c| *c >= 2) else { return };
        for target in targets {
            let name = match target {
                Expr::Name(n) => n.id.as_str(),
                Expr::Attribute(a) => a.attr.as_str(),
                _ => continue,
            };
            let name = self.build.facts.names.dotted(name);
            let at = super::super::facts::Place { start: place(target.range()).start, end: place(value.range()).end };
            let def = self.build.def;
            self.build.facts.rows.push(Rows { place: at, name, count, def });
        }
    }

    pub(super) fn note_fallback(&mut self, value: &'a Expr) {
        let answered = match value {
            Expr::Call(c) => c.arguments.args.first().unwrap_or(value),
            other => other,
        };
        if let Some(count) = rows(answered).filter(|c| *c >= 2) {
            let def = self.build.def;
            self.build.facts.fallbacks.push(Fallback { place: place(value.range()), count, def });
        }
    }

    /// Rows that a handler returns.
    pub(super) fn note_fallbacks(&mut self, body: &'a [Stmt]) {
        for statement in body {
            match statement {
                Stmt::Return(s) => {
                    if let Some(value) = &s.value {
                        self.note_fallback(value);
                    }
                }
                // At the top of a file such rows are a table of constants.
                Stmt::Assign(s) if self.build.def != 0 => self.note_fallback(&s.value),
                Stmt::If(s) => self.note_fallbacks(&s.body),
                Stmt::With(s) => self.note_fallbacks(&s.body),
                _ => {}
            }
        }
    }
}

/// How many rows a literal holds: elements of a list or tuple that are records themselves.
pub(super) fn rows(value: &Expr) -> Option<u32> {
    let elements = match value {
        Expr::List(l) => &l.elts,
        Expr::Tuple(t) => &t.elts,
        Expr::Dict(d) => {
            let records = d.items.iter().filter(|i| is_record(&i.value)).count();
            return (records == d.items.len() && records > 0).then_some(records as u32);
        }
        _ => return None,
    };
    let records = elements.iter().filter(|e| is_record(e)).count();
    (records == elements.len() && records > 0).then_some(records as u32)
}

pub(super) fn is_record(value: &Expr) -> bool {
    match value {
        Expr::Dict(d) => !d.items.is_empty() && d.items.iter().any(|i| i.value.is_literal_expr()),
        Expr::Tuple(t) => t.elts.len() >= 2 && t.elts.iter().any(Expr::is_literal_expr),
        Expr::List(l) => l.elts.len() >= 2 && l.elts.iter().any(Expr::is_literal_expr),
        Expr::Call(c) => {
            c.arguments.keywords.len() >= 2 && c.arguments.keywords.iter().any(|k| k.value.is_literal_expr())
        }
        _ => false,
    }
}
