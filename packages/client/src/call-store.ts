/** The calls of the client's user as a store: what is shown of them, and what can be done. */

import { type StoreApi, createStore } from 'zustand/vanilla';

import { type Calls, createCalls } from './calls/calls.js';
import { type MakeConnection } from './calls/link.js';
import { type Media, browserMedia } from './calls/media.js';
import { type CallPeer, type CallsState, type ChosenDevices } from './calls/state.js';
import { type Salala } from './salala.js';

export type CallActions = {
  /**
   * Begins to listen for calls; gives back how to end, which ends the call too. `missed` are events that came while
   * this was being loaded.
   */
  start: (missed?: readonly MissedEvent[]) => () => void;
  /** Calls somebody, with a picture or without. */
  startCall: (call: { conversationId: string; peer: CallPeer; hasVideo: boolean }) => Promise<void>;
  /** Takes the call that comes in; a waiting one in place of the one that goes on. */
  acceptCall: (callId: string, hasVideo: boolean) => Promise<void>;
  declineCall: (callId: string) => void;
  /** Ends the call that goes on, or takes it back. */
  hangUp: () => void;
  /** Shows an ended call no more. */
  dismiss: () => void;
  setMuted: (isMuted: boolean) => void;
  setCamera: (isOn: boolean) => Promise<void>;
  setSharing: (isOn: boolean) => Promise<void>;
  /** Chooses a microphone or camera, for this call and the next ones; `null` is the system's choice. */
  chooseDevice: (device: 'microphone' | 'camera', deviceId: string | null) => Promise<void>;
  /** Looks which devices there are. */
  listDevices: () => Promise<MediaDeviceInfo[]>;
  onDevicesChange: (listener: () => void) => () => void;
};

export type MissedEvent = { name: string; payload: unknown };

export type CallStoreState = CallsState & { chosen: ChosenDevices } & CallActions;

export type CallStore = StoreApi<CallStoreState>;

export type CallStoreOptions = {
  media?: Media;
  makeConnection?: MakeConnection;
};

/** Makes the store; nothing is opened before there is a call. */
export function createCallStore(
  salala: Salala,
  {
    media = browserMedia(),
    makeConnection = (config) => new RTCPeerConnection(config),
  }: CallStoreOptions = {},
): CallStore {
  return createStore<CallStoreState>((set, get) => {
    const callsOf = (me: string): Calls =>
      createCalls({
        me,
        media,
        makeConnection,
        send: salala.request,
        chosen: () => get().chosen,
        now: Date.now,
        onChange: set,
      });
    let calls = callsOf(salala.connection.getState().userId ?? '');

    const start = (missed: readonly MissedEvent[] = []): (() => void) => {
      // Whose calls they are is known at the latest when the first one can come.
      calls = callsOf(salala.connection.getState().userId ?? '');
      const stops = [
        salala.onAny((name, payload) => {
          calls.receive(name, payload);
        }),
        salala.connection.subscribe(({ status }, before) => {
          if (status === 'online' && before.status !== 'online') {
            calls.resume();
          } else if (status === 'signed-out') {
            calls.hangUp();
          }
        }),
        listenToNetworks(() => {
          calls.changeNetwork();
        }),
        listenToLeaving(() => {
          calls.hangUp();
        }),
      ];
      for (const { name, payload } of missed) {
        calls.receive(name, payload);
      }
      return () => {
        for (const stop of stops) {
          stop();
        }
        calls.hangUp();
      };
    };

    return {
      current: null,
      waiting: null,
      chosen: { microphone: null, camera: null },
      start,
      startCall: (call) => calls.start(call),
      acceptCall: (callId, hasVideo) => calls.accept(callId, hasVideo),
      declineCall: (callId) => {
        calls.decline(callId);
      },
      hangUp: () => {
        calls.hangUp();
      },
      dismiss: () => {
        calls.dismiss();
      },
      setMuted: (isMuted) => calls.current()?.setMuted(isMuted),
      setCamera: async (isOn) => calls.current()?.setCamera(isOn),
      setSharing: async (isOn) => calls.current()?.setSharing(isOn),
      chooseDevice: async (device, deviceId) => {
        set({ chosen: { ...get().chosen, [device]: deviceId } });
        await calls.current()?.changeDevice(device);
      },
      listDevices: () => media.listDevices(),
      onDevicesChange: (listener) => media.onDevicesChange(listener),
    };
  });
}

/** Another network: a cable that is unplugged, a phone that leaves the house. */
function listenToNetworks(listener: () => void): () => void {
  if (typeof window === 'undefined') {
    return () => undefined;
  }
  const { connection } = navigator as { connection?: EventTarget };
  window.addEventListener('online', listener);
  connection?.addEventListener('change', listener);
  return () => {
    window.removeEventListener('online', listener);
    connection?.removeEventListener('change', listener);
  };
}

function listenToLeaving(listener: () => void): () => void {
  if (typeof window === 'undefined') {
    return () => undefined;
  }
  window.addEventListener('pagehide', listener);
  return () => {
    window.removeEventListener('pagehide', listener);
  };
}
