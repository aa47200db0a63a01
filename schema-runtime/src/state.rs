//! The states that a database is found in.

use std::fmt;

use crate::Kind;

/// What state a database is in, compared with the migrations of the program. The list is closed: every database is
/// in exactly one of them, or cannot be read at all.
///
/// ```
/// # use schema_runtime::{Migration, Sqlite, checksum};
/// # use schema_runtime::rusqlite::Connection;
/// # let migration = |version: &'static str, sql: &'static str| Migration {
/// #     version: version.into(),
/// #     name: "notes".into(),
/// #     file: format!("migrations/{version}_notes.sql").into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # };
/// # let app = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")])?;
/// use schema_runtime::State;
///
/// let mut db = Connection::open_in_memory()?;
/// assert_eq!(app.status(&db)?.state, State::Fresh);
/// db.execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY)")?; // made by hand
/// assert_eq!(app.status(&db)?.state, State::Unmanaged);
/// app.migrate(&mut db)?;
/// assert_eq!(app.status(&db)?.state, State::Current);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// None of the tables is there: the final schema is created at once.
    Fresh,
    /// Every migration is recorded, and the schema is that of the last one: there is nothing to do.
    Current,
    /// The history ends before the last migration, and the schema is that of its end: the rest runs.
    Behind,
    /// There is no history, but exactly the schema of a version: that version is recorded, the rest runs.
    Unmanaged,
    /// Pending migrations are there already, as a whole or in part: what is missing of them runs.
    Hybrid,
    /// Another tool recorded migrations: they are adopted, the rest runs.
    Foreign,
    /// The schema is not that of any version. When a rehearsal of the pending migrations overcomes it, they run.
    Drifted,
    /// A newer release migrated it: refused.
    Newer,
    /// The file of a recorded migration was edited: refused.
    Edited,
    /// A recorded migration is not in the program: refused.
    Missing,
    /// A migration of the program comes before a recorded one: refused.
    Late,
    /// The history, or the file, is damaged: refused.
    Corrupt,
}

impl State {
    /// All of them.
    ///
    /// ```
    /// use schema_runtime::State;
    /// assert!(State::ALL.contains(&State::Hybrid));
    /// ```
    pub const ALL: [State; 12] = [
        State::Fresh,
        State::Current,
        State::Behind,
        State::Unmanaged,
        State::Hybrid,
        State::Foreign,
        State::Drifted,
        State::Newer,
        State::Edited,
        State::Missing,
        State::Late,
        State::Corrupt,
    ];

    /// The word for it, which stays the same from release to release.
    ///
    /// ```
    /// use schema_runtime::State;
    /// assert_eq!(State::Hybrid.as_str(), "hybrid");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Fresh => "fresh",
            State::Current => "current",
            State::Behind => "behind",
            State::Unmanaged => "unmanaged",
            State::Hybrid => "hybrid",
            State::Foreign => "foreign",
            State::Drifted => "drifted",
            State::Newer => "newer",
            State::Edited => "edited",
            State::Missing => "missing",
            State::Late => "late",
            State::Corrupt => "corrupt",
        }
    }

    /// The state of a database that is refused for this reason.
    pub(crate) fn of_refusal(kind: Kind) -> State {
        match kind {
            Kind::Newer => State::Newer,
            Kind::Edited => State::Edited,
            Kind::Missing => State::Missing,
            Kind::Late | Kind::Duplicate => State::Late,
            Kind::CorruptHistory | Kind::AlteredHistory | Kind::Corrupt | Kind::NotADatabase => State::Corrupt,
            Kind::Ambiguous | Kind::Unadopted => State::Unmanaged,
            Kind::Conflicting | Kind::UndecidedRows => State::Hybrid,
            Kind::Contradictory | Kind::Unfinished => State::Foreign,
            _ => State::Drifted,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
