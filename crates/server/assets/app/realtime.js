/** The socket: what the server tells, and what follows from it on the page. */

import { refresh } from './api.js';
import {
  loadConversation,
  loadConversations,
  loadMessages,
  markRead,
  open,
} from './conversation.js';
import { paintConversations, paintHeader } from './conversation-list.js';
import { isAtEnd, paintMessages } from './message-list.js';
import { placeMessage } from './messages.js';
import { element, state } from './state.js';
import { setTyping } from './typing.js';

/** Connects, and keeps what the page knows as the server tells it. */
export function connect({ onEnded }) {
  const socket = globalThis.io({ auth: (give) => give({ token: state.token }), forceNew: true });
  state.socket = socket;
  socket.on('connect', async () => {
    element('connection').hidden = true;
    if (!state.openId) return loadConversations();
    socket.emit('joinRoom', { conversationId: state.openId });
    await Promise.all([loadConversations(), loadMessages()]);
  });
  socket.on('disconnect', async (reason) => {
    if (state.socket !== socket) return;
    element('connection').hidden = false;
    // The server ends a socket only when its session is over.
    if (reason === 'io server disconnect') onEnded();
  });
  socket.on('connect_error', async (error) => {
    element('connection').hidden = false;
    if (!error.data?.code) return;
    if (await refresh()) socket.connect();
    else onEnded();
  });
  socket.on('newMessage', receiveMessage);
  for (const name of ['messageUpdated', 'messageDeleted']) socket.on(name, replaceMessage);
  socket.on('message:reaction:add', (reaction) => {
    changeReactions(reaction.messageId, (all) => [
      ...all.filter((other) => other.id !== reaction.id),
      reaction,
    ]);
  });
  socket.on('message:reaction:remove', ({ messageId, userId, emoji }) => {
    changeReactions(messageId, (all) =>
      all.filter((other) => other.userId !== userId || other.emoji !== emoji),
    );
  });
  socket.on('messagesRead', receiveReads);
  socket.on('userTyping', ({ conversationId, userId }) => setTyping(conversationId, userId, true));
  socket.on('userStopTyping', ({ conversationId, userId }) =>
    setTyping(conversationId, userId, false),
  );
  socket.on('userStatusChanged', ({ userId, status, lastSeenAt }) => {
    for (const conversation of state.conversations.values()) {
      const user = conversation.participants.find((participant) => participant.id === userId);
      if (user) Object.assign(user, { status, lastSeenAt });
    }
    paintConversations();
    paintHeader();
  });
  socket.on('conversationUpdated', (shared) => {
    const known = state.conversations.get(shared.id);
    if (!shared.participantIds.includes(state.me.id)) {
      state.conversations.delete(shared.id);
      if (state.openId === shared.id) open(null);
    } else if (known) {
      Object.assign(known, shared);
    } else {
      loadConversation(shared.id);
    }
    paintConversations();
    paintHeader();
  });
}

/** Takes in a message, told by the server or acked. */
export function receiveMessage(message) {
  const conversation = state.conversations.get(message.conversationId);
  if (!conversation) return loadConversation(message.conversationId);
  if (message.seq > conversation.lastSeq) {
    Object.assign(conversation, {
      lastMessage: message,
      lastSeq: message.seq,
      updatedAt: message.createdAt,
    });
    if (message.senderId !== state.me.id) conversation.unreadCount += 1;
  }
  if (message.conversationId === state.openId) {
    setTyping(message.conversationId, message.senderId, false);
    placeMessage(message);
    paintMessages({ toEnd: isAtEnd() || message.senderId === state.me.id });
    markRead();
  }
  paintConversations();
}

function replaceMessage(message) {
  const conversation = state.conversations.get(message.conversationId);
  if (conversation?.lastMessage?.id === message.id) conversation.lastMessage = message;
  const known = state.messages.get(message.id);
  if (known) state.messages.set(message.id, { ...message, reads: known.reads });
  if (message.deletedAt && conversation?.unreadCount) loadConversation(conversation.id);
  paintConversations();
  paintMessages({ toEnd: isAtEnd() });
}

function changeReactions(messageId, change) {
  const message = state.messages.get(messageId);
  if (!message) return;
  message.reactions = change(message.reactions);
  paintMessages({ toEnd: isAtEnd() });
}

function receiveReads({ messageIds, userId, readAt, conversationId }) {
  if (userId === state.me.id) loadConversation(conversationId);
  for (const id of messageIds) {
    const message = state.messages.get(id);
    if (!message || message.reads?.some((read) => read.userId === userId)) continue;
    message.reads = [...(message.reads ?? []), { userId, readAt }];
  }
  paintMessages({ toEnd: isAtEnd() });
}
