//! What the policy says of a plan. Pure and total: the policy and the plan go in, an answer with its reasons comes out.
//!
//! | question | where |
//! |---|---|
//! | does the policy know the action, its provider, its parameters? | [`vocabulary`] |
//! | how dangerous is it, and who must agree? | [`tier`], [`strategy`] |
//! | does the constitution or a rule speak against it? | [`rules`] |
//! | a step as the policy's conditions see it | [`request`] |
//! | the words an action's name is made of | [`words`] |
//! | how the answers of two policies differ | [`compare`] |
//! | all of it in one verdict: pass, escalate, reject | [`verdict`] |

pub mod compare;
pub mod request;
pub mod rules;
pub mod strategy;
pub mod tier;
pub mod verdict;
pub mod vocabulary;
pub mod words;

pub use rules::{Notice, Ruling};
pub use tier::{Assessment, Tier};
pub use verdict::{Judge, Outcome, Verdict};
