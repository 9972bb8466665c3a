//! Colours for text formats. No global state: the [`Style`] of a report decides.

use anstyle::{AnsiColor, Style as Ansi};

use super::Style;
use crate::finding::Severity;

/// Paints pieces of text, or leaves them as they are.
#[derive(Clone, Copy)]
pub struct Paint {
    color: bool,
}

impl Paint {
    /// As `style` says.
    pub fn new(style: Style) -> Self {
        Self { color: style.color }
    }

    /// As it is.
    pub fn plain(self, text: &str) -> String {
        text.to_owned()
    }

    /// Bold.
    pub fn bold(self, text: &str) -> String {
        self.apply(Ansi::new().bold(), text)
    }

    /// Line numbers, arrows, labels.
    pub fn frame(self, text: &str) -> String {
        self.apply(AnsiColor::Blue.on_default().bold(), text)
    }

    /// All is well.
    pub fn good(self, text: &str) -> String {
        self.apply(AnsiColor::Green.on_default().bold(), text)
    }

    /// Something that must not be overlooked.
    pub fn alarm(self, text: &str) -> String {
        self.apply(AnsiColor::Red.on_default().bold(), text)
    }

    /// Something to know.
    pub fn note(self, text: &str) -> String {
        self.apply(AnsiColor::Cyan.on_default().bold(), text)
    }

    /// In the colour of a severity.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let color = match severity {
            Severity::Critical => AnsiColor::Red,
            Severity::High => AnsiColor::BrightRed,
            Severity::Medium => AnsiColor::Yellow,
            Severity::Low => AnsiColor::Cyan,
        };
        self.apply(color.on_default().bold(), text)
    }

    fn apply(self, ansi: Ansi, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }
}
