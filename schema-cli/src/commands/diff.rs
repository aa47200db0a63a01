//! `diff`: what lies between any two schemas.

use schema_core::{
    Change, Dialect, Diff, Edit, ObjectName, Pair, Path, SourceMap, Table, Unmanaged, UnmanagedKind, render,
};
use serde_json::{Value, json};

use crate::args::Where;
use crate::exit::{Outcome, Result};
use crate::out;
use crate::side::{self, Loaded};

pub(crate) fn run(before: &str, after: &str, place: &Where, as_json: bool) -> Result<Outcome> {
    let mut sides = Pair::new(side::load(before, place)?, side::load(after, place)?);
    settle(&mut sides)?;
    let lines = lines(&sides);
    if as_json {
        out::json(&json!({
            "before": before,
            "after": after,
            "equal": lines.is_empty(),
            "changes": lines.iter().map(Line::json).collect::<Vec<_>>(),
        }));
    } else if lines.is_empty() {
        out::line(format_args!("{before} and {after} have the same schema"));
    } else {
        out::text(text(&sides, &lines));
    }
    Ok(if lines.is_empty() { Outcome::Done } else { Outcome::Findings })
}

/// Gives what models leave open the value that the other side has.
fn settle(sides: &mut Pair<Loaded>) -> Result<()> {
    let other = sides.before.inspection.schema.clone();
    sides.after.settle(&other)?;
    let other = sides.after.inspection.schema.clone();
    sides.before.settle(&other)
}

/// One difference.
struct Line {
    sign: char,
    kind: &'static str,
    /// The table that it is a part of.
    table: Option<String>,
    name: String,
    before: Option<String>,
    after: Option<String>,
    place: Option<String>,
}

impl Line {
    fn json(&self) -> Value {
        let change = match self.sign {
            '+' => "add",
            '-' => "drop",
            _ => "change",
        };
        json!({
            "change": change,
            "kind": self.kind,
            "table": self.table,
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "place": self.place,
        })
    }

    /// `+ index CREATE INDEX …`, and for a change the two sides below each other.
    fn text(&self, indent: &str) -> String {
        let Line { sign, kind, name, .. } = self;
        let place = self.place.as_ref().map_or_else(String::new, |place| format!("   {place}"));
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                let name = if name.is_empty() { String::new() } else { format!(" {name}") };
                format!("{indent}{sign} {kind}{name}{place}\n{indent}    - {before}\n{indent}    + {after}\n")
            }
            (Some(one), None) | (None, Some(one)) => format!("{indent}{sign} {kind} {one}{place}\n"),
            (None, None) => format!("{indent}{sign} {kind} {name}{place}\n"),
        }
    }
}

fn text(sides: &Pair<Loaded>, lines: &[Line]) -> String {
    let mut text = format!("--- {}\n+++ {}\n", sides.before.name, sides.after.name);
    let mut table = None;
    for line in lines {
        if line.table.is_some() && line.table != table {
            text.push_str(&format!("~ table {}\n", line.table.as_deref().unwrap_or_default()));
        }
        table.clone_from(&line.table);
        text.push_str(&line.text(if line.table.is_some() { "  " } else { "" }));
    }
    text
}

fn lines(sides: &Pair<Loaded>) -> Vec<Line> {
    let schemas = sides.as_ref().map(|side| &side.inspection.schema);
    let diff = Diff::between(schemas, &sides.after.renames);
    let words = Words { dialect: schemas.before.dialect, sides };
    let mut lines: Vec<Line> = diff.changes.iter().map(|change| words.line(change)).collect();
    // Parts of one table stand together.
    lines.sort_by(|a, b| a.table.cmp(&b.table));
    lines.extend(unmanaged(sides));
    lines
}

struct Words<'a> {
    dialect: Dialect,
    sides: &'a Pair<Loaded>,
}

impl Words<'_> {
    fn line(&self, change: &Change) -> Line {
        let dialect = self.dialect;
        let place = self.place(change);
        let line = match change {
            Change::CreateTable(table) => whole('+', self.table(table), table),
            Change::DropTable(table) => whole('-', self.table(table), table),
            Change::RenameTable(names) => renamed("table", None, names.clone().map(|name| name.to_string())),
            Change::RenameColumn { table, edit } => {
                renamed("column", Some(table.to_string()), edit.clone().map(|name| name.to_string()))
            }
            Change::Enum(edit) => Line { table: None, ..part(None, "type", edit, render::enum_type) },
            Change::Column { table, edit } => part(Some(table), "column", edit, |one| render::column(dialect, one)),
            Change::PrimaryKey { table, edit } => {
                part(Some(table), "key", edit, |one| render::primary_key(dialect, one))
            }
            Change::Unique { table, edit } => part(Some(table), "constraint", edit, |one| render::unique(dialect, one)),
            Change::ForeignKey { table, edit } => {
                part(Some(table), "constraint", edit, |one| render::foreign_key(dialect, one))
            }
            Change::Check { table, edit } => part(Some(table), "constraint", edit, |one| render::check(dialect, one)),
            Change::Index { table, edit } => part(Some(table), "index", edit, |one| render::index(dialect, table, one)),
            Change::Options { table, edit } => changed(table, "options", edit.map(options)),
            Change::Comment { table, edit } => {
                changed(table, "comment", edit.clone().map(|text| text.as_deref().unwrap_or("(none)").to_owned()))
            }
        };
        let name = match change.path() {
            Path::Part { label, .. } => label.to_string(),
            Path::Table(name) | Path::Enum(name) => name.to_string(),
            Path::Database => String::new(),
        };
        Line { name, place, ..line }
    }

    /// The table in one line; its DDL is long, and `schema` prints it.
    fn table(&self, table: &Table) -> String {
        let columns: Vec<String> =
            table.columns.iter().map(|column| render::name(self.dialect, &column.name)).collect();
        format!("{} ({})", render::object(self.dialect, &table.name), columns.join(", "))
    }

    /// Where the SQL files say it.
    fn place(&self, change: &Change) -> Option<String> {
        let path = change.path();
        let of = |map: &SourceMap| {
            let place = if matches!(path, Path::Part { .. }) { map.get(&path) } else { map.nearest(&path) };
            place.map(ToString::to_string)
        };
        of(&self.sides.after.map).or_else(|| of(&self.sides.before.map))
    }
}

fn whole(sign: char, text: String, table: &Table) -> Line {
    let (before, after) = if sign == '+' { (None, Some(text)) } else { (Some(text), None) };
    Line { sign, kind: "table", table: None, name: table.name.to_string(), before, after, place: None }
}

fn renamed(kind: &'static str, table: Option<String>, names: Pair<String>) -> Line {
    Line {
        sign: '~',
        kind,
        table,
        name: names.after.clone(),
        before: Some(names.before),
        after: Some(names.after),
        place: None,
    }
}

fn changed(table: &ObjectName, kind: &'static str, edit: Pair<String>) -> Line {
    Line {
        sign: '~',
        kind,
        table: Some(table.to_string()),
        name: String::new(),
        before: Some(edit.before),
        after: Some(edit.after),
        place: None,
    }
}

fn options(options: schema_core::TableOptions) -> String {
    match (options.strict, options.without_rowid) {
        (true, true) => "STRICT, WITHOUT ROWID",
        (true, false) => "STRICT",
        (false, true) => "WITHOUT ROWID",
        (false, false) => "(none)",
    }
    .to_owned()
}

fn part<T>(table: Option<&ObjectName>, kind: &'static str, edit: &Edit<T>, render: impl Fn(&T) -> String) -> Line {
    let sign = match edit {
        Edit::Add(_) => '+',
        Edit::Drop(_) => '-',
        Edit::Alter(_) => '~',
    };
    let (before, after) = (edit.before().map(&render), edit.after().map(&render));
    let name = String::new();
    Line { sign, kind, table: table.map(ToString::to_string), name, before, after, place: None }
}

/// Views, triggers, virtual tables and what is not understood, by their text. Models cannot state them.
fn unmanaged(sides: &Pair<Loaded>) -> Vec<Line> {
    if sides.before.wanted.is_some() || sides.after.wanted.is_some() {
        return Vec::new();
    }
    let text = |object: &Unmanaged| object.sql.as_deref().map(|sql| schema_core::checksum(Dialect::Sqlite, sql));
    let find = |side: &Loaded, object: &Unmanaged| {
        let same = |other: &&Unmanaged| other.kind == object.kind && other.name == object.name;
        side.inspection.unmanaged.iter().find(same).cloned()
    };
    let listed = |side: &Loaded| {
        let all = side.inspection.unmanaged.clone().into_iter();
        all.filter(|object| object.kind != UnmanagedKind::ShadowTable).collect::<Vec<_>>()
    };
    let line = |sign, object: &Unmanaged, before: Option<String>, after: Option<String>| Line {
        sign,
        kind: object.kind.as_str(),
        table: None,
        name: object.name.to_string(),
        before,
        after,
        place: None,
    };
    let sql = |object: &Unmanaged| object.sql.as_deref().unwrap_or(object.name.as_str()).replace('\n', "\n    ");
    let mut lines = Vec::new();
    for object in listed(&sides.before) {
        match find(&sides.after, &object) {
            None => lines.push(line('-', &object, Some(sql(&object)), None)),
            Some(other) if text(&other) != text(&object) => {
                lines.push(line('~', &object, Some(sql(&object)), Some(sql(&other))));
            }
            Some(_) => {}
        }
    }
    for object in listed(&sides.after).iter().filter(|object| find(&sides.before, object).is_none()) {
        lines.push(line('+', object, None, Some(sql(object))));
    }
    lines
}
