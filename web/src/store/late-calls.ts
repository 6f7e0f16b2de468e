/** The calls of whoever is signed in, loaded once the page has begun: a page that opens fast can wait for them. */

import type { CallStore, CallStoreState, Salala } from '@salala/client';
import { createStore } from 'zustand/vanilla';

type Event = { name: string; payload: unknown };

/** One call tells less than this in the time that loading takes. */
const EVENTS_MAX = 200;

/** When what could not be loaded is asked for again. */
const AGAIN_MS = 5_000;

async function load(): Promise<{ createCallStore: (salala: Salala) => CallStore }> {
  try {
    return await import('@salala/client/calls');
  } catch {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return load();
  }
}

/** Stands for the store of calls until that has come, and is the same afterwards. */
export function createLateCalls(salala: Salala): CallStore {
  let arrive: (calls: CallStore) => void = () => undefined;
  const loaded = new Promise<CallStore>((resolve) => {
    arrive = resolve;
  });
  const actions = async (): Promise<CallStoreState> => (await loaded).getState();

  const start = (): (() => void) => {
    const missed: Event[] = [];
    let isOver = false;
    const stopListening = salala.onAny((name, payload) => {
      if (name.startsWith('call:') && missed.length < EVENTS_MAX) {
        missed.push({ name, payload });
      }
    });
    let stop = stopListening;
    void load().then(({ createCallStore }) => {
      stopListening();
      if (isOver) {
        return;
      }
      const calls = createCallStore(salala);
      const stopFollowing = calls.subscribe((state) => {
        // Beginning and ending stay this one's own.
        late.setState({ ...state, start });
      });
      const stopCalls = calls.getState().start(missed);
      late.setState({ ...calls.getState(), start });
      arrive(calls);
      stop = () => {
        stopCalls();
        stopFollowing();
      };
    });
    return () => {
      isOver = true;
      stop();
    };
  };

  const late: CallStore = createStore<CallStoreState>(() => ({
    current: null,
    waiting: null,
    chosen: { microphone: null, camera: null },
    start,
    startCall: async (call) => (await actions()).startCall(call),
    acceptCall: async (callId, hasVideo) => (await actions()).acceptCall(callId, hasVideo),
    declineCall: (callId) => {
      void actions().then(({ declineCall }) => {
        declineCall(callId);
      });
    },
    // Without a call there is nothing to do yet.
    hangUp: () => undefined,
    dismiss: () => undefined,
    setMuted: () => undefined,
    setCamera: () => Promise.resolve(),
    setSharing: () => Promise.resolve(),
    chooseDevice: async (device, id) => (await actions()).chooseDevice(device, id),
    listDevices: async () => (await actions()).listDevices(),
    onDevicesChange: () => () => undefined,
  }));
  return late;
}
