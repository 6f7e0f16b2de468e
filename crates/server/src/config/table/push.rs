//! Variables of pushes.

use std::path::PathBuf;

use super::Setting;
use crate::config::Secret;
use crate::config::values;

/// In the order of `--help`.
pub(super) const PUSH: &[Setting] = &[
    Setting {
        name: "GOOGLE_APPLICATION_CREDENTIALS",
        default: "none: no pushes by Firebase",
        help: "JSON file of the service account with which pushes go to Firebase",
        set: |config, value| {
            config.push.credentials = Some(PathBuf::from(value));
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "FIREBASE_PROJECT_ID",
        default: "the file's",
        help: "Firebase's name of the project",
        set: |config, value| {
            config.push.project_id = Some(value.to_owned());
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "FIREBASE_CLIENT_EMAIL",
        default: "none",
        help: "the service account, in the place of a file",
        set: |config, value| {
            config.push.client_email = Some(value.to_owned());
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "FIREBASE_PRIVATE_KEY",
        default: "none",
        help: "its private key: PEM, with \\n for the ends of lines",
        set: |config, value| {
            config.push.private_key = Some(Secret::shared(value)?);
            Ok(())
        },
        is_public: false,
    },
    Setting {
        name: "FCM_BASE_URL",
        default: "Google's own",
        help: "where Firebase is reached: scheme and host; for tests",
        set: |config, value| {
            config.push.fcm_base_url = Some(values::base_url(value)?);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "VAPID_SUBJECT",
        default: "an https PUBLIC_URL",
        help: "whom browsers' push services may write to, such as mailto:admin@example.org",
        set: |config, value| {
            config.push.vapid_subject = Some(values::contact(value)?);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "PUSH_WAIT",
        default: "3s",
        help: "how long a message waits to be read before it is pushed: 0s to 60s",
        set: |config, value| {
            config.push.wait = values::short_span(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "PUSH_PRIVATE_ENDPOINTS",
        default: "refuse",
        help: "browsers' subscriptions that lead to private addresses or by plain HTTP: refuse or allow; for tests",
        set: |config, value| {
            config.push.may_reach_private = match value {
                "refuse" => false,
                "allow" => true,
                _ => return Err("refuse or allow".to_owned()),
            };
            Ok(())
        },
        is_public: true,
    },
];
