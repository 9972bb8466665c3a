//! `[policies.risk]` and `[policies.quality]`: how dangerous an action is, and how good the work must be.

use super::values::{Conditions, Glob, Pattern, Ratio, Tier};

section! {
    /// How dangerous an action is. The tier is the highest that any part says; a request can raise it, never lower it.
    pub struct Risk {
        /// Actions for people only.
        pub critical: Vec<Pattern>,
        /// Actions that go by the high-risk strategy.
        pub high: Vec<Pattern>,
        /// Actions that pass by themselves when all else passes.
        pub medium: Vec<Pattern>,
        /// Harmless actions.
        pub low: Vec<Pattern>,
        /// Whole words of an action's name that make it at least high.
        pub destructive_words: Vec<String> =
            ["delete", "destroy", "uninstall", "drop", "truncate", "purge"].map(String::from).to_vec(),
        /// Labels that make a request at least high.
        pub high_risk_labels: Vec<String>,
        /// Labels with which a request of tier low or medium needs no approval.
        pub auto_approve_labels: Vec<String>,
        /// The least trust for each tier.
        pub min_trust: MinTrust,
        /// Tiers by the paths touched.
        pub paths: RiskPaths,
        /// Conditions that raise the tier.
        pub escalate: Vec<Escalation>,
    }

    /// The least trust for each tier; trust is score / 200.
    pub struct MinTrust {
        /// For tier low.
        pub low: Ratio = Ratio::HALF,
        /// For tier medium.
        pub medium: Ratio = Ratio::HALF,
        /// For tier high.
        pub high: Ratio = Ratio::HALF,
        /// For tier critical.
        pub critical: Ratio = Ratio::HALF,
    }

    /// Tiers by the paths touched.
    pub struct RiskPaths {
        /// Globs of paths that make a request critical.
        pub critical: Vec<Glob>,
        /// Globs of paths that make it high.
        pub high: Vec<Glob>,
        /// Globs of paths that make it medium.
        pub medium: Vec<Glob>,
        /// Globs of harmless paths.
        pub low: Vec<Glob>,
    }

    /// A condition that raises the tier.
    #[schemars(extend("required" = ["id", "when", "to"]))]
    pub struct Escalation {
        /// Required. Its name, unique.
        pub id: String,
        /// Required. Conditions; all must hold.
        pub when: Conditions,
        /// Required. The tier it raises to.
        pub to: Tier = Tier::Critical,
    }

    /// Thresholds of the work itself.
    pub struct Quality {
        /// Whether they apply.
        pub enabled: bool = true,
        /// Least score of an evidence file (`govctl gate check --evidence`). Default: none asked for.
        pub min_validation_score: Option<Ratio>,
        /// Most rounds of rework. Default: unlimited.
        #[schemars(range(min = 1))]
        pub max_iterations: Option<u32>,
        /// A commit that changes source without tests is a finding.
        pub require_tests: bool,
        /// Least coverage, read from lcov, Cobertura or JaCoCo reports given by `--coverage`. Default: none asked for.
        pub min_test_coverage: Option<Ratio>,
        /// Limits of the code, found in the syntax tree (the family `standards`).
        pub code_standards: CodeStandards,
    }

    /// Limits of the code. A limit that is not given is not checked.
    pub struct CodeStandards {
        /// Most lines of a function.
        #[schemars(range(min = 1))]
        pub max_function_lines: Option<u32>,
        /// Most lines of a file.
        #[schemars(range(min = 1))]
        pub max_file_lines: Option<u32>,
        /// Most independent paths through a function (McCabe).
        #[schemars(range(min = 1))]
        pub max_cyclomatic_complexity: Option<u32>,
        /// Public items must be documented.
        pub require_documentation: bool,
    }
}
