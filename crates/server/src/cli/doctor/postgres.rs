//! What the doctor finds in a PostgreSQL database.

use salala_core::{Clock, SystemClock};
use salala_store::postgres::{
    DatabaseUrl, Examined, OLDEST_VERSION, Rights, SCHEMA_VERSION, examine,
};

use super::{Finding, Fine, Problem, Warning};

/// What two clocks may differ by: what is kept has the time of Salala's machine.
const CLOCK_DIFFERENCE_MS: i64 = 2_000;

/// Looks at the database and says what was found.
pub(super) async fn findings(url: &DatabaseUrl) -> Vec<Finding> {
    let asked_at = SystemClock.now().unix_ms();
    let found = match examine(url).await {
        Ok(found) => found,
        Err(error) => {
            return vec![Problem(format!(
                "{error}: see whether PostgreSQL runs and DATABASE_URL is right"
            ))];
        }
    };
    let answered_at = SystemClock.now().unix_ms();
    let mut findings = vec![version(url, &found), tables(url, &found)];
    findings.extend(rights(url, &found));
    findings.extend(found.durability.iter().filter_map(|(name, value)| durability(name, value)));
    findings.push(clock(found.clock_ms, asked_at, answered_at));
    findings
}

fn version(url: &DatabaseUrl, found: &Examined) -> Finding {
    let (major, minor) = (found.major_version(), found.server_version % 10_000);
    if major < OLDEST_VERSION {
        return Problem(format!(
            "the {url} is on PostgreSQL {major}: {OLDEST_VERSION} or later is needed"
        ));
    }
    if found.encoding != "UTF8" {
        return Problem(format!(
            "the {url} has the encoding {}: make it anew with ENCODING 'UTF8' TEMPLATE template0",
            found.encoding
        ));
    }
    Fine(format!("the {url} is on PostgreSQL {major}.{minor} and answers"))
}

fn tables(url: &DatabaseUrl, found: &Examined) -> Finding {
    match found.schema_version {
        Some(number) if number > SCHEMA_VERSION => Problem(format!(
            "the {url} was made by a newer Salala: use that one, or restore a backup"
        )),
        Some(number) if number < SCHEMA_VERSION => Fine(format!(
            "the {url} is of an older Salala: the first start brings it up to date; back it up first"
        )),
        Some(_) => {
            let size = found.size_bytes >> 20;
            let server = if found.has_server { "a server uses it" } else { "no server uses it" };
            Fine(format!("the {url} is up to date, {size} MiB; {server}"))
        }
        None if found.has_tables => {
            Problem(format!("the {url} is a database of something else: name one that is empty"))
        }
        None => Fine(format!("the {url} is empty: the first start makes its tables")),
    }
}

fn rights(url: &DatabaseUrl, found: &Examined) -> Option<Finding> {
    match found.rights {
        Rights::Read => Some(Problem(format!(
            "the {url} takes no writes: name the primary server, and not a standby"
        ))),
        Rights::Write => Some(Problem(format!(
            "this user may not make tables in the {url}: make them its owner (ALTER DATABASE … OWNER TO …)"
        ))),
        Rights::Own => None,
        Rights::Superuser => Some(Warning(format!(
            "this user is a superuser where the {url} is: make one who owns that database alone"
        ))),
    }
}

/// What was acked must be on the disk. Salala asks for `synchronous_commit` itself, of whatever strength
/// beyond `on` the server has.
fn durability(name: &str, value: &str) -> Option<Finding> {
    match (name, value) {
        ("fsync" | "full_page_writes", "off") => Some(Problem(format!(
            "{name} is off where the database is: what was acked is lost with the power, or all of it; \
             set it to on in postgresql.conf"
        ))),
        ("synchronous_commit", "off" | "local") => Some(Warning(format!(
            "synchronous_commit is {value} where the database is: Salala's own writes are flushed all \
             the same, others' may not be"
        ))),
        _ => None,
    }
}

fn clock(database_ms: i64, asked_at: i64, answered_at: i64) -> Finding {
    let difference = if database_ms < asked_at {
        asked_at - database_ms
    } else {
        (database_ms - answered_at).max(0)
    };
    if difference > CLOCK_DIFFERENCE_MS {
        return Warning(format!(
            "the database's clock differs by {difference} ms from this machine's: let NTP keep both"
        ));
    }
    Fine("the database's clock agrees with this machine's".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_agree_within_the_time_of_the_answer() {
        for (database_ms, is_fine) in
            [(100_000, true), (101_000, true), (98_500, true), (97_000, false), (103_500, false)]
        {
            assert_eq!(
                matches!(clock(database_ms, 100_000, 101_000), Fine(_)),
                is_fine,
                "{database_ms}"
            );
        }
    }

    #[test]
    fn what_is_not_flushed_is_told() {
        assert!(matches!(durability("fsync", "off"), Some(Problem(_))));
        assert!(matches!(durability("synchronous_commit", "off"), Some(Warning(_))));
        assert!(durability("fsync", "on").is_none());
        assert!(durability("synchronous_commit", "remote_apply").is_none());
    }
}
