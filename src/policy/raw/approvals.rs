//! `[approvals]` and `[[approvers.*]]`: how people agree, and who they are.

use super::Names;
use super::values::{Date, Duration, EnvText, Pattern, Ratio, Url};

section! {
    /// How people agree to what needs their consent.
    pub struct Approvals {
        /// Whether approvals can be asked for; without them what needs one is rejected.
        pub enabled: bool = true,
        /// How long a request waits for votes, in seconds.
        #[schemars(range(min = 1, max = 31_536_000))]
        pub default_timeout_seconds: u32 = 300,
        /// How long an approval may be used once it is granted.
        pub use_within: Duration = Duration::HOUR,
        /// Whether who asks may also agree.
        pub allow_self_approval: bool,
        /// Which strategy goes for which operations.
        pub strategies: Strategies,
        /// The strategy `multi-approval`.
        #[serde(rename = "multi-approval")]
        pub multi_approval: MultiApproval,
        /// The strategy `time-based`.
        #[serde(rename = "time-based")]
        pub time_based: TimeBased,
        /// Who is told of approvals.
        pub webhooks: Webhooks,
        /// An empty heading that older files carry; approvers stand under `[[approvers.user]]` and `[[approvers.agent]]`.
        pub approvers: EmptyHeading,
    }

    /// Which strategy goes for which operations.
    pub struct Strategies {
        /// Operations that destroy something.
        pub destructive_operations: Strategy = Strategy::Multi,
        /// Calls to the outside.
        pub external_calls: Strategy,
        /// Operations of tier high.
        pub high_risk_operations: Strategy = Strategy::Multi,
        /// Operations that only read.
        pub read_only_operations: Strategy = Strategy::Auto,
    }

    /// The strategy `multi-approval`: the larger of the two numbers counts.
    pub struct MultiApproval {
        /// Least number of approvers.
        #[schemars(range(min = 1, max = 1000))]
        pub min_approvers: u32 = 2,
        /// Share of the eligible approvers, rounded up.
        pub quorum_percentage: Ratio = Ratio::HALF,
        /// With f = (eligible - 1) / 3 faulty approvers neither outcome can be forged or blocked.
        pub byzantine_tolerance: bool,
    }

    /// The strategy `time-based`: only for tiers low and medium.
    pub struct TimeBased {
        /// How long nobody must have objected.
        pub approve_after: Duration = Duration::HOUR,
    }

    /// Who is told of approvals.
    pub struct Webhooks {
        /// Whether anybody is.
        pub enabled: bool,
        /// Where to.
        pub endpoint: Vec<Endpoint>,
    }

    /// One receiver.
    #[schemars(extend("required" = ["url"]))]
    pub struct Endpoint {
        /// Required. Its address, https.
        pub url: Url,
        /// What it is told; empty: everything.
        pub events: Vec<ApprovalEvent>,
        /// A bearer token, as `${VARIABLE}`: read from the environment when sent, never stored.
        pub auth_token: Option<EnvText>,
        /// Headers that are sent along.
        pub headers: Names<String>,
    }

    /// A heading with nothing under it.
    pub struct EmptyHeading {}

    /// Who may agree.
    pub struct Approvers {
        /// People.
        pub user: Vec<User>,
        /// Agents. Their votes are advisory where the tier is high or critical.
        pub agent: Vec<AgentApprover>,
        /// Who stands in for whom.
        pub delegation: Vec<Delegation>,
    }

    /// A person who may agree.
    #[schemars(extend("required" = ["id", "role"]))]
    pub struct User {
        /// Required. Their name, unique among all approvers.
        pub id: String,
        /// Required. Their role.
        pub role: String,
        /// Globs of what they may agree to.
        pub can_approve: Vec<Pattern>,
        /// Who they are on this machine.
        pub os_user: Option<String>,
        /// The public SSH key that signs their votes.
        pub key: Option<String>,
    }

    /// An agent whose vote is heard.
    #[schemars(extend("required" = ["id", "role"]))]
    pub struct AgentApprover {
        /// Required. Its name, unique among all approvers.
        pub id: String,
        /// Required. Its role.
        pub role: String,
        /// Globs of what it may agree to.
        pub can_approve: Vec<Pattern>,
        /// Whether it votes by itself.
        pub auto_approve: bool,
    }

    /// Who stands in for whom.
    #[schemars(extend("required" = ["from", "to", "until"]))]
    pub struct Delegation {
        /// Required. The approver who is away.
        pub from: String,
        /// Required. The approver who stands in.
        pub to: String,
        /// Globs of what for; empty: everything that `from` may agree to.
        pub scope: Vec<Pattern>,
        /// Required. The last day.
        pub until: Date,
    }
}

choices! {
    /// How many must agree.
    pub enum Strategy {
        /// One approver.
        Single = "single-approval",
        /// Nobody.
        Auto = "auto-approval",
        /// Several: `[approvals.multi-approval]`.
        Multi = "multi-approval",
        /// Nobody has objected in time: `[approvals.time-based]`.
        TimeBased = "time-based",
    }

    /// What a receiver may be told.
    pub enum ApprovalEvent {
        /// Somebody asks.
        Required = "approval_required",
        /// It is granted.
        Granted = "approval_granted",
        /// It is rejected.
        Rejected = "approval_rejected",
        /// It has run out.
        Expired = "approval_expired",
        /// It is revoked.
        Revoked = "approval_revoked",
        /// It was used.
        Consumed = "approval_consumed",
    }
}

impl Strategy {
    /// Every strategy.
    pub const ALL: [Strategy; 4] = [Strategy::Single, Strategy::Auto, Strategy::Multi, Strategy::TimeBased];
}
