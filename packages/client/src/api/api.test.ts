/** The HTTP API against a server that answers what each test says. */

import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

import { afterEach, expect, expectTypeOf, test } from 'vitest';

import { type SalalaError } from '../errors.js';
import { type Conversation, type Message } from '../generated/wire.js';
import { createApi } from './api.js';

type Asked = { method: string; url: string; authorization: string | undefined; body: string };
type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };

const servers: (() => void)[] = [];
afterEach(() => {
  for (const close of servers.splice(0)) {
    close();
  }
});

async function serve(...answers: Answer[]): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const body = Buffer.concat(chunks).toString();
      asked.push({ method, url, authorization: headers.authorization, body });
      const answer = answers.shift() ?? {};
      response.writeHead(answer.status ?? 200, answer.headers);
      response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('a route is filled with its path, query and body', async () => {
  const { url, asked } = await serve({ body: { data: [] } }, { body: { id: 'a message' } });
  const api = createApi({ url, getToken: () => 'a token' });
  await api('GET /conversations/{id}/messages', { path: { id: 'a/b' }, query: { before: 7 } });
  const sent = await api('POST /conversations/{id}/messages', {
    path: { id: 'c' },
    body: { content: 'hello' },
  });
  expectTypeOf(sent).toEqualTypeOf<Message>();
  expect(asked).toEqual([
    {
      method: 'GET',
      url: '/api/v1/conversations/a%2Fb/messages?before=7',
      authorization: 'Bearer a token',
      body: '',
    },
    {
      method: 'POST',
      url: '/api/v1/conversations/c/messages',
      authorization: 'Bearer a token',
      body: '{"content":"hello"}',
    },
  ]);
});

test('a token that the server no longer takes is asked for anew, once', async () => {
  const { url, asked } = await serve({ status: 401 }, { status: 204 });
  const refused: (string | null)[] = [];
  const api = createApi({
    url,
    getToken: ({ refresh }) => {
      refused.push(refresh);
      return refresh === null ? 'old' : 'new';
    },
  });
  await expect(api('POST /auth/logout')).resolves.toBeUndefined();
  expect(refused).toEqual([null, 'old']);
  expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new']);
});

test('a refusal keeps its code, its fields and when it may be tried again', async () => {
  const errors = [{ path: 'content', message: 'must not be blank' }];
  const { url } = await serve(
    { status: 422, body: { code: 'invalid_payload', detail: 'no', errors } },
    { status: 429, body: { code: 'rate_limited', detail: 'no' }, headers: { 'retry-after': '3' } },
    { status: 502 },
  );
  const api = createApi({ url, getToken: () => null });
  const ask = () =>
    api('GET /auth/me').then(
      () => null,
      (thrown: unknown) => thrown as SalalaError,
    );
  expect(await ask()).toMatchObject({ code: 'invalid_payload', details: { status: 422, errors } });
  expect(await ask()).toMatchObject({ code: 'rate_limited', details: { retryAfterMs: 3000 } });
  expect(await ask()).toMatchObject({ code: 'unavailable', mayRetry: true });
});

test('a server that is not there is offline, and one that is slow a timeout', async () => {
  const { url } = await serve();
  servers.splice(0).forEach((close) => {
    close();
  });
  const api = createApi({ url, getToken: () => null });
  await expect(api('GET /auth/me')).rejects.toMatchObject({ code: 'offline', mayRetry: true });
  const slow = createServer(() => undefined);
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  servers.push(() => {
    slow.closeAllConnections();
    slow.close();
  });
  const port = (slow.address() as AddressInfo).port;
  const patient = createApi({
    url: `http://127.0.0.1:${port}`,
    getToken: () => null,
    timeoutMs: 20,
  });
  await expect(patient('GET /auth/me')).rejects.toMatchObject({ code: 'timeout' });
});

test('what a route wants and gives is known to the compiler', () => {
  const api = createApi({ url: '', getToken: () => null });
  // @ts-expect-error a path is missing
  const noPath = () => api('GET /conversations/{id}');
  // @ts-expect-error there is no such route
  const noRoute = () => api('GET /chats');
  const one = (): Promise<Conversation> => api('GET /conversations/{id}', { path: { id: 'c' } });
  expect([noPath, noRoute, one]).toHaveLength(3);
});
