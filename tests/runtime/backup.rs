//! Backups: when one is taken, what is in it, and what becomes of it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use schema_runtime::{Backup, Event, Kind, Options, Outcome};

use crate::common::{BASELINE, CMS, File, ROWS, TOKENS, VERIFIER, assert_at, cms, history, one, set, stable};

const OLD_TOKENS: &str =
    "INSERT INTO tokens (token, me) VALUES ('a', '1'), ('b', '2'), ('c', '3'), ('d', '4'), ('e', '5');";

/// The CMS at its second version, without a history, with five tokens.
fn second() -> File {
    File::of(&format!("{BASELINE}{VERIFIER}{OLD_TOKENS}"))
}

/// Every file beside the database, sorted.
fn beside(file: &File) -> Vec<String> {
    names(file.directory.path())
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("the directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name != "app.db");
    names.sort();
    names
}

fn migrated(file: &File, options: Options<'_>) -> Option<PathBuf> {
    let report = cms().migrate_file_with(&file.path, options).expect("it migrates");
    assert_at(&file.path, &cms());
    report.backup
}

#[test]
fn c_five_old_tokens_are_in_the_backup() {
    let file = second();
    let mut events = Vec::new();
    let options = Options::new().on_event(|event| {
        if let Event::BackedUp { path, losses, .. } = event {
            events.push((path.to_path_buf(), losses.to_vec()));
        }
    });
    let report = cms().migrate_file_with(&file.path, options).expect("it migrates");
    let path = report.backup.clone().expect("a backup");
    assert_eq!(events, [(path.clone(), vec!["table `tokens` is dropped (5 rows)".to_owned()])]);
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(name.starts_with("app.db.before-3.20") && name.ends_with("Z.backup"), "{name}");
    assert_eq!(beside(&file), [name]);
    let backup = Connection::open(&path).expect("a database");
    assert_eq!(one(&backup, "SELECT group_concat(token || me) FROM tokens"), "a1,b2,c3,d4,e5");
    assert_eq!(history(&backup), "1 adopted, 2 adopted");
    assert_eq!(one(&backup, "PRAGMA integrity_check"), "ok");
    // It is what the history says, without another look at the schema.
    assert!(set(&CMS[..2]).migrate_file(&path).expect("a start").is_up_to_date());
    let last = report.to_string();
    let last = last.lines().last().expect("a line");
    let (path, database) = (path.display(), file.path.display());
    let command = format!("cargo driftless restore {path} --database {database}");
    assert_eq!(last, format!("backup: {path}; to go back to it: `{command}`"));
}

#[test]
fn the_log_of_the_database_is_in_the_backup() {
    let file = File::migrated(&CMS[..2]);
    file.open().execute_batch(OLD_TOKENS).expect("rows");
    let mut db = file.open();
    one(&db, "PRAGMA journal_mode = WAL");
    db.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO tokens (token, me) VALUES ('f', '6')").expect("a row");
    let reader = file.open();
    reader.execute_batch("BEGIN; SELECT * FROM tokens").expect("somebody reads");
    let backup = cms().migrate(&mut db).expect("it migrates").backup.expect("a backup");
    let backup = Connection::open(backup).expect("a database");
    assert_eq!(one(&backup, "SELECT count(*) FROM tokens"), "6");
    assert_eq!(one(&backup, "PRAGMA journal_mode"), "wal");
}

#[test]
fn nothing_is_lost_and_no_backup_is_taken() {
    let rebuild = "CREATE TABLE n (token TEXT PRIMARY KEY, me TEXT NOT NULL, client_id TEXT, scope TEXT,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP, used INTEGER);
        INSERT INTO n (token, me, client_id, scope, created_at, expires_at) SELECT * FROM tokens;
        DROP TABLE tokens; ALTER TABLE n RENAME TO tokens; UPDATE tokens SET used = 1;";
    let program = set(&[CMS[0], CMS[1], ("3", "used", rebuild)]);
    let file = second();
    let report = program.migrate_file(&file.path).expect("it migrates");
    assert_eq!((report.backup, beside(&file)), (None, vec![]));
    assert_eq!(one(&file.open(), "SELECT sum(used) FROM tokens"), "5");
    // Without rows nothing can be lost, and in memory there is no file.
    let empty = File::of(&format!("{BASELINE}{VERIFIER}"));
    assert_eq!(migrated(&empty, Options::new()), None);
    let mut memory = Connection::open_in_memory().expect("memory");
    memory.execute_batch(&format!("{BASELINE}{VERIFIER}{OLD_TOKENS}")).expect("tables");
    assert_eq!(
        cms().migrate_with(&mut memory, Options::new().backup(Backup::Always)).expect("it migrates").backup,
        None
    );
}

#[test]
fn each_option_does_what_it_says() {
    let file = second();
    assert_eq!(migrated(&file, Options::new().backup(Backup::Never)), None);
    assert_eq!(beside(&file), [""; 0]);
    let file = File::migrated(&CMS[..1]);
    let backup = migrated(&file, Options::new().backup(Backup::Always)).expect("a backup");
    assert!(backup.display().to_string().contains("/app.db.before-2.20"), "{}", backup.display());
    assert_eq!(history(&Connection::open(backup).expect("a database")), "1 created");
    let (file, elsewhere) = (second(), tempfile::tempdir().expect("a directory"));
    let backup = migrated(&file, Options::new().backup_directory(elsewhere.path())).expect("a backup");
    assert_eq!(backup.parent(), Some(elsewhere.path()));
    assert_eq!((names(elsewhere.path()).len(), beside(&file)), (1, vec![]));
    // Up to date, or with nothing but tables to adopt, there is nothing to come back to.
    assert_eq!(migrated(&file, Options::new().backup(Backup::Always)), None);
}

#[test]
fn no_file_is_written_over() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let take = || {
        let file = second();
        file.open().execute("INSERT INTO notes (slug, file_path) VALUES (hex(randomblob(8)), 'x')", []).expect("a row");
        let slug = one(&file.open(), "SELECT slug FROM notes");
        let backup = migrated(&file, Options::new().backup_directory(elsewhere.path())).expect("a backup");
        (slug, backup)
    };
    let taken: Vec<_> = (0..5).map(|_| take()).collect();
    assert_eq!(names(elsewhere.path()).len(), 5);
    for (slug, backup) in &taken {
        assert_eq!(one(&Connection::open(backup).expect("a database"), "SELECT slug FROM notes"), *slug);
    }
    // At least two of five are of one second.
    assert!(taken.iter().any(|(_, backup)| backup.display().to_string().ends_with("Z-2.backup")));
}

#[test]
#[cfg(unix)]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    for mode in [0o600, 0o640, 0o444 | 0o200] {
        let file = second();
        std::fs::set_permissions(&file.path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        let backup = migrated(&file, Options::new()).expect("a backup");
        assert_eq!(std::fs::metadata(backup).expect("a file").permissions().mode() & 0o777, mode);
    }
}

/// Migration 3 fails after its losses.
fn failing() -> schema_runtime::Sqlite {
    let fails = format!("{TOKENS}INSERT INTO tokens (token_hash, me, expires_at) SELECT slug, slug, NULL FROM notes;");
    set(&[CMS[0], CMS[1], ("3", CMS[2].1, &fails)])
}

#[test]
fn a_change_that_fails_leaves_no_backup() {
    let file = File::migrated(&CMS[..2]);
    file.open().execute_batch(&format!("{ROWS}{OLD_TOKENS}")).expect("rows");
    for _ in 0..3 {
        let error = file.refused(&failing());
        assert_eq!(error.kind(), Kind::Failed);
        let text = error.to_string();
        let line = "\n  nothing was changed\n  the backup that was taken first is removed again\n  help: ";
        assert!(text.contains(line), "{text}");
        assert_eq!(beside(&file), [""; 0]);
    }
}

#[test]
fn a_later_failure_names_the_backup() {
    let file = File::migrated(&CMS[..2]);
    file.open().execute_batch(OLD_TOKENS).expect("rows");
    let more = ("4", "again", "CREATE TABLE fresh (a);\nINSERT INTO fresh SELECT id FROM own");
    let program = schema_runtime::Sqlite::new(
        [CMS[0], CMS[1], CMS[2], more].map(crate::common::migration).to_vec().leak(),
        "",
        &[],
    );
    let error = program.migrate_file(&file.path).expect_err("it fails");
    let [backup] = beside(&file).try_into().expect("one backup");
    let text = stable(&error.to_string(), file.directory.path()).replace(&backup, "BACKUP");
    assert_eq!(
        text,
        "migration 4 (again) fails: no such table: own
  migrations/0004_again.sql:2:1
  | INSERT INTO fresh SELECT id FROM own
  1 migration before it stays: the database is at version 3; nothing else was changed
  backup:    DIR/BACKUP, taken before migration 3 (secure_tokens_and_authorization_codes); to go back to it: `cargo driftless restore DIR/BACKUP --database DIR/app.db`
  help: mend what SQLite names; while no database has the migration, its file may be edited: then `cargo driftless lock`"
    );
    assert_eq!(history(&file.open()), "1 created, 2 created, 3 applied");
}

#[test]
fn a_backup_that_an_earlier_attempt_left_is_used() {
    let file = second();
    // A process that is killed inside the migration leaves its backup.
    let killed = || {
        let options = Options::new().on_event(|event| assert!(!matches!(event, Event::Statement { .. }), "killed"));
        let path = file.path.clone();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cms().migrate_file_with(path, options)))
            .expect_err("it panics");
    };
    set(&CMS[..2]).migrate_file(&file.path).expect("it migrates");
    killed();
    let left = beside(&file);
    assert_eq!(left.len(), 1);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    killed();
    assert_eq!(beside(&file), left);
    let backup = migrated(&file, Options::new()).expect("a backup");
    assert_eq!(beside(&file), left);
    assert!(backup.ends_with(&left[0]));
}

#[test]
#[cfg(unix)]
fn what_a_killed_process_left_unfinished_is_removed() {
    let file = second();
    let left = |name: &str| {
        let path = file.directory.path().join(name);
        std::fs::write(&path, "half").expect("a file");
        path
    };
    let (dead, alive) = (left("app.db.1-0.unfinished-backup"), left("app.db.2-0.unfinished-backup"));
    let other = left("other.db.1-0.unfinished-backup");
    let held = std::fs::File::open(&alive).expect("a file");
    held.lock().expect("a lock");
    migrated(&file, Options::new()).expect("a backup");
    assert_eq!([dead, alive, other].map(|path| path.exists()), [false, true, true]);
}

#[test]
fn without_a_place_for_it_nothing_happens() {
    let file = second();
    set(&CMS[..2]).migrate_file(&file.path).expect("it migrates");
    let before = file.bytes();
    let nowhere = file.directory.path().join("no");
    let error = cms().migrate_file_with(&file.path, Options::new().backup_directory(&nowhere)).expect_err("refused");
    assert!(file.bytes() == before);
    let text = stable(&error.to_string(), file.directory.path());
    let id = std::process::id();
    assert_eq!(
        format!("{:?}\n{text}", error.kind()),
        format!(
            "Backup
the backup before migration 3 (secure_tokens_and_authorization_codes) cannot be made
  directory: DIR/no
  system:    No such file or directory (os error 2): DIR/no/app.db.{id}-0.unfinished-backup
  - table `tokens` is dropped (5 rows)
  nothing was changed
  help: make room there and give the program the right to write, or name another place with `Options::backup_directory`; `Options::backup(Backup::Never)` goes without"
        )
    );
}

#[test]
fn another_database_at_its_path_is_none_of_it() {
    let file = File::migrated(&CMS[..2]);
    file.open().execute_batch(OLD_TOKENS).expect("rows");
    let mut db = file.open();
    one(&db, "SELECT count(*) FROM tokens");
    std::fs::rename(&file.path, file.directory.path().join("moved.db")).expect("it moves");
    std::fs::copy(File::of("CREATE TABLE other (a)").path, &file.path).expect("another database");
    let error = cms().migrate(&mut db).expect_err("refused");
    assert_eq!(error.kind(), Kind::Backup);
    assert!(error.to_string().contains("app.db is not the database that is open\n"), "{error}");
    assert_eq!(one(&db, "SELECT count(*) FROM tokens"), "5");
}

#[test]
fn a_path_that_wants_quotes() {
    let file = second();
    let directory = file.directory.path().join("it's 100% – ?#&");
    std::fs::create_dir(&directory).expect("a directory");
    let path = directory.join("app db");
    std::fs::rename(&file.path, &path).expect("it moves");
    let report = cms().migrate_file(&path).expect("it migrates");
    let backup = report.backup.clone().expect("a backup");
    assert_eq!(backup.parent(), Some(&*directory));
    assert_eq!(report.count(Outcome::Applied), 1);
    let text = report.to_string();
    assert!(text.ends_with(&format!(" --database '{}'`", path.display().to_string().replace('\'', "'\\''"))), "{text}");
}

const CHILD: &str = "BACKUP_CHILD";

/// Not a test of its own: what a child process does, with a limit on files or as somebody else.
#[test]
fn process() {
    let Ok(arguments) = std::env::var(CHILD) else { return };
    let (database, directory) = arguments.split_once('\n').expect("two paths");
    let error = cms().migrate_file_with(database, Options::new().backup_directory(directory)).expect_err("a refusal");
    println!("\n@{:?} {error}", error.kind());
}

/// What a child says that cannot make a backup, of a file that stays as it is.
#[cfg(unix)]
fn refused_by(mut command: std::process::Command, file: &File, directory: &Path) -> String {
    let before = file.bytes();
    command.args(["--exact", "backup::process", "--nocapture"]);
    command.env(CHILD, format!("{}\n{}", file.path.display(), directory.display()));
    let output = command.output().expect("a child");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, text) = said.split_once("\n@").unwrap_or_else(|| panic!("{output:?}"));
    assert!(file.bytes() == before, "the file changed, although it was refused: {text}");
    assert!(
        text.contains("\n  - table `tokens` is dropped (5 rows)\n  nothing was changed\n  help: make room"),
        "{text}"
    );
    assert_eq!((names(directory), beside(file)), (vec![], vec![]), "what is left: {text}");
    text.to_owned()
}

/// The CMS at its second version, and somewhere else for backups.
#[cfg(unix)]
fn at_two() -> (File, tempfile::TempDir) {
    let file = File::migrated(&CMS[..2]);
    file.open().execute_batch(OLD_TOKENS).expect("rows");
    (file, tempfile::tempdir().expect("a directory"))
}

#[test]
#[cfg(unix)]
fn a_disk_that_takes_no_more_leaves_no_half_of_a_backup() {
    let (file, elsewhere) = at_two();
    let mut shell = std::process::Command::new("sh");
    // No file may grow beyond these blocks of 512 bytes, and whoever tries is told so.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 24; exec \"$0\" \"$@\""]);
    shell.arg(std::env::current_exe().expect("this program"));
    assert!(file.bytes().len() > 24 * 512);
    let text = refused_by(shell, &file, elsewhere.path());
    assert!(
        text.starts_with("Backup the backup before migration 3 ") || text.starts_with("Full the backup before"),
        "{text}"
    );
}

#[test]
#[cfg(unix)]
fn a_directory_that_cannot_be_written_is_told() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let set = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let (file, elsewhere) = at_two();
    let program = std::env::current_exe().expect("this program");
    let command = if file.path.metadata().expect("a file").uid() == 0 {
        // Nothing is forbidden to root, so it is somebody else who runs a copy that he can reach.
        let copy =
            file.directory.path().parent().expect("a directory").join(format!("driftless-{}", std::process::id()));
        std::fs::copy(program, &copy).expect("a copy");
        set(&copy, 0o755);
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        if !command.args(["true"]).status().is_ok_and(|status| status.success()) {
            std::fs::remove_file(copy).expect("it goes");
            eprintln!("SKIPPED: root cannot become another user here");
            return;
        }
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy);
        command
    } else {
        std::process::Command::new(program)
    };
    let copy = command.get_args().last().map(PathBuf::from);
    set(file.directory.path(), 0o777);
    set(&file.path, 0o666);
    set(elsewhere.path(), 0o555);
    let text = refused_by(command, &file, elsewhere.path());
    if let Some(copy) = copy {
        std::fs::remove_file(copy).expect("it goes");
    }
    assert!(text.starts_with("Backup the backup before migration 3 "), "{text}");
    assert!(text.contains("\n  system:    Permission denied (os error 13): "), "{text}");
}
