/** Talks to a Salala server, without React. */

export { createApi } from './api/api.js';
export type { Api, ApiOptions, Route, RouteAnswer, RouteInput } from './api/api.js';
export { createSession } from './api/session.js';
export type { Session, SessionOptions, SessionState } from './api/session.js';
export { userIdOf } from './api/token.js';
export type { GetToken } from './api/token.js';
export type { CallActions, CallStore, CallStoreOptions, CallStoreState } from './call-store.js';
export type {
  CallEndReason,
  CallPeer,
  CallPhase,
  CallState,
  CallsState,
  ChosenDevices,
  MediaProblem,
  MediaProblemCode,
} from './calls/state.js';
export { SalalaError } from './errors.js';
export type { ConnectErrorCode, ErrorDetails, SalalaErrorCode } from './errors.js';
export { OUTBOX_MAX } from './outbox/outbox.js';
export type { Outbox, Sending } from './outbox/outbox.js';
export type { Draft, OutboxEntry } from './outbox/storage.js';
export type {
  ConnectionState,
  ConnectionStatus,
  RequestOptions,
  SignedOutCode,
} from './realtime/connection.js';
export { createSalala } from './salala.js';
export type { Salala, SalalaOptions } from './salala.js';
export { createChatStore } from './store/chat-store.js';
export type { ChatActions, ChatState, ChatStore, ConversationChanges } from './store/chat-store.js';
export { selectConversations, selectMessages, selectPending, selectUnread } from './store/state.js';
export type { ChatData, ChatStatus, Presence, ReadPosition } from './store/state.js';
export type { Timeline } from './store/timeline.js';
export type * from './wire.js';
