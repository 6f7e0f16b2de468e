//! Copies of a database, made and put back by PostgreSQL's own programs.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use super::examine::Examined;
use super::schema::SCHEMA_VERSION;
use super::url::DatabaseUrl;
use crate::copies::{BackupError, replace, unusable};

/// Where `restore` keeps what was there before.
pub const KEPT_SCHEMA: &str = "before_restore";

/// A copy to be made or put back.
///
/// All of these call programs and wait for them: not for a thread of the runtime.
pub struct Backup<'a> {
    /// Of or into which database.
    pub url: &'a DatabaseUrl,
    /// What was found there, see [`super::examine()`].
    pub found: &'a Examined,
}

impl Backup<'_> {
    /// Copies the database, as it is at one moment, to the file `to`, for its owner alone; a file that is
    /// there is replaced once the copy is whole. Whoever uses the database goes on.
    ///
    /// # Errors
    /// A program is missing, too old or fails; then `to` is as it was.
    pub fn back_up(&self, to: &Path) -> Result<(), BackupError> {
        if self.found.schema_version.is_none() {
            return Err(unusable(to, &"the database holds nothing of Salala yet"));
        }
        self.check_version("pg_dump", to)?;
        replace(to, &[], |part| {
            let file = path_option("--file=", part);
            // Who owns what, and who may do what, belongs to the database and not to its copy.
            let options = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public"];
            let mut dump = self.program("pg_dump");
            dump.args(options).arg(file);
            finish("pg_dump", dump.output(), to)?;
            read_through(part).map_err(|reason| unusable(to, &reason))
        })
    }

    /// Puts a copy into the database, where no server may be at work: in one transaction, and with an
    /// epoch of its own, so that nobody takes it for what was there. What was there is kept as the
    /// schema [`KEPT_SCHEMA`], in the place of one that an earlier restore kept. The tables may have to
    /// be brought up to date after that.
    ///
    /// # Errors
    /// The copy is damaged, none of ours or of a newer version, or a program fails; then the database is
    /// as it was.
    pub fn restore(&self, file: &Path) -> Result<(), BackupError> {
        let bad = |reason: String| unusable(file, &reason);
        File::open(file).map_err(|error| bad(error.to_string()))?;
        // All of it is read before anything changes.
        read_through(file).map_err(bad)?;
        self.check_version("pg_restore", file)?;
        let mut restore = Command::new("pg_restore");
        restore.args(["--file=-", "--no-owner", "--no-privileges", "--schema=public"]).arg(file);
        let mut script = spawn("pg_restore", restore.stdin(Stdio::null())).map_err(bad)?;
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"]);
        let mut database = spawn("psql", psql.stdin(Stdio::piped())).map_err(bad)?;
        // The end of its input without COMMIT undoes everything.
        let piped = self.pipe(&mut script, &mut database);
        drop(database.stdin.take());
        let script = finish("pg_restore", script.wait_with_output(), file);
        finish("psql", database.wait_with_output(), file)?;
        script?;
        piped.map_err(|error| bad(error.to_string()))
    }

    fn pipe(&self, script: &mut Child, database: &mut Child) -> io::Result<()> {
        let (Some(from), Some(to)) = (&mut script.stdout, &mut database.stdin) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        to.write_all(b"BEGIN;\nSET client_min_messages = error;\n")?;
        if self.found.has_tables {
            write!(
                to,
                "DROP SCHEMA IF EXISTS {KEPT_SCHEMA} CASCADE;\n\
                 ALTER SCHEMA public RENAME TO {KEPT_SCHEMA};\nCREATE SCHEMA public;\n"
            )?;
        }
        io::copy(from, to)?;
        if !script.wait()?.success() {
            return Ok(());
        }
        to.write_all(settle().as_bytes())
    }

    /// PostgreSQL's programs work with servers of their own version and older ones.
    fn check_version(&self, program: &'static str, file: &Path) -> Result<(), BackupError> {
        let output = finish(program, Command::new(program).arg("--version").output(), file)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let digits = |word: &str| word.split('.').next().and_then(|it| it.parse::<u32>().ok());
        let version = text.split_whitespace().find_map(digits).unwrap_or_default();
        let server = self.found.major_version();
        if version < server {
            return Err(unusable(
                file,
                &format!(
                    "{program} is of version {version} and the database server of version \
                     {server}: install postgresql-client-{server}"
                ),
            ));
        }
        Ok(())
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.envs(self.url.program_variables()).stdin(Stdio::null());
        command
    }
}

/// The end of the transaction: only of a copy that this version can bring up to date.
fn settle() -> String {
    format!(
        "DO $$ BEGIN
           IF to_regclass('public.message_reads') IS NULL THEN
             RAISE EXCEPTION 'it is no copy of a database of Salala';
           END IF;
           IF (SELECT max(number) FROM public.migrations) > {SCHEMA_VERSION} THEN
             RAISE EXCEPTION 'it was made by a newer version of Salala';
           END IF;
         END $$;
         UPDATE public.meta
         SET value = uuid_send(gen_random_uuid())
         WHERE name = 'epoch';
         COMMIT;\n"
    )
}

/// Reads a copy from its beginning to its end, and throws it away.
fn read_through(file: &Path) -> Result<(), String> {
    let mut read = Command::new("pg_restore");
    read.args(["--file=-", "--schema=public"]).arg(file).stdin(Stdio::null());
    let mut child = spawn("pg_restore", &mut read)?;
    let drained = child.stdout.take().map(|mut text| io::copy(&mut text, &mut io::sink()));
    let output = child.wait_with_output();
    drained.transpose().map_err(|error| error.to_string())?;
    said("pg_restore", output).map(drop)
}

fn spawn(name: &str, command: &mut Command) -> Result<Child, String> {
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    spawned.map_err(|error| cannot_run(name, &error))
}

fn finish(name: &str, output: io::Result<Output>, path: &Path) -> Result<Output, BackupError> {
    said(name, output).map_err(|reason| unusable(path, &reason))
}

/// What it printed, or why it failed, in its own words on one line.
fn said(name: &str, output: io::Result<Output>) -> Result<Output, String> {
    let output = output.map_err(|error| cannot_run(name, &error))?;
    if output.status.success() {
        return Ok(output);
    }
    let mut text = String::new();
    // The first line says what is wrong; those after it where.
    let first = output.stderr.split(|byte| *byte == b'\n').find(|line| !line.is_empty());
    drop(first.unwrap_or_default().take(500).read_to_string(&mut text));
    Err(if text.is_empty() { format!("{name} ended with {}", output.status) } else { text })
}

fn cannot_run(name: &str, error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return format!("the program {name} is not on PATH: install postgresql-client");
    }
    format!("the program {name} cannot be run ({error})")
}

fn path_option(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = OsStr::new(option).to_owned();
    argument.push(path);
    argument
}
