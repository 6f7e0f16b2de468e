//! The bounds that clients meet, each with its unit; those that an operator may change are defaults.

/// Characters in a message's content, by default.
pub const CONTENT_MAX_CHARS: usize = 4_000;
/// Characters in a `fileUrl`.
pub const FILE_URL_MAX_CHARS: usize = 2_048;
/// Characters in a `clientMessageId`.
pub const CLIENT_MESSAGE_ID_MAX_CHARS: usize = 64;
/// Ids in one `markMessagesAsRead`, and in one `messagesRead`.
pub const READ_IDS_MAX: usize = 1_000;
/// Members of one group.
pub const PARTICIPANTS_MAX: usize = 10_000;
/// Characters in a group's name.
pub const NAME_MAX_CHARS: usize = 100;
/// Characters in a display name.
pub const DISPLAY_NAME_MAX_CHARS: usize = 80;
/// Characters in a user's text about themselves.
pub const BIO_MAX_CHARS: usize = 500;
/// Characters in an e-mail address (RFC 5321, section 4.5.3.1.3).
pub const EMAIL_MAX_CHARS: usize = 254;
/// Characters in a phone number.
pub const PHONE_NUMBER_MAX_CHARS: usize = 32;
/// Least and most characters of a user name.
pub const USERNAME_CHARS: (usize, usize) = (2, 40);
/// Least and most characters of a password.
pub const PASSWORD_CHARS: (usize, usize) = (8, 256);
/// Characters in a reaction's emoji, joiners and variation selectors included.
pub const EMOJI_MAX_CHARS: usize = 16;
/// Different emoji of one user on one message.
pub const REACTIONS_PER_USER_MAX: usize = 20;
/// Members that one message can mention; further names stay plain text.
pub const MENTIONS_MAX: usize = 50;
/// Users that one may block.
pub const BLOCKS_MAX: usize = 10_000;
/// Characters of a search for messages.
pub const SEARCH_MAX_CHARS: usize = 200;
/// Words of a search for messages.
pub const SEARCH_WORDS_MAX: usize = 16;
/// Characters that the beginning of a word has at least in a search for messages.
pub const SEARCH_BEGINNING_MIN_CHARS: usize = 3;
/// Events that a client is given after an absence; who missed more begins anew.
pub const MISSED_EVENTS_MAX: usize = 10_000;
/// Conversations that one socket views again after an absence.
pub const VIEWS_MAX: usize = 100;
/// Messages in one answer to `sync`, at most and when the client does not say.
pub const SYNC_MESSAGES: (usize, usize) = (1_000, 200);
/// Conversations that one `sync` may name.
pub const SYNC_CONVERSATIONS_MAX: usize = 10_000;
/// Conversations in one answer to `sync` that it did not name.
pub const SYNC_ADDED_MAX: usize = 100;
/// Bytes of an offer or an answer of a call, as JSON.
pub const CALL_DESCRIPTION_MAX_BYTES: usize = 64 << 10;
/// Bytes of an ICE candidate of a call, as JSON.
pub const CALL_CANDIDATE_MAX_BYTES: usize = 8 << 10;
/// ICE candidates of each side that a call keeps for a device that comes back; the oldest go.
pub const CALL_CANDIDATES_KEPT: usize = 64;
/// Calls that one user may have under way as their caller.
pub const CALLS_MADE_MAX: usize = 20;
/// Devices of one user that are pushed to; the one that registered longest ago makes room.
pub const DEVICES_MAX: usize = 20;
/// Bytes of a registration token, and of a push service's URL.
pub const PUSH_ADDRESS_MAX_BYTES: usize = 2_048;
/// Most rows on a page of a list.
pub const PAGE_MAX: usize = 100;
/// Rows on a page when the client does not say.
pub const PAGE_DEFAULT: usize = 50;
