//! Where in a document a value stands: `$.steps[0].params["a b"]`.

use std::fmt;

use super::identifier;

/// A place in a document. It is only written out when something is wrong there.
#[derive(Clone, Copy, Debug)]
pub enum Path<'p> {
    /// The document.
    Root,
    /// A member of an object.
    Key(&'p Path<'p>, &'p str),
    /// An item of a list.
    Index(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// A member of what stands here.
    pub fn key(&'p self, name: &'p str) -> Path<'p> {
        Path::Key(self, name)
    }

    /// An item of what stands here.
    pub fn item(&'p self, index: usize) -> Path<'p> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => f.write_str("$"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Path::Key(parent, name) if is_plain(name) => write!(f, "{parent}.{name}"),
            Path::Key(parent, name) => {
                let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
                write!(f, "{parent}[\"{}\"]", identifier::visible(&quoted))
            }
        }
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_need_it_are_quoted() {
        let steps = Path::Root.key("steps");
        let params = steps.item(3).to_string();
        assert_eq!(params, "$.steps[3]");
        assert_eq!(steps.key("a \"b\"\n").to_string(), "$.steps[\"a \\\"b\\\"\\u{a}\"]");
    }
}
