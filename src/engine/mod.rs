//! Rules × source → findings.
