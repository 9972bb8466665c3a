//! Rules over code × source → findings: files are put by as they are found, from any number of threads, and read together
//! once all are there; what needs all files runs at the end.
//!
//! The facts of every file are kept, their texts only as long as there is room for them: beyond it, what only the whole
//! program shows is reported with its line but without an excerpt.

mod files;

use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

pub use files::Files;
use files::{FileKept, Rest, Waiting};

use super::place::{Secrets, excerpt};
use super::settings::Settings;
use super::{Engine, Scratch};
use crate::finding::{Action, Confidence, Excerpt, Finding, Fingerprint, Suppressed};
use crate::rules::built_in;
use crate::rules::code::catalogue::Catalogue;
use crate::rules::code::config::CodeConfig;
use crate::rules::code::detail::{Detail, Needs};
use crate::rules::code::facts::{Facts, Language};
use crate::rules::code::follow::{self, Reading};
use crate::rules::code::program::Member;
use crate::rules::code::read::Unit;
use crate::rules::code::rule::{Class, Draft};
use crate::rules::code::{self, Families, Scope, guard, modules, synthetic};
use crate::source::Source;
use crate::source::read::PIECE;

/// Up to so many bytes no threads are started.
const FEW: usize = 64 << 10;

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

    /// Puts one source by to be read, if it is a file of code. Of one that comes in pieces it says that it is not read.
    pub fn read(&self, source: &Source<'_>, settings: &Settings, files: &Files) {
        let Some(path) = source.path.filter(|_| self.is_on()) else { return };
        let Some(language) = Language::of_path(path) else { return };
        let only_lines = source.only_lines.map(<[u32]>::to_vec);
        if source.whole && files.has_room_for(source.bytes) {
            files.put_by(Waiting { path: path.to_owned(), language, text: source.bytes.into(), only_lines });
            return;
        }
        if !source.whole && (source.bytes.len() < PIECE / 2 || !files.is_news(path)) {
            return;
        }
        let member = self.member(path, language, settings, |unit, _| {
            if source.whole {
                // Without its text it cannot be read again.
                return Facts::read(unit, source.bytes, &self.catalogue, Detail::Full);
            }
            let reason = format!("is larger than {} MB, so it is not read as code", PIECE >> 20);
            Facts::refused(unit, &self.catalogue, &reason)
        });
        files.add(self.judge(member, source.bytes, only_lines, settings).without_text(source.bytes));
    }

    /// Reads the files that wait, in so many threads. Theirs are stacks that are large enough for every file: to make one
    /// for each costs a tenth of reading it.
    fn read_waiting(&self, files: &Files, settings: &Settings, threads: usize) {
        let work = || {
            while let Some(waiting) = files.next() {
                files.add(self.read_one(waiting, settings));
            }
        };
        if files.waiting() > FEW {
            std::thread::scope(|scope| {
                for _ in 0..threads.max(1) {
                    // Where there is no room for one, what is left is read here.
                    drop(std::thread::Builder::new().stack_size(guard::ENOUGH).spawn_scoped(scope, work));
                }
            });
        }
        work();
    }

    fn read_one(&self, waiting: Waiting, settings: &Settings) -> FileKept {
        let Waiting { path, language, text, only_lines } = waiting;
        let member = self.member(&path, language, settings, |unit, class| {
            let detail = self.needs.detail(&path, language, class, unit.module, &text);
            Facts::read(unit, &text, &self.catalogue, detail)
        });
        let file = self.judge(member, &text, only_lines, settings);
        FileKept { text: Some(text), ..file }
    }

    /// A file with the facts that `read` takes of it.
    fn member(
        &self,
        path: &str,
        language: Language,
        settings: &Settings,
        read: impl FnOnce(&Unit<'_>, Class) -> Facts,
    ) -> Member {
        let class = settings.classes.of(Some(path));
        let (module, package) = modules::module_name(language, path, &self.config.imports.roots);
        let facts = read(&Unit { language, path, module: &module, package }, class);
        Member { path: path.to_owned(), class, module, facts }
    }

    /// Runs the rules over one file and keeps what the whole program needs of it.
    fn judge(&self, mut member: Member, text: &[u8], only_lines: Option<Vec<u32>>, settings: &Settings) -> FileKept {
        let drafts = code::check_file(&member.path, member.class, &member.facts, &self.config, self.families);
        member.facts.forget_what_one_file_needs();
        let mut kept = FileKept::new(member, only_lines);
        self.finish_drafts(&mut kept, drafts, Some(text), settings);
        kept
    }

    /// Reads the files that wait, in so many threads, runs what needs every file and gives all findings, allowances applied.
    pub fn finish(&self, files: Files, settings: &Settings, scope: Scope, threads: usize) -> Finished {
        self.read_waiting(&files, settings, threads);
        let files = files.into_sorted();
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
        let secrets = Secrets::new(text.map(|t| self.secrets(t, &drafts)).unwrap_or_default());
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
