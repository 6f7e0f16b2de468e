//! How another process tells the server on a data folder whose sockets to cut.
//!
//! An operator's command ends sessions in the store; the sockets that live are in the server's
//! process. So the command leaves a file named after the user or session, and the server looks for
//! such files twice a second. A file outlives a crash of either.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use salala_core::{SessionId, UserId};

use crate::auth::LiveSessions;
use crate::data_dir::DataDir;

/// How often the server looks: a socket is to be cut within a second.
const LOOK_PERIOD: Duration = Duration::from_millis(500);

/// The files of one data folder.
#[derive(Clone, Debug)]
pub struct Revocations {
    folder: PathBuf,
}

/// Whose sockets are to be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Revoked {
    User(UserId),
    Session(SessionId),
}

impl Revocations {
    /// Those of this data folder.
    pub fn of(data_dir: &DataDir) -> Self {
        Self { folder: data_dir.path().join("revoked") }
    }

    /// Cuts what other processes ask for, for as long as it is polled.
    pub async fn obey(self, live_sessions: Arc<dyn LiveSessions>) {
        let mut ticks = tokio::time::interval(LOOK_PERIOD);
        let mut stuck = HashSet::new();
        loop {
            ticks.tick().await;
            self.obey_once(&*live_sessions, &mut stuck);
        }
    }

    /// Reading a folder that is nearly always absent or empty takes microseconds, so it is done on
    /// the runtime's own thread. A file that cannot be deleted (another user's) is obeyed once, and
    /// then remembered as `stuck`: it must not keep its user out for good.
    fn obey_once(&self, live_sessions: &dyn LiveSessions, stuck: &mut HashSet<Revoked>) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let Some(revoked) = entry.file_name().to_str().and_then(Revoked::parse) else {
                continue;
            };
            if stuck.contains(&revoked) {
                continue;
            }
            match revoked {
                Revoked::User(user_id) => live_sessions.cut_user(user_id),
                Revoked::Session(session_id) => live_sessions.cut_session(session_id),
            }
            if let Err(error) = std::fs::remove_file(entry.path()) {
                tracing::warn!(%error, "a request to cut sockets cannot be deleted");
                stuck.insert(revoked);
            }
        }
    }

    fn leave(&self, revoked: Revoked) {
        let path = self.folder.join(revoked.file_name());
        let left = std::fs::create_dir_all(&self.folder).and_then(|()| std::fs::write(path, ""));
        if let Err(error) = left {
            tracing::warn!(%error, "a running server cannot be told to cut sockets: restart it");
        }
    }
}

impl LiveSessions for Revocations {
    fn cut_session(&self, session_id: SessionId) {
        self.leave(Revoked::Session(session_id));
    }

    fn cut_user(&self, user_id: UserId) {
        self.leave(Revoked::User(user_id));
    }
}

impl Revoked {
    fn parse(name: &str) -> Option<Self> {
        match name.split_once('.')? {
            ("user", id) => UserId::parse(id).map(Self::User),
            ("session", id) => SessionId::parse(id).map(Self::Session),
            _ => None,
        }
    }

    fn file_name(self) -> String {
        match self {
            Self::User(id) => format!("user.{id}"),
            Self::Session(id) => format!("session.{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use salala_core::{SystemRandom, Timestamp};

    use super::*;

    #[derive(Default)]
    struct Cut(Mutex<Vec<Revoked>>);

    impl LiveSessions for Cut {
        fn cut_session(&self, session_id: SessionId) {
            self.0.lock().push(Revoked::Session(session_id));
        }

        fn cut_user(&self, user_id: UserId) {
            self.0.lock().push(Revoked::User(user_id));
        }
    }

    #[test]
    fn what_another_process_asks_for_is_done_once() {
        let parent = tempfile::tempdir().unwrap();
        let revocations = Revocations::of(&DataDir::open(parent.path()).unwrap());
        let cut = Cut::default();
        let mut stuck = HashSet::new();
        revocations.obey_once(&cut, &mut stuck);
        let user_id = UserId::generate(Timestamp::from_unix_ms(0), &SystemRandom);
        let session_id = SessionId::generate(Timestamp::from_unix_ms(0), &SystemRandom);
        revocations.cut_user(user_id);
        revocations.obey_once(&cut, &mut stuck);
        revocations.cut_session(session_id);
        revocations.obey_once(&cut, &mut stuck);
        revocations.obey_once(&cut, &mut stuck);
        assert_eq!(*cut.0.lock(), [Revoked::User(user_id), Revoked::Session(session_id)]);
    }
}
