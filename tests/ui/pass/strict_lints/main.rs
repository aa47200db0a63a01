//! What is generated passes the strictest lints.

#![deny(warnings, missing_docs, unused, future_incompatible, nonstandard_style, rust_2018_idioms, let_underscore)]
#![deny(missing_debug_implementations, unreachable_pub, unused_qualifications, unused_results, trivial_casts)]
#![deny(single_use_lifetimes, explicit_outlives_requirements, elided_lifetimes_in_paths, unused_lifetimes)]
#![deny(unsafe_op_in_unsafe_fn, variant_size_differences, meta_variable_misuse, ambiguous_negative_literals)]
#![forbid(unsafe_code)]

use driftless::{SqlType, Table, schema};

/// How old a user is.
#[derive(Clone, Copy, Debug, PartialEq, SqlType)]
pub(crate) enum Status {
    /// New.
    New,
    /// Old.
    Old,
}

/// An address.
#[derive(Clone, Debug, PartialEq, SqlType)]
pub(crate) struct Email(pub(crate) String);

/// A user.
#[derive(Clone, Debug, PartialEq, Table)]
pub(crate) struct User {
    /// The key.
    #[column(primary_key)]
    pub(crate) id: i64,
    /// The address.
    #[column(unique)]
    pub(crate) email: Email,
    /// The status.
    pub(crate) status: Status,
    /// Who is above.
    #[column(references = User::id)]
    pub(crate) boss_id: Option<i64>,
}

schema! {
    /// The database.
    pub(crate) static APP: Sqlite = "migrations" [User];
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().expect("a database");
    let report = APP.migrate(&mut db).expect("it migrates");
    assert!(!report.is_up_to_date());
    let user = User { id: 1, email: Email("a".to_owned()), status: Status::New, boss_id: None };
    assert_ne!(user, User { status: Status::Old, ..user.clone() });
    let insert = "INSERT INTO users VALUES (?1, ?2, 'new', ?3)";
    assert_eq!(db.execute(insert, (user.id, &user.email.0, user.boss_id)), Ok(1));
}
