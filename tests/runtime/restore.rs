//! Going back to a backup.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use schema_runtime::{Backup, Error, Kind, Options, Restored, Sqlite};

use crate::common::{BASELINE, CMS, File, VERIFIER, assert_at, cms, history, one, set, stable};

const TOKENS: &str =
    "INSERT INTO tokens (token, me) VALUES ('a', '1'), ('b', '2'), ('c', '3'), ('d', '4'), ('e', '5');";

/// The CMS at its last version, and the backup that was taken of its five old tokens.
fn migrated(mode: &str) -> (File, PathBuf) {
    let file = File::of(&format!("{BASELINE}{VERIFIER}{TOKENS}"));
    let mut db = file.open();
    assert_eq!(one(&db, &format!("PRAGMA journal_mode = {mode}")), mode);
    let backup = cms().migrate(&mut db).expect("it migrates").backup.expect("a backup");
    db.execute_batch("INSERT INTO tokens (token_hash, me, expires_at) VALUES ('new', '6', '2030-01-01')")
        .expect("a row");
    (file, backup)
}

fn restore(backup: &Path, file: &File) -> Result<Restored, Error> {
    Sqlite::restore(backup, &file.path, Options::new().busy_timeout(Duration::from_millis(50)))
}

/// Expects a refusal, and proves that not one byte of the file changed.
fn refused(backup: &Path, file: &File) -> String {
    let before = std::fs::read(&file.path).ok();
    let error = restore(backup, file).expect_err("a refusal");
    assert!(std::fs::read(&file.path).ok() == before, "the file changed, although it was refused: {error}");
    let text = format!("{:?}\n{error}", error.kind()).replace(&backup.display().to_string(), "BACKUP");
    stable(&text, file.directory.path())
}

#[test]
fn there_and_back_again_in_every_journal_mode() {
    for (then, now) in [("delete", "delete"), ("wal", "wal"), ("delete", "wal"), ("wal", "delete")] {
        let (file, backup) = migrated(then);
        assert_eq!(one(&file.open(), &format!("PRAGMA journal_mode = {now}")), now);
        let restored = restore(&backup, &file).unwrap_or_else(|error| panic!("{then}, {now}: {error}"));
        let db = file.open();
        assert_eq!(one(&db, "SELECT group_concat(token) FROM tokens"), "a,b,c,d,e", "{then}, {now}");
        assert_eq!((one(&db, "PRAGMA integrity_check"), history(&db)), ("ok".into(), "1 adopted, 2 adopted".into()));
        drop(db);
        assert_at(&file.path, &set(&CMS[..2]));
        // What was there before is a backup as well.
        let previous = restored.previous.clone().expect("a backup");
        assert!(previous.display().to_string().contains("/app.db.before-restore.20"), "{}", previous.display());
        let text = stable(&restored.to_string(), file.directory.path());
        let name = previous.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(
            text.ends_with(&format!(
                "\nbackup: DIR/{name}; to go back to it: `cargo driftless restore DIR/{name} --database DIR/app.db`"
            )),
            "{text}"
        );
        restore(&previous, &file).expect("forward again");
        assert_eq!(one(&file.open(), "SELECT token_hash FROM tokens"), "new");
        assert_at(&file.path, &cms());
        // Migrating after a restore ends where it did.
        restore(&backup, &file).expect("back again");
        cms().migrate_file(&file.path).expect("it migrates");
        assert_at(&file.path, &cms());
    }
}

#[test]
fn other_connections_see_the_new_state() {
    let (file, backup) = migrated("delete");
    let other = file.open();
    assert_eq!(one(&other, "SELECT token_hash FROM tokens"), "new");
    restore(&backup, &file).expect("an idle connection is in nobody's way");
    assert_eq!(one(&other, "SELECT count(*) FROM tokens"), "5");
}

#[test]
fn nobody_is_written_over() {
    let busy = "Busy
the database `DIR/app.db` is in use
  sqlite:    database is locked
  nothing was changed
  help: stop the programs that have it open, and restore again";
    let (file, backup) = migrated("delete");
    let reader = file.open();
    reader.execute_batch("BEGIN; SELECT * FROM tokens").expect("a reader");
    assert_eq!(refused(&backup, &file), busy);
    let (file, backup) = migrated("wal");
    let idle = file.open();
    assert_eq!(one(&idle, "SELECT count(*) FROM tokens"), "1");
    assert_eq!(refused(&backup, &file), busy);
    drop(idle);
    restore(&backup, &file).expect("now it is free");
}

#[test]
fn a_database_that_is_gone_is_made() {
    let (file, backup) = migrated("wal");
    std::fs::remove_file(&file.path).expect("it goes");
    assert_eq!(restore(&backup, &file).expect("it is made").previous, None);
    assert_eq!(one(&file.open(), "SELECT count(*) FROM tokens"), "5");
    assert_at(&file.path, &set(&CMS[..2]));
    // A log that was left would be taken for that of the backup.
    std::fs::remove_file(&file.path).expect("it goes");
    std::fs::write(file.directory.path().join("app.db-wal"), "a log").expect("a file");
    assert_eq!(
        refused(&backup, &file),
        "Backup
there is no database `DIR/app.db`, but a log of one
  file:      DIR/app.db-wal
  nothing was changed
  help: move the log away, or the database back: SQLite would take the log for that of the backup"
    );
}

#[test]
fn only_what_is_whole_is_restored() {
    let (file, backup) = migrated("delete");
    let whole = std::fs::read(&backup).expect("a file");
    let with = |bytes: &[u8]| std::fs::write(&backup, bytes).expect("a file");
    let not = |why: &str| {
        format!(
            "Backup\n`BACKUP` is not a backup that is whole\n  sqlite:    {why}\n  nothing was changed\n  help: name another backup"
        )
    };
    let mut torn = whole.clone();
    torn[4096..8192].fill(0xFF);
    for (bytes, why) in [
        (&whole[..whole.len() / 2], "Tree"),
        (&torn, "Tree"),
        (&[], "it is empty"),
        (&b"no database ".repeat(200)[..], "file is not a database"),
    ] {
        with(bytes);
        let text = refused(&backup, &file);
        let (start, end) = not("WHY").split_once("WHY").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a text");
        let said =
            text.strip_prefix(&start).and_then(|rest| rest.strip_suffix(&end)).unwrap_or_else(|| panic!("{text}"));
        assert!(said.starts_with(why) || said.contains("malformed"), "{said}");
    }
    let nowhere = file.directory.path().join("no.backup");
    assert!(
        refused(&nowhere, &file).starts_with("Backup\nthe backup `BACKUP` cannot be read\n  system:    No such file")
    );
    let text = refused(&file.path.clone(), &file);
    assert!(text.starts_with("Backup\n`BACKUP` is both the backup and the database\n"), "{text}");
}

#[test]
fn a_damaged_database_is_kept_as_far_as_it_can_be_read() {
    let (file, backup) = migrated("delete");
    let mut bytes = file.bytes();
    let torn = bytes.len() - 4096;
    bytes[torn..].fill(0xFF);
    std::fs::write(&file.path, &bytes).expect("a file");
    restore(&backup, &file).expect("its pages can be copied");
    assert_at(&file.path, &set(&CMS[..2]));
    std::fs::write(&file.path, "no database ".repeat(500)).expect("a file");
    assert_eq!(
        refused(&backup, &file),
        "NotADatabase
`DIR/app.db` is no database that could be kept
  sqlite:    file is not a database
  nothing was changed
  help: move it away, and restore again: `mv DIR/app.db DIR/app.db.damaged`"
    );
}

#[test]
fn a_schema_that_was_changed_by_hand_is_not_taken_for_proved() {
    let (file, backup) = migrated("delete");
    let db = Connection::open(&backup).expect("a database");
    db.execute_batch("DROP INDEX idx_notes_slug").expect("somebody changes the backup");
    let noted: i64 = one(&db, "SELECT max(schema_cookie) FROM driftless_migrations").parse().expect("a number");
    drop(db);
    // The counter of the database is one before what the history of the backup notes.
    file.open().execute_batch(&format!("PRAGMA schema_version = {}", noted - 1)).expect("a pragma");
    restore(&backup, &file).expect("it is a database");
    let error = set(&CMS[..2]).migrate_file(&file.path).expect_err("it lacks an index");
    assert_eq!(error.kind(), Kind::Drifted);
}

#[test]
fn the_present_state_need_not_be_kept() {
    let (file, backup) = migrated("delete");
    let restored = Sqlite::restore(&backup, &file.path, Options::new().backup(Backup::Never)).expect("it is restored");
    assert_eq!(restored.previous, None);
    let elsewhere = tempfile::tempdir().expect("a directory");
    let options = Options::new().backup_directory(elsewhere.path());
    let previous = Sqlite::restore(&backup, &file.path, options).expect("it is restored").previous.expect("a backup");
    assert_eq!(previous.parent(), Some(elsewhere.path()));
    let nowhere = Options::new().backup_directory(elsewhere.path().join("no"));
    let error = Sqlite::restore(&backup, &file.path, nowhere).expect_err("refused");
    assert_eq!(error.kind(), Kind::Backup);
    assert!(error.to_string().starts_with("the backup before restoring cannot be made\n"), "{error}");
}

const CHILD: &str = "RESTORE_CHILD";

/// Not a test of its own: what a child process does, until it is killed.
#[test]
fn process() {
    let Ok(arguments) = std::env::var(CHILD) else { return };
    let (backup, database) = arguments.split_once('\n').expect("two paths");
    println!("\n@ready");
    Sqlite::restore(backup, database, Options::new()).expect("it is restored");
}

#[test]
#[cfg(unix)]
fn a_process_that_is_killed_leaves_the_old_or_the_new_state() {
    const ROUNDS: u32 = 24;
    let (mut old, mut new) = (0, 0);
    let mut whole = Duration::MAX;
    for (round, mode) in (0..=ROUNDS).zip(["wal", "delete"].into_iter().cycle()) {
        let (file, backup) = migrated(mode);
        // So many rows that writing them takes a while.
        let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
            INSERT INTO notes (slug, file_path) SELECT i, hex(randomblob(200)) FROM n";
        Connection::open(&backup).expect("a database").execute_batch(many).expect("rows");
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "restore::process", "--nocapture"])
            .env(CHILD, format!("{}\n{}", backup.display(), file.path.display()))
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        assert!(lines.any(|line| line.is_ok_and(|line| line == "@ready")));
        let start = Instant::now();
        if round == 0 {
            // How long it takes where nobody kills it.
            assert!(child.wait().expect("an end").success());
            whole = start.elapsed();
        }
        std::thread::sleep(whole * (round % (ROUNDS / 2)) * 4 / (3 * ROUNDS / 2));
        child.kill().expect("a kill");
        child.wait().expect("an end");
        let db = file.open();
        assert_eq!(one(&db, "PRAGMA integrity_check"), "ok");
        match one(&db, "SELECT count(*) FROM notes").as_str() {
            "0" => old += 1,
            "4000" => new += 1,
            count => panic!("{count} rows"),
        }
        drop(db);
        restore(&backup, &file).expect("the next attempt");
        assert_eq!(one(&file.open(), "SELECT count(*) FROM notes"), "4000");
        let left = std::fs::read_dir(file.directory.path()).expect("a directory");
        let names = left.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let odd: Vec<String> = names.filter(|name| name != "app.db" && !name.ends_with(".backup")).collect();
        assert_eq!(odd, [""; 0], "what is left after the next attempt");
    }
    assert!(old > 0 && new > 0, "{old} old, {new} new: the kills came at one end");
}
