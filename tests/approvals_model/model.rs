//! What an approval does, said a second time and as plainly as can be: one requester, three approvers, no roles.

use std::collections::{BTreeMap, BTreeSet};

use govctl::approvals::{Choice, Moment};
use govctl::policy::raw::approvals::Strategy;
use govctl::policy::raw::values::Tier;

use crate::kit::{RIPENS, TTL, USE_WITHIN};

/// What all approvals depend on.
#[derive(Clone, Debug)]
pub struct World {
    pub wall: i64,
    pub boot: (String, i64),
    pub policy: String,
    pub suspended: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub struct Approval {
    pub state: &'static str,
    pub tier: Tier,
    pub strategy: Strategy,
    policy: String,
    created: (i64, String, i64),
    granted: Option<(i64, String, i64)>,
    votes: BTreeMap<String, Choice>,
    /// The entries that must be there.
    pub entries: Vec<&'static str>,
}

/// What a command answers: `None`: done.
pub type Answer = Option<&'static str>;

impl World {
    pub fn moment(&self) -> Moment {
        Moment { wall: self.wall, boot: Some(self.boot.clone()) }
    }

    /// The least and the most time that may have passed.
    fn since(&self, (wall, boot, at): &(i64, String, i64)) -> (i64, i64) {
        let by_wall = self.wall - wall;
        if *boot != self.boot.0 {
            return (by_wall, by_wall);
        }
        let by_boot = self.boot.1 - at;
        (by_wall.min(by_boot), by_wall.max(by_boot))
    }
}

impl Approval {
    pub fn ask(world: &World, tier: Tier, strategy: Strategy) -> Self {
        let mut asked = Self {
            state: "pending",
            tier,
            strategy,
            policy: world.policy.clone(),
            created: (world.wall, world.boot.0.clone(), world.boot.1),
            granted: None,
            votes: BTreeMap::new(),
            entries: vec!["approval.created"],
        };
        asked.look(world);
        asked
    }

    fn is_final(&self) -> bool {
        !matches!(self.state, "pending" | "approved")
    }

    fn go(&mut self, state: &'static str, entry: &'static str) {
        assert!(!self.is_final(), "{} is left for {state}", self.state);
        (self.state, self.granted) = (state, self.granted.take().filter(|_| state != "pending"));
        self.entries.push(entry);
    }

    /// What time, policies and suspensions do to it.
    pub fn look(&mut self, world: &World) {
        for _ in 0..3 {
            let of = |choice| {
                let counted = self.votes.iter().filter(|(who, c)| **c == choice && !world.suspended.contains(*who));
                counted.count()
            };
            let (yes, no) = (of(Choice::Approve), of(Choice::Reject));
            let needed = if self.strategy == Strategy::Multi { 2 } else { 1 };
            let silent = self.strategy == Strategy::TimeBased
                && self.tier <= Tier::Medium
                && no == 0
                && world.since(&self.created).0 >= RIPENS;
            let granted = no == 0 && (yes >= needed || silent);
            let over = match &self.granted {
                Some(granted) => world.since(granted).1 >= USE_WITHIN,
                None => world.since(&self.created).1 >= TTL,
            };
            match self.state {
                "pending" | "approved" if over => self.go("expired", "approval.expired"),
                "pending" | "approved" if self.policy != world.policy => self.go("revoked", "approval.revoked"),
                "approved" if !granted => self.go("pending", "approval.revoked"),
                "pending" if no > 0 => self.go("rejected", "approval.rejected"),
                "pending" if granted => {
                    let ripe = (self.created.0 + RIPENS, self.created.1.clone(), self.created.2 + RIPENS);
                    let now = (world.wall, world.boot.0.clone(), world.boot.1);
                    let is_ripe = self.strategy == Strategy::TimeBased
                        && self.tier <= Tier::Medium
                        && world.since(&self.created).0 >= RIPENS;
                    self.granted = Some(if is_ripe { ripe } else { now });
                    self.go("approved", "approval.granted");
                }
                _ => break,
            }
        }
    }

    pub fn vote(&mut self, world: &World, who: &str, choice: Choice) -> Answer {
        self.look(world);
        match () {
            () if self.is_final() => Some("final"),
            () if self.state == "approved" => Some("approved"),
            () if world.suspended.contains(who) => Some("suspended"),
            () if who == "req" => Some("requester"),
            () if self.votes.contains_key(who) => Some("voted"),
            () => {
                self.votes.insert(who.to_owned(), choice);
                self.entries.push("approval.vote");
                self.look(world);
                None
            }
        }
    }

    pub fn withdraw(&mut self, world: &World, who: &str) -> Answer {
        self.look(world);
        match () {
            () if self.is_final() => Some("final"),
            () if self.votes.remove(who).is_none() => Some("no vote"),
            () => {
                self.entries.push("approval.vote");
                self.look(world);
                None
            }
        }
    }

    pub fn cancel(&mut self, world: &World, who: &str) -> Answer {
        self.look(world);
        match () {
            () if who != "req" => Some("not the requester"),
            () if self.is_final() => Some("final"),
            () => {
                self.go("cancelled", "approval.revoked");
                None
            }
        }
    }

    /// Presents it with a fault or none.
    pub fn consume(&mut self, world: &World, fault: Option<&'static str>) -> Answer {
        self.look(world);
        let by_state = match self.state {
            "approved" => None,
            "pending" => Some("not_approved"),
            "consumed" => Some("already_used"),
            "cancelled" => Some("revoked"),
            state => Some(state),
        };
        match fault.or(by_state) {
            None => self.go("consumed", "approval.consumed"),
            Some(_) => self.entries.push("approval.invalid"),
        }
        fault.or(by_state)
    }
}
