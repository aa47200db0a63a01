//! Numbers that are different with every seed and the same with every run.

/// A number that the environment may give.
fn given(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    given("CRASH_SEED", 1)
}

/// By how much the number of cases is multiplied.
pub(crate) fn factor() -> usize {
    usize::try_from(given("CRASH_CASES", 1)).expect("a small number")
}

/// A sequence of numbers (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    /// The sequence of the run's seed and of a name.
    pub(crate) fn of(name: &str) -> Random {
        let start = seed().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Random(name.bytes().fold(start, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)))
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.number() % end.max(1)
    }
}
