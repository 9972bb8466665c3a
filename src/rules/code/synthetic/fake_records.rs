//! Faker and its kin: made-up people, addresses, texts. Importing one is reported, and so is every call.

use super::super::catalogue::Kind;
use super::super::facts::Language;
use super::super::rule::{CodeRule, File, Found, info};
use super::{BLOCK, each_call};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/fake-records",
        "A library of fake records is used",
        Severity::High,
        "Faker, Mimesis, factory_boy, @faker-js/faker, chance, gofakeit, fake and others make records of people and things \
         that do not exist.",
        "Read the records from where they are kept; move factories to tests.",
    ),
    levels: BLOCK,
    check,
};

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for import in file.facts.imports.iter().filter(|i| !i.kind.type_only && !i.kind.computed && !i.kind.inline) {
        let module = file.facts.text(import.module);
        if is_library(file.facts.language, &module) {
            let message = format!("{module} makes fake records");
            out.push(Found { place: import.place, def: import.def, message: Some(message) });
        }
    }
    each_call(file, out, "a fake record is made by", |c| c.kind == Kind::Record);
}

/// Libraries by the first step of a module's name.
fn is_library(language: Language, module: &str) -> bool {
    match language {
        Language::Python => {
            let first = module.split('.').next().unwrap_or_default();
            ["faker", "mimesis", "factory", "factory_boy", "polyfactory", "model_bakery", "mixer", "lorem"]
                .contains(&first)
        }
        Language::JavaScript | Language::TypeScript => [
            "@faker-js/faker",
            "faker",
            "chance",
            "@ngneat/falso",
            "casual",
            "json-schema-faker",
            "@anatine/zod-mock",
            "fishery",
        ]
        .iter()
        .any(|l| module == *l || module.strip_prefix(l).is_some_and(|rest| rest.starts_with('/'))),
        Language::Go => [
            "github.com/brianvoe/gofakeit",
            "github.com/go-faker/faker",
            "github.com/bxcodec/faker",
            "github.com/jaswdr/faker",
            "github.com/icrowley/fake",
            "github.com/manveru/faker",
            "syreclabs.com/go/faker",
            "github.com/Pallinder/go-randomdata",
        ]
        .iter()
        .any(|l| module == *l || module.strip_prefix(l).is_some_and(|rest| rest.starts_with('/'))),
        Language::Rust => {
            let first = module.split('.').next().unwrap_or_default();
            ["fake", "fakeit", "faker_rand", "lipsum", "mockd"].contains(&first)
        }
    }
}
