/** What the page knows. */

/** An element of the page by its id. */
export const element = (id) => document.getElementById(id);
/** All that the page knows; it is painted from here and changed by what comes in. */
export const state = {
  me: null,
  token: null,
  socket: null,
  conversations: new Map(),
  openId: null,
  /** The open conversation's messages by id, oldest first; what is not yet acked is at the end. */
  messages: new Map(),
  earlierCursor: null,
  typists: new Set(),
};
