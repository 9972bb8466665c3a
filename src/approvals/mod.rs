//! Who must agree to what, and what their agreement is worth. Pure: no I/O, no clock.
//!
//! | file | what it holds |
//! |---|---|
//! | [`bound`] | what an approval binds, fixed when it is asked for |
//! | [`moment`] | points in time by wall clock and boot clock |
//! | [`state`] | the state machine, a total function |
//! | [`vote`] | a vote in its canonical form, and how sure it is whose it is |
//! | [`eligible`] | who may agree: the seats, and who may fill them |
//! | [`due`] | what is due without anybody acting: time, policies, suspensions |
//! | [`quorum`] | how many must agree, and what the votes come to |
//! | [`token`], [`id`] | what the requester keeps, and what people type |
//!
//! The store keeps approvals and decides nothing by itself: it reads, asks this room, and writes state, entry and outbox
//! in one transaction.

pub mod bound;
pub mod due;
pub mod eligible;
pub mod id;
pub mod moment;
pub mod quorum;
pub mod state;
pub mod token;
pub mod vote;

pub use bound::{Bound, Party, Purpose};
pub use due::Standing;
pub use eligible::{Ineligible, Rules, Seat};
pub use moment::Moment;
pub use quorum::Tally;
pub use state::State;
pub use vote::{Ballot, Cast, Choice, Strength};
