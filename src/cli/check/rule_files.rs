//! `--rules FILE`.
