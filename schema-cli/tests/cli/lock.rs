//! `lock`: what it writes, and what it refuses to forget.

use crate::support::{Dir, Run, snapshot};

fn three() -> Dir {
    let dir = Dir::with(&[
        ("migrations/1_a.sql", "CREATE TABLE a (id);\n"),
        ("migrations/2_b.sql", "CREATE TABLE b (id);\n"),
        ("migrations/3_c.sql", "CREATE TABLE c (id);\n"),
    ]);
    lock(&dir, "").ends(0);
    dir
}

fn lock(dir: &Dir, words: &str) -> Run {
    dir.run(&format!("lock --migrations migrations {words}"))
}

fn refused(dir: &Dir, code: i32, words: &str) -> String {
    dir.refused(code, &format!("lock --migrations migrations {words}")).text()
}

#[test]
fn comments_change_nothing_and_pending_ones_may_change() {
    let dir = three();
    dir.write("migrations/1_a.sql", "-- the first\r\nCREATE TABLE a(id)\r\n");
    let mut text = refused(&dir, 0, "");
    dir.write("migrations/3_c.sql", "CREATE TABLE c (id, more);\n");
    text.push_str(&lock(&dir, "").ends(0).text());
    dir.write("migrations/4_d.sql", "CREATE TABLE d (id);\n");
    text.push_str(&lock(&dir, "--json").ends(0).text());
    text.push_str(&refused(&dir, 0, "--json"));
    snapshot("lock", &text);
}

#[test]
fn released_ones_change_only_by_name() {
    let dir = three();
    dir.write("migrations/1_a.sql", "CREATE TABLE a (id, more);\n");
    std::fs::remove_file(dir.path("migrations/2_b.sql")).expect("it goes");
    let mut text = refused(&dir, 3, "") + &refused(&dir, 3, "--released 1_a.sql --json");
    text.push_str(&lock(&dir, "--released 1_a.sql --released migrations/2_b.sql").ends(0).text());
    snapshot("lock_released", &text);
}

#[test]
fn a_lock_that_cannot_be_read_stays() {
    let dir = three();
    let good = dir.read("migrations/driftless.lock");
    let mut text = String::new();
    for bad in ["<<<<<<< ours\n", "1_a.sql\n", "1_a.sql v1:00\n1_a.sql v1:00\n", "\u{0}"] {
        dir.write("migrations/driftless.lock", format!("{good}{bad}"));
        text.push_str(&refused(&dir, 2, ""));
    }
    dir.write("migrations/driftless.lock", b"\xff\xfe");
    text.push_str(&refused(&dir, 2, ""));
    std::fs::remove_file(dir.path("migrations/driftless.lock")).expect("it goes");
    std::fs::create_dir(dir.path("migrations/driftless.lock")).expect("a directory");
    text.push_str(&refused(&dir, 2, ""));
    snapshot("lock_unreadable", &text);
}
