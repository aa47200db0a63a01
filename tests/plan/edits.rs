//! Random edits of a schema, of every kind that a plan knows.

use schema_core::{
    Action, Change, Check, Column, ColumnType, ColumnValue, Deferrable, Dialect, Expr, ForeignKey, Index, KeyPart,
    Name, ObjectName, Pair, PrimaryKey, Renames, Schema, Table, Unique,
};

use crate::generate::Choices;

const D: Dialect = Dialect::Sqlite;

fn name(text: impl Into<Box<str>>) -> Name {
    Name::new(D, text)
}

fn expr(text: &str) -> Expr {
    Expr::parse(D, text).expect("an expression")
}

/// Changes a schema in one to four places; `keep` names tables that are left alone.
pub(crate) fn edit(c: &mut Choices, schema: &mut Schema, renames: &mut Renames, keep: &[&str]) {
    for number in 0..=c.below(4) {
        let tables: Vec<ObjectName> =
            schema.tables.keys().filter(|table| !keep.iter().any(|name| table.name.is(name))).cloned().collect();
        if tables.is_empty() {
            return;
        }
        let table = c.of(&tables);
        match c.below(14) {
            0 => new_table(c, schema, number),
            1 if tables.len() > 1 => {
                schema.tables.remove(&table);
                for other in schema.tables.values_mut() {
                    other.foreign_keys.retain(|key| key.parent != table);
                }
            }
            2 => rename_table(schema, renames, &table, number),
            3 => rename_column(c, schema, renames, &table, number),
            _ => {
                let parents: Vec<ObjectName> = schema.tables.keys().cloned().collect();
                if let Some(found) = schema.tables.get_mut(&table) {
                    edit_table(c, found, &parents, number);
                }
            }
        }
    }
}

fn new_table(c: &mut Choices, schema: &mut Schema, number: usize) {
    let mut table = Table::empty(ObjectName::new(D, None, &format!("new_table{number}")));
    table.columns = vec![plain("id", "INTEGER"), plain("x", "TEXT")];
    table.primary_key = Some(PrimaryKey { autoincrement: c.chance(50), ..PrimaryKey::over([name("id")]) });
    schema.tables.insert(table.name.clone(), table);
}

fn plain(own: &str, ty: &str) -> Column {
    Column {
        name: name(own),
        ty: ColumnType::parse(D, ty),
        nullable: own != "id",
        value: ColumnValue::Given,
        collation: None,
        on_conflict: None,
        comment: None,
    }
}

fn rename_table(schema: &mut Schema, renames: &mut Renames, table: &ObjectName, number: usize) {
    let names = Pair::new(table.clone(), ObjectName::new(D, None, &format!("renamed \"{number}")));
    if renames.tables.iter().all(|pair| pair.after != *table)
        && schema.apply(&Change::RenameTable(names.clone())).is_ok()
    {
        for (of, _) in renames.columns.iter_mut().filter(|(of, _)| of == table) {
            *of = names.after.clone();
        }
        renames.tables.push(names);
    }
}

fn rename_column(c: &mut Choices, schema: &mut Schema, renames: &mut Renames, table: &ObjectName, number: usize) {
    let columns: Vec<Name> = schema.tables[table].columns.iter().map(|column| column.name.clone()).collect();
    let edit = Pair::new(c.of(&columns), name(c.of(&["fresh", "order", "a b"]).to_owned() + &number.to_string()));
    let again = renames.columns.iter().any(|(of, other)| of == table && other.after == edit.before);
    let change = Change::RenameColumn { table: table.clone(), edit: edit.clone() };
    if !again && schema.apply(&change).is_ok() {
        renames.columns.push((table.clone(), edit));
    }
}

fn edit_table(c: &mut Choices, table: &mut Table, parents: &[ObjectName], number: usize) {
    match c.below(20) {
        0..=4 => add_column(c, table, parents, number),
        5 => drop_column(c, table),
        6 => index(c, table, number),
        7 if !table.indexes.is_empty() => {
            table.indexes.remove(0);
        }
        8 => unique(c, table),
        9 if !table.uniques.is_empty() => {
            table.uniques.remove(0);
        }
        10 => check(c, table, number),
        11 if !table.checks.is_empty() => {
            table.checks.remove(0);
        }
        12 => foreign_key(c, table, parents),
        13 if !table.foreign_keys.is_empty() => {
            table.foreign_keys.remove(0);
        }
        14 => {
            if let Some(key) = &mut table.primary_key
                && !table.options.without_rowid
                && key.parts.len() == 1
                && table.columns.iter().any(|column| {
                    column.ty.as_str() == "INTEGER" && KeyPart::column(column.name.clone()) == key.parts[0]
                })
            {
                key.autoincrement = !key.autoincrement;
            }
        }
        15 => table.options.without_rowid = !table.options.without_rowid,
        16 => table.options.strict = !table.options.strict,
        _ => alter_column(c, table),
    }
}

fn add_column(c: &mut Choices, table: &mut Table, parents: &[ObjectName], number: usize) {
    let own = format!("added{number}");
    let ty = c.of(&["TEXT", "INTEGER", "ANY", "BLOB"]);
    let mut column = plain(&own, ty);
    match c.below(10) {
        0 => column.value = ColumnValue::Default(expr("5")),
        1 => (column.nullable, column.value) = (false, ColumnValue::Default(expr("'x'"))),
        2 => (column.nullable, column.value) = (false, ColumnValue::Default(expr("CURRENT_TIMESTAMP"))),
        3 => column.nullable = false,
        4 => column.value = ColumnValue::Generated { expr: expr("'g' || 1"), stored: c.chance(50) },
        5 => {
            column.value = ColumnValue::Default(expr("'on'"));
            let condition = expr(&format!("{own} IN ('on', 'off')"));
            table.checks.push(Check { name: c.chance(40).then(|| name("switch")), expr: condition });
        }
        6 => table.foreign_keys.push(key_to(&own, &c.of(parents))),
        7 => table.uniques.push(Unique::over([name(own.as_str())])),
        _ => {}
    }
    let at = c.below(table.columns.len() + 1);
    table.columns.insert(at, column);
}

fn key_to(own: &str, parent: &ObjectName) -> ForeignKey {
    ForeignKey {
        name: None,
        columns: vec![name(own)],
        parent: parent.clone(),
        parent_columns: vec![name("id")],
        on_delete: Action::Cascade,
        on_update: Action::NoAction,
        deferrable: Deferrable::No,
    }
}

/// Drops a column and whatever lists it.
fn drop_column(c: &mut Choices, table: &mut Table) {
    if table.columns.len() < 2 {
        return;
    }
    let gone = table.columns.remove(c.below(table.columns.len())).name;
    let lists = |parts: &[KeyPart]| parts.contains(&KeyPart::column(gone.clone()));
    table.uniques.retain(|unique| !lists(&unique.parts));
    table.indexes.retain(|index| !lists(&index.parts));
    table.foreign_keys.retain(|key| !key.columns.contains(&gone));
    if table.primary_key.as_ref().is_some_and(|key| lists(&key.parts)) {
        table.primary_key = None;
    }
}

fn some_column(c: &mut Choices, table: &Table) -> Name {
    c.of(&table.columns).name.clone()
}

fn index(c: &mut Choices, table: &mut Table, number: usize) {
    let part = KeyPart { descending: c.chance(30), ..KeyPart::column(some_column(c, table)) };
    let own = c.chance(70).then(|| name(format!("index{number}")));
    table.indexes.push(Index { name: own, unique: c.chance(30), ..Index::over(vec![part]) });
}

fn unique(c: &mut Choices, table: &mut Table) {
    let columns = [some_column(c, table), some_column(c, table)];
    let columns = if columns[0] == columns[1] { columns[..1].to_vec() } else { columns.to_vec() };
    let unique = Unique::over(columns);
    let taken = table.uniques.iter().any(|other| other.parts == unique.parts)
        || table.primary_key.as_ref().is_some_and(|key| key.parts == unique.parts);
    if !taken {
        table.uniques.push(unique);
    }
}

fn check(c: &mut Choices, table: &mut Table, number: usize) {
    let column = some_column(c, table).as_str().replace('"', "\"\"");
    let condition = c.of(&["length(\"COLUMN\") < 1000", "\"COLUMN\" IS NULL OR \"COLUMN\" != 'never'", "1 < 2"]);
    let named = c.chance(50).then(|| name(format!("check{number}")));
    table.checks.push(Check { name: named, expr: expr(&condition.replace("COLUMN", &column)) });
}

fn foreign_key(c: &mut Choices, table: &mut Table, parents: &[ObjectName]) {
    let column = some_column(c, table);
    let parent = c.of(parents);
    if let Some(key) = table.foreign_keys.first_mut() {
        key.on_delete = Action::SetNull;
    } else {
        table.foreign_keys.push(key_to(column.as_str(), &parent));
    }
}

fn alter_column(c: &mut Choices, table: &mut Table) {
    let at = c.below(table.columns.len());
    let column = &mut table.columns[at];
    match c.below(6) {
        0 => column.ty = ColumnType::parse(D, c.of(&["TEXT", "INTEGER", "ANY", "REAL", "BLOB"])),
        1 => {
            column.nullable = !column.nullable;
            column.on_conflict = None;
        }
        2 => column.collation = if column.collation.is_none() { Some(name("NOCASE")) } else { None },
        3 => column.value = ColumnValue::Given,
        4 => column.value = ColumnValue::Generated { expr: expr("1 + 1"), stored: c.chance(50) },
        _ => column.value = ColumnValue::Default(expr("'default'")),
    }
}
