//! Migration files that hold both directions between marker comments.

use schema_core::{Dialect, Place, token};

use crate::{Layout, Problem};

/// The part of a file that moves the schema forward.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Up {
    /// The text of the file with everything else replaced by spaces, so that offsets stay those of the file.
    pub(crate) sql: String,
    pub(crate) no_transaction: bool,
}

enum Marker {
    Up { no_transaction: bool },
    Down,
    NoTransaction,
}

/// The layout whose markers a text has.
pub(crate) fn recognise(text: &str) -> Option<Layout> {
    [Layout::Goose, Layout::SqlMigrate, Layout::Dbmate]
        .into_iter()
        .find(|layout| text.lines().any(|line| matches!(marker(*layout, line), Some(Marker::Up { .. }))))
}

/// Whether files of the layout hold both directions.
pub(crate) const fn has_markers(layout: Layout) -> bool {
    matches!(layout, Layout::Goose | Layout::SqlMigrate | Layout::Dbmate)
}

/// The part of a text that moves the schema forward.
pub(crate) fn up(layout: Layout, dialect: Dialect, file: &str, text: &str) -> Result<Up, Problem> {
    let mut sql = String::with_capacity(text.len());
    let (mut seen, mut keeping, mut no_transaction) = (false, false, false);
    for line in text.split_inclusive('\n') {
        match marker(layout, line) {
            Some(Marker::Up { no_transaction: stated }) => {
                if !seen && let Some(token) = token::tokens(dialect, &text[..sql.len()]).first() {
                    return Err(early(layout, file, text, token.offset));
                }
                (seen, keeping) = (true, true);
                no_transaction |= stated;
            }
            Some(Marker::Down) => keeping = false,
            Some(Marker::NoTransaction) => no_transaction = true,
            None if keeping => {
                sql.push_str(line);
                continue;
            }
            None => {}
        }
        blank(&mut sql, line);
    }
    if !seen {
        let fact = format!("`{file}` has no `{}`", up_marker(layout));
        return Err(Problem::new("missing-marker", fact).help("every migration of this layout has that comment"));
    }
    sql.truncate(sql.trim_end().len());
    Ok(Up { sql, no_transaction })
}

/// The part of a text that takes the schema back, with everything else blank; `None` where there is none.
pub(crate) fn down(layout: Layout, text: &str) -> Option<String> {
    let mut sql = String::with_capacity(text.len());
    let (mut seen, mut keeping) = (false, false);
    for line in text.split_inclusive('\n') {
        match marker(layout, line) {
            Some(Marker::Down) => (seen, keeping) = (true, true),
            Some(Marker::Up { .. }) => keeping = false,
            None if keeping => {
                sql.push_str(line);
                continue;
            }
            _ => {}
        }
        blank(&mut sql, line);
    }
    seen.then_some(sql)
}

/// Spaces in place of a line, so that offsets stay those of the file.
fn blank(sql: &mut String, line: &str) {
    sql.extend(line.bytes().map(|byte| if matches!(byte, b'\r' | b'\n') { char::from(byte) } else { ' ' }));
}

fn early(layout: Layout, file: &str, text: &str, offset: usize) -> Problem {
    let fact = format!("`{file}` has a statement before `{}`", up_marker(layout));
    Problem::new("missing-marker", fact)
        .at(Place::at(file, text, offset))
        .help("move it below the comment: it belongs to neither direction where it stands")
}

const fn up_marker(layout: Layout) -> &'static str {
    match layout {
        Layout::Goose => "-- +goose Up",
        Layout::SqlMigrate => "-- +migrate Up",
        _ => "-- migrate:up",
    }
}

fn marker(layout: Layout, line: &str) -> Option<Marker> {
    let comment = line.trim_start_matches('\u{feff}').trim().strip_prefix("--")?.trim_start();
    let word = match layout {
        Layout::Goose => comment.strip_prefix("+goose")?,
        Layout::SqlMigrate => comment.strip_prefix("+migrate")?,
        _ => comment.strip_prefix("migrate:")?,
    };
    let word = word.trim().to_ascii_lowercase();
    let (first, rest) = word.split_once(char::is_whitespace).unwrap_or((&word, ""));
    match first {
        "up" => Some(Marker::Up { no_transaction: matches!(rest.trim(), "notransaction" | "transaction:false") }),
        "down" => Some(Marker::Down),
        "no" if rest.trim() == "transaction" => Some(Marker::NoTransaction),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goose(text: &str) -> Up {
        up(Layout::Goose, Dialect::Sqlite, "migrations/1_a.sql", text).unwrap()
    }

    #[test]
    fn the_other_direction_becomes_blank_and_places_stay() {
        let text = "-- a comment, é\r\n-- +goose Up\r\nCREATE TABLE é (a);\r\n\n-- +goose Down\r\nDROP TABLE é;\n";
        let found = goose(text);
        assert_eq!(found.sql.trim(), "CREATE TABLE é (a);");
        assert_eq!(found.sql.find("CREATE"), text.find("CREATE"));
        let offset = found.sql.find("CREATE").unwrap();
        assert_eq!(Place::at("f", &found.sql, offset), Place::at("f", text, offset));
        assert!(!found.no_transaction);
    }

    #[test]
    fn statement_blocks_stay_whole() {
        let text = "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nCREATE TRIGGER t AFTER INSERT ON a \
                    BEGIN DELETE FROM b; END;\n-- +goose StatementEnd\n-- +goose Down\nDROP TRIGGER t;";
        let found = goose(text);
        assert!(found.no_transaction);
        assert_eq!(token::statements(Dialect::Sqlite, &found.sql).len(), 1);
    }

    #[test]
    fn each_tool_has_its_own_words() {
        let migrate = "-- +migrate Up notransaction\nSELECT 1;\n-- +migrate Down\nSELECT 2;";
        let dbmate = "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;";
        for (layout, text) in [(Layout::SqlMigrate, migrate), (Layout::Dbmate, dbmate)] {
            assert_eq!(recognise(text), Some(layout));
            let found = up(layout, Dialect::Sqlite, "f", text).unwrap();
            assert_eq!((found.sql.trim(), found.no_transaction), ("SELECT 1;", true));
        }
        assert_eq!(recognise("-- goose up\nSELECT 1;"), None);
    }

    #[test]
    fn a_statement_outside_both_parts_is_refused() {
        let refused = |text| up(Layout::Dbmate, Dialect::Sqlite, "m/1.sql", text).unwrap_err();
        let problem = refused("/* the\nfirst */ SELECT 1;\n-- migrate:up\n");
        assert_eq!(problem.message.lines().next(), Some("`m/1.sql` has a statement before `-- migrate:up`"));
        assert_eq!(problem.place.unwrap().to_string(), "m/1.sql:2:10");
        assert_eq!(refused("-- nothing").message.lines().next(), Some("`m/1.sql` has no `-- migrate:up`"));
    }
}
