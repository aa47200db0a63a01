//! What is the same for every command: how the binary is called, and what it answers to a wrong call.

use crate::support::Dir;

#[test]
fn cargo_calls_it_with_its_own_name_first() {
    let dir = Dir::with(&[]);
    let plain = dir.run("explain unique").ends(0);
    let through_cargo = dir.run("driftless explain unique").ends(0);
    assert!(plain.stdout.starts_with("A UNIQUE constraint"), "{}", plain.stdout);
    assert_eq!(plain.stdout, through_cargo.stdout);
}
