/** A user with the client package, as an application has it: with a database for its outbox, and a store. */

import 'fake-indexeddb/auto';

import { createChatStore, createSalala } from '../../packages/client/dist/index.js';

const PATIENCE_MS = 20_000;
const chatters = new Set();

/** Ends all clients; call it after each test. */
export function closeChatters() {
  for (const chatter of chatters) chatter.close();
}

/** Opens a client for a person, which connects unless told otherwise. */
export function openChatter(person, { connect = true, getToken = () => person.token } = {}) {
  const salala = createSalala({ url: person.server.url, userId: person.id, getToken });
  const store = createChatStore(salala);
  const chatter = new Chatter(person, salala, store);
  chatters.add(chatter);
  store.getState().start();
  if (connect) salala.connect();
  return chatter;
}

class Chatter {
  constructor(person, salala, store) {
    Object.assign(this, { person, salala, store });
    /** Every `status` that the connection had. */
    this.statuses = [];
    salala.connection.subscribe(({ status }, before) => {
      if (status !== before.status) this.statuses.push(status);
    });
  }

  get state() {
    return this.store.getState();
  }

  /** Waits until the store or the connection is so. */
  until(isSo, what) {
    return new Promise((resolve, reject) => {
      const stops = [];
      const end = (finish) => {
        clearTimeout(patience);
        for (const stop of stops) stop();
        finish();
      };
      const patience = setTimeout(() => {
        end(() => reject(new Error(`waited in vain for ${what}; was ${this.statuses}`)));
      }, PATIENCE_MS);
      const look = () => {
        const found = isSo(this.state, this.salala);
        if (found) end(() => resolve(found));
      };
      stops.push(
        this.store.subscribe(look),
        this.salala.connection.subscribe(look),
        this.salala.outbox.entries.subscribe(look),
      );
      look();
    });
  }

  isCurrent() {
    return this.until(({ status }) => status === 'current', 'being up to date');
  }

  online() {
    return this.until((_, { connection }) => connection.getState().status === 'online', 'online');
  }

  contents(conversationId) {
    const messages = this.state.timelines[conversationId]?.messages ?? [];
    return messages.map(({ content }) => content);
  }

  close() {
    chatters.delete(this);
    this.state.stop();
    this.salala.close();
  }
}
