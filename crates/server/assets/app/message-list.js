/** Shows the messages of the open conversation. */

import { make, reconcile } from './elements.js';
import { element, state } from './state.js';
import { nameOf, textOf, timeOfDay } from './words.js';

/** Does one see the newest message? */
export function isAtEnd() {
  const { scrollHeight, scrollTop, clientHeight } = element('scroller');
  return scrollHeight - scrollTop - clientHeight < 80;
}

/** Shows the messages, with a line before each day. */
export function paintMessages({ toEnd }) {
  const conversation = state.conversations.get(state.openId);
  element('earlier').hidden = !state.earlierCursor || !state.openId;
  const items = [];
  let day = null;
  for (const message of state.messages.values()) {
    const date = new Date(message.createdAt).toLocaleDateString([], { dateStyle: 'full' });
    if (date !== day) items.push({ id: `day ${date}`, day: date });
    day = date;
    items.push(message);
  }
  const makeItem = (item) => make('li', item.day ? 'day' : 'message');
  reconcile(element('messages'), items, makeItem, (child, item) => {
    if (item.day) child.textContent = item.day;
    else paintMessage(child, item, conversation);
  });
  if (toEnd) element('scroller').scrollTop = element('scroller').scrollHeight;
}

function paintMessage(child, message, conversation) {
  const own = message.senderId === state.me.id;
  child.className = `message${own ? ' own' : ''}${message.seq ? '' : ' pending'}`;
  child.replaceChildren();
  if (!own && conversation?.isGroup) child.append(make('p', 'author', nameOf(message.sender)));
  if (message.replyTo) child.append(makeQuote(message.replyTo, conversation));
  if (message.deletedAt) child.append(make('p', 'gone', textOf(message)));
  if (message.content) child.append(make('p', 'text', message.content));
  if (message.fileUrl) child.append(makeLink(message.fileUrl));
  child.append(makeMeta(message, own, conversation));
}

function makeQuote(replyTo, conversation) {
  const author = conversation?.participants.find((user) => user.id === replyTo.senderId);
  const name = author ? nameOf(author) : replyTo.sender.username;
  return make('p', 'quote', `${name}: ${textOf(replyTo)}`);
}

function makeMeta(message, own, conversation) {
  const meta = make('p', 'meta');
  if (message.reactions.length > 0) {
    const emoji = message.reactions.map((reaction) => reaction.emoji);
    meta.append(make('span', 'reactions', [...new Set(emoji)].join(' ')));
  }
  if (message.editedAt && !message.deletedAt) meta.append(make('span', '', 'edited'));
  const time = make('time', '', timeOfDay(message.createdAt));
  time.dateTime = message.createdAt;
  meta.append(time);
  if (message.failure) {
    const retry = make('button', 'retry', `${message.failure}. Try again`);
    retry.type = 'button';
    retry.dataset.retry = message.id;
    meta.append(retry);
  } else if (own && message.seq) {
    const readers = message.reads?.length ?? 0;
    const word = conversation?.isGroup ? `Read by ${readers}` : 'Read';
    meta.append(make('span', 'state', readers ? word : 'Sent'));
  }
  return meta;
}

function makeLink(url) {
  const link = make('a', '', url);
  link.href = url;
  link.rel = 'noopener noreferrer';
  link.target = '_blank';
  return link;
}
