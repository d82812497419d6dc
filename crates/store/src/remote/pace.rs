//! How long to wait before asking again.

use object_store::HeaderMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The longest wait that a server may ask for; one that asks for more is given up.
const LONGEST: Duration = Duration::from_secs(120);

/// The least time between two repetitions at a server that asked for less.
const SPACING: Duration = Duration::from_secs(1);

/// The first wait after a failure that says nothing of waiting.
const FIRST: Duration = Duration::from_millis(100);

/// When a host may be asked again, and what time it is there.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    /// No new request before this.
    hold: Option<Instant>,
    /// The turn of the last repetition that was given one.
    last: Option<Instant>,
    /// The host's clock, in milliseconds since 1970, and when it was read.
    clock: Option<(i64, Instant)>,
}

impl Pace {
    /// Reads the host's clock off an answer.
    pub(crate) fn dated(&self, headers: &HeaderMap) {
        let text = headers.get("date").and_then(|value| value.to_str().ok());
        let Some(date) = text.and_then(|text| chrono::DateTime::parse_from_rfc2822(text).ok())
        else {
            return;
        };
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.clock = Some((date.timestamp_millis(), Instant::now()));
    }

    /// Milliseconds since 1970 by the host's clock, or by ours if it has not told.
    pub(crate) fn now(&self) -> i64 {
        let whole = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).clock {
            Some((told, at)) => told.saturating_add(whole(at.elapsed())),
            None => whole(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()),
        }
    }

    /// Waits as long as the host has asked all to wait.
    pub(crate) async fn turn(&self) {
        let hold = self.0.lock().unwrap_or_else(PoisonError::into_inner).hold;
        if let Some(hold) = hold {
            tokio::time::sleep_until(hold).await;
        }
    }

    /// Takes the next turn to repeat a request that was turned away; `None` if that is too late.
    pub(crate) fn slowed(&self, asked: Duration) -> Option<Instant> {
        if asked > LONGEST {
            return None;
        }
        let now = Instant::now();
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now + asked.max(SPACING);
        let slot = slots.last.map_or(earliest, |last| earliest.max(last + SPACING));
        if slot > now + LONGEST {
            return None;
        }
        slots.last = Some(slot);
        slots.hold = slots.hold.max(Some(now + asked));
        Some(slot)
    }
}

/// A wait that doubles with each failure, drawn from its upper half so that many who failed
/// together do not come back together.
pub(crate) fn backoff(failures: u32) -> Duration {
    let most = FIRST * 2_u32.saturating_pow(failures.min(7));
    let drawn = RandomState::new().build_hasher().finish() as u32;
    most / 2 + most.mul_f64(f64::from(drawn) / f64::from(u32::MAX) / 2.0)
}

/// How long a server asks to wait: seconds, or a date, which is measured by the server's own
/// clock.
pub(crate) fn retry_after(headers: &HeaderMap) -> Duration {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(asked) = text("retry-after") else { return Duration::ZERO };
    if let Ok(seconds) = asked.trim().parse() {
        return Duration::from_secs(seconds);
    }
    let date = |text: &str| chrono::DateTime::parse_from_rfc2822(text).ok();
    let wait = date(asked).zip(text("date").and_then(date)).map(|(until, now)| until - now);
    wait.and_then(|wait| wait.to_std().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_a_second_apart_at_least() {
        let (pace, now) = (Pace::default(), Instant::now());
        let turns: Vec<_> = (0..4).filter_map(|_| pace.slowed(Duration::from_secs(3))).collect();
        assert!(turns[0] >= now + Duration::from_secs(3));
        assert!(turns.windows(2).all(|pair| pair[1] - pair[0] >= SPACING));
        assert_eq!(pace.slowed(Duration::MAX), None);
    }

    #[test]
    fn waits_grow_and_stay_bounded() {
        for failures in 1..100 {
            let most = FIRST * 2_u32.pow(failures.min(7));
            let wait = backoff(failures);
            assert!(wait >= most / 2 && wait <= most, "{failures}: {wait:?}");
        }
    }

    #[test]
    fn the_hosts_clock_goes_on() {
        let (pace, mut headers) = (Pace::default(), HeaderMap::new());
        assert!(pace.now() > 1_700_000_000_000);
        headers.insert("date", "Wed, 21 Oct 2015 07:28:00 GMT".parse().unwrap());
        pace.dated(&headers);
        let since = pace.now() - 1_445_412_480_000;
        assert!((0..10_000).contains(&since), "{since}");
    }

    #[test]
    fn dates_are_measured_by_the_servers_clock() {
        let mut headers = HeaderMap::new();
        assert_eq!(retry_after(&headers), Duration::ZERO);
        headers.insert("retry-after", "7".parse().unwrap());
        assert_eq!(retry_after(&headers), Duration::from_secs(7));
        headers.insert("retry-after", "Wed, 21 Oct 2015 07:28:09 GMT".parse().unwrap());
        headers.insert("date", "Wed, 21 Oct 2015 07:28:00 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers), Duration::from_secs(9));
    }
}
