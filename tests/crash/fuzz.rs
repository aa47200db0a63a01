//! Random damage: no panic, no end that never comes, a clear error, and nothing changed.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use crate::random::{factor, seed};

#[path = "fuzz/history.rs"]
mod history;
#[path = "fuzz/lock.rs"]
mod lock;
#[path = "fuzz/names.rs"]
mod names;
#[path = "fuzz/pages.rs"]
mod pages;

/// Longer than any case takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Tries so many random cases, shows the smallest that fails, and ends the program when one does not end.
fn fuzz<S: Strategy>(name: &'static str, cases: u32, strategy: S, holds: impl Fn(S::Value))
where
    S::Value: Debug,
{
    let start = Instant::now();
    let (number, shown) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(String::new())));
    watch(name, Arc::downgrade(&number), Arc::clone(&shown));
    let mut key = [0_u8; 32];
    key[..8].copy_from_slice(&seed().to_le_bytes());
    key[8..].iter_mut().zip(name.bytes()).for_each(|(byte, letter)| *byte = letter);
    let cases = cases * u32::try_from(factor()).expect("a small number");
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &key));
    let tried = runner.run(&strategy, |value| {
        number.fetch_add(1, Ordering::Relaxed);
        *shown.lock().expect("nobody panics with it") = format!("{value:?}");
        holds(value);
        Ok(())
    });
    match tried {
        Ok(()) => println!("{name}: {cases} cases in {:?}", start.elapsed()),
        Err(TestError::Fail(reason, value)) => panic!("{name} (CRASH_SEED={}): {value:?}:\n{reason}", seed()),
        Err(TestError::Abort(reason)) => panic!("{name} was given up: {reason}"),
    }
}

/// Ends the program when the number of the case stays the same for too long.
fn watch(name: &'static str, number: std::sync::Weak<AtomicU64>, shown: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        let (mut last, mut since) = (0, Instant::now());
        while let Some(number) = number.upgrade() {
            let now = number.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Instant::now());
            }
            if since.elapsed() > PATIENCE {
                let shown = shown.lock().map(|text| text.clone()).unwrap_or_default();
                eprintln!("{name} (CRASH_SEED={}) hangs at {shown}", seed());
                std::process::abort();
            }
            drop(number);
            std::thread::sleep(Duration::from_millis(200));
        }
    });
}
