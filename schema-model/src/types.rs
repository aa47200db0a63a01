//! What the syntax of a type tells about its storage.

use schema_core::{Affinity, Storage, TypeFact};
use syn::{GenericArgument, Path, PathArguments, Type};

/// What is stored for a type, as far as it is known without rustc.
///
/// ```
/// use schema_core::TypeFact;
/// use schema_model::ResolvedType;
/// let fact = ResolvedType::from(TypeFact::BOOL.optional());
/// assert_eq!((&*fact.sqlite, &*fact.sqlite_strict, &*fact.postgres), ("BOOLEAN", "INTEGER", "boolean"));
/// assert!(fact.nullable && fact.variants.is_none() && !fact.postgres_enum);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedType {
    /// How values are stored.
    pub storage: Storage,
    /// The type in SQLite.
    pub sqlite: Box<str>,
    /// The type in a STRICT table of SQLite.
    pub sqlite_strict: Box<str>,
    /// The type in PostgreSQL.
    pub postgres: Box<str>,
    /// Whether it is an `Option`.
    pub nullable: bool,
    /// The values of an enum that is stored as text.
    pub variants: Option<Vec<Box<str>>>,
    /// Whether PostgreSQL stores it in an enum type, which `postgres` names.
    pub postgres_enum: bool,
}

impl From<TypeFact> for ResolvedType {
    fn from(fact: TypeFact) -> ResolvedType {
        ResolvedType {
            storage: fact.storage,
            sqlite: fact.sqlite.into(),
            sqlite_strict: fact.sqlite_strict.into(),
            postgres: fact.postgres.into(),
            nullable: fact.nullable,
            variants: fact.variants.map(|variants| variants.iter().map(|&variant| variant.into()).collect()),
            postgres_enum: fact.variants.is_some() && fact.postgres != TypeFact::TEXT.postgres,
        }
    }
}

impl ResolvedType {
    /// Whether SQLite gives back what was stored when the column has this affinity.
    pub(crate) fn survives(&self, affinity: Affinity) -> bool {
        TypeFact { storage: self.storage, ..TypeFact::ANY }.survives(affinity)
    }
}

/// A model that a foreign key refers to.
///
/// ```
/// use schema_core::Dialect;
/// use schema_model::{Model, ResolvedParent, ResolvedType, TypeResolver};
/// struct Accounts;
/// impl TypeResolver for Accounts {
///     fn fact(&self, _: &syn::Type) -> Option<ResolvedType> {
///         Some(schema_core::TypeFact::BIG_INTEGER.into())
///     }
///     fn parent(&self, _: &syn::Path, _: &[proc_macro2::Ident]) -> Option<ResolvedParent> {
///         Some(ResolvedParent { schema: None, table: "accounts".to_owned(), columns: vec!["key".to_owned()] })
///     }
/// }
/// let input = syn::parse_str("struct Post { #[column(references = User::id)] author: i64 }")?;
/// let desired = Model::parse(&input)?.lower(Dialect::Sqlite, &Accounts)?;
/// assert!(desired.references[0].resolved);
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedParent {
    /// The schema (PostgreSQL).
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// The columns of the fields that were asked for.
    pub columns: Vec<String>,
}

/// Knows what types are stored as, by their syntax alone.
///
/// ```
/// use schema_core::{Dialect, TypeFact};
/// use schema_model::{Model, ResolvedType, TypeResolver};
/// struct AllText;
/// impl TypeResolver for AllText {
///     fn fact(&self, _: &syn::Type) -> Option<ResolvedType> {
///         Some(TypeFact::TEXT.into())
///     }
/// }
/// let model = Model::parse(&syn::parse_str("struct User { email: Email }")?)?;
/// let desired = model.lower(Dialect::Sqlite, &AllText)?;
/// assert!(desired.open_types.is_empty());
/// assert_eq!(desired.table.columns[0].ty.as_str(), "TEXT");
/// # Ok::<_, syn::Error>(())
/// ```
pub trait TypeResolver {
    /// What is stored for a type; `None` when only rustc can know.
    fn fact(&self, ty: &Type) -> Option<ResolvedType>;

    /// The table of a model and the columns of these fields; `None` when only rustc can know.
    fn parent(&self, model: &Path, fields: &[proc_macro2::Ident]) -> Option<ResolvedParent> {
        let _ = (model, fields);
        None
    }
}

/// Knows the types of the standard library and nothing else: all that a derive sees.
///
/// ```
/// use schema_model::{StandardTypes, TypeResolver};
/// let fact = StandardTypes.fact(&syn::parse_str("Option<std::string::String>")?).unwrap();
/// assert!(fact.nullable);
/// assert_eq!(&*fact.sqlite, "TEXT");
/// assert!(StandardTypes.fact(&syn::parse_str("Email")?).is_none());
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardTypes;

impl TypeResolver for StandardTypes {
    fn fact(&self, ty: &Type) -> Option<ResolvedType> {
        if let Some(inner) = option_argument(ty) {
            return Some(ResolvedType { nullable: true, ..self.fact(inner)? });
        }
        TypeFact::standard(&standard_name(ty)?).map(ResolvedType::from)
    }
}

/// The `T` of `Option<T>`, `std::option::Option<T>` or `core::option::Option<T>`.
///
/// ```
/// use schema_model::option_argument;
/// let ty: syn::Type = syn::parse_str("std::option::Option<Email>")?;
/// assert_eq!(option_argument(&ty), Some(&syn::parse_str("Email")?));
/// assert_eq!(option_argument(&syn::parse_str("my::Option<Email>")?), None);
/// # Ok::<_, syn::Error>(())
/// ```
pub fn option_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    let last = path.path.segments.last()?;
    if path.qself.is_some() || last.ident != "Option" || !is_standard_path(&path.path) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => Some(inner),
        _ => None,
    }
}

/// A type without the invisible groups and the parentheses around it.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

/// The name by which [`TypeFact::standard`] knows the type.
fn standard_name(ty: &Type) -> Option<String> {
    match ungrouped(ty) {
        Type::Path(path) if path.qself.is_none() && is_standard_path(&path.path) => {
            path.path.segments.last().map(crate::ident::compact)
        }
        Type::Reference(reference) => Some(crate::ident::compact(reference)),
        _ => None,
    }
}

/// Whether a path is one word, or leads into the standard library.
fn is_standard_path(path: &Path) -> bool {
    path.segments.len() == 1
        || path.segments.first().is_some_and(|first| ["std", "core", "alloc"].iter().any(|root| first.ident == root))
}
