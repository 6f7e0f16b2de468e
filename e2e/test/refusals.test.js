/** Bad input: each event refuses it with a code, tells the caller alone, and stores nothing. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

/** What is no id: the wrong types, the empty and the missing one. */
const NO_IDS = [['id'], { id: 'id' }, 7, true, null, undefined, ''];
/** What is no payload: anything but one object. */
const NO_PAYLOADS = ['text', 7, true, null, [], [{}]];

/** Ann and Ben talk; Eve is a stranger with a conversation of her own with Ann. */
async function world(options) {
  const people = await registerAll(server, 'ann', 'ben', 'eve', 'fay');
  const { ann, ben, eve } = people;
  const conversationId = await ann.direct(ben);
  const elsewhereId = await ann.direct(eve);
  const message = await ann.send(conversationId, 'first');
  const elsewhere = await ann.send(elsewhereId, 'elsewhere');
  const devices = {
    ann: await ann.connect(options),
    ben: await ben.connect(options),
    eve: await eve.connect(options),
  };
  await devices.ben.view(conversationId);
  devices.ben.forget();
  const leave = () => Object.values(people).forEach((person) => person.leave());
  return { ...people, conversationId, message, elsewhere, devices, leave };
}

/** Sends what must be refused: the ack and the `exception` say so, in their shapes. */
async function isRefused(device, name, payload, code) {
  device.forget();
  const ack = await device.fails(name, payload, code);
  const heard = await device.hears('exception');
  const invalid = code === 'invalid_payload';
  const fields = {
    status: (value) => value === 'error',
    code: (value) => value === code,
    message: (value) => typeof value === 'string' && value.length > 0,
    ...(invalid ? { errors: areFieldErrors } : {}),
  };
  fits(ack, fields);
  fits(heard, { ...fields, cause: (value) => typeof value === 'object' });
  // `undefined` does not exist in JSON, and a missing field stays missing.
  const data = payload === undefined ? null : JSON.parse(JSON.stringify(payload));
  assert.deepEqual(heard.cause, { pattern: name, data });
}

function areFieldErrors(errors) {
  assert.ok(errors.length > 0);
  for (const error of errors) {
    fits(error, {
      path: (value) => typeof value === 'string',
      message: (value) => typeof value === 'string' && value.length > 0,
    });
  }
  return true;
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('what is not one object is no payload, for any event', async () => {
      const { devices, leave } = await world(transport.options);
      const names = [
        'joinRoom',
        'leaveRoom',
        'sendMessage',
        'typing',
        'stopTyping',
        'markMessagesAsRead',
      ];
      for (const name of names) {
        for (const payload of NO_PAYLOADS) {
          await isRefused(devices.ann, name, payload, 'invalid_payload');
        }
        await isRefused(devices.ann, name, {}, 'invalid_payload');
      }
      leave();
    });

    test('an event without any payload is refused', async () => {
      const { devices, leave } = await world(transport.options);
      const answer = await devices.ann.ask('joinRoom');
      assert.equal(answer.code, 'invalid_payload');
      const heard = await devices.ann.hears('exception');
      assert.equal(heard.cause.pattern, 'joinRoom');
      leave();
    });

    test('bytes are no payload', async () => {
      const { devices, leave } = await world(transport.options);
      for (const payload of [Buffer.from('ab'), { conversationId: Buffer.from('ab') }]) {
        const answer = await devices.ann.ask('typing', payload);
        assert.equal(answer.code, 'invalid_payload');
        assert.deepEqual(answer.errors[0].path, '');
      }
      leave();
    });

    test('what is no id names no conversation', async () => {
      const { conversationId, devices, leave } = await world(transport.options);
      for (const name of ['joinRoom', 'leaveRoom', 'typing', 'stopTyping', 'sendMessage']) {
        for (const id of NO_IDS) {
          const payload = { conversationId: id, content: 'hello' };
          await isRefused(devices.ann, name, payload, 'invalid_payload');
        }
        const nul = { conversationId: `${conversationId}\u0000`, content: 'hello' };
        await isRefused(devices.ann, name, nul, 'invalid_payload');
      }
      leave();
    });

    test('an id that names nothing is not found', async () => {
      const { devices, leave } = await world(transport.options);
      for (const name of ['joinRoom', 'leaveRoom', 'typing', 'stopTyping', 'sendMessage']) {
        for (const conversationId of ['nothing', randomUUID(), '%', "' OR 1=1 --"]) {
          const payload = { conversationId, content: 'hello' };
          await isRefused(devices.ann, name, payload, 'not_found');
        }
      }
      leave();
    });

    test('a stranger is refused, and nobody hears of it', async () => {
      const { conversationId, message, fay, devices, leave } = await world(transport.options);
      for (const name of ['joinRoom', 'leaveRoom', 'typing', 'stopTyping']) {
        await isRefused(devices.eve, name, { conversationId }, 'forbidden');
      }
      const draft = { conversationId, content: 'let me in' };
      await isRefused(devices.eve, 'sendMessage', draft, 'forbidden');
      const messageIds = [message.id];
      await isRefused(devices.eve, 'markMessagesAsRead', { messageIds }, 'forbidden');
      for (const device of [devices.ann, devices.ben]) {
        const names = ['newMessage', 'userTyping', 'userStopTyping', 'messagesRead', 'exception'];
        await heardNothing(device, fay, ...names);
      }
      leave();
    });

    test('a message needs text or a file, within bounds', async () => {
      const { ann, conversationId, elsewhere, fay, devices, leave } = await world(
        transport.options,
      );
      const bad = [
        {},
        { content: '' },
        { content: ' \n\t ' },
        { content: null },
        { content: 7 },
        { content: ['hello'] },
        { content: { text: 'hello' } },
        { content: 'hel\u0000lo' },
        { content: 'x'.repeat(4001) },
        { content: '👍'.repeat(4001) },
        { fileUrl: '' },
        { fileUrl: 'no URL' },
        { fileUrl: 'javascript:alert(1)' },
        { fileUrl: 'ftp://example.org/file' },
        { fileUrl: ['https://example.org'] },
        { content: 'hello', fileUrl: 7 },
        { content: 'hello', replyToId: '' },
        { content: 'hello', replyToId: 7 },
        { content: 'hello', replyToId: ['id'] },
        { content: 'hello', replyToId: elsewhere.id },
        { content: 'hello', replyToId: randomUUID() },
        { content: 'hello', clientMessageId: '' },
        { content: 'hello', clientMessageId: 7 },
        { content: 'hello', clientMessageId: 'x'.repeat(65) },
        { content: 'hello', more: { deep: ['\u0000'] } },
      ];
      for (const fields of bad) {
        const payload = { conversationId, ...fields };
        await isRefused(devices.ann, 'sendMessage', payload, 'invalid_payload');
      }
      const { lastSeq } = await ann.api('GET', `/conversations/${conversationId}`);
      assert.equal(lastSeq, 1);
      await heardNothing(devices.ben, fay, 'newMessage');
      leave();
    });

    test('the longest message goes through', async () => {
      const { conversationId, devices, leave } = await world(transport.options);
      const content = '👍'.repeat(4000);
      const clientMessageId = 'x'.repeat(64);
      const sent = await devices.ann.does('sendMessage', {
        conversationId,
        content,
        clientMessageId,
        unknown: ['ignored'],
      });
      assert.equal(sent.content, content);
      leave();
    });

    test('read marks take 1 to 1000 ids', async () => {
      const { devices, message, leave } = await world(transport.options);
      const bad = [
        undefined,
        null,
        'id',
        message.id,
        {},
        [],
        [7],
        [null],
        [''],
        [['id']],
        [message.id, ''],
        [`${message.id}\u0000`],
        Array.from({ length: 1001 }, () => message.id),
      ];
      for (const messageIds of bad) {
        await isRefused(devices.ben, 'markMessagesAsRead', { messageIds }, 'invalid_payload');
      }
      const messageIds = Array.from({ length: 1000 }, () => message.id);
      const answer = await devices.ben.does('markMessagesAsRead', { messageIds });
      assert.deepEqual(answer, { success: true, count: 1 });
      leave();
    });

    test('an event of no such name is not found, with and without an ack', async () => {
      const { devices, leave } = await world(transport.options);
      const names = ['shout', 'newMessage', 'call:ring', 'cursor', '__proto__', 'toString'];
      for (const name of names) {
        await isRefused(devices.ann, name, { a: 1 }, 'not_found');
      }
      devices.ann.forget();
      devices.ann.socket.emit('shout', { a: 1 });
      const heard = await devices.ann.hears('exception');
      assert.deepEqual(heard.cause, { pattern: 'shout', data: { a: 1 } });
      leave();
    });

    test('bytes where text belongs are refused', async () => {
      const { conversationId, devices, leave } = await world(transport.options);
      const payload = { conversationId, content: Buffer.from('hello') };
      const answer = await devices.ann.ask('sendMessage', payload);
      assert.equal(answer.code, 'invalid_payload');
      assert.deepEqual(devices.ann.of('disconnect'), []);
      leave();
    });

    test('what is too large for any event closes that connection alone', async () => {
      const { conversationId, devices, leave } = await world(transport.options);
      const content = 'x'.repeat(1_100_000);
      devices.ann.socket.emit('sendMessage', { conversationId, content });
      await devices.ann.disconnected();
      await devices.ann.connected(2);
      await devices.ben.ask('nothing', {});
      assert.deepEqual(devices.ben.of('disconnect'), []);
      leave();
    });
  });
}
