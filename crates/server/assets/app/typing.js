/** Who is typing: oneself, and others in the open conversation. */

import { paintTyping } from './conversation-list.js';
import { element, state } from './state.js';

let typedAt = 0;

element('draft').addEventListener('input', (event) => {
  if (!event.target.value.trim()) return stopTyping();
  // The server takes a typist for gone after six seconds of silence.
  if (Date.now() - typedAt < 3000) return;
  typedAt = Date.now();
  state.socket.emit('typing', { conversationId: state.openId });
});

/** Tells that one stopped, if one was typing. */
export function stopTyping() {
  if (!typedAt) return;
  typedAt = 0;
  state.socket.emit('stopTyping', { conversationId: state.openId });
}

/** Shows that somebody is typing, or is not any more. */
export function setTyping(conversationId, userId, typing) {
  if (conversationId !== state.openId) return;
  if (typing) state.typists.add(userId);
  else state.typists.delete(userId);
  paintTyping();
}
