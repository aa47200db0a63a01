//! Programs that must not compile, with the words of rustc in `.stderr` beside them, and programs that must.
//!
//! Each program is checked against the `migrations/` beside it. `TRYBUILD=overwrite` blesses the words;
//! they are the product, so read them before they are committed.

/// `fail/`: the model or the program is wrong, `sql/`: the migrations are. Programs that need no
/// code are checked in one batch, which is why those that run stand in a test of their own.
#[test]
fn programs_that_disagree_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*/*.rs");
    cases.compile_fail("tests/ui/sql/*/*.rs");
}

#[test]
fn programs_that_agree_compile_and_run() {
    trybuild::TestCases::new().pass("tests/ui/pass/*/*.rs");
}
