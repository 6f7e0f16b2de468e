//! In which order an erased account's traces go, and how many at a time.

/// Conversations of one step, and members of them who are looked at for what the others are told.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) conversations: usize,
    pub(crate) members: usize,
}

/// Of a step.
pub(crate) const CONVERSATIONS_AT_ONCE: Bound = Bound { conversations: 32, members: 2_000 };
/// The same for the first step, which is made together with the erasing itself.
pub(crate) const CONVERSATIONS_AT_FIRST: Bound = Bound { conversations: 256, members: 20_000 };
/// Read marks of one step.
pub(crate) const READS_AT_ONCE: usize = 1_000;

/// What is done, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Asked,
    Conversations,
    Messages,
    Reactions,
    Reads,
}

impl Stage {
    /// As the column holds it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Conversations => "conversations",
            Self::Messages => "messages",
            Self::Reactions => "reactions",
            Self::Reads => "reads",
        }
    }

    /// From the column.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Asked, Self::Conversations, Self::Messages, Self::Reactions, Self::Reads]
            .into_iter()
            .find(|stage| stage.as_str() == word)
    }

    /// What comes after it.
    pub(crate) fn next(self) -> Option<Self> {
        match self {
            Self::Asked => Some(Self::Conversations),
            Self::Conversations => Some(Self::Messages),
            Self::Messages => Some(Self::Reactions),
            Self::Reactions => Some(Self::Reads),
            Self::Reads => None,
        }
    }
}
