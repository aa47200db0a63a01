//! The Rust files of a crate, read without a compiler: which models there are, and what their types mean.
//!
//! A crate is walked from its root file through its `mod` declarations, so this works while the crate does not
//! compile. Whatever cannot be read is a [`Fault`] with its place, and the rest is read all the same.

mod attributes;
mod files;
mod names;
mod resolver;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path as FilePath, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Type};

use crate::{Model, SchemaMacro, SqlTypeModel};
use files::Files;
use names::Module;

pub use resolver::{Fact, NamedModel, ScopedResolver};
/// Why an item cannot be read, with its places and its words; and a path as it is written.
pub use syn::{Error, Path};

/// The Rust files of one crate, or of a directory.
///
/// Spans are places in the files; they are only understood by the thread that read them.
///
/// ```
/// use schema_model::source::Source;
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, "#[derive(driftless::Table)] struct User { id: Id } type Id = i64;").unwrap();
/// let source = Source::of_path(&root);
/// let user = source.models().next().unwrap();
/// assert_eq!(user.model.as_ref().unwrap().ident, "User");
/// assert!(source.resolver(user.module).missing_in(&user.model.as_ref().unwrap().fields[0].ty).is_none());
/// assert_eq!(source.path(user.file), source.files().next().unwrap().path);
/// assert_eq!((source.sql_types().count(), source.schemas().count(), source.faults().len()), (0, 0, 0));
/// ```
#[derive(Debug, Default)]
pub struct Source {
    files: Vec<SourceFile>,
    modules: Vec<Module>,
    /// The root modules of crates by the name that others call them by.
    crates: BTreeMap<String, usize>,
    types: Vec<TypeItem>,
    impls: Vec<HandImpl>,
    models: Vec<ModelItem>,
    schemas: Vec<SchemaItem>,
    macros: Vec<TokenStream>,
    /// Words that paths begin with.
    spelled: BTreeSet<String>,
    faults: Vec<Fault>,
    /// Whether paths were given bare: there is no `Cargo.toml` that says what belongs together.
    bare: bool,
}

/// A Rust file.
///
/// ```
/// use schema_model::source::Source;
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, r#"struct Nothing;"#).unwrap();
/// let source = Source::of_path(&root);
/// let file = source.files().next().unwrap();
/// assert!(file.own && file.path.ends_with("main.rs"));
/// ```
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path as it was found.
    pub path: PathBuf,
    /// Whether it belongs to what was asked for, and not to another crate that is only looked up in.
    pub own: bool,
}

/// Something that keeps a part of the source from being read.
///
/// ```
/// use schema_model::source::Source;
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, r#"struct { }"#).unwrap();
/// let source = Source::of_path(&root);
/// let fault = &source.faults()[0];
/// assert_eq!(fault.code, "syntax");
/// assert!(fault.file.ends_with("main.rs") && fault.span.is_some());
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    /// The stable code.
    pub code: &'static str,
    /// The file.
    pub file: PathBuf,
    /// The place, where it is inside the file.
    pub span: Option<Span>,
    /// The message, line 1 complete in itself.
    pub message: String,
}

/// A struct with `#[derive(Table)]`.
///
/// ```
/// use schema_model::source::Source;
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, r#"#[derive(driftless::Table)] struct User { id: i64 }"#).unwrap();
/// let source = Source::of_path(&root);
/// let item = source.models().next().unwrap();
/// assert_eq!(item.input.ident, "User");
/// assert_eq!(item.model.as_ref().unwrap().table_name(), "users");
/// assert!(source.path(item.file).ends_with("main.rs"));
/// ```
#[derive(Debug)]
pub struct ModelItem {
    /// The item.
    pub input: DeriveInput,
    /// What it says, or every refusal.
    pub model: syn::Result<Model>,
    /// The file.
    pub file: usize,
    /// The module.
    pub module: usize,
    own: bool,
}

/// A `schema! { … }`.
///
/// ```
/// use schema_model::source::Source;
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, r#"driftless::schema! { static APP: Sqlite = "migrations" []; }"#).unwrap();
/// let source = Source::of_path(&root);
/// let item = source.schemas().next().unwrap();
/// assert_eq!(item.input.as_ref().unwrap().ident, "APP");
/// assert_eq!(item.span.source_text().as_deref(), Some("schema"));
/// ```
#[derive(Debug)]
pub struct SchemaItem {
    path: Path,
    tokens: TokenStream,
    /// What it says, or the refusal.
    pub input: syn::Result<SchemaMacro>,
    /// The place of the macro's name.
    pub span: Span,
    /// The file.
    pub file: usize,
    /// The module.
    pub module: usize,
    own: bool,
}

/// A type that the source defines.
#[derive(Debug)]
struct TypeItem {
    name: String,
    module: usize,
    file: usize,
    kind: TypeKind,
}

#[derive(Debug)]
enum TypeKind {
    /// `type Id = i64;`
    Alias { parameters: Vec<Option<String>>, ty: Box<Type> },
    /// With `#[derive(SqlType)]`.
    SqlType(Box<syn::Result<SqlTypeModel>>),
    /// A struct or an enum without it.
    Opaque,
}

/// `impl SqlType for X { const TYPE: TypeFact = …; }`, written by hand.
#[derive(Debug)]
struct HandImpl {
    module: usize,
    ty: Type,
    fact: Option<syn::Expr>,
}

/// A type with `#[derive(SqlType)]`, as the caller sees it.
///
/// ```
/// use schema_model::source::Source;
/// # let dir = tempfile::tempdir().unwrap();
/// # let root = dir.path().join("main.rs");
/// std::fs::write(&root, r#"#[derive(driftless::SqlType)] struct Email(String);"#).unwrap();
/// let source = Source::of_path(&root);
/// let item = source.sql_types().next().unwrap();
/// assert_eq!(item.model.as_ref().unwrap().ident, "Email");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SqlTypeItem<'a> {
    /// What it says, or every refusal.
    pub model: &'a syn::Result<SqlTypeModel>,
    /// The file.
    pub file: usize,
    /// The module.
    pub module: usize,
}

impl Source {
    /// Reads a crate from its root file. `others` are the root files of crates that it may name, by their names;
    /// those that it does name are read as well, for their types and models.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use schema_model::TypeResolver as _;
    /// use schema_model::source::Source;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let (root, shared) = (dir.path().join("main.rs"), dir.path().join("shared.rs"));
    /// std::fs::write(&root, "#[derive(driftless::Table)] struct User { id: shared::Id }").unwrap();
    /// std::fs::write(&shared, "pub type Id = i64;").unwrap();
    /// let source = Source::of_crate(&root, &BTreeMap::from([("shared".to_owned(), shared)]));
    /// let user = source.models().next().unwrap();
    /// let ty = &user.model.as_ref().unwrap().fields[0].ty;
    /// assert_eq!(&*source.resolver(user.module).fact(ty).unwrap().sqlite, "INTEGER");
    /// ```
    pub fn of_crate(root: &FilePath, others: &BTreeMap<String, PathBuf>) -> Source {
        let mut source = Source::default();
        walk::read_crate(&mut source, &Files::default(), root, others);
        source
    }

    /// Reads several crates that may share files, each file once.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use schema_model::source::Source;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let (main, lib) = (dir.path().join("main.rs"), dir.path().join("lib.rs"));
    /// std::fs::write(&lib, "#[derive(driftless::Table)] pub struct User { id: i64 }").unwrap();
    /// std::fs::write(&main, "fn main() {}").unwrap();
    /// let sources = Source::of_crates(&[lib, main], &BTreeMap::new());
    /// assert_eq!(sources.iter().map(|source| source.models().count()).collect::<Vec<_>>(), [1, 0]);
    /// ```
    pub fn of_crates(roots: &[PathBuf], others: &BTreeMap<String, PathBuf>) -> Vec<Source> {
        let files = Files::default();
        let read = |root: &PathBuf| {
            let mut source = Source::default();
            walk::read_crate(&mut source, &files, root, others);
            source
        };
        roots.iter().map(read).collect()
    }

    /// Reads a file with its out-of-line modules, or every Rust file below a directory.
    ///
    /// ```
    /// use schema_model::source::Source;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let dir = dir.path();
    /// std::fs::write(dir.join("a.rs"), "#[derive(driftless::Table)] struct A { id: i64 }").unwrap();
    /// std::fs::write(dir.join("b.rs"), "#[derive(driftless::Table)] struct B { id: i64 }").unwrap();
    /// assert_eq!(Source::of_path(&dir.join("a.rs")).models().count(), 1);
    /// assert_eq!(Source::of_path(dir).models().count(), 2);
    /// ```
    pub fn of_path(path: &FilePath) -> Source {
        let mut source = Source { bare: true, ..Source::default() };
        walk::read_path(&mut source, path);
        source
    }

    /// The models, in the order of the source.
    pub fn models(&self) -> impl Iterator<Item = &ModelItem> {
        self.models.iter().filter(|item| item.own)
    }

    /// The types with `#[derive(SqlType)]`, in the order of the source.
    pub fn sql_types(&self) -> impl Iterator<Item = SqlTypeItem<'_>> {
        self.types.iter().filter(|item| self.files[item.file].own).filter_map(|item| match &item.kind {
            TypeKind::SqlType(model) => Some(SqlTypeItem { model, file: item.file, module: item.module }),
            TypeKind::Alias { .. } | TypeKind::Opaque => None,
        })
    }

    /// The invocations of `schema!`, in the order of the source.
    pub fn schemas(&self) -> impl Iterator<Item = &SchemaItem> {
        self.schemas.iter().filter(|item| item.own)
    }

    /// What could not be read.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether anything here names driftless, in an import or a path.
    ///
    /// ```
    /// use schema_model::source::Source;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let root = dir.path().join("main.rs");
    /// std::fs::write(&root, r#"use driftless::Table;"#).unwrap();
    /// let source = Source::of_path(&root);
    /// assert!(source.names_driftless());
    /// ```
    pub fn names_driftless(&self) -> bool {
        self.names("driftless")
    }

    /// The files that were read.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.own)
    }

    /// The path of a file.
    pub fn path(&self, file: usize) -> &FilePath {
        &self.files[file].path
    }

    /// What types and paths mean inside a module.
    pub fn resolver(&self, module: usize) -> ScopedResolver<'_> {
        ScopedResolver::new(self, module)
    }
}

/// The place of tokens as a whole.
///
/// ```
/// let ty: syn::Type = syn::parse_str("Vec<u8>")?;
/// assert_eq!(schema_model::source::span_of(&ty).source_text().as_deref(), Some("Vec<u8>"));
/// # Ok::<_, syn::Error>(())
/// ```
pub fn span_of(tokens: &impl ToTokens) -> Span {
    tokens.span()
}

/// Tokens as people write them.
///
/// ```
/// let ty: syn::Type = syn::parse_str("Option< Vec<u8> >")?;
/// assert_eq!(schema_model::source::text_of(&ty), "Option<Vec<u8>>");
/// # Ok::<_, syn::Error>(())
/// ```
pub fn text_of(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    [(" <", "<"), ("< ", "<"), (" >", ">"), (" :: ", "::"), (":: ", "::"), (" ,", ","), ("& ", "&"), (" ;", ";")]
        .iter()
        .fold(text, |text, (written, meant)| text.replace(written, meant))
}

/// Whether any Rust file below a directory has driftless by name, or cannot be read.
///
/// ```
/// use schema_model::source::is_named_below;
/// # let dir = tempfile::tempdir().unwrap();
/// # let dir = dir.path();
/// std::fs::write(dir.join("main.rs"), "fn main() {}").unwrap();
/// assert!(!is_named_below(dir));
/// std::fs::write(dir.join("models.rs"), "use driftless::Table;").unwrap();
/// assert!(is_named_below(dir));
/// ```
pub fn is_named_below(directory: &FilePath) -> bool {
    let Ok(files) = files::below(directory) else { return true };
    files.iter().any(|file| files::names_driftless(file))
}
