//! Hashed JSON: read strictly, written canonically.

pub mod canonical;
pub mod strict;
