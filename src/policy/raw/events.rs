//! `[events]` and `[security]`: who is told, and what happens after an incident.

use super::values::{EnvText, Pattern, Ratio, Url};

section! {
    /// Who is told of what, beside the log.
    pub struct Events {
        /// The receivers.
        pub subscriber: Vec<Subscriber>,
    }

    /// One receiver of events.
    #[schemars(extend("required" = ["name", "url"]))]
    pub struct Subscriber {
        /// Required. Its name, unique.
        pub name: String,
        /// Globs of events; empty: all.
        pub events: Vec<Pattern>,
        /// Only events of actors with at least this trust.
        pub min_trust: Option<Ratio>,
        /// Required. Its address, https.
        pub url: Url,
        /// The name of the environment variable whose value signs each delivery (Standard Webhooks).
        #[schemars(extend("x-govctl" = "env-name"))]
        pub secret_env: Option<String>,
    }

    /// What happens after an incident.
    pub struct Security {
        /// What happens after an incident.
        pub incident_response: IncidentResponse,
    }

    /// What happens after an incident.
    pub struct IncidentResponse {
        /// Whether anything does.
        pub enabled: bool,
        /// What is done.
        pub actions: IncidentActions,
        /// Who is told.
        pub alerts: IncidentAlerts,
        /// What is mended by itself.
        pub auto_remediation: AutoRemediation,
    }

    /// What is done, by kind of incident.
    pub struct IncidentActions {
        /// A rule was broken.
        pub on_policy_violation: IncidentAction = IncidentAction::LogAndBlock,
        /// Security was broken.
        pub on_security_incident: IncidentAction = IncidentAction::LogBlockAndAlert,
        /// An approver or agent contradicts itself.
        pub on_byzantine_fault: IncidentAction = IncidentAction::LogAndIsolate,
    }

    /// Who is told of an incident.
    pub struct IncidentAlerts {
        /// Mail addresses.
        pub email: Vec<String>,
        /// A Slack webhook, as `${VARIABLE}`.
        pub slack_webhook: Option<EnvText>,
        /// A PagerDuty key, as `${VARIABLE}`.
        pub pagerduty_key: Option<EnvText>,
    }

    /// What is mended by itself.
    pub struct AutoRemediation {
        /// Whether anything is.
        pub enabled: bool,
        /// An agent at fault is suspended.
        pub isolate_faulty_agents: bool,
        /// What failed is rolled back.
        pub rollback_on_failure: bool,
        /// People are called after so many attempts.
        #[schemars(range(min = 1, max = 1000))]
        pub escalate_after_attempts: u32 = 3,
    }
}

choices! {
    /// What is done after an incident.
    pub enum IncidentAction {
        /// It is logged.
        Log = "log",
        /// It is logged and told.
        LogAndAlert = "log_and_alert",
        /// It is logged and the action blocked.
        LogAndBlock = "log_and_block",
        /// It is logged and the actor suspended.
        LogAndIsolate = "log_and_isolate",
        /// It is logged and told, and the action blocked.
        LogBlockAndAlert = "log_block_and_alert",
    }
}
