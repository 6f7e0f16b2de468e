/** The shapes of the wire contract: exactly these fields, each of its kind. */

import assert from 'node:assert/strict';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ID = /^[\w-]+$/;

const id = (value) => typeof value === 'string' && ID.test(value);
const text = (value) => typeof value === 'string';
const time = (value) => typeof value === 'string' && TIME.test(value);
const count = (value) => Number.isInteger(value) && value >= 0;
const flag = (value) => typeof value === 'boolean';
const nothing = (value) => value === null;
const orNull = (kind) => (value) => value === null || kind(value);
const oneOf =
  (...words) =>
  (value) =>
    words.includes(value);
const list = (kind) => (value) => Array.isArray(value) && value.every((item) => kind(item));
const shape = (fields) => (value) => {
  fits(value, fields);
  return true;
};

/** What is known of a file; what does not apply to its kind is left out. */
const file = (value) => {
  const fields = { name: text, mimeType: text, size: count };
  const others = {
    width: count,
    height: count,
    durationMs: count,
    thumbnailUrl: text,
    blurhash: text,
    peaks: list((peak) => peak >= 0 && peak <= 1),
  };
  const known = Object.entries(others).filter(([name]) => name in value);
  return shape({ ...fields, ...Object.fromEntries(known) })(value);
};

const status = oneOf('online', 'offline');
const role = oneOf('owner', 'admin', 'member');

const summary = { id, username: text, displayName: orNull(text), avatar: orNull(text) };
export const UserSummary = { ...summary, status, lastSeenAt: orNull(time) };
export const User = { ...UserSummary, bio: orNull(text), createdAt: time };
export const Me = {
  ...User,
  email: text,
  phoneNumber: orNull(text),
  dateOfBirth: orNull(text),
};
export const SignedIn = {
  accessToken: text,
  refreshToken: text,
  expiresIn: count,
  user: shape(Me),
};
export const Session = {
  id,
  userAgent: orNull(text),
  ip: orNull(text),
  createdAt: time,
  lastUsedAt: time,
  expiresAt: time,
  current: flag,
};
export const Reaction = {
  id,
  messageId: id,
  conversationId: id,
  userId: id,
  emoji: text,
  createdAt: time,
};
export const ReactionRemoved = { messageId: id, conversationId: id, userId: id, emoji: text };
export const ReplyTo = {
  id,
  senderId: id,
  content: orNull(text),
  fileUrl: orNull(text),
  sender: shape({ username: text }),
};
export const Message = {
  id,
  conversationId: id,
  seq: count,
  senderId: id,
  sender: shape(summary),
  content: orNull(text),
  fileUrl: orNull(text),
  file: orNull(file),
  replyToId: orNull(id),
  replyTo: orNull(shape(ReplyTo)),
  reactions: list(shape(Reaction)),
  mentions: list(id),
  clientMessageId: orNull(text),
  createdAt: time,
  editedAt: orNull(time),
  deletedAt: orNull(time),
};
export const HistoryMessage = { ...Message, reads: list(shape({ userId: id, readAt: time })) };
export const SharedConversation = {
  id,
  name: orNull(text),
  isGroup: flag,
  avatar: orNull(text),
  participantIds: list(id),
  participants: list(shape({ ...UserSummary, role })),
  lastMessageId: orNull(id),
  lastMessage: orNull(shape(Message)),
  lastSeq: count,
  createdAt: time,
  updatedAt: time,
};
export const Conversation = {
  ...SharedConversation,
  lastReadSeq: count,
  unreadCount: count,
  role,
  mutedUntil: orNull(time),
  pinnedAt: orNull(time),
  archivedAt: orNull(time),
  markedUnread: flag,
};
export const FriendRequest = {
  id,
  senderId: id,
  receiverId: id,
  status: oneOf('PENDING', 'ACCEPTED', 'REJECTED', 'CANCELLED'),
  createdAt: time,
};
export const FriendRequestWithSender = { ...FriendRequest, sender: shape(UserSummary) };
export const MessagesRead = {
  messageIds: list(id),
  userId: id,
  readAt: time,
  conversationId: id,
  lastReadSeq: count,
};
export const StatusChange = { userId: id, status, lastSeenAt: orNull(time) };
export const TypingUser = { userId: id, conversationId: id };
export const NewGroup = { groupId: id, groupName: text, message: text };
const iceServer = (value) => Array.isArray(value.urls) && value.urls.every(text);
export const CallIncoming = {
  callId: id,
  callerId: id,
  callerName: text,
  callerAvatar: orNull(text),
  conversationId: id,
  hasVideo: flag,
  iceServers: list(iceServer),
  expiresAt: time,
};
export const CallStarted = {
  success: flag,
  callId: id,
  iceServers: list(iceServer),
  calleeOnline: flag,
};
export const CallOver = { from: id, callId: id, reason: text };
export const Call = {
  id,
  conversationId: id,
  callerId: id,
  calleeId: id,
  peer: shape(UserSummary),
  direction: oneOf('outgoing', 'incoming'),
  hasVideo: flag,
  state: oneOf('ringing', 'accepted', 'rejected', 'cancelled', 'missed', 'failed', 'ended'),
  missed: flag,
  reason: orNull(oneOf('rejected', 'cancelled', 'missed', 'connection_lost', 'ended')),
  createdAt: time,
  answeredAt: orNull(time),
  endedAt: orNull(time),
  durationMs: orNull(count),
};
export const MessageHit = { ...Message, snippet: text, highlights: Array.isArray };
export const List = (fields) => ({ data: list(shape(fields)) });
export const Page = (fields) => ({ data: list(shape(fields)), nextCursor: orNull(text) });
export const HistoryPage = { ...Page(HistoryMessage), prevCursor: orNull(text) };
const member = {
  joinedSeq: count,
  lastReadSeq: count,
  role,
  mutedUntil: orNull(time),
  pinnedAt: orNull(time),
  archivedAt: orNull(time),
  markedUnread: flag,
};
/** The document of an export. */
export const Export = {
  exportedAt: time,
  profile: shape(Me),
  settings: shape({ quietHours: nothing, locale: nothing }),
  devices: list(shape({ id, kind: text })),
  sessions: list(shape(Session)),
  friends: list(shape(summary)),
  sentFriendRequests: list(shape(FriendRequest)),
  receivedFriendRequests: list(shape(FriendRequest)),
  blocks: list(shape({ ...summary, createdAt: time })),
  conversations: list(
    shape({ id, name: orNull(text), isGroup: flag, other: orNull(shape(summary)), ...member }),
  ),
  pastMemberships: list(shape({ conversationId: id, joinedSeq: count, leftSeq: count })),
  messages: list(
    shape({
      id,
      conversationId: id,
      seq: count,
      content: orNull(text),
      fileUrl: orNull(text),
      replyToId: orNull(id),
      mentions: list(id),
      clientMessageId: orNull(text),
      createdAt: time,
      editedAt: orNull(time),
      deletedAt: orNull(time),
    }),
  ),
  reactions: list(shape(Reaction)),
  reads: list(shape({ conversationId: id, firstSeq: count, lastSeq: count, readAt: time })),
  calls: list(shape(Call)),
  files: list(shape({ id, fileUrl: text, file, createdAt: time })),
};

/** Asserts that a value has exactly these fields, each of its kind. */
export function fits(value, fields) {
  assert.equal(typeof value, 'object', `no object: ${value}`);
  assert.notEqual(value, null);
  assert.deepEqual(Object.keys(value).sort(), Object.keys(fields).sort());
  for (const [name, kind] of Object.entries(fields)) {
    assert.ok(kind(value[name]), `${name} is ${JSON.stringify(value[name])}`);
  }
}

/** Asserts that an answer is a problem (RFC 9457) with this status and code. */
export function isProblem(answer, status, code) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  assert.equal(answer.body.code, code, JSON.stringify(answer.body));
  assert.equal(answer.body.status, status);
  for (const field of ['type', 'title', 'detail']) {
    assert.equal(typeof answer.body[field], 'string', field);
  }
}
