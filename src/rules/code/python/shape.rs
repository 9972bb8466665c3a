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

/// `randrange(len(rows))`, `integers(0, x.shape[0])`: a position in something, not a datum.
pub(super) fn is_bounded_by_a_length(arguments: &Arguments) -> bool {
    const BOUNDS: [&str; 5] = ["low", "high", "a", "b", "stop"];
    let named = |name: &str| BOUNDS.contains(&name);
    let keywords = arguments.keywords.iter().filter(|k| k.arg.as_ref().is_some_and(|a| named(a.as_str())));
    arguments.args.iter().take(2).chain(keywords.map(|k| &k.value)).any(is_length)
}

fn is_length(expression: &Expr) -> bool {
    match expression {
        Expr::Call(c) => match &*c.func {
            Expr::Name(n) => {
                n.id == "len" || (matches!(n.id.as_str(), "int" | "min" | "max") && any_length(&c.arguments))
            }
            Expr::Attribute(a) => a.attr.as_str() == "size",
            _ => false,
        },
        Expr::Subscript(s) => matches!(&*s.value, Expr::Attribute(a) if a.attr.as_str() == "shape"),
        Expr::Attribute(a) => matches!(a.attr.as_str(), "size" | "width" | "height"),
        Expr::BinOp(b) => is_length(&b.left) || is_length(&b.right),
        _ => false,
    }
}

fn any_length(arguments: &Arguments) -> bool {
    arguments.args.iter().any(is_length)
}
