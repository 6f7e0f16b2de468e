/** The events of the socket, both ways. */

import {
  type CallAnswer,
  type CallIceCandidate,
  type CallIncoming,
  type CallInitiate,
  type CallOffer,
  type CallOver,
  type CallRef,
  type CallStarted,
  type ConversationRef,
  type Counted,
  type Exception,
  type FriendRequest,
  type FriendRequestWithSender,
  type JoinedRoom,
  type LeftRoom,
  type MarkMessagesAsRead,
  type Message,
  type MessagesRead,
  type NewGroup,
  type Reaction,
  type ReactionRemoved,
  type SendAnswer,
  type SendIceCandidate,
  type SendMessage,
  type SendOffer,
  type SharedConversation,
  type Success,
  type Sync,
  type Synced,
  type TypingUser,
  type UserStatusChanged,
} from './wire.js';

/** What a client sends: the payload of each event, and what its ack says when it was done. */
export type ClientEvents = {
  /** Accepts what was offered; the callee's first one answers the call. */
  'call:answer': { payload: SendAnswer; ack: Success };
  /** The caller takes the call back while it rings. */
  'call:cancel': { payload: CallRef; ack: Success };
  /** A party hangs up. */
  'call:end': { payload: CallRef; ack: Success };
  /** Names a way to reach the sender; `null` says that there are no more. */
  'call:ice-candidate': { payload: SendIceCandidate; ack: Success };
  /** Calls somebody. While the two have a call, the caller's own repeat is acked with it, and who calls the other way round is refused with `conflict` and its `callId`. */
  'call:initiate': { payload: CallInitiate; ack: CallStarted };
  /** Offers a connection to the other party of a call. */
  'call:offer': { payload: SendOffer; ack: Success };
  /** The callee does not want the call. */
  'call:reject': { payload: CallRef; ack: Success };
  /** The socket views a conversation: it hears typing and all read marks there. Emits `joinedRoom` to the caller. */
  joinRoom: { payload: ConversationRef; ack: JoinedRoom };
  /** The socket no longer views a conversation. */
  leaveRoom: { payload: ConversationRef; ack: LeftRoom };
  /** The user has read messages. If one of them is unknown or not theirs to see, none is marked. */
  markMessagesAsRead: { payload: MarkMessagesAsRead; ack: Counted };
  /** Stores a message, which then goes to every device of every member. The ack comes once it is on disk; a repeat with the same `clientMessageId` is acked with the first message and emits nothing. */
  sendMessage: { payload: SendMessage; ack: Message };
  /** The user stopped writing. */
  stopTyping: { payload: ConversationRef; ack: Success };
  /** What a client lacks that keeps messages of its own. Asked again for what is not `complete`, and naming what was `added`, until nothing is left. */
  sync: { payload: Sync; ack: Synced };
  /** The user is writing. */
  typing: { payload: ConversationRef; ack: Success };
};

/** What the server sends: the payload of each event. */
export type ServerEvents = {
  /** The other party accepts what was offered. Told as an offer is. */
  'call:answer': CallAnswer;
  /** The call was taken back, or a party was lost, while it rang. Told to the devices of both, but the one that did it. */
  'call:cancelled': CallOver;
  /** The other party hung up; `call:ended` comes as well. */
  'call:end': CallOver;
  /** The call is over. Told to the devices of both, but the one that did it; to the callee's other devices when one has answered. */
  'call:ended': CallOver;
  /** The other party names a way to reach it. Told as an offer is. */
  'call:ice-candidate': CallIceCandidate;
  /** Somebody calls. Told to the callee's devices, before anything else of the call. */
  'call:incoming': CallIncoming;
  /** The other party offers a connection. Told to all devices of the callee while it rings, then to the one that answered; of the caller, to the one that calls. */
  'call:offer': CallOffer;
  /** The callee did not want the call. Told to the devices of both, but the one that did it. */
  'call:rejected': CallOver;
  /** A conversation was made, or its name, avatar, members or roles changed. Told to every device of every member, and of who was just removed. */
  conversationUpdated: SharedConversation;
  /** The offset alone, so that the socket's recovery stays within the retention. Told to a socket that was sent no other event for long. */
  cursor: string;
  /** An event was refused, and nothing was done. Told to its sender. */
  exception: Exception;
  /** A friend request was answered or taken back. Told to both sides' devices. */
  friendRequestUpdated: FriendRequest;
  /** The socket views this conversation now. Told to the caller of `joinRoom`. */
  joinedRoom: string;
  /** A message was emptied: `content` and `fileUrl` are `null`, `deletedAt` is set. Told to every device of the members who may see it. */
  messageDeleted: Message;
  /** Somebody reacted. Told to every device of the members who may see the message. */
  'message:reaction:add': Reaction;
  /** Somebody took a reaction back. Told to every device of the members who may see the message. */
  'message:reaction:remove': ReactionRemoved;
  /** A message's text was changed. Told to every device of the members who may see it. */
  messageUpdated: Message;
  /** Somebody read messages. Told to the sockets that view the conversation, to the reader's devices and to those of the messages' senders. */
  messagesRead: MessagesRead;
  /** Somebody wants to be a friend. Told to the receiver's devices. */
  newFriendRequest: FriendRequestWithSender;
  /** A message was stored. Told to every device of every member, the sender's too. */
  newMessage: Message;
  /** Somebody's first device came, or their last one is gone. Told to their contacts. */
  userStatusChanged: UserStatusChanged;
  /** Somebody stopped writing; comes by itself 6 s after the last sign of writing. Told to the sockets that view the conversation. */
  userStopTyping: TypingUser;
  /** Somebody is writing. Told to the sockets that view the conversation, but the one that is writing. */
  userTyping: TypingUser;
  /** The user was brought into a group. Told to that user's devices. */
  [name: `user:${string}:newGroup`]: NewGroup;
};
