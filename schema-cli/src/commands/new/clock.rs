//! The time, in the forms that versions take. `SOURCE_DATE_EPOCH` states another one, in seconds, so that a run can
//! be repeated.

use std::time::{SystemTime, UNIX_EPOCH};

/// A point in time, in UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    seconds: u64,
}

impl Clock {
    /// Now, or what the environment states.
    pub(crate) fn now() -> Clock {
        let stated = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
        let seconds =
            stated.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
        Clock { seconds }
    }

    #[cfg(test)]
    pub(super) const fn at(seconds: u64) -> Clock {
        Clock { seconds }
    }

    /// Seconds since 1970.
    pub(crate) const fn seconds(self) -> u64 {
        self.seconds
    }

    /// `20240131`.
    pub(crate) fn date(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}{month:02}{day:02}")
    }

    /// `235959`.
    pub(crate) fn time(self) -> String {
        let of_day = self.seconds % 86_400;
        format!("{:02}{:02}{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
    }

    /// Year, month and day (<https://howardhinnant.github.io/date_algorithms.html#civil_from_days>).
    const fn civil(self) -> (u64, u64, u64) {
        let days = self.seconds / 86_400 + 719_468;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let text = |seconds| {
            let clock = Clock { seconds };
            format!("{} {}", clock.date(), clock.time())
        };
        assert_eq!(text(0), "19700101 000000");
        assert_eq!(text(951_782_399), "20000228 235959");
        assert_eq!(text(951_827_696), "20000229 123456");
        assert_eq!(text(1_767_225_599), "20251231 235959");
    }
}
