//! Tables of metrics that are plain dictionaries.

use ruff_python_ast::Expr;

use super::super::suspect;

/// Whether this is a key that a metric has.
pub(super) fn is_key(key: &Expr) -> bool {
    matches!(key, Expr::StringLiteral(s) if suspect::is_metric(s.value.to_str()))
}

/// Whether this is called a table of metrics.
pub(super) fn is_table(target: &Expr) -> bool {
    match target {
        Expr::Name(n) => suspect::is_metrics_table(n.id.as_str()),
        Expr::Attribute(a) => suspect::is_metrics_table(a.attr.as_str()),
        _ => false,
    }
}
