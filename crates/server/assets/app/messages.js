/** The open conversation's messages. */

import { state } from './state.js';

/** Puts a message at its place; the stored one takes the place of the one that was being sent. */
export function placeMessage(message) {
  if (message.seq && message.senderId === state.me.id) {
    state.messages.delete(message.clientMessageId);
  }
  const known = state.messages.get(message.id);
  state.messages.set(message.id, { ...message, reads: message.reads ?? known?.reads });
  const place = (other) => other.seq ?? Infinity;
  const sorted = [...state.messages].sort(([, a], [, b]) =>
    place(a) === place(b) ? 0 : place(a) - place(b),
  );
  state.messages = new Map(sorted);
}
