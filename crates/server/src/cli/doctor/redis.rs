//! What the doctor finds at Redis.

use salala_core::{Clock, SystemClock};

use super::{Finding, Fine, Problem, Warning};
use crate::redis_link::{LinkError, RedisUrl, examine};

/// What two clocks may differ by. No order depends on them; logs are read side by side.
const CLOCK_DIFFERENCE_MS: i64 = 2_000;

/// Looks at Redis and says what was found.
pub(super) async fn findings(url: &RedisUrl) -> Vec<Finding> {
    let asked_at = SystemClock.now().unix_ms();
    let found = match examine(url).await {
        Ok(found) => found,
        Err(error @ LinkError::Away { .. }) => {
            return vec![Problem(format!(
                "{error}: see whether Redis runs and REDIS_URL or REDIS_HOST is right"
            ))];
        }
        Err(error) => return vec![Problem(error.to_string())],
    };
    let kind = if found.is_cluster { "a cluster of version" } else { "of version" };
    let mut findings = vec![Fine(format!("the {url} is {kind} {} and answers", found.version))];
    findings.push(if found.eviction == "noeviction" {
        Fine("Redis evicts nothing".to_owned())
    } else {
        Warning(format!(
            "maxmemory-policy of Redis is {}: when its memory is full it forgets who is online; set it to \
             noeviction",
            found.eviction
        ))
    });
    let difference = if found.clock_ms < asked_at {
        asked_at - found.clock_ms
    } else {
        (found.clock_ms - SystemClock.now().unix_ms()).max(0)
    };
    findings.push(if difference > CLOCK_DIFFERENCE_MS {
        Warning(format!(
            "the clocks of Redis and of this machine are {difference} ms apart: let NTP keep both"
        ))
    } else {
        Fine("the clock of Redis agrees with this machine's".to_owned())
    });
    findings
}
