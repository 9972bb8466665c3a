//! How many must agree, and what the votes come to.

use std::collections::{BTreeMap, BTreeSet};

use super::Bound;
use super::eligible::{Ineligible, Rules, Seat, person};
use super::vote::{Cast, Choice};
use crate::policy::raw::approvals::{MultiApproval, Strategy};

/// What the votes come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many agree.
    pub approvals: u64,
    /// How many refuse.
    pub rejections: u64,
    /// How many must agree.
    pub quorum: u64,
    /// How many must refuse to reject.
    pub veto: u64,
    /// The seats, and who fills them.
    pub seats: Vec<(Seat, Option<String>)>,
    /// For each vote, in their order, why it does not count; `Ok(false)`: it is advice.
    pub votes: Vec<Result<bool, Ineligible>>,
}

impl Tally {
    /// Whether enough agree.
    pub fn is_granted(&self) -> bool {
        self.approvals >= self.quorum && !self.is_refused()
    }

    /// Whether enough refuse, or so many that the others are too few.
    pub fn is_refused(&self) -> bool {
        let left = (self.seats.len() as u64).saturating_sub(self.rejections);
        self.rejections > 0 && (self.rejections >= self.veto || left < self.quorum)
    }

    /// `2 of 3, one more from role administrator`.
    pub fn describe(&self) -> String {
        let mut text = format!("{} of {}", self.approvals, self.quorum);
        let missing = self.quorum.saturating_sub(self.approvals);
        if missing > 0 {
            let free: Vec<_> = self.seats.iter().filter(|(_, by)| by.is_none()).collect();
            let roles: BTreeSet<&str> = free.iter().map(|(s, _)| s.role.as_str()).collect();
            let roles = roles.into_iter().collect::<Vec<_>>().join(" or ");
            match free.len() as u64 {
                n if n < missing => text.push_str(&format!(", {missing} more, but only {n} may still vote")),
                _ => text.push_str(&format!(", {} more from role {roles}", in_words(missing))),
            }
        }
        text
    }
}

fn in_words(n: u64) -> String {
    let words = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    usize::try_from(n).ok().and_then(|n| words.get(n)).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}

/// Quorum and veto among so many seats.
///
/// With `byzantine_tolerance` and f = (seats − 1) / 3: 2f + 1 agreements hold a majority of the honest, f + 1 refusals hold
/// one of them, and the n − f honest can reach both.
pub fn thresholds(strategy: Strategy, multi: &MultiApproval, seats: u64) -> (u64, u64) {
    match strategy {
        Strategy::Auto => (0, 1),
        Strategy::Single | Strategy::TimeBased => (1, 1),
        Strategy::Multi => {
            let asked = u64::from(multi.min_approvers).max(multi.quorum_percentage.of_rounded_up(seats)).max(1);
            match multi.byzantine_tolerance {
                false => (asked, 1),
                true => {
                    let faulty = seats.saturating_sub(1) / 3;
                    (asked.max(2 * faulty + 1), faulty + 1)
                }
            }
        }
    }
}

/// Counts the votes against today's approvers.
pub fn count(rules: &Rules<'_>, bound: &Bound, votes: &[Cast]) -> Tally {
    let seats = rules.seats(bound);
    let (quorum, veto) = thresholds(bound.strategy, &rules.approvals.multi_approval, seats.len() as u64);
    let mut filled: BTreeMap<String, (String, Choice)> = BTreeMap::new();
    let mut people = BTreeSet::new();
    let judged: Vec<_> = votes.iter().map(|v| rules.seats_of(bound, v)).collect();
    // Holders sit down before their deputies, so that a deputy does not take a seat that is needed.
    for own in [true, false] {
        for (vote, judged) in votes.iter().zip(&judged) {
            let Ok(fills) = judged else { continue };
            let holds = fills.first() == Some(&vote.ballot.voter);
            let Some(seat) = fills.iter().find(|s| !filled.contains_key(*s)) else { continue };
            if holds == own && people.insert(person(vote)) {
                filled.insert(seat.clone(), (vote.ballot.voter.clone(), vote.ballot.choice));
            }
        }
    }
    let of = |choice| filled.values().filter(|(_, c)| *c == choice).count() as u64;
    let sitting: BTreeSet<&str> = filled.values().map(|(voter, _)| voter.as_str()).collect();
    let counts = |v: &Cast, j: &Result<Vec<String>, Ineligible>| {
        j.as_ref().map(|_| sitting.contains(v.ballot.voter.as_str())).map_err(Clone::clone)
    };
    Tally {
        approvals: of(Choice::Approve),
        rejections: of(Choice::Reject),
        quorum,
        veto,
        votes: votes.iter().zip(&judged).map(|(v, j)| counts(v, j)).collect(),
        seats: seats.into_iter().map(|s| (s.clone(), filled.get(&s.holder).map(|(v, _)| v.clone()))).collect(),
    }
}
