/** On which loudspeaker calls are heard; `null` is the system's choice. */

import { createStore, type StoreApi } from 'zustand/vanilla';

export const loudspeaker: StoreApi<{ deviceId: string | null }> = createStore(() => ({
  deviceId: null,
}));
