//! What paths mean: modules, `use` with renames and globs, the crates beside, the prelude.

use std::collections::BTreeMap;

use syn::Path;
use syn::ext::IdentExt as _;

use super::{SchemaItem, Source, TypeItem};

/// A module, or a block with items of its own.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) name: String,
    pub(super) parent: Option<usize>,
    /// The root of its crate.
    pub(super) root: usize,
    /// Whether it is a block, which sees the names around it.
    block: bool,
    names: BTreeMap<String, Vec<Named>>,
    pub(super) globs: Vec<Import>,
}

/// What a name in a module stands for.
#[derive(Clone, Debug)]
pub(super) enum Named {
    Item(usize),
    Module(usize),
    Import(Import),
}

/// A path in `use`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// Whether it begins with `::`.
    pub(super) leading: bool,
}

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A type of the source, by its number.
    Item(usize),
    /// A module of the source.
    Module(usize),
    /// Something of another crate, by its whole path.
    External(Vec<String>),
    /// Not to be known.
    Unknown,
}

impl Module {
    pub(super) fn new(name: String, parent: Option<usize>, root: usize) -> Module {
        Module { name, parent, root, block: false, names: BTreeMap::new(), globs: Vec::new() }
    }

    pub(super) fn block(parent: usize, root: usize) -> Module {
        Module { block: true, ..Module::new(String::new(), Some(parent), root) }
    }

    pub(super) fn add(&mut self, name: String, named: Named) {
        self.names.entry(name).or_default().push(named);
    }
}

/// The names that need no import, with their places in the standard library.
const PRELUDE: [(&str, &[&str]); 4] = [
    ("Option", &["core", "option", "Option"]),
    ("String", &["alloc", "string", "String"]),
    ("Vec", &["alloc", "vec", "Vec"]),
    ("Box", &["alloc", "boxed", "Box"]),
];
const STANDARD: [&str; 3] = ["std", "core", "alloc"];

/// A name that is being looked up, so that imports in a circle end.
type Open = Vec<(usize, String)>;

impl Source {
    /// The definitions of one name in one module, of which conditions choose one.
    pub(super) fn alternatives(&self, item: usize) -> Vec<usize> {
        let TypeItem { name, module, .. } = &self.types[item];
        let named = self.modules[*module].names.get(name).into_iter().flatten();
        named
            .filter_map(|named| match named {
                Named::Item(item) => Some(*item),
                Named::Module(_) | Named::Import(_) => None,
            })
            .collect()
    }

    /// Whether a crate by this name is imported anywhere.
    pub(super) fn names(&self, name: &str) -> bool {
        let begins = |import: &Import| import.path.first().is_some_and(|first| first == name);
        self.modules.iter().any(|module| {
            let imports =
                module.names.values().flatten().any(|named| matches!(named, Named::Import(import) if begins(import)));
            imports || module.globs.iter().any(begins)
        }) || self.spelled.contains(name)
    }

    /// What a path means inside a module.
    pub(super) fn meaning(&self, module: usize, path: &Path) -> Meaning {
        let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
        let found = self.resolve(module, &words, path.leading_colon.is_some(), &mut Vec::new());
        match found {
            Meaning::Unknown | Meaning::External(_) if self.bare => {
                self.by_name(&self.imported(module, &words)).map_or(found, Meaning::Item)
            }
            found => found,
        }
    }

    /// A path with the import in place of the name that it begins with.
    fn imported(&self, module: usize, words: &[String]) -> Vec<String> {
        let named = words.first().and_then(|first| self.modules[module].names.get(first)).into_iter().flatten();
        let import = named.into_iter().find_map(|named| match named {
            Named::Import(import) => Some(&import.path),
            Named::Item(_) | Named::Module(_) => None,
        });
        match import {
            Some(path) => path.iter().chain(&words[1..]).cloned().collect(),
            None => words.to_vec(),
        }
    }

    /// Among bare paths nothing says how the files hang together, so the one type of a name is the one meant.
    fn by_name(&self, words: &[String]) -> Option<usize> {
        let (last, before) = words.split_last()?;
        if before.first().is_some_and(|first| STANDARD.contains(&first.as_str()))
            || (before.is_empty() && is_prelude(last))
        {
            return None;
        }
        let named: Vec<usize> = (0..self.types.len()).filter(|item| self.types[*item].name == *last).collect();
        let beside =
            |item: &&usize| before.last().is_some_and(|word| *word == self.modules[self.types[**item].module].name);
        let mut near = named.iter().filter(beside);
        match (named.as_slice(), near.next(), near.next()) {
            ([only], _, _) => Some(*only),
            (_, Some(only), None) => Some(*only),
            _ => None,
        }
    }

    fn resolve(&self, module: usize, words: &[String], leading: bool, open: &mut Open) -> Meaning {
        let Some((first, rest)) = words.split_first() else { return Meaning::Unknown };
        let start = match first.as_str() {
            _ if leading => self.outside(module, first),
            "crate" | "$crate" => Meaning::Module(self.modules[module].root),
            "self" => Meaning::Module(self.named_module(module)),
            "super" => match self.modules[self.named_module(module)].parent {
                Some(parent) => Meaning::Module(self.named_module(parent)),
                None => Meaning::Unknown,
            },
            _ => self.in_scope(module, first, open),
        };
        self.follow(start, rest, open)
    }

    fn follow(&self, start: Meaning, rest: &[String], open: &mut Open) -> Meaning {
        rest.iter().fold(start, |found, word| match found {
            Meaning::Module(module) if word == "super" => match self.modules[module].parent {
                Some(parent) => Meaning::Module(self.named_module(parent)),
                None => Meaning::Unknown,
            },
            Meaning::Module(module) if word == "self" => Meaning::Module(module),
            Meaning::Module(module) => self.lookup(module, word, open).unwrap_or(Meaning::Unknown),
            Meaning::External(mut path) => {
                path.push(word.clone());
                Meaning::External(path)
            }
            Meaning::Item(_) | Meaning::Unknown => Meaning::Unknown,
        })
    }

    /// The module around a block.
    fn named_module(&self, mut module: usize) -> usize {
        while let (true, Some(parent)) = (self.modules[module].block, self.modules[module].parent) {
            module = parent;
        }
        module
    }

    /// A name as code in the module sees it.
    fn in_scope(&self, module: usize, name: &str, open: &mut Open) -> Meaning {
        let mut at = module;
        loop {
            if let Some(found) = self.lookup(at, name, open) {
                return found;
            }
            match (self.modules[at].block, self.modules[at].parent) {
                (true, Some(parent)) => at = parent,
                _ => break,
            }
        }
        self.outside(module, name)
    }

    /// A crate, or a name of the prelude.
    fn outside(&self, module: usize, name: &str) -> Meaning {
        if let Some(root) = self.crates.get(name).filter(|root| **root != self.modules[module].root) {
            return Meaning::Module(*root);
        }
        if let Some((_, path)) = PRELUDE.iter().find(|(known, _)| *known == name) {
            return Meaning::External(path.iter().map(|&word| word.to_owned()).collect());
        }
        // Every other name that is in no scope can only be a crate, a primitive type or an unknown.
        Meaning::External(vec![name.to_owned()])
    }

    /// A name that a module has, by definition or by import.
    fn lookup(&self, module: usize, name: &str, open: &mut Open) -> Option<Meaning> {
        let key = (module, name.to_owned());
        if open.contains(&key) {
            return None;
        }
        open.push(key);
        let found = self.defined(module, name, open).or_else(|| self.through_globs(module, name, open));
        open.pop();
        found
    }

    fn defined(&self, module: usize, name: &str, open: &mut Open) -> Option<Meaning> {
        let named = self.modules[module].names.get(name)?;
        let meanings = named.iter().map(|named| match named {
            Named::Item(item) => Meaning::Item(*item),
            Named::Module(module) => Meaning::Module(*module),
            Named::Import(import) => self.resolve(module, &import.path, import.leading, open),
        });
        let mut unknown = None;
        for meaning in meanings {
            match meaning {
                Meaning::Unknown => unknown = Some(Meaning::Unknown),
                found => return Some(found),
            }
        }
        unknown
    }

    fn through_globs(&self, module: usize, name: &str, open: &mut Open) -> Option<Meaning> {
        let mut ours = None;
        for glob in &self.modules[module].globs {
            match self.resolve(module, &glob.path, glob.leading, open) {
                Meaning::Module(other) if other != module => {
                    if let Some(found) = self.lookup(other, name, open).filter(|found| *found != Meaning::Unknown) {
                        return Some(found);
                    }
                }
                Meaning::External(path) if path[0] == "driftless" && OURS.contains(&name) => {
                    ours = Some(Meaning::External(vec![path[0].clone(), name.to_owned()]));
                }
                _ => {}
            }
        }
        ours
    }

    /// Whether a name certainly means nothing: all files were read, no scope has it, and no import of everything
    /// may bring it.
    pub(super) fn is_nowhere(&self, module: usize, path: &Path, word: &str) -> bool {
        let is_unbound = self.meaning(module, path) == Meaning::External(vec![word.to_owned()]);
        self.faults.is_empty() && is_unbound && !BUILT_IN.contains(&word) && !self.may_import_anything(module)
    }

    fn may_import_anything(&self, module: usize) -> bool {
        let own = &self.modules[module];
        let is_open = |import: &Import| match self.resolve(module, &import.path, import.leading, &mut Vec::new()) {
            Meaning::Module(other) if other != module => !self.modules[other].globs.is_empty(),
            Meaning::Module(_) | Meaning::Item(_) => false,
            Meaning::External(path) => path[0] != "driftless",
            Meaning::Unknown => true,
        };
        own.globs.iter().any(is_open)
            || (own.block && own.parent.is_some_and(|parent| self.may_import_anything(parent)))
    }

    /// Whether `use driftless::name as …` stands behind a name.
    pub(super) fn is_alias_of(&self, module: usize, path: &Path, name: &str) -> bool {
        let word = path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
        let named = self.modules[module].names.get(&word).into_iter().flatten();
        named.into_iter().any(|named| match named {
            Named::Import(import) => import.path.len() == 2 && import.path[0] == "driftless" && import.path[1] == name,
            Named::Item(_) | Named::Module(_) => false,
        })
    }

    /// Whether a derive or a macro is the one of driftless: by its path, by an import, or, where nothing tells, by
    /// what stands beside it.
    pub(super) fn is_ours(&self, module: usize, path: &Path, name: &str, marked: bool) -> bool {
        let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
        match self.resolve(module, &words, path.leading_colon.is_some(), &mut Vec::new()) {
            Meaning::External(found) if found.len() > 1 => {
                found[0] == "driftless" && found.last().is_some_and(|last| last == name)
            }
            // Nothing imports it: `#[macro_use] extern crate`, a glob of another crate, or a file of its own.
            Meaning::External(found) => found[0] == name && (self.bare || marked),
            // A type of the same name lives in another namespace.
            Meaning::Item(_) | Meaning::Unknown => words.last().is_some_and(|last| last == name) && marked,
            Meaning::Module(_) => false,
        }
    }
}

impl SchemaItem {
    pub(super) fn is_ours(&self, source: &Source) -> bool {
        let text = self.tokens.to_string();
        let marked = text.contains("static") && text.contains(": Sqlite");
        source.is_ours(self.module, &self.path, "schema", marked)
    }
}

/// The types that need no import besides those of [`PRELUDE`].
const BUILT_IN: [&str; 22] = [
    "bool", "char", "f16", "f32", "f64", "f128", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32",
    "u64", "u128", "usize", "Result", "Self", "ToString",
];

const OURS: [&str; 5] = ["Table", "SqlType", "schema", "Value", "TypeFact"];

fn is_prelude(name: &str) -> bool {
    PRELUDE.iter().any(|(known, _)| *known == name)
}

/// Whether a path of another crate is of the standard library.
pub(super) fn is_standard(path: &[String]) -> bool {
    path.first().is_some_and(|first| STANDARD.contains(&first.as_str()))
}
