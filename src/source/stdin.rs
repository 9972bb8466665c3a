//! Standard input, or any other reader, under a name.

use std::io::Read;

use anyhow::Context as _;

use super::read::{Out, Reader};
use super::{Coverage, Sink, Source};

/// Reads `reader` to its end, in pieces where it is long; `name` is the path that rules and reports know it by.
pub fn visit(reader: &mut dyn Read, name: &str, coverage: &Coverage, sink: &dyn Sink) -> anyhow::Result<()> {
    Reader::default()
        .stream(reader, Source::file(name, &[]), Out { coverage, sink })
        .with_context(|| format!("cannot read standard input (as `{name}`) to its end"))
}
