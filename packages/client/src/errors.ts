/** Why something did not work: one class, told apart by stable codes. */

import {
  type ConnectErrorData,
  type ErrorCode,
  type FieldError,
  type Refusal,
} from './generated/wire.js';

/** Why a socket was not let in. */
export type ConnectErrorCode = ConnectErrorData['code'];

/**
 * The server's codes, those of a refused socket, and what only this side can know: `timeout` (no answer came,
 * the outcome is unknown), `offline` (there is no connection; nothing was sent), `closed` (the client was
 * closed), `outbox_full` (too much waits already).
 */
export type SalalaErrorCode =
  ErrorCode | ConnectErrorCode | 'timeout' | 'offline' | 'closed' | 'outbox_full';

/** What is known beside code and sentence. */
export type ErrorDetails = {
  /** When it may be tried again. */
  retryAfterMs?: number;
  /** With `invalid_payload`: each mistake. */
  errors?: FieldError[];
  /** With `conflict` over a call: the one under way. */
  callId?: string;
  /** The status of an HTTP answer. */
  status?: number;
};

const MAY_RETRY: ReadonlySet<string> = new Set<SalalaErrorCode>([
  'rate_limited',
  'busy',
  'unavailable',
  'timeout',
  'offline',
]);

/** A request that was not fulfilled. `message` is for people who read logs; pages translate `code`. */
export class SalalaError extends Error {
  override readonly name = 'SalalaError';
  readonly code: SalalaErrorCode;
  readonly details: ErrorDetails;

  constructor(code: SalalaErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** The same may succeed later. */
  get mayRetry(): boolean {
    return MAY_RETRY.has(this.code);
  }
}

/** What the ack of a refused event says. */
export function refused(refusal: Refusal): SalalaError {
  const { code, message, retryAfterMs, errors, callId } = refusal;
  return new SalalaError(code, message, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(errors === undefined ? {} : { errors }),
    ...(callId === undefined ? {} : { callId }),
  });
}

/** An ack says that its event was refused. */
export function isRefusal(ack: unknown): ack is Refusal {
  return typeof ack === 'object' && ack !== null && 'status' in ack && ack.status === 'error';
}

/** Whatever was thrown, as the one class. */
export function asSalalaError(thrown: unknown): SalalaError {
  if (thrown instanceof SalalaError) {
    return thrown;
  }
  return new SalalaError('internal', thrown instanceof Error ? thrown.message : String(thrown));
}
