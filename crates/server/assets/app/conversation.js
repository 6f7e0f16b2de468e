/** Conversations and their messages: loading, opening, marking as read. */

import { api } from './api.js';
import { paintConversations, paintHeader, paintTyping } from './conversation-list.js';
import { paintMessages } from './message-list.js';
import { placeMessage } from './messages.js';
import { element, state } from './state.js';
import { stopTyping } from './typing.js';

/** Loads all conversations anew. */
export async function loadConversations() {
  const page = await api('GET', '/conversations?limit=100');
  state.conversations = new Map(page.data.map((conversation) => [conversation.id, conversation]));
  paintConversations();
  paintHeader();
}

/** Loads one anew. */
export async function loadConversation(id) {
  const conversation = await api('GET', `/conversations/${id}`).catch(() => null);
  if (conversation) state.conversations.set(id, conversation);
  paintConversations();
}

/** Loads the newest messages of the open conversation; what was not sent yet stays. */
export async function loadMessages() {
  const id = state.openId;
  const page = await api('GET', `/conversations/${id}/messages?limit=50`);
  if (state.openId !== id) return;
  const unsent = [...state.messages.values()].filter((message) => !message.seq);
  state.messages.clear();
  state.earlierCursor = page.nextCursor;
  for (const message of [...page.data.reverse(), ...unsent]) placeMessage(message);
  paintMessages({ toEnd: true });
  markRead();
}

element('earlier').addEventListener('click', async () => {
  const [id, scroller] = [state.openId, element('scroller')];
  const cursor = encodeURIComponent(state.earlierCursor);
  const page = await api('GET', `/conversations/${id}/messages?limit=50&cursor=${cursor}`);
  if (state.openId !== id) return;
  const fromEnd = scroller.scrollHeight - scroller.scrollTop;
  const older = page.data.reverse().map((message) => [message.id, message]);
  state.messages = new Map([...older, ...state.messages]);
  state.earlierCursor = page.nextCursor;
  paintMessages({ toEnd: false });
  scroller.scrollTop = scroller.scrollHeight - fromEnd;
});

/** Opens a conversation, or none; its id is in the address, so that the back key leaves it. */
export async function open(id) {
  if (state.openId && state.openId !== id) {
    stopTyping();
    state.socket.emit('leaveRoom', { conversationId: state.openId });
  }
  state.openId = id;
  state.messages.clear();
  state.typists.clear();
  element('chat').dataset.open = String(Boolean(id));
  element('conversation').hidden = !id;
  element('nothing-open').hidden = Boolean(id);
  element('draft').value = '';
  paintConversations();
  paintHeader();
  paintTyping();
  paintMessages({ toEnd: true });
  if (!id) return;
  if (state.socket.connected) state.socket.emit('joinRoom', { conversationId: id });
  await loadMessages();
}

/** Opens a conversation and leaves the old one behind for the back key. */
export function go(id) {
  history.pushState(null, '', id ? `/?conversation=${id}` : '/');
  open(id).then(() => id && element('draft').focus());
}

addEventListener('popstate', () => {
  const id = new URLSearchParams(location.search).get('conversation');
  if (state.me) open(state.conversations.has(id) ? id : null);
});
element('conversation-list').addEventListener('click', (event) => {
  const row = event.target.closest('li');
  if (row) go(row.dataset.id);
});
element('back').addEventListener('click', () => go(null));
document.addEventListener('visibilitychange', markRead);

/** Marks what is on the screen: nothing while the page is hidden. */
export function markRead() {
  const conversation = state.conversations.get(state.openId);
  if (document.hidden || !conversation?.unreadCount) return;
  const seen = [...state.messages.values()].filter(
    (message) => message.seq > conversation.lastReadSeq && message.senderId !== state.me.id,
  );
  if (seen.length === 0) return;
  const messageIds = seen.map((message) => message.id);
  conversation.lastReadSeq = Math.max(...seen.map((message) => message.seq));
  conversation.unreadCount = 0;
  state.socket.emit('markMessagesAsRead', { messageIds });
  paintConversations();
}
