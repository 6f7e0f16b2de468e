//! Who may do what in a conversation: one pure function per question.
//!
//! The store asks these inside its transactions, so that an answer cannot have changed before the
//! act; REST and socket never ask on their own.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// What a member is in a group. In a conversation of two both are `member`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Role {
    /// Made the group or was handed it; the only one who gives roles.
    Owner,
    /// Renames, adds and removes members, deletes messages.
    Admin,
    /// Reads and writes.
    Member,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// The word for it on the wire and in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "owner" => Some(Self::Owner),
            "admin" => Some(Self::Admin),
            "member" => Some(Self::Member),
            _ => None,
        }
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// May a member change the group's name and avatar?
pub fn may_edit_group(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// May a member bring others in?
pub fn may_add_participants(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// May a member put another one out? An admin may not remove the owner or another admin.
pub fn may_remove_participant(role: Role, other: Role) -> bool {
    match role {
        Role::Owner => true,
        Role::Admin => other == Role::Member,
        Role::Member => false,
    }
}

/// May a member give roles?
pub fn may_set_role(role: Role) -> bool {
    role == Role::Owner
}

/// May a member delete a message of somebody else?
pub fn may_delete_others_message(is_group: bool, role: Role) -> bool {
    is_group && matches!(role, Role::Owner | Role::Admin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_removes_members_but_neither_admins_nor_the_owner() {
        assert!(may_remove_participant(Role::Admin, Role::Member));
        assert!(!may_remove_participant(Role::Admin, Role::Admin));
        assert!(!may_remove_participant(Role::Admin, Role::Owner));
        assert!(may_remove_participant(Role::Owner, Role::Admin));
        assert!(!may_remove_participant(Role::Member, Role::Member));
    }

    #[test]
    fn only_the_owner_gives_roles() {
        assert!(may_set_role(Role::Owner));
        assert!(!may_set_role(Role::Admin));
    }

    #[test]
    fn in_a_conversation_of_two_nobody_deletes_the_others_messages() {
        assert!(!may_delete_others_message(false, Role::Owner));
        assert!(may_delete_others_message(true, Role::Admin));
        assert!(!may_delete_others_message(true, Role::Member));
    }
}
