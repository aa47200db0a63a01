//! The build script that README asks of every package with migrations: a new file in the directory
//! makes cargo build again, and the macros know that it does.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rustc-env=DRIFTLESS_WATCH=migrations");
}
