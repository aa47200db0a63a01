//! What the name of a migration file says, in each layout.

use schema_core::{Dialect, compare_versions};

use crate::Layout;
use crate::listing::File;

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The version without leading zeros.
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The name asks to run outside a transaction.
    pub(crate) no_transaction: bool,
    /// The name is for one engine, which goes before a file for all.
    pub(crate) specific: bool,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It moves the schema forward.
    Up,
    /// It takes a migration back.
    Down,
    /// It is a migration in another language.
    Code,
    /// It is for another engine.
    Foreign,
}

impl Named {
    fn new(version: &str, name: &str, role: Role) -> Named {
        Named { version: without_zeros(version), name: name.to_owned(), role, no_transaction: false, specific: false }
    }
}

/// What the name of a file says; `None` when the tool of the layout would pass it over.
pub(crate) fn read(layout: Layout, dialect: Dialect, file: &File) -> Option<Named> {
    match (layout, file.split()) {
        (Layout::Refinery, (_, name)) => refinery(name),
        (Layout::Diesel | Layout::RusqliteMigration | Layout::Prisma, (Some(directory), name)) => {
            directory_of_one(layout, directory, name)
        }
        (Layout::Diesel | Layout::RusqliteMigration | Layout::Prisma, (None, _)) => None,
        (Layout::GolangMigrate, (None, name)) => golang_migrate(dialect, name),
        (Layout::Maragu, (None, name)) => maragu(name),
        (Layout::ByName, (None, name)) => by_name(dialect, name),
        (Layout::Goose, (None, name)) => {
            let code = name.strip_suffix(".go").filter(|stem| !stem.ends_with("_test")).and_then(numbered);
            code.map(|(version, rest)| Named::new(version, rest, Role::Code)).or_else(|| plain(dialect, name))
        }
        (Layout::Plain, (Some(directory), name)) if is_release(directory) => {
            let named = plain(dialect, name)?;
            Some(Named { version: format!("{}.{}", without_zeros(directory), named.version), ..named })
        }
        (_, (None, name)) => plain(dialect, name),
        (_, (Some(_), _)) => None,
    }
}

/// `0001_name.sql`, `1_name.up.sql`, `1_name.sqlite3.up.sql`, `0001-name.sql`, `0001.sql`.
fn plain(dialect: Dialect, name: &str) -> Option<Named> {
    let stem = name.strip_suffix(".sql")?;
    let (stem, role) = match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
        (Some(stem), _) => (stem, Role::Up),
        (_, Some(stem)) => (stem, Role::Down),
        (None, None) => (stem, Role::Up),
    };
    tagged(dialect, stem, role)
}

/// The regular expression of golang-migrate, `^([0-9]+)_(.*)\.(up|down)\.(.*)$`, where the last `.up.` counts.
fn golang_migrate(dialect: Dialect, name: &str) -> Option<Named> {
    let marks = [(".up.", Role::Up), (".down.", Role::Down)];
    let (at, role) =
        marks.into_iter().filter_map(|(mark, role)| Some((name.rfind(mark)?, role))).max_by_key(|(at, _)| *at)?;
    name.trim_start_matches(|c: char| c.is_ascii_digit())
        .starts_with('_')
        .then(|| tagged(dialect, &name[..at], role))?
}

/// The regular expression of maragu's migrate, `^([\w-]+).up.sql$` with its bare dots: the whole stem is the version.
fn maragu(name: &str) -> Option<Named> {
    let (stem, role) = [("up.sql", Role::Up), ("down.sql", Role::Down)]
        .into_iter()
        .find_map(|(end, role)| Some((name.strip_suffix(end)?, role)))?;
    let mut chars = stem.chars();
    chars.next_back()?;
    let stem = chars.as_str();
    let valid = !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let rest = numbered(stem).map_or(stem, |(_, rest)| rest);
    valid.then(|| Named { version: stem.to_owned(), ..Named::new("", rest, role) })
}

/// As a plain name, but the whole stem is the version.
fn by_name(dialect: Dialect, name: &str) -> Option<Named> {
    let named = plain(dialect, name)?;
    let stem = name.strip_suffix(".sql")?;
    let stem = stem.strip_suffix(".up").or_else(|| stem.strip_suffix(".down")).unwrap_or(stem);
    Some(Named { version: stem.to_owned(), ..named })
}

/// Diesel compares versions as texts, so a date without a time comes before the times of the next day. Zeros at
/// the end of the shorter ones give the numbers the same order.
pub(crate) fn pad_dates(all: &mut [(Named, &File)]) {
    let digits = |file: &File| {
        let stated = file.relative.split('_').next().unwrap_or_default();
        stated.bytes().filter(u8::is_ascii_digit).count()
    };
    let longest = all.iter().map(|(_, file)| digits(file)).max().unwrap_or_default();
    for (named, file) in all {
        named.version.push_str(&"0".repeat(longest - digits(file)));
    }
}

/// `V1__name.sql`, `V1.2__name.sql`, `V1_2_0__name.sql`, `U1__name.sql`, and `.rs` for refinery's migrations in Rust.
pub(crate) fn refinery(name: &str) -> Option<Named> {
    let rest = name.strip_prefix(['V', 'U'])?;
    let (version, rest) = rest.split_once("__")?;
    if !is_release(&version.replace('_', ".")) {
        return None;
    }
    let (rest, role) = match (rest.strip_suffix(".sql"), rest.strip_suffix(".rs")) {
        (Some(rest), _) => (rest, Role::Up),
        (_, Some(rest)) => (rest, Role::Code),
        (None, None) => return None,
    };
    Some(Named::new(&version.replace('_', "."), rest, role))
}

fn directory_of_one(layout: Layout, directory: &str, name: &str) -> Option<Named> {
    let role = match name {
        "up.sql" | "migration.sql" => Role::Up,
        "down.sql" => Role::Down,
        _ => return None,
    };
    let (version, rest) = match layout {
        Layout::Diesel => directory.split_once('_').unwrap_or((directory, "")),
        Layout::RusqliteMigration => directory.split_once('-').unwrap_or((directory, "")),
        _ => numbered(directory)?,
    };
    let version = version.replace('-', "");
    version.bytes().all(|byte| byte.is_ascii_digit()).then(|| Named::new(&version, rest, role))
}

/// Reads the number, and the engine and the other words that some tools put before `.up.sql`.
fn tagged(dialect: Dialect, stem: &str, role: Role) -> Option<Named> {
    // `V0001.Initial.up.sql`, `v2.8.0.sql`
    let stem = stem.strip_prefix(['v', 'V']).unwrap_or(stem);
    let (version, mut rest) = numbered(stem)?;
    let mut named = Named::new(&version.replace('-', ""), rest, role);
    while let Some((before, tag)) = rest.rsplit_once('.') {
        match engine(tag) {
            Some(Some(engine)) if engine == dialect => named.specific = true,
            Some(_) => named.role = Role::Foreign,
            None if tag == "autocommit" => named.no_transaction = true,
            None => break,
        }
        rest = before;
    }
    Some(Named { name: rest.trim_start_matches('.').to_owned(), ..named })
}

/// The engine that a word in a file name means: `None` for other words, `Some(None)` for engines
/// that driftless does not know.
#[expect(clippy::option_option, reason = "a word is no engine, another engine or one of ours")]
fn engine(word: &str) -> Option<Option<Dialect>> {
    match word {
        "sqlite" | "sqlite3" => Some(Some(Dialect::Sqlite)),
        "postgres" | "postgresql" => Some(Some(Dialect::Postgres)),
        "mysql" | "mariadb" | "cockroach" | "cockroachdb" | "mssql" | "oracle" | "clickhouse" => Some(None),
        _ => None,
    }
}

/// Names that end in an engine, where the same name with another one stands beside: `1_users_sqlite.up.sql`.
pub(crate) fn tag_engines(dialect: Dialect, all: &mut [(Named, &File)]) {
    let key = |named: &Named| {
        let (stem, engine) = engine_suffix(&named.name)?;
        Some((named.version.clone(), stem.to_owned(), engine))
    };
    let keys: Vec<_> = all.iter().map(|(named, _)| key(named)).collect();
    for ((named, _), mine) in all.iter_mut().zip(&keys) {
        let Some((version, stem, engine)) = mine else { continue };
        let beside = |(other, same, another): &(String, String, Option<Dialect>)| {
            other == version && same == stem && another != engine
        };
        if keys.iter().flatten().any(beside) {
            stem.clone_into(&mut named.name);
            match engine {
                Some(engine) if *engine == dialect => named.specific = true,
                _ => named.role = Role::Foreign,
            }
        }
    }
}

/// A name without the engine that it ends in.
fn engine_suffix(name: &str) -> Option<(&str, Option<Dialect>)> {
    let (stem, word) = name.rsplit_once(['_', '-'])?;
    Some((stem, engine(word)?))
}

/// The number that a name begins with and what follows it: digits, `1.2.0`, or a date with hyphens.
pub(crate) fn numbered(stem: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(stem);
    if end == 0 {
        return None;
    }
    let dated = end == 4 && digits(stem.get(5..)?) == 2;
    loop {
        let rest = &stem[end..];
        let more = rest.get(1..).map_or(0, digits);
        let joined = rest.starts_with('.') || (dated && rest.starts_with('-'));
        let delimited = |text: &str| text.is_empty() || text.starts_with(['_', '-', '.', ' ']);
        if more == 0 || !joined || !delimited(&rest[1 + more..]) {
            break;
        }
        end += 1 + more;
    }
    let rest = &stem[end..];
    (rest.is_empty() || rest.starts_with(['_', '-', '.', ' ']))
        .then(|| (&stem[..end], rest.trim_start_matches(['_', '-', ' '])))
}

/// Only digits and hyphens: what diesel makes a version of.
pub(crate) fn is_dated(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '-')
}

/// Numbers with dots between them.
fn is_release(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn without_zeros(version: &str) -> String {
    let trimmed = version.trim_start_matches('0');
    let start = version.len() - trimmed.len();
    let keep = usize::from(!trimmed.starts_with(|c: char| c.is_ascii_digit()) && start > 0);
    version[start - keep..].to_owned()
}

/// The layout of a directory without the marks of any other: by whether it holds `.up.sql` files.
pub(crate) fn two_files(files: &[File]) -> Layout {
    let top: Vec<&str> = files.iter().filter(|file| file.split().0.is_none()).map(File::name).collect();
    let directed = |name: &str| golang_migrate(Dialect::Sqlite, name).is_some();
    if !top.iter().any(|name| directed(name)) {
        return Layout::Plain;
    }
    let odd_end = |name: &&&str| !name.ends_with(".up.sql") && !name.ends_with(".down.sql");
    if top.iter().filter(|name| directed(name)).any(|name| odd_end(&name)) {
        return Layout::GolangMigrate;
    }
    // Only maragu's migrate lets files share a number, and it takes no name with a dot. Two branches that took one
    // number share the last one.
    let is_up = |name: &&&str| name.ends_with(".up.sql") && maragu(name).is_some();
    let number = |name: &&str| {
        let (number, rest) = numbered(name.trim_end_matches(".up.sql"))?;
        Some((without_zeros(number), engine_suffix(rest).map_or(rest, |(stem, _)| stem).to_owned()))
    };
    let mut numbers: Vec<(String, String)> = top.iter().filter(is_up).filter_map(number).collect();
    numbers.sort_by(|a, b| compare_versions(&a.0, &b.0).then_with(|| a.1.cmp(&b.1)));
    // What is written for several engines is one migration.
    numbers.dedup();
    let numbers: Vec<String> = numbers.into_iter().map(|(number, _)| number).collect();
    let repeated: Vec<&[String]> = numbers.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).collect();
    let first = repeated.first().is_some_and(|same| same.first() == numbers.first());
    let shared = repeated.len() > 1 || (first && numbers.first() != numbers.last());
    if shared { Layout::Maragu } else { Layout::Sqlx }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn named(layout: Layout, relative: &str) -> Option<(String, String, Role)> {
        let file = File { relative: relative.to_owned(), path: PathBuf::new() };
        read(layout, Dialect::Sqlite, &file).map(|named| (named.version, named.name, named.role))
    }

    #[track_caller]
    fn up(layout: Layout, relative: &str, version: &str, name: &str) {
        assert_eq!(named(layout, relative), Some((version.to_owned(), name.to_owned(), Role::Up)), "{relative}");
    }

    #[track_caller]
    fn role(layout: Layout, relative: &str, expected: Option<Role>) {
        assert_eq!(named(layout, relative).map(|(.., role)| role), expected, "{relative}");
    }

    #[test]
    fn plain_names() {
        up(Layout::Plain, "0001_init.sql", "1", "init");
        up(Layout::Plain, "0001_2fa_codes.sql", "1", "2fa_codes");
        up(Layout::Plain, "0001-2-things.sql", "1", "2-things");
        up(Layout::Plain, "0000_a.sql", "0", "a");
        up(Layout::Plain, "12.sql", "12", "");
        up(Layout::Plain, "2024-01-02-030405_users.sql", "20240102030405", "users");
        up(Layout::Plain, "1.10.0_users.sql", "1.10.0", "users");
        up(Layout::Plain, "0.2/00__resource.sql", "0.2.0", "resource");
        up(Layout::Plain, "1_a.up.sql", "1", "a");
        role(Layout::Plain, "1_a.down.sql", Some(Role::Down));
        for ignored in ["schema.sql", "README.md", "1a.sql", "1_a.sql.bak", "sub/1_a.sql"] {
            role(Layout::Plain, ignored, None);
        }
    }

    #[test]
    fn names_for_one_engine() {
        role(Layout::Sqlx, "2019_x.mysql.up.sql", Some(Role::Foreign));
        role(Layout::Sqlx, "2019_x.autocommit.postgres.up.sql", Some(Role::Foreign));
        up(Layout::Sqlx, "2019_x.sqlite3.up.sql", "2019", "x");
        up(Layout::Sqlx, "2019_x.y.up.sql", "2019", "x.y");
    }

    #[test]
    fn names_of_golang_tools() {
        up(Layout::GolangMigrate, "30_ignore_autotag.up..sql", "30", "ignore_autotag");
        role(Layout::GolangMigrate, "30_x.down.sql", Some(Role::Down));
        role(Layout::GolangMigrate, "32_postmigrate.go", None);
        role(Layout::GolangMigrate, "30_x.sql", None);
        up(Layout::ByName, "002_a_rooms.sql", "002_a_rooms", "a_rooms");
        role(Layout::ByName, "002_a_rooms.down.sql", Some(Role::Down));
        up(Layout::Plain, "V0001.Initial_Schema.up.sql", "1", "Initial_Schema");
        up(Layout::Plain, "v2.8.0.sql", "2.8.0", "");
        up(Layout::Maragu, "0021_internal_up.sql", "0021_internal", "internal");
        up(Layout::Maragu, "0000_a.up.sql", "0000_a", "a");
        role(Layout::Goose, "00002_x.go", Some(Role::Code));
        role(Layout::Goose, "00002_x_test.go", None);
    }

    #[test]
    fn names_of_directories() {
        up(Layout::Diesel, "2024-01-01-000000-0000_users/up.sql", "202401010000000000", "users");
        up(Layout::Diesel, "00000000000000_diesel_initial_setup/up.sql", "0", "diesel_initial_setup");
        role(Layout::Diesel, "2024-01-01-000000_users/down.sql", Some(Role::Down));
        role(Layout::Diesel, "2024-01-01-000000_users/metadata.toml", None);
        up(Layout::RusqliteMigration, "02-add_users/up.sql", "2", "add_users");
        up(Layout::Prisma, "20240101000000_init/migration.sql", "20240101000000", "init");
    }

    #[test]
    fn names_of_refinery_and_flyway() {
        up(Layout::Refinery, "V1__init.sql", "1", "init");
        up(Layout::Refinery, "sub/U2__b.sql", "2", "b");
        up(Layout::Refinery, "V10_1.3.0__x.sql", "10.1.3.0", "x");
        role(Layout::Refinery, "V3__c.rs", Some(Role::Code));
        for ignored in ["V1_init.sql", "R__views.sql", "mod.rs", "Vx__y.sql"] {
            role(Layout::Refinery, ignored, None);
        }
    }
}
