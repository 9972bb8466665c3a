//! `torch.randn(8, 3)`: a made-up tensor.

use super::super::catalogue::Kind;
use super::super::rule::{CodeRule, info};
use super::{WARN, each_call, is_fabrication};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/tensor-draw",
        "A tensor is drawn at random",
        Severity::Medium,
        "A drawn tensor fed to a model in place of its input makes numbers that mean nothing. Initial parameters, dropout, \
         noise and latent vectors are not reported where their function says that they are.",
        "Load the input; keep random tensors to initialisers, augmentation and tests.",
    ),
    levels: WARN,
    check: |file, out| {
        each_call(file, out, "a tensor is drawn by", |c| c.kind == Kind::Tensor && is_fabrication(file, c))
    },
};
