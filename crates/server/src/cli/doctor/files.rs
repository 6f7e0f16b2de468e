//! Whether users' files can be kept.

use std::path::Path;

use super::Finding::{self, Fine, Problem};
use super::write_in;
use crate::config::Config;
use crate::media::storage::examine_bucket;

/// What is found about the bucket, or the folder.
pub(super) async fn findings(config: &Config) -> Option<Finding> {
    if let Some(s3) = &config.media.s3 {
        return Some(match examine_bucket(s3).await {
            Ok(()) => Fine(format!("the bucket {} can be written to and read", s3.bucket)),
            Err(error) => Problem(format!("{error}: see to S3_BUCKET and what opens it")),
        });
    }
    let files = config.data_dir.join("files");
    if !files.exists() {
        return None;
    }
    let shown = files.display();
    Some(match write_in(&files).and_then(|()| count(&files)) {
        Ok((count, bytes)) => {
            Fine(format!("{shown} can be written to, and holds {count} files, {} MiB", bytes >> 20))
        }
        Err(error) => Problem(format!(
            "{shown} cannot be used ({error}): make it and all in it the server's user's own"
        )),
    })
}

/// How many files there are, and their bytes.
fn count(files: &Path) -> std::io::Result<(u64, u64)> {
    let (mut count, mut bytes) = (0, 0);
    for shard in std::fs::read_dir(files)? {
        let shard = shard?;
        if !shard.file_type()?.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(shard.path())? {
            count += 1;
            bytes += entry?.metadata().map_or(0, |metadata| metadata.len());
        }
    }
    Ok((count, bytes))
}
