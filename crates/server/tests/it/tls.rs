//! TLS as clients and operators see it: what is served, what is refused, and what is read anew.

use std::io::{BufRead, Read as _, Write as _};
use std::net::TcpStream as StdStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};
use rustix::process::Signal;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::command::{Process, doctor, run, salala, sentence};
use super::place::Place;

type Certificate = CertifiedKey<KeyPair>;

/// A folder with a certificate and its key, as an operator has them.
struct Tls {
    place: Place,
    cert: PathBuf,
    key: PathBuf,
}

impl Tls {
    fn new(certificate: &Certificate) -> Self {
        let place = Place::new();
        let (cert, key) = (place.path().join("cert.pem"), place.path().join("key.pem"));
        let tls = Self { place, cert, key };
        tls.put(certificate);
        tls
    }

    fn put(&self, certificate: &Certificate) {
        std::fs::write(&self.cert, certificate.cert.pem()).unwrap();
        std::fs::write(&self.key, certificate.signing_key.serialize_pem()).unwrap();
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    fn variables(&self) -> [(&str, &str); 2] {
        let text = |path| Path::to_str(path).unwrap();
        [("TLS_CERT_FILE", text(&self.cert)), ("TLS_KEY_FILE", text(&self.key))]
    }

    fn serve(&self, more: &[(&str, &str)]) -> Process {
        let variables = [&self.variables(), more].concat();
        let mut command = salala(&self.place, &["serve"], &variables);
        command.stderr(Stdio::null());
        Process::spawn(command)
    }
}

fn certificate() -> Certificate {
    rcgen::generate_simple_self_signed(["chat.example.org".to_owned()]).unwrap()
}

fn certificate_until(year: i32) -> Certificate {
    let mut params = CertificateParams::new(["chat.example.org".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(year, 1, 1);
    let signing_key = KeyPair::generate().unwrap();
    CertifiedKey { cert: params.self_signed(&signing_key).unwrap(), signing_key }
}

/// A connection that trusts this certificate alone.
async fn connect(
    process: &Process,
    certificate: &Certificate,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.cert.der().clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(authority(process)).await?;
    let name = ServerName::try_from("chat.example.org").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

fn authority(process: &Process) -> &str {
    process.url.strip_prefix("https://").unwrap()
}

fn served(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone()
}

/// The head of the answer to a GET; the connection stays open.
async fn get(stream: &mut TlsStream<TcpStream>, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: chat.example.org\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(br#"{"status":"ok"}"#) {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{answer:?}");
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn https_is_served_where_a_certificate_is_set() {
    let certificate = certificate();
    let tls = Tls::new(&certificate);
    let process = tls.serve(&[("PUBLIC_URL", "https://chat.example.org")]);
    assert!(process.url.starts_with("https://127.0.0.1:"), "{}", process.url);
    for protocols in [&["h2", "http/1.1"][..], &["http/1.1"], &[]] {
        let mut stream = connect(&process, &certificate, protocols).await.unwrap();
        let answer = get(&mut stream, "/healthz").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("strict-transport-security: max-age=2592000\r\n"), "{answer}");
        let agreed = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        assert_eq!(agreed, protocols.last().map(|name| name.as_bytes().to_vec()));
    }
    assert!(connect(&process, &certificate, &["h2"]).await.is_err(), "only HTTP/1.1 is spoken");
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[tokio::test]
async fn cookies_are_secure_where_this_server_ends_tls() {
    let certificate = certificate();
    let tls = Tls::new(&certificate);
    let process = tls.serve(&[]);
    let mut stream = connect(&process, &certificate, &[]).await.unwrap();
    let body = r#"{"username":"ann","email":"ann@example.org","password":"correct horse"}"#;
    let request = format!(
        "POST /api/v1/auth/register HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let cookies: Vec<_> = answer.lines().filter(|line| line.starts_with("set-cookie:")).collect();
    assert_eq!(cookies.len(), 2, "{answer}");
    assert!(cookies.iter().all(|line| line.ends_with("; Secure")), "{cookies:?}");
    // Without a public name the host is not bound to HTTPS.
    assert!(!answer.contains("strict-transport-security"), "{answer}");
}

#[test]
fn plain_http_is_told_where_to_go() {
    let tls = Tls::new(&certificate());
    let process = tls.serve(&[]);
    let mut stream = StdStream::connect(authority(&process)).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(
        answer.ends_with("This port speaks HTTPS: begin the address with https://"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_handshake_that_stalls_holds_up_nobody_and_is_cut() {
    let certificate = certificate();
    let tls = Tls::new(&certificate);
    let process = tls.serve(&[]);
    let mut stalled: Vec<_> =
        (0..50).map(|_| StdStream::connect(authority(&process)).unwrap()).collect();
    for (index, stream) in stalled.iter_mut().enumerate() {
        // Nothing at all, or the beginning of a record that never comes to its end.
        stream.write_all(&[22, 3, 1, 2, 0][..index % 5]).unwrap();
    }
    let mut stream = connect(&process, &certificate, &[]).await.unwrap();
    get(&mut stream, "/healthz").await;
    for stream in &mut stalled {
        let mut rest = Vec::new();
        // Closed or reset, as both are an end.
        drop(stream.read_to_end(&mut rest));
        assert!(!rest.starts_with(b"HTTP"), "{rest:?}");
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_served_to_new_connections_and_old_ones_live_on() {
    let (first, second) = (certificate(), certificate());
    let tls = Tls::new(&first);
    let mut command = salala(&tls.place, &["serve"], &tls.variables());
    command.stderr(Stdio::piped());
    let mut process = Process::spawn(command);
    let mut log = process.log();
    let mut old = connect(&process, &first, &[]).await.unwrap();
    get(&mut old, "/healthz").await;

    std::fs::write(&tls.key, second.signing_key.serialize_pem()).unwrap();
    process.signal(Signal::HUP);
    let line = until(&mut log, "TLS_KEY_FILE");
    assert!(line.contains("is not the key of the first certificate"), "{line}");
    assert!(line.contains("the old certificate goes on being served"), "{line}");
    let unchanged = connect(&process, &first, &[]).await.unwrap();
    assert_eq!(&served(&unchanged), first.cert.der());

    tls.put(&second);
    process.signal(Signal::HUP);
    until(&mut log, "the certificate was read anew");
    assert!(connect(&process, &first, &[]).await.is_err());
    let new = connect(&process, &second, &[]).await.unwrap();
    assert_eq!(&served(&new), second.cert.der());
    get(&mut old, "/healthz").await;
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[test]
fn without_tls_a_hangup_changes_nothing() {
    let place = Place::new();
    let mut command = salala(&place, &["serve"], &[]);
    command.stderr(Stdio::piped());
    let mut process = Process::spawn(command);
    let mut log = process.log();
    process.signal(Signal::HUP);
    until(&mut log, "nothing to be read anew");
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[test]
fn a_wrong_certificate_or_key_is_one_sentence_that_names_the_variable() {
    let (own, other) = (certificate(), certificate());
    let tls = Tls::new(&own);
    let [(cert, _), (key, _)] = tls.variables();
    let write = |name: &str, text: &str| {
        let path = tls.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let key_pem = own.signing_key.serialize_pem();
    let cert_pem = own.cert.pem();
    let damaged_pem = cert_pem.replacen("MII", "AAA", 1);
    let torn_pem = cert_pem.replace("-----END CERTIFICATE-----", "");
    let locked_pem = key_pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let none = write("empty.pem", "");
    let cases = [
        (cert, "none.pem".to_owned(), "cannot be read"),
        (cert, tls.path().to_str().unwrap().to_owned(), "cannot be read"),
        (cert, none.clone(), "holds no certificate"),
        (cert, write("key-as-cert.pem", &key_pem), "holds no certificate"),
        (cert, write("damaged.pem", &damaged_pem), "holds a certificate that cannot be read"),
        (cert, write("torn.pem", &torn_pem), "holds a certificate that cannot be read"),
        (cert, "/dev/zero".to_owned(), "larger than 1 MiB"),
        (key, "none.pem".to_owned(), "cannot be read"),
        (key, none, "holds no private key"),
        (key, write("cert-as-key.pem", &cert_pem), "holds no private key"),
        (key, write("locked.pem", &locked_pem), "locked by a password"),
        (key, write("other.pem", &other.signing_key.serialize_pem()), "is not the key of"),
        (key, write("damaged-key.pem", &key_pem.replacen("MI", "AA", 1)), "cannot be used"),
    ];
    for (name, path, part) in &cases {
        let mut variables = tls.variables();
        for variable in variables.iter_mut().filter(|variable| variable.0 == *name) {
            variable.1 = path;
        }
        let told = sentence(&run(&tls.place, &["serve"], &variables));
        assert!(told.starts_with(name) && told.contains(path) && told.contains(part), "{told}");
        let (code, said) = doctor(&tls.place, &variables);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("problem  {told}\n")), "{told}: {said}");
    }
    for alone in tls.variables() {
        let told = sentence(&run(&tls.place, &["serve"], &[alone]));
        assert!(told.starts_with(&format!("{} is set without TLS_", alone.0)), "{told}");
    }
}

#[tokio::test]
async fn a_certificate_that_ran_out_is_told_and_still_served() {
    let tls = Tls::new(&certificate_until(2021));
    let mut command = salala(&tls.place, &["serve"], &tls.variables());
    command.stderr(Stdio::piped());
    let mut process = Process::spawn(command);
    until(
        &mut process.log(),
        "the certificate in TLS_CERT_FILE ran out at 2021-01-01T00:00:00.000Z",
    );
    assert_eq!(process.stop(Signal::TERM), Some(0));
    let (code, said) = doctor(&tls.place, &tls.variables());
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("problem  the certificate in TLS_CERT_FILE ran out at 2021-01-01"),
        "{said}"
    );
}

#[test]
fn the_doctor_looks_at_the_certificate_and_finds_the_server_behind_it() {
    let tls = Tls::new(&certificate());
    let process = tls.serve(&[]);
    let port = process.url.rsplit(':').next().unwrap().to_owned();
    let with = |url| {
        let variables = [&tls.variables()[..], &[("PUBLIC_URL", url), ("PORT", &port)]].concat();
        doctor(&tls.place, &variables)
    };
    let (code, said) = with("https://chat.example.org:8443");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("fine     the certificate in TLS_CERT_FILE holds until "), "{said}");
    assert!(said.contains(&format!("fine     a Salala answers on port {port}")), "{said}");
    assert!(said.contains("warning  TLS_KEY_FILE"), "{said}");
    assert!(!said.contains("TRUSTED_PROXIES"), "{said}");
    let (code, said) = with("https://talk.example.org");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("is not for talk.example.org"), "{said}");
}

/// The first line of the log that holds this.
fn until(log: &mut impl BufRead, part: &str) -> String {
    let mut line = String::new();
    while !line.contains(part) {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "the log ended without {part}");
    }
    line
}
