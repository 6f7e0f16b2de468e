//! The built binary: its sentences, its commands, its signals.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

pub(super) fn salala(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salala"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("DATA_DIR", folder.join("data")).env("PORT", "0").env("HOST", "127.0.0.1");
    command.envs(variables.iter().copied());
    command
}

pub(super) fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    salala(folder, arguments, variables).output().unwrap()
}

/// The same command, after a shell has lowered a limit.
fn limited(by: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{by} && exec \"$0\" \"$@\"")]).arg(command.get_program());
    shell.args(command.get_args()).env_clear();
    shell.current_dir(command.get_current_dir().unwrap());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

/// What was said on standard error, which must be one sentence behind the program's name.
#[track_caller]
pub(super) fn sentence(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('{')).collect();
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].strip_prefix("salala: ").unwrap().to_owned()
}

/// A server in a process of its own, killed if the test fails.
pub(super) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    said: Vec<String>,
    pub(super) url: String,
}

impl Process {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = salala(folder, arguments, &[]);
        command.stderr(Stdio::null());
        Self::spawn(command)
    }

    pub(super) fn spawn(mut command: Command) -> Self {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut process = Self { child, stdout, said: Vec::new(), url: String::new() };
        while process.url.is_empty() {
            let mut line = String::new();
            assert_ne!(process.stdout.read_line(&mut line).unwrap(), 0, "it ended unready");
            if let Some(url) = line.trim().strip_prefix("Salala is ready: ") {
                process.url = url.replace("localhost", "127.0.0.1");
            }
            process.said.push(line);
        }
        process
    }

    /// What it logs, if that was piped.
    pub(super) fn log(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.child.stderr.take().unwrap())
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Ends it by a signal; its exit code.
    pub(super) fn stop(mut self, signal: Signal) -> Option<i32> {
        self.signal(signal);
        self.child.wait().unwrap().code()
    }

    async fn login(&self, name: &str, password: &str) -> (u16, Value) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let body = json!({ "email": name, "password": password });
        let call = client.post(format!("{}/api/v1/auth/login", self.url)).json(&body);
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn me(&self, token: &Value) -> u16 {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let call = client.get(format!("{}/api/v1/auth/me", self.url));
        call.bearer_auth(token.as_str().unwrap()).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_wrong_value_stops_the_start_with_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["serve"], &[("PORT", "http")]);
    assert!(sentence(&output).starts_with("PORT must be "), "{output:?}");
    let output = run(folder.path(), &[], &[("DATABASE_URL", "postgres://a/b")]);
    assert!(sentence(&output).starts_with("DATABASE_URL is set"), "{output:?}");
    let output = run(folder.path(), &["--config", "none.conf"], &[]);
    assert!(sentence(&output).contains("none.conf"), "{output:?}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn a_variable_without_effect_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("VAPID_SUBJECT", "5/60"), ("S3_BUCKET", "attic"), ("S3_REGION", "")];
    let output = run(folder.path(), &["migrate"], &variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let log = String::from_utf8(output.stderr).unwrap();
    for (name, times) in [("VAPID_SUBJECT", 1), ("S3_BUCKET", 1), ("S3_REGION", 0)] {
        assert_eq!(log.matches(&format!("{name} is set, but")).count(), times, "{log}");
    }
}

#[test]
fn a_data_folder_that_cannot_be_written_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    // Of what is beneath a file, or in the system's own tree, not even root can make a folder.
    for data_dir in ["file", "file/data", "/proc/salala", "/proc/self"] {
        let output = run(folder.path(), &["serve"], &[("DATA_DIR", data_dir)]);
        assert!(sentence(&output).starts_with("DATA_DIR "), "{output:?}");
    }
}

#[test]
fn a_full_disk_is_told_in_one_sentence_and_found_by_the_doctor() {
    let folder = tempfile::tempdir().unwrap();
    // No file may grow: what the system says then comes the same way as that the disk is full.
    let full = |arguments: &[&str], blocks: u32| {
        let by = format!("trap '' XFSZ && ulimit -f {blocks}");
        limited(&by, &salala(folder.path(), arguments, &[])).output().unwrap()
    };
    let told = sentence(&full(&["serve"], 0));
    assert!(told.contains("make DATA_DIR writable"), "{told}");
    std::fs::remove_dir_all(folder.path().join("data")).unwrap();
    let told = sentence(&full(&["serve"], 16));
    assert!(told.contains("salala.db cannot be used: "), "{told}");
    assert!(told.contains("the disk of DATA_DIR works and has room"), "{told}");
    let examined = full(&["doctor"], 0);
    assert_eq!(examined.status.code(), Some(1), "{examined:?}");
    let said = String::from_utf8(examined.stdout).unwrap();
    assert!(said.contains("problem  DATA_DIR ") && said.contains("and has room"), "{said}");
    // With room again it starts, on what the failed start left.
    assert_eq!(Process::start(folder.path(), &["serve"]).stop(Signal::TERM), Some(0));
}

#[test]
fn a_database_that_is_none_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/salala.db"), "no database at all".repeat(100)).unwrap();
    let output = run(folder.path(), &["serve"], &[]);
    assert!(sentence(&output).contains("salala.db"), "{output:?}");
}

#[test]
fn a_port_in_use_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(folder.path(), &["serve"], &[("PORT", &port)]);
    assert!(sentence(&output).starts_with(&format!("PORT {port} is in use")), "{output:?}");
}

#[test]
fn help_and_version_end_well() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &["--help"], &[]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(help.status.success() && text.contains("JWT_SECRET"), "{text}");
    let version = run(folder.path(), &["--version"], &[]);
    let text = String::from_utf8(version.stdout).unwrap();
    assert_eq!(text.trim(), concat!("salala ", env!("CARGO_PKG_VERSION")));
    assert!(!run(folder.path(), &["sing"], &[]).status.success());
}

#[test]
fn a_database_is_made_and_migrated_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = run(folder.path(), &["migrate"], &[]);
        assert!(output.status.success(), "{output:?}");
    }
    assert!(folder.path().join("data/salala.db").exists());
}

#[tokio::test]
async fn a_signal_ends_it_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::INT] {
        let process = Process::start(folder.path(), &["serve"]);
        assert_eq!(process.login("ann", "12345678").await.0, 401);
        assert_eq!(process.stop(signal), Some(0));
    }
}

#[test]
fn one_server_at_a_time_uses_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &[]);
    let output = run(folder.path(), &["serve"], &[]);
    assert!(sentence(&output).contains("is used by another Salala"), "{output:?}");
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[tokio::test]
async fn an_empty_folder_is_seeded_once_and_its_sign_ins_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["serve", "--seed-if-empty"]);
    let line = process.said.iter().find(|line| line.trim().starts_with("mai ")).unwrap();
    let password = line.split_whitespace().last().unwrap().to_owned();
    assert_eq!(process.login("mai", &password).await.0, 200);
    assert_eq!(process.stop(Signal::TERM), Some(0));
    let process = Process::start(folder.path(), &["serve", "--seed-if-empty"]);
    assert!(process.said[0].contains("data/demo-sign-ins.txt"), "{:?}", process.said);
    let kept = std::fs::read_to_string(folder.path().join("data/demo-sign-ins.txt")).unwrap();
    assert!(kept.contains(&password), "{kept}");
    assert_eq!(process.login("mai", &password).await.0, 200);
    assert_eq!(process.stop(Signal::TERM), Some(0));
    let output = run(folder.path(), &["seed"], &[]);
    assert!(sentence(&output).contains("--force"), "{output:?}");
}

#[tokio::test]
async fn an_operator_makes_shuts_and_opens_accounts_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &[]);
    let add = ["user", "add", "--username", "ann", "--email", "ann@example.org"];
    let output = run(folder.path(), &add, &[("REGISTRATION", "closed")]);
    let text = String::from_utf8(output.stdout).unwrap();
    let made = text.trim().rsplit(' ').next().unwrap().to_owned();
    let (status, signed_in) = process.login("ann", &made).await;
    assert_eq!(status, 200);
    assert_eq!(process.me(&signed_in["accessToken"]).await, 200);
    let output = run(folder.path(), &add, &[]);
    assert!(sentence(&output).contains("taken"), "{output:?}");
    assert!(run(folder.path(), &["user", "disable", "ann"], &[]).status.success());
    assert_eq!(process.login("ann", &made).await.0, 403);
    assert_eq!(process.me(&signed_in["accessToken"]).await, 401);
    assert!(run(folder.path(), &["user", "enable", "ann"], &[]).status.success());
    assert_eq!(process.login("ann", &made).await.0, 200);
    let mut command = salala(folder.path(), &["user", "password", "ann", "--password-stdin"], &[]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"battery staple\n").unwrap();
    assert!(child.wait().unwrap().success());
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!said.contains("battery"), "{said}");
    assert_eq!(process.login("ann", "battery staple").await.0, 200);
    let output = run(folder.path(), &["user", "disable", "nobody"], &[]);
    assert!(sentence(&output).contains("does not exist"), "{output:?}");
    let bad = ["user", "add", "--username", "a b", "--email", "a@b"];
    assert!(sentence(&run(folder.path(), &bad, &[])).starts_with("--username must be"));
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[tokio::test]
async fn open_connections_do_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &[]);
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
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &[]);
    process.signal(Signal::TERM);
    assert_eq!(process.stop(Signal::INT), Some(0));
}

#[tokio::test]
async fn without_files_for_more_connections_it_waits_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let command = salala(folder.path(), &["serve"], &[]);
    let process = Process::spawn(limited("ulimit -n 48", &command));
    let authority = process.url.trim_start_matches("http://").to_owned();
    let crowd: Vec<_> = (0..100).map(|_| TcpStream::connect(&authority).unwrap()).collect();
    drop(crowd);
    assert_eq!(process.login("ann", "12345678").await.0, 401);
    assert_eq!(process.stop(Signal::TERM), Some(0));
}

#[tokio::test]
async fn no_secret_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = salala(folder.path(), &[], &[("LOG_LEVEL", "trace")]);
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
    let secret = std::fs::read_to_string(folder.path().join("data/jwt-secret")).unwrap();
    for private in
        [token, refresh_token, "hunter22", "somebody", "ann@example.org", "127.0.0.1", &secret]
    {
        let lines = log.lines().filter(|line| !line.contains("\"ready\""));
        let shown = lines.filter(|line| line.contains(private)).collect::<Vec<_>>();
        assert!(shown.is_empty(), "{private} is in {shown:?}");
    }
}

/// What `salala doctor` says of each thing, and how it ends.
pub(super) fn doctor(folder: &Path, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = run(folder, &["doctor"], variables);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_doctor_finds_a_sound_place_fine_and_a_running_server_too() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = doctor(folder.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("the first start makes it"), "{said}");
    assert!(!folder.path().join("data").exists(), "it makes nothing");
    let server = Process::start(folder.path(), &["serve"]);
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let (code, said) = doctor(folder.path(), &[("PORT", &port), ("S3_BUCKET", "attic")]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("fine     a Salala answers on port {port}")), "{said}");
    assert!(said.contains("salala.db is whole"), "{said}");
    assert!(said.contains("warning  S3_BUCKET is set, but"), "{said}");
    assert!(!said.contains("attic"), "{said}");
}

#[test]
fn the_doctor_says_how_to_mend_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["migrate"], &[]).status.code(), Some(0));
    let database = folder.path().join("data/salala.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&database, bytes).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, said) = doctor(
        folder.path(),
        &[("PORT", &port), ("CORS_ORIGIN", "*"), ("PUBLIC_URL", "https://chat.example.org")],
    );
    assert_eq!(code, Some(1), "{said}");
    for part in
        ["salala restore FILE", "taken by another program", "TRUSTED_PROXIES", "CORS_ORIGIN is *"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    for data_dir in ["/proc/self", "data/salala.db"] {
        let (code, said) = doctor(folder.path(), &[("DATA_DIR", data_dir)]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("problem  DATA_DIR {data_dir}")), "{said}");
    }
}
