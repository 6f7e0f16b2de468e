/** Salala in React: a provider, and hooks that share one connection. */

export { useChat, useChatStore, useConnection, useSalala, useSocket } from './hooks.js';
export { SalalaProvider } from './provider.js';
export type { SalalaProviderProps } from './provider.js';
export type { SocketMethods } from './socket-methods.js';
