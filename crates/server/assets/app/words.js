/** What things are called on the page. */

import { state } from './state.js';

/** The name to show of a user. */
export function nameOf(user) {
  return user.displayName ?? user.username;
}

/** The name of a group, or of who one talks to. */
export function titleOf(conversation) {
  const others = othersIn(conversation);
  return conversation.name ?? (others.map(nameOf).join(', ') || 'Just you');
}

/** The members but oneself. */
export function othersIn(conversation) {
  return conversation.participants.filter((participant) => participant.id !== state.me.id);
}

/** Is the other one of two connected? */
export function isOnline(conversation) {
  return !conversation.isGroup && othersIn(conversation).some((user) => user.status === 'online');
}

/** What a message says in one line of text. */
export function textOf(message) {
  if (message.deletedAt) return 'Message deleted';
  return message.content ?? message.fileUrl ?? 'Message deleted';
}

/** Hours and minutes. */
export function timeOfDay(moment) {
  return new Date(moment).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** Hours and minutes today, the date on another day. */
export function shortTime(moment) {
  const date = new Date(moment);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? timeOfDay(moment)
    : date.toLocaleDateString([], { month: 'short', day: 'numeric' });
}
