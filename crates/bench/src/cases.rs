//! What is measured: each case says whom it needs and makes figures of one run.
//!
//! - [`idle`]: what a connection costs that does nothing
//! - [`storm`]: what it takes until all are back after a server was killed
//! - [`talk`]: what messages cost, in pairs or in one group
//! - [`upload`]: what a large file costs
//! - [`push`]: what pushes cost
//! - `talker`: one client that talks and listens
//! - `tally`: what the clients of a talk have seen

pub mod idle;
pub mod push;
pub mod storm;
pub mod talk;
mod talker;
mod tally;
pub mod upload;

use crate::error::BenchError;
use crate::people::{Gathering, People};
use crate::report::Figure;
use crate::stage::Measured;

pub use self::idle::Idle;
pub use self::push::Push;
pub use self::storm::Storm;
pub use self::talk::{Pace, Talk};
pub use self::upload::Upload;

/// A case with its settings.
#[derive(Clone, Debug)]
pub enum Case {
    /// Connections that do nothing.
    Idle(Idle),
    /// Clients that come back.
    Storm(Storm),
    /// Clients that talk.
    Talk(Talk),
    /// A large file.
    Upload(Upload),
    /// Users who are not there.
    Push(Push),
}

impl Case {
    /// Whom it needs.
    pub fn gathering(&self) -> Gathering {
        match self {
            Self::Idle(idle) => idle.gathering,
            Self::Storm(storm) => storm.gathering(),
            Self::Talk(talk) => talk.gathering,
            Self::Upload(_) => Upload::gathering(),
            Self::Push(push) => push.gathering(),
        }
    }

    /// How many connections it holds at once.
    pub fn connections(&self) -> usize {
        match self {
            Self::Idle(idle) => idle.connections,
            Self::Storm(storm) => storm.connections,
            Self::Talk(talk) => talk.connections(),
            Self::Upload(_) => 1,
            Self::Push(_) => 0,
        }
    }

    /// Its settings in words.
    pub fn setup(&self) -> String {
        match self {
            Self::Idle(idle) => idle.setup(),
            Self::Storm(storm) => storm.setup(),
            Self::Talk(talk) => talk.setup(),
            Self::Upload(upload) => upload.setup(),
            Self::Push(push) => push.setup(),
        }
    }

    /// Measures once. Every run of a case gives the same figures in the same order.
    ///
    /// # Errors
    /// If the figures would not count; for a case that kills its server, if that was not started here.
    pub async fn run(
        &self,
        measured: &mut Measured,
        people: &People,
    ) -> Result<Vec<Figure>, BenchError> {
        match (self, measured) {
            (Self::Idle(idle), measured) => idle.run(&measured.targets(), people).await,
            (Self::Talk(talk), measured) => talk.run(&measured.targets(), people).await,
            (Self::Upload(upload), measured) => upload.run(&measured.targets(), people).await,
            (Self::Push(push), measured) => push.run(&measured.targets(), people).await,
            (Self::Storm(storm), Measured::Started(server)) => storm.run(server, people).await,
            (Self::Storm(_), Measured::Running(_)) => Err(BenchError::Usage(
                "a storm kills its server: name a program by --server, not a --url".to_owned(),
            )),
        }
    }
}
