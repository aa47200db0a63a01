//! What SQLite stores is read, and what is written from it is the same to SQLite.

use rusqlite::Connection;

use crate::generate::{self, law};

/// A database that these statements made, and those that SQLite accepted.
pub(crate) fn run(statements: &[String]) -> (Connection, Vec<&String>) {
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
    let accepted = statements.iter().filter(|sql| connection.execute_batch(sql).is_ok()).collect();
    (connection, accepted)
}

/// A generator whose SQL is refused tests nothing.
#[test]
fn most_of_the_generated_sql_is_accepted() {
    let counts = std::cell::Cell::new((0, 0));
    law("accepted", 500, 300, |c| {
        let statements = generate::script(c, true);
        let (_, accepted) = run(&statements);
        let (all, good) = counts.get();
        counts.set((all + statements.len(), good + accepted.len()));
        Ok(())
    });
    let (all, good) = counts.get();
    assert!(good * 100 > all * 60, "SQLite accepted {good} of {all} statements");
}
