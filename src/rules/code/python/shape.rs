//! Whether a draw takes the shape of something that is there: noise on it, a mask for it.

use ruff_python_ast::{Arguments, Expr};

use super::super::catalogue::Kind;

/// `randn_like(x)`, `normal(0, 1, x.shape)`, `torch.rand(x.size(0), 1)`.
pub(super) fn shaped_after_a_value(arguments: &Arguments, kind: Kind, method: Option<&str>) -> bool {
    let all = arguments.args.iter().chain(arguments.keywords.iter().map(|k| &k.value));
    let tensor = kind == Kind::Tensor;
    (tensor && method.is_some_and(|m| m.ends_with("_like"))) || all.into_iter().any(|e| has_shape(e, tensor))
}

/// A column as long as a table (`df.shape[0]`) is no noise on it; only of tensors a part of the shape counts.
fn has_shape(expression: &Expr, tensor: bool) -> bool {
    match expression {
        Expr::Attribute(a) => a.attr.as_str() == "shape",
        Expr::Starred(s) => has_shape(&s.value, tensor),
        Expr::Call(c) if tensor => matches!(&*c.func, Expr::Attribute(a) if a.attr.as_str() == "size"),
        Expr::Subscript(s) if tensor => has_shape(&s.value, tensor),
        Expr::Tuple(t) => t.elts.iter().any(|e| has_shape(e, tensor)),
        Expr::List(t) => t.elts.iter().any(|e| has_shape(e, tensor)),
        Expr::BinOp(b) => has_shape(&b.left, tensor) || has_shape(&b.right, tensor),
        _ => false,
    }
}
