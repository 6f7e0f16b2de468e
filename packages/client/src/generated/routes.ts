/** The routes of the HTTP API. */

import { type operations } from './wire.js';

/** Before each path. */
export const API_PREFIX = '/api/v1';

/** Each route under its method and path. */
export type Operations = {
  /** Signs in, with an e-mail address or a user name. */
  'POST /auth/login': operations['login'];
  /** Ends the session. */
  'POST /auth/logout': operations['logout'];
  /** The user who asks. */
  'GET /auth/me': operations['getMe'];
  /** Changes the password and ends the other sessions. */
  'POST /auth/password': operations['changePassword'];
  /** Gives new tokens for a refresh token, in the body or the cookie. Each works once: a second use ends its session. */
  'POST /auth/refresh': operations['refresh'];
  /** Makes an account and signs in. */
  'POST /auth/register': operations['register'];
  /** The user's sessions. */
  'GET /auth/sessions': operations['listSessions'];
  /** Ends one of the user's sessions. */
  'DELETE /auth/sessions/{id}': operations['revokeSession'];
  /** Whom the user has blocked. */
  'GET /blocks': operations['listBlocks'];
  /** Ends a block; without one nothing changes. */
  'DELETE /blocks/{userId}': operations['unblock'];
  /** Blocks somebody; a repeat changes nothing. */
  'PUT /blocks/{userId}': operations['block'];
  /** The user's calls, newest first. */
  'GET /calls': operations['listCalls'];
  /** What helps two browsers to find each other. */
  'GET /calls/ice-servers': operations['getIceServers'];
  /** The user's conversations, newest activity first. */
  'GET /conversations': operations['listConversations'];
  /** The conversation with somebody, made if there is none. */
  'POST /conversations/direct': operations['openDirect'];
  /** Makes a group. */
  'POST /conversations/groups': operations['createGroup'];
  /** One conversation. */
  'GET /conversations/{id}': operations['getConversation'];
  /** Changes the group, for all, or what is the member's own. */
  'PATCH /conversations/{id}': operations['updateConversation'];
  /** Messages with files, newest first. */
  'GET /conversations/{id}/media': operations['listMedia'];
  /** A page of history, newest first. `before`, `after` and `around` are places in the conversation (`seq`), of which one may be given. */
  'GET /conversations/{id}/messages': operations['listMessages'];
  /** Sends a message; a repeat with the same `clientMessageId` is answered with the first. */
  'POST /conversations/{id}/messages': operations['sendMessage'];
  /** Brings people into a group. */
  'POST /conversations/{id}/participants': operations['addParticipants'];
  /** Puts somebody out of a group; oneself may always leave, and an owner who leaves hands over. */
  'DELETE /conversations/{id}/participants/{userId}': operations['removeParticipant'];
  /** Gives a role, by the owner. */
  'PATCH /conversations/{id}/participants/{userId}': operations['setRole'];
  /** Marks everything up to a place as read. */
  'POST /conversations/{id}/read': operations['readTo'];
  /** Lets a device be pushed to, until its session ends. One that is there keeps its id; one of somebody else moves. */
  'POST /devices': operations['registerDevice'];
  /** Lets a device be pushed to no more. */
  'DELETE /devices/{id}': operations['removeDevice'];
  /** Everything that is held about the user, as one document. */
  'GET /export/me': operations['exportMe'];
  /** The requests that the user received and that wait. */
  'GET /friend-requests': operations['listFriendRequests'];
  /** Asks somebody to be friends; refused while a request waits in either direction, and between friends. */
  'POST /friend-requests': operations['createFriendRequest'];
  /** Takes a request back, by its sender. */
  'DELETE /friend-requests/{id}': operations['cancelFriendRequest'];
  /** Makes friends of the two, and gives their conversation. */
  'POST /friend-requests/{id}/accept': operations['acceptFriendRequest'];
  /** Says no to a request. */
  'POST /friend-requests/{id}/reject': operations['rejectFriendRequest'];
  /** The user's friends. */
  'GET /friends': operations['listFriends'];
  /** Ends a friendship. */
  'DELETE /friends/{userId}': operations['removeFriend'];
  /** Empties a message, by its author or an admin of the group. */
  'DELETE /messages/{id}': operations['deleteMessage'];
  /** One message. */
  'GET /messages/{id}': operations['getMessage'];
  /** Changes a message's text, by its author. */
  'PATCH /messages/{id}': operations['editMessage'];
  /** Takes a reaction back. */
  'DELETE /messages/{id}/reactions/{emoji}': operations['removeReaction'];
  /** Reacts with an emoji; a repeat changes nothing. */
  'PUT /messages/{id}/reactions/{emoji}': operations['addReaction'];
  /** What became of pushes to the user, and why, newest first: of the last seven days. */
  'GET /push/log': operations['listPushes'];
  /** The key that browsers subscribe with. */
  'GET /push/vapid-key': operations['getVapidKey'];
  /** Finds messages by their words, newest first, in what the user may see. */
  'GET /search/messages': operations['searchMessages'];
  /** Takes a file, to be sent as a message's `fileUrl` within a day. What it is follows from its bytes; pictures are made anew, without where and by what they were taken. */
  'POST /uploads': operations['upload'];
  /** Takes back a file that was not sent. */
  'DELETE /uploads/{id}': operations['discardUpload'];
  /** A file, for its user and whoever sees a message with it, or by a URL that opens it for a while, as every `fileUrl` of this server does. */
  'GET /uploads/{id}': operations['getFile'];
  /** A new URL that opens a file for a while. */
  'GET /uploads/{id}/link': operations['getFileLink'];
  /** The smaller picture of a file. */
  'GET /uploads/{id}/thumbnail': operations['getThumbnail'];
  /** Erases the account and all that its user wrote; there is no way back. */
  'DELETE /users/me': operations['eraseMe'];
  /** Changes what is shown of the user; `null` unsets. */
  'PATCH /users/me': operations['updateMe'];
  /** What the user has set. */
  'GET /users/me/settings': operations['getSettings'];
  /** Changes that; `null` unsets. */
  'PATCH /users/me/settings': operations['updateSettings'];
  /** Finds people. */
  'GET /users/search': operations['searchUsers'];
  /** One user. */
  'GET /users/{id}': operations['getUser'];
};
