//! The closed list of event types.

use super::entry::Severity;

macro_rules! event_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident, $protected:literal;)*) => {
        /// What happened. The list is closed; readers pass over types of a newer govctl.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventType { $($(#[$doc])* $variant,)* }

        impl EventType {
            /// Every type.
            pub const ALL: &[EventType] = &[$(EventType::$variant,)*];

            /// Its name in an entry.
            pub const fn name(self) -> &'static str {
                match self { $(EventType::$variant => $name,)* }
            }

            /// How much attention it deserves where the reporter does not say.
            pub const fn severity(self) -> Severity {
                match self { $(EventType::$variant => Severity::$severity,)* }
            }

            /// Whether it may neither be sampled nor silenced: decisions, approvals, whatever concerns security or the
            /// log itself.
            pub const fn is_protected(self) -> bool {
                match self { $(EventType::$variant => $protected,)* }
            }
        }
    };
}

event_types! {
    /// The gate let an action pass.
    GateApproved = "gate.approved", Info, true;
    /// The gate refused an action.
    GateRejected = "gate.rejected", Medium, true;
    /// The gate asks for people.
    GateApprovalRequired = "gate.approval_required", Low, true;
    /// An approval was asked for.
    ApprovalCreated = "approval.created", Info, true;
    /// Somebody voted.
    ApprovalVote = "approval.vote", Info, true;
    /// The quorum is reached.
    ApprovalGranted = "approval.granted", Low, true;
    /// The approval was refused.
    ApprovalRejected = "approval.rejected", Medium, true;
    /// The approval was used.
    ApprovalConsumed = "approval.consumed", Low, true;
    /// Its time ran out.
    ApprovalExpired = "approval.expired", Low, true;
    /// Somebody presented an approval that does not hold.
    ApprovalInvalid = "approval.invalid", High, true;
    /// It was taken back.
    ApprovalRevoked = "approval.revoked", Medium, true;
    /// A plan passes.
    PlanValidatedPass = "plan.validated_pass", Info, true;
    /// A plan needs people.
    PlanValidatedEscalate = "plan.validated_escalate", Low, true;
    /// A plan is refused.
    PlanValidatedReject = "plan.validated_reject", Medium, true;
    /// An execution graph is the plan's.
    PlanGraphOk = "plan.graph_ok", Info, true;
    /// An execution graph is not the plan's.
    PlanGraphFailed = "plan.graph_failed", High, true;
    /// The policy is another one than before.
    PolicyChanged = "policy.changed", Medium, true;
    /// An approver trusts a policy.
    PolicyTrusted = "policy.trusted", Low, true;
    /// A check found nothing that blocks.
    CheckCompleted = "check.completed", Info, false;
    /// A check blocked.
    CheckBlocked = "check.blocked", Medium, true;
    /// A block was overridden.
    CheckOverridden = "check.overridden", High, true;
    /// A commit went past the hooks.
    HookBypassed = "hook.bypassed", High, true;
    /// An actor's score changed.
    ActorScore = "actor.score", Info, false;
    /// An actor was suspended.
    ActorSuspended = "actor.suspended", High, true;
    /// An actor may act again.
    ActorResumed = "actor.resumed", Medium, true;
    /// A budget's warning line is crossed.
    BudgetWarning = "budget.warning", Low, false;
    /// A budget is nearly used up.
    BudgetCritical = "budget.critical", Medium, true;
    /// A budget is used up.
    BudgetExceeded = "budget.exceeded", High, true;
    /// Something that must be looked into.
    IncidentOpened = "incident.opened", Critical, true;
    /// It was looked into.
    IncidentClosed = "incident.closed", Medium, true;
    /// The log begins.
    LogGenesis = "log.genesis", Info, true;
    /// A checkpoint was handed out, or the signing key changed.
    LogCheckpoint = "log.checkpoint", Info, true;
    /// Data past its retention time is gone.
    LogPruned = "log.pruned", Low, true;
    /// So many events were sampled away.
    LogDropped = "log.dropped", Info, true;
    /// A command was started under policy.
    RunStarted = "run.started", Info, false;
    /// It ended.
    RunFinished = "run.finished", Info, false;
}

impl EventType {
    /// The type of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.name() == name)
    }

    /// Whether the log speaks of itself.
    pub fn is_of_the_log(self) -> bool {
        self.name().starts_with("log.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for kind in EventType::ALL {
            assert_eq!(EventType::parse(kind.name()), Some(*kind));
        }
        assert_eq!(EventType::parse("gate.decision"), None);
    }

    #[test]
    fn decisions_approvals_and_the_log_itself_are_protected() {
        for kind in EventType::ALL {
            let family = kind.name().split('.').next().unwrap();
            let must = ["gate", "approval", "plan", "policy", "hook", "incident", "log"].contains(&family);
            assert!(!must || kind.is_protected(), "{}", kind.name());
        }
    }
}
