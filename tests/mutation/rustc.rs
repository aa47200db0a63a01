//! What the macros leave to rustc, done with the functions that the generated code calls.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use driftless::__private::{Expected, Parent, REFUSED, Reference, check_column, check_reference, check_standard};
use driftless::ColumnMeta;
use proc_macro2::Span;
use schema_core::TypeFact;
use schema_model::check::{ReferenceProof, TypeProof, Verdict};
use schema_model::{
    Desired, ResolvedType, SqlTypeModel, SqlTypeStorage, StandardTypes, TypeResolver as _, option_argument,
};
use syn::spanned::Spanned;
use syn::{DeriveInput, GenericArgument, Item, PathArguments, Type};

use crate::view::{Finding, refused};

/// The types of a source, by their names.
pub(crate) struct Items {
    pub(crate) models: Vec<DeriveInput>,
    pub(crate) refusals: Vec<Finding>,
    types: BTreeMap<String, Named>,
}

enum Named {
    /// An alias or a newtype.
    Wrapper(Box<Type>),
    Fact(TypeFact),
}

/// What other models can see of a model.
pub(crate) struct Facts {
    pub(crate) name: String,
    /// Empty for a model that was refused.
    pub(crate) table: String,
    /// The fields and their columns.
    pub(crate) columns: Vec<(String, String)>,
    /// Whether the macro found it in agreement with the migrations.
    pub(crate) clean: bool,
}

impl Items {
    pub(crate) fn of(file: &syn::File) -> Items {
        let mut items = Items { models: Vec::new(), refusals: Vec::new(), types: BTreeMap::new() };
        for item in &file.items {
            match item {
                Item::Type(alias) => {
                    items.types.insert(alias.ident.to_string(), Named::Wrapper(alias.ty.clone()));
                }
                Item::Struct(item) => items.derived(DeriveInput::from(item.clone())),
                Item::Enum(item) => items.derived(DeriveInput::from(item.clone())),
                _ => {}
            }
        }
        items
    }

    fn derived(&mut self, input: DeriveInput) {
        let derives = |name: &str| {
            let mut found = false;
            for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
                let _ = attribute.parse_nested_meta(|meta| {
                    found |= meta.path.is_ident(name);
                    Ok(())
                });
            }
            found
        };
        if derives("Table") {
            self.models.push(input);
        } else if derives("SqlType") {
            let named = match SqlTypeModel::parse(&input).map(|model| model.storage) {
                Ok(SqlTypeStorage::Newtype(inner)) => Named::Wrapper(inner),
                Ok(SqlTypeStorage::Enum { variants, .. }) => {
                    let texts: Vec<&'static str> = variants.into_iter().map(|variant| leaked(variant.text)).collect();
                    Named::Fact(TypeFact::text_enum(texts.leak()))
                }
                Err(errors) => {
                    self.refusals.extend(refused(errors));
                    Named::Fact(REFUSED)
                }
            };
            self.types.insert(input.ident.to_string(), named);
        }
    }

    /// The constant `SqlType::TYPE` of a type.
    fn fact(&self, ty: &Type) -> Option<TypeFact> {
        if let Some(inner) = option_argument(ty) {
            return Some(self.fact(inner)?.optional());
        }
        match ty {
            Type::Group(group) => self.fact(&group.elem),
            Type::Paren(paren) => self.fact(&paren.elem),
            Type::Reference(reference) => self.fact(&reference.elem),
            Type::Array(_) | Type::Slice(_) => Some(TypeFact::BLOB),
            Type::Path(path) => {
                let last = path.path.segments.last()?;
                match self.types.get(&last.ident.to_string()) {
                    Some(Named::Wrapper(inner)) => return self.fact(inner),
                    Some(Named::Fact(fact)) => return Some(*fact),
                    None => {}
                }
                match &last.arguments {
                    PathArguments::AngleBracketed(arguments) if last.ident != "Vec" => {
                        arguments.args.iter().find_map(|argument| match argument {
                            GenericArgument::Type(inner) => self.fact(inner),
                            _ => None,
                        })
                    }
                    PathArguments::AngleBracketed(_) => Some(TypeFact::BLOB),
                    _ if last.ident == "str" => Some(TypeFact::TEXT),
                    _ => TypeFact::standard(&last.ident.to_string()),
                }
            }
            _ => None,
        }
    }
}

fn leaked(text: impl Into<String>) -> &'static str {
    String::leak(text.into())
}

/// The proofs about the types of the fields.
pub(crate) fn types(desired: &Desired, verdict: &Verdict, items: &Items, findings: &mut Vec<Finding>) {
    for proof in &verdict.types {
        let span = proof.ty.span();
        match items.fact(&proof.ty) {
            Some(fact) => findings.extend(column(proof, verdict, fact, span)),
            None => findings.push(Finding::new("rustc-unknown-type", span, "no `SqlType`".to_owned())),
        }
    }
    for field in &desired.fields {
        let Some(guess) = StandardTypes.fact(&field.ty) else { continue };
        let span = field.ty.span();
        let outcome = match items.fact(&field.ty) {
            Some(fact) => caught(|| check_standard(fact, guess.storage, guess.nullable)),
            None => Some("no `SqlType`".to_owned()),
        };
        findings.extend(outcome.map(|message| Finding::new("rustc-standard", span, message)));
    }
}

/// What `check_column` says, once for each of its questions, so that the question is known.
fn column(proof: &TypeProof, verdict: &Verdict, fact: TypeFact, span: Span) -> Option<Finding> {
    let table = &verdict.table;
    let variants = proof.variants.as_ref().map(|values| {
        let values: Vec<&'static str> = values.iter().map(|value| leaked(value.to_string())).collect();
        &*values.leak()
    });
    let nothing = Expected {
        declared: leaked(proof.declared.as_str()),
        strict: proof.strict,
        nullable: proof.nullable,
        variants,
        on_type: "",
        on_null: "",
        on_loss: "",
        on_variants: "",
    };
    let (on_type, on_loss) = match proof.stated {
        false => (leaked(proof.on_type(table)), ""),
        true => ("", leaked(proof.on_loss(table))),
    };
    let questions = [
        ("rustc-type", Expected { on_type, ..nothing }),
        ("rustc-loss", Expected { on_loss, ..nothing }),
        ("rustc-null", Expected { on_null: leaked(proof.on_null(table)), ..nothing }),
        ("rustc-variants", Expected { on_variants: leaked(proof.on_variants(table)), ..nothing }),
    ];
    let found = questions.into_iter().find_map(|(code, expected)| {
        let message = caught(|| check_column(fact, &expected))?;
        Some(Finding::new(code, span, message).with_place(proof.place.clone()))
    });
    if !fact.sqlite.is_empty() {
        let judged = proof.judge(&ResolvedType::from(fact), table).map(|(_, message)| message);
        assert_eq!(
            judged,
            found.as_ref().map(|found| found.message.clone()),
            "what the source tells is what rustc says"
        );
    }
    found
}

/// The message of the panic, where the function panics.
fn caught(function: impl FnOnce()) -> Option<String> {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(function));
    QUIET.set(false);
    outcome.err().map(|panic: Box<dyn Any + Send>| match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast::<&str>().map_or_else(|_| String::new(), |text| (*text).to_owned()),
    })
}

/// The proofs about the models that foreign keys refer to.
pub(crate) fn references(verdict: &Verdict, facts: &[Facts], findings: &mut Vec<Finding>) {
    for proof in &verdict.references {
        if let Some(parent) = facts.iter().find(|facts| proof.model.is_ident(facts.name.as_str())) {
            findings.extend(reference(proof, parent));
        } else {
            let message = "cannot find this type in this scope".to_owned();
            findings.push(Finding::new("unknown-model", proof.model.span(), message));
        }
    }
}

fn reference(proof: &ReferenceProof, parent: &Facts) -> Option<Finding> {
    let columns: Vec<ColumnMeta> = parent
        .columns
        .iter()
        .map(|(field, name)| ColumnMeta { field: leaked(field), name: leaked(name), fact: TypeFact::ANY })
        .collect();
    let columns: &'static [ColumnMeta] = columns.leak();
    let parent: Parent = (leaked(&*parent.table), None, columns, u64::from(parent.clean));
    proof.fields.iter().find_map(|(field, column)| {
        let expected = Reference {
            table: leaked(proof.parent.name.as_str()),
            schema: None,
            field: leaked(field.to_string()),
            column: leaked(column.as_str()),
            on_table: leaked(proof.on_table()),
            on_column: leaked(proof.on_column(field, column)),
            on_field: leaked(proof.on_field(field, column)),
        };
        let message = caught(|| check_reference(parent, &expected))?;
        Some(Finding::new("rustc-reference", proof.span, message).with_place(proof.place.clone()))
    })
}
