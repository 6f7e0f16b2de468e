/** The methods that `useSocket` gives: one for each thing that a page tells the server. */

import { type ClientEvents, type ServerEvents } from '../generated/events.js';
import { type Message } from '../generated/wire.js';
import { type Salala } from '../salala.js';

type Ack<Name extends keyof ClientEvents> = Promise<ClientEvents[Name]['ack']>;

/** Each gives what the ack says; whoever does not look at it is not troubled by a refusal. */
export type SocketMethods = {
  joinRoom: (conversationId: string) => Ack<'joinRoom'>;
  leaveRoom: (conversationId: string) => Ack<'leaveRoom'>;
  /** Through the outbox: it is sent as soon as there is a connection, and once. */
  sendMessage: (
    conversationId: string,
    content: string | null,
    fileUrl?: string | null,
    replyToId?: string | null,
  ) => Promise<Message>;
  emitTyping: (conversationId: string) => Ack<'typing'>;
  emitStopTyping: (conversationId: string) => Ack<'stopTyping'>;
  emitMarkAsRead: (messageIds: string[]) => Ack<'markMessagesAsRead'>;
  initiateCall: (
    conversationId: string,
    calleeId: string,
    hasVideo: boolean,
  ) => Ack<'call:initiate'>;
  sendOffer: (to: string, offer: unknown, callId?: string) => Ack<'call:offer'>;
  sendAnswer: (to: string, answer: unknown, callId?: string) => Ack<'call:answer'>;
  sendIceCandidate: (to: string, candidate: unknown, callId?: string) => Ack<'call:ice-candidate'>;
  rejectCall: (to: string, callId?: string) => Ack<'call:reject'>;
  endCall: (to: string, callId?: string) => Ack<'call:end'>;
  cancelCall: (to: string, callId?: string) => Ack<'call:cancel'>;
  /** Listens to an event of the server; gives back how to stop. */
  on: <Name extends keyof ServerEvents>(
    name: Name,
    listener: (payload: ServerEvents[Name]) => void,
  ) => () => void;
};

export function createSocketMethods(salala: Salala): SocketMethods {
  const request = <Name extends keyof ClientEvents>(
    name: Name,
    payload: ClientEvents[Name]['payload'],
  ): Ack<Name> => unbothered(salala.request(name, payload));
  const of = (callId: string | undefined): { callId?: string } =>
    callId === undefined ? {} : { callId };
  return {
    joinRoom: (conversationId) => request('joinRoom', { conversationId }),
    leaveRoom: (conversationId) => request('leaveRoom', { conversationId }),
    sendMessage: (conversationId, content, fileUrl = null, replyToId = null) =>
      salala.outbox.send({ conversationId, content, fileUrl, replyToId }).message,
    emitTyping: (conversationId) => request('typing', { conversationId }),
    emitStopTyping: (conversationId) => request('stopTyping', { conversationId }),
    emitMarkAsRead: (messageIds) => request('markMessagesAsRead', { messageIds }),
    initiateCall: (conversationId, calleeId, hasVideo) =>
      request('call:initiate', { conversationId, calleeId, hasVideo }),
    sendOffer: (to, offer, callId) => request('call:offer', { to, offer, ...of(callId) }),
    sendAnswer: (to, answer, callId) => request('call:answer', { to, answer, ...of(callId) }),
    sendIceCandidate: (to, candidate, callId) =>
      request('call:ice-candidate', { to, candidate, ...of(callId) }),
    rejectCall: (to, callId) => request('call:reject', { to, ...of(callId) }),
    endCall: (to, callId) => request('call:end', { to, ...of(callId) }),
    cancelCall: (to, callId) => request('call:cancel', { to, ...of(callId) }),
    on: salala.on,
  };
}

function unbothered<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
