//! `[[checks.synthetic.allow]]`: what a policy lets be, for a reason, until a day, and no more than so many.

use globset::{GlobBuilder, GlobMatcher};

use super::super::config::Allowance;
use super::super::facts::Call;
use super::super::rule::{Draft, File};

/// An allowance that does not do what it was written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Which, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub message: String,
}

struct Compiled<'a> {
    allowance: &'a Allowance,
    rules: Vec<GlobMatcher>,
    paths: Vec<GlobMatcher>,
    functions: Vec<GlobMatcher>,
    left: u32,
}

/// Marks the drafts that an allowance covers. `drafts` are (path, draft), sorted: the first ones are covered. Gives the
/// allowances that ended, or that more wants to use than may.
pub fn apply(allowances: &[Allowance], today: &str, drafts: &mut [(&str, &mut Draft)]) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    for (index, allowance) in allowances.iter().enumerate() {
        if !allowance.expires.is_empty() && allowance.expires.as_str() < today {
            let message = format!("the allowance “{}” ended on {}", allowance.reason, allowance.expires);
            unmet.push(Unmet { index, message });
            continue;
        }
        // Globs are costly, and most runs have nothing that an allowance could cover.
        if drafts.iter().all(|(_, draft)| !is_coverable(draft)) {
            continue;
        }
        match compile(allowance) {
            Ok(compiled) => unmet.extend(cover(index, compiled, drafts)),
            Err(message) => unmet.push(Unmet { index, message }),
        }
    }
    unmet
}

/// Whether an allowance names this place for draws: what it covers is counted, whatever else may excuse it.
pub fn names(file: &File<'_>, call: &Call) -> bool {
    const DRAWS: [&str; 3] = ["synthetic/scalar-draw", "synthetic/array-draw", "synthetic/tensor-draw"];
    let symbol = file.facts.symbol(call.def);
    file.config.synthetic.allow.iter().filter(|a| !a.rules.is_empty()).any(|allowance| {
        compile(allowance).is_ok_and(|c| DRAWS.iter().any(|rule| c.is_about(rule, file.path, &symbol)))
    })
}

fn is_coverable(draft: &Draft) -> bool {
    draft.allowed.is_none() && draft.rule.starts_with("synthetic/")
}

fn compile(allowance: &Allowance) -> Result<Compiled<'_>, String> {
    let globs = |list: &[String]| list.iter().map(|g| glob(g)).collect::<Result<Vec<_>, _>>();
    Ok(Compiled {
        allowance,
        rules: globs(&allowance.rules)?,
        paths: globs(&allowance.paths)?,
        functions: globs(&allowance.functions)?,
        left: allowance.max.unwrap_or(u32::MAX),
    })
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    let built = GlobBuilder::new(text).literal_separator(true).build();
    built.map(|g| g.compile_matcher()).map_err(|e| format!("`{text}` is no glob: {}", e.kind()))
}

fn cover(index: usize, mut compiled: Compiled<'_>, drafts: &mut [(&str, &mut Draft)]) -> Option<Unmet> {
    let mut over = 0;
    for (path, draft) in drafts.iter_mut().filter(|(_, d)| d.allowed.is_none()) {
        if !compiled.covers(path, draft) {
            continue;
        }
        if compiled.left == 0 {
            over += 1;
            continue;
        }
        compiled.left -= 1;
        draft.allowed = Some(compiled.allowance.reason.clone());
    }
    let max = compiled.allowance.max.unwrap_or(u32::MAX);
    (over > 0).then(|| Unmet {
        index,
        message: format!(
            "the allowance “{}” covers {max} findings; {over} more are not covered",
            compiled.allowance.reason
        ),
    })
}

impl Compiled<'_> {
    fn covers(&self, path: &str, draft: &Draft) -> bool {
        is_coverable(draft) && self.is_about(&draft.rule, path, &draft.symbol)
    }

    /// A function is named by its own name, or by those of what it stands in as well.
    fn is_about(&self, rule: &str, path: &str, symbol: &str) -> bool {
        let any = |globs: &[GlobMatcher], text: &str| globs.is_empty() || globs.iter().any(|g| g.is_match(text));
        let function = symbol.rsplit('.').next().unwrap_or_default();
        let named = any(&self.functions, function) || any(&self.functions, symbol);
        any(&self.rules, rule) && any(&self.paths, path) && named
    }
}
