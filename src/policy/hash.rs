//! The identity of a policy: `sha256("govctl.policy/1\n" ‖ JCS(resolved policy with every default))`.
//!
//! Two files that mean the same have the same hash: comments, order, and whether a default is written or not do not count.

use serde_json::Value;

use super::Policy;
use crate::plan::canonical;

/// The hash, `sha256:<hex>`.
pub fn policy_hash(policy: &Policy) -> String {
    canonical::hash("policy", &resolved(policy))
}

/// The policy as JSON with every default and without a floating-point number; what it includes is in it.
pub fn resolved(policy: &Policy) -> Value {
    let mut sections = serde_json::to_value(policy.sections()).unwrap_or(Value::Null);
    if let Some(root) = sections.as_object_mut() {
        root.remove("include");
    }
    sections
}
