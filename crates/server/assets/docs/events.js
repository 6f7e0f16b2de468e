/** The socket: the way in, what clients send with its acks, and what the server sends. */

import { make, makeBlock, makeEntry, makeGroup } from './elements.js';
import { makeBody, nameOf, typeOf } from './schemas.js';
import { prose } from './words.js';

/** Groups of events, by direction. */
export function makeEvents(asyncapi, shapes) {
  const operations = Object.entries(asyncapi.operations).map(([key, operation]) => {
    const channel = asyncapi.channels[nameOf(operation.channel.$ref)];
    return { key, operation, channel, isAboutConnecting: /\.(connect|disconnect)$/.test(key) };
  });
  const entries = (fits) =>
    operations.filter(fits).map((one) => makeEvent(one, asyncapi.channels, shapes));
  const [connecting, sent, told] = [
    entries((one) => one.isAboutConnecting),
    entries((one) => !one.isAboutConnecting && one.operation.action === 'receive'),
    entries((one) => !one.isAboutConnecting && one.operation.action === 'send'),
  ];
  return [
    makeGroup('connecting', 'Connecting', 'The way in, and being sent away.', connecting),
    makeGroup(
      'sent',
      'What a client sends',
      'Each event takes one object, and may ask for an ack.',
      sent,
    ),
    makeGroup('told', 'What the server sends', 'Unasked, to whom it concerns.', told),
  ];
}

function makeEvent({ key, operation, channel }, channels, shapes) {
  const { address, description, messages } = channel;
  const isSent = operation.action === 'receive';
  const words = [address, description, isSent ? 'client sends' : 'server sends'].join(' ');
  const badge = make('span', `method ${isSent ? 'sent' : 'told'}`, isSent ? 'send' : 'hear');
  const entry = makeEntry(`event-${key}`, address, words, badge, ' ', make('code', '', address));
  entry.dataset.method = isSent ? 'sent' : 'told';
  entry.append(prose(description));
  const [message] = Object.values(messages);
  entry.append(makeBlock('Payload', ...makePayload(message.payload, shapes, isSent)));
  if (!operation.reply) return entry;
  const replies = Object.entries(channels[nameOf(operation.reply.channel.$ref)].messages);
  const rows = replies.flatMap(([name, reply]) => [
    make(
      'dt',
      '',
      make('span', `status ${name === 'refused' || name.endsWith('error') ? 's4' : 's2'}`, name),
    ),
    make('dd', '', prose(reply.summary), ...typeOf(reply.payload)),
  ]);
  const title = key === 'client.connect' ? 'Answer' : 'Ack';
  entry.append(makeBlock(title, make('dl', 'answers', ...rows)));
  return entry;
}

/** What a client sends is shown in place, what it is told by the name of its shape. */
function makePayload(schema, shapes, isSent) {
  if (schema.$ref && isSent) return [makeBody(shapes[nameOf(schema.$ref)])];
  return [make('p', 'type', ...typeOf(schema))];
}
