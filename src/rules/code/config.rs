//! What the policy says of code: `[checks.synthetic]`, `[checks.imports]`, `[policies.quality]`.

use serde::Deserialize;

/// Everything the rules over code may know.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodeConfig {
    /// Fabricated data.
    pub synthetic: Synthetic,
    /// Contracts on imports.
    pub imports: Imports,
    /// Thresholds of the code; `None`: not asked for.
    pub standards: Option<Standards>,
    /// Today, `YYYY-MM-DD`: allowances end.
    pub today: String,
}

/// `[checks.synthetic]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Synthetic {
    /// Whether it runs.
    pub enabled: bool,
    /// `no-rng`: every draw is an error, whatever it is for.
    pub profile: Option<String>,
    /// Whether resampling counts too.
    pub resampling: bool,
    /// Calls that fabricate, beside the catalogue.
    pub fabricators: Vec<String>,
    /// Where real data come from; named in the help.
    pub real_sources: Vec<String>,
    /// What is allowed.
    pub allow: Vec<Allowance>,
    /// Rules of the policy's own.
    pub rule: Vec<CallRule>,
}

impl Default for Synthetic {
    fn default() -> Self {
        Self {
            enabled: true,
            profile: None,
            resampling: false,
            fabricators: Vec::new(),
            real_sources: Vec::new(),
            allow: Vec::new(),
            rule: Vec::new(),
        }
    }
}

impl Synthetic {
    /// Whether every draw is an error.
    pub fn forbids_all_draws(&self) -> bool {
        self.profile.as_deref() == Some("no-rng")
    }
}

/// `[[checks.synthetic.allow]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Allowance {
    /// Rule ids or globs of them; empty: the whole family.
    pub rules: Vec<String>,
    /// Globs of files; empty: all.
    pub paths: Vec<String>,
    /// Globs of the names of functions; empty: all.
    pub functions: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`.
    pub expires: String,
    /// How many findings it covers.
    pub max: Option<u32>,
}

/// `[[checks.synthetic.rule]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallRule {
    /// `<family>/<kebab-case>`.
    pub id: String,
    /// The message.
    pub summary: String,
    /// How bad; high where nothing is said.
    pub severity: Option<crate::finding::Severity>,
    /// In which languages; empty: all.
    pub languages: Vec<String>,
    /// Patterns of callees.
    pub calls: Vec<String>,
    /// Patterns of imported modules.
    pub imports: Vec<String>,
    /// What to do.
    pub help: String,
}

/// `[checks.imports]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Imports {
    /// Whether it runs.
    pub enabled: bool,
    /// Where absolute imports start.
    pub roots: Roots,
    /// The contracts.
    pub contract: Vec<Contract>,
}

impl Default for Imports {
    fn default() -> Self {
        Self { enabled: true, roots: Roots::default(), contract: Vec::new() }
    }
}

/// Where absolute imports start, by language.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Roots {
    /// Of Python.
    pub python: Vec<String>,
    /// Of Rust.
    pub rust: Vec<String>,
    /// Of JavaScript and TypeScript.
    pub javascript: Vec<String>,
    /// Of Go.
    pub go: Vec<String>,
}

impl Default for Roots {
    fn default() -> Self {
        let list = |roots: &[&str]| roots.iter().map(|r| (*r).to_owned()).collect();
        Self { python: list(&["src", "."]), rust: list(&["src"]), javascript: list(&["src", "."]), go: list(&["."]) }
    }
}

/// One `[[checks.imports.contract]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// Its id: findings are `imports/<id>`.
    pub id: String,
    /// Its kind.
    pub kind: ContractKind,
    /// Its language; Python where nothing is said and nothing in it is written otherwise.
    pub language: Option<String>,
    /// Which modules it binds.
    pub modules: Vec<String>,
    /// Which it does not, though `modules` names them.
    pub except: Vec<String>,
    /// `required`: one of these must be imported.
    pub any_of: Vec<String>,
    /// `required`: what is imported must be used.
    pub must_use: bool,
    /// `required`: what must be decorated.
    pub decorate: Option<Decorate>,
    /// `required`: what must be called.
    pub activate: Option<Activate>,
    /// `forbidden`: what must not be imported.
    pub imports: Vec<String>,
    /// `forbidden`: modules that may.
    pub except_within: Vec<String>,
    /// `forbidden`: not through others either.
    pub indirect: bool,
    /// `layers`: high to low.
    pub layers: Vec<String>,
    /// `layers`: every module must be in one.
    pub exhaustive: bool,
    /// `protected`: who may.
    pub importers: Vec<String>,
    /// `forbidden-calls`: what must not be called.
    pub calls: Vec<ForbiddenCall>,
    /// `forbidden-calls`: what makes it good.
    pub unless_inside: Vec<String>,
    /// `ignore`: imports under TYPE_CHECKING do not count. Default `count`.
    pub type_checking: Option<String>,
    /// `error`: computed imports are reported. Default `warn`.
    pub dynamic: Option<String>,
    /// Why the contract is.
    pub why: Option<String>,
    /// How to fix what breaks it.
    pub fix: Option<String>,
}

/// The kind of a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContractKind {
    /// Must import one of these.
    #[default]
    Required,
    /// Must not import these.
    Forbidden,
    /// Higher layers import lower ones, never the other way.
    Layers,
    /// None imports another.
    Independence,
    /// Only these may import it.
    Protected,
    /// No import leads back.
    Acyclic,
    /// Must not call these.
    ForbiddenCalls,
}

/// What must be decorated, and with what.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Decorate {
    /// `module:name`.
    pub with: String,
    /// `class`, `function`, `public_function`.
    pub on: Vec<String>,
}

/// What must be called, and where.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Activate {
    /// `module:name`.
    pub call: String,
    /// `main_guard` or `module`.
    #[serde(rename = "in")]
    pub place: String,
    /// Before every other call there.
    pub before_other_calls: bool,
}

/// A call that is forbidden, perhaps only in one mode.
#[derive(Clone, Debug, Default)]
pub struct ForbiddenCall {
    /// Pattern of the callee.
    pub call: String,
    /// Only where it writes.
    pub writes: bool,
}

impl<'de> Deserialize<'de> for ForbiddenCall {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = ForbiddenCall;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a dotted name, or { call, mode }")
            }
            fn visit_str<E>(self, text: &str) -> Result<ForbiddenCall, E> {
                Ok(ForbiddenCall { call: text.to_owned(), writes: false })
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<ForbiddenCall, A::Error> {
                let mut out = ForbiddenCall::default();
                while let Some((key, value)) = map.next_entry::<String, String>()? {
                    match key.as_str() {
                        "call" => out.call = value,
                        "mode" => out.writes = value == "write",
                        other => return Err(serde::de::Error::unknown_field(other, &["call", "mode"])),
                    }
                }
                Ok(out)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `[policies.quality]` as far as code is concerned.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Standards {
    /// Longest function, in lines; 0: any.
    pub max_function_lines: u32,
    /// Longest file, in lines; 0: any.
    pub max_file_lines: u32,
    /// Highest cyclomatic complexity; 0: any.
    pub max_cyclomatic_complexity: u32,
    /// Whether what is public must be documented.
    pub require_documentation: bool,
    /// Whether source that changes needs tests that change.
    pub require_tests: bool,
}

impl Default for Standards {
    fn default() -> Self {
        Self {
            max_function_lines: 50,
            max_file_lines: 500,
            max_cyclomatic_complexity: 10,
            require_documentation: true,
            require_tests: false,
        }
    }
}
