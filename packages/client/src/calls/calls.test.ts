/** Calls as state machines: two sides with a server between them, and neither browser nor network. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { SalalaError } from '../errors.js';
import { type Calls, createCalls } from './calls.js';
import { MediaError, type Media } from './media.js';
import { type Send } from './signals.js';
import { type CallEndReason, type CallsState } from './state.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection that agrees as browsers do, and connects when it is told to. */
class FakeConnection {
  static made: FakeConnection[] = [];
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: { type: string; sdp: string; toJSON: () => object } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  candidates: unknown[] = [];
  restarts = 0;
  descriptions = 0;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: null }) => void) | null = null;
  ontrack: ((event: { track: object }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  transceivers: object[] = [];
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    FakeConnection.made.push(this);
  }

  createDataChannel() {
    return { readyState: 'connecting', send: () => undefined };
  }

  addTransceiver(kind: string | { kind: string }) {
    const of = typeof kind === 'string' ? kind : kind.kind;
    const transceiver = transceiverOf(of);
    this.transceivers.push(transceiver);
    queueMicrotask(() => this.signalingState === 'stable' && this.onnegotiationneeded?.());
    return transceiver;
  }

  getTransceivers() {
    return this.transceivers;
  }

  setLocalDescription() {
    const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
    this.descriptions += 1;
    const described = { type, sdp: `${this.name} ${type} ${this.descriptions}` };
    this.localDescription = { ...described, toJSON: () => described };
    return Promise.resolve();
  }

  setRemoteDescription(description: { type: string; sdp: string }) {
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
    if (description.type === 'offer' && this.transceivers.length === 0) {
      this.transceivers = [transceiverOf('audio'), transceiverOf('video')];
    }
    return Promise.resolve();
  }

  addIceCandidate(candidate: unknown) {
    this.candidates.push(candidate);
    return Promise.resolve();
  }

  restartIce() {
    this.restarts += 1;
    this.onnegotiationneeded?.();
  }

  become(state: RTCPeerConnectionState) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close() {
    this.connectionState = 'closed';
  }
}

function transceiverOf(kind: string) {
  const sender = { replaceTrack: () => Promise.resolve() };
  return { receiver: { track: { kind } }, sender, direction: 'recvonly' };
}

type Track = MediaStreamTrack & { isStopped: boolean };

function track(kind: string): Track {
  const made = { kind, enabled: true, isStopped: false, onended: null, stop: () => undefined };
  made.stop = () => {
    made.isStopped = true;
  };
  return made as unknown as Track;
}

type Side = { calls: Calls; state: CallsState; tracks: Track[]; told: string[]; send: Send };

/** Two sides whose server hands everything on, unless a test has it do something else. */
class Room {
  readonly sides = new Map<string, Side>();
  isAway = false;
  callId = 'call 1';
  /** Who is in the call that the server keeps. */
  caller: string | null = null;

  join(name: string, media: Partial<Media> = {}): Side {
    const tracks: Track[] = [];
    const open = (kind: string) => {
      const made = track(kind);
      tracks.push(made);
      return made;
    };
    const send = ((event: string, payload: Record<string, unknown>) =>
      this.handle(name, event, payload)) as unknown as Send;
    const side: Side = {
      state: { current: null, waiting: null },
      tracks,
      told: [],
      send,
      calls: createCalls({
        me: name,
        send,
        now: Date.now,
        chosen: () => ({ microphone: null, camera: null }),
        makeConnection: () => new FakeConnection(name) as unknown as RTCPeerConnection,
        media: {
          openBoth: () => Promise.resolve({ microphone: open('audio'), camera: open('video') }),
          openMicrophone: () => Promise.resolve(open('audio')),
          openCamera: () => Promise.resolve(open('video')),
          openScreen: () => Promise.resolve(open('video')),
          listDevices: () => Promise.resolve([]),
          onDevicesChange: () => () => undefined,
          makeStream: () => ({ addTrack: () => undefined }) as unknown as MediaStream,
          ...media,
        },
        onChange: (state) => {
          side.state = state;
        },
      }),
    };
    this.sides.set(name, side);
    return side;
  }

  tell(name: string, event: string, payload: object): void {
    this.sides.get(name)?.calls.receive(event, { callId: this.callId, ...payload });
  }

  handle(from: string, event: string, payload: Record<string, unknown>): Promise<unknown> {
    if (this.isAway) {
      return Promise.reject(new SalalaError('offline', 'away'));
    }
    this.sides.get(from)?.told.push(event);
    if (event === 'call:initiate') {
      return this.initiate(from, payload);
    }
    const to = String(payload['to']);
    const over = (name: string, reason: string) => {
      this.tell(to, name, { from, reason });
    };
    switch (event) {
      case 'call:reject':
        over('call:rejected', 'rejected');
        break;
      case 'call:cancel':
        over('call:cancelled', 'cancelled');
        break;
      case 'call:end':
        over('call:ended', 'ended');
        break;
      default:
        this.tell(to, event, { from, ...payload });
    }
    return Promise.resolve({ success: true });
  }

  initiate(from: string, { calleeId, conversationId, hasVideo }: Record<string, unknown>) {
    if (this.caller !== null && this.caller !== from) {
      return Promise.reject(new SalalaError('conflict', 'a call', { callId: this.callId }));
    }
    this.caller = from;
    const incoming = { callerId: from, callerName: from, callerAvatar: null };
    const expiresAt = new Date(Date.now() + 30_000).toISOString();
    const about = { conversationId, hasVideo, iceServers: [], expiresAt };
    this.tell(String(calleeId), 'call:incoming', { ...incoming, ...about });
    const { callId } = this;
    return Promise.resolve({ success: true, callId, iceServers: [], calleeOnline: true });
  }
}

let room: Room;
beforeEach(() => {
  FakeConnection.made = [];
  room = new Room();
});

const settle = () => vi.advanceTimersByTimeAsync(1);
const peer = (id: string) => ({ id, name: id, avatar: null });
const call = (side: Side, to: string, hasVideo = false) => {
  void side.calls.start({ conversationId: 'c', peer: peer(to), hasVideo });
  return settle();
};
const phases = (...sides: Side[]) => sides.map(({ state }) => state.current?.phase);
const reasons = (...sides: Side[]) => sides.map(({ state }) => state.current?.endReason);

async function ring(): Promise<{ ann: Side; ben: Side }> {
  const [ann, ben] = [room.join('ann'), room.join('ben')];
  await call(ann, 'ben');
  expect(phases(ann, ben)).toEqual(['ringing', 'incoming']);
  return { ann, ben };
}

async function talk(): Promise<{ ann: Side; ben: Side }> {
  const { ann, ben } = await ring();
  void ben.calls.accept(room.callId, false);
  await settle();
  expect(phases(ann, ben)).toEqual(['connecting', 'connecting']);
  for (const connection of FakeConnection.made) {
    connection.become('connected');
  }
  expect(phases(ann, ben)).toEqual(['connected', 'connected']);
  return { ann, ben };
}

test('a call that is taken connects, and both let go of their devices at its end', async () => {
  const { ann, ben } = await talk();
  const [ours, theirs] = FakeConnection.made;
  expect(ours?.remoteDescription?.sdp).toBe(theirs?.localDescription?.sdp);
  ann.calls.hangUp();
  await settle();
  expect(reasons(ann, ben)).toEqual(['hung_up', 'ended']);
  expect([...ann.tracks, ...ben.tracks].every(({ isStopped }) => isStopped)).toBe(true);
  expect(FakeConnection.made.map(({ connectionState }) => connectionState)).toEqual([
    'closed',
    'closed',
  ]);
});

test('a call is declined by the one and taken back by the other', async () => {
  const { ann, ben } = await ring();
  ben.calls.decline(room.callId);
  await settle();
  expect(reasons(ann, ben)).toEqual(['rejected', 'hung_up']);
  room.callId = 'call 2';
  await call(ann, 'ben');
  ann.calls.hangUp();
  await settle();
  expect(reasons(ann, ben)).toEqual(['hung_up', 'cancelled']);
});

test.each<[string, string, string, CallEndReason]>([
  ['call:ended', 'ann', 'answered_elsewhere', 'answered_elsewhere'],
  ['call:rejected', 'ben', 'rejected', 'declined_elsewhere'],
  ['call:ended', 'ann', 'missed', 'missed'],
  ['call:cancelled', 'ann', 'connection_lost', 'connection_lost'],
])('%s from %s as %s ends the ringing', async (event, from, reason, expected) => {
  const { ben } = await ring();
  room.tell('ben', event, { from, reason });
  expect(reasons(ben)).toEqual([expected]);
});

test('ringing ends by itself when the server’s word does not come', async () => {
  const { ann, ben } = await ring();
  await vi.advanceTimersByTimeAsync(36_000);
  expect(reasons(ann, ben)).toEqual(['missed', 'missed']);
});

test('two who call each other take the one call that the server keeps', async () => {
  const [ann, ben] = [room.join('ann'), room.join('ben')];
  void ann.calls.start({ conversationId: 'c', peer: peer('ben'), hasVideo: false });
  await call(ben, 'ann');
  await settle();
  expect(phases(ann, ben)).toEqual(['connecting', 'connecting']);
  expect(ben.state.current?.direction).toBe('incoming');
  expect(ben.state.waiting).toBeNull();
});

test('who calls the one that is just calling takes that call', async () => {
  const { ann, ben } = await ring();
  await call(ben, 'ann');
  await settle();
  expect(phases(ann, ben)).toEqual(['connecting', 'connecting']);
});

test('a call that goes on at another device of one’s own is busy', async () => {
  const ben = room.join('ben');
  room.caller = 'ann';
  await call(ben, 'ann');
  await vi.advanceTimersByTimeAsync(4_000);
  expect(reasons(ben)).toEqual(['busy']);
});

test('a second call waits, and is taken in place of the first', async () => {
  const { ann, ben } = await talk();
  const cid = room.join('cid');
  room.callId = 'call 2';
  room.caller = null;
  await call(cid, 'ben');
  expect(ben.state).toMatchObject({
    current: { phase: 'connected' },
    waiting: { callId: 'call 2' },
  });
  const ended = ann.state.current?.callId;
  void ben.calls.accept('call 2', false);
  await settle();
  room.tell('ann', 'call:ended', { callId: ended, from: 'ben', reason: 'ended' });
  expect(phases(ann, ben, cid)).toEqual(['ended', 'connecting', 'connecting']);
  expect(ben.state.waiting).toBeNull();
});

test('a connection that is lost is mended by another offer, and given up after a while', async () => {
  const { ann, ben } = await talk();
  const [ours] = FakeConnection.made;
  ours?.become('disconnected');
  expect(phases(ann)).toEqual(['connected']);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(phases(ann)).toEqual(['reconnecting']);
  expect(ours?.restarts).toBe(1);
  ours?.become('connected');
  expect(phases(ann)).toEqual(['connected']);
  ours?.become('failed');
  await vi.advanceTimersByTimeAsync(26_000);
  expect(reasons(ann, ben)).toEqual(['connection_lost', 'ended']);
});

test('what could not be told while the server was away is told in order when it is back', async () => {
  const { ann, ben } = await talk();
  room.isAway = true;
  const [ours] = FakeConnection.made;
  ours?.become('failed');
  await vi.advanceTimersByTimeAsync(3_000);
  const before = ann.told.length;
  room.isAway = false;
  ann.calls.resume();
  await settle();
  expect(ann.told.slice(before)[0]).toBe('call:offer');
  expect(phases(ann, ben)).toEqual(['reconnecting', 'connected']);
});

test('descriptions and candidates that come twice after a drop change nothing', async () => {
  const { ben } = await talk();
  const [ours, theirs] = FakeConnection.made;
  const offer = theirs?.remoteDescription;
  const described = theirs?.descriptions;
  room.tell('ben', 'call:offer', { from: 'ann', offer });
  room.tell('ann', 'call:answer', { from: 'ben', answer: ours?.remoteDescription });
  await settle();
  expect(theirs?.descriptions).toBe(described);
  expect(phases(ben)).toEqual(['connected']);
});

test('candidates that come before the call is taken are kept for it', async () => {
  const { ben } = await ring();
  room.tell('ben', 'call:ice-candidate', { from: 'ann', candidate: { candidate: 'one' } });
  void ben.calls.accept(room.callId, false);
  await settle();
  expect(FakeConnection.made[1]?.candidates).toEqual([{ candidate: 'one' }]);
});

test('without a microphone no call begins, and one that comes in goes on ringing', async () => {
  const refuse = () =>
    Promise.reject(new MediaError('microphone', new DOMException('no', 'NotAllowedError')));
  const [ann, ben] = [room.join('ann', { openMicrophone: refuse }), room.join('ben')];
  await call(ann, 'ben');
  expect(ann.state.current).toMatchObject({
    endReason: 'no_media',
    problem: { device: 'microphone', code: 'permission_denied' },
  });
  expect(ann.told).toEqual([]);
  await call(ben, 'ann');
  void ann.calls.accept(room.callId, false);
  await settle();
  expect(ann.state.current).toMatchObject({
    phase: 'incoming',
    problem: { code: 'permission_denied' },
  });
});

test('a camera that fails is a problem, and no reason not to talk', async () => {
  const refuse = () =>
    Promise.reject(new MediaError('camera', new DOMException('no', 'NotReadableError')));
  const ann = room.join('ann', { openBoth: refuse, openCamera: refuse });
  room.join('ben');
  await call(ann, 'ben', true);
  expect(ann.state.current).toMatchObject({
    phase: 'ringing',
    isCameraOn: false,
    problem: { device: 'camera', code: 'device_in_use' },
  });
});

test('whoever hangs up before the server has the call lets nobody’s telephone ring on', async () => {
  const [ann, ben] = [room.join('ann'), room.join('ben')];
  void ann.calls.start({ conversationId: 'c', peer: peer('ben'), hasVideo: false });
  await Promise.resolve();
  await Promise.resolve();
  ann.calls.hangUp();
  await settle();
  expect(ann.state.current?.phase).toBe('ended');
  expect(ben.state.current?.phase === 'incoming').toBe(false);
});

test('muting keeps the microphone and silences it; the camera is let go of', async () => {
  const [ann] = [room.join('ann'), room.join('ben')];
  await call(ann, 'ben', true);
  const [microphone, camera] = ann.tracks;
  ann.calls.current()?.setMuted(true);
  expect([microphone?.enabled, microphone?.isStopped]).toEqual([false, false]);
  await ann.calls.current()?.setCamera(false);
  expect(camera?.isStopped).toBe(true);
  expect(ann.state.current).toMatchObject({ isMuted: true, isCameraOn: false });
});
