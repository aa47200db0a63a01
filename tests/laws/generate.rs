//! Random schemas and random SQL, and the runner that tries a law on many of them.
//!
//! Everything is made from a list of numbers: where the list ends, the simplest choice is taken. So whatever
//! fails is shrunk by shortening the list, and a seed leads to the same cases again.
//!
//! `LAWS_SEED` takes another seed than the one that every run takes, `LAWS_CASES` multiplies the number of cases.

#![allow(dead_code, reason = "each test binary that includes this module uses a part of it")]
#![allow(unused_imports, reason = "as above")]

use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

#[path = "generate/alter.rs"]
mod alter;
#[path = "generate/column.rs"]
mod column;
#[path = "generate/expression.rs"]
mod expression;
#[path = "generate/names.rs"]
mod names;
#[path = "generate/nouns.rs"]
mod nouns;
#[path = "generate/script.rs"]
mod script;

pub(crate) use expression::{Scope, expression};
pub(crate) use names::{name, spelled};
pub(crate) use nouns::schema;
pub(crate) use script::{joined, script};

/// The numbers that decide what is made.
pub(crate) struct Choices {
    numbers: Vec<u16>,
    at: usize,
}

impl Choices {
    /// A number below `end`; 0 when the numbers are used up.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(number) % end.max(1)
    }

    /// Yes in so many of a hundred cases; no when the numbers are used up.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) + percent >= 100 && !self.is_used_up()
    }

    /// One of these; the first when the numbers are used up.
    pub(crate) fn of<T: Clone>(&mut self, list: &[T]) -> T {
        let at = self.below(list.len());
        list[at].clone()
    }

    /// So many things, one more in `percent` of the cases, up to `most`.
    pub(crate) fn several<T>(
        &mut self,
        least: usize,
        most: usize,
        percent: usize,
        mut one: impl FnMut(&mut Choices) -> T,
    ) -> Vec<T> {
        let mut found = Vec::new();
        while found.len() < least || (found.len() < most && self.chance(percent)) {
            found.push(one(self));
        }
        found
    }

    fn is_used_up(&self) -> bool {
        self.at > self.numbers.len()
    }
}

/// Tries a law on so many random cases, each made of at most `size` numbers, and panics with the
/// smallest case that breaks it and the seed that leads to it.
pub(crate) fn law(name: &str, cases: u32, size: usize, holds: impl Fn(&mut Choices) -> Result<(), String>) {
    let seed: u64 = std::env::var("LAWS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let factor: u32 = std::env::var("LAWS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut key = [0_u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    for (byte, letter) in key[8..].iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    let config = Config {
        cases: cases * factor,
        failure_persistence: None,
        max_shrink_iters: 3000,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &key));
    let numbers = proptest::collection::vec(any::<u16>(), 0..size);
    let tried = runner.run(&numbers.prop_map(Numbers), |Numbers(numbers)| {
        holds(&mut Choices { numbers, at: 0 }).map_err(TestCaseError::fail)
    });
    match tried {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{name} (LAWS_SEED={seed}):\n{reason}"),
        Err(TestError::Abort(reason)) => panic!("{name} (LAWS_SEED={seed}) was given up: {reason}"),
    }
}

/// The numbers of a case, which say nothing to a reader.
#[derive(Clone)]
struct Numbers(Vec<u16>);

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} numbers", self.0.len())
    }
}
