//! Sets of migrations for the tests.

use schema_runtime::testing::{Proved, prove};
use schema_runtime::{Migration, Sqlite, checksum};

/// A migration, or a way down, of the version.
pub(crate) fn migration(version: usize, end: &str, sql: &str) -> Migration {
    Migration {
        version: version.to_string().into(),
        name: format!("step_{version}").into(),
        file: format!("migrations/{version}{end}.sql").into(),
        sql: sql.to_owned().into(),
        checksum: checksum(sql).into(),
        no_transaction: false,
    }
}

/// The set of these migrations, numbered from 1.
pub(crate) fn set(migrations: &[&str]) -> Sqlite {
    let migrations = migrations.iter().enumerate().map(|(at, sql)| migration(at + 1, "", sql));
    Sqlite::from_migrations(migrations.collect()).expect("the migrations replay")
}

/// What is proved of these migrations.
#[track_caller]
pub(crate) fn proved(migrations: &[&str]) -> Proved {
    prove(&set(migrations)).run().unwrap_or_else(|failure| panic!("{failure}"))
}

/// What is found in these migrations.
#[track_caller]
pub(crate) fn failure(migrations: &[&str]) -> String {
    prove(&set(migrations)).run().expect_err("something is wrong").to_string()
}

/// What was not tried, without the ways down that were not given.
pub(crate) fn untried(proved: &Proved) -> Vec<String> {
    let all = proved.untried.iter().map(ToString::to_string);
    all.filter(|text| !text.starts_with("the way down of ") && !text.starts_with("the ways down of ")).collect()
}
