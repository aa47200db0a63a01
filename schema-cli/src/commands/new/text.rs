//! The text of the files of a migration, in each layout.

use schema_core::plan::{Plan, Step, script};
use schema_replay::Layout;

use super::naming::Files;

/// The two directions.
pub(super) struct Parts {
    pub(super) up: String,
    pub(super) down: String,
}

/// The script of each direction; where there is no plan, or no way back, a comment.
pub(super) fn parts(name: &str, plan: Option<&Plan>) -> Parts {
    let title = name.replace('_', " ");
    let Some(plan) = plan else {
        return Parts { up: format!("-- {title}\n\n"), down: format!("-- {title}: the way back\n\n") };
    };
    let down = match &plan.down {
        Ok(steps) => script(&format!("{title}: the way back"), steps),
        Err(reason) => format!("-- {title}: there is no way back, {reason}.\n"),
    };
    Parts { up: script(&title, &plan.steps), down }
}

/// Whether both directions stand in one file.
pub(super) const fn has_markers(layout: Layout) -> bool {
    matches!(layout, Layout::Goose | Layout::SqlMigrate | Layout::Dbmate)
}

/// The files with their text.
pub(super) fn files(layout: Layout, files: &Files, parts: &Parts) -> Vec<(String, String)> {
    let (up, down) = match layout {
        Layout::Goose => ("-- +goose Up", "-- +goose Down"),
        Layout::SqlMigrate => ("-- +migrate Up", "-- +migrate Down"),
        Layout::Dbmate => ("-- migrate:up", "-- migrate:down"),
        _ => {
            let mut texts = vec![(files.up.clone(), parts.up.clone())];
            texts.extend(files.down.iter().map(|file| (file.clone(), parts.down.clone())));
            return texts;
        }
    };
    let body = |text: &str| blocks(layout, text);
    vec![(files.up.clone(), format!("{up}\n{}\n{down}\n{}", body(&parts.up), body(&parts.down)))]
}

/// Goose and sql-migrate cut at every semicolon, also inside a trigger, unless they are told where a statement ends.
fn blocks(layout: Layout, text: &str) -> String {
    let word = match layout {
        Layout::Goose => "+goose",
        Layout::SqlMigrate => "+migrate",
        _ => return text.to_owned(),
    };
    let mut marked = String::new();
    let mut at = 0;
    for statement in schema_core::token::statements(schema_core::Dialect::Sqlite, text) {
        if !statement.text.contains(';') {
            continue;
        }
        let end = statement.offset + statement.text.len();
        let end = end + text[end..].find('\n').map_or(text.len() - end, |line| line + 1);
        marked.push_str(&text[at..statement.offset]);
        marked.push_str(&format!("-- {word} StatementBegin\n{}-- {word} StatementEnd\n", &text[statement.offset..end]));
        at = end;
    }
    marked.push_str(&text[at..]);
    marked
}

/// The first line of a statement.
pub(super) fn first_line(step: &Step) -> String {
    let mut lines = step.sql.lines();
    let first = lines.next().unwrap_or_default();
    if lines.next().is_some() { format!("{first} …") } else { first.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_are_kept_together() {
        let text = "-- a\nDROP TABLE t;\nCREATE TRIGGER x AFTER INSERT ON t BEGIN\n  SELECT 1;\nEND;\nDROP TABLE u;\n";
        assert_eq!(
            blocks(Layout::Goose, text),
            "-- a\nDROP TABLE t;\n-- +goose StatementBegin\nCREATE TRIGGER x AFTER INSERT ON t BEGIN\n  SELECT 1;\nEND;\n\
             -- +goose StatementEnd\nDROP TABLE u;\n"
        );
        assert_eq!(blocks(Layout::Dbmate, text), text);
    }
}
