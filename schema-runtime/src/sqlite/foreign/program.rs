//! The migrations of the program, by what other tools call them.

use std::collections::HashMap;

use schema_core::{Migration, compare_versions};

/// What a label stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The migration at that index.
    One(usize),
    /// More than one migration, which nobody can tell apart.
    Several,
    Nothing,
}

/// Finds migrations by versions and by names.
#[derive(Debug)]
pub(super) struct Program<'a> {
    pub(super) migrations: &'a [Migration],
    versions: HashMap<String, Meaning>,
    /// Versions that are dates, without the zeros at the end.
    dates: HashMap<String, Meaning>,
    names: HashMap<String, Meaning>,
}

impl<'a> Program<'a> {
    pub(super) fn of(migrations: &'a [Migration]) -> Program<'a> {
        let mut program =
            Program { migrations, versions: HashMap::new(), dates: HashMap::new(), names: HashMap::new() };
        for (at, migration) in migrations.iter().enumerate() {
            insert(&mut program.versions, version(&migration.version), at);
            if is_date(&migration.version) {
                insert(&mut program.dates, migration.version.trim_end_matches('0').to_owned(), at);
            }
            if let Some(stated) = diesel(migration).or_else(|| leading_number(migration)) {
                insert(&mut program.versions, version(&stated), at);
            }
            for name in [Some(stem(file_name(migration))), Some(&*migration.name), split(&migration.name).1] {
                if let Some(name) = name.filter(|name| !name.is_empty()) {
                    insert(&mut program.names, name.to_owned(), at);
                }
            }
        }
        program
    }

    /// The migration with that version.
    pub(super) fn by_version(&self, text: &str) -> Meaning {
        let found = meaning(&self.versions, &version(text));
        if found == Meaning::Nothing { self.by_date(text) } else { found }
    }

    /// Diesel's versions are dates of different lengths, which a file may state with fewer or more zeros at the end.
    fn by_date(&self, text: &str) -> Meaning {
        if is_date(text) { meaning(&self.dates, text.trim_end_matches('0')) } else { Meaning::Nothing }
    }

    /// The migration with that name: `002_roles.sql`, `m20240101_120000_roles`, `roles`. A number alone is no name, and
    /// where both are there, the name counts, since others may number the same migrations in another way.
    pub(super) fn by_name(&self, text: &str) -> Meaning {
        let whole = stem(text.rsplit(['/', '\\']).next().unwrap_or(text));
        let (number, name) = split(whole);
        let Some(name) = name else { return Meaning::Nothing };
        let by_number = number.map_or(Meaning::Nothing, |number| meaning(&self.versions, &number));
        if let Meaning::One(at) = by_number
            && split(&self.migrations[at].name).1.unwrap_or(&self.migrations[at].name) == name
        {
            return by_number;
        }
        match meaning(&self.names, whole) {
            Meaning::Nothing => meaning(&self.names, name),
            found => found,
        }
    }

    /// Whether the version comes after all of the program's.
    pub(super) fn is_newer(&self, text: &str) -> bool {
        self.migrations.last().is_none_or(|last| compare_versions(text, &version(&last.version)).is_gt())
    }

    /// How many of the program's migrations come before a version.
    pub(super) fn before(&self, text: &str) -> usize {
        self.migrations.partition_point(|migration| compare_versions(&migration.version, text).is_lt())
    }

    /// Whether a number of that length counts what the program's versions count: there are running numbers and dates,
    /// and a date is after every number without being newer.
    pub(super) fn is_alike(&self, text: &str) -> bool {
        self.migrations.last().is_some_and(|last| is_date(&last.version) == is_date(text))
    }
}

fn insert(labels: &mut HashMap<String, Meaning>, label: String, at: usize) {
    let meaning = labels.entry(label).or_insert(Meaning::One(at));
    if *meaning != Meaning::One(at) {
        *meaning = Meaning::Several;
    }
}

fn meaning(labels: &HashMap<String, Meaning>, label: &str) -> Meaning {
    labels.get(label).copied().unwrap_or(Meaning::Nothing)
}

/// A version without the zeros in front, which some tools keep and others do not.
fn version(text: &str) -> String {
    let trimmed = text.trim_start_matches('0');
    let start = text.len() - trimmed.len();
    let keep = usize::from(!trimmed.starts_with(|c: char| c.is_ascii_digit()) && start > 0);
    text[start - keep..].to_owned()
}

/// Whether a version has at least the digits of a day.
fn is_date(version: &str) -> bool {
    version.len() >= "20240101".len() && version.bytes().all(|byte| byte.is_ascii_digit())
}

fn file_name(migration: &Migration) -> &str {
    migration.file.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The version that diesel reads off the directory of an `up.sql`.
fn diesel(migration: &Migration) -> Option<String> {
    let directory = migration.file.strip_suffix("/up.sql")?.rsplit('/').next()?;
    let stated = directory.split('_').next()?.replace('-', "");
    (!stated.is_empty() && stated.bytes().all(|byte| byte.is_ascii_digit())).then_some(stated)
}

/// The number of a migration whose version is its whole name.
fn leading_number(migration: &Migration) -> Option<String> {
    let is_number = migration.version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number { None } else { split(&migration.version).0 }
}

/// A file name without what marks it as a migration.
fn stem(file: &str) -> &str {
    let stem =
        [".sql", ".rs", ".go", ".py", ".js", ".ts"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    stem.strip_suffix(".up").unwrap_or(stem)
}

/// The number in front of a name, and the name: `002_roles`, `V2__roles`, `m20240101_120000_roles`.
fn split(text: &str) -> (Option<String>, Option<&str>) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix(['m', 'M', 'v', 'V', 'U']).filter(|rest| digits(rest) > 0).unwrap_or(text);
    let end = digits(rest);
    let (mut number, mut name) = (rest[..end].to_owned(), &rest[end..]);
    // `m20240101_120000_name`: a date and a time.
    if end == 8 && name.starts_with('_') && digits(&name[1..]) == 6 {
        number.push_str(&name[1..7]);
        name = &name[7..];
    }
    if number.is_empty() || !(name.is_empty() || name.starts_with(['_', '-', '.', ' '])) {
        return (None, Some(text).filter(|text| !text.is_empty()));
    }
    let name = name.trim_start_matches(['_', '-', '.', ' ']);
    (Some(version(&number)), Some(name).filter(|name| !name.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(version: &str, file: &str) -> Migration {
        let name = split(stem(file)).1.unwrap_or_default().to_owned();
        Migration {
            version: version.to_owned().into(),
            name: name.into(),
            file: format!("migrations/{file}").into(),
            sql: "".into(),
            checksum: "".into(),
            no_transaction: false,
        }
    }

    #[test]
    fn labels_are_split() {
        let parts = |text| {
            let (number, name) = split(text);
            (number.unwrap_or_default(), name.unwrap_or_default())
        };
        for (text, number, name) in [
            ("002_roles", "2", "roles"),
            ("V2__roles", "2", "roles"),
            ("m20240101_120000_roles", "20240101120000", "roles"),
            ("20240101120000", "20240101120000", ""),
            ("0000", "0", ""),
            ("roles", "", "roles"),
            ("2fa_codes", "", "2fa_codes"),
            ("mail", "", "mail"),
            ("é", "", "é"),
            ("1é", "", "1é"),
            ("", "", ""),
        ] {
            assert_eq!(parts(text), (number.to_owned(), name), "{text}");
        }
    }

    #[test]
    fn versions_of_any_spelling_are_found() {
        let all = [
            migration("1", "0001_a.sql"),
            migration("20240101000000", "20240101000000_b.sql"),
            migration("20240313000000", "2024-03-13_c/up.sql"),
        ];
        let program = Program::of(&all);
        for (text, at) in [("1", 0), ("00001", 0), ("20240101000000", 1), ("202401010000000000", 1), ("20240313", 2)] {
            assert_eq!(program.by_version(text), Meaning::One(at), "{text}");
        }
        for text in ["2", "", "-1", "2024", "202403130001", "10"] {
            assert_eq!(program.by_version(text), Meaning::Nothing, "{text}");
        }
    }

    #[test]
    fn names_count_more_than_numbers() {
        let all = [migration("1", "0001_baseline.sql"), migration("2", "0002_roles.sql"), migration("3", "0003_x.sql")];
        let program = Program::of(&all);
        for (text, at) in [
            ("001_roles.sql", 1),
            ("migrations/0002_roles.up.sql", 1),
            ("roles", 1),
            ("0002_roles", 1),
            ("m20240101_120000_x", 2),
            ("1_baseline", 0),
        ] {
            assert_eq!(program.by_name(text), Meaning::One(at), "{text}");
        }
        for text in ["001_other", "2", "", "ROLES", "base"] {
            assert_eq!(program.by_name(text), Meaning::Nothing, "{text}");
        }
    }

    #[test]
    fn what_fits_several_migrations_is_not_guessed() {
        let all = [migration("0021_a", "0021_a.sql"), migration("0021_b", "0021_b.sql"), migration("3", "3_a.sql")];
        let program = Program::of(&all);
        assert_eq!(program.by_version("21"), Meaning::Several);
        assert_eq!(program.by_name("7_a"), Meaning::Several);
        assert_eq!(program.by_name("0021_b"), Meaning::One(1));
    }
}
