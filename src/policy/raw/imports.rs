//! `[checks.imports]`: contracts on what may import what.

use super::Names;
use super::checks::Language;
use super::values::{CallPattern, OneOrMore};
use crate::finding::Action;

section! {
    /// Contracts on what may import what.
    pub struct Imports {
        /// Whether this family of checks runs.
        pub enabled: bool = true,
        /// What a finding does.
        pub action: Action,
        /// Where absolute imports start, by language: folders relative to the repository.
        pub roots: Names<OneOrMore>,
        /// The contracts. Modules and imports are dotted names with `*` and `**`; `mod:name` is a name in a module.
        pub contract: Vec<Contract>,
    }

    /// One contract.
    #[schemars(extend("required" = ["id", "kind"]))]
    pub struct Contract {
        /// Required. Its name, unique.
        pub id: String,
        /// Required. What it demands.
        pub kind: ContractKind,
        /// The language its names are written in. Default: all, with dotted names.
        pub language: Option<Language>,
        /// The modules it speaks of.
        pub modules: Vec<String>,
        /// Modules that are left out.
        pub except: Vec<String>,
        /// Kind `required`: every module must import, at run time, one of these.
        pub any_of: Vec<String>,
        /// Kind `required`: imported but never used does not count.
        pub must_use: bool,
        /// Kind `required`: a decorator that must be applied.
        pub decorate: Option<Decorate>,
        /// Kind `required`: a call that must be made.
        pub activate: Option<Activate>,
        /// Kind `forbidden`: what must not be imported.
        pub imports: Vec<String>,
        /// Kind `forbidden`: modules inside which it is allowed.
        pub except_within: Vec<String>,
        /// Kind `forbidden`: through any chain of imports, not only directly.
        pub indirect: bool,
        /// Kind `layers`: from high to low; `a | b` are independent siblings.
        pub layers: Vec<String>,
        /// Kind `layers`: every module must be in a layer.
        pub exhaustive: bool,
        /// Kind `protected`: the only modules that may import it.
        pub importers: Vec<String>,
        /// Kind `forbidden-calls`: resolved calls, however they are spelled.
        pub calls: Vec<CallPattern>,
        /// Kind `forbidden-calls`: contexts that allow the call: `with mod:name` or `decorator mod:name`.
        pub unless_inside: Vec<String>,
        /// Whether imports under TYPE_CHECKING count.
        pub type_checking: TypeChecking,
        /// What is said of imports that are computed.
        pub dynamic: Dynamic,
        /// Shown in the message: why the contract exists.
        pub why: String,
        /// Shown in the message: how to fix it.
        pub fix: String,
    }

    /// A decorator that must be applied.
    #[schemars(extend("required" = ["with"]))]
    pub struct Decorate {
        /// Required. The decorator, `mod:name`.
        pub with: String,
        /// What must carry it.
        pub on: Vec<Decorated> = vec![Decorated::PublicFunction],
    }

    /// A call that must be made.
    #[schemars(extend("required" = ["call"]))]
    pub struct Activate {
        /// Required. The function, `mod:name`.
        pub call: String,
        /// Where it must be called.
        pub r#in: ActivatePlace,
        /// No other call may stand before it.
        pub before_other_calls: bool,
    }
}

choices! {
    /// What a contract demands.
    pub enum ContractKind {
        /// Every module matched must import one of `any_of`.
        Required = "required",
        /// No module matched may import `imports`.
        Forbidden = "forbidden",
        /// A lower layer may not import a higher one.
        Layers = "layers",
        /// The modules may not import one another.
        Independence = "independence",
        /// Only `importers` may import the modules.
        Protected = "protected",
        /// The modules may not import one another in a circle.
        Acyclic = "acyclic",
        /// Nobody may make these calls.
        ForbiddenCalls = "forbidden-calls",
    }

    /// What must carry a decorator.
    pub enum Decorated {
        /// Every class.
        Class = "class",
        /// Every class whose name has no leading underscore.
        PublicClass = "public_class",
        /// Every function.
        Function = "function",
        /// Every function whose name has no leading underscore.
        PublicFunction = "public_function",
        /// Every method.
        Method = "method",
        /// Every method whose name has no leading underscore.
        PublicMethod = "public_method",
    }

    /// Where a call must stand.
    pub enum ActivatePlace {
        /// At the top level of the module.
        Module = "module",
        /// Under `if __name__ == "__main__"`.
        MainGuard = "main_guard",
        /// In the function `main`.
        MainFunction = "main_function",
    }

    /// Whether imports under TYPE_CHECKING count.
    pub enum TypeChecking {
        /// They count.
        Count = "count",
        /// They do not.
        Ignore = "ignore",
    }

    /// What is said of imports that are computed.
    pub enum Dynamic {
        /// A warning.
        Warn = "warn",
        /// A finding.
        Error = "error",
        /// Nothing.
        Ignore = "ignore",
    }
}
