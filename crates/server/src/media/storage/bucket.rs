//! Files in a bucket of S3, or of a server that speaks as it does.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig,
    WriteMultipart,
};
use salala_core::records::Blob;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::Semaphore;

use super::s3_client::S3Client;
use super::{ByteStream, S3Settings, StorageError, key_of};

/// A larger file goes in parts of this size, of which so many are under way.
const PART_BYTES: usize = 8 << 20;
const PARTS_AT_ONCE: usize = 2;

/// Files that are handed over at a time: each holds its parts in memory.
const PUTS_MAX: usize = 4;

/// How long a request that fails is tried again.
const RETRY_FOR: Duration = Duration::from_secs(30);

pub(in crate::media) struct Bucket {
    store: Arc<AmazonS3>,
    name: String,
    puts: Semaphore,
}

impl Bucket {
    pub(super) fn open(settings: &S3Settings) -> Result<Self, StorageError> {
        let name = settings.bucket.clone();
        let bad = |reason: &dyn std::fmt::Display| StorageError::bucket(&name, reason);
        let secret = std::str::from_utf8(settings.secret_access_key.as_bytes())
            .map_err(|_| bad(&"S3_SECRET_ACCESS_KEY is no text"))?;
        let client = S3Client::new().map_err(|error| bad(&error))?;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&name)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(secret)
            .with_http_connector(client)
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: 5,
                retry_timeout: RETRY_FOR,
            });
        if let Some(endpoint) = &settings.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"))
                // Servers of one's own seldom have a name for each bucket.
                .with_virtual_hosted_style_request(false);
        } else {
            builder = builder.with_virtual_hosted_style_request(true);
        }
        let store = builder.build().map_err(|error| bad(&error))?;
        Ok(Self { store: Arc::new(store), name, puts: Semaphore::new(PUTS_MAX) })
    }

    pub(super) async fn put(&self, blob: &Blob, from: &Path) -> Result<(), StorageError> {
        let _turn = self.puts.acquire().await.map_err(|error| self.failed(&error))?;
        let key = Key::from(key_of(blob));
        let mut file =
            File::open(from).await.map_err(|error| StorageError::folder(from, &error))?;
        let broken = |error: std::io::Error| StorageError::folder(from, &error);
        if blob.size <= PART_BYTES as u64 {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).await.map_err(broken)?;
            let put = self.store.put(&key, PutPayload::from(bytes)).await;
            return put.map(drop).map_err(|error| self.failed(&error));
        }
        let upload = self.store.put_multipart(&key).await.map_err(|error| self.failed(&error))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        match self.write_parts(&mut upload, &mut file).await {
            Ok(()) => upload.finish().await.map(drop).map_err(|error| self.failed(&error)),
            Err(error) => {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "the parts of a file that broke off stay in the bucket");
                }
                Err(error)
            }
        }
    }

    async fn write_parts(
        &self,
        upload: &mut WriteMultipart,
        file: &mut File,
    ) -> Result<(), StorageError> {
        let mut buffer = vec![0; 256 << 10];
        loop {
            let count = file.read(&mut buffer).await.map_err(|error| self.failed(&error))?;
            if count == 0 {
                return Ok(());
            }
            let capacity = upload.wait_for_capacity(PARTS_AT_ONCE).await;
            capacity.map_err(|error| self.failed(&error))?;
            upload.write(buffer.get(..count).unwrap_or_default());
        }
    }

    pub(super) async fn read(
        &self,
        blob: &Blob,
        range: Range<u64>,
    ) -> Result<ByteStream, StorageError> {
        if range.is_empty() {
            return Ok(Box::pin(futures_util::stream::empty()));
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let got = self.store.get_opts(&Key::from(key_of(blob)), options).await;
        let name = self.name.clone();
        let stream = got.map_err(|error| self.failed(&error))?.into_stream();
        Ok(Box::pin(
            stream.map(move |piece| piece.map_err(|error| StorageError::bucket(&name, &error))),
        ))
    }

    pub(super) async fn remove(&self, blob: &Blob) -> Result<(), StorageError> {
        match self.store.delete(&Key::from(key_of(blob))).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Writes, reads and removes something.
    pub(super) async fn examine(&self) -> Result<(), StorageError> {
        let key = Key::from(format!("doctor-{}", std::process::id()));
        let asked = async {
            self.store.put(&key, PutPayload::from_static(b"salala")).await?;
            self.store.get(&key).await?.bytes().await?;
            self.store.delete(&key).await
        };
        asked.await.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> StorageError {
        StorageError::bucket(&self.name, error)
    }
}
