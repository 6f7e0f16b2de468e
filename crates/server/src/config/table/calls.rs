//! Variables of calls: what helps two browsers to find each other.

use super::Setting;
use crate::config::{Config, Secret, ice_urls};
use crate::turn::TurnSettings;

/// In the order of `--help`.
pub(super) const CALLS: &[Setting] = &[
    Setting {
        name: "STUN_URLS",
        default: "none",
        help: "servers that tell browsers their address, for calls: a comma list of stun:host:port",
        set: |config, value| {
            config.ice.stun_urls = ice_urls::stun(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TURN_URLS",
        default: "none",
        help: "relays for calls: a comma list such as turn:turn.example.org:3478?transport=udp",
        set: |config, value| {
            config.ice.turn_urls = ice_urls::turn(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TURN_SECRET",
        default: "none",
        help: "the relays' shared secret (static-auth-secret of coturn); needed with TURN_URLS",
        set: |config, value| {
            config.ice.turn_secret = Some(Secret::shared(value)?);
            Ok(())
        },
        is_public: false,
    },
    Setting {
        name: "TURN_EMBEDDED",
        default: "off",
        help: "whether this server relays calls itself, by UDP: 1 or on, 0 or off",
        set: |config, value| {
            config.turn = match value {
                "1" | "on" => Some(TurnSettings::default()),
                "0" | "off" => None,
                _ => return Err("1 or on, 0 or off".to_owned()),
            };
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TURN_EXTERNAL_IP",
        default: "HOST, or that of PUBLIC_URL",
        help: "the IP address at which browsers reach it",
        set: |config, value| {
            turn(config)?.external_ip = Some(value.parse().map_err(|_| {
                "the IP address at which browsers reach this machine, such as 192.0.2.1".to_owned()
            })?);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TURN_PORT",
        default: "3478 with TURN_EMBEDDED",
        help: "UDP port that it listens on",
        set: |config, value| {
            let port = value.parse().ok().filter(|port| *port > 0);
            turn(config)?.port =
                port.ok_or_else(|| "a whole number from 1 to 65535, such as 3478".to_owned())?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TURN_RELAY_PORTS",
        default: "49152-65535 with TURN_EMBEDDED",
        help: "UDP ports of its relays, one for each browser that needs one",
        set: |config, value| {
            turn(config)?.relay_ports = value
                .split_once('-')
                .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
                .filter(|(first, last)| *first > 0 && first <= last)
                .ok_or_else(|| "two ports such as 49152-65535".to_owned())?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TURN_PRIVATE_PEERS",
        default: "off with TURN_EMBEDDED",
        help: "whether its relays may send into private networks: on or off",
        set: |config, value| {
            turn(config)?.allows_private_peers = match value {
                "on" => true,
                "off" => false,
                _ => return Err("on or off".to_owned()),
            };
            Ok(())
        },
        is_public: true,
    },
];

fn turn(config: &mut Config) -> Result<&mut TurnSettings, String> {
    config.turn.as_mut().ok_or_else(|| "set with TURN_EMBEDDED".to_owned())
}
