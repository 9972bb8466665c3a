//! Rules × source → findings.
//!
//! One pass over a text finds every keyword of every rule ([`prefilter`]); a rule's regex runs only around its keywords
//! ([`matching`]); lines, columns and excerpts are computed for what is left ([`place`]). [`Engine::scan`] is pure and can be
//! called from any number of threads, each with its own [`Scratch`]; [`finish`] turns what they collected into a report's
//! sorted findings, with suppression comments and the baseline applied.

pub mod baseline;
pub mod code;
pub mod encoded;
pub mod finish;
mod glob;
pub mod masker;
pub mod matching;
mod near;
pub mod place;
pub mod prefilter;
pub mod selftest;
pub mod settings;
pub mod stream;
pub mod suppress;
pub mod test_coverage;
pub mod trailers;
pub mod value;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::finding::{BY_FORMAT, Confidence, Finding, Fingerprint};
use crate::redact::Secret;
use crate::rules::credential::language::Language;
use crate::rules::credential::{self, seen::Seen};
use crate::rules::pattern::{PatternRule, Slot};
use crate::rules::proof::pem;
use crate::source::Source;
use matching::{Judged, Match};
use place::{Places, Secrets};
use prefilter::{Hit, Prefilter};
use settings::{Class, Glob, Settings};
use suppress::Directive;

/// The rules in force, ready to run.
pub struct Engine {
    settings: Settings,
    slots: Vec<Slot>,
    /// For each rule the globs of the files it is limited to.
    globs: Vec<Vec<Glob>>,
    prefilter: Prefilter,
    keywords: Vec<Keyword>,
    /// The rules of all keywords, one keyword's after another's.
    keyed: Vec<u16>,
    /// Rules without a keyword: they run over every text.
    unkeyed: Vec<u16>,
    /// The rules of the scorer.
    scored: Vec<usize>,
}

/// A keyword of the prefilter.
#[derive(Default)]
struct Keyword {
    len: usize,
    /// Where in `keyed` the rules are that have it.
    rules: Range<usize>,
    /// Whether it marks a suppression comment.
    directive: bool,
    /// Whether it may announce a credential.
    announces: bool,
}

/// How deep encoded text is looked into.
const LEVELS: usize = 2;

/// What one thread keeps between texts.
#[derive(Default)]
pub struct Scratch {
    hits: Vec<Hit>,
    windows: Vec<(u16, Range<usize>)>,
    /// For each rule whether it runs in this text, once asked.
    runs: Vec<Option<bool>>,
    /// Keywords of the scorer: offset and length.
    announced: Vec<(u32, u16)>,
    /// Candidates of the scorer that were none.
    seen: Seen,
    regexes: Vec<matching::Scratch>,
    /// For each rule the last text that it ran over, counted in `texts`.
    last_used: Vec<u32>,
    texts: u32,
    /// For texts inside of the text.
    inner: Option<Box<Scratch>>,
}

impl Scratch {
    /// Every so many texts drops the state of regexes that have not run since, so that memory does not grow with the number
    /// of rules that any text ever needed.
    fn forget_idle(&mut self) {
        const TEXTS: u32 = 64;
        self.texts = self.texts.wrapping_add(1);
        if self.texts.is_multiple_of(TEXTS) {
            let oldest = self.texts.saturating_sub(TEXTS);
            let idle = self.regexes.iter_mut().zip(&self.last_used).filter(|(_, last)| **last < oldest);
            idle.for_each(|(state, _)| *state = None);
        }
    }
}

/// What one text gave.
#[derive(Default)]
pub struct Scanned {
    /// Findings, suppression not yet applied.
    pub findings: Vec<Finding>,
    /// Suppression comments.
    pub directives: Vec<Directive>,
}

impl Engine {
    /// Prepares the rules of `settings`.
    ///
    /// # Errors
    /// A glob of a rule that is malformed, or more keywords than fit; regexes are compiled on first use and must have been
    /// validated before.
    pub fn new(mut settings: Settings) -> Result<Self, String> {
        let mut rules = std::mem::take(&mut settings.rules);
        if !settings.exceptions.is_empty() {
            rules.iter_mut().for_each(|r| r.to_mut().exceptions.extend(settings.exceptions.iter().cloned()));
        }
        let slots: Vec<Slot> =
            rules.into_iter().filter(|r| settings.applies(&r.info.id, None)).map(Slot::new).collect();
        let globs = slots
            .iter()
            .map(|s| s.rule.paths.iter().map(|g| Glob::new(g)).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        let unkeyed = (0u16..).zip(&slots).filter(|(_, s)| s.rule.keywords.is_empty()).map(|(i, _)| i).collect();
        let (names, keywords, keyed) = index_keywords(&slots);
        let prefilter = Prefilter::new(&names)?;
        let scored = (0..slots.len()).filter(|i| slots[*i].rule.credential.is_some()).collect();
        Ok(Self { settings, slots, globs, prefilter, keywords, keyed, unkeyed, scored })
    }

    /// The settings without the rules.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The rules in force.
    pub fn rules(&self) -> impl Iterator<Item = &crate::rules::pattern::PatternRule> {
        self.slots.iter().map(|s| &*s.rule)
    }

    /// Looks at one text.
    pub fn scan(&self, source: &Source<'_>, scratch: &mut Scratch) -> Scanned {
        let matches = self.matches(source.path, source.bytes, scratch);
        let directives = self.directives(source, scratch, &matches);
        if matches.is_empty() {
            return Scanned { findings: Vec::new(), directives };
        }
        Scanned { findings: self.report(source, matches), directives }
    }

    /// Whether any rule could report in a text whose path is not known.
    pub fn could_hit(&self, text: &[u8], scratch: &mut Scratch) -> bool {
        !self.matches(None, text, scratch).is_empty()
    }

    /// The byte ranges of every secret in a text, sorted, for masking.
    pub fn secrets(&self, text: &[u8], scratch: &mut Scratch) -> Vec<Range<usize>> {
        let mut ranges: Vec<_> = self.matches(None, text, scratch).into_iter().map(|m| m.secret).collect();
        ranges.sort_by_key(|r| (r.start, r.end));
        ranges
    }

    /// Every match that stands up to its rule's checks, overlaps among them, those inside encoded text too.
    fn matches(&self, path: Option<&str>, text: &[u8], scratch: &mut Scratch) -> Vec<Match> {
        let mut found = self.matches_as_written(path, Language::of(path), text, scratch);
        self.look_inside(path, text, 1, scratch, &mut found);
        found
    }

    /// Adds what is found in encoded text, at the place of that text.
    fn look_inside(
        &self,
        path: Option<&str>,
        text: &[u8],
        level: usize,
        scratch: &mut Scratch,
        found: &mut Vec<Match>,
    ) {
        if self.slots.is_empty() {
            return;
        }
        encoded::find(text, |outer| {
            let scratch = scratch.inner.get_or_insert_default();
            // What grammar it has, the file around it does not say.
            let mut inside = self.matches_as_written(path, Language::of(None), &outer.decoded, scratch);
            if level < LEVELS {
                self.look_inside(path, &outer.decoded, level + 1, scratch, &mut inside);
            }
            found.extend(inside.into_iter().map(|m| {
                let (confidence, said) =
                    m.judged.map_or((Confidence::High, Vec::new()), |j| (j.confidence, j.evidence));
                let evidence = std::iter::once(format!("context: inside {}", outer.how)).chain(said).collect();
                let judged = Some(Judged { confidence, evidence });
                Match { rule: m.rule, secret: outer.range.clone(), proved: m.proved, judged }
            }));
        });
    }

    /// Every match in the text as it stands.
    fn matches_as_written(
        &self,
        path: Option<&str>,
        language: Language,
        text: &[u8],
        scratch: &mut Scratch,
    ) -> Vec<Match> {
        scratch.hits.clear();
        self.prefilter.find(text, &mut scratch.hits);
        self.matches_of_hits(path, language, text, scratch)
    }

    /// Every match that one of the keywords found so far leads to.
    fn matches_of_hits(
        &self,
        path: Option<&str>,
        language: Language,
        text: &[u8],
        scratch: &mut Scratch,
    ) -> Vec<Match> {
        if scratch.hits.is_empty() && self.unkeyed.is_empty() {
            return Vec::new();
        }
        scratch.windows.clear();
        scratch.runs.clear();
        scratch.runs.resize(self.slots.len(), None);
        scratch.announced.clear();
        for hit in &scratch.hits {
            let Keyword { len, rules, announces, .. } = &self.keywords[usize::from(hit.keyword)];
            if *announces {
                scratch.announced.push((hit.at, u16::try_from(*len).unwrap_or(u16::MAX)));
            }
            for rule in &self.keyed[rules.clone()] {
                let index = usize::from(*rule);
                // Most rules that are bound to a path end here, before their regex is even compiled.
                if *scratch.runs[index].get_or_insert_with(|| self.runs_in(index, path))
                    && let Some(shape) = self.slots[index].shape()
                {
                    let window = matching::window(shape, text, *hit, *len);
                    if matching::may_match(shape, text, *hit, *len, &window) {
                        scratch.windows.push((*rule, window));
                    }
                }
            }
        }
        let unkeyed = self.unkeyed.iter().filter(|rule| self.runs_in(usize::from(**rule), path));
        scratch.windows.extend(unkeyed.map(|rule| (*rule, 0..text.len())));
        let mut found = self.run_windows(path, text, scratch);
        self.judge(path, language, text, scratch, &mut found);
        found
    }

    /// Adds what the scorer takes for credentials.
    fn judge(
        &self,
        path: Option<&str>,
        language: Language,
        text: &[u8],
        scratch: &mut Scratch,
        found: &mut Vec<Match>,
    ) {
        if scratch.announced.is_empty() {
            return;
        }
        scratch.announced.sort_unstable();
        let Scratch { announced, seen, .. } = scratch;
        credential::scan(language, text, announced, self.settings.min_confidence, seen, |f| {
            let Some(rule) = self.scored.iter().copied().find(|r| self.slots[*r].rule.credential == Some(f.kind))
            else {
                return;
            };
            // What has been masked already stays as it is.
            let is_masked = memchr::memmem::find(&text[f.secret.clone()], b"***").is_some();
            if !is_masked && self.runs_in(rule, path) {
                let judged = Some(Judged { confidence: f.confidence, evidence: f.evidence });
                found.push(Match { rule, secret: f.secret, proved: false, judged });
            }
        });
    }

    fn run_windows(&self, path: Option<&str>, text: &[u8], scratch: &mut Scratch) -> Vec<Match> {
        let mut windows = std::mem::take(&mut scratch.windows);
        windows.sort_unstable_by_key(|(rule, w)| (*rule, w.start, w.end));
        windows.dedup_by(|next, kept| {
            let merges = next.0 == kept.0 && next.1.start <= kept.1.end;
            if merges {
                kept.1.end = kept.1.end.max(next.1.end);
            }
            merges
        });
        scratch.regexes.resize_with(self.slots.len(), || None);
        scratch.last_used.resize(self.slots.len(), 0);
        scratch.forget_idle();
        let mut found = Vec::new();
        let text = matching::Text { path, bytes: text };
        for (rule, window) in windows.drain(..) {
            let index = usize::from(rule);
            scratch.last_used[index] = scratch.texts;
            matching::run(&self.slots[index], &mut scratch.regexes[index], text, window, |secret, proved| {
                found.push(Match { rule: index, secret, proved, judged: None });
            });
        }
        scratch.windows = windows;
        found
    }

    fn runs_in(&self, rule: usize, path: Option<&str>) -> bool {
        let Some(name) = path else { return true };
        let globs = &self.globs[rule];
        let by_regex = self.slots[rule].rule.path.as_ref().is_none_or(|r| r.is_match(name.as_bytes()));
        by_regex
            && (globs.is_empty() || globs.iter().any(|g| g.matches(name)))
            && self.settings.applies(&self.slots[rule].rule.info.id, path)
    }

    fn directives(&self, source: &Source<'_>, scratch: &Scratch, matches: &[Match]) -> Vec<Directive> {
        let marked: Vec<usize> = scratch
            .hits
            .iter()
            .filter(|h| self.keywords[usize::from(h.keyword)].directive)
            .map(|h| h.at as usize)
            .collect();
        if marked.is_empty() {
            return Vec::new();
        }
        let secrets: Vec<_> = matches.iter().map(|m| m.secret.clone()).collect();
        suppress::parse(source, marked, &secrets)
    }

    fn report(&self, source: &Source<'_>, matches: Vec<Match>) -> Vec<Finding> {
        // Every match is masked wherever a line is shown, also those that lose to another rule.
        let secrets = Secrets::new(matches.iter().map(|m| m.secret.clone()).collect());
        let kept = matching::resolve(matches, |rule| self.slots[rule].rule.priority);
        let class = self.settings.classes.of(source.path);
        let mut places = Places::new(source.bytes, source.first_line);
        let mut findings: Vec<Finding> = Vec::new();
        let mut seen: HashMap<(usize, String, Vec<u8>), u32> = HashMap::new();
        for m in kept {
            if let Some((finding, around, tag)) = self.finding(source, &m, class, &secrets, &mut places) {
                let nth = seen.entry((m.rule, around.clone(), tag.clone())).or_default();
                let fingerprint = Fingerprint::new(&finding.rule, &finding.path, &around, &tag, *nth);
                *nth += 1;
                if counts(source, &finding) {
                    findings.push(Finding { fingerprint, ..finding });
                }
            }
        }
        findings
    }

    /// A finding, the masked text around it and the tag of its secret; the last two make its fingerprint.
    fn finding(
        &self,
        source: &Source<'_>,
        m: &Match,
        class: Class,
        secrets: &Secrets,
        places: &mut Places<'_>,
    ) -> Option<(Finding, String, Vec<u8>)> {
        let rule = &self.slots[m.rule].rule;
        let value = &source.bytes[m.secret.clone()];
        let sure = if m.proved || rule.priority >= 0 { Confidence::High } else { Confidence::Medium };
        // Without its passphrase an encrypted key opens nothing.
        let locked = rule.proof == Some("pem") && pem::is_encrypted(value) && !rule.info.id.ends_with("encrypted");
        let sure = if locked { Confidence::Low } else { sure };
        let confidence = m.judged.as_ref().map_or(sure, |j| j.confidence);
        if confidence < self.settings.min_confidence || self.settings.allow.covers(source.path, value) {
            return None;
        }
        let severity = self.settings.severity_of(&rule.info.id, class, rule.info.severity)?;
        let path = source.path.unwrap_or_default();
        let excerpt = place::excerpt(source.bytes, &m.secret, secrets);
        let around = excerpt.text.trim().to_owned();
        let tag = Secret::new(value).tag(&[rule.info.id.as_bytes(), path.as_bytes()]);
        let finding = Finding {
            rule: rule.info.id.clone(),
            severity,
            action: self.settings.action_of(&rule.info.id),
            confidence,
            path: path.to_owned(),
            span: places.span(&m.secret),
            message: rule.info.summary.clone().into_owned(),
            help: rule.info.help.clone(),
            excerpt,
            fingerprint: Fingerprint::default(),
            evidence: m.judged.as_ref().map_or_else(|| said_by_format(rule, m.proved, value), |j| j.evidence.clone()),
            commit: source.commit.map(masker::masked_commit),
            suppressed: None,
        };
        Some((finding, around, tag))
    }
}

/// Why a rule that goes by a format reports.
fn said_by_format(rule: &PatternRule, proved: bool, value: &[u8]) -> Vec<String> {
    let proof = match (proved, rule.proof) {
        (true, _) => "; what can be proved of it offline holds",
        (false, Some(_)) => "; nothing that can be proved of it offline speaks against it",
        (false, None) => "",
    };
    let (length, entropy) = (value.len(), value::entropy(value));
    vec![format!("{BY_FORMAT}{length} bytes of the rule's form, entropy {entropy:.1} bits a byte{proof}")]
}

/// What the prefilter looks for; what each is for; and the rules of all of them.
fn index_keywords(slots: &[Slot]) -> (Vec<Cow<'_, str>>, Vec<Keyword>, Vec<u16>) {
    let mut index = Index::default();
    let mut uses = Vec::new();
    for (rule, slot) in (0u16..).zip(slots) {
        for keyword in slot.rule.keywords.iter() {
            let number = index.number(keyword);
            match slot.rule.credential {
                Some(_) => index.keywords[number].announces = true,
                None => uses.push((number, rule)),
            }
        }
    }
    for keyword in suppress::KEYWORDS {
        let number = index.number(keyword);
        index.keywords[number].directive = true;
    }
    uses.sort_unstable();
    for (at, (number, _)) in uses.iter().enumerate() {
        let rules = &mut index.keywords[*number].rules;
        *rules = if rules.start == rules.end { at..at + 1 } else { rules.start..at + 1 };
    }
    (index.names, index.keywords, uses.into_iter().map(|(_, rule)| rule).collect())
}

/// Keywords, each once.
#[derive(Default)]
struct Index<'s> {
    numbers: FxHashMap<Cow<'s, str>, usize>,
    names: Vec<Cow<'s, str>>,
    keywords: Vec<Keyword>,
}

impl<'s> Index<'s> {
    fn number(&mut self, keyword: &'s str) -> usize {
        let name = lower(keyword);
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        self.keywords.push(Keyword { len: name.len(), ..Keyword::default() });
        self.names.push(name.clone());
        self.numbers.insert(name, self.names.len() - 1);
        self.names.len() - 1
    }
}

fn lower(keyword: &str) -> Cow<'_, str> {
    if keyword.bytes().any(|b| b.is_ascii_uppercase()) { keyword.to_ascii_lowercase().into() } else { keyword.into() }
}

/// Whether a finding touches the lines that are asked for.
fn counts(source: &Source<'_>, finding: &Finding) -> bool {
    source.only_lines.is_none_or(|lines| {
        let at = lines.partition_point(|line| *line < finding.span.line);
        lines.get(at).is_some_and(|line| *line <= finding.span.end_line)
    })
}
