//! Draws that are no data: initial values, augmentation, exploration, noise.
//!
//! What stands around a draw may excuse the draw itself; its flow is excused only as far as learning goes. A `*noise*` whose
//! value reaches a table, a store, a response or a metric is found whatever its function is called ([`Grade::Quiet`]).

use super::catalogue::Kind;
use super::facts::{Call, Context, DefId, Facts};
use super::rule::{File, words};

/// How a fabricated value is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Not at all.
    Never,
    /// Until it reaches what counts as real outside of learning; on the way nothing is said.
    Quiet,
    /// Everything it becomes is reported.
    Loud,
}

/// Uses of a draw that make it no datum at all.
const USES: [Context; 6] =
    [Context::GATE, Context::INDEX, Context::SEED, Context::INIT, Context::DELAY, Context::DISCARDED];

/// Whether a draw is used for what is no datum: a condition, an index, a seed, an initial weight, a pause.
pub fn is_incidental(file: &File<'_>, call: &Call) -> bool {
    if file.config.synthetic.forbids_all_draws() || !call.kind.draws() {
        return false;
    }
    let noise = call.kind == Kind::Tensor && call.context.has(Context::NOISE);
    is_used_up(call)
        || noise
        || call.context.has(Context::PARAMETER)
        || any_word(file.facts, call.def, |w| FIRM.contains(&w) || VAGUE.contains(&w))
}

/// How far the value of a call is followed.
pub fn grade(file: &File<'_>, call: &Call) -> Grade {
    if file.config.synthetic.forbids_all_draws() || !call.kind.draws() {
        return Grade::Loud;
    }
    if is_used_up(call) {
        return Grade::Never;
    }
    let tensor = call.kind == Kind::Tensor;
    let one = matches!(call.kind, Kind::Scalar | Kind::Draw) && !call.context.has(Context::SIZED);
    let quiet = call.context.any(Context::SHAPED.with(Context::PARAMETER))
        || (tensor && call.context.has(Context::NOISE))
        || (one && call.context.has(Context::TRAINING))
        || any_word(file.facts, call.def, |w| FIRM.contains(&w) || (tensor && TENSOR.contains(&w)))
        || (any_word(file.facts, call.def, |w| VAGUE.contains(&w)) && (tensor || learns(file.facts)));
    if quiet { Grade::Quiet } else { Grade::Loud }
}

fn is_used_up(call: &Call) -> bool {
    USES.iter().any(|u| call.context.has(*u))
}

/// Whether a file is part of something that learns.
fn learns(facts: &Facts) -> bool {
    const LIBRARIES: [&str; 12] = [
        "torch",
        "tensorflow",
        "keras",
        "jax",
        "flax",
        "gym",
        "gymnasium",
        "torchvision",
        "torchaudio",
        "pytorch_lightning",
        "lightning",
        "stable_baselines3",
    ];
    facts.imports.iter().any(|i| {
        let module = facts.text(i.module);
        module.split('.').next().is_some_and(|first| LIBRARIES.contains(&first))
    })
}

/// What the name of a variable says of what is drawn for it.
pub fn of_name(name: &str) -> Context {
    let mut out = Context::default();
    for word in words(name) {
        if NOISE.contains(&word.as_str()) {
            out = out.with(Context::NOISE);
        }
        if PARAMETERS.contains(&word.as_str()) {
            out = out.with(Context::PARAMETER);
        }
    }
    out
}

/// Whether a name says that the code in its branch runs in training only.
pub fn is_training(name: &str) -> bool {
    words(name).any(|w| {
        matches!(w.as_str(), "train" | "training" | "augment" | "augmentation" | "aug" | "epsilon" | "eps" | "explore")
    })
}

const NOISE: [&str; 10] =
    ["noise", "eps", "epsilon", "z", "latent", "latents", "mask", "perturbation", "jitter", "timesteps"];

const PARAMETERS: [&str; 19] = [
    "weight",
    "weights",
    "bias",
    "biases",
    "theta",
    "params",
    "hyperparams",
    "hyperparameters",
    "hparams",
    "lam",
    "lmbda",
    "w",
    "w1",
    "w2",
    "wh",
    "wx",
    "b1",
    "b2",
    "embeddings",
];

/// Words that say what a function or class is about.
const FIRM: [&str; 45] = [
    "weights",
    "parameters",
    "hyperparameters",
    "augment",
    "augmentation",
    "augmentations",
    "augmenter",
    "mixup",
    "cutmix",
    "cutout",
    "dropout",
    "explore",
    "exploration",
    "epsilon",
    "mutate",
    "mutation",
    "crossover",
    "evolve",
    "offspring",
    "backoff",
    "jitter",
    "retry",
    "crop",
    "flip",
    "rotate",
    "rotation",
    "shuffle",
    "permute",
    "bootstrap",
    "resample",
    "split",
    "action",
    "shear",
    "erasing",
    "latent",
    "ounoise",
    "ornstein",
    "specaugment",
    "blur",
    "uuid",
    "guid",
    "xid",
    "nonce",
    "salt",
    "rvs",
];

/// Words that many other things are called as well.
const VAGUE: [&str; 15] = [
    "init",
    "initialize",
    "initialise",
    "initializer",
    "perturb",
    "seed",
    "act",
    "noise",
    "noisy",
    "replay",
    "transform",
    "policy",
    "brightness",
    "contrast",
    "timesteps",
];

/// Words that say it of tensors.
const TENSOR: [&str; 16] = [
    "drop",
    "reparameterize",
    "reparametrize",
    "reparam",
    "diffusion",
    "ddpm",
    "ddim",
    "denoise",
    "denoising",
    "vae",
    "gan",
    "generator",
    "prior",
    "mask",
    "masking",
    "penalty",
];

/// Whether a word of the names around a place passes.
fn any_word(facts: &Facts, def: DefId, test: impl Fn(&str) -> bool) -> bool {
    let symbol = facts.symbol(def);
    // `__init__` builds objects, most of them no parameters of a model.
    symbol.split('.').filter(|n| *n != "__init__" && *n != "init").any(|name| words(name).any(|w| test(&w)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_say_what_is_drawn_for_them() {
        assert_eq!(of_name("fixed_noise"), Context::NOISE);
        assert_eq!(of_name("weights"), Context::PARAMETER);
        assert_eq!(of_name("prices"), Context::default());
        assert!(is_training("training") && is_training("is_train") && !is_training("trained"));
    }
}
