/** @vitest-environment happy-dom */
/** The hooks share one client: these tests look at when it connects, leaves and is made anew. */

import { act, cleanup, render, renderHook } from '@testing-library/react';
import { type ReactNode, StrictMode, createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useChat, useChatStore, useConnection, useSalala, useSocket } from './hooks.js';
import { SalalaProvider } from './provider.js';

/** Nobody listens there: what counts is that it is tried. */
const URL_OF_NOBODY = 'http://127.0.0.1:9';

function tokenOf(userId: string, name = 'one'): string {
  const part = (value: unknown) => btoa(JSON.stringify(value));
  return [part({ alg: 'HS256' }), part({ sub: userId, name }), 'signature'].join('.');
}

function within(token: string | null) {
  return ({ children }: { children: ReactNode }) => (
    <SalalaProvider url={URL_OF_NOBODY} token={token}>
      {children}
    </SalalaProvider>
  );
}

const leave = () => act(() => new Promise((resolve) => setTimeout(resolve, 1)));

beforeEach(() => {
  // The store's first load asks a server that is not there.
  vi.stubGlobal('fetch', () => Promise.reject(new Error('nobody is there')));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('all hooks below a provider share one client, which leaves with the last of them', async () => {
  const seen: ReturnType<typeof useSalala>[] = [];
  const Talker = () => {
    seen.push(useSalala());
    useSocket();
    return null;
  };
  const Page = ({ talkers }: { talkers: number }) => (
    <SalalaProvider url={URL_OF_NOBODY} token={tokenOf('ann')}>
      {Array.from({ length: talkers }, (_, index) => (
        <Talker key={index} />
      ))}
    </SalalaProvider>
  );
  const page = render(<Page talkers={2} />);
  expect(new Set(seen).size).toBe(1);
  const status = () => seen[0]?.connection.getState().status;
  expect(status()).toBe('connecting');
  page.rerender(<Page talkers={1} />);
  await leave();
  expect(status()).toBe('connecting');
  page.rerender(<Page talkers={0} />);
  await leave();
  expect(status()).toBe('offline');
  page.rerender(<Page talkers={1} />);
  expect(status()).toBe('connecting');
});

test('another token makes another client, and the old one leaves', async () => {
  const seen = new Set<ReturnType<typeof useSalala>>();
  const Talker = () => {
    seen.add(useSalala());
    return null;
  };
  const Page = ({ token }: { token: string | null }) => (
    <SalalaProvider url={URL_OF_NOBODY} token={token}>
      <Talker />
    </SalalaProvider>
  );
  const page = render(<Page token={tokenOf('ann')} />);
  page.rerender(<Page token={tokenOf('ann')} />);
  expect(seen.size).toBe(1);
  page.rerender(<Page token={tokenOf('ann', 'another')} />);
  await leave();
  const statuses = [...seen].map(({ connection }) => connection.getState().status);
  expect(statuses).toEqual(['offline', 'connecting']);
  page.rerender(<Page token={null} />);
  await leave();
  expect([...seen].map(({ connection }) => connection.getState().status)).toEqual([
    'offline',
    'offline',
    'offline',
  ]);
});

test('a component that is mounted twice in development keeps one connection', () => {
  const { result } = renderHook(() => useConnection(({ status }) => status), {
    wrapper: ({ children }) =>
      createElement(StrictMode, null, within(tokenOf('ann'))({ children })),
  });
  expect(result.current).toBe('connecting');
});

test('the documented methods are there, and one that fails troubles nobody', async () => {
  const { result } = renderHook(() => useSocket(), { wrapper: within(tokenOf('ann')) });
  const names = [
    'joinRoom',
    'sendMessage',
    'emitTyping',
    'emitStopTyping',
    'emitMarkAsRead',
    'initiateCall',
    'sendOffer',
    'sendAnswer',
    'sendIceCandidate',
    'rejectCall',
    'endCall',
    'cancelCall',
  ];
  for (const name of names) {
    expect(result.current).toHaveProperty(name, expect.any(Function));
  }
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  void result.current.emitTyping('a conversation');
  await leave();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  await expect(result.current.joinRoom('a conversation')).rejects.toMatchObject({
    code: 'offline',
  });
});

test('a selector draws a component anew for its own value alone', () => {
  let draws = 0;
  const { result } = renderHook(
    () => {
      draws += 1;
      return { chat: useChat(), active: useChatStore((state) => state.activeConversationId) };
    },
    { wrapper: within(tokenOf('ann')) },
  );
  const before = draws;
  act(() => {
    result.current.chat.setState({ typing: { 'a conversation': ['ben'] } });
  });
  expect(draws).toBe(before);
  act(() => {
    result.current.chat.setState({ activeConversationId: 'a conversation' });
  });
  expect(result.current.active).toBe('a conversation');
  expect(result.current.chat.getState().me).toBe('ann');
});

test('a page that is drawn on a server connects to nothing', () => {
  const Talker = () =>
    createElement(
      'p',
      null,
      useConnection(({ status }) => status),
    );
  const drawn = renderToString(within(tokenOf('ann'))({ children: createElement(Talker) }));
  expect(drawn).toBe('<p>offline</p>');
});
