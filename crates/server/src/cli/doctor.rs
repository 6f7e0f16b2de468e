//! `salala doctor`: what is wrong where the server is to run, and how to mend it.

mod files;
mod postgres;
mod redis;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::process::{Resource, getrlimit};
use salala_core::{Clock, SystemClock};
use salala_store::sqlite::backup;

use super::output;
use crate::config::{Config, Origins, SecretError, TrustedProxies};
use crate::push::account::FcmAccount;
use crate::serve::NOT_PLAIN;
use crate::tls::{CERT_FILE, KEY_FILE, Pair, Validity};

/// Below the first the disk is full soon, below the second it is.
const FREE_BYTES: (u64, u64) = (1 << 30, 64 << 20);

/// Descriptors with which a server has room for users and their devices.
const OPEN_FILES: u64 = 65_536;

/// No clock that goes right shows a time before this program was written: 1 January 2026.
const BUILT_AT_MS: i64 = 1_767_225_600_000;

/// How long a server on this machine may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// What was found about one thing.
enum Finding {
    Fine(String),
    /// It runs, but not as one would want it.
    Warning(String),
    /// It does not run, or not for long.
    Problem(String),
}

use Finding::{Fine, Problem, Warning};

/// Says a line for each thing that was looked at.
///
/// # Errors
/// There is a problem.
pub(super) async fn examine(config: Config) -> anyhow::Result<()> {
    let mut findings = settings(&config);
    findings.extend(certificate(&config, &SystemClock));
    findings.extend(push(&config));
    findings.extend(data_folder(&config.data_dir));
    match &config.database_url {
        Some(url) => findings.extend(postgres::findings(url).await),
        None => findings.push(database(&config.data_dir.join("salala.db"))),
    }
    if let Some(url) = &config.redis {
        findings.extend(redis::findings(url).await);
    }
    findings.extend(files::findings(&config).await);
    findings.push(clock(&SystemClock, &config.data_dir.join("salala.db")));
    findings.push(port(&config));
    findings.push(open_files());
    let mut problems = 0;
    for finding in findings {
        let (word, sentence) = match finding {
            Fine(sentence) => ("fine", sentence),
            Warning(sentence) => ("warning", sentence),
            Problem(sentence) => {
                problems += 1;
                ("problem", sentence)
            }
        };
        output::say(&format!("{word:<8} {sentence}"));
    }
    match problems {
        0 => Ok(()),
        1 => anyhow::bail!("there is a problem to be mended first"),
        count => anyhow::bail!("there are {count} problems to be mended first"),
    }
}

/// A value that cannot be read has ended the command before: what can still be said is advice.
fn settings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Fine("the configuration can be read".to_owned())];
    if config.database_url.is_some() && config.jwt_secret.is_none() {
        findings.push(Problem(SecretError::Required.to_string()));
    }
    findings.extend(config.warnings.iter().cloned().map(Warning));
    if !config.is_public_https() {
        findings.push(Warning(
            "PUBLIC_URL names no https address: passwords and cookies travel in the clear unless all \
             users are on this machine; set TLS_CERT_FILE and TLS_KEY_FILE, or put a proxy with TLS \
             before Salala, and set it"
                .to_owned(),
        ));
    } else if config.tls_files().is_none() && config.trusted_proxies == TrustedProxies::default() {
        findings.push(Warning(
            "PUBLIC_URL is https, but TRUSTED_PROXIES is not set: all users seem to come from the \
             proxy's address and share its limits; set it to that address"
                .to_owned(),
        ));
    }
    if matches!(config.cors_origins, Origins::Any) {
        findings.push(Warning(
            "CORS_ORIGIN is *: pages of anybody may call this server; name those that need to"
                .to_owned(),
        ));
    }
    findings
}

/// The certificate, if there is to be one.
fn certificate(config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    let Some(files) = config.tls_files() else { return Vec::new() };
    let pair = match Pair::load(&files) {
        Ok(pair) => pair,
        Err(error) => return vec![Problem(error.to_string())],
    };
    let mut findings = vec![match pair.validity(clock.now()) {
        Validity::Good(sentence) => Fine(sentence),
        Validity::Ending(sentence) => Warning(sentence),
        Validity::Refused(sentence) => Problem(sentence),
    }];
    if let Some(url) = &config.public_url
        && !pair.is_for(url.host())
    {
        findings.push(Problem(format!(
            "{CERT_FILE} {} is not for {}, the host of PUBLIC_URL, and clients refuse it there: get \
             one for that name",
            files.cert.display(),
            url.host()
        )));
    }
    let is_open =
        fs::metadata(&files.key).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0);
    if is_open {
        findings.push(Warning(format!(
            "{KEY_FILE} {} is open to every user of this machine: chmod 640 it",
            files.key.display()
        )));
    }
    findings
}

/// Whether devices can be pushed to.
fn push(config: &Config) -> Vec<Finding> {
    let mut findings = vec![match FcmAccount::load(&config.push) {
        Ok(Some(account)) => {
            Fine(format!("the key of {} is good for Firebase", account.client_email))
        }
        Ok(None) => Fine("Firebase is not set: browsers alone are pushed to".to_owned()),
        Err(error) => Problem(error.to_string()),
    }];
    if config.push.vapid_subject.is_none() && !config.is_public_https() {
        findings.push(Warning(
            "VAPID_SUBJECT is not set, nor an https PUBLIC_URL: some push services refuse pushes of \
             unknown senders; set it to mailto: and your address"
                .to_owned(),
        ));
    }
    if config.push.may_reach_private {
        findings.push(Warning(
            "PUSH_PRIVATE_ENDPOINTS is allow: users can make this server ask what only it can reach; \
             it is for tests"
                .to_owned(),
        ));
    }
    findings
}

fn data_folder(path: &Path) -> Vec<Finding> {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => {
            return vec![Problem(format!("DATA_DIR {shown} is no folder: name another path"))];
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return vec![Warning(format!(
                "DATA_DIR {shown} is not there: the first start makes it"
            ))];
        }
        Err(error) => {
            return vec![Problem(format!(
                "DATA_DIR {shown} cannot be looked at ({error}): run this as the server's user"
            ))];
        }
    };
    let mut findings = Vec::new();
    if metadata.permissions().mode() & 0o077 != 0 {
        findings.push(Warning(format!(
            "DATA_DIR {shown} is open to other users of this machine: chmod 700 it"
        )));
    }
    findings.push(match write_in(path) {
        Ok(()) => Fine(format!("DATA_DIR {shown} can be written to")),
        Err(error) => Problem(format!(
            "DATA_DIR {shown} cannot be written to ({error}): make it the server's user's own, on a \
             file system that is mounted for writing and has room"
        )),
    });
    if let Ok(system) = rustix::fs::statvfs(path) {
        let free_bytes = system.f_bavail.saturating_mul(system.f_frsize);
        let sentence = format!("{} MiB are free on the disk of DATA_DIR", free_bytes >> 20);
        findings.push(if free_bytes < FREE_BYTES.1 {
            Problem(format!("{sentence}: make room"))
        } else if free_bytes < FREE_BYTES.0 {
            Warning(format!("{sentence}: make room soon"))
        } else {
            Fine(sentence)
        });
    }
    findings
}

/// Writes a file to the disk, and removes it.
fn write_in(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    let mut options = OpenOptions::new();
    let written = options
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(&[0; 4096]).and_then(|()| file.sync_all()));
    if written.is_ok() { fs::remove_file(&path) } else { written }
}

fn database(path: &Path) -> Finding {
    let shown = path.display();
    let Ok(metadata) = fs::metadata(path) else {
        return Fine(format!("there is no database {shown} yet: the first start makes it"));
    };
    if let Err(error) = backup::examine(path) {
        return Problem(format!(
            "{error}: stop the server and restore a backup (salala restore FILE)"
        ));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Warning(format!("{shown} is open to other users of this machine: chmod 600 it"));
    }
    Fine(format!("{shown} is whole, {} MiB", metadata.len() >> 20))
}

fn clock(clock: &dyn Clock, database: &Path) -> Finding {
    let now = clock.now();
    let written_at = fs::metadata(database).and_then(|metadata| metadata.modified()).ok();
    let written_ms = written_at
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_millis()).ok());
    let ahead = written_ms.is_some_and(|written_ms| written_ms > now.unix_ms() + 60_000);
    if now.unix_ms() < BUILT_AT_MS || ahead {
        return Problem(format!(
            "the clock says {now}, which lies in the past: set it, and let NTP keep it"
        ));
    }
    Fine(format!("the clock says {now}"))
}

fn port(config: &Config) -> Finding {
    let port = config.port;
    let host = config.host.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    match TcpListener::bind(SocketAddr::new(host, port)) {
        Ok(_) => Fine(format!("port {port} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let host = if host.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { host };
            if is_salala(SocketAddr::new(host, port)) {
                Fine(format!("a Salala answers on port {port}"))
            } else {
                Problem(format!(
                    "port {port} is taken by another program: stop that one, or set PORT"
                ))
            }
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Problem(format!(
            "port {port} needs rights that this user has not: set PORT to one from 1024 on"
        )),
        Err(error) => Problem(format!("{host} port {port} cannot be used ({error}): set HOST")),
    }
}

fn is_salala(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, ANSWER_TIMEOUT)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    // With TLS it answers this question too, if only to say so.
    ask().is_ok_and(|answer| answer.contains(r#"{"status":"ok"}"#) || answer.contains(NOT_PLAIN))
}

fn open_files() -> Finding {
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < OPEN_FILES => Warning(format!(
            "this user may open {most} files, one for each socket: raise the hard limit \
             (LimitNOFILE= in systemd)"
        )),
        Some(most) => Fine(format!("this user may open {most} files")),
        None => Fine("this user may open any number of files".to_owned()),
    }
}
