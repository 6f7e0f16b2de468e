//! The built binary: its sentences, its commands, its signals.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::command::{Process, limited, run, salala, sentence};
use super::place::Place;

#[test]
fn a_wrong_value_stops_the_start_with_one_sentence() {
    let folder = Place::new();
    let output = run(&folder, &["serve"], &[("PORT", "http")]);
    assert!(sentence(&output).starts_with("PORT must be "), "{output:?}");
    let output = run(&folder, &[], &[("DATABASE_URL", "postgres://ann:hunter2@a")]);
    assert!(sentence(&output).starts_with("DATABASE_URL must be "), "{output:?}");
    assert!(!sentence(&output).contains("hunter2"), "{output:?}");
    let output = run(&folder, &["--config", "none.conf"], &[]);
    assert!(sentence(&output).contains("none.conf"), "{output:?}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn a_variable_that_is_misspelt_is_told_once() {
    let folder = Place::new();
    let variables = [("VAPID_SUBJEKT", "5/60"), ("S3_BUCKIT", "attic"), ("S3_OTHER", "")];
    let output = run(&folder, &["migrate"], &variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let log = String::from_utf8(output.stderr).unwrap();
    for (name, times) in [("VAPID_SUBJEKT", 1), ("S3_BUCKIT", 1), ("S3_OTHER", 0)] {
        assert_eq!(log.matches(&format!("{name} is set, but")).count(), times, "{log}");
    }
}

#[test]
fn a_data_folder_that_cannot_be_written_is_told_in_one_sentence() {
    let folder = Place::new();
    std::fs::write(folder.path().join("file"), "").unwrap();
    // Of what is beneath a file, or in the system's own tree, not even root can make a folder.
    for data_dir in ["file", "file/data", "/proc/salala", "/proc/self"] {
        let output = run(&folder, &["serve"], &[("DATA_DIR", data_dir)]);
        assert!(sentence(&output).starts_with("DATA_DIR "), "{output:?}");
    }
}

#[test]
fn a_port_in_use_is_told_in_one_sentence() {
    let folder = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&folder, &["serve"], &[("PORT", &port)]);
    assert!(sentence(&output).starts_with(&format!("PORT {port} is in use")), "{output:?}");
}

#[test]
fn help_and_version_end_well() {
    let folder = Place::new();
    let help = run(&folder, &["--help"], &[]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(help.status.success() && text.contains("JWT_SECRET"), "{text}");
    let version = run(&folder, &["--version"], &[]);
    let text = String::from_utf8(version.stdout).unwrap();
    assert_eq!(text.trim(), concat!("salala ", env!("CARGO_PKG_VERSION")));
    assert!(!run(&folder, &["sing"], &[]).status.success());
}

#[tokio::test]
async fn a_signal_ends_it_in_order() {
    let folder = Place::new();
    for signal in [Signal::TERM, Signal::INT] {
        let process = Process::start(&folder, &["serve"]);
        assert_eq!(process.login("ann", "12345678").await.0, 401);
        assert_eq!(process.stop(signal), Some(0));
    }
}

#[test]
fn one_server_at_a_time_uses_a_data_folder() {
    let folder = Place::new();
    let process = Process::start(&folder, &[]);
    let output = run(&folder, &["serve"], &[]);
    assert!(sentence(&output).contains("is used by another Salala"), "{output:?}");
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[tokio::test]
async fn an_empty_folder_is_seeded_once_and_its_sign_ins_are_printed() {
    let folder = Place::new();
    let process = Process::start(&folder, &["serve", "--seed-if-empty"]);
    let line = process.said.iter().find(|line| line.trim().starts_with("mai ")).unwrap();
    let password = line.split_whitespace().last().unwrap().to_owned();
    assert_eq!(process.login("mai", &password).await.0, 200);
    assert_eq!(process.stop(Signal::TERM), Some(0));
    let process = Process::start(&folder, &["serve", "--seed-if-empty"]);
    assert!(process.said[0].contains("data/demo-sign-ins.txt"), "{:?}", process.said);
    let kept = std::fs::read_to_string(folder.path().join("data/demo-sign-ins.txt")).unwrap();
    assert!(kept.contains(&password), "{kept}");
    assert_eq!(process.login("mai", &password).await.0, 200);
    assert_eq!(process.stop(Signal::TERM), Some(0));
    let output = run(&folder, &["seed"], &[]);
    assert!(sentence(&output).contains("--force"), "{output:?}");
}

#[tokio::test]
async fn an_operator_makes_shuts_and_opens_accounts_while_the_server_runs() {
    let folder = Place::new();
    let process = Process::start(&folder, &[]);
    let add = ["user", "add", "--username", "ann", "--email", "ann@example.org"];
    let output = run(&folder, &add, &[("REGISTRATION", "closed")]);
    let text = String::from_utf8(output.stdout).unwrap();
    let made = text.trim().rsplit(' ').next().unwrap().to_owned();
    let (status, signed_in) = process.login("ann", &made).await;
    assert_eq!(status, 200);
    assert_eq!(process.me(&signed_in["accessToken"]).await, 200);
    let output = run(&folder, &add, &[]);
    assert!(sentence(&output).contains("taken"), "{output:?}");
    assert!(run(&folder, &["user", "disable", "ann"], &[]).status.success());
    assert_eq!(process.login("ann", &made).await.0, 403);
    assert_eq!(process.me(&signed_in["accessToken"]).await, 401);
    assert!(run(&folder, &["user", "enable", "ann"], &[]).status.success());
    assert_eq!(process.login("ann", &made).await.0, 200);
    let mut command = salala(&folder, &["user", "password", "ann", "--password-stdin"], &[]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"battery staple\n").unwrap();
    assert!(child.wait().unwrap().success());
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!said.contains("battery"), "{said}");
    assert_eq!(process.login("ann", "battery staple").await.0, 200);
    let output = run(&folder, &["user", "disable", "nobody"], &[]);
    assert!(sentence(&output).contains("does not exist"), "{output:?}");
    let bad = ["user", "add", "--username", "a b", "--email", "a@b"];
    assert!(sentence(&run(&folder, &bad, &[])).starts_with("--username must be"));
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[tokio::test]
async fn open_connections_do_not_hold_up_the_end() {
    let folder = Place::new();
    let process = Process::start(&folder, &[]);
    let authority = process.url.trim_start_matches("http://").to_owned();
    let idle = TcpStream::connect(&authority).unwrap();
    let mut polling = TcpStream::connect(&authority).unwrap();
    let poll = "/socket.io/?EIO=4&transport=polling";
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let opened = client.get(format!("{}{poll}", process.url)).send().await.unwrap();
    let opened: Value = serde_json::from_str(&opened.text().await.unwrap()[1..]).unwrap();
    let sid = opened["sid"].as_str().unwrap();
    write!(polling, "GET {poll}&sid={sid} HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    assert_eq!(process.stop(Signal::TERM), Some(0));
    drop((idle, polling));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Place::new();
    let process = Process::start(&folder, &[]);
    process.signal(Signal::TERM);
    assert_eq!(process.stop(Signal::INT), Some(0));
}

#[tokio::test]
async fn without_files_for_more_connections_it_waits_and_goes_on() {
    let folder = Place::new();
    let command = salala(&folder, &["serve"], &[]);
    let process = Process::spawn(limited("ulimit -n 48", &command));
    let authority = process.url.trim_start_matches("http://").to_owned();
    let crowd: Vec<_> = (0..100).map(|_| TcpStream::connect(&authority).unwrap()).collect();
    drop(crowd);
    assert_eq!(process.login("ann", "12345678").await.0, 401);
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[tokio::test]
async fn no_secret_is_logged() {
    let folder = Place::new();
    let log = folder.path().join("log");
    let mut command = salala(&folder, &[], &[("LOG_LEVEL", "trace")]);
    command.stderr(std::fs::File::create(&log).unwrap());
    let process = Process::spawn(command);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = |path: &str| format!("{}{path}", process.url);
    let body = json!({ "username": "ann", "email": "ann@example.org", "password": "hunter22" });
    let call = client.post(url("/api/v1/auth/register")).json(&body);
    let signed_in: Value = call.send().await.unwrap().json().await.unwrap();
    let token = signed_in["accessToken"].as_str().unwrap();
    let refresh = json!({ "refreshToken": signed_in["refreshToken"] });
    for _ in 0..2 {
        client.post(url("/api/v1/auth/refresh")).json(&refresh).send().await.unwrap();
    }
    let socket = format!("/socket.io/?EIO=4&transport=polling&token={token}");
    client.get(url(&socket)).send().await.unwrap();
    let search = url("/api/v1/users/search?q=somebody");
    client.get(search).bearer_auth(token).send().await.unwrap();
    assert_eq!(process.stop(Signal::TERM), Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("\"path\":\"/api/v1/users/search\""), "{log}");
    let refresh_token = signed_in["refreshToken"].as_str().unwrap();
    let secret = folder.jwt_secret();
    for private in
        [token, refresh_token, "hunter22", "somebody", "ann@example.org", "127.0.0.1", &secret]
    {
        let lines = log.lines().filter(|line| !line.contains("\"ready\""));
        let shown = lines.filter(|line| line.contains(private)).collect::<Vec<_>>();
        assert!(shown.is_empty(), "{private} is in {shown:?}");
    }
}
