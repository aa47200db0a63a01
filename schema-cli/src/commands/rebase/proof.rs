//! The proof that two orders of migrations lead to the same schema, and the two objects that keep them from it.

use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
use schema_core::token::statements;
use schema_core::{Dialect, Diff, Migration, Name, Pair, Place, Renames};
use schema_replay::{Problem, Replay, replay};

use crate::exit::Stop;

/// The migrations of both branches: what they share comes first.
pub(super) struct Branches<'a> {
    pub(super) shared: &'a [Migration],
    /// What the other branch added.
    pub(super) other: &'a [Migration],
    /// What this branch added, by the names that the files will have.
    pub(super) local: &'a [Migration],
}

/// A statement, and the object that it is about.
struct Touch {
    place: Place,
    /// The table, or the view or index itself.
    object: Name,
    /// The part of it: a column or an index.
    part: Option<Name>,
    line: String,
}

impl Branches<'_> {
    /// Both orders end at the same schema.
    pub(super) fn prove(&self) -> Result<(), Stop> {
        let ordered = |first: &[Migration], second: &[Migration]| replay(&[self.shared, first, second].concat());
        match (ordered(self.other, self.local), ordered(self.local, self.other)) {
            (Ok(a), Ok(b)) => self.compare(&a, &b),
            (Err(problem), _) | (_, Err(problem)) => Err(self.fails(&problem)),
        }
    }

    fn compare(&self, a: &Replay, b: &Replay) -> Result<(), Stop> {
        let schemas = Pair::new(&a.inspection.schema, &b.inspection.schema);
        let diff = Diff::between(schemas, &Renames::default());
        let sql = |replay: &Replay| {
            let mut list: Vec<_> =
                replay.inspection.unmanaged.iter().map(|one| (one.name.clone(), one.sql.clone())).collect();
            list.sort();
            list
        };
        let (mine, theirs) = (sql(a), sql(b));
        let unmanaged = mine.iter().find(|one| !theirs.contains(one)).or(theirs.iter().find(|one| !mine.contains(one)));
        let name = match (diff.changes.first(), unmanaged) {
            (None, None) => return Ok(()),
            (Some(change), _) => change.path().table().map(|table| table.name.clone()),
            (None, Some((name, _))) => Some(name.clone()),
        };
        let about = |touch: &&Touch| name.as_ref().is_none_or(|name| touch.object == *name);
        let (local, other) = (touches(self.local), touches(self.other));
        let pair = (local.iter().find(about).or(local.first()), other.iter().find(about).or(other.first()));
        Err(conflict("the two orders of the migrations lead to different schemas", pair, None))
    }

    /// One of the orders does not even run.
    fn fails(&self, problem: &Problem) -> Stop {
        let (local, other) = (touches(self.local), touches(self.other));
        let at = |touch: &&Touch| {
            problem.place.as_ref().is_some_and(|place| {
                // SQLite sees the error inside of the statement.
                touch.place.file == place.file && touch.place.line <= place.line
            })
        };
        let failing = |touches: &[Touch]| touches.iter().rposition(|touch| at(&touch));
        let (mine, theirs) = match (failing(&local), failing(&other)) {
            (Some(mine), _) => (local.get(mine), counterpart(&local[mine], &other)),
            (None, Some(theirs)) => (counterpart(&other[theirs], &local), other.get(theirs)),
            (None, None) => {
                // The migrations that both branches have do not run, or the failing statement makes no object.
                return Stop::unusable(problem.message.clone());
            }
        };
        let words = problem.message.lines().next().unwrap_or_default();
        conflict("the migrations of the two branches do not go together", (mine, theirs), Some(words))
    }
}

/// The statement of the other side about the same part, or the same object.
fn counterpart<'t>(touch: &Touch, others: &'t [Touch]) -> Option<&'t Touch> {
    let same = |other: &&Touch| other.object == touch.object;
    let part = |other: &&Touch| same(other) && other.part == touch.part;
    others
        .iter()
        .find(part)
        .or_else(|| others.iter().find(same))
        .or_else(|| others.iter().find(|other| other.part.is_some() && other.part == touch.part))
}

fn conflict(fact: &str, (local, other): (Option<&Touch>, Option<&Touch>), words: Option<&str>) -> Stop {
    let mut text = match (local, other) {
        (Some(local), Some(other)) if local.part == other.part => format!("{fact}: both change {}", shown(local)),
        (Some(local), Some(other)) if local.object == other.object => {
            format!("{fact}: both change `{}`", local.object)
        }
        (Some(local), Some(other)) => format!("{fact}: {} and {}", shown(local), shown(other)),
        (Some(one), None) | (None, Some(one)) => format!("{fact}, because of {}", shown(one)),
        (None, None) => fact.to_owned(),
    };
    for (label, touch) in [("local:", local), ("other:", other)] {
        if let Some(touch) = touch {
            text.push_str(&format!("\n  {label:<12} {}   {}", touch.line, touch.place));
        }
    }
    if let Some(words) = words {
        text.push_str(&format!("\n  replay:      {words}"));
    }
    Stop::refused(format!(
        "{text}\n  nothing was changed\n  help: edit the local migration so that it fits the other one, then run `cargo driftless rebase` again"
    ))
}

fn shown(touch: &Touch) -> String {
    match &touch.part {
        Some(part) => format!("`{part}` of `{}`", touch.object),
        None => format!("`{}`", touch.object),
    }
}

/// Every statement that is about an object.
fn touches(migrations: &[Migration]) -> Vec<Touch> {
    let mut found = Vec::new();
    for migration in migrations {
        for statement in statements(Dialect::Sqlite, &migration.sql) {
            let Some((object, part)) = about(&classify(&statement)) else { continue };
            let place = Place::at(&migration.file, &migration.sql, statement.offset);
            let words: Vec<&str> = statement.text.split_whitespace().collect();
            let line: String = words.join(" ").chars().take(100).collect();
            found.push(Touch { place, object, part, line });
        }
    }
    found
}

fn about(kind: &StatementKind) -> Option<(Name, Option<Name>)> {
    Some(match kind {
        StatementKind::CreateTable { name, .. }
        | StatementKind::CreateView { name }
        | StatementKind::CreateVirtualTable { name }
        | StatementKind::DropTable { name }
        | StatementKind::DropView { name } => (name.clone(), None),
        StatementKind::CreateIndex { name, table, .. } | StatementKind::CreateTrigger { name, table } => {
            (table.clone(), Some(name.clone()))
        }
        StatementKind::DropIndex { name } | StatementKind::DropTrigger { name } => (name.clone(), Some(name.clone())),
        StatementKind::AlterTable { table, action } => (
            table.clone(),
            match action {
                AlterAction::AddColumn(added) => Some(added.column.name.clone()),
                AlterAction::RenameColumn { from, .. } => Some(from.clone()),
                AlterAction::DropColumn(name) => Some(name.clone()),
                _ => None,
            },
        ),
        _ => return None,
    })
}
