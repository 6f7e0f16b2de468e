//! What is measured: each case says whom it needs and makes figures of one run.
//!
//! - [`idle`]: what a connection costs that does nothing
//! - [`talk`]: what messages cost, in pairs or in one group
//! - `talker`: one client that talks and listens
//! - `tally`: what the clients of a talk have seen

pub mod idle;
pub mod talk;
mod talker;
mod tally;

use crate::error::BenchError;
use crate::people::{Gathering, People};
use crate::report::Figure;
use crate::target::Target;

pub use self::idle::Idle;
pub use self::talk::{Pace, Talk};

/// A case with its settings.
#[derive(Clone, Debug)]
pub enum Case {
    /// Connections that do nothing.
    Idle(Idle),
    /// Clients that talk.
    Talk(Talk),
}

impl Case {
    /// Whom it needs.
    pub fn gathering(&self) -> Gathering {
        match self {
            Self::Idle(idle) => idle.gathering,
            Self::Talk(talk) => talk.gathering,
        }
    }

    /// How many connections it holds at once.
    pub fn connections(&self) -> usize {
        match self {
            Self::Idle(idle) => idle.connections,
            Self::Talk(talk) => talk.connections(),
        }
    }

    /// Its settings in words.
    pub fn setup(&self) -> String {
        match self {
            Self::Idle(idle) => idle.setup(),
            Self::Talk(talk) => talk.setup(),
        }
    }

    /// Measures once. Every run of a case gives the same figures in the same order.
    pub async fn run(&self, target: Target, people: &People) -> Result<Vec<Figure>, BenchError> {
        match self {
            Self::Idle(idle) => idle.run(target, people).await,
            Self::Talk(talk) => talk.run(target, people).await,
        }
    }
}
