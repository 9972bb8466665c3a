//! Who may agree. An approval has *seats*: one for each approver who may agree to all of its actions by themselves. A seat is
//! filled by its holder, or by somebody the holder has delegated to; one person fills one seat. So a delegation never makes
//! more votes than there are seats.
//!
//! The requester's own seat does not exist, and the requester fills nobody's: neither under another id of the same user of
//! this machine, nor as the person an agent acts for, nor through a delegation in either direction.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;

use super::vote::{Cast, Strength, key_body};
use super::{Bound, Party};
use crate::policy::formats::name_matches;
use crate::policy::raw::approvals::{Approvals, Approvers};
use crate::policy::raw::values::{Pattern, Tier};

/// What eligibility depends on beside the approval.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// `[approvals]`.
    pub approvals: &'a Approvals,
    /// `[[approvers.*]]`.
    pub approvers: &'a Approvers,
    /// For delegations.
    pub today: Date,
    /// Whether only signed votes count.
    pub signed_votes: bool,
    /// Approvers who may not vote, as `id` or `kind:id`.
    pub suspended: &'a BTreeSet<String>,
}

/// A place that a vote can fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The approver's id.
    pub holder: String,
    /// Their role.
    pub role: String,
}

/// Why a vote does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ineligible {
    /// No approver of the policy has this id.
    Unknown,
    /// Suspended.
    Suspended,
    /// Asked for it themselves, in whatever guise.
    Requester,
    /// May not agree to these actions, neither by themselves nor for somebody else.
    NotAllowed,
    /// The policy knows this approver by another user of this machine.
    NotThem(String),
    /// Only signed votes count here.
    Unsigned,
    /// The key is not the approver's.
    OtherKey,
    /// The vote is about something else.
    OtherApproval,
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ineligible::Unknown => f.write_str("no approver of the policy has this id"),
            Ineligible::Suspended => f.write_str("this approver is suspended"),
            Ineligible::Requester => f.write_str("nobody agrees to what they ask for themselves"),
            Ineligible::NotAllowed => f.write_str(
                "this approver may not agree to these actions (`can_approve`), nor stands in for one who may",
            ),
            Ineligible::NotThem(user) => write!(f, "this approver is the user `{user}` of this machine"),
            Ineligible::Unsigned => f.write_str("only signed votes count here: vote with --sign KEYFILE"),
            Ineligible::OtherKey => f.write_str("the vote is not signed with the approver's key"),
            Ineligible::OtherApproval => f.write_str("the vote is about something else"),
        }
    }
}

/// One who may agree, person or agent.
struct Approver<'a> {
    id: &'a str,
    kind: &'static str,
    role: &'a str,
    can_approve: &'a [Pattern],
    os_user: Option<&'a str>,
    key: Option<&'a str>,
}

impl Rules<'_> {
    /// The seats of an approval, by the order of the policy.
    pub fn seats(&self, bound: &Bound) -> Vec<Seat> {
        self.all()
            .filter(|a| self.sits(a, bound))
            .map(|a| Seat { holder: a.id.to_owned(), role: a.role.to_owned() })
            .collect()
    }

    /// Which seats a voter may fill, their own first; advisory votes fill none.
    ///
    /// # Errors
    /// The voter may not vote at all.
    pub fn seats_of(&self, bound: &Bound, vote: &Cast) -> Result<Vec<String>, Ineligible> {
        let id = vote.ballot.voter.as_str();
        let voter = self.find(id).ok_or(Ineligible::Unknown)?;
        if !vote.ballot.is_on(bound) {
            return Err(Ineligible::OtherApproval);
        }
        if self.is_suspended(&voter) {
            return Err(Ineligible::Suspended);
        }
        if self.is_requester(&voter, &bound.requester) || self.is_cast_by_requester(vote, &bound.requester) {
            return Err(Ineligible::Requester);
        }
        self.identity(&voter, vote)?;
        if voter.kind == "agent" && bound.tier >= Tier::High {
            return if allows(voter.can_approve, bound) { Ok(Vec::new()) } else { Err(Ineligible::NotAllowed) };
        }
        let seats: Vec<String> = self.seats(bound).into_iter().map(|s| s.holder).collect();
        let mut fills: Vec<String> = seats.iter().filter(|s| *s == id).cloned().collect();
        fills.extend(seats.into_iter().filter(|s| s != id && self.stands_in(id, s, bound)));
        if fills.is_empty() { Err(Ineligible::NotAllowed) } else { Ok(fills) }
    }

    /// The approvers whose user of this machine this is.
    pub fn known_as(&self, os_user: &str) -> Option<&str> {
        self.approvers.user.iter().find(|u| u.os_user.as_deref() == Some(os_user)).map(|u| u.id.as_str())
    }

    fn all(&self) -> impl Iterator<Item = Approver<'_>> {
        let people = self.approvers.user.iter().map(|u| Approver {
            id: &u.id,
            kind: "user",
            role: &u.role,
            can_approve: &u.can_approve,
            os_user: u.os_user.as_deref(),
            key: u.key.as_deref(),
        });
        let agents = self.approvers.agent.iter().map(|a| Approver {
            id: &a.id,
            kind: "agent",
            role: &a.role,
            can_approve: &a.can_approve,
            os_user: None,
            key: None,
        });
        people.chain(agents)
    }

    fn find(&self, id: &str) -> Option<Approver<'_>> {
        self.all().find(|a| a.id == id)
    }

    fn sits(&self, a: &Approver<'_>, bound: &Bound) -> bool {
        allows(a.can_approve, bound)
            && !self.is_suspended(a)
            && !self.is_requester(a, &bound.requester)
            && (a.kind == "user" || bound.tier < Tier::High)
            && (!self.signed_votes || a.key.is_some() || self.has_signing_deputy(a, bound))
    }

    fn has_signing_deputy(&self, a: &Approver<'_>, bound: &Bound) -> bool {
        self.all().any(|d| d.key.is_some() && self.stands_in(d.id, a.id, bound))
    }

    fn is_suspended(&self, a: &Approver<'_>) -> bool {
        self.suspended.contains(a.id) || self.suspended.contains(&format!("{}:{}", a.kind, a.id))
    }

    fn is_requester(&self, a: &Approver<'_>, requester: &Party) -> bool {
        if self.approvals.allow_self_approval {
            return false;
        }
        let names = [Some(requester.id.as_str()), requester.on_behalf_of.as_deref(), requester.os_user.as_deref()];
        let same = |id: &str| names.into_iter().flatten().any(|n| n == id || n.strip_prefix("user:") == Some(id));
        if same(a.id) || a.os_user.is_some_and(same) {
            return true;
        }
        // Another id of the person who asks.
        let twins = self.approvers.user.iter().filter(|u| same(&u.id));
        twins.into_iter().any(|u| u.os_user.is_some() && u.os_user.as_deref() == a.os_user)
    }

    /// Whether the requester casts somebody else's vote; a signature shows that they do not.
    fn is_cast_by_requester(&self, vote: &Cast, requester: &Party) -> bool {
        !self.approvals.allow_self_approval
            && vote.strength != Strength::SshSignature
            && vote.os_user.is_some()
            && vote.os_user == requester.os_user
    }

    fn identity(&self, voter: &Approver<'_>, vote: &Cast) -> Result<(), Ineligible> {
        match vote.strength {
            Strength::SshSignature => match (voter.key, &vote.key) {
                (Some(theirs), Some(used)) if key_body(theirs) == key_body(used) => Ok(()),
                _ => Err(Ineligible::OtherKey),
            },
            _ if self.signed_votes => Err(Ineligible::Unsigned),
            _ => match voter.os_user {
                Some(user) if vote.os_user.as_deref() != Some(user) => Err(Ineligible::NotThem(user.to_owned())),
                _ => Ok(()),
            },
        }
    }

    /// Whether `deputy` stands in for `holder` here, by one delegation or a chain of them that does not run in a circle.
    fn stands_in(&self, deputy: &str, holder: &str, bound: &Bound) -> bool {
        let mut seen = BTreeSet::from([holder.to_owned()]);
        let mut at = vec![holder.to_owned()];
        while let Some(from) = at.pop() {
            for d in self.approvers.delegation.iter().filter(|d| d.from == from) {
                let in_scope = d.scope.is_empty() || allows(&d.scope, bound);
                let usable =
                    in_scope && d.until.0 >= self.today && self.find(&d.to).is_some_and(|to| !self.is_suspended(&to));
                if !usable || self.in_circle(&d.to, &d.from) {
                    continue;
                }
                if d.to == deputy {
                    return true;
                }
                if seen.insert(d.to.clone()) {
                    at.push(d.to.clone());
                }
            }
        }
        false
    }

    /// Whether delegations lead from `start` back to `end`: such a circle gives nobody anything.
    fn in_circle(&self, start: &str, end: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut at = vec![start];
        while let Some(id) = at.pop() {
            if id == end {
                return true;
            }
            if seen.insert(id) {
                at.extend(self.approvers.delegation.iter().filter(|d| d.from == id).map(|d| d.to.as_str()));
            }
        }
        false
    }
}

/// Whether globs cover every action of an approval.
fn allows(globs: &[Pattern], bound: &Bound) -> bool {
    !bound.actions.is_empty() && bound.actions.iter().all(|a| globs.iter().any(|g| name_matches(g, a)))
}

/// Who stands behind a vote: two votes of one person are one.
pub fn person(vote: &Cast) -> String {
    match (vote.strength, &vote.key, &vote.os_user) {
        (Strength::SshSignature, Some(key), _) => format!("key:{}", key_body(key)),
        (_, _, Some(user)) => format!("os:{user}"),
        _ => "os:?".to_owned(),
    }
}
