//! Statements that change what exists.

use schema_core::render::{Alter, alter, drop_index, drop_table};
use schema_core::{
    Action, Check, Column, ColumnType, ColumnValue, Deferrable, Dialect, Expr, ForeignKey, Name, ObjectName, Pair,
};

use crate::postgres::database;

const PG: Dialect = Dialect::Postgres;

const COLUMNS: &str = "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
    WHERE attrelid = 'app.\"Other\"'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
const CONSTRAINTS: &str = "SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'app.\"Other\"'::regclass AND contype IN ('c', 'f') ORDER BY contype";

fn name(text: &str) -> Name {
    Name::new(PG, text)
}

fn column(text: &str, ty: &str, value: ColumnValue) -> Column {
    Column {
        name: name(text),
        ty: ColumnType::parse(PG, ty),
        nullable: false,
        value,
        collation: None,
        on_conflict: None,
        comment: None,
    }
}

#[test]
fn every_alteration_is_taken() {
    let Some(database) = database("ALTER TABLE and DROP") else { return };
    let table = ObjectName::new(PG, Some("app"), "user");
    let order = column("order", "varchar(20)", ColumnValue::Default(Expr::parse(PG, "'x' || 'y'").unwrap()));
    let length = Check { name: None, expr: Expr::parse(PG, "length(\"order\") > 1").unwrap() };
    let positive = Check { name: Some(name("select")), expr: Expr::parse(PG, "id > 0").unwrap() };
    let upper = ColumnValue::Generated { expr: Expr::parse(PG, "upper(\"order\")").unwrap(), stored: true };
    let parent = ForeignKey {
        name: None,
        columns: vec![name("parent")],
        parent: table.clone(),
        parent_columns: vec![name("id")],
        on_delete: Action::SetNull,
        on_update: Action::NoAction,
        deferrable: Deferrable::Deferred,
    };
    let add = |column, checks, foreign_key| Alter::AddColumn { column, checks, foreign_key };
    let (own, up) = (column("parent", "bigint", ColumnValue::Given), column("up", "text", upper));
    let parent_column = Column { nullable: true, ..own };
    let renamed = ObjectName::new(PG, Some("app"), "Other");
    let (id, key) = (name("id"), name("the key"));
    let checks = [&length];
    let actions = [
        (&table, add(&order, &checks, None)),
        (&table, add(&parent_column, &[], Some(&parent))),
        (&table, add(&up, &[], None)),
        (&table, Alter::AddCheck(&positive)),
        (&table, Alter::SetNotNull(&parent_column.name)),
        (&table, Alter::DropNotNull(&parent_column.name)),
        (&table, Alter::DropConstraint(positive.name.as_ref().unwrap())),
        (&table, Alter::DropColumn(&up.name)),
        (&table, Alter::RenameColumn(Pair { before: &id, after: &key })),
        (&table, Alter::RenameTo(&renamed)),
    ];
    database.run(
        "CREATE SCHEMA app; CREATE TABLE app.\"user\" (id bigint PRIMARY KEY);
         CREATE INDEX \"in\" ON app.\"user\" (id)",
    );
    database.run_all(actions.into_iter().map(|(table, action)| alter(PG, table, action)));
    assert_eq!(database.lines(COLUMNS), ["the key|bigint|t", "order|character varying(20)|t", "parent|bigint|f"]);
    assert_eq!(
        database.lines(CONSTRAINTS),
        [
            "CHECK ((length((\"order\")::text) > 1))",
            "FOREIGN KEY (parent) REFERENCES app.\"Other\"(\"the key\") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"
        ]
    );
    // An index is named without its schema, which the search path has to know.
    database.run_all(["SET search_path = app".to_owned(), drop_index(PG, &name("in")), drop_table(PG, &renamed)]);
    assert_eq!(database.run("SELECT count(*) FROM pg_class WHERE relnamespace = 'app'::regnamespace"), "0\n");
}
