//! The built binary: how tests start it, and what it said.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::place::Place;

pub(super) fn salala(folder: &Place, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salala"));
    command.args(arguments).current_dir(folder.path()).env_clear();
    command.env("DATA_DIR", folder.path().join("data")).env("PORT", "0").env("HOST", "127.0.0.1");
    command.envs(folder.variables());
    command.envs(variables.iter().copied());
    command
}

pub(super) fn run(folder: &Place, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    salala(folder, arguments, variables).output().unwrap()
}

/// The same command, after a shell has lowered a limit.
pub(super) fn limited(by: &str, command: &Command) -> Command {
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
    pub(super) said: Vec<String>,
    pub(super) url: String,
}

impl Process {
    pub(super) fn start(folder: &Place, arguments: &[&str]) -> Self {
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

    pub(super) async fn login(&self, name: &str, password: &str) -> (u16, Value) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let body = json!({ "email": name, "password": password });
        let call = client.post(format!("{}/api/v1/auth/login", self.url)).json(&body);
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(super) async fn me(&self, token: &Value) -> u16 {
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

/// What `salala doctor` says of each thing, and how it ends. That the tests' PostgreSQL does not flush is
/// left out: nobody keeps anything by it.
pub(super) fn doctor(folder: &Place, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = run(folder, &["doctor"], variables);
    let said = String::from_utf8(output.stdout).unwrap();
    if folder.database_url().is_none() {
        return (output.status.code(), said);
    }
    let is_of_tests = |line: &&str| {
        ["fsync is off", "full_page_writes is off"].iter().any(|words| line.contains(words))
    };
    let said: Vec<&str> = said.lines().filter(|line| !is_of_tests(line)).collect();
    let said = said.join("\n") + "\n";
    (Some(i32::from(said.contains("problem  "))), said)
}
