//! Rows written by hand where the real ones could not be had.

use oxc_ast::ast::{Argument, ArrowFunctionBody, AssignmentTarget, Expression, Statement};
use oxc_span::GetSpan;

use super::super::facts::Fallback;
use super::{Reader, place, values};

impl Reader<'_, '_> {
    /// A statement of a handler that lets nobody know: what it returns, answers or assigns stands in for what failed.
    pub(super) fn stands_in(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ReturnStatement(r) => r.argument.iter().for_each(|value| self.note_fallback(value)),
            Statement::ExpressionStatement(e) => self.stands_in_by(&e.expression),
            Statement::BlockStatement(b) => b.body.iter().for_each(|s| self.stands_in(s)),
            Statement::IfStatement(i) => self.stands_in(&i.consequent),
            _ => {}
        }
    }

    fn stands_in_by(&mut self, expression: &Expression<'_>) {
        match expression {
            Expression::CallExpression(call) => {
                let answers = matches!(&call.callee, Expression::StaticMemberExpression(m)
                    if matches!(m.property.name.as_str(), "json" | "send"));
                let first = call.arguments.first().and_then(Argument::as_expression).filter(|_| answers);
                first.into_iter().for_each(|value| self.note_fallback(value));
            }
            Expression::AssignmentExpression(a) => {
                if matches!(a.left, AssignmentTarget::AssignmentTargetIdentifier(_)) {
                    self.note_fallback(&a.right);
                }
            }
            Expression::AwaitExpression(a) => self.stands_in_by(&a.argument),
            _ => {}
        }
    }

    /// The function that `.catch(…)` is handed.
    pub(super) fn catches(&mut self, arguments: &[Argument<'_>]) {
        let Some(Argument::ArrowFunctionExpression(f)) = arguments.first() else { return };
        match &f.body {
            ArrowFunctionBody::FunctionBody(body) => body.statements.iter().for_each(|s| self.stands_in(s)),
            other => other.as_expression().into_iter().for_each(|value| self.note_fallback(value)),
        }
    }

    /// A value that stands in for another: two rows or more are told.
    pub(super) fn note_fallback(&mut self, value: &Expression<'_>) {
        let inner = value.get_inner_expression();
        let answered = match inner {
            Expression::CallExpression(c) => c.arguments.first().and_then(Argument::as_expression),
            _ => None,
        };
        if let Some(count) = values::rows(answered.unwrap_or(inner)).filter(|c| *c >= 2) {
            let def = self.build.def;
            self.build.facts.fallbacks.push(Fallback { place: place(value.span()), count, def });
        }
    }
}
