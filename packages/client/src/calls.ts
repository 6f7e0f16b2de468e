/** Calls between two; apart from the rest, so that a page can load it when it has begun. */

export { createCallStore } from './call-store.js';
export { createCalls } from './calls/calls.js';
export type { Calls, CallsTools } from './calls/calls.js';
export { MediaError, browserMedia } from './calls/media.js';
export type { Media } from './calls/media.js';
