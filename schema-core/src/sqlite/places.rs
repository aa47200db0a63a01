//! The fold that records where the parts of a schema were created.

use crate::sqlite::canon::Scope;
use crate::sqlite::cursor::Source;
use crate::sqlite::read;
use crate::sqlite::statement::{AlterAction, StatementKind, classify};
use crate::token::Statement;
use crate::{Name, ObjectName, Part, PartKind, Path, Place, SourceMap};

/// Follows one statement of a script: records the places of what it creates, moves those of what it
/// renames, and forgets those of what it drops. `file` is the name that the places carry.
///
/// ```
/// use schema_core::{Dialect, ObjectName, Path, SourceMap, sqlite::places, token};
///
/// let script = "CREATE TABLE a (id);\nALTER TABLE a RENAME TO b;";
/// let mut map = SourceMap::default();
/// for statement in token::statements(Dialect::Sqlite, script) {
///     places::follow(&mut map, "0001_a.sql", script, &statement);
/// }
/// let table = Path::Table(ObjectName::new(Dialect::Sqlite, None, "b"));
/// assert_eq!(map.get(&table).unwrap().to_string(), "0001_a.sql:1:1");
/// ```
pub fn follow(map: &mut SourceMap, file: &str, script: &str, statement: &Statement<'_>) {
    let place = |offset: usize| Place::at(file, script, offset);
    if is_elsewhere(statement) {
        return;
    }
    match classify(statement) {
        StatementKind::CreateTable { name, temporary: false, if_not_exists, .. } => {
            let table = object(name);
            let path = Path::Table(table.clone());
            if if_not_exists && map.get(&path).is_some() {
                return;
            }
            // Most tables are new, and a look at every place would be dear.
            if map.get(&path).is_some() {
                map.remove_table(&table);
            }
            map.insert(path, place(statement.offset));
            let source = Source { text: statement.text, start: statement.offset };
            let parts = read::table_of(&statement.tokens, source).map(|read| read.places).unwrap_or_default();
            insert(map, &table, parts, &place);
        }
        StatementKind::CreateVirtualTable { name } => map.insert(Path::Table(object(name)), place(statement.offset)),
        StatementKind::CreateIndex { name, table, if_not_exists } => {
            // The columns tell which names in double quotes are strings.
            let columns = map.columns(&object(table.clone()));
            let scope = Scope { table: Some(&table), columns: Some(&columns[..]).filter(|all| !all.is_empty()) };
            if !(if_not_exists && map.has_index(&name))
                && let Ok(read) = read::index_of(&statement.tokens, Some(scope))
            {
                map.insert_index(name, read.index.path(&object(read.table)), place(statement.offset));
            }
        }
        StatementKind::DropTable { name } => map.remove_table(&object(name)),
        StatementKind::DropIndex { name } => map.remove_index(&name),
        StatementKind::AlterTable { table, action } => alter(map, object(table), action, statement.offset, &place),
        _ => {}
    }
}

/// Whether the statement names an object of another database than `main`, such as `temp`.
fn is_elsewhere(statement: &Statement<'_>) -> bool {
    let words = statement.tokens.iter().take_while(|token| !token.is_punct("(") && !token.is("ON") && !token.is("AS"));
    let words: Vec<_> = words.collect();
    let dot = words.iter().position(|token| token.is_punct("."));
    dot.and_then(|dot| words.get(dot.checked_sub(1)?))
        .is_some_and(|schema| !schema.value().eq_ignore_ascii_case("main"))
}

fn object(name: Name) -> ObjectName {
    ObjectName { schema: None, name }
}

fn insert(
    map: &mut SourceMap,
    table: &ObjectName,
    parts: Vec<(PartKind, Name, usize)>,
    place: &impl Fn(usize) -> Place,
) {
    for (kind, label, offset) in parts {
        map.insert(Path::Part { table: table.clone(), kind, label }, place(offset));
    }
}

fn alter(map: &mut SourceMap, table: ObjectName, action: AlterAction, offset: usize, place: &impl Fn(usize) -> Place) {
    match action {
        AlterAction::RenameTo(name) => map.rename_table(&table, &object(name)),
        AlterAction::RenameColumn { from, to } => map.rename_column(&table, &from, &to),
        AlterAction::AddColumn(added) => insert(map, &table, added.places, place),
        AlterAction::DropColumn(column) => map.remove_column(&table, &column),
        AlterAction::AddCheck(check) => map.insert(check.path(&table), place(offset)),
        AlterAction::DropConstraint(_)
        | AlterAction::SetNotNull(_)
        | AlterAction::DropNotNull(_)
        | AlterAction::Other => {}
    }
}
