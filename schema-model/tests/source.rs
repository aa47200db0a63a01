//! The walk through a crate: which models are found, what cannot be read, and what types mean.
#![cfg(feature = "source")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use schema_model::TypeResolver as _;
use schema_model::source::{Fact, NamedModel, Source};
use tempfile::TempDir;

/// A directory with these files.
fn dir(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn crate_at(dir: &TempDir, root: &str) -> Source {
    Source::of_crate(&dir.path().join(root), &BTreeMap::new())
}

/// The models with their files, relative to the directory.
fn models(source: &Source, dir: &TempDir) -> Vec<String> {
    let shown = |file: usize| {
        let path = fs::canonicalize(source.path(file)).unwrap();
        path.strip_prefix(fs::canonicalize(dir.path()).unwrap()).unwrap().display().to_string()
    };
    source.models().map(|item| format!("{} in {}", item.input.ident, shown(item.file))).collect()
}

fn faults(source: &Source) -> Vec<String> {
    let line = |message: &str| message.lines().next().unwrap_or_default().to_owned();
    source.faults().iter().map(|fault| format!("{}: {}", fault.code, line(&fault.message))).collect()
}

fn model(name: &str) -> String {
    format!("#[derive(driftless::Table)] pub struct {name} {{ pub id: i64 }}\n")
}

#[test]
fn modules_are_found_where_rustc_finds_them() {
    let dir = dir(&[
        (
            "src/lib.rs",
            "mod flat; mod nested; mod inline { mod deep; } #[path = \"odd/place.rs\"] mod renamed; mod r#type;",
        ),
        ("src/flat.rs", &format!("{} mod below;", model("A"))),
        ("src/flat/below.rs", &model("B")),
        ("src/nested/mod.rs", &format!("{} mod below;", model("C"))),
        ("src/nested/below.rs", &model("D")),
        ("src/inline/deep.rs", &model("E")),
        ("src/odd/place.rs", "mod beside;"),
        ("src/odd/beside.rs", &model("F")),
        ("src/type.rs", &model("G")),
        ("src/unrelated.rs", &model("Unrelated")),
    ]);
    let source = crate_at(&dir, "src/lib.rs");
    assert_eq!(faults(&source), [""; 0]);
    assert_eq!(
        models(&source, &dir),
        [
            "A in src/flat.rs",
            "B in src/flat/below.rs",
            "C in src/nested/mod.rs",
            "D in src/nested/below.rs",
            "E in src/inline/deep.rs",
            "F in src/odd/beside.rs",
            "G in src/type.rs",
        ]
    );
}

#[test]
fn paths_inside_inline_modules_begin_at_their_directory() {
    let dir = dir(&[
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", "mod inline { #[path = \"other.rs\"] mod x; } #[path = \"direct.rs\"] mod y;"),
        ("src/a/inline/other.rs", &model("A")),
        ("src/direct.rs", &model("B")),
    ]);
    assert_eq!(models(&crate_at(&dir, "src/lib.rs"), &dir), ["A in src/a/inline/other.rs", "B in src/direct.rs"]);
}

#[test]
fn what_only_tests_have_is_not_there() {
    let text = format!(
        "#[cfg(test)] mod tests; #[cfg(feature = \"x\")] mod generated; #[cfg(all(test, unix))] {} #[cfg(unix)] {}
         #[test] fn t() {{ {} }} fn f() {{ {} }}",
        model("A"),
        model("B"),
        model("C"),
        model("D")
    );
    let dir = dir(&[("lib.rs", &text)]);
    let source = crate_at(&dir, "lib.rs");
    assert_eq!(models(&source, &dir), ["B in lib.rs", "D in lib.rs"]);
    assert_eq!(faults(&source), [""; 0], "a module under a condition may come from a build script");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_read() {
    let dir = dir(&[
        ("lib.rs", &format!("mod absent; mod broken; mod latin; mod pipe; {}", model("A"))),
        ("broken.rs", "struct X { a: , }"),
        ("pipe.rs/mod.rs", ""),
    ]);
    fs::write(dir.path().join("latin.rs"), b"// caf\xe9\n").unwrap();
    let source = crate_at(&dir, "lib.rs");
    let root = dir.path().display().to_string();
    let told: Vec<String> = faults(&source).iter().map(|fault| fault.replace(&root, "DIR")).collect();
    assert_eq!(told[0], "missing-module: module `absent`, which `DIR/lib.rs` declares, has no file");
    assert!(told[1].starts_with("syntax: `DIR/broken.rs` cannot be parsed: expected"), "{}", told[1]);
    assert_eq!(told[2], "unreadable-source: cannot read `DIR/latin.rs`: it is not UTF-8, from line 1 on");
    assert_eq!(told[3], "missing-module: module `pipe`, which `DIR/lib.rs` declares, has no file");
    assert_eq!(told.len(), 4);
    assert_eq!(models(&source, &dir), ["A in lib.rs"]);
}

#[test]
fn a_module_that_contains_itself_ends() {
    let dir = dir(&[("lib.rs", "#[path = \"a.rs\"] mod a;"), ("a.rs", "#[path = \"lib.rs\"] mod b;")]);
    assert!(
        faults(&crate_at(&dir, "lib.rs"))[0].starts_with("missing-module: module `b` is the file that declares it")
    );
}

#[test]
fn deep_nesting_is_refused_and_no_crash() {
    let dir = dir(&[("lib.rs", &format!("const X: u8 = {}1{};", "(".repeat(100_000), ")".repeat(100_000)))]);
    assert!(faults(&crate_at(&dir, "lib.rs"))[0].ends_with("is nested more than 400 brackets deep"));
}

#[test]
fn a_byte_order_mark_a_shebang_and_other_line_ends_are_no_obstacle() {
    let dir = dir(&[("lib.rs", &format!("\u{feff}#!/usr/bin/env run\r\n{}", model("A").replace('\n', "\r\n")))]);
    assert_eq!(models(&crate_at(&dir, "lib.rs"), &dir), ["A in lib.rs"]);
}

#[test]
fn a_directory_is_read_once_whatever_links_lead_back() {
    let dir = dir(&[
        ("m/lib.rs", "mod a;"),
        ("m/a.rs", &model("A")),
        ("m/b/c.rs", &model("B")),
        ("m/target/CACHEDIR.TAG", ""),
        ("m/target/x.rs", &model("X")),
        ("m/.hidden/y.rs", &model("Y")),
        ("m/notes.txt", &model("Z")),
    ]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("m"), dir.path().join("m/b/again")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("m/a.rs"), dir.path().join("m/b/a.rs")).unwrap();
    }
    let source = Source::of_path(&dir.path().join("m"));
    assert_eq!(models(&source, &dir), ["A in m/a.rs", "B in m/b/c.rs"]);
}

#[test]
fn only_the_derive_of_driftless_counts() {
    let found = |text: &str| {
        let dir = dir(&[("lib.rs", text)]);
        let source = crate_at(&dir, "lib.rs");
        source.models().count()
    };
    let bare = |text: &str| {
        let dir = dir(&[("lib.rs", text)]);
        let source = Source::of_path(&dir.path().join("lib.rs"));
        source.models().count()
    };
    assert_eq!(found("#[derive(driftless::Table)] struct A { a: i64 }"), 1);
    assert_eq!(found("use driftless::Table; #[derive(Debug, Table)] struct A { a: i64 }"), 1);
    assert_eq!(found("use driftless::*; #[derive(Table)] struct A { a: i64 }"), 1);
    assert_eq!(found("use driftless::Table as Model; #[derive(Model)] struct A { a: i64 }"), 1);
    assert_eq!(
        found("mod prelude { pub use driftless::Table; } use prelude::*; #[derive(Table)] struct A { a: i64 }"),
        1
    );
    assert_eq!(found("use driftless as d; #[derive(d::Table)] struct A { a: i64 }"), 1);
    assert_eq!(found("#[cfg_attr(feature = \"db\", derive(driftless::Table))] struct A { a: i64 }"), 1);
    assert_eq!(found("use other::Table; #[derive(Table)] struct A { a: i64 }"), 0);
    assert_eq!(found("#[derive(other::Table)] struct A { a: i64 }"), 0);
    assert_eq!(found("#[derive(Table)] struct A { a: i64 }"), 0);
    assert_eq!(
        found("#[macro_use] extern crate driftless; #[derive(Table)] #[table(name = \"a\")] struct A { a: i64 }"),
        1
    );
    assert_eq!(bare("#[derive(Table)] struct A { a: i64 }"), 1);
    assert_eq!(bare("use other::Table; #[derive(Table)] struct A { a: i64 }"), 0);
}

/// What is stored for the type `T` of a field in a module at the end of this text.
fn fact(text: &str, ty: &str) -> String {
    let text = format!("use driftless::{{SqlType, Table}};\n{text}\n#[derive(Table)] struct Probe {{ field: {ty} }}");
    let dir = dir(&[("lib.rs", &text)]);
    let source = crate_at(&dir, "lib.rs");
    let probe = source.models().last().unwrap();
    let ty = &probe.model.as_ref().unwrap().fields[0].ty;
    match source.resolver(probe.module).judge(ty) {
        Fact::Known(fact) => format!("{}{}", fact.sqlite, if fact.nullable { " NULL" } else { "" }),
        Fact::Unstorable(ty) => format!("no {ty}"),
        Fact::Refused => "refused".to_owned(),
        Fact::Unknown => "unknown".to_owned(),
    }
}

#[track_caller]
fn means(cases: &[(&str, &str, &str)]) {
    for (text, ty, expected) in cases {
        assert_eq!(fact(text, ty), *expected, "`{ty}` after `{text}`");
    }
}

#[test]
fn types_mean_what_rustc_takes_them_for() {
    means(&[
        ("", "i64", "INTEGER"),
        ("", "std::option::Option<std::string::String>", "TEXT NULL"),
        ("", "Option<Vec<u8>>", "BLOB NULL"),
        ("", "[u8; 32]", "BLOB"),
        ("", "&'static str", "TEXT"),
        ("", "Box<[u8]>", "BLOB"),
        ("", "std::borrow::Cow<'static, str>", "TEXT"),
        ("use std::sync::Arc;", "Arc<str>", "TEXT"),
        ("use std::option::Option as Maybe;", "Maybe<bool>", "BOOLEAN NULL"),
        ("", "driftless::Value", "ANY"),
        ("type Id = i64;", "Id", "INTEGER"),
        ("type Maybe<T> = Option<T>;", "Maybe<f64>", "REAL NULL"),
        ("type Outer<T> = Inner<T>; type Inner<U> = Option<U>;", "Outer<String>", "TEXT NULL"),
        ("type Byte = u8;", "Vec<Byte>", "BLOB"),
        ("type Loop = Loop;", "Loop", "unknown"),
        ("type Bytes = Vec<u8>; #[derive(SqlType)] struct Hash(Bytes);", "Hash", "BLOB"),
        (
            "#[derive(SqlType)] struct Inner(Option<i64>); #[derive(SqlType)] struct Outer { x: Inner }",
            "Outer",
            "INTEGER NULL",
        ),
        ("#[derive(SqlType)] enum Mood { Sad, Glad }", "Option<Mood>", "TEXT NULL"),
    ]);
}

#[test]
fn names_are_followed_through_modules_and_implementations() {
    means(&[
        ("mod a { pub mod b { pub type Id = u32; } } use a::b::{self, Id as Key};", "Key", "INTEGER"),
        ("mod a { pub mod b { pub type Id = u32; } } use a::b;", "b::Id", "INTEGER"),
        ("mod a { pub type Id = super::Real; } type Real = f32;", "crate::a::Id", "REAL"),
        ("mod a { pub use self::c::*; mod c { pub type Id = i8; } } use a::*;", "Id", "INTEGER"),
        (
            "struct Money(i64); impl SqlType for Money { const TYPE: TypeFact = <i64 as SqlType>::TYPE; }",
            "Money",
            "INTEGER",
        ),
        (
            "struct Day; impl driftless::SqlType for Day { const TYPE: TypeFact = TypeFact::TEXT.declared(\"DATE\", \"date\"); }",
            "Day",
            "DATE",
        ),
        ("struct Odd; impl SqlType for Odd { const TYPE: TypeFact = odd(); }", "Odd", "unknown"),
        (
            "enum Mood { Sad } impl SqlType for Mood { const TYPE: TypeFact = TypeFact::text_enum(&[\"sad\"]); }",
            "Mood",
            "TEXT",
        ),
        (
            "struct Typed<T>(T); impl<U: SqlType> SqlType for Typed<U> { const TYPE: TypeFact = U::TYPE.optional(); }",
            "Typed<f64>",
            "REAL NULL",
        ),
        ("#[cfg(unix)] type Id = i64; #[cfg(not(unix))] type Id = i32;", "Id", "unknown"),
        ("#[cfg(unix)] type Id = i64; #[cfg(test)] type Id = String;", "Id", "INTEGER"),
        ("#[cfg(unix)] type Text = String; #[cfg(windows)] type Text = Box<str>;", "Text", "TEXT"),
        ("", "u64", "no u64"),
        ("type Big = Option<usize>;", "Big", "no usize"),
        ("", "Vec<String>", "no Vec<String>"),
        ("", "(i64, i64)", "no (i64, i64)"),
        ("struct Plain;", "Plain", "no Plain"),
        ("struct Plain; impl_sql_type!(Plain, i64);", "Plain", "unknown"),
        ("#[derive(SqlType)] struct Two(i64, i64);", "Two", "refused"),
        ("#[derive(SqlType)] struct Big(u64);", "Big", "refused"),
        ("", "chrono::NaiveDate", "unknown"),
        ("use uuid::Uuid;", "Uuid", "unknown"),
        ("", "NotThere", "unknown"),
    ]);
}

#[test]
fn a_name_that_nobody_has_is_missing() {
    let missing = |text: &str, ty: &str| {
        let text = format!("use driftless::Table;\n{text}\n#[derive(Table)] struct Probe {{ field: {ty} }}");
        let dir = dir(&[("lib.rs", &text)]);
        let source = crate_at(&dir, "lib.rs");
        let probe = source.models().last().unwrap();
        let ty = &probe.model.as_ref().unwrap().fields[0].ty;
        source.resolver(probe.module).missing_in(ty).map(|(_, message)| message)
    };
    let words = Some("cannot find type `Emial` in this scope".to_owned());
    assert_eq!(missing("", "Emial"), words);
    assert_eq!(missing("mod m {} use m::*;", "Option<Emial>"), words);
    assert_eq!(missing("use driftless::*;", "Emial"), words);
    for ty in ["i64", "Option<u64>", "Vec<u8>", "String", "other::Emial", "crate::Emial"] {
        assert_eq!(missing("", ty), None, "{ty}");
    }
    // Whatever may bring the name makes it possible.
    for text in [
        "use other::*;",
        "make_type!(Emial);",
        "use other::Emial;",
        "mod absent;",
        "mod m { pub use other::*; } use m::*;",
    ] {
        assert_eq!(missing(text, "Emial"), None, "{text}");
    }
}

#[test]
fn names_of_the_standard_library_can_be_hidden() {
    assert_eq!(fact("type String = i64;", "String"), "INTEGER");
    assert_eq!(fact("mod m { pub type String = i64; } use m::*;", "String"), "INTEGER");
    assert_eq!(fact("use other::String;", "String"), "unknown");
    assert_eq!(fact("use other::prelude::*;", "String"), "TEXT");
}

#[test]
fn other_crates_of_the_workspace_are_looked_up_in() {
    let dir = dir(&[
        (
            "app/lib.rs",
            "use driftless::Table; use shared::{Email, User}; #[derive(Table)] struct Post { email: Email }",
        ),
        ("shared/lib.rs", "mod types; pub use types::*; #[derive(driftless::Table)] pub struct User { id: i64 }"),
        ("shared/types.rs", "#[derive(driftless::SqlType)] pub struct Email(String);"),
    ]);
    let others = BTreeMap::from([("shared".to_owned(), dir.path().join("shared/lib.rs"))]);
    let source = Source::of_crate(&dir.path().join("app/lib.rs"), &others);
    assert_eq!(models(&source, &dir), ["Post in app/lib.rs"], "models of the other crate are not those of this one");
    let post = source.models().next().unwrap();
    let resolver = source.resolver(post.module);
    let ty = &post.model.as_ref().unwrap().fields[0].ty;
    assert_eq!(&*resolver.fact(ty).unwrap().sqlite, "TEXT");
    let user: syn::Path = syn::parse_str("User").unwrap();
    assert!(matches!(resolver.model(&user), NamedModel::Model(item) if item.input.ident == "User"));
    let email: syn::Path = syn::parse_str("shared::Email").unwrap();
    assert!(matches!(resolver.model(&email), NamedModel::NoTable("Email")));
}

#[test]
fn among_bare_paths_the_one_type_of_a_name_is_meant() {
    let dir = dir(&[
        (
            "m/user.rs",
            "use crate::db::types::Email; use crate::post::Status;
            #[derive(Table)] struct User { email: Email, status: Status }",
        ),
        ("m/types.rs", "#[derive(SqlType)] pub struct Email(String);"),
        ("m/post.rs", "#[derive(SqlType)] pub enum Status { Draft }"),
        ("m/other.rs", "#[derive(SqlType)] pub struct Status(i64);"),
    ]);
    let source = Source::of_path(&dir.path().join("m"));
    let user = source.models().next().unwrap();
    let resolver = source.resolver(user.module);
    let facts: Vec<_> = user.model.as_ref().unwrap().fields.iter().map(|field| resolver.fact(&field.ty)).collect();
    assert_eq!(&*facts[0].as_ref().unwrap().sqlite, "TEXT");
    assert_eq!(facts[1].as_ref().unwrap().variants.as_ref().unwrap().len(), 1);
}

#[test]
fn a_schema_is_found_wherever_it_stands() {
    let dir = dir(&[
        (
            "lib.rs",
            "use driftless::schema; schema! { pub static A: Sqlite = \"migrations\" []; }
            driftless::schema! { static B: Sqlite = \"other\" []; }
            fn f() { driftless::schema! { static C: Sqlite = \"third\" []; } }
            graphql::schema! { type Query }",
        ),
        ("included.rs", "driftless::schema! { static D: Sqlite = \"fourth\" []; }"),
    ]);
    fs::write(dir.path().join("main.rs"), "include!(\"included.rs\");").unwrap();
    let names = |root: &str| {
        let source = crate_at(&dir, root);
        source.schemas().map(|item| item.input.as_ref().unwrap().ident.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names("lib.rs"), ["A", "B", "C"]);
    assert_eq!(names("main.rs"), ["D"]);
}

#[test]
fn a_missing_root_is_told() {
    let source = Source::of_crate(Path::new("no/such/lib.rs"), &BTreeMap::<String, PathBuf>::new());
    assert_eq!(
        faults(&source),
        ["unreadable-source: cannot read `no/such/lib.rs`: No such file or directory (os error 2)"]
    );
}
