//! Rules × source → findings.
//!
//! One pass over a text finds every keyword of every rule ([`prefilter`]); a rule's regex runs only around its keywords
//! ([`matching`]); lines, columns and excerpts are computed for what is left ([`place`]). [`Engine::scan`] is pure and can be
//! called from any number of threads, each with its own [`Scratch`]; [`finish`] turns what they collected into a report's
//! sorted findings, with suppression comments and the baseline applied.

pub mod baseline;
pub mod code;
pub mod finish;
pub mod masker;
pub mod matching;
pub mod place;
pub mod prefilter;
pub mod selftest;
pub mod settings;
pub mod stream;
pub mod suppress;
pub mod value;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::finding::{Confidence, Finding, Fingerprint};
use crate::redact::Secret;
use crate::rules::pattern::Slot;
use crate::source::Source;
use matching::Match;
use place::Places;
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
    /// Rules without a keyword: they run over every text.
    unkeyed: Vec<u16>,
}

/// A keyword of the prefilter.
#[derive(Default)]
struct Keyword {
    len: usize,
    /// The rules that have it.
    rules: Vec<u16>,
    /// Whether it marks a suppression comment.
    directive: bool,
}

/// What one thread keeps between texts.
#[derive(Default)]
pub struct Scratch {
    hits: Vec<Hit>,
    windows: Vec<(u16, Range<usize>)>,
    /// For each rule whether it runs in this text, once asked.
    runs: Vec<Option<bool>>,
    regexes: Vec<matching::Scratch>,
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
        rules.iter_mut().for_each(|r| r.exceptions.extend(settings.exceptions.iter().cloned()));
        let slots: Vec<Slot> =
            rules.into_iter().filter(|r| settings.applies(&r.info.id, None)).map(Slot::new).collect();
        let globs = slots
            .iter()
            .map(|s| s.rule.paths.iter().map(|g| Glob::new(g)).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        let unkeyed = (0u16..).zip(&slots).filter(|(_, s)| s.rule.keywords.is_empty()).map(|(i, _)| i).collect();
        let (names, keywords): (Vec<_>, Vec<_>) = index_keywords(&slots).into_iter().unzip();
        let prefilter = Prefilter::new(&names)?;
        Ok(Self { settings, slots, globs, prefilter, keywords, unkeyed })
    }

    /// The settings without the rules.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The rules in force.
    pub fn rules(&self) -> impl Iterator<Item = &crate::rules::pattern::PatternRule> {
        self.slots.iter().map(|s| &s.rule)
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

    /// Every match that stands up to its rule's checks, overlaps among them.
    fn matches(&self, path: Option<&str>, text: &[u8], scratch: &mut Scratch) -> Vec<Match> {
        scratch.hits.clear();
        self.prefilter.find(text, &mut scratch.hits);
        if scratch.hits.is_empty() && self.unkeyed.is_empty() {
            return Vec::new();
        }
        scratch.windows.clear();
        scratch.runs.clear();
        scratch.runs.resize(self.slots.len(), None);
        for hit in &scratch.hits {
            let Keyword { len, rules, .. } = &self.keywords[usize::from(hit.keyword)];
            for rule in rules {
                let index = usize::from(*rule);
                // Most rules that are bound to a path end here, before their regex is even compiled.
                if *scratch.runs[index].get_or_insert_with(|| self.runs_in(index, path))
                    && let Some(compiled) = self.slots[index].compiled()
                    && matching::may_hold(compiled, text, *hit, *len)
                {
                    scratch.windows.push((*rule, matching::window(compiled, text, *hit, *len)));
                }
            }
        }
        let unkeyed = self.unkeyed.iter().filter(|rule| self.runs_in(usize::from(**rule), path));
        scratch.windows.extend(unkeyed.map(|rule| (*rule, 0..text.len())));
        self.run_windows(path, text, scratch)
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
        let mut found = Vec::new();
        let text = matching::Text { path, bytes: text };
        for (rule, window) in windows.drain(..) {
            let index = usize::from(rule);
            matching::run(&self.slots[index], &mut scratch.regexes[index], text, window, |secret, proved| {
                found.push(Match { rule: index, secret, proved });
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
        let secrets: Vec<_> = matches.iter().map(|m| m.secret.clone()).collect();
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
        secrets: &[Range<usize>],
        places: &mut Places<'_>,
    ) -> Option<(Finding, String, Vec<u8>)> {
        let rule = &self.slots[m.rule].rule;
        let value = &source.bytes[m.secret.clone()];
        let confidence = if m.proved || rule.priority >= 0 { Confidence::High } else { Confidence::Medium };
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
            evidence: Vec::new(),
            commit: source.commit.map(masker::masked_commit),
            suppressed: None,
        };
        Some((finding, around, tag))
    }
}

fn index_keywords(slots: &[Slot]) -> BTreeMap<String, Keyword> {
    let mut index: BTreeMap<String, Keyword> = BTreeMap::new();
    for (i, slot) in (0u16..).zip(slots) {
        for keyword in slot.rule.keywords.iter() {
            index.entry(keyword.to_ascii_lowercase()).or_default().rules.push(i);
        }
    }
    for keyword in suppress::KEYWORDS {
        index.entry((*keyword).to_owned()).or_default().directive = true;
    }
    index.iter_mut().for_each(|(text, keyword)| keyword.len = text.len());
    index
}

/// Whether a finding touches the lines that are asked for.
fn counts(source: &Source<'_>, finding: &Finding) -> bool {
    source.only_lines.is_none_or(|lines| {
        let at = lines.partition_point(|line| *line < finding.span.line);
        lines.get(at).is_some_and(|line| *line <= finding.span.end_line)
    })
}
