/** Shows the list of conversations, and the head of the open one. */

import { makeRow, paintAvatar, paintRow, reconcile } from './elements.js';
import { element, state } from './state.js';
import { isOnline, nameOf, othersIn, shortTime, textOf, titleOf } from './words.js';

/** Shows all conversations, newest activity first, and how much is unread. */
export function paintConversations() {
  const conversations = [...state.conversations.values()].sort((a, b) =>
    b.updatedAt.localeCompare(a.updatedAt),
  );
  element('conversations-none').hidden = conversations.length > 0;
  reconcile(element('conversation-list'), conversations, makeRow, (row, conversation) => {
    const last = conversation.lastMessage;
    const author = last?.senderId === state.me.id ? 'You: ' : '';
    paintRow(row, {
      id: conversation.id,
      name: titleOf(conversation),
      preview: last ? author + textOf(last) : 'No messages yet',
      online: isOnline(conversation),
      time: last && shortTime(last.createdAt),
      unread: conversation.unreadCount,
    });
    row.firstChild.setAttribute('aria-current', String(conversation.id === state.openId));
  });
  const unread = conversations.reduce((sum, conversation) => sum + conversation.unreadCount, 0);
  document.title = unread ? `(${unread}) Salala` : 'Salala';
}

/** Shows who the open conversation is with. */
export function paintHeader() {
  const conversation = state.conversations.get(state.openId);
  if (!conversation) return;
  const [other] = othersIn(conversation);
  const online = isOnline(conversation);
  const seen = other?.lastSeenAt ? `last seen ${shortTime(other.lastSeenAt)}` : 'offline';
  element('title').textContent = titleOf(conversation);
  element('subtitle').textContent = conversation.isGroup
    ? conversation.participants.map(nameOf).join(', ')
    : online
      ? 'online'
      : seen;
  paintAvatar(element('avatar'), conversation.id, titleOf(conversation), online);
}

/** Shows who is typing. */
export function paintTyping() {
  const conversation = state.conversations.get(state.openId);
  const names = (conversation?.participants ?? [])
    .filter((participant) => state.typists.has(participant.id))
    .map(nameOf);
  const verb = names.length === 1 ? 'is' : 'are';
  element('typing').textContent = names.length ? `${names.join(', ')} ${verb} typing…` : '';
}
