//! What is due without anybody's command: time passes, policies change, approvers are suspended.

use super::quorum::Tally;
use super::state::{Event, State};
use super::{Bound, Moment};
use crate::policy::raw::values::Tier;

/// An approval as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What it binds.
    pub bound: Bound,
    /// Its state.
    pub state: State,
    /// When it was asked for.
    pub created: Moment,
    /// When it was granted, while it is.
    pub granted: Option<Moment>,
}

impl Standing {
    /// Milliseconds until its time is over; none or less: it is.
    pub fn time_left(&self, now: &Moment) -> i64 {
        match &self.granted {
            Some(granted) => self.bound.use_within - granted.most_until(now),
            None => self.bound.ttl - self.created.most_until(now),
        }
    }

    /// When its time is over, by the wall clock.
    pub fn ends(&self) -> i64 {
        match &self.granted {
            Some(granted) => granted.wall + self.bound.use_within,
            None => self.created.wall + self.bound.ttl,
        }
    }

    /// Whether the time of its state has run out.
    pub fn is_over(&self, now: &Moment) -> bool {
        self.time_left(now) <= 0
    }

    /// When silence agrees, where it has by now.
    pub fn ripe(&self, now: &Moment) -> Option<Moment> {
        let after = self.bound.ripens.filter(|_| self.bound.tier <= Tier::Medium)?;
        (self.created.least_until(now) >= after).then(|| Moment {
            wall: self.created.wall + after,
            boot: self.created.boot.clone().map(|(id, at)| (id, at + after)),
        })
    }

    /// The state that the next look would find, as far as time alone decides.
    pub fn state_at(&self, now: &Moment) -> State {
        if self.state.is_final() || !self.is_over(now) { self.state } else { State::Expired }
    }

    /// What happens now; `None`: it stays as it is.
    pub fn due(&self, tally: &Tally, policy_hash: &str, now: &Moment) -> Option<Event> {
        if self.state.is_final() {
            return None;
        }
        if self.is_over(now) {
            return Some(Event::TimedOut);
        }
        if self.bound.policy_hash != policy_hash {
            return Some(Event::Revoked);
        }
        let silent = tally.rejections == 0 && self.ripe(now).is_some();
        let granted = !tally.is_refused() && (tally.is_granted() || silent);
        match self.state {
            State::Approved if !granted => Some(Event::QuorumLost),
            State::Pending if tally.is_refused() => Some(Event::Refused),
            State::Pending if granted => Some(Event::Granted),
            _ => None,
        }
    }
}
