//! The states of an approval and the ways between them.

use crate::policy::raw::macros::choices;

choices! {
    /// The state of an approval.
    pub enum State {
        /// It waits for votes.
        Pending = "pending",
        /// It may be used.
        Approved = "approved",
        /// It was used.
        Consumed = "consumed",
        /// It was refused.
        Rejected = "rejected",
        /// Its time ran out.
        Expired = "expired",
        /// It was taken back.
        Revoked = "revoked",
        /// The requester no longer wants it.
        Cancelled = "cancelled",
    }
}

impl State {
    /// Every state.
    pub const ALL: [State; 7] = [
        State::Pending,
        State::Approved,
        State::Consumed,
        State::Rejected,
        State::Expired,
        State::Revoked,
        State::Cancelled,
    ];

    /// Whether it stays as it is for ever.
    pub const fn is_final(self) -> bool {
        !matches!(self, State::Pending | State::Approved)
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// What happens to an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Enough agree.
    Granted,
    /// Not enough agree any more.
    QuorumLost,
    /// Enough refuse.
    Refused,
    /// Its time is over.
    TimedOut,
    /// Another policy is in force, or it is taken back.
    Revoked,
    /// The requester takes the request back.
    Cancelled,
    /// It is used.
    Consumed,
}

impl Event {
    /// Every event.
    pub const ALL: [Event; 7] = [
        Event::Granted,
        Event::QuorumLost,
        Event::Refused,
        Event::TimedOut,
        Event::Revoked,
        Event::Cancelled,
        Event::Consumed,
    ];
}

/// Why something cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The approval is in a state that nothing leaves.
    Final(State),
    /// Its time is over.
    TimeOver,
    /// Its time is not over.
    NotYet,
    /// It is not approved.
    NotApproved,
    /// It is approved already.
    AlreadyApproved,
}

/// The state after `event`; `over`: the time of the present state has run out by the clocks.
///
/// # Errors
/// The event cannot happen in this state; it stays as it is.
pub fn next(state: State, event: Event, over: bool) -> Result<State, Refusal> {
    if state.is_final() {
        return Err(Refusal::Final(state));
    }
    match (event, over) {
        (Event::TimedOut, true) => Ok(State::Expired),
        (Event::TimedOut, false) => Err(Refusal::NotYet),
        (_, true) => Err(Refusal::TimeOver),
        (Event::Revoked, false) => Ok(State::Revoked),
        (Event::Cancelled, false) => Ok(State::Cancelled),
        (Event::Refused, false) => Ok(State::Rejected),
        (Event::Granted, false) if state == State::Pending => Ok(State::Approved),
        (Event::Granted, false) => Err(Refusal::AlreadyApproved),
        (Event::QuorumLost, false) if state == State::Approved => Ok(State::Pending),
        (Event::Consumed, false) if state == State::Approved => Ok(State::Consumed),
        (Event::QuorumLost | Event::Consumed, false) => Err(Refusal::NotApproved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_a_final_state_and_only_an_approved_one_is_consumed() {
        for state in State::ALL {
            for event in Event::ALL {
                for over in [false, true] {
                    let after = next(state, event, over);
                    assert!(!state.is_final() || after == Err(Refusal::Final(state)));
                    assert!(after != Ok(State::Consumed) || (state == State::Approved && !over));
                    assert!(!over || matches!(after, Ok(State::Expired) | Err(_)));
                }
            }
            assert_eq!(State::parse(state.name()), Some(state));
        }
    }
}
