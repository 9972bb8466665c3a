//! Rules over code × source → findings: facts are taken file by file, from any number of threads; what needs all files
//! runs at the end.
//!
//! The facts of every file are kept, their texts only as long as `KEPT_TEXT` lasts: beyond it, what only the whole
//! program shows is reported with its line but without an excerpt.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::place::{count_chars, excerpt};
use super::settings::Settings;
use super::{Engine, Scratch};
use crate::finding::{Action, Confidence, Excerpt, Finding, Fingerprint, Span, Suppressed};
use crate::rules::built_in;
use crate::rules::code::catalogue::Catalogue;
use crate::rules::code::config::CodeConfig;
use crate::rules::code::detail::{Detail, Needs};
use crate::rules::code::facts::{Facts, Language};
use crate::rules::code::follow::{self, Reading};
use crate::rules::code::lines::LineIndex;
use crate::rules::code::program::Member;
use crate::rules::code::read::Unit;
use crate::rules::code::rule::Draft;
use crate::rules::code::{self, Families, Scope, modules, synthetic};
use crate::source::Source;
use crate::source::read::PIECE;

/// How many bytes of source text are kept for the findings of the whole program.
const KEPT_TEXT: usize = 128 << 20;

/// The rules over code, ready to run.
pub struct CodeEngine {
    config: CodeConfig,
    families: Families,
    catalogue: Catalogue,
    needs: Needs,
    masker: OnceLock<Option<Engine>>,
    /// What masking needs room for, one for each thread.
    scratches: Mutex<Vec<Scratch>>,
}

/// Where the threads put the files they read.
#[derive(Default)]
pub struct Files(Mutex<Kept>);

/// What all files together gave.
#[derive(Debug, Default)]
pub struct Finished {
    /// The findings, suppression comments not yet applied.
    pub findings: Vec<Finding>,
    /// What there is to say about allowances.
    pub notes: Vec<String>,
    /// Contracts that do not say what their author meant.
    pub errors: Vec<String>,
}

#[derive(Default)]
struct Kept {
    files: Vec<FileKept>,
    text: usize,
    /// Files that come in pieces.
    in_pieces: BTreeSet<String>,
}

struct FileKept {
    member: Member,
    drafts: Vec<(Draft, Finding)>,
    seen: HashMap<(String, String), u32>,
    text: Option<Box<[u8]>>,
    /// Made when first needed, or when the text goes.
    lines: OnceCell<LineIndex>,
    only_lines: Option<Vec<u32>>,
}

impl CodeEngine {
    /// Prepares.
    pub fn new(config: CodeConfig, families: Families) -> Self {
        let catalogue = Catalogue::new(&config.synthetic.fabricators);
        let needs = Needs::new(&config, families);
        Self { config, families, catalogue, needs, masker: OnceLock::new(), scratches: Mutex::default() }
    }

    /// Whether any family runs.
    pub fn is_on(&self) -> bool {
        self.families.any()
    }

    /// How many rules over code run: those of the families that do.
    pub fn count_rules(&self) -> usize {
        let runs = |id: &str| match crate::finding::family_of(id) {
            "synthetic" => self.families.synthetic,
            "imports" => self.families.imports,
            "standards" => self.families.standards,
            _ => self.is_on(),
        };
        code::rules_of(&self.config).iter().filter(|rule| runs(&rule.id)).count()
    }

    /// What the policy says of code.
    pub fn config(&self) -> &CodeConfig {
        &self.config
    }

    /// Reads one source, if it is a file of code. Of one that comes in pieces it says that it is not read.
    pub fn read(&self, source: &Source<'_>, settings: &Settings, files: &Files) {
        let Some(path) = source.path.filter(|_| self.is_on()) else { return };
        let Some(language) = Language::of_path(path) else { return };
        let (module, package) = modules::module_name(language, path, &self.config.imports.roots);
        let unit = Unit { language, path, module: &module, package };
        let class = settings.classes.of(Some(path));
        if !source.whole {
            if source.bytes.len() >= PIECE / 2 && files.is_news(path) {
                let reason = format!("is larger than {} MB, so it is not read as code", PIECE >> 20);
                let facts = Facts::refused(&unit, &self.catalogue, &reason);
                self.add(source, Member { path: path.to_owned(), class, module, facts }, None, settings, files);
            }
            return;
        }
        let text = files.keep(source.bytes);
        let mut detail = self.needs.detail(path, language, class, &module, source.bytes);
        if text.is_none() {
            // Without its text it cannot be read again.
            detail = Detail::Full;
        }
        let facts = Facts::read(&unit, source.bytes, &self.catalogue, detail);
        self.add(source, Member { path: path.to_owned(), class, module, facts }, text, settings, files);
    }

    /// Runs the rules over one file and keeps what the whole program needs of it.
    fn add(
        &self,
        source: &Source<'_>,
        mut member: Member,
        text: Option<Box<[u8]>>,
        settings: &Settings,
        files: &Files,
    ) {
        let drafts = code::check_file(&member.path, member.class, &member.facts, &self.config, self.families);
        member.facts.forget_what_one_file_needs();
        let mut kept = FileKept {
            member,
            drafts: Vec::new(),
            seen: HashMap::new(),
            lines: text.is_none().then(|| LineIndex::new(source.bytes)).map_or_else(OnceCell::new, OnceCell::from),
            text,
            only_lines: source.only_lines.map(<[u32]>::to_vec),
        };
        self.finish_drafts(&mut kept, drafts, Some(source.bytes), settings);
        files.add(kept);
    }

    /// Runs what needs every file and gives all findings, allowances applied.
    pub fn finish(&self, files: Files, settings: &Settings, scope: Scope) -> Finished {
        let mut files = files.0.into_inner().unwrap_or_else(PoisonError::into_inner).files;
        files.sort_by(|a, b| a.member.path.cmp(&b.member.path));
        let (mut members, mut rest): (Vec<Member>, Vec<Rest>) = files.into_iter().map(FileKept::split).unzip();
        let mut called = Vec::new();
        if self.families.synthetic {
            let texts: Vec<_> = rest.iter().map(|r| r.text.as_deref()).collect();
            let (config, needs, catalogue) = (&self.config, &self.needs, &self.catalogue);
            called = follow::complete(&mut members, &Reading { texts: &texts, config, needs, catalogue });
        }
        let outcome = code::check_program(&members, &self.config, self.families, scope);
        for (at, draft) in outcome.drafts.into_iter().chain(called) {
            rest[at].later.push(draft);
        }
        let mut all = Vec::with_capacity(members.len());
        for (member, rest) in members.into_iter().zip(rest) {
            let (mut file, later) = rest.join(member);
            let text = file.text.take();
            self.finish_drafts(&mut file, later, text.as_deref(), settings);
            all.push(file);
        }
        let (findings, notes) = self.allow(&mut all);
        Finished { findings, notes, errors: outcome.errors }
    }

    fn allow(&self, files: &mut [FileKept]) -> (Vec<Finding>, Vec<String>) {
        for file in files.iter_mut() {
            file.drafts.sort_by_key(|(draft, _)| draft.place);
        }
        let mut drafts: Vec<(&str, &mut Draft)> = files
            .iter_mut()
            .flat_map(|f| {
                let path = f.member.path.as_str();
                f.drafts.iter_mut().map(move |(draft, _)| (path, draft))
            })
            .collect();
        let unmet = synthetic::apply_allowances(&self.config.synthetic.allow, &self.config.today, &mut drafts);
        let notes = unmet.into_iter().map(|u| u.message).collect();
        let mut findings = Vec::new();
        for (draft, mut finding) in files.iter_mut().flat_map(|f| f.drafts.drain(..)) {
            finding.suppressed = draft.allowed.map(|reason| Suppressed::Policy { reason });
            findings.push(finding);
        }
        (findings, notes)
    }

    fn finish_drafts(&self, file: &mut FileKept, drafts: Vec<Draft>, text: Option<&[u8]>, settings: &Settings) {
        if drafts.is_empty() {
            return;
        }
        let secrets = text.map(|t| self.secrets(t, &drafts)).unwrap_or_default();
        for draft in drafts {
            if !settings.applies(&draft.rule, Some(&file.member.path)) {
                continue;
            }
            let Some(severity) = settings.severity_of(&draft.rule, file.member.class, draft.severity) else { continue };
            let range = draft.place.range();
            let span = file.span(&range, text);
            if !file.counts(&span) {
                continue;
            }
            let shown = text.map_or_else(Excerpt::default, |t| excerpt(t, &range, &secrets));
            let around = if draft.symbol.is_empty() { shown.text.trim().to_owned() } else { draft.symbol.clone() };
            let nth = file.seen.entry((draft.rule.to_string(), around.clone())).or_default();
            let fingerprint = Fingerprint::new(&draft.rule, &file.member.path, &around, &[], *nth);
            *nth += 1;
            let finding = Finding {
                rule: draft.rule.clone(),
                severity,
                action: action(&draft, settings),
                confidence: Confidence::High,
                path: file.member.path.clone(),
                span,
                message: draft.message.clone(),
                help: draft.help.clone(),
                excerpt: shown,
                fingerprint,
                evidence: Vec::new(),
                commit: None,
                suppressed: None,
            };
            file.drafts.push((draft, finding));
        }
    }

    /// Every secret where something is shown, whichever families run: an excerpt must not show one.
    fn secrets(&self, text: &[u8], shown: &[Draft]) -> Vec<Range<usize>> {
        let make = || Engine::new(Settings { rules: built_in(), ..Settings::default() }).ok();
        let Some(masker) = self.masker.get_or_init(make) else { return Vec::new() };
        let taken = self.scratches.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = taken.unwrap_or_default();
        let found = masker.secrets_near(text, shown.iter().map(|d| d.place.start as usize), &mut scratch);
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        found
    }
}

/// What lets pass by its nature never blocks; the rest does what its family does.
fn action(draft: &Draft, settings: &Settings) -> Action {
    let action = settings.action_of(crate::finding::family_of(&draft.rule));
    if draft.advisory && action == Action::Block { Action::Warn } else { action }
}

impl Files {
    /// A copy of a text, as long as there is room.
    fn keep(&self, text: &[u8]) -> Option<Box<[u8]>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = kept.text + text.len() <= KEPT_TEXT;
        kept.text += if fits { text.len() } else { 0 };
        drop(kept);
        fits.then(|| text.into())
    }

    /// Whether this is the first piece of a file.
    fn is_news(&self, path: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).in_pieces.insert(path.to_owned())
    }

    fn add(&self, file: FileKept) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.push(file);
    }
}

/// A file without what the rules over the whole program look at.
struct Rest {
    drafts: Vec<(Draft, Finding)>,
    seen: HashMap<(String, String), u32>,
    text: Option<Box<[u8]>>,
    lines: OnceCell<LineIndex>,
    only_lines: Option<Vec<u32>>,
    later: Vec<Draft>,
}

impl FileKept {
    fn split(self) -> (Member, Rest) {
        let Self { member, drafts, seen, text, lines, only_lines } = self;
        (member, Rest { drafts, seen, text, lines, only_lines, later: Vec::new() })
    }

    /// Lines and columns; without the text a column counts bytes.
    fn span(&self, range: &Range<usize>, text: Option<&[u8]>) -> Span {
        let lines = self.lines.get_or_init(|| LineIndex::new(text.unwrap_or_default()));
        let position = |at: usize| {
            let at = text.map_or(at, |t| at.min(t.len()));
            let line = lines.line(u32::try_from(at).unwrap_or(u32::MAX));
            let start = lines.start(line) as usize;
            let chars = text.and_then(|t| t.get(start..at)).map(count_chars);
            let before = chars.unwrap_or_else(|| u32::try_from(at.saturating_sub(start)).unwrap_or(u32::MAX));
            (line, before.saturating_add(1))
        };
        let ((line, column), (end_line, end_column)) = (position(range.start), position(range.end.max(range.start)));
        Span { line, column, end_line, end_column }
    }

    fn counts(&self, span: &Span) -> bool {
        self.only_lines.as_ref().is_none_or(|lines| {
            let at = lines.partition_point(|line| *line < span.line);
            lines.get(at).is_some_and(|line| *line <= span.end_line)
        })
    }
}

impl Rest {
    fn join(self, member: Member) -> (FileKept, Vec<Draft>) {
        let Self { drafts, seen, text, lines, only_lines, later } = self;
        (FileKept { member, drafts, seen, text, lines, only_lines }, later)
    }
}
