//! Models from a schema: the Rust source that asks for exactly these tables.
//!
//! The text is as rustfmt leaves it. It states every fact of the schema that the defaults of the
//! attributes do not give, and nothing else.

mod attribute;
mod enumeration;
mod names;
mod parts;
mod table;
mod types;

use std::collections::BTreeMap;

use schema_core::{Dialect, EnumType, ObjectName, Schema, Table};

use names::Types;

/// The models of a schema.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// # let migration = |sql: &'static str| Migration {
/// #     version: "1".into(),
/// #     name: "a".into(),
/// #     file: "migrations/1_a.sql".into(),
/// #     checksum: checksum(Dialect::Sqlite, sql).into(),
/// #     sql: sql.into(),
/// #     no_transaction: false,
/// # };
/// use schema_model::print::Models;
/// let sql = "CREATE TABLE posts (author INTEGER REFERENCES users (id)); CREATE TABLE users (id INTEGER PRIMARY KEY);";
/// let models = Models::of(&schema_replay::replay(&[migration(sql)]).unwrap().inspection.schema);
/// let idents: Vec<&str> = models.models.iter().map(|model| model.ident.as_str()).collect();
/// assert_eq!(idents, ["User", "Post"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Models {
    /// One for each table, parents before their children.
    pub models: Vec<PrintedModel>,
    /// The source of the enum types that several tables may share (PostgreSQL).
    enums: Vec<String>,
    dialect: Dialect,
}

/// The model of one table.
///
/// ```
/// # use schema_core::{Dialect, Migration, checksum};
/// # let migration = |sql: &'static str| Migration {
/// #     version: "1".into(),
/// #     name: "a".into(),
/// #     file: "migrations/1_a.sql".into(),
/// #     checksum: checksum(Dialect::Sqlite, sql).into(),
/// #     sql: sql.into(),
/// #     no_transaction: false,
/// # };
/// use schema_model::print::Models;
/// let replay = schema_replay::replay(&[migration("CREATE TABLE users (id INTEGER PRIMARY KEY)")]).unwrap();
/// let models = Models::of(&replay.inspection.schema);
/// let model = &models.models[0];
/// assert_eq!((model.table.to_string(), model.ident.as_str()), ("users".to_owned(), "User"));
/// assert!(model.source.contains("pub struct User {"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedModel {
    /// The table.
    pub table: ObjectName,
    /// The struct.
    pub ident: String,
    /// The source of the struct, and of the enums of its columns.
    pub source: String,
}

/// What the models of the other tables are called.
struct Names {
    structs: BTreeMap<ObjectName, String>,
    /// The fields of each table, in the order of its columns.
    fields: BTreeMap<ObjectName, Vec<String>>,
    /// The Rust enums of enum types (PostgreSQL).
    enums: BTreeMap<ObjectName, String>,
}

impl Models {
    /// Writes the models of a schema.
    ///
    /// ```
    /// use schema_core::sqlite::read::{CatalogueRow, catalogue};
    /// # let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE)";
    /// # let (name, sql) = ("users".into(), Some(sql.into()));
    /// # let row = CatalogueRow { kind: "table".into(), table: "users".into(), name, sql };
    /// let schema = catalogue(&[row]).schema; // CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE)
    /// let models = schema_model::print::Models::of(&schema);
    /// assert_eq!(
    ///     models.models[0].source,
    ///     "#[derive(Clone, Debug, PartialEq, Table)]
    /// pub struct User {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     #[column(unique)]
    ///     pub email: Option<String>,
    /// }
    /// "
    /// );
    /// ```
    pub fn of(schema: &Schema) -> Models {
        let mut types = Types::default();
        let tables = in_order(schema);
        let named: Vec<String> = tables.iter().map(|table| table.name.name.to_string()).collect();
        let structs = types.structs(&named);
        let names = Names {
            structs: tables.iter().map(|table| table.name.clone()).zip(structs).collect(),
            fields: tables.iter().map(|table| (table.name.clone(), fields(table))).collect(),
            enums: schema.enums.values().filter_map(|ty| Some((ty.name.clone(), enum_name(ty, &mut types)?))).collect(),
        };
        let enums = schema.enums.values().filter_map(|ty| {
            let rust = names.enums.get(&ty.name)?;
            Some(enumeration::print(rust, &variants(ty)?, Some(&ty.name.to_string())))
        });
        let enums = enums.collect();
        let models = tables.into_iter().map(|table| table::print(schema, table, &names, &mut types)).collect();
        Models { models, enums, dialect: schema.dialect }
    }

    /// A whole source file: the imports, the models, and a `schema!` that lists them. `directory` is
    /// the migrations directory as `schema!` names it.
    ///
    /// ```
    /// use schema_core::{Dialect, Schema};
    /// let models = schema_model::print::Models::of(&Schema::empty(Dialect::Sqlite));
    /// assert!(models.file("migrations").contains("pub static APP: Sqlite = \"migrations\" [];"));
    /// ```
    pub fn file(&self, directory: &str) -> String {
        let items: Vec<&str> = self
            .enums
            .iter()
            .map(String::as_str)
            .chain(self.models.iter().map(|model| model.source.as_str()))
            .collect();
        let mut imports = Vec::new();
        if items.iter().any(|item| item.contains(", SqlType)]\n")) {
            imports.push("SqlType");
        }
        if !self.models.is_empty() {
            imports.push("Table");
        }
        imports.push("schema");
        let imports = match imports.as_slice() {
            [only] => (*only).to_owned(),
            several => format!("{{{}}}", several.join(", ")),
        };
        let items: String = items.iter().map(|item| format!("{item}\n")).collect();
        format!("use driftless::{imports};\n\n{items}{}", self.schema_macro(directory))
    }

    fn schema_macro(&self, directory: &str) -> String {
        let engine = match self.dialect {
            Dialect::Sqlite => "Sqlite",
            Dialect::Postgres => "Postgres",
        };
        let head = format!("    pub static APP: {engine} = {} [", attribute::literal(directory));
        let list: Vec<&str> = self.models.iter().map(|model| model.ident.as_str()).collect();
        let one_line = format!("{head}{}];", list.join(", "));
        let list = if one_line.chars().count() <= 100 {
            one_line
        } else {
            let lines: String = list.iter().map(|ident| format!("        {ident},\n")).collect();
            format!("{head}\n{lines}    ];")
        };
        format!("schema! {{\n    /// The database of the application.\n{list}\n}}\n")
    }
}

fn variants(ty: &EnumType) -> Option<Vec<(String, &str)>> {
    enumeration::variants(ty.variants.iter().map(|value| &**value))
}

fn enum_name(ty: &EnumType, types: &mut Types) -> Option<String> {
    variants(ty)?;
    Some(types.named(ty.name.name.as_str()))
}

fn fields(table: &Table) -> Vec<String> {
    names::fields(table.columns.iter().map(|column| column.name.as_str()))
}

/// The tables, parents before children, by name where nothing else decides. In a cycle the first by name is taken.
fn in_order(schema: &Schema) -> Vec<&Table> {
    let mut waiting: Vec<&Table> = schema.tables.values().collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_waiting = |name: &ObjectName| waiting.iter().any(|table| table.name == *name);
        let ready =
            |table: &&Table| table.foreign_keys.iter().all(|key| key.parent == table.name || !is_waiting(&key.parent));
        let at = waiting.iter().position(ready).unwrap_or(0);
        ordered.push(waiting.remove(at));
    }
    ordered
}
