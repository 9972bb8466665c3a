//! Points in time. A wall clock can be set back; the boot clock cannot, but starts anew with the machine. While the machine
//! has not been restarted both are read, and the one that is against using the approval wins; after that the wall clock
//! alone decides.

use serde::{Deserialize, Serialize};

/// A point in time by both clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970 by the wall clock.
    pub wall: i64,
    /// Which boot, and milliseconds since it; `None` where the machine does not tell.
    pub boot: Option<(String, i64)>,
}

impl Moment {
    /// The longest time that may have passed until `now`: what has run out by it has run out.
    pub fn most_until(&self, now: &Moment) -> i64 {
        self.between(now).map_or(now.wall - self.wall, |by_boot| by_boot.max(now.wall - self.wall))
    }

    /// The shortest time that may have passed until `now`: what is ripe by it is ripe.
    pub fn least_until(&self, now: &Moment) -> i64 {
        self.between(now).map_or(now.wall - self.wall, |by_boot| by_boot.min(now.wall - self.wall))
    }

    fn between(&self, now: &Moment) -> Option<i64> {
        match (&self.boot, &now.boot) {
            (Some((then_id, then)), Some((now_id, now))) if then_id == now_id => Some(now - then),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall: i64, id: &str, boot: i64) -> Moment {
        Moment { wall, boot: Some((id.into(), boot)) }
    }

    #[test]
    fn setting_the_clock_back_gains_no_time() {
        let then = at(1_000_000, "a", 50);
        assert_eq!(then.most_until(&at(1_000_000 - 3_600_000, "a", 350)), 300);
        assert_eq!(then.most_until(&at(1_000_900, "a", 350)), 900);
        assert_eq!(then.least_until(&at(9_000_000, "a", 350)), 300);
        assert_eq!(then.most_until(&at(1_000_400, "b", 5)), 400);
        assert_eq!(then.most_until(&Moment { wall: 1_000_400, boot: None }), 400);
    }
}
