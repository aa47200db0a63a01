//! The text of a migration file.

use super::step::Step;

/// The statements as a file, with comments that say what they do. `title` is the first line.
///
/// ```
/// assert_eq!(schema_core::plan::script("0001 users", &[]), "-- 0001 users\n");
/// ```
pub fn script(title: &str, steps: &[Step]) -> String {
    let mut text = format!("-- {title}\n");
    if steps.iter().any(|step| step.sql.starts_with("DROP TABLE ")) {
        text.push_str(
            "--\n-- It drops a table: run it in one transaction, with foreign keys switched off before that begins, as\n\
             -- driftless does. SQLite ignores PRAGMA foreign_keys inside a transaction.\n",
        );
    }
    let mut before: Option<&str> = None;
    for step in steps {
        match &step.comment {
            Some(comment) if before != Some(comment) => {
                text.push('\n');
                text.push_str(&commented(comment));
                before = Some(comment);
            }
            _ => {}
        }
        text.push_str(&step.sql);
        text.push_str(";\n");
    }
    text
}

/// A comment, broken into lines.
fn commented(text: &str) -> String {
    const WIDTH: usize = 116;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].len() + 1 + word.len() > WIDTH {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines.iter().map(|line| format!("-- {line}\n")).collect()
}
