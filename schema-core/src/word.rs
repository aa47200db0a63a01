//! What a mistyped word was meant to be.

/// The candidate that a mistyped word is likely to mean: at most a third of its letters differ, and more
/// than one letter is left of it. Of two that are equally near, the one with the same first letter.
///
/// ```
/// assert_eq!(schema_core::word::closest("nmae", ["unique", "name"]), Some("name"));
/// assert_eq!(schema_core::word::closest("colour", ["unique", "name"]), None);
/// ```
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let first = word.chars().next();
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            let letters = candidate.chars().count();
            *distance <= letters.max(word.chars().count()).div_ceil(3) && *distance < letters
        })
        .min_by_key(|(distance, candidate)| (*distance, candidate.chars().next() != first))
        .map(|(_, candidate)| candidate)
}

/// How many letters to insert, drop, replace or swap with their neighbour lead from one word to the
/// other, without regard to case.
///
/// ```
/// assert_eq!(schema_core::word::distance("dialect", "Dailect"), 1);
/// ```
pub fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let keys = ["name", "unique", "primary_key", "index"];
        assert_eq!(closest("primarykey", keys), Some("primary_key"));
        assert_eq!(closest("Unique", keys), Some("unique"));
        assert_eq!(closest("users", ["user_roles", "user"]), Some("user"));
        assert_eq!(closest("x", ["y"]), None);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
