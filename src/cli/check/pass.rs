//! An approved override that is presented to a check or a hook: its id, and its token by file, environment or push option.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::approvals::token::{self, TokenHash};
use crate::cli::terminal::Terminal;
use crate::cli::{PolicyArgs, approvals};
use crate::finding::Severity;
use crate::report::Report;

/// What is presented, if anything is.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Pass {
    /// An approved override that lets what it covers pass, once; with its token in GOVCTL_OVERRIDE_TOKEN or a file
    #[arg(long = "override", value_name = "ID", env = "GOVCTL_OVERRIDE", help_heading = "How to tell")]
    pub override_id: Option<String>,
    /// The file with the override's token
    #[arg(long, value_name = "FILE", env = "GOVCTL_OVERRIDE_TOKEN_FILE", help_heading = "How to tell")]
    pub override_token_file: Option<PathBuf>,
    /// The token as it came with a push.
    #[arg(skip)]
    pub pushed: Option<TokenHash>,
}

impl Pass {
    /// Whether it lets pass what blocks. One that does not hold says why, and leaves everything as it was.
    pub fn lifts(&self, report: &Report, fail_on: Severity, policy: &PolicyArgs, terminal: &mut Terminal) -> bool {
        let Some(id) = self.override_id.as_deref().filter(|id| !id.is_empty()) else { return false };
        let used = self
            .token(id)
            .and_then(|token| approvals::use_override(id, token, report.blocking(fail_on), policy, terminal));
        used.unwrap_or_else(|error| {
            terminal.error(&format!("{error:#}"));
            false
        })
    }

    fn token(&self, id: &str) -> Result<TokenHash> {
        if let Some(token) = self.pushed {
            return Ok(token);
        }
        if let Some(file) = self.override_token_file.as_deref().filter(|f| !f.as_os_str().is_empty()) {
            return Ok(TokenHash::of(&approvals::read_token(file)?));
        }
        match std::env::var("GOVCTL_OVERRIDE_TOKEN").ok().and_then(|text| token::parse(&text)) {
            Some(raw) => Ok(TokenHash::of(&raw)),
            None => bail!(
                "the override {id} needs its token: --override-token-file FILE, GOVCTL_OVERRIDE_TOKEN, or with a push \
                 `-o govctl.token=TOKEN`"
            ),
        }
    }
}
