/**
 * Friend requests that were sent from this browser and wait. The server tells those that were received and no
 * others, so these are remembered here.
 */

import type { FriendRequest, UserSummary } from '@salala/client';
import { createStore, type StoreApi } from 'zustand/vanilla';

export type SentRequest = FriendRequest & { receiver: UserSummary };

type SentRequests = {
  requests: readonly SentRequest[];
  /** Takes up those of a user. */
  load: (userId: string) => void;
  add: (request: FriendRequest, receiver: UserSummary) => void;
  remove: (id: string) => void;
};

const KEPT_MAX = 100;

export const sentRequests: StoreApi<SentRequests> = createStore<SentRequests>((set, get) => {
  let key = '';
  const keep = (requests: readonly SentRequest[]): void => {
    set({ requests: requests.slice(-KEPT_MAX) });
    localStorage.setItem(key, JSON.stringify(get().requests));
  };
  return {
    requests: [],
    load: (userId) => {
      key = `salala.sent-requests.${userId}`;
      set({ requests: read(key) });
    },
    add: (request, receiver) => {
      const others = get().requests.filter(({ receiverId }) => receiverId !== receiver.id);
      keep([...others, { ...request, receiver }]);
    },
    remove: (id) => {
      keep(get().requests.filter((request) => request.id !== id));
    },
  };
});

function read(key: string): SentRequest[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? (kept as SentRequest[]) : [];
  } catch {
    return [];
  }
}
