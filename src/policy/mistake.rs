//! One mistake in a policy, and how it becomes a [`Finding`].

use std::borrow::Cow;

use super::sources::Sources;
use super::tree::Place;
use crate::finding::{Action, Confidence, Excerpt, Finding, Fingerprint, RuleInfo, Severity, Span};

/// One mistake.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Which kind; see [`super::codes`].
    pub code: &'static RuleInfo,
    /// Where.
    pub place: Place,
    /// What is wrong, one line.
    pub message: String,
    /// Beside the carets: what was expected.
    pub label: String,
    /// What to do.
    pub help: Cow<'static, str>,
    /// Other places that have to do with it, and what is there.
    pub also: Vec<(Place, String)>,
}

impl Mistake {
    /// A mistake with the summary of its code as the message.
    pub fn new(code: &'static RuleInfo, place: Place, message: impl Into<String>) -> Self {
        Self { code, place, message: message.into(), label: String::new(), help: code.help.clone(), also: Vec::new() }
    }

    /// With words beside the carets.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With its own advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = help.into();
        self
    }

    /// With "did you mean", where there is something close.
    #[must_use]
    pub fn did_you_mean(self, suggestion: Option<&str>) -> Self {
        match suggestion {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// With another place.
    #[must_use]
    pub fn also(mut self, place: Place, words: impl Into<String>) -> Self {
        self.also.push((place, words.into()));
        self
    }

    /// Whether the policy is unusable with it.
    pub fn is_error(&self) -> bool {
        self.code.severity >= Severity::High
    }

    /// As a finding; `nth` counts equal ones before it.
    pub fn to_finding(&self, sources: &Sources, nth: u32) -> Finding {
        let file = sources.file_of(&self.place);
        let path = file.map_or_else(|| "governance.toml".to_owned(), |f| f.path.clone());
        let span = file.map_or(Span { line: 1, column: 1, end_line: 1, end_column: 1 }, |f| f.span(&self.place));
        let excerpt = self.excerpt(sources);
        let fingerprint = Fingerprint::new(&self.code.id, &path, excerpt.text.trim(), &[], nth);
        let mut evidence = Vec::new();
        if !self.label.is_empty() {
            evidence.push(self.label.clone());
        }
        for (place, words) in &self.also {
            let Some(file) = sources.file_of(place) else { continue };
            let at = file.span(place);
            evidence.push(format!("{}:{}:{}: {words}", file.path, at.line, at.column));
        }
        Finding {
            rule: self.code.id.clone(),
            severity: self.code.severity,
            action: if self.is_error() { Action::Block } else { Action::Warn },
            confidence: Confidence::High,
            path,
            span,
            message: self.message.clone(),
            help: self.help.clone(),
            excerpt,
            fingerprint,
            evidence,
            commit: None,
            suppressed: None,
        }
    }

    fn excerpt(&self, sources: &Sources) -> Excerpt {
        const MOST: usize = 200;
        let Some(file) = sources.file_of(&self.place) else { return Excerpt::default() };
        let (text, place) = sources.printable(file, &self.place);
        let start = text[..place.start].rfind('\n').map_or(0, |i| i + 1);
        let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line = text[start..end].trim_end_matches('\r');
        let column = text[start..place.start].chars().count();
        let cut = column.saturating_sub(MOST / 2);
        let shown: String = line.chars().skip(cut).take(MOST).collect();
        let length = text[place.start..place.end.min(end).max(place.start)].chars().count();
        let last = shown.chars().count();
        let clamp = |n: usize| u32::try_from(n.min(last)).unwrap_or(0);
        Excerpt { start: clamp(column - cut), end: clamp(column - cut + length), text: shown }
    }
}

/// The name among `known` that `word` was probably meant to be.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |t: &str| t.to_lowercase().replace(['-', ' '], "_");
    let wanted = plain(word);
    if wanted.chars().count() > 64 {
        return None;
    }
    let limit = (wanted.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wanted, &plain(name)), name))
        .filter(|(distance, name)| *distance <= limit && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
