//! `[policies.security]` and the limits beside it: commands, files, network, resources, operations, agents, tools, contract.

use super::Names;
use super::values::{ByteSize, CommandPattern, Glob, Pattern, Regex};
use crate::finding::{Action, Severity};

section! {
    /// What a request and its command lines may contain.
    pub struct Security {
        /// Whether these checks run.
        pub enabled: bool = true,
        /// Requests are checked against the declared actions and their parameters.
        pub input_validation: bool = true,
        /// Files and requests are searched for credentials.
        pub secret_scanning: bool = true,
        /// Paths that leave the repository are rejected.
        pub path_traversal_protection: bool = true,
        /// Command lines are parsed, and rejected where they smuggle in others.
        pub command_injection_protection: bool = true,
        /// What a violation does.
        pub action: Action,
        /// The largest request.
        pub max_request_size: ByteSize = ByteSize(10 << 20),
        /// Which programs may run.
        pub allowed_commands: Commands,
        /// Plain regular expressions for credentials, for those who want no more than that.
        pub secret_patterns: SecretPatterns,
        /// What an action's text may not contain.
        pub violation: Vec<Violation>,
    }

    /// Which programs may run. A command that stands in none of the lists is rejected; `deny` wins.
    pub struct Commands {
        /// Programs that may run: a name, or argument prefixes such as `["git", "status"]`.
        pub commands: Vec<CommandPattern>,
        /// Programs that need approval.
        pub require_approval: Vec<CommandPattern>,
        /// Programs that may not run.
        pub deny: Vec<CommandPattern>,
        /// What happens to a command line that cannot be understood wholly.
        pub unparsed: Unparsed,
    }

    /// Plain regular expressions for credentials.
    pub struct SecretPatterns {
        /// The regular expressions.
        pub patterns: Vec<Regex>,
        /// What a finding does.
        pub action: Action,
    }

    /// What an action's text may not contain.
    #[schemars(extend("required" = ["id", "pattern"]))]
    pub struct Violation {
        /// Required. Its name, unique.
        pub id: String,
        /// Required. The regular expression.
        pub pattern: Regex,
        /// How bad it is.
        pub severity: Severity = Severity::High,
        /// What it does.
        pub action: Action,
    }

    /// Which files may be read and written: globs relative to the repository. `deny` wins.
    pub struct Files {
        /// May be read.
        pub read: Vec<Glob> = Glob::list(&["**"]),
        /// May be written.
        pub write: Vec<Glob>,
        /// Neither.
        pub deny: Vec<Glob>,
    }

    /// Which hosts may be reached.
    pub struct Network {
        /// Whether any may.
        pub allow_outbound: bool,
        /// Hosts that may be reached; `*.` before a domain: all below it.
        pub allowed_domains: Vec<Pattern>,
        /// Hosts that may not; they win.
        pub blocked_domains: Vec<Pattern>,
        /// Only over TLS.
        pub require_tls: bool = true,
        /// The oldest version of TLS.
        pub min_tls_version: TlsVersion,
    }

    /// Limits of the machine and of request rates.
    pub struct Resource {
        /// Whether they apply.
        pub enabled: bool = true,
        /// Most of one processor's time, in percent.
        #[schemars(range(min = 1, max = 100))]
        pub max_cpu_percent: Option<u32>,
        /// Most memory, in MiB.
        #[schemars(range(min = 1, max = 16_777_216))]
        pub max_memory_mb: Option<u32>,
        /// Longest run, in seconds.
        #[schemars(range(min = 1, max = 31_536_000))]
        pub max_execution_time_seconds: Option<u32>,
        /// Most agents at once.
        #[schemars(range(min = 1, max = 100_000))]
        pub max_concurrent_agents: Option<u32>,
        /// Requests in a time: `<key>_requests_per_minute` or `<key>_requests_per_hour`; 0: unlimited.
        #[schemars(extend("x-govctl-keys" = "rate-limit"))]
        pub rate_limits: Names<u32>,
    }

    /// Defaults for whole kinds of operations.
    pub struct Operational {
        /// Whether they apply.
        pub enabled: bool = true,
        /// Destructive operations need approval.
        pub require_approval_for_destructive: bool = true,
        /// Calls to the outside need approval.
        pub require_approval_for_external_calls: bool,
        /// Operations that only read pass without approval.
        pub auto_approve_read_only: bool,
        /// Every operation is logged.
        pub audit_all_operations: bool = true,
        /// Operations that pass without approval.
        pub auto_approval: Operations,
        /// Operations that need approval.
        pub require_approval: Operations,
    }

    /// A list of operations.
    pub struct Operations {
        /// Their names.
        pub operations: Vec<Pattern>,
    }

    /// What one agent may touch. `cannot_write` wins.
    pub struct Agent {
        /// Globs of what it may read.
        pub can_read: Vec<Glob>,
        /// Globs of what it may write.
        pub can_write: Vec<Glob>,
        /// Globs of what it may not write.
        pub cannot_write: Vec<Glob>,
        /// Programs it may run.
        pub can_execute: Vec<Pattern>,
        /// A cap on what its score would allow: the name of a level of `reputation.permission_levels`.
        pub max_level: Option<String>,
    }

    /// What one tool may do. `deny` wins.
    pub struct Capability {
        /// The least level of an actor that may use it: a name of `reputation.permission_levels`.
        pub min_level: Option<String>,
        /// What may be done with it.
        pub allow: Vec<String>,
        /// What may not.
        pub deny: Vec<String>,
    }

    /// What a finished task must hand in.
    pub struct Contract {
        /// A JSON Schema file for what a task is given.
        pub input_schema: String,
        /// A JSON Schema file for what it hands in.
        pub output_schema: String,
        /// Fields that must be there.
        pub required_fields: Vec<String>,
    }
}

choices! {
    /// What happens to a command line that cannot be understood wholly.
    pub enum Unparsed {
        /// It needs approval.
        RequireApproval = "require_approval",
        /// It is rejected.
        Reject = "reject",
    }

    /// A version of TLS.
    pub enum TlsVersion {
        /// TLS 1.2.
        V12 = "1.2",
        /// TLS 1.3.
        V13 = "1.3",
    }
}
