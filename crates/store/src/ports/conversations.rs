//! The port for conversations and their members.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::permissions::Role;
use salala_core::records::{Membership, OwnConversation};
use salala_core::wire::fields::Change;

use crate::Pending;

/// Who may be drawn into a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contacts {
    /// Anybody.
    Everyone,
    /// Only friends of the one who draws them in.
    Friends,
}

/// A place in a user's list of conversations, which is sorted by activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConversationCursor {
    /// `updated_at` of the last row given.
    pub updated_at: Timestamp,
    /// That row.
    pub id: ConversationId,
}

/// Changes to a conversation: `name` and `avatar` are the group's, the rest the member's own.
#[derive(Clone, Debug, Default)]
pub struct ConversationChanges {
    /// A group's new name.
    pub name: Option<String>,
    /// A group's new picture.
    pub avatar: Change<String>,
    /// No push before this moment.
    pub muted_until: Change<Timestamp>,
    /// When pinned.
    pub pinned_at: Change<Timestamp>,
    /// When put away.
    pub archived_at: Change<Timestamp>,
    /// To be shown as unread.
    pub marked_unread: Option<bool>,
}

/// Conversations and their members.
///
/// Whatever changes what members see leaves
/// [`crate::log::Event::ConversationUpdated`] for the conversation, and each user who is brought into
/// a group by somebody else a [`crate::log::Event::GroupJoined`], after it.
///
/// For a user who is no member every method gives `Forbidden`; for a conversation that does not
/// exist, `NotFound`.
pub trait Conversations {
    /// A page of a user's conversations, newest activity first.
    fn conversations(
        &self,
        user_id: UserId,
        after: Option<ConversationCursor>,
        limit: usize,
    ) -> Pending<Vec<OwnConversation>>;

    /// One conversation.
    fn conversation(&self, user_id: UserId, id: ConversationId) -> Pending<OwnConversation>;

    /// What is a member's own in a conversation, with the conversation's `last_seq`.
    fn membership(&self, user_id: UserId, id: ConversationId) -> Pending<(Membership, u64)>;

    /// The conversation of two, made with `id` if there is none yet; and whether it was made. One per
    /// pair, however many ask at once.
    ///
    /// # Errors
    /// `NotFound` without such a user, `Forbidden` for oneself, and where `contacts` forbids making
    /// one (one that is there is given all the same).
    fn open_direct(
        &self,
        id: ConversationId,
        user_id: UserId,
        other_id: UserId,
        contacts: Contacts,
        now: Timestamp,
    ) -> Pending<(OwnConversation, bool)>;

    /// Makes a group that `owner_id` owns. Who is named twice, or is the owner, is in it once.
    ///
    /// # Errors
    /// `Invalid` on `participantIds` for users who do not exist, `Forbidden` where `contacts` forbids
    /// one of them, [`crate::Conflict::GroupFull`].
    fn create_group(&self, group: NewGroup, contacts: Contacts) -> Pending<OwnConversation>;

    /// Changes a conversation. Name and avatar need a group and a role that may.
    fn update_conversation(
        &self,
        user_id: UserId,
        id: ConversationId,
        changes: ConversationChanges,
        now: Timestamp,
    ) -> Pending<OwnConversation>;

    /// Brings users into a group; who is in it already is passed over. They see what comes from now
    /// on.
    ///
    /// # Errors
    /// As [`Self::create_group`], on `userIds`; `Forbidden` for a role that may not.
    fn add_participants(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_ids: Vec<UserId>,
        contacts: Contacts,
        now: Timestamp,
    ) -> Pending<OwnConversation>;

    /// Puts a member out of a group, or lets oneself leave. An owner who leaves hands over to the
    /// admin who came first, else to the member who came first.
    ///
    /// # Errors
    /// `NotFound` if `user_id` is no member, `Forbidden` for a role that may not.
    fn remove_participant(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_id: UserId,
        now: Timestamp,
    ) -> Pending<()>;

    /// Gives a role. Giving `Owner` hands the group over: the giver is an admin then. The owner's own
    /// role changes in no other way (`Forbidden`).
    fn set_role(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_id: UserId,
        role: Role,
        now: Timestamp,
    ) -> Pending<OwnConversation>;
}

/// A group to be made.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// The id that it gets.
    pub id: ConversationId,
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner_id: UserId,
    /// The others.
    pub participant_ids: Vec<UserId>,
    /// When.
    pub created_at: Timestamp,
}
