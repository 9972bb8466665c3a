//! The file that has CI run govctl.

use std::path::Path;

use clap::ValueEnum;

/// A service that runs CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
}

impl Ci {
    /// Where its file goes, what is in it, and what people have to do yet.
    pub fn file(self, root: &Path) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Ci::Github => (".github/workflows/govctl.yml", include_str!("github.yml"), None),
            Ci::Gitlab if root.join(".gitlab-ci.yml").exists() => (
                ".gitlab/govctl.yml",
                include_str!("gitlab.yml"),
                Some("add `include: [{ local: .gitlab/govctl.yml }]` to .gitlab-ci.yml"),
            ),
            Ci::Gitlab => (".gitlab-ci.yml", include_str!("gitlab.yml"), None),
        }
    }
}
