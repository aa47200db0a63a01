//! Generated code names nothing that the user may have taken.

#![no_implicit_prelude]

mod shadowed {
    // Types, traits, modules and macros with the names of the standard library's.
    #[derive(::driftless::SqlType)]
    pub struct String(pub ::std::string::String);
    pub struct Result;
    pub struct Vec;
    pub struct Box;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Sqlite;
    pub struct TypeFact;
    pub struct Migration;
    pub trait Table {}
    pub trait SqlType {}
    pub mod core {}
    pub mod std {}
    pub mod driftless {}
    pub mod diagnostic {}
    #[allow(unused_macros)]
    macro_rules! assert {
        () => {};
    }
    #[allow(unused_macros)]
    macro_rules! concat {
        () => {};
    }
    #[allow(unused_macros)]
    macro_rules! env {
        () => {};
    }
    #[allow(unused_macros)]
    macro_rules! format {
        () => {};
    }
    #[allow(unused_macros)]
    macro_rules! include_bytes {
        () => {};
    }
    #[allow(unused_macros)]
    macro_rules! panic {
        () => {};
    }
    #[allow(non_camel_case_types)]
    pub type str = ();
    #[allow(non_camel_case_types)]
    pub type u8 = ();
    #[allow(non_camel_case_types)]
    pub type u64 = ();
    #[allow(non_camel_case_types)]
    pub type bool = ();

    #[derive(::driftless::SqlType)]
    pub enum Option {
        Some,
        None,
    }

    #[derive(::driftless::Table)]
    pub struct Thing {
        #[column(primary_key)]
        pub id: i64,
        pub name: String,
        pub note: ::std::option::Option<String>,
        #[column(references = Thing::id)]
        pub parent: ::core::option::Option<i64>,
        pub kind: Option,
    }

    ::driftless::schema! {
        pub static APP: Sqlite = "migrations" [Thing];
    }
}

fn main() {
    use ::driftless::Table as _;
    use ::std::assert_eq;

    let mut db = ::rusqlite::Connection::open_in_memory().unwrap();
    shadowed::APP.migrate(&mut db).unwrap();
    db.execute("INSERT INTO things (name, kind) VALUES ('a', 'none')", []).unwrap();
    db.execute("INSERT INTO things (name, kind) VALUES ('a', 'other')", []).unwrap_err();
    assert_eq!(shadowed::Thing::NAME, "things");
}
