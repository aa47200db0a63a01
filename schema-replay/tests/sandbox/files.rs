//! What a migrations directory may hold: nothing outside it is read, nothing in it makes the build hang, and texts
//! are read as SQLite reads them.

use std::fs;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use crate::support::Package;

/// What is found in a few seconds; a pipe that somebody opens would wait for a writer forever.
fn soon(package: Package) -> String {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(package.problems()));
    receiver.recv_timeout(Duration::from_secs(20)).expect("it ends")
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn pipe(package: &Package, name: &str) {
        let status = Command::new("mkfifo").arg(package.path(name)).status().unwrap();
        assert!(status.success(), "{name}");
    }

    const HELP: &str = "  help: driftless reads regular files inside the migrations directory and nothing else\n";

    #[test]
    fn pipes_are_refused_unopened() {
        let package = Package::new(&[("migrations/1_a.sql", b"CREATE TABLE a (b);")]);
        pipe(&package, "migrations/2_b.sql");
        pipe(&package, "migrations/notes");
        symlink("notes", package.path("migrations/3_c.sql")).unwrap();
        let mut problems: Vec<_> = soon(package).split_inclusive(HELP).map(str::to_owned).collect();
        problems.sort();
        assert_eq!(
            problems,
            [
                format!("refused-file: `migrations/2_b.sql` is neither a file nor a directory\n{HELP}"),
                format!("refused-file: `migrations/3_c.sql` is a symbolic link to something else than a file\n{HELP}"),
            ]
        );
    }

    #[test]
    fn the_other_files_are_not_opened_where_they_are_pipes() {
        let package = Package::new(&[("migrations/2024-01-01-000000_a/up.sql", b"CREATE TABLE a (b);")]);
        pipe(&package, "migrations/2024-01-01-000000_a/metadata.toml");
        assert_eq!(soon(package), "");
        let package = Package::new(&[("migrations/1_a.sql", b"CREATE TABLE a (b);")]);
        pipe(&package, "migrations/driftless.lock");
        assert_eq!(
            soon(package),
            "invalid-lock: `migrations/driftless.lock` is not a regular file\n  \
             help: restore it with git, or remove it, and run `cargo driftless lock`\n"
        );
        let package = Package::new(&[("migrations/1_a.sql", b"CREATE TABLE a (b);")]);
        pipe(&package, "driftless.toml");
        let problems = soon(package);
        assert!(problems.starts_with("invalid-configuration: `"), "{problems}");
        let end = "driftless.toml` is not a regular file\n  \
                   help: move it away: the configuration is a file of that name\n";
        assert!(problems.ends_with(end), "{problems}");
    }

    #[test]
    fn links_out_of_the_directory_are_refused() {
        for target in ["../secret.sql", "/etc/hostname", "../migrations/../secret.sql", "deep/../../secret.sql"] {
            let files: [(&str, &[u8]); 2] = [("secret.sql", b"CREATE TABLE secret (a);"), ("migrations/deep/x", b"")];
            let package = Package::new(&files);
            symlink(target, package.path("migrations/1_a.sql")).unwrap();
            assert_eq!(
                soon(package),
                format!(
                    "refused-file: `migrations/1_a.sql` is a symbolic link out of the migrations directory\n{HELP}"
                ),
                "{target}"
            );
        }
        // A directory outside is not walked, whatever its name is.
        let package = Package::new(&[("outside/up.sql", b"CREATE TABLE secret (a);")]);
        symlink("../outside", package.path("migrations/elsewhere")).unwrap();
        assert_eq!(package.read().unwrap().migrations, []);
    }

    #[test]
    fn loops_of_links_end() {
        let package = Package::new(&[("migrations/1_a.sql", b"CREATE TABLE a (b);")]);
        symlink("3_c.sql", package.path("migrations/2_b.sql")).unwrap();
        symlink("2_b.sql", package.path("migrations/3_c.sql")).unwrap();
        symlink(".", package.path("migrations/4_d")).unwrap();
        symlink("..", package.path("migrations/up")).unwrap();
        let problems = soon(package);
        for name in ["2_b.sql", "3_c.sql"] {
            let fact = format!("refused-file: `migrations/{name}` is a symbolic link that leads nowhere: ");
            assert!(problems.contains(&fact), "{problems}");
        }
        assert!(problems.contains("`migrations/4_d` is a symbolic link to something else than a file"), "{problems}");
        assert_eq!(problems.matches("refused-file").count(), 3, "{problems}");
    }

    #[test]
    fn a_link_inside_the_directory_is_the_file() {
        let package = Package::new(&[("migrations/1_a.sql", b"CREATE TABLE a (b);")]);
        symlink("1_a.sql", package.path("migrations/2_b.sql")).unwrap();
        let set = package.read().unwrap();
        assert_eq!(set.migrations[1].sql, "CREATE TABLE a (b);");
        assert_eq!(set.migrations[1].file, "migrations/2_b.sql");
    }

    #[test]
    fn an_unreadable_file_is_said() {
        let package = Package::new(&[("migrations/1_a.sql", b"CREATE TABLE a (b);")]);
        let file = package.path("migrations/1_a.sql");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        let expected = match fs::read(&file) {
            // Permissions do not bind root.
            Ok(_) => "",
            Err(_) => "unreadable-migration: cannot read `migrations/1_a.sql`: Permission denied (os error 13)\n",
        };
        assert_eq!(soon(package), expected);
    }

    #[test]
    fn a_name_that_is_not_utf8_is_refused() {
        use std::os::unix::ffi::OsStrExt as _;
        let package = Package::new(&[]);
        let name = std::ffi::OsStr::from_bytes(b"1_\xff.sql");
        fs::write(package.path("migrations").join(name), "").unwrap();
        let problems = package.problems();
        assert_eq!(problems, format!("refused-file: `migrations/1_\u{fffd}.sql` has a name that is not UTF-8\n{HELP}"));
    }
}

#[test]
fn directories_are_no_files() {
    let package = Package::new(&[("migrations/1_a.sql/inner.txt", b""), ("migrations/a/b/c/d/e/f/up.sql", b"x")]);
    assert_eq!(
        soon(package),
        "refused-file: `migrations/1_a.sql` is a directory, not a file\n  \
         help: driftless reads regular files inside the migrations directory and nothing else\n"
    );
}

#[test]
fn an_empty_directory_and_empty_files_make_nothing() {
    let package = Package::new(&[]);
    assert_eq!(package.read().unwrap().migrations, []);
    assert_eq!(package.problems(), "");
    let files: [(&str, &[u8]); 4] = [
        ("migrations/1_a.sql", b""),
        ("migrations/2_b.sql", b" \r\n\t\n"),
        ("migrations/3_c.sql", b"-- nothing\n/* here */ ;;"),
        ("migrations/4_d.sql", b"\xef\xbb\xbf"),
    ];
    let package = Package::new(&files);
    assert_eq!(package.read().unwrap().migrations.len(), 4);
    assert_eq!(package.problems(), "");
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_change_no_place() {
    let good: &[u8] = b"\xef\xbb\xbfCREATE TABLE a (\r\n  b TEXT\r\n);\r\n";
    let bad: &[u8] = b"\xef\xbb\xbf-- second\r\nCREATE TABLE c (\r\n  d TEXT,\r\n);\r\n";
    let package = Package::new(&[("migrations/1_a.sql", good), ("migrations/2_b.sql", bad)]);
    assert_eq!(
        package.problems(),
        "failed-migration: SQLite refuses `migrations/2_b.sql`: near \")\": syntax error\n  \
         statement:   CREATE TABLE c ( …\n  at:          migrations/2_b.sql:4:1\n  \
         help: correct the file; it runs on the schema that the migrations before it make\n"
    );
    let package = Package::new(&[("migrations/1_a.sql", b"\xef\xbb\xbfCREATE TABL a (b)")]);
    let place = package.problems().lines().find(|line| line.contains(" at: ")).map(str::to_owned);
    assert_eq!(place.as_deref(), Some("  at:          migrations/1_a.sql:1:8"));
}

#[test]
fn texts_that_sqlite_would_not_read_whole_are_refused() {
    let problems = |bytes: &[u8]| Package::new(&[("migrations/1_a.sql", bytes)]).problems();
    assert_eq!(
        problems(b"SELECT 1;\n  -- caf\xe9"),
        "unreadable-migration: `migrations/1_a.sql` is not UTF-8: it has the byte 0xe9\n  \
         at:          migrations/1_a.sql:2:9\n  help: save the file as UTF-8\n"
    );
    // UTF-16, as some editors save it.
    assert_eq!(
        problems(b"\xff\xfeS\0E\0"),
        "unreadable-migration: `migrations/1_a.sql` is not UTF-8: it has the byte 0xff\n  \
         at:          migrations/1_a.sql:1:1\n  help: save the file as UTF-8\n"
    );
    assert_eq!(
        problems(b"CREATE TABLE a (b);\nSELECT \0; DROP TABLE a;"),
        "unreadable-migration: `migrations/1_a.sql` has a NUL character, at which SQLite would stop to read\n  \
         at:          migrations/1_a.sql:2:8\n  help: remove it\n"
    );
}

#[test]
fn quotes_and_comments_that_are_never_closed_are_refused() {
    let problems = |text: &str| Package::new(&[("migrations/1_a.sql", text.as_bytes())]).problems();
    for (text, what, column, close) in [
        ("SELECT 1;\nSELECT 'it''s", "a string", 8, "'"),
        ("SELECT 1;\nSELECT \"a\"\"b", "a quoted name", 8, "\""),
        ("SELECT 1;\nSELECT `a", "a quoted name", 8, "`"),
        ("SELECT 1;\nSELECT [a", "a quoted name", 8, "]"),
        ("SELECT 1;\n/* SELECT 1;", "a comment", 1, "*/"),
        ("SELECT 1;\nSELECT X'00", "a blob", 8, "'"),
    ] {
        assert_eq!(
            problems(text),
            format!(
                "failed-migration: `migrations/1_a.sql` has {what} that is never closed\n  \
                 at:          migrations/1_a.sql:2:{column}\n  help: close it with `{close}`\n"
            ),
            "{text}"
        );
    }
    let trigger = problems("CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1;");
    assert!(
        trigger.starts_with("failed-migration: SQLite refuses `migrations/1_a.sql`: incomplete input\n"),
        "{trigger}"
    );
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let package = Package::new(&[]);
    let file = fs::File::create(package.path("migrations/1_a.sql")).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    assert_eq!(
        soon(package),
        "unreadable-migration: `migrations/1_a.sql` is too large: 67108865 bytes\n  \
         help: a migration may have 67108864 bytes; load data in another way\n"
    );
}

#[test]
fn a_missing_directory_is_said() {
    let package = Package::new(&[]);
    fs::remove_dir(package.path("migrations")).unwrap();
    assert_eq!(
        package.problems(),
        "unreadable-migration: cannot read `migrations`: No such file or directory (os error 2)\n"
    );
    fs::write(package.path("migrations"), "").unwrap();
    assert!(package.problems().starts_with("unreadable-migration: cannot read `migrations`: "), "a file");
}
