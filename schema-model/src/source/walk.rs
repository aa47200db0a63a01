//! The walk through the modules of a crate, by the rules of rustc.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::visit::{self, Visit};
use syn::{Block, DeriveInput, Item, ItemImpl, ItemMod, LitStr, Macro, Stmt, UseTree};

use super::attributes::{active, configured, derives, expanded, path_of};
use super::files::{self, Files};
use super::names::{Import, Module, Named};
use super::{Fault, HandImpl, ModelItem, SchemaItem, Source, SourceFile, TypeItem, TypeKind};
use crate::{Model, SqlTypeModel};

/// Reads a crate, and what it names of the others.
pub(super) fn read_crate(source: &mut Source, files: &Files, root: &Path, others: &BTreeMap<String, PathBuf>) {
    let mut loaded = BTreeSet::new();
    Walk::new(source, files, true).root(root);
    // What driftless itself has is known, even in the workspace of driftless.
    let is_wanted =
        |name: &&String, source: &Source| *name != "driftless" && source.names(name) && others[*name] != root;
    while let Some(name) = others.keys().find(|name| !loaded.contains(*name) && is_wanted(name, source)) {
        loaded.insert(name.clone());
        let mut walk = Walk::new(source, files, false);
        if let Some(module) = walk.root(&others[name]) {
            source.crates.insert(name.clone(), module);
        }
    }
    classify(source);
}

/// Reads a file or a directory.
pub(super) fn read_path(source: &mut Source, path: &Path) {
    let cache = Files::default();
    let mut walk = Walk::new(source, &cache, true);
    if path.is_dir() {
        match files::below(path) {
            Ok(files) => files.iter().for_each(|file| {
                if !walk.is_known(file) {
                    walk.root(file);
                }
            }),
            Err(fault) => source.faults.push(fault),
        }
    } else {
        walk.root(path);
    }
    classify(source);
}

/// Sorts out, now that all names are known, which derives and macros are those of driftless.
fn classify(source: &mut Source) {
    let mut models = std::mem::take(&mut source.models);
    models.retain(|item| {
        let marked = item.input.attrs.iter().any(|attribute| attribute.path().is_ident("table"));
        derives(&item.input.attrs).iter().any(|path| source.is_ours(item.module, path, "Table", marked))
    });
    source.models = models;
    let mut schemas = std::mem::take(&mut source.schemas);
    schemas.retain(|item| item.is_ours(source));
    source.schemas = schemas;
}

/// Where the out-of-line modules of a module are.
#[derive(Clone)]
struct Place {
    file: usize,
    module: usize,
    /// The directory of their files.
    directory: PathBuf,
    /// What `#[path]` is relative to.
    base: PathBuf,
}

struct Walk<'a> {
    source: &'a mut Source,
    files: &'a Files,
    own: bool,
    known: BTreeSet<PathBuf>,
    /// The files that lead to the one at hand.
    stack: Vec<PathBuf>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a mut Source, files: &'a Files, own: bool) -> Walk<'a> {
        Walk { source, files, own, known: BTreeSet::new(), stack: Vec::new() }
    }

    fn is_known(&self, file: &Path) -> bool {
        self.known.contains(&canonical(file))
    }

    /// Reads the root file of a crate.
    fn root(&mut self, path: &Path) -> Option<usize> {
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        let module = self.source.modules.len();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        self.source.modules.push(Module::new(name, None, module));
        self.file(path, &directory, module).then_some(module)
    }

    /// Reads a file as the content of a module. `directory` has the files of its own modules.
    fn file(&mut self, path: &Path, directory: &Path, module: usize) -> bool {
        let canonical = canonical(path);
        self.known.insert(canonical.clone());
        let parsed = match self.files.get(path) {
            Ok(parsed) => parsed,
            Err(fault) => {
                self.fault(fault);
                return false;
            }
        };
        let file = self.source.files.len();
        self.source.files.push(SourceFile { path: path.to_owned(), own: self.own });
        if active(&parsed.attrs) == Some(false) {
            return true;
        }
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        self.stack.push(canonical);
        self.items(&parsed.items, &Place { file, module, directory: directory.to_owned(), base });
        self.stack.pop();
        true
    }

    /// Reports a fault, unless it is of a crate that is only looked up in.
    fn fault(&mut self, fault: Fault) {
        if self.own {
            self.source.faults.push(fault);
        }
    }

    fn items<'i>(&mut self, items: impl IntoIterator<Item = &'i Item>, place: &Place) {
        for item in items {
            self.item(item, place);
        }
    }

    fn item(&mut self, item: &Item, place: &Place) {
        match item {
            Item::Struct(item) if is_there(&item.attrs) => {
                self.ty(&item.attrs, &item.ident, place, || item.clone().into());
            }
            Item::Enum(item) if is_there(&item.attrs) => {
                self.ty(&item.attrs, &item.ident, place, || item.clone().into());
            }
            Item::Union(item) if is_there(&item.attrs) => {
                self.ty(&item.attrs, &item.ident, place, || item.clone().into());
            }
            Item::Type(item) if is_there(&item.attrs) => {
                let parameters = item.generics.params.iter().map(|parameter| match parameter {
                    syn::GenericParam::Type(ty) => Some(ty.ident.to_string()),
                    _ => None,
                });
                let kind = TypeKind::Alias { parameters: parameters.collect(), ty: item.ty.clone() };
                self.spell(item.ty.to_token_stream());
                self.define(&item.ident, kind, place);
            }
            Item::Use(item) if is_there(&item.attrs) => {
                let leading = item.leading_colon.is_some();
                self.import(&item.tree, &mut Vec::new(), leading, place.module);
            }
            Item::ExternCrate(item) => {
                let name = item.ident.unraw().to_string();
                let known_as =
                    item.rename.as_ref().map_or_else(|| name.clone(), |(_, rename)| rename.unraw().to_string());
                let import = Import { path: vec![name], leading: item.ident != "self" };
                self.source.modules[place.module].add(known_as, Named::Import(import));
            }
            Item::Mod(item) if is_there(&item.attrs) => self.module(item, place),
            Item::Macro(item) if is_there(&item.attrs) => self.macro_item(item, place),
            Item::Impl(item) if is_there(&item.attrs) => {
                self.implementation(item, place);
                self.inside(|inside| inside.visit_item_impl(item), place);
            }
            Item::Fn(item) if is_there(&item.attrs) => self.inside(|inside| inside.visit_item_fn(item), place),
            Item::Trait(item) if is_there(&item.attrs) => self.inside(|inside| inside.visit_item_trait(item), place),
            Item::Const(item) if is_there(&item.attrs) => self.inside(|inside| inside.visit_item_const(item), place),
            Item::Static(item) if is_there(&item.attrs) => self.inside(|inside| inside.visit_item_static(item), place),
            _ => {}
        }
    }

    fn macro_item(&mut self, item: &syn::ItemMacro, place: &Place) {
        if !self.invocation(&item.mac, place) {
            // It may write an implementation for what it names.
            self.source.macros.push(item.mac.tokens.clone());
        }
    }

    /// Reads the items in the blocks of an item.
    fn inside(&mut self, visit: impl FnOnce(&mut Inside<'_, 'a>), place: &Place) {
        visit(&mut Inside { walk: self, place: place.clone() });
    }

    fn define(&mut self, ident: &syn::Ident, kind: TypeKind, place: &Place) {
        let name = ident.unraw().to_string();
        let item = self.source.types.len();
        self.source.modules[place.module].add(name.clone(), Named::Item(item));
        self.source.types.push(TypeItem { name, module: place.module, file: place.file, kind });
    }

    fn ty(
        &mut self,
        attributes: &[syn::Attribute],
        ident: &syn::Ident,
        place: &Place,
        input: impl FnOnce() -> DeriveInput,
    ) {
        let names = derives(&expanded(attributes));
        let may_be = |name: &str| names.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == name));
        // A derive may also come under another name: `use driftless::Table as Model`.
        let is_renamed = |name: &str| names.iter().any(|path| self.source.is_alias_of(place.module, path, name));
        let model = may_be("Table") || is_renamed("Table");
        let stored = may_be("SqlType") || is_renamed("SqlType");
        if !model && !stored {
            return self.define(ident, TypeKind::Opaque, place);
        }
        let input = configured(input());
        self.spell(input.to_token_stream());
        let kind = if stored { TypeKind::SqlType(Box::new(SqlTypeModel::parse(&input))) } else { TypeKind::Opaque };
        self.define(ident, kind, place);
        if model {
            let model = Model::parse(&input);
            self.source.models.push(ModelItem { input, model, file: place.file, module: place.module, own: self.own });
        }
    }

    fn import(&mut self, tree: &UseTree, before: &mut Vec<String>, leading: bool, module: usize) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.unraw().to_string());
                self.import(&path.tree, before, leading, module);
                before.pop();
            }
            UseTree::Name(name) => {
                let name = name.ident.unraw().to_string();
                self.name(before, &name, name.clone(), leading, module);
            }
            UseTree::Rename(rename) => {
                let (name, known_as) = (rename.ident.unraw().to_string(), rename.rename.unraw().to_string());
                self.name(before, &name, known_as, leading, module);
            }
            UseTree::Glob(_) => {
                self.source.modules[module].globs.push(Import { path: before.clone(), leading });
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, leading, module);
                }
            }
        }
    }

    fn name(&mut self, before: &[String], name: &str, known_as: String, leading: bool, module: usize) {
        let mut path = before.to_vec();
        let mut known_as = known_as;
        if name == "self" {
            // `use a::b::{self}` names b itself.
            if known_as == "self" {
                known_as = path.last().cloned().unwrap_or_default();
            }
        } else {
            path.push(name.to_owned());
        }
        self.source.modules[module].add(known_as, Named::Import(Import { path, leading }));
    }

    fn module(&mut self, item: &ItemMod, place: &Place) {
        let name = item.ident.unraw().to_string();
        let module = self.source.modules.len();
        let root = self.source.modules[place.module].root;
        self.source.modules.push(Module::new(name.clone(), Some(place.module), root));
        self.source.modules[place.module].add(name.clone(), Named::Module(module));
        let stated = path_of(&item.attrs);
        if let Some((_, items)) = &item.content {
            let directory = match &stated {
                Some((path, _)) => place.base.join(path),
                None => place.directory.join(&name),
            };
            let inner = Place { file: place.file, module, base: directory.clone(), directory };
            return self.items(items, &inner);
        }
        let (path, directory) = file_of(&name, stated.as_ref().map(|(path, _)| path.as_str()), place);
        if !path.is_file() {
            let span = stated.map_or_else(|| item.ident.span(), |(_, span)| span);
            return self.missing(item, &name, span, place);
        }
        let canonical = canonical(&path);
        if self.stack.contains(&canonical) {
            let message = format!("module `{name}` is the file that declares it: `{}`", path.display());
            return self.fault_at("missing-module", item.ident.span(), message, place);
        }
        if self.source.bare && self.known.contains(&canonical) {
            return;
        }
        self.file(&path, &directory, module);
    }

    /// A module without a file; under a `cfg` or among bare paths it may be missing on purpose.
    fn missing(&mut self, item: &ItemMod, name: &str, span: Span, place: &Place) {
        if self.source.bare || active(&item.attrs) != Some(true) {
            return;
        }
        let file = self.source.files[place.file].path.display();
        let message = format!(
            "module `{name}`, which `{file}` declares, has no file\n  \
             help: create `{name}.rs` or `{name}/mod.rs`; the models of this module were not checked"
        );
        self.fault_at("missing-module", span, message, place);
    }

    fn fault_at(&mut self, code: &'static str, span: Span, message: String, place: &Place) {
        let file = self.source.files[place.file].path.clone();
        self.fault(Fault { code, file, span: Some(span), message });
    }

    /// Reads what a macro stands for, where that is known.
    fn invocation(&mut self, mac: &Macro, place: &Place) -> bool {
        let Some(last) = mac.path.segments.last() else { return false };
        let included = (last.ident == "include").then(|| mac.parse_body::<LitStr>().ok()).flatten();
        if let Some(path) = included {
            let path = self.source.files[place.file].path.parent().unwrap_or(Path::new("")).join(path.value());
            if path.is_file() && !self.stack.contains(&canonical(&path)) {
                let directory = place.directory.clone();
                self.file(&path, &directory, place.module);
            }
        } else if last.ident == "schema" || self.source.is_alias_of(place.module, &mac.path, "schema") {
            self.spell(mac.tokens.clone());
            self.source.schemas.push(SchemaItem {
                path: mac.path.clone(),
                tokens: mac.tokens.clone(),
                input: mac.parse_body(),
                span: last.ident.span(),
                file: place.file,
                module: place.module,
                own: self.own,
            });
        } else {
            return false;
        }
        true
    }

    /// Notes the words that paths begin with, since they may be crates.
    fn spell(&mut self, tokens: TokenStream) {
        let mut word = None;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => word = Some(ident),
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    self.source.spelled.extend(word.take().map(|word| word.to_string()));
                }
                TokenTree::Group(group) => self.spell(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => word = None,
            }
        }
    }

    fn implementation(&mut self, item: &ItemImpl, place: &Place) {
        let Some((path, _)) = &item.trait_ else { return };
        if path.segments.last().is_none_or(|last| last.ident != "SqlType") {
            return;
        }
        let fact = item.items.iter().find_map(|item| match item {
            syn::ImplItem::Const(constant) if constant.ident == "TYPE" => Some(constant.expr.clone()),
            _ => None,
        });
        let module = place.module;
        self.source.impls.push(HandImpl { module, ty: (*item.self_ty).clone(), fact });
    }
}

/// Finds the blocks that have items of their own.
struct Inside<'w, 'a> {
    walk: &'w mut Walk<'a>,
    place: Place,
}

impl<'ast> Visit<'ast> for Inside<'_, '_> {
    fn visit_block(&mut self, block: &'ast Block) {
        let is_item = |statement: &Stmt| matches!(statement, Stmt::Item(_) | Stmt::Macro(_));
        if !block.stmts.iter().any(is_item) {
            return visit::visit_block(self, block);
        }
        let module = self.walk.source.modules.len();
        let root = self.walk.source.modules[self.place.module].root;
        self.walk.source.modules.push(Module::block(self.place.module, root));
        let outer = std::mem::replace(&mut self.place.module, module);
        let place = self.place.clone();
        for statement in &block.stmts {
            match statement {
                Stmt::Item(item) => self.walk.item(item, &place),
                Stmt::Macro(statement) => {
                    self.walk.invocation(&statement.mac, &place);
                }
                other => visit::visit_stmt(self, other),
            }
        }
        self.place.module = outer;
    }

    // The walk itself goes into items.
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// The file of an out-of-line module, and the directory of its own modules.
fn file_of(name: &str, stated: Option<&str>, place: &Place) -> (PathBuf, PathBuf) {
    if let Some(path) = stated {
        let path = place.base.join(path);
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        return (path, directory);
    }
    let directory = place.directory.join(name);
    let flat = place.directory.join(format!("{name}.rs"));
    (if flat.is_file() { flat } else { directory.join("mod.rs") }, directory)
}

/// Whether a build that is no test may have an item.
fn is_there(attributes: &[syn::Attribute]) -> bool {
    active(attributes) != Some(false) && !attributes.iter().any(is_test)
}

/// `#[test]`, `#[tokio::test]`.
fn is_test(attribute: &syn::Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "test")
}

fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
