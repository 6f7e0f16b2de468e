//! A PostgreSQL server of its own for tests that stop it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;

use super::database::psql;

/// A server in a folder of its own, which goes with it.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// Makes one, and starts it.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if getuid().is_root() {
            run(Command::new("chown").arg("postgres:").arg(folder.path()));
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, port, process: None };
        run(server
            .program("initdb")
            .arg("--pgdata")
            .arg(server.data())
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .arg("--no-sync"));
        server.start_again();
        psql(&server.url("postgres"), "CREATE DATABASE chat").unwrap();
        server
    }

    /// Where a database of it is.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts it in its folder, and waits until it answers.
    pub(crate) fn start_again(&mut self) {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        command.args(["-h", "127.0.0.1", "-k"]).arg(self.folder.path());
        command.args(["-c", "shared_buffers=16MB", "-c", "log_min_messages=fatal"]);
        self.process = Some(command.spawn().unwrap());
        while psql(&self.url("postgres"), "SELECT 1").is_err() {
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            // One whose processes are not all gone yet refuses to run twice in one folder.
            if ended.is_some() {
                self.process = Some(command.spawn().unwrap());
            }
        }
    }

    /// Ends it as a loss of power ends its processes: without a word.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait();
    }

    /// Ends it as an administrator does, without waiting for its clients.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::INT);
        self.wait();
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process.as_ref().unwrap().id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    fn wait(&mut self) {
        self.process.take().unwrap().wait().unwrap();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// As the user postgres, if this is root: neither program runs as root.
    fn program(&self, name: &str) -> Command {
        let path = programs().join(name);
        let mut command = if getuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.stop();
        }
    }
}

/// Where PostgreSQL's programs are; `scripts/postgres.sh` says so.
fn programs() -> PathBuf {
    let folder = std::env::var_os("TEST_POSTGRES_BIN").expect(
        "TEST_POSTGRES_BIN must name the folder of initdb and postgres: run the tests by \
         scripts/postgres.sh",
    );
    Path::new(&folder).to_owned()
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}
