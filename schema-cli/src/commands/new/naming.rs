//! The name of the next migration, in the style of the directory.

use schema_core::Migration;
use schema_replay::{Layout, MigrationSet};

use super::clock::Clock;

/// The files of a migration, relative to the directory; one file where both directions stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Files {
    /// The version, as the file name states it.
    pub(crate) version: String,
    /// What moves the schema forward.
    pub(crate) up: String,
    /// What takes it back, where the directory has such files.
    pub(crate) down: Option<String>,
}

/// The names of the next migration. `downs` are those that there are.
pub(crate) fn next(set: &MigrationSet, directory: &str, downs: &[Migration], name: &str, clock: Clock) -> Files {
    let relative = |migration: &Migration| {
        let file = migration.file.strip_prefix(directory).unwrap_or(&migration.file);
        file.trim_start_matches('/').to_owned()
    };
    let last = set.migrations.last().map_or_else(|| first(set.layout, clock), relative);
    let style = Style::of(set.layout, &last);
    let first = set.migrations.is_empty();
    let version = if first { style.version.clone() } else { after(&style.version, clock) };
    let back = downs.last().map(relative);
    match set.layout {
        Layout::Diesel | Layout::RusqliteMigration | Layout::Prisma => {
            let directory = format!("{}{version}{}{name}", style.prefix, style.separator);
            let has_down = set.layout == Layout::Diesel || back.is_some();
            Files {
                up: format!("{directory}/{}", style.suffix),
                down: (has_down && set.layout != Layout::Prisma).then(|| format!("{directory}/down.sql")),
                version,
            }
        }
        _ => style.files(version, name, back.as_deref()),
    }
}

/// How the first migration of a directory would be named if it had one before it.
fn first(layout: Layout, clock: Clock) -> String {
    let (date, time) = (clock.date(), clock.time());
    match layout {
        Layout::Plain | Layout::Sqlx | Layout::ByName => "0001_x.sql".to_owned(),
        Layout::GolangMigrate => "0001_x.up.sql".to_owned(),
        Layout::Maragu => "0001-x.up.sql".to_owned(),
        Layout::Goose | Layout::SqlMigrate => "00001_x.sql".to_owned(),
        Layout::Refinery => "V1__x.sql".to_owned(),
        Layout::RusqliteMigration => "01-x/up.sql".to_owned(),
        Layout::Dbmate => format!("{date}{time}_x.sql"),
        Layout::Prisma => format!("{date}{time}_x/migration.sql"),
        Layout::Diesel => format!("{}-{}-{}-{time}-0000_x/up.sql", &date[..4], &date[4..6], &date[6..]),
    }
}

/// The parts of a file name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Style {
    /// The directory of a release, and a `V` before the number.
    prefix: String,
    version: String,
    /// Between the version and the name.
    separator: String,
    /// What follows the name: `.sql`, `.up.sql`, `_up.sql`, `.sqlite.up.sql`; the file of a directory.
    suffix: String,
}

impl Style {
    fn of(layout: Layout, relative: &str) -> Style {
        let (own, suffix) = match layout {
            Layout::Diesel | Layout::RusqliteMigration | Layout::Prisma => {
                relative.rsplit_once('/').unwrap_or((relative, "up.sql"))
            }
            _ => relative.split_at(suffix_start(relative)),
        };
        let start = own.rfind('/').map_or(0, |slash| slash + 1);
        let digits = own[start..].find(|c: char| c.is_ascii_digit()).map_or(own.len(), |at| start + at);
        let (prefix, rest) = own.split_at(digits);
        let end = version_end(rest, layout);
        let (version, rest) = rest.split_at(end);
        let name = rest.trim_start_matches(['_', '-', '.', ' ']);
        let separator = &rest[..rest.len() - name.len()];
        Style {
            prefix: prefix.to_owned(),
            version: version.to_owned(),
            separator: if separator.is_empty() { "_" } else { separator }.to_owned(),
            suffix: suffix.to_owned(),
        }
    }

    fn files(&self, version: String, name: &str, back: Option<&str>) -> Files {
        let stem = format!("{}{version}{}{name}", self.prefix, self.separator);
        let up = format!("{stem}{}", self.suffix);
        let turned = |suffix: &str| {
            let at = suffix.rfind("up")?;
            Some(format!("{stem}{}down{}", &suffix[..at], &suffix[at + 2..]))
        };
        let down = match (turned(&self.suffix), back) {
            (Some(down), _) => Some(down),
            // refinery's and Flyway's `U1__name.sql`
            (None, Some(back)) if back.starts_with('U') && up.starts_with('V') => Some(format!("U{}", &up[1..])),
            // `1_name.sql` beside `1_name.down.sql`
            (None, Some(back)) if back.ends_with(".down.sql") => Some(format!("{stem}.down{}", self.suffix)),
            _ => None,
        };
        Files { version, up, down }
    }
}

/// Where the words begin that say what a file is: `.sql`, `.up.sql`, `_up.sql`, `.sqlite3.up.sql`.
fn suffix_start(relative: &str) -> usize {
    const TAGS: [&str; 4] = [".up", ".sqlite3", ".sqlite", ".autocommit"];
    // golang-migrate takes anything that follows `.up.`.
    let mut start = relative.rfind(".up.").or_else(|| relative.rfind(".sql")).unwrap_or(relative.len());
    if let Some(stem) = relative[..start].strip_suffix("_up").or_else(|| relative[..start].strip_suffix("-up")) {
        start = stem.len();
    }
    while let Some(tag) = TAGS.iter().find(|tag| relative[..start].ends_with(**tag)) {
        start -= tag.len();
    }
    start
}

/// Where the number ends that a name begins with: digits, `1.2.0`, `1_2_0` before two underscores, or a date.
fn version_end(text: &str, layout: Layout) -> usize {
    if layout == Layout::Refinery {
        return text.find("__").unwrap_or(text.len());
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(text);
    let dated = end == 4 && text[end..].starts_with('-') && digits(&text[end + 1..]) == 2;
    while let Some(mark) = text[end..].chars().next() {
        let more = text.get(end + 1..).map_or(0, digits);
        let rest = text.get(end + 1 + more..).unwrap_or_default();
        let delimited = rest.is_empty() || rest.starts_with(['_', '-', '.', ' ']);
        if more == 0 || !delimited || !(mark == '.' || (dated && mark == '-')) {
            break;
        }
        end += 1 + more;
    }
    end
}

/// The version that comes after one, in its own form: the time where it is one, otherwise the next number.
fn after(last: &str, clock: Clock) -> String {
    let digits: String = last.chars().filter(char::is_ascii_digit).collect();
    let (date, time) = (clock.date(), clock.time());
    let now = match digits.len() {
        8 if is_date(&digits) => date,
        12 if is_date(&digits) => format!("{date}{}", &time[..4]),
        14 if is_date(&digits) => format!("{date}{time}"),
        // diesel's four digits after the seconds
        18 if is_date(&digits) => format!("{date}{time}0000"),
        10 if digits.as_str() > "1000000000" => clock.seconds().to_string(),
        13 if digits.as_str() > "1000000000000" => format!("{}000", clock.seconds()),
        _ => return increment(last),
    };
    if now <= digits { increment(last) } else { shaped(&now, last) }
}

fn is_date(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    (1970..=2999).contains(&part(0..4)) && (1..=12).contains(&part(4..6)) && (1..=31).contains(&part(6..8))
}

/// Digits with the marks between them that another version has.
fn shaped(digits: &str, like: &str) -> String {
    let mut rest = digits.chars();
    like.chars().map(|c| if c.is_ascii_digit() { rest.next().unwrap_or('0') } else { c }).collect()
}

/// The last number of the version plus one, as wide as it was.
fn increment(last: &str) -> String {
    let start = last.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (before, number) = last.split_at(start);
    let width = number.len();
    let next = number.parse::<u128>().unwrap_or(0).saturating_add(1);
    format!("{before}{next:0width$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema_core::lock::Lock;
    use std::borrow::Cow;

    fn migration(file: &str) -> Migration {
        Migration {
            version: Cow::Borrowed(""),
            name: Cow::Borrowed(""),
            file: Cow::Owned(format!("db/migrations/{file}")),
            sql: Cow::Borrowed(""),
            checksum: Cow::Borrowed(""),
            no_transaction: false,
        }
    }

    /// The names that follow a migration, and the way down that it has.
    #[track_caller]
    fn follows(layout: Layout, last: Option<(&str, Option<&str>)>, expected: &str, down: Option<&str>) {
        let migrations: Vec<Migration> = last.iter().map(|(file, _)| migration(file)).collect();
        let downs: Vec<Migration> = last.and_then(|(_, down)| down).map(migration).into_iter().collect();
        let set = MigrationSet { migrations, files: Vec::new(), lock: None::<Lock>, layout, ignored: Vec::new() };
        // 2026-03-01 12:34:56
        let clock = Clock::at(1_772_368_496);
        let files = next(&set, "db/migrations", &downs, "add_x", clock);
        assert_eq!((files.up.as_str(), files.down.as_deref()), (expected, down));
    }

    #[test]
    fn numbers_go_on_as_wide_as_they_are() {
        follows(Layout::Plain, None, "0001_add_x.sql", None);
        follows(Layout::Plain, Some(("0009_a.sql", None)), "0010_add_x.sql", None);
        follows(Layout::Plain, Some(("9-a.sql", None)), "10-add_x.sql", None);
        follows(Layout::Plain, Some(("12.sql", None)), "13_add_x.sql", None);
        follows(Layout::Plain, Some(("1.10.9_a.sql", None)), "1.10.10_add_x.sql", None);
        follows(Layout::Plain, Some(("0.2/07__a.sql", None)), "0.2/08__add_x.sql", None);
        follows(Layout::Plain, Some(("V0003.Initial.sql", None)), "V0004.add_x.sql", None);
        follows(Layout::Maragu, Some(("0007-a.up.sql", None)), "0008-add_x.up.sql", Some("0008-add_x.down.sql"));
        follows(Layout::Refinery, Some(("V9__a.sql", None)), "V10__add_x.sql", None);
        follows(Layout::Refinery, Some(("V1_2_9__a.sql", None)), "V1_2_10__add_x.sql", None);
        follows(Layout::Refinery, None, "V1__add_x.sql", None);
    }

    #[test]
    fn times_are_the_time() {
        follows(Layout::Sqlx, Some(("20240101120000_a.sql", None)), "20260301123456_add_x.sql", None);
        follows(Layout::Sqlx, Some(("20991231000000_a.sql", None)), "20991231000001_add_x.sql", None);
        follows(Layout::Plain, Some(("2024-01-02-030405_a.sql", None)), "2026-03-01-123456_add_x.sql", None);
        follows(Layout::Plain, Some(("20240131_a.sql", None)), "20260301_add_x.sql", None);
        follows(Layout::Plain, Some(("1700000000_a.sql", None)), "1772368496_add_x.sql", None);
        follows(Layout::Plain, Some(("1700000000000_a.sql", None)), "1772368496000_add_x.sql", None);
        follows(Layout::Dbmate, None, "20260301123456_add_x.sql", None);
        let first = "20260301123456_add_x/migration.sql";
        follows(Layout::Prisma, None, first, None);
        follows(Layout::Prisma, Some(("20240101000000_init/migration.sql", None)), first, None);
    }

    #[test]
    fn ways_down_are_named_as_they_are() {
        let sqlx = Some(("3_a.up.sql", Some("3_a.down.sql")));
        follows(Layout::Sqlx, sqlx, "4_add_x.up.sql", Some("4_add_x.down.sql"));
        let tagged = Some(("3_a.sqlite.up.sql", None));
        follows(Layout::Sqlx, tagged, "4_add_x.sqlite.up.sql", Some("4_add_x.sqlite.down.sql"));
        let odd = Some(("30_a.up..sql", None));
        follows(Layout::GolangMigrate, odd, "31_add_x.up..sql", Some("31_add_x.down..sql"));
        let beside = Some(("1_a.sql", Some("1_a.down.sql")));
        follows(Layout::Sqlx, beside, "2_add_x.sql", Some("2_add_x.down.sql"));
        let word = Some(("1_a_up.sql", Some("1_a_down.sql")));
        follows(Layout::Plain, word, "2_add_x_up.sql", Some("2_add_x_down.sql"));
        follows(Layout::Refinery, Some(("V1__a.sql", Some("U1__a.sql"))), "V2__add_x.sql", Some("U2__add_x.sql"));
    }

    #[test]
    fn directories_hold_both() {
        let diesel = "2026-03-01-123456-0000_add_x";
        let (up, down) = (format!("{diesel}/up.sql"), format!("{diesel}/down.sql"));
        follows(Layout::Diesel, None, &up, Some(&down));
        follows(Layout::Diesel, Some(("2024-01-01-000000-0000_a/up.sql", None)), &up, Some(&down));
        let short = Some(("2024-01-01-000000_a/up.sql", None));
        follows(Layout::Diesel, short, "2026-03-01-123456_add_x/up.sql", Some("2026-03-01-123456_add_x/down.sql"));
        follows(Layout::RusqliteMigration, Some(("02-a/up.sql", None)), "03-add_x/up.sql", None);
        let both = Some(("02-a/up.sql", Some("02-a/down.sql")));
        follows(Layout::RusqliteMigration, both, "03-add_x/up.sql", Some("03-add_x/down.sql"));
    }
}
