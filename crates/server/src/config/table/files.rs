//! Variables of files: which are taken, and where they are kept.

use super::Setting;
use crate::config::{Config, Origin, Secret, values};
use crate::media::S3Settings;

/// In the order of `--help`.
pub(super) const FILES: &[Setting] = &[
    Setting {
        name: "UPLOAD_MAX_BYTES",
        default: "1G",
        help: "bytes of one file: a number, or with a unit as in 500K, 100M, 2G",
        set: |config, value| {
            config.media.max_bytes = values::bytes(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "UPLOAD_QUOTA",
        default: "10G",
        help: "bytes of all files of one user together: as UPLOAD_MAX_BYTES",
        set: |config, value| {
            config.media.quota_bytes = values::bytes(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "UPLOAD_TYPES",
        default: "*",
        help: "types of files that are taken: a comma list such as image/*, audio/*, application/pdf",
        set: |config, value| {
            config.media.types = values::mime_types(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "IMAGE_MAX_PIXELS",
        default: "50000000",
        help: "pixels of a picture, 1 to 200000000; two at a time take 8 bytes of memory for each",
        set: |config, value| {
            config.media.max_pixels = value
                .parse()
                .ok()
                .filter(|pixels| (1..=200_000_000).contains(pixels))
                .ok_or_else(|| "a whole number from 1 to 200000000".to_owned())?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "FILE_URL_TTL",
        default: "24h",
        help: "how long the URL of a file opens it, at least half of it: as ACCESS_TOKEN_TTL",
        set: |config, value| {
            config.media.url_ttl = values::duration(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "S3_BUCKET",
        default: "none: files in DATA_DIR",
        help: "bucket to keep files in; needed where several servers are one",
        set: |config, value| {
            value.clone_into(&mut s3(config).bucket);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "S3_ENDPOINT",
        default: "Amazon's in S3_REGION",
        help: "URL of another server that speaks S3, such as https://s3.example.org",
        set: |config, value| {
            let origin = Origin::parse(value)?;
            s3(config).endpoint = Some(origin.to_string());
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "S3_REGION",
        default: "us-east-1 with S3_BUCKET",
        help: "the bucket's region",
        set: |config, value| {
            value.clone_into(&mut s3(config).region);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "S3_ACCESS_KEY_ID",
        default: "none",
        help: "who may read, write and delete in the bucket",
        set: |config, value| {
            value.clone_into(&mut s3(config).access_key_id);
            Ok(())
        },
        is_public: false,
    },
    Setting {
        name: "S3_SECRET_ACCESS_KEY",
        default: "none",
        help: "what proves it",
        set: |config, value| {
            s3(config).secret_access_key = Secret::shared(value)?;
            Ok(())
        },
        is_public: false,
    },
];

/// The bucket, whichever of its variables comes first.
fn s3(config: &mut Config) -> &mut S3Settings {
    config.media.s3.get_or_insert_default()
}
