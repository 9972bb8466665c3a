//! Rules that read code as code.
//!
//! One adapter per language turns a file into one set of [`facts::Facts`]; the families [`synthetic`], [`imports`] and
//! [`standards`] read nothing else. A file is parsed once, whatever is asked of it.

pub mod builder;
pub mod catalogue;
pub mod facts;
pub mod guard;
pub mod lines;
pub mod names;
pub mod pattern;
pub mod python;
pub mod read;
mod suspect;
