//! The closed list of what can be wrong with a plan or a graph.

use serde::Serialize;

use super::path::Path;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// What is wrong. The list is closed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Code { $($(#[doc = $doc])* #[serde(rename = $name)] $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// Its name in JSON and in text.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),*),)* }
            }
        }
    };
}

codes! {
    /// The bytes are not JSON.
    JsonSyntax = "json_syntax",
    /// A member stands twice in one object.
    DuplicateKey = "duplicate_key",
    /// A number with a fraction or an exponent, or minus zero.
    Float = "float",
    /// An integer beyond ±(2^53−1).
    IntegerRange = "integer_range",
    /// The document is larger than the policy lets a request be.
    TooLarge = "too_large",
    /// A member that this object does not have.
    UnknownField = "unknown_field",
    /// A member that must be there is not.
    MissingField = "missing_field",
    /// A value of another type than its place asks for.
    WrongType = "wrong_type",
    /// A word that is not among those its place allows.
    UnknownValue = "unknown_value",
    /// A number below the least its place allows.
    OutOfRange = "out_of_range",
    /// Nothing but white space where a name must stand.
    Blank = "blank",
    /// A control character, or one that is not seen or changes how others are seen, in a name.
    ControlCharacter = "control_character",
    /// A plan without a step.
    NoSteps = "no_steps",
    /// Two steps with one id.
    DuplicateStepId = "duplicate_step_id",
    /// Two steps with one idempotency key.
    DuplicateIdempotencyKey = "duplicate_idempotency_key",
    /// An action that the policy names nowhere.
    UnknownAction = "unknown_action",
    /// A provider that the policy does not name for this action.
    UnknownProvider = "unknown_provider",
    /// A parameter that the declared action does not have.
    UnknownParam = "unknown_param",
    /// A parameter that the declared action asks for.
    MissingParam = "missing_param",
    /// A parameter of another type than declared.
    WrongParamType = "wrong_param_type",
    /// The constitution of the policy denies it; nobody can lift that.
    Constitution = "constitution",
    /// A rule of the policy forbids it.
    Forbidden = "forbidden",
    /// It needs an approval, and the policy has approvals off.
    ApprovalsDisabled = "approvals_disabled",
    /// The graph was made for another plan.
    GraphPlanHash = "graph_plan_hash",
    /// A step that the graph lacks.
    GraphMissing = "graph_missing",
    /// A node that is no step of the plan.
    GraphExtra = "graph_extra",
    /// A step that stands twice in the graph.
    GraphDuplicate = "graph_duplicate",
    /// A node whose hash is not that of the plan's step.
    GraphChanged = "graph_changed",
    /// A node that stands before a step that the plan has first.
    GraphReordered = "graph_reordered",
    /// A dependency on something that is not an earlier step.
    GraphDependency = "graph_dependency",
}

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Violation {
    /// What.
    pub code: Code,
    /// Where: `$.steps[0].action`.
    pub path: String,
    /// In words, for people.
    pub message: String,
}

/// A list of violations that does not grow without end.
#[derive(Clone, Debug, Default)]
pub struct Violations {
    list: Vec<Violation>,
}

/// As many are told at most.
pub const MOST_VIOLATIONS: usize = 1000;

impl Violations {
    /// Notes one.
    pub fn add(&mut self, code: Code, path: impl std::fmt::Display, message: impl Into<String>) {
        if self.list.len() < MOST_VIOLATIONS {
            self.list.push(Violation { code, path: path.to_string(), message: message.into() });
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether something is wrong at that very place.
    pub fn has_at(&self, path: &Path<'_>) -> bool {
        !self.list.is_empty() && {
            let path = path.to_string();
            self.list.iter().any(|v| v.path == path)
        }
    }

    /// All of them, in the order of the document as far as it was known.
    pub fn into_vec(self) -> Vec<Violation> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_code_says_what_it_means() {
        let names: std::collections::HashSet<_> = Code::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|c| c.meaning().ends_with('.')));
        assert_eq!(serde_json::to_value(Code::GraphExtra).unwrap(), "graph_extra");
    }
}
