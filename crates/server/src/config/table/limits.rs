//! Variables of limits: how often, how many, how large.

use super::Setting;
use crate::config::values;

/// In the order of `--help`.
pub(super) const LIMITS: &[Setting] = &[
    Setting {
        name: "RATE_LIMIT_AUTH",
        default: "20/60",
        help: "failed sign-ins of one account from one address: count/seconds, or off",
        set: |config, value| {
            config.rate_limit_auth = values::rate(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "RATE_LIMIT_SENDS",
        default: "10000/10",
        help: "messages, edits and reactions of one user: count/seconds, or off",
        set: |config, value| {
            config.rate_limit_sends = values::rate(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "RATE_LIMIT_SIGNALS",
        default: "10000/10",
        help: "typing, read marks, joined rooms, calls of one user: count/seconds, or off",
        set: |config, value| {
            config.rate_limit_signals = values::rate(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "RATE_LIMIT_CONNECTS",
        default: "10000/10",
        help: "new sockets of one user, and ten times that from one address: count/seconds, or off",
        set: |config, value| {
            config.rate_limit_connects = values::rate(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "MAX_CONNECTIONS",
        default: "off",
        help: "TCP connections in all, or off for as many as this user's open files let be",
        set: |config, value| {
            config.max_connections = values::count(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "MAX_CONNECTIONS_PER_ADDRESS",
        default: "30000",
        help: "TCP connections of one address, or off",
        set: |config, value| {
            config.max_connections_per_address = values::count(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "MAX_SOCKETS_PER_USER",
        default: "1000",
        help: "sockets that one user may have at a time, or off",
        set: |config, value| {
            let most = values::count(value)?;
            config.max_sockets_per_user =
                most.and_then(|most| most.try_into().ok()).unwrap_or(u32::MAX);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "MAX_ENTERING",
        default: "512",
        help: "sockets on their way in at a time, before a handshake more is asked to come back, or off",
        set: |config, value| {
            config.max_entering = values::count(value)?.unwrap_or(usize::MAX);
            Ok(())
        },
        is_public: true,
    },
];
