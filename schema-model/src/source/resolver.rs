//! What is stored for a type, by the definitions in the source and the implementations that driftless has.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use schema_core::TypeFact;
use syn::ext::IdentExt as _;
use syn::{Expr, GenericArgument, Path, PathArguments, Type};

use super::names::{Meaning, is_standard};
use super::{ModelItem, Source, TypeItem, TypeKind};
use crate::types::{ResolvedParent, ResolvedType, TypeResolver, ungrouped};
use crate::{SqlTypeModel, SqlTypeStorage};

/// More than any chain of aliases that people write.
const DEPTH: usize = 64;

/// What is known of a type.
///
/// ```
/// use schema_model::source::{Fact, Source};
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, r#"mod models { #[derive(driftless::Table)] struct User { id: i64 } }"#).unwrap();
/// let source = Source::of_path(&root);
/// let resolver = source.resolver(source.models().next().unwrap().module);
/// assert!(matches!(resolver.judge(&syn::parse_str("bool")?), Fact::Known(fact) if &*fact.sqlite == "BOOLEAN"));
/// assert_eq!(resolver.judge(&syn::parse_str("u64")?), Fact::Unstorable("u64".into()));
/// assert_eq!(resolver.judge(&syn::parse_str("other::Email")?), Fact::Unknown);
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// What is stored for it.
    Known(ResolvedType),
    /// This type certainly has no `SqlType`: rustc will say so.
    Unstorable(Box<str>),
    /// Its definition has an error of its own, which is enough.
    Refused,
    /// Its definition is not among the sources.
    Unknown,
}

/// What types and paths mean inside one module of a source.
///
/// ```
/// use schema_model::TypeResolver as _;
/// use schema_model::source::Source;
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("models.rs");
/// std::fs::write(
///     &root,
///     "use driftless::{SqlType, Table};
///      #[derive(SqlType)] struct Email(String);
///      type Maybe<T> = Option<T>;
///      #[derive(Table)] struct User { email: Maybe<Email> }",
/// )
/// .unwrap();
/// let source = Source::of_path(&root);
/// let user = source.models().next().unwrap();
/// let ty = &user.model.as_ref().unwrap().fields[0].ty;
/// let fact = source.resolver(user.module).fact(ty).unwrap();
/// assert_eq!((&*fact.sqlite, fact.nullable), ("TEXT", true));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ScopedResolver<'a> {
    source: &'a Source,
    module: usize,
}

impl TypeResolver for ScopedResolver<'_> {
    fn fact(&self, ty: &Type) -> Option<ResolvedType> {
        match self.judge(ty) {
            Fact::Known(fact) => Some(fact),
            Fact::Unstorable(_) | Fact::Refused | Fact::Unknown => None,
        }
    }

    fn parent(&self, model: &Path, fields: &[Ident]) -> Option<ResolvedParent> {
        let NamedModel::Model(model) = self.model(model) else { return None };
        let model = model.model.as_ref().ok()?;
        let columns = fields.iter().map(|field| Some(model.field(&field.unraw())?.column_name()));
        Some(ResolvedParent {
            schema: model.table.schema.as_ref().map(|schema| schema.value.clone()),
            table: model.table_name(),
            columns: columns.collect::<Option<_>>()?,
        })
    }
}

impl<'a> ScopedResolver<'a> {
    pub(super) fn new(source: &'a Source, module: usize) -> ScopedResolver<'a> {
        ScopedResolver { source, module }
    }

    /// What is known of a type.
    ///
    /// ```
    /// use schema_model::source::{Fact, Source};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let root = dir.path().join("main.rs");
    /// std::fs::write(&root, "#[derive(driftless::Table)] struct User { id: Id } type Id = i64;").unwrap();
    /// let source = Source::of_path(&root);
    /// let user = source.models().next().unwrap();
    /// let fact = source.resolver(user.module).judge(&user.model.as_ref().unwrap().fields[0].ty);
    /// assert!(matches!(fact, Fact::Known(fact) if &*fact.sqlite == "INTEGER"));
    /// ```
    pub fn judge(&self, ty: &Type) -> Fact {
        Judge { source: self.source, depth: 0 }.ty(self.module, ty, &[])
    }

    /// The model that a path names; of another crate of the workspace too.
    ///
    /// ```
    /// use schema_model::source::{NamedModel, Source};
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let root = dir.path().join("main.rs");
    /// std::fs::write(&root, "#[derive(driftless::Table)] struct User { id: i64 } type Person = User;").unwrap();
    /// let source = Source::of_path(&root);
    /// let resolver = source.resolver(source.models().next().unwrap().module);
    /// let person = resolver.model(&syn::parse_str("Person")?);
    /// assert!(matches!(person, NamedModel::Model(item) if item.input.ident == "User"));
    /// # Ok::<_, syn::Error>(())
    /// ```
    pub fn model(&self, path: &Path) -> NamedModel<'a> {
        let Meaning::Item(number) = self.source.meaning(self.module, path) else { return NamedModel::Unknown };
        let item = &self.source.types[number];
        let is_it = |model: &&ModelItem| model.module == item.module && model.input.ident.unraw() == item.name;
        match (self.source.models.iter().find(is_it), &item.kind) {
            (Some(model), _) => NamedModel::Model(model),
            (None, TypeKind::Alias { ty, .. }) => match ungrouped(ty) {
                Type::Path(path) => self.source.resolver(item.module).model(&path.path),
                _ => NamedModel::Unknown,
            },
            (None, _) if self.source.in_macros(&item.name) => NamedModel::Unknown,
            (None, _) => NamedModel::NoTable(&item.name),
        }
    }

    /// The first name in a type that rustc certainly does not find: its place and rustc's words.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use schema_model::source::Source;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let root = dir.path().join("main.rs");
    /// std::fs::write(&root, "#[derive(driftless::Table)] struct User { email: Option<Emial> }").unwrap();
    /// let source = Source::of_crate(&root, &BTreeMap::new());
    /// let user = source.models().next().unwrap();
    /// let ty = &user.model.as_ref().unwrap().fields[0].ty;
    /// let (place, message) = source.resolver(user.module).missing_in(ty).unwrap();
    /// assert_eq!(place.source_text().as_deref(), Some("Emial"));
    /// assert_eq!(message, "cannot find type `Emial` in this scope");
    /// ```
    pub fn missing_in(&self, ty: &Type) -> Option<(Span, String)> {
        match ungrouped(ty) {
            Type::Reference(reference) => self.missing_in(&reference.elem),
            Type::Slice(slice) => self.missing_in(&slice.elem),
            Type::Array(array) => self.missing_in(&array.elem),
            Type::Path(path) if path.qself.is_none() => {
                self.missing(&path.path).or_else(|| types_of(&path.path).find_map(|ty| self.missing_in(ty)))
            }
            _ => None,
        }
    }

    /// The same for the name of a model.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use schema_model::source::Source;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let root = dir.path().join("main.rs");
    /// std::fs::write(&root, "#[derive(driftless::Table)] struct User { email: Option<Emial> }").unwrap();
    /// let source = Source::of_crate(&root, &BTreeMap::new());
    /// let user = source.models().next().unwrap();
    /// let resolver = source.resolver(user.module);
    /// assert!(resolver.missing(&syn::parse_str("User")?).is_none());
    /// assert_eq!(resolver.missing(&syn::parse_str("Usre")?).unwrap().1, "cannot find type `Usre` in this scope");
    /// # Ok::<_, syn::Error>(())
    /// ```
    pub fn missing(&self, path: &Path) -> Option<(Span, String)> {
        let ident = path.get_ident().filter(|_| path.leading_colon.is_none())?;
        let word = ident.unraw().to_string();
        let is_nowhere = self.source.is_nowhere(self.module, path, &word) && !self.source.in_macros(&word);
        is_nowhere.then(|| (ident.span(), format!("cannot find type `{word}` in this scope")))
    }
}

/// What a path that should name a model names.
///
/// ```
/// use schema_model::source::{NamedModel, Source};
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, r#"#[derive(driftless::Table)] struct User { id: i64 } struct Plain;"#).unwrap();
/// let source = Source::of_path(&root);
/// let resolver = source.resolver(source.models().next().unwrap().module);
/// assert!(matches!(resolver.model(&syn::parse_str("User")?), NamedModel::Model(item) if item.input.ident == "User"));
/// assert!(matches!(resolver.model(&syn::parse_str("Plain")?), NamedModel::NoTable("Plain")));
/// assert!(matches!(resolver.model(&syn::parse_str("Absent")?), NamedModel::Unknown));
/// # Ok::<_, syn::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum NamedModel<'a> {
    /// A model.
    Model(&'a ModelItem),
    /// A type of this name, without `#[derive(Table)]`.
    NoTable(&'a str),
    /// Nothing that is among the sources.
    Unknown,
}

impl Source {
    /// Whether a macro gets to see a name, and so may write an implementation for it.
    fn in_macros(&self, name: &str) -> bool {
        self.macros.iter().any(|tokens| mentions(tokens.clone(), name))
    }
}

/// The argument of an alias: the parameter's name and the type, as the place that writes it means it.
type Argument<'t> = (&'t str, usize, &'t Type);

struct Judge<'a> {
    source: &'a Source,
    depth: usize,
}

impl Judge<'_> {
    fn ty(&mut self, module: usize, ty: &Type, arguments: &[Argument<'_>]) -> Fact {
        if self.depth > DEPTH {
            return Fact::Unknown;
        }
        self.depth += 1;
        let found = match ungrouped(ty) {
            Type::Reference(reference) => self.ty(module, &reference.elem, arguments),
            Type::Slice(slice) => self.bytes(module, ty, &slice.elem, arguments),
            Type::Array(array) => self.bytes(module, ty, &array.elem, arguments),
            Type::Path(path) if path.qself.is_none() => self.path(module, &path.path, arguments),
            Type::Tuple(_) | Type::Never(_) | Type::Ptr(_) => unstorable(ty),
            _ => Fact::Unknown,
        };
        self.depth -= 1;
        found
    }

    /// `[u8]` is stored, and no other slice is.
    fn bytes(&mut self, module: usize, ty: &Type, element: &Type, arguments: &[Argument<'_>]) -> Fact {
        match self.names_byte(module, element, arguments) {
            Some(true) => Fact::Known(TypeFact::BLOB.into()),
            Some(false) => unstorable(ty),
            None => Fact::Unknown,
        }
    }

    fn names_byte(&mut self, module: usize, ty: &Type, arguments: &[Argument<'_>]) -> Option<bool> {
        let Type::Path(path) = ungrouped(ty) else { return Some(false) };
        if let Some((_, module, ty)) = argument(&path.path, arguments) {
            return self.names_byte(*module, ty, &[]);
        }
        match self.source.meaning(module, &path.path) {
            Meaning::External(words) => match words.as_slice() {
                [word] => Some(word == "u8"),
                words => is_standard(words).then(|| words.last().is_some_and(|last| last == "u8")),
            },
            Meaning::Item(item) => match &self.source.types[item].kind {
                TypeKind::Alias { ty, .. } if self.depth < DEPTH => {
                    self.depth += 1;
                    let found = self.names_byte(self.source.types[item].module, ty, &[]);
                    self.depth -= 1;
                    found
                }
                _ => Some(false),
            },
            Meaning::Module(_) | Meaning::Unknown => None,
        }
    }

    fn path(&mut self, module: usize, path: &Path, arguments: &[Argument<'_>]) -> Fact {
        if let Some((_, module, ty)) = argument(path, arguments) {
            return self.ty(*module, ty, &[]);
        }
        match self.source.meaning(module, path) {
            Meaning::Item(item) => {
                let given = given(module, path, arguments);
                // Definitions under different conditions must agree, since nobody says which one holds.
                let mut facts = self.source.alternatives(item).into_iter().map(|item| self.definition(item, &given));
                let first = facts.next().unwrap_or(Fact::Unknown);
                if facts.all(|other| other == first) { first } else { Fact::Unknown }
            }
            Meaning::External(words) => self.external(&words, module, path, arguments),
            Meaning::Module(_) | Meaning::Unknown => Fact::Unknown,
        }
    }

    fn definition(&mut self, item: usize, given: &[(usize, &Type)]) -> Fact {
        let item = &self.source.types[item];
        match &item.kind {
            TypeKind::Alias { parameters, ty } => {
                let names = parameters.iter().filter_map(Option::as_deref);
                let arguments: Vec<Argument<'_>> =
                    names.zip(given).map(|(name, (module, ty))| (name, *module, *ty)).collect();
                self.ty(item.module, ty, &arguments)
            }
            TypeKind::SqlType(model) => match &**model {
                Ok(model) => self.sql_type(item, model),
                Err(_) => Fact::Refused,
            },
            TypeKind::Opaque => self.by_hand(item, given),
        }
    }

    /// A type without the derive: an implementation that is written by hand, or by a macro.
    fn by_hand(&mut self, item: &TypeItem, given: &[(usize, &Type)]) -> Fact {
        let source = self.source;
        let path_to_it = |module: usize, ty: &'_ Type| match ungrouped(ty) {
            Type::Path(path) => match source.meaning(module, &path.path) {
                Meaning::Item(found) => std::ptr::eq(&raw const source.types[found], item),
                _ => false,
            },
            _ => false,
        };
        let Some(by_hand) = source.impls.iter().find(|by_hand| path_to_it(by_hand.module, &by_hand.ty)) else {
            return match self.source.in_macros(&item.name) {
                true => Fact::Unknown,
                false => Fact::Unstorable(item.name.as_str().into()),
            };
        };
        let Some(fact) = &by_hand.fact else { return Fact::Unknown };
        // `impl<T: SqlType> SqlType for Wrapper<T>`
        let Type::Path(path) = ungrouped(&by_hand.ty) else { return Fact::Unknown };
        let names: Vec<String> = types_of(&path.path).map(super::text_of).collect();
        let arguments: Vec<Argument<'_>> =
            names.iter().zip(given).map(|(name, (module, ty))| (name.as_str(), *module, *ty)).collect();
        self.constant(by_hand.module, fact, &arguments)
    }

    fn sql_type(&mut self, item: &TypeItem, model: &SqlTypeModel) -> Fact {
        match &model.storage {
            SqlTypeStorage::Newtype(inner) => match self.ty(item.module, inner, &[]) {
                Fact::Unstorable(_) => Fact::Refused,
                found => found,
            },
            SqlTypeStorage::Enum { .. } => model.enum_type().map_or(Fact::Unknown, Fact::Known),
        }
    }

    /// A type of another crate: the implementations that driftless has.
    fn external(&mut self, words: &[String], module: usize, path: &Path, arguments: &[Argument<'_>]) -> Fact {
        let Some(last) = words.last() else { return Fact::Unknown };
        if words[0] == "driftless" {
            return match last.as_str() {
                "Value" => Fact::Known(TypeFact::ANY.into()),
                _ => Fact::Unknown,
            };
        }
        if words.len() > 1 && !is_standard(words) {
            return Fact::Unknown;
        }
        let mut inner = types_of(path);
        match last.as_str() {
            "str" => Fact::Known(TypeFact::TEXT.into()),
            "u64" | "usize" | "isize" | "i128" | "u128" | "char" if words.len() == 1 => {
                Fact::Unstorable(last.as_str().into())
            }
            "Option" => match inner.next().map(|ty| self.ty(module, ty, arguments)) {
                Some(Fact::Known(fact)) => Fact::Known(ResolvedType { nullable: true, ..fact }),
                other => other.unwrap_or(Fact::Unknown),
            },
            "Box" | "Rc" | "Arc" | "Cow" => match inner.next() {
                Some(ty) => self.ty(module, ty, arguments),
                None => Fact::Unknown,
            },
            "Vec" => match inner.next() {
                Some(element) => match self.bytes(module, element, element, arguments) {
                    Fact::Unstorable(element) => Fact::Unstorable(format!("Vec<{element}>").into()),
                    other => other,
                },
                None => Fact::Unknown,
            },
            name => TypeFact::standard(name).map_or(Fact::Unknown, |fact| Fact::Known(fact.into())),
        }
    }

    /// The value of `const TYPE` in the forms that people write.
    fn constant(&mut self, module: usize, fact: &Expr, arguments: &[Argument<'_>]) -> Fact {
        match fact {
            Expr::Path(path) => {
                let last = path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                match &path.qself {
                    Some(qself) if last == "TYPE" => self.ty(module, &qself.ty, arguments),
                    None if last == "TYPE" => {
                        let mut of = path.path.clone();
                        of.segments.pop();
                        of.segments.pop_punct();
                        self.path(module, &of, arguments)
                    }
                    _ => named_fact(&last).map_or(Fact::Unknown, |fact| Fact::Known(fact.into())),
                }
            }
            Expr::MethodCall(call) if call.method == "optional" => {
                match self.constant(module, &call.receiver, arguments) {
                    Fact::Known(fact) => Fact::Known(ResolvedType { nullable: true, ..fact }),
                    other => other,
                }
            }
            Expr::MethodCall(call) if call.method == "declared" => {
                let texts: Vec<String> = call.args.iter().filter_map(text).collect();
                match (self.constant(module, &call.receiver, arguments), texts.as_slice()) {
                    (Fact::Known(fact), [sqlite, postgres]) => Fact::Known(ResolvedType {
                        sqlite: sqlite.as_str().into(),
                        postgres: postgres.as_str().into(),
                        ..fact
                    }),
                    _ => Fact::Unknown,
                }
            }
            Expr::Call(call) => text_enum(call).map_or(Fact::Unknown, Fact::Known),
            Expr::Paren(inner) => self.constant(module, &inner.expr, arguments),
            Expr::Group(inner) => self.constant(module, &inner.expr, arguments),
            _ => Fact::Unknown,
        }
    }
}

/// The arguments of a path with the modules that they are written in. Those that are themselves arguments of an
/// alias around it are taken over.
fn given<'t>(module: usize, path: &'t Path, outer: &[Argument<'t>]) -> Vec<(usize, &'t Type)> {
    let of = |ty: &'t Type| match ungrouped(ty) {
        Type::Path(path) => argument(&path.path, outer).map(|(_, module, ty)| (*module, *ty)),
        _ => None,
    };
    types_of(path).map(|ty| of(ty).unwrap_or((module, ty))).collect()
}

/// `TypeFact::text_enum(&["a", "b"])`
fn text_enum(call: &syn::ExprCall) -> Option<ResolvedType> {
    let Expr::Path(function) = &*call.func else { return None };
    let is_it = function.path.segments.last().is_some_and(|last| last.ident == "text_enum");
    let (true, Some(Expr::Reference(list))) = (is_it, call.args.first()) else { return None };
    let Expr::Array(list) = &*list.expr else { return None };
    let values: Vec<Box<str>> = list.elems.iter().filter_map(text).map(String::into_boxed_str).collect();
    (values.len() == list.elems.len())
        .then(|| ResolvedType { variants: Some(values), ..ResolvedType::from(TypeFact::TEXT) })
}

fn unstorable(ty: &Type) -> Fact {
    Fact::Unstorable(super::text_of(ty).into())
}

/// The constants of [`TypeFact`].
fn named_fact(name: &str) -> Option<TypeFact> {
    Some(match name {
        "BIG_INTEGER" => TypeFact::BIG_INTEGER,
        "INTEGER" => TypeFact::INTEGER,
        "SMALL_INTEGER" => TypeFact::SMALL_INTEGER,
        "BOOL" => TypeFact::BOOL,
        "DOUBLE" => TypeFact::DOUBLE,
        "FLOAT" => TypeFact::FLOAT,
        "TEXT" => TypeFact::TEXT,
        "BLOB" => TypeFact::BLOB,
        "ANY" => TypeFact::ANY,
        _ => return None,
    })
}

fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn argument<'s, 't>(path: &Path, arguments: &'s [Argument<'t>]) -> Option<&'s Argument<'t>> {
    let ident = path.get_ident()?;
    arguments.iter().find(|(name, ..)| ident == name)
}

/// The types among the arguments of the last segment.
fn types_of(path: &Path) -> impl Iterator<Item = &Type> {
    let arguments = path.segments.last().map(|last| &last.arguments);
    let arguments = match arguments {
        Some(PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
