//! The ways in which a request to the store can fail.

use salala_core::ids::{CallId, UserId};

/// Why a request to the store did nothing. No variant leaves anything half-written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// What the request names is not there, or not for this user to know of.
    #[error("{0} does not exist")]
    NotFound(&'static str),
    /// The user may not do this; the text is a whole clause for people.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The request contradicts what is there.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A field of the request does not fit what is there: its wire name, and what is wrong.
    #[error("{field} {message}")]
    Invalid {
        /// The field's name on the wire.
        field: &'static str,
        /// What is wrong, such as `must be in the same conversation`.
        message: &'static str,
    },
    /// The queue to the writer is full: nothing was stored, the same request may be sent again.
    #[error("the store is busy")]
    Busy,
    /// The storage is away: nothing was stored, the same request may be sent again.
    #[error("the storage is away: {0}")]
    Unavailable(String),
    /// The storage answered what it never should: a defect, or damage.
    #[error("the storage is inconsistent: {0}")]
    Corrupt(String),
}

/// A request that contradicts what is there; decided by the database's constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Somebody has this user name.
    #[error("this user name is taken")]
    UsernameTaken,
    /// Somebody has this e-mail address.
    #[error("this e-mail address is taken")]
    EmailTaken,
    /// A friend request between the two waits already.
    #[error("a friend request between you two is waiting already")]
    RequestPending,
    /// The two are friends already.
    #[error("you two are friends already")]
    AlreadyFriends,
    /// The friend request was answered or taken back before.
    #[error("this friend request is closed")]
    RequestClosed,
    /// The group is as large as groups may be.
    #[error("the group is full")]
    GroupFull,
    /// The user has as many reactions on this message as one may have.
    #[error("you have too many reactions on this message")]
    TooManyReactions,
    /// The user has blocked as many as one may.
    #[error("you have blocked as many users as one may")]
    TooManyBlocks,
    /// The two have a call under way.
    #[error("a call between you two is under way already")]
    CallUnderWay(CallId),
    /// The call is on another device of the user.
    #[error("this call is on another of your devices")]
    CallElsewhere,
    /// The call still rings.
    #[error("the call was not answered yet")]
    CallNotAnswered,
    /// The user calls as many at once as one may.
    #[error("you are calling as many users as one may")]
    TooManyCalls,
    /// The message was deleted.
    #[error("the message was deleted")]
    MessageDeleted,
    /// The user's files would hold more together than they may.
    #[error("your files hold as much as they may together: delete some first")]
    QuotaReached,
    /// A message has the upload.
    #[error("this file was sent: delete the message")]
    UploadSent,
}

/// One user cannot be both sides of a relation.
pub(crate) fn refuse_self(one: UserId, other: UserId) -> Result<(), StoreError> {
    if one == other {
        return Err(StoreError::Forbidden("you cannot do this with yourself"));
    }
    Ok(())
}

/// The refusal of one who is no member.
pub(crate) fn stranger() -> StoreError {
    StoreError::Forbidden("you are not a member of this conversation")
}

/// The refusal of what is there and not for this user to see.
pub(crate) fn hidden() -> StoreError {
    StoreError::Forbidden("this message is not for you to see")
}

/// The refusal where a user is named who is none.
pub(crate) fn no_user() -> StoreError {
    StoreError::NotFound("this user")
}

/// The refusal of what is written to one whose account was erased.
pub(crate) fn left() -> StoreError {
    StoreError::Forbidden("the other's account was deleted")
}

/// The same words to both: who made the block is not told.
pub(crate) fn blocked() -> StoreError {
    StoreError::Forbidden("one of you two has blocked the other")
}

/// The same words whether there is no such call or it is somebody else's.
pub(crate) fn no_call() -> StoreError {
    StoreError::Forbidden("there is no such call under way between you two")
}

/// Says of whom it is that the conversation has no such member.
pub(crate) fn callee_is_no_member(error: StoreError) -> StoreError {
    if matches!(error, StoreError::Forbidden(_)) {
        return StoreError::Forbidden("whom you call is not a member of this conversation");
    }
    error
}

/// Why nothing of a batch was stored, whichever way it failed.
pub(crate) fn into_unavailable(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(cause) | StoreError::Corrupt(cause) => {
            StoreError::Unavailable(cause)
        }
        StoreError::NotFound(_)
        | StoreError::Forbidden(_)
        | StoreError::Conflict(_)
        | StoreError::Invalid { .. }
        | StoreError::Busy => StoreError::Unavailable(error.to_string()),
    }
}

/// The same words whether there is no such friend request or it is somebody else's.
pub(crate) fn no_request() -> StoreError {
    StoreError::NotFound("this friend request")
}

/// The same words whether there is no such upload or it is not for this user.
pub(crate) fn no_upload() -> StoreError {
    StoreError::NotFound("this file")
}

/// The refusal of a message with a file that is not the sender's to send.
pub(crate) fn no_file() -> StoreError {
    StoreError::Invalid { field: "fileUrl", message: "must be a file that you may read" }
}
