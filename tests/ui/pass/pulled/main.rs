//! Models as `cargo driftless pull` writes them.

use driftless::{SqlType, Table, schema};

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "app")]
pub struct App {
    pub x: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "bool")]
pub struct Bool {
    pub a: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "g")]
pub struct G {
    pub a: Option<i64>,
    #[column(generated = sql("a || 'x'"), stored)]
    pub b: Option<String>,
    #[column(sql_type = "INT", generated = sql("a + 1"))]
    pub c: i64,
    pub driftless: Option<String>,
    pub core: Option<String>,
    pub std: Option<String>,
    #[column(name = "Some")]
    pub some: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "Größen Tabelle")]
pub struct GrößenTabelle {
    #[column(name = "Länge (cm)")]
    pub länge_cm: Option<f64>,
    pub 表: Option<String>,
    #[column(unique)]
    pub 名前: Option<String>,
    pub ñ: Option<String>,
    #[column(name = "a'b")]
    pub a_b: Option<String>,
    #[column(name = r#"c"d"#, check = r#""c""d" != 'x' || char(10)"#)]
    pub c_d: Option<String>,
    #[column(name = r"back\slash")]
    pub back_slash: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "I64")]
pub struct I64 {
    pub a: Option<String>,
    pub b: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "options")]
pub struct Options {
    #[column(primary_key)]
    pub r#type: String,
    #[column(name = "self")]
    pub self_: Option<String>,
    #[column(name = "e-mail")]
    pub e_mail: Option<String>,
    #[column(name = "fooBar")]
    pub foo_bar_2: Option<String>,
    pub foo_bar: Option<String>,
    #[column(name = "2fa")]
    pub _2fa: Option<String>,
    #[column(name = "super")]
    pub super_: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "result")]
pub struct ResultRow {
    #[column(primary_key, autoincrement)]
    pub ok: i64,
    #[column(default = "", not_null(on_conflict = replace))]
    pub err: String,
    #[column(unique(on_conflict = ignore))]
    pub x: Option<String>,
    #[column(default = "multi\nline \"quoted\" \\ and tab\t")]
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "s", strict, without_rowid)]
pub struct S {
    #[column(primary_key(desc), sql_type = "INT")]
    pub i: i64,
    pub v: Option<driftless::Value>,
    pub t: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "Self")]
pub struct SelfRow {
    pub x: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "str")]
pub struct Str {
    pub x: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "strings")]
pub struct Strings {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = Options::r#type)]
    pub r#type: Option<String>,
    #[column(name = "crate", check = r#"crate IN ('In Use', 'done', 'a"b')"#)]
    pub crate_: Option<String>,
    pub r#gen: Option<StringsGen>,
    #[column(sql_type = "VARCHAR(10)", default = "NEW")]
    pub state: StringsState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlType)]
pub enum StringsGen {
    Self2,
    #[sql(rename = "B-C")]
    BC,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlType)]
#[sql(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StringsState {
    New,
    OnHold,
    Done,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(
    name = "Table",
    unique("unique", name),
    index(
        "unique",
        desc desc,
        name collate "NOCASE",
        sql("lower(option)"),
        name = r#"odd "index" name"#,
        where = r#""index" IS NOT NULL AND option != 'a\b"c'"#
    )
)]
pub struct TableRow {
    #[column(name = "SqlType")]
    pub sql_type: Option<String>,
    #[column(name = "Option")]
    pub option: Option<String>,
    #[column(name = "Vec")]
    pub vec: Option<Vec<u8>>,
    #[column(references = Strings::id, on_delete = set_null, deferrable = deferred)]
    pub unique: Option<i64>,
    pub desc: Option<i64>,
    pub name: Option<String>,
    pub index: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "user")]
pub struct UserRow {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = UserRow::id)]
    pub boss: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = UserRow::id)]
    pub u1: Option<i64>,
    #[column(references = UserRow::id)]
    pub u2: Option<i64>,
    #[column(references = User::id)]
    pub u3: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "vecs", primary_key(a, b))]
pub struct Vecs {
    #[column(sql_type = "")]
    pub a: driftless::Value,
    pub b: driftless::Value,
    #[column(sql_type = "DATETIME", default = sql("datetime('now')"))]
    pub c: Option<String>,
    #[column(default = "dq")]
    pub d: Option<String>,
    #[column(sql_type = "INT", default = 1)]
    pub e: Option<i64>,
    #[column(sql_type = "BOOL", default = false)]
    pub f: Option<bool>,
    #[column(sql_type = "NUMERIC(10,2)", default = 1.50)]
    pub g: Option<f64>,
    #[column(default = sql("x'00FF'"))]
    pub h: Option<Vec<u8>>,
}

schema! {
    /// The database of the application.
    pub static APP: Sqlite = "migrations" [
        App,
        Bool,
        G,
        GrößenTabelle,
        I64,
        Options,
        ResultRow,
        S,
        SelfRow,
        Str,
        Strings,
        TableRow,
        UserRow,
        User,
        Vecs,
    ];
}

fn main() {}
