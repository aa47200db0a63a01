//! What is written down behaves as the original does: the same catalogue, the same rows accepted, stored and refused.

use rusqlite::{Connection, ffi, params};
use schema_core::{Inspection, UnmanagedKind, render};

use crate::definitions::{listed, read, run};
use crate::generate::{self, Choices, law};

/// The answers of a query, a line for each row, or the code of the error.
fn answers(connection: &Connection, sql: &str) -> Vec<String> {
    let rows = connection.prepare(sql).and_then(|mut statement| {
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at)).collect::<Result<Vec<_>, _>>()
        })?;
        rows.map(|row| row.map(|row| format!("{row:?}"))).collect()
    });
    rows.unwrap_or_else(|error| vec![format!("error {:?}", error.sqlite_error_code())])
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn text(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

/// What the pragmas say about a table. The names of the indexes of constraints depend on their order.
fn described(connection: &Connection, table: &str) -> Vec<String> {
    let own = text(table);
    let mut found = answers(
        connection,
        &format!("SELECT cid, name, iif(pk, 0, \"notnull\"), pk, hidden FROM pragma_table_xinfo({own})"),
    );
    found.extend(answers(
        connection,
        &format!("SELECT ncol, wr, strict FROM pragma_table_list({own}) WHERE schema = 'main'"),
    ));
    let indexes = format!(
        "SELECT iif(l.origin = 'c', l.name, ''), l.\"unique\", l.origin, l.partial, group_concat(concat_ws(' ', x.seqno, x.cid, \
         x.name, x.\"desc\", upper(x.coll), x.key)) FROM pragma_index_list({own}) AS l, pragma_index_xinfo(l.name) AS x \
         GROUP BY l.name ORDER BY 1, 2, 3, 4, 5"
    );
    found.extend(answers(connection, &indexes));
    // A key that names no columns means those of the primary key, and is written with them.
    let keys = format!(
        "SELECT upper(\"table\"), group_concat(concat_ws(' ', seq, upper(\"from\"))), on_update, on_delete \
         FROM pragma_foreign_key_list({own}) GROUP BY id ORDER BY id"
    );
    found.extend(answers(connection, &keys));
    found
}

/// Inserts the values and says what came of it.
fn insert(connection: &Connection, sql: &str) -> String {
    connection.execute_batch("BEGIN").expect("a transaction");
    let outcome = match connection.execute(sql, params![]) {
        Ok(count) => format!("{count} rows"),
        // Of a UNIQUE and a PRIMARY KEY that are both violated, the one that was created first is named.
        Err(rusqlite::Error::SqliteFailure(error, _)) => match error.extended_code {
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_UNIQUE => "not unique".to_owned(),
            code => format!("error {code}"),
        },
        Err(error) => format!("{error:?}"),
    };
    match connection.execute_batch("COMMIT") {
        Ok(()) => outcome,
        Err(error) => {
            let _gone_already = connection.execute_batch("ROLLBACK");
            format!("{outcome}, then {:?}", error.sqlite_error_code())
        }
    }
}

/// A random INSERT, with some of the columns.
fn statement(c: &mut Choices, table: &schema_core::Table) -> String {
    const VALUES: &[&str] = &[
        "NULL", "1", "0", "-1", "2", "'a'", "'A'", "'abc'", "''", "'1'", "2.5", "x'00'", "'1e3'", "1e3", "'it''s'",
        "'a '",
    ];
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in &table.columns {
        let generated = matches!(column.value, schema_core::ColumnValue::Generated { .. });
        if !generated && c.below(4) > 0 {
            names.push(quoted(column.name.as_str()));
            values.push(c.of(VALUES));
        }
    }
    let own = quoted(table.name.name.as_str());
    match names.is_empty() {
        true => format!("INSERT INTO {own} DEFAULT VALUES"),
        false => format!("INSERT INTO {own} ({}) VALUES ({})", names.join(", "), values.join(", ")),
    }
}

fn understood(found: &Inspection) -> bool {
    let aside = [UnmanagedKind::NotUnderstood, UnmanagedKind::Trigger];
    !found.unmanaged.iter().any(|object| aside.contains(&object.kind))
}

/// Whether it depends on the order of the keys what happens to a row that violates two of them.
fn conflicting(table: &schema_core::Table) -> bool {
    let mut clauses: Vec<_> = table.uniques.iter().map(|unique| unique.on_conflict).collect();
    clauses.extend(table.primary_key.iter().map(|key| key.on_conflict));
    clauses.windows(2).any(|pair| pair[0] != pair[1])
}

fn behaves(c: &mut Choices) -> Result<(), String> {
    let statements = generate::script(c, true);
    let (original, accepted) = run(&statements);
    let found = read(&original)?;
    if !understood(&found) {
        return Ok(());
    }
    let written = render::schema(&found.schema);
    let (copy, _) = run(&written);
    let fail = |what: String| Err(format!("{what}\n{}written as\n{}", listed(&accepted), listed(&written)));
    for name in found.schema.tables.keys() {
        let both = [&original, &copy].map(|connection| described(connection, name.name.as_str()));
        if both[0] != both[1] {
            return fail(format!("the catalogue differs for `{name}`: {both:#?}"));
        }
    }
    let enforced = if c.chance(30) { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" };
    for connection in [&original, &copy] {
        connection.execute_batch(enforced).expect("a pragma");
    }
    for table in found.schema.tables.values().filter(|table| !conflicting(table)) {
        for _ in 0..4 {
            let sql = statement(c, table);
            let [before, after] = [&original, &copy].map(|connection| insert(connection, &sql));
            if before != after {
                return fail(format!("{enforced}; {sql} has another outcome: {before} and {after}"));
            }
        }
    }
    for table in found.schema.tables.values() {
        let sql = format!("SELECT * FROM {}", quoted(table.name.name.as_str()));
        let [before, after] = [&original, &copy].map(|connection| answers(connection, &sql));
        if before != after {
            return fail(format!("`{}` holds other rows: {before:?} and {after:?}", table.name));
        }
    }
    Ok(())
}

#[test]
fn what_is_written_behaves_as_the_original() {
    law("behaviour", 2000, 400, behaves);
}
