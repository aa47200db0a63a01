//! A copy of a database in a file of its own: made with SQLite's backup API, checked, and given its name only
//! when it is whole and on the disk. No file that exists is ever written over.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// What keeps a copy from being made.
#[derive(Debug)]
pub(crate) enum Trouble {
    Sqlite(rusqlite::Error),
    File(PathBuf, io::Error),
    /// The copy is there and damaged, in the words of SQLite's check.
    Damaged(String),
    /// The file at the path of the connection is not the database that the connection has open.
    Elsewhere(PathBuf),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Trouble {
        Trouble::Sqlite(error)
    }
}

/// The file of a connection; `None` for a database in memory, or a temporary one.
pub(crate) fn file_of(db: &Connection) -> Option<PathBuf> {
    let path = Path::new(db.path().filter(|path| !path.is_empty())?);
    path.is_file().then(|| path.to_owned())
}

/// A copy that is whole.
pub(crate) struct Copy {
    pub(crate) path: PathBuf,
    /// Whether it was there already: an earlier attempt made it, and nothing has changed since.
    pub(crate) was_there: bool,
}

/// What a copy is made for, which is a part of its name: `before-3`.
pub(crate) struct Name<'a> {
    pub(crate) directory: &'a Path,
    pub(crate) purpose: &'a str,
}

/// Copies a database that nobody writes while this runs. The connection that keeps writers away may be in the
/// middle of a transaction that has written nothing; so it is a second one that reads.
pub(crate) fn of_locked(db: &Connection, file: &Path, name: &Name<'_>) -> Result<Copy, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(file, flags)?;
    source.busy_timeout(Duration::from_secs(5))?;
    if identity(db)? != identity(&source)? {
        return Err(Trouble::Elsewhere(file.to_owned()));
    }
    of(&source, file, name, true)
}

/// Copies a database through a connection that is in no transaction. A copy is damaged when the database is.
pub(crate) fn of(source: &Connection, file: &Path, name: &Name<'_>, refuse_damaged: bool) -> Result<Copy, Trouble> {
    let stem = file.file_name().map_or_else(|| "database".to_owned(), |name| name.to_string_lossy().into_owned());
    remove_unfinished(name.directory, &stem);
    let mut unfinished = Unfinished::new(name.directory, &stem, file)?;
    fill(source, &mut unfinished)?;
    if refuse_damaged && let Some(damage) = damage(&unfinished.path)? {
        return Err(Trouble::Damaged(damage));
    }
    let purpose: String = name.purpose.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let prefix = format!("{stem}.{purpose}.");
    if let Some(path) = same(name.directory, &prefix, &unfinished.path)? {
        return Ok(Copy { path, was_there: true });
    }
    let time: String = source.query_row("SELECT strftime('%Y%m%dT%H%M%SZ', 'now')", [], |row| row.get(0))?;
    let path = unfinished.publish(&format!("{prefix}{time}"))?;
    Ok(Copy { path, was_there: false })
}

/// Makes a database of a backup, where there is none.
pub(crate) fn into(source: &Connection, backup: &Path, database: &Path) -> Result<(), Trouble> {
    let stem = database.file_name().map_or_else(|| "database".to_owned(), |name| name.to_string_lossy().into_owned());
    let mut unfinished = Unfinished::new(directory_of(database), &stem, backup)?;
    fill(source, &mut unfinished)?;
    unfinished.name_it(database).map_err(|error| Trouble::File(database.to_owned(), error))?;
    unfinished.settle()
}

/// The directory that a file is in.
pub(crate) fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A character that needs no quotes in a shell and is allowed in a name of a file everywhere.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// What differs between two files that are not the same database: enough to see that a file was put in the place
/// of the one that is open.
fn identity(db: &Connection) -> rusqlite::Result<[i64; 4]> {
    let read = |pragma: &str| db.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0));
    Ok([read("schema_version")?, read("page_count")?, read("freelist_count")?, read("user_version")?])
}

fn fill(source: &Connection, unfinished: &mut Unfinished) -> Result<(), Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // The file has a lock of another kind, and nobody else knows it.
    let mut target = Connection::open_with_flags(url(&unfinished.path, "nolock=1"), flags)?;
    // A crash leaves a file that nobody uses, so there is nothing to roll back; it is synchronised below.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    step(&Backup::new(source, &mut target)?)?;
    target.close().map_err(|(_, error)| error)?;
    let cookie: u32 = source.query_row("PRAGMA schema_version", [], |row| row.get(0))?;
    unfinished.write_cookie(cookie).map_err(|error| Trouble::File(unfinished.path.clone(), error))
}

/// Copies all pages.
pub(crate) fn step(backup: &Backup<'_, '_>) -> rusqlite::Result<()> {
    let failure = |code: i32| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
    match backup.step(-1)? {
        StepResult::Done => Ok(()),
        StepResult::Locked => Err(failure(rusqlite::ffi::SQLITE_LOCKED)),
        _ => Err(failure(rusqlite::ffi::SQLITE_BUSY)),
    }
}

/// What is broken in a database file that nobody uses, in SQLite's words. What its constraints say about its rows
/// does not count: that is as it was.
pub(crate) fn damage(path: &Path) -> rusqlite::Result<Option<String>> {
    let db = reader(path)?;
    // Conditions may call functions that only the application knows.
    db.execute_batch("PRAGMA ignore_check_constraints = ON")?;
    match db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(line) if line.starts_with("*** in database") => Ok(Some(line.lines().nth(1).unwrap_or(&line).to_owned())),
        Ok(_) => Ok(None),
        Err(error) => match crate::sqlite::refusal::code(&error) {
            // A collation or a module that only the application knows.
            Some(ErrorCode::Unknown) => Ok(None),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Ok(Some(error.to_string())),
            _ => Err(error),
        },
    }
}

/// Opens a file for reading, so that nothing appears beside it: where no log belongs to it, nobody writes it.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let has_log = ["-wal", "-journal"].iter().any(|log| {
        let mut path = path.as_os_str().to_owned();
        path.push(log);
        Path::new(&path).exists()
    });
    Connection::open_with_flags(url(path, if has_log { "mode=ro" } else { "immutable=1" }), flags)
}

/// A path as SQLite takes it with parameters.
fn url(path: &Path, parameters: &str) -> String {
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    let bytes = format!("/{}", path.display()).replace('\\', "/").into_bytes();
    let mut url = if bytes.starts_with(b"/") { "file://" } else { "file:" }.to_owned();
    for byte in bytes {
        if byte == b'/' || is_plain(char::from(byte)) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{url}?{parameters}")
}

/// A file of the directory that begins with this and holds the same bytes.
fn same(directory: &Path, prefix: &str, path: &Path) -> Result<Option<PathBuf>, Trouble> {
    let told = |error| Trouble::File(path.to_owned(), error);
    let length = fs::metadata(path).map_err(told)?.len();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_one = name.starts_with(prefix) && name.ends_with(SUFFIX);
        if is_one && entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == length) {
            let other = directory.join(name);
            // One that cannot be read is none to rely on.
            if equal(path, &other).unwrap_or(false) {
                return Ok(Some(other));
            }
        }
    }
    Ok(None)
}

fn equal(one: &Path, other: &Path) -> io::Result<bool> {
    const CHUNK: usize = 1 << 16;
    let (mut one, mut other) = (BufReader::new(File::open(one)?), BufReader::new(File::open(other)?));
    let (mut a, mut b) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK));
    loop {
        a.clear();
        b.clear();
        one.by_ref().take(CHUNK as u64).read_to_end(&mut a)?;
        other.by_ref().take(CHUNK as u64).read_to_end(&mut b)?;
        if a != b {
            return Ok(false);
        }
        if a.is_empty() {
            return Ok(true);
        }
    }
}

const SUFFIX: &str = ".backup";
const UNFINISHED: &str = ".unfinished-backup";

/// Removes what a process that was killed left behind: files that nobody holds the lock of.
fn remove_unfinished(directory: &Path, stem: &str) {
    // Elsewhere the lock would keep SQLite out as well, so there is none to ask.
    if !cfg!(unix) {
        return;
    }
    let prefix = format!("{stem}.");
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_one = name.to_str().is_some_and(|name| name.starts_with(&prefix) && name.ends_with(UNFINISHED));
        if is_one && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            // It is in nobody's way.
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// A copy that is being made; removed when this is dropped.
struct Unfinished {
    path: PathBuf,
    file: File,
}

impl Unfinished {
    /// An empty file that nobody may read who may not read the database.
    fn new(directory: &Path, stem: &str, database: &Path) -> Result<Unfinished, Trouble> {
        let id = std::process::id();
        let mut number = 0_u32;
        loop {
            let path = directory.join(format!("{stem}.{id}-{number}{UNFINISHED}"));
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(Trouble::File(path, error)),
                Ok(file) => {
                    let unfinished = Unfinished { path, file };
                    unfinished.guard(database).map_err(|error| Trouble::File(unfinished.path.clone(), error))?;
                    return Ok(unfinished);
                }
            }
        }
    }

    #[cfg(unix)]
    fn guard(&self, database: &Path) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

        // Where there are no locks, nobody takes the file for one that was left behind either.
        drop(self.file.try_lock());
        let (own, model) = (self.file.metadata()?, fs::metadata(database)?);
        let mut mode = model.mode() & 0o777;
        let foreign = own.uid() != model.uid() || own.gid() != model.gid();
        if foreign && chown(&self.path, Some(model.uid()), Some(model.gid())).is_err() {
            // The group of this file may have other members.
            mode &= 0o700;
        }
        self.file.set_permissions(fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)] // the same call everywhere
    fn guard(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    /// The backup API gives a copy another schema cookie (<https://www.sqlite.org/fileformat.html#schema_cookie>),
    /// by which the history would take it for a database that somebody changed.
    fn write_cookie(&mut self, cookie: u32) -> io::Result<()> {
        if self.file.metadata()?.len() > 0 {
            self.file.seek(SeekFrom::Start(40))?;
            self.file.write_all(&cookie.to_be_bytes())?;
        }
        self.file.sync_all()
    }

    /// Gives the file its name, with a number where there is one of that name.
    fn publish(self, name: &str) -> Result<PathBuf, Trouble> {
        let directory = directory_of(&self.path);
        let mut number = 1_u32;
        let path = loop {
            let tail = if number == 1 { String::new() } else { format!("-{number}") };
            let path = directory.join(format!("{name}{tail}{SUFFIX}"));
            match self.name_it(&path) {
                Ok(()) => break path,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(Trouble::File(path, error)),
            }
        };
        self.settle()?;
        Ok(path)
    }

    /// Takes away the name from before, and makes sure of the new one.
    fn settle(&self) -> Result<(), Trouble> {
        drop(fs::remove_file(&self.path));
        let directory = directory_of(&self.path);
        synchronise(directory).map_err(|error| Trouble::File(directory.to_owned(), error))
    }

    fn name_it(&self, path: &Path) -> io::Result<()> {
        match fs::hard_link(&self.path, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                // A file system without links: the name is taken first, and only what was taken is replaced.
                OpenOptions::new().write(true).create_new(true).open(path)?;
                fs::rename(&self.path, path)
            }
            other => other,
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is gone when it has its name.
        drop(fs::remove_file(&self.path));
    }
}

/// Names last through a loss of power once their directory is written.
#[cfg(unix)]
fn synchronise(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // the same call everywhere
fn synchronise(_: &Path) -> io::Result<()> {
    Ok(())
}
