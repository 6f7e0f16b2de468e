//! TLS: the certificate and its key, checked before the server starts, and read anew while it runs.
//!
//! rustls stands on ring here: it compiles with the C compiler that SQLite needs anyway, with nothing
//! else to install, and into the smaller binary.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use rustls::client::verify_server_name;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{Error, InconsistentKeys, ServerConfig};
use salala_core::Timestamp;
use tokio_rustls::TlsAcceptor;
use x509_cert::der::Decode as _;

/// The variable that names the certificate's file.
pub const CERT_FILE: &str = "TLS_CERT_FILE";

/// The variable that names the key's file.
pub const KEY_FILE: &str = "TLS_KEY_FILE";

/// More than any chain of certificates takes; what is larger was named by mistake.
const FILE_MAX_BYTES: u64 = 1 << 20;

/// When an expiry is near enough to be told.
const EXPIRES_SOON: Duration = Duration::from_hours(14 * 24);

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate first, then those of its issuers.
    pub cert: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
}

/// A certificate that is served with its key, until it is replaced.
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Arc<ServerConfig>>,
}

/// A certificate whose key is its own.
pub struct Pair {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// Whether clients take a certificate at some moment; each sentence names the variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validity {
    /// For a while.
    Good(String),
    /// Not for long.
    Ending(String),
    /// Not now.
    Refused(String),
}

/// Why a certificate cannot be served: one sentence for people that names the variable.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file does not open.
    #[error("{name} {path} cannot be read ({reason}): name a file that the server's user may read")]
    Unreadable {
        /// The variable.
        name: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The file is something else.
    #[error("{name} {path} is larger than 1 MiB: it is no such file")]
    TooLarge {
        /// The variable.
        name: &'static str,
        /// Which file.
        path: PathBuf,
    },
    /// The file holds other things.
    #[error(
        "{CERT_FILE} {0} holds no certificate: name a PEM file with the server's certificate first and \
         its issuers' after it"
    )]
    NoCertificate(PathBuf),
    /// It is damaged.
    #[error("{CERT_FILE} {path} holds a certificate that cannot be read ({reason}): get it anew")]
    BadCertificate {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file holds other things.
    #[error("{KEY_FILE} {0} holds no private key: name a PEM file with the certificate's key")]
    NoKey(PathBuf),
    /// Nobody is there to type a password.
    #[error("{KEY_FILE} {0} holds a key locked by a password: name a PEM file without one")]
    LockedKey(PathBuf),
    /// It is damaged, or of another kind.
    #[error(
        "{KEY_FILE} {0} holds a key that cannot be used: it must be RSA of 2048 bits or more, \
         ECDSA (P-256 or P-384) or Ed25519"
    )]
    BadKey(PathBuf),
    /// The two do not belong together.
    #[error(
        "{KEY_FILE} {key} is not the key of the first certificate in {CERT_FILE} {cert}: name the \
         two that belong together"
    )]
    Mismatch {
        /// The key's file.
        key: PathBuf,
        /// The certificate's file.
        cert: PathBuf,
    },
    /// Anything else.
    #[error("{CERT_FILE} and {KEY_FILE} cannot be served ({0}): get a certificate anew")]
    Other(Error),
}

impl Tls {
    /// Serves what the files hold now. The pair's validity is for the caller to tell.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn load(files: &TlsFiles) -> Result<(Self, Pair), TlsError> {
        let pair = Pair::load(files)?;
        let current = RwLock::new(Arc::clone(&pair.config));
        Ok((Self { files: files.clone(), current }, pair))
    }

    /// Serves new connections with what the files hold now; those that are open stay as they are. On an
    /// error all stays.
    ///
    /// # Errors
    /// The first thing that is wrong with the files.
    pub fn reload(&self) -> Result<Pair, TlsError> {
        let pair = Pair::load(&self.files)?;
        *self.current.write() = Arc::clone(&pair.config);
        Ok(pair)
    }

    /// Shakes hands by what is served now.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read()))
    }
}

impl Pair {
    /// Reads both files and checks that they belong together.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let chain = read_chain(&files.cert)?;
        let certificate =
            chain.first().cloned().ok_or_else(|| TlsError::NoCertificate(files.cert.clone()))?;
        let (not_before, not_after) =
            read_validity(&certificate).map_err(|reason| bad_certificate(files, reason))?;
        let key = read_key(&files.key)?;
        let config = server_config(chain, key).map_err(|error| explain(files, error))?;
        Ok(Self { config: Arc::new(config), certificate, not_before, not_after })
    }

    /// Until when clients take it.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether clients take it now.
    pub fn validity(&self, now: Timestamp) -> Validity {
        let (not_before, not_after) = (self.not_before, self.not_after);
        if now >= not_after {
            return Validity::Refused(format!(
                "the certificate in {CERT_FILE} ran out at {not_after} and clients refuse it: renew it, \
                 then send SIGHUP"
            ));
        }
        if now < not_before {
            return Validity::Refused(format!(
                "the certificate in {CERT_FILE} holds from {not_before} on and clients refuse it now: \
                 check the clock"
            ));
        }
        if now.plus(EXPIRES_SOON) >= not_after {
            return Validity::Ending(format!(
                "the certificate in {CERT_FILE} runs out at {not_after}: renew it, then send SIGHUP"
            ));
        }
        Validity::Good(format!("the certificate in {CERT_FILE} holds until {not_after}"))
    }

    /// Whether it is for this host, a name or an address.
    pub fn is_for(&self, host: &str) -> bool {
        let certificate = ParsedCertificate::try_from(&self.certificate);
        let name = ServerName::try_from(host);
        match (certificate, name) {
            (Ok(certificate), Ok(name)) => verify_server_name(&certificate, &name).is_ok(),
            (Ok(_) | Err(_), _) => false,
        }
    }
}

impl Validity {
    /// What is to be told, unless all is well.
    pub fn warning(&self) -> Option<&str> {
        match self {
            Self::Good(_) => None,
            Self::Ending(sentence) | Self::Refused(sentence) => Some(sentence),
        }
    }
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // WebSockets are upgrades of HTTP/1.1; nothing else is spoken here.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Clients that come back carry what they need themselves, so that a storm of them neither costs a
    // signature each nor fills a cache.
    config.ticketer = ring::Ticketer::new()?;
    Ok(config)
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(CERT_FILE, path)?;
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>();
    chain.map_err(|_| TlsError::BadCertificate {
        path: path.to_owned(),
        reason: "its PEM is broken".to_owned(),
    })
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    use rustls::pki_types::pem::Error as PemError;
    let pem = read(KEY_FILE, path)?;
    if pem.windows(9).any(|word| word == b"ENCRYPTED") {
        return Err(TlsError::LockedKey(path.to_owned()));
    }
    // The parser's own words could quote a part of the key.
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
        if matches!(error, PemError::NoItemsFound) {
            TlsError::NoKey(path.to_owned())
        } else {
            TlsError::BadKey(path.to_owned())
        }
    })
}

fn read(name: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|reason| TlsError::Unreadable { name, path: path.to_owned(), reason })?;
    if bytes.len() as u64 > FILE_MAX_BYTES {
        return Err(TlsError::TooLarge { name, path: path.to_owned() });
    }
    Ok(bytes)
}

/// From when until when a certificate holds.
fn read_validity(certificate: &CertificateDer<'_>) -> Result<(Timestamp, Timestamp), String> {
    let parsed =
        x509_cert::Certificate::from_der(certificate).map_err(|error| error.to_string())?;
    let moment = |time: x509_cert::time::Time| {
        let since = time.to_unix_duration().as_millis();
        Timestamp::from_unix_ms(i64::try_from(since).unwrap_or(i64::MAX))
    };
    let validity = parsed.tbs_certificate.validity;
    Ok((moment(validity.not_before), moment(validity.not_after)))
}

fn bad_certificate(files: &TlsFiles, reason: String) -> TlsError {
    TlsError::BadCertificate { path: files.cert.clone(), reason }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most errors of rustls are not of loading")]
fn explain(files: &TlsFiles, error: Error) -> TlsError {
    match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::Mismatch { key: files.key.clone(), cert: files.cert.clone() }
        }
        Error::InvalidCertificate(reason) => bad_certificate(files, format!("{reason:?}")),
        // What no kind of key could be read from is told in this way.
        Error::General(_) => TlsError::BadKey(files.key.clone()),
        other => TlsError::Other(other),
    }
}
