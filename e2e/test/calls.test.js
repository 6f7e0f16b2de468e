/** Calls between two: ringing, answering, handing over, ending, devices that come and go. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { TRANSPORTS, heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { Call, CallIncoming, CallOver, CallStarted, Page, fits } from '../lib/shapes.js';

const TURN_SECRET = 'north';
const NEWS = [
  'call:incoming',
  'call:offer',
  'call:answer',
  'call:ice-candidate',
  'call:rejected',
  'call:cancelled',
  'call:ended',
  'call:end',
];
const OFFER = { type: 'offer', sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n' };
const ANSWER = { type: 'answer', sdp: 'v=0\r\n' };
const candidate = (number) => ({ candidate: `candidate:${number}`, sdpMLineIndex: 0 });

let server;
before(async () => {
  server = await startServer({
    env: {
      STUN_URLS: 'stun:stun.example.org:3478',
      TURN_URLS: 'turn:turn.example.org:3478?transport=udp, turns:turn.example.org:5349',
      TURN_SECRET,
    },
  });
});
after(() => server.remove());

/** Ann on one device calls Ben, who has two; Eve is a stranger to both, Fay knows everybody. */
async function world(options) {
  const people = await registerAll(server, 'ann', 'ben', 'eve', 'fay');
  const { ann, ben, eve } = people;
  const conversationId = await ann.direct(ben);
  const devices = {
    ann: await ann.connect(options),
    first: await ben.connect(options),
    second: await ben.connect({ ...options, auth: { token: (await ben.signIn()).accessToken } }),
    eve: await eve.connect(options),
  };
  const start = async (device = devices.ann, callee = ben) => {
    const call = { conversationId, calleeId: callee.id, hasVideo: true };
    return (await device.does('call:initiate', call)).callId;
  };
  const leave = () => Object.values(people).forEach((person) => person.leave());
  return { ...people, conversationId, devices, start, leave };
}

/** The call in a person's history. */
async function recorded(person, callId) {
  const page = await person.api('GET', '/calls');
  return page.data.find((call) => call.id === callId);
}

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('a call rings on every device of the callee, and on no other', async () => {
      const { ann, ben, fay, conversationId, devices, leave } = await world(transport.options);
      const started = await devices.ann.does('call:initiate', {
        conversationId,
        calleeId: ben.id,
        hasVideo: true,
      });
      fits(started, CallStarted);
      assert.equal(started.success, true);
      assert.equal(started.calleeOnline, true);
      for (const device of [devices.first, devices.second]) {
        const incoming = await device.hears('call:incoming');
        fits(incoming, CallIncoming);
        assert.equal(incoming.callId, started.callId);
        assert.equal(incoming.callerId, ann.id);
        assert.equal(incoming.callerName, 'ann');
        assert.equal(incoming.conversationId, conversationId);
        assert.equal(incoming.hasVideo, true);
      }
      for (const device of [devices.ann, devices.eve]) await heardNothing(device, fay, ...NEWS);
      leave();
    });

    test('the two hand each other what they need, and the call is first', async () => {
      const { ann, ben, devices, start, leave } = await world(transport.options);
      const callId = await start();
      const offered = devices.ann.does('call:offer', { to: ben.id, offer: OFFER });
      const named = [1, 2, 3].map((number) =>
        devices.ann.does('call:ice-candidate', { to: ben.id, candidate: candidate(number) }),
      );
      assert.deepEqual(await offered, { success: true });
      await Promise.all(named);
      for (const device of [devices.first, devices.second]) {
        await device.hears('call:ice-candidate', (one) => one.candidate.candidate.endsWith('3'));
        const heard = device.events.filter((event) => event.name.startsWith('call:'));
        assert.equal(heard[0].name, 'call:incoming');
        assert.deepEqual(heard[1].payload, { from: ann.id, callId, offer: OFFER });
        assert.deepEqual(
          heard.slice(2).map((event) => event.payload.candidate),
          [1, 2, 3].map(candidate),
        );
      }
      await devices.first.does('call:answer', { to: ann.id, answer: ANSWER, callId });
      assert.deepEqual(await devices.ann.hears('call:answer'), {
        from: ben.id,
        callId,
        answer: ANSWER,
      });
      await devices.first.does('call:ice-candidate', { to: ann.id, candidate: null });
      const last = await devices.ann.hears('call:ice-candidate');
      assert.deepEqual(last, { from: ben.id, callId, candidate: null });
      leave();
    });

    test('one device answers, the others stop to ring and hear no more of it', async () => {
      const { ann, ben, fay, devices, start, leave } = await world(transport.options);
      const callId = await start();
      await devices.first.does('call:answer', { to: ann.id, answer: ANSWER });
      const over = await devices.second.hears('call:ended');
      fits(over, CallOver);
      assert.equal(over.callId, callId);
      assert.equal(over.reason, 'answered_elsewhere');
      devices.second.forget();
      await devices.second.fails('call:answer', { to: ann.id, answer: ANSWER }, 'conflict');
      await devices.second.fails('call:reject', { to: ann.id, callId }, 'conflict');
      await devices.second.fails('call:ice-candidate', { to: ann.id, candidate: {} }, 'conflict');
      await devices.ann.does('call:ice-candidate', { to: ben.id, candidate: candidate(9) });
      await devices.first.hears('call:ice-candidate');
      await heardNothing(devices.second, fay, ...NEWS);
      await heardNothing(devices.first, fay, 'call:ended', 'call:answer');
      assert.equal(devices.ann.heard('call:answer').length, 1);
      assert.equal((await recorded(ben, callId)).state, 'accepted');
      leave();
    });

    test('of two devices that answer at once one gets the call', async () => {
      const { ann, devices, start, leave } = await world(transport.options);
      const callId = await start();
      const answers = await Promise.all(
        [devices.first, devices.second].map((device) =>
          device.ask('call:answer', { to: ann.id, answer: ANSWER, callId }),
        ),
      );
      const codes = answers.map((answer) => answer.code ?? 'success').sort();
      assert.deepEqual(codes, ['conflict', 'success']);
      await devices.ann.hears('call:answer');
      assert.equal(devices.ann.heard('call:answer').length, 1);
      leave();
    });

    test('a rejection is heard by the caller and by the other devices', async () => {
      const { ann, ben, fay, devices, start, leave } = await world(transport.options);
      const callId = await start();
      await devices.first.does('call:reject', { to: ann.id });
      for (const device of [devices.ann, devices.second]) {
        const over = await device.hears('call:rejected');
        assert.deepEqual(over, { from: ben.id, callId, reason: 'rejected' });
      }
      await heardNothing(devices.first, fay, 'call:rejected', 'call:ended');
      await heardNothing(devices.ann, fay, 'call:ended', 'call:end');
      assert.equal((await recorded(ann, callId)).state, 'rejected');
      assert.equal((await recorded(ben, callId)).missed, false);
      leave();
    });

    test('a call that is taken back stops to ring, and was missed', async () => {
      const { ann, ben, devices, start, leave } = await world(transport.options);
      const callId = await start();
      await devices.ann.does('call:cancel', { to: ben.id, callId });
      for (const device of [devices.first, devices.second]) {
        const over = await device.hears('call:cancelled');
        assert.deepEqual(over, { from: ann.id, callId, reason: 'cancelled' });
      }
      const call = await recorded(ben, callId);
      fits(call, Call);
      assert.deepEqual(
        [call.state, call.missed, call.direction, call.durationMs, call.peer.id],
        ['cancelled', true, 'incoming', null, ann.id],
      );
      assert.equal((await recorded(ann, callId)).missed, false);
      // A repeat whose first ack was lost is no mistake, and nobody hears of it again.
      await devices.ann.does('call:cancel', { to: ben.id, callId });
      await start();
      assert.equal(devices.first.heard('call:cancelled').length, 1);
      leave();
    });

    test('a hang-up is told by two events, and by one to the own devices', async () => {
      const { ann, ben, devices, start, leave } = await world(transport.options);
      const callId = await start();
      await devices.first.does('call:answer', { to: ann.id, answer: ANSWER });
      await devices.second.hears('call:ended');
      devices.second.forget();
      await devices.first.does('call:end', { to: ann.id });
      const over = { from: ben.id, callId, reason: 'ended' };
      assert.deepEqual(await devices.ann.hears('call:ended'), over);
      assert.deepEqual(await devices.ann.hears('call:end'), over);
      assert.deepEqual(await devices.second.hears('call:ended'), over);
      assert.deepEqual(devices.second.heard('call:end'), []);
      assert.deepEqual(devices.first.heard('call:ended'), []);
      const call = await recorded(ann, callId);
      assert.equal(call.state, 'ended');
      assert.ok(call.durationMs >= 0);
      await devices.ann.fails('call:offer', { to: ben.id, offer: OFFER }, 'forbidden');
      leave();
    });

    test('a stranger can do nothing to a call, and nobody hears of it', async () => {
      const { ann, ben, fay, conversationId, devices, start, leave } = await world(
        transport.options,
      );
      const callId = await start();
      await devices.first.hears('call:incoming');
      devices.first.forget();
      for (const to of [ann.id, ben.id, 'nobody']) {
        for (const call of [{ to }, { to, callId }, { to, callId: 'no-call' }]) {
          await devices.eve.fails('call:offer', { ...call, offer: OFFER }, 'forbidden');
          await devices.eve.fails('call:answer', { ...call, answer: ANSWER }, 'forbidden');
          await devices.eve.fails('call:ice-candidate', { ...call, candidate: {} }, 'forbidden');
          for (const name of ['call:reject', 'call:cancel', 'call:end']) {
            await devices.eve.fails(name, call, 'forbidden');
          }
        }
      }
      const intrusion = { conversationId, calleeId: ben.id, hasVideo: false };
      await devices.eve.fails('call:initiate', intrusion, 'forbidden');
      for (const device of [devices.ann, devices.first]) await heardNothing(device, fay, ...NEWS);
      assert.equal((await recorded(ann, callId)).state, 'ringing');
      leave();
    });

    test('a device that comes while it rings is told of the call first', async () => {
      const { ann, ben, fay, devices, start, leave } = await world(transport.options);
      const callId = await start();
      await devices.ann.does('call:offer', { to: ben.id, offer: 'an earlier offer' });
      await devices.ann.does('call:offer', { to: ben.id, offer: OFFER });
      for (let number = 1; number <= 66; number += 1) {
        await devices.ann.does('call:ice-candidate', { to: ben.id, candidate: candidate(number) });
      }
      const late = await ben.connect(transport.options);
      await late.hears('call:ice-candidate', (one) => one.candidate.candidate.endsWith(':66'));
      const heard = late.events.filter((event) => event.name.startsWith('call:'));
      assert.deepEqual(
        heard.map((event) => event.name),
        ['call:incoming', 'call:offer', ...Array.from({ length: 64 }, () => 'call:ice-candidate')],
      );
      assert.equal(heard[0].payload.callId, callId);
      assert.deepEqual(heard[1].payload, { from: ann.id, callId, offer: OFFER });
      assert.deepEqual(heard[2].payload.candidate, candidate(3));
      const other = await ann.connect(transport.options);
      await heardNothing(other, fay, ...NEWS);
      await late.does('call:answer', { to: ann.id, answer: ANSWER });
      await devices.first.hears('call:ended', (over) => over.reason === 'answered_elsewhere');
      leave();
    });

    test('a caller who drops and returns is told what came meanwhile', async () => {
      const { ann, ben, devices, start, leave } = await world(transport.options);
      const callId = await start();
      await devices.first.hears('call:incoming');
      devices.ann.socket.disconnect();
      await devices.ann.disconnected();
      await devices.first.does('call:answer', { to: ann.id, answer: ANSWER });
      await devices.first.does('call:ice-candidate', { to: ann.id, candidate: candidate(1) });
      devices.ann.socket.connect();
      await devices.ann.connected(2);
      assert.deepEqual(await devices.ann.hears('call:answer'), {
        from: ben.id,
        callId,
        answer: ANSWER,
      });
      await devices.ann.hears('call:ice-candidate');
      await devices.ann.does('call:end', { to: ben.id });
      await devices.first.hears('call:ended');
      leave();
    });
  });
}

test('between two there is one call, whoever began it', async () => {
  const { ann, ben, conversationId, devices, leave } = await world();
  const call = (callee) => ({ conversationId, calleeId: callee.id, hasVideo: false });
  const answers = await Promise.all([
    devices.ann.ask('call:initiate', call(ben)),
    devices.first.ask('call:initiate', call(ann)),
    devices.ann.ask('call:initiate', call(ben)),
  ]);
  const callIds = new Set(answers.map((answer) => answer.callId));
  assert.equal(callIds.size, 1, JSON.stringify(answers));
  const refused = answers.filter((answer) => answer.status === 'error');
  assert.ok(refused.length > 0 && refused.every((answer) => answer.code === 'conflict'));
  const [loser, peer] = refused.length === 1 ? [devices.first, ann] : [devices.ann, ben];
  const again = await loser.fails('call:initiate', call(peer), 'conflict');
  assert.equal(again.callId, [...callIds][0]);
  const exception = await loser.hears('exception');
  assert.equal(exception.callId, again.callId);
  leave();
});

test('a repeat gives the same call and rings no second time', async () => {
  const { devices, start, leave } = await world();
  const callId = await start();
  assert.equal(await start(), callId);
  await devices.ann.does('call:cancel', { to: devices.first.person.id });
  await devices.first.hears('call:cancelled');
  assert.equal(devices.first.heard('call:incoming').length, 1);
  assert.notEqual(await start(), callId);
  leave();
});

test('who talks already is rung all the same, and offline callees are said to be so', async () => {
  const { ben, fay, devices, start, leave } = await world();
  await start();
  await devices.first.does('call:answer', { to: devices.ann.person.id, answer: ANSWER });
  const phone = await fay.connect();
  const conversationId = await fay.direct(ben);
  const call = { conversationId, calleeId: ben.id, hasVideo: false };
  const second = await phone.does('call:initiate', call);
  await devices.first.hears('call:incoming', (incoming) => incoming.callId === second.callId);
  const { gus } = await registerAll(server, 'gus');
  const away = { conversationId: await fay.direct(gus), calleeId: gus.id, hasVideo: false };
  assert.equal((await phone.does('call:initiate', away)).calleeOnline, false);
  leave();
});

test('in a group one calls its members, and nobody under a block', async () => {
  const { ann, ben, eve, fay, devices, leave } = await world();
  const groupId = await ann.group('trio', ben, fay);
  const call = (callee) => ({ conversationId: groupId, calleeId: callee.id, hasVideo: false });
  await devices.ann.fails('call:initiate', call(eve), 'forbidden');
  await devices.ann.fails('call:initiate', call(ann), 'forbidden');
  await devices.ann.fails('call:initiate', { ...call(ben), calleeId: 7 }, 'invalid_payload');
  const { callId } = await devices.ann.does('call:initiate', call(ben));
  await devices.first.hears('call:incoming');
  // A block ends the call, and no other begins.
  await ben.api('PUT', `/blocks/${ann.id}`);
  const over = await devices.ann.hears('call:ended');
  assert.deepEqual(over, { from: ben.id, callId, reason: 'rejected' });
  await devices.second.hears('call:ended');
  await devices.ann.fails('call:initiate', call(ben), 'forbidden');
  await devices.first.fails('call:initiate', call(ann), 'forbidden');
  leave();
});

test('what is handed over has a bound', async () => {
  const { ben, devices, start, leave } = await world();
  await start();
  const large = { to: ben.id, offer: 'x'.repeat(65_536) };
  await devices.ann.fails('call:offer', large, 'invalid_payload');
  const candidateTooLarge = { to: ben.id, candidate: 'x'.repeat(8_192) };
  await devices.ann.fails('call:ice-candidate', candidateTooLarge, 'invalid_payload');
  await devices.ann.fails('call:offer', { to: ben.id }, 'invalid_payload');
  await devices.ann.fails('call:end', { to: [ben.id] }, 'invalid_payload');
  leave();
});

test('the history is paged, newest first', async () => {
  const { ann, ben, devices, start, leave } = await world();
  const callIds = [];
  for (let number = 0; number < 5; number += 1) {
    callIds.unshift(await start());
    await devices.ann.does('call:cancel', { to: ben.id });
  }
  const paged = [];
  let cursor = '';
  do {
    const page = await ben.api('GET', `/calls?limit=2${cursor}`);
    fits(page, Page(Call));
    paged.push(...page.data.map((call) => call.id));
    cursor = page.nextCursor && `&cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (cursor);
  assert.deepEqual(paged, callIds);
  assert.equal((await ann.try('GET', '/calls?cursor=none')).status, 422);
  leave();
});

test('relays come with credentials that run out', async () => {
  const { ann, leave } = await world();
  const answer = await ann.api('GET', '/calls/ice-servers');
  fits(answer, { iceServers: Array.isArray, ttl: Number.isInteger });
  const [stun, turn] = answer.iceServers;
  assert.deepEqual(stun, { urls: ['stun:stun.example.org:3478'] });
  assert.deepEqual(turn.urls, [
    'turn:turn.example.org:3478?transport=udp',
    'turns:turn.example.org:5349',
  ]);
  const [expiry, userId] = turn.username.split(':');
  assert.equal(userId, ann.id);
  assert.ok(Math.abs(Number(expiry) - Date.now() / 1000 - answer.ttl) < 60);
  const expected = createHmac('sha1', TURN_SECRET).update(turn.username).digest('base64');
  assert.equal(turn.credential, expected);
  leave();
});

test('a call outlives a kill of the server where its parties come back', async () => {
  const { ann, ben, devices, start, leave } = await world({ transports: ['websocket'] });
  const callId = await start();
  await devices.ann.does('call:offer', { to: ben.id, offer: OFFER });
  await devices.first.does('call:answer', { to: ann.id, answer: ANSWER });
  devices.second.close();
  await server.kill();
  await server.start();
  await devices.ann.connected(2);
  await devices.first.connected(2);
  await devices.ann.does('call:ice-candidate', { to: ben.id, candidate: candidate(7), callId });
  await devices.first.hears('call:ice-candidate');
  assert.equal((await recorded(ben, callId)).state, 'accepted');
  // Ben does not come back from the second one.
  await server.kill();
  devices.first.close();
  await server.start();
  await devices.ann.connected(3);
  const over = await devices.ann.hears('call:ended');
  assert.deepEqual(over, { from: ben.id, callId, reason: 'connection_lost' });
  const call = await recorded(ann, callId);
  assert.deepEqual([call.state, call.reason], ['ended', 'connection_lost']);
  leave();
});
