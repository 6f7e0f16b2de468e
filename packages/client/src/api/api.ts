/** The HTTP API, each route under its method and path as `docs/protocol.md` names it. */

import { type SalalaErrorCode, SalalaError, asSalalaError } from '../errors.js';
import { API_PREFIX, type Operations } from '../generated/routes.js';
import { type GetToken } from './token.js';

/** `'GET /conversations/{id}'` and its like. */
export type Route = keyof Operations;

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;
type RequestBody<T> = T extends { content: { 'multipart/form-data': unknown } }
  ? FormData
  : Json<T>;
type Given<Key extends string, T> = [NonNullable<T>] extends [never]
  ? unknown
  : undefined extends T
    ? Partial<Record<Key, NonNullable<T>>>
    : Record<Key, T>;

type BodyInput<T> = [NonNullable<T>] extends [never]
  ? unknown
  : { body: RequestBody<NonNullable<T>> };

/** What a route answers when it did what was asked. */
export type RouteAnswer<R extends Route> = {
  [Status in keyof Operations[R]['responses'] & (200 | 201 | 204)]: Json<
    Operations[R]['responses'][Status]
  >;
}[keyof Operations[R]['responses'] & (200 | 201 | 204)];

/** What a route wants: `path`, `query` and `body`, as far as it has them. */
export type RouteInput<R extends Route> = Given<'path', Operations[R]['parameters']['path']> &
  Given<'query', Operations[R]['parameters']['query']> &
  BodyInput<Operations[R]['requestBody']> & { signal?: AbortSignal };

type Rest<R extends Route> =
  Partial<RouteInput<R>> extends RouteInput<R> ? [input?: RouteInput<R>] : [input: RouteInput<R>];

/** Makes one request; throws {@link SalalaError}. */
export type Api = <R extends Route>(route: R, ...rest: Rest<R>) => Promise<RouteAnswer<R>>;

/** Where the server is, and who asks. */
export type ApiOptions = {
  /** The server's address; empty for the one that the page came from. */
  url: string;
  getToken: GetToken;
  /** How long an answer may take. */
  timeoutMs?: number;
};

type Parts = {
  path?: Record<string, string>;
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  signal?: AbortSignal;
};

const TIMEOUT_MS = 30_000;

/** Makes requests of one server. */
export function createApi({ url, getToken, timeoutMs = TIMEOUT_MS }: ApiOptions): Api {
  const ask = async (route: Route, parts: Parts, token: string | null): Promise<Response> => {
    const [method = 'GET', path = ''] = route.split(' ');
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = parts.signal ? AbortSignal.any([parts.signal, timeout]) : timeout;
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const written = write(parts.body, headers);
    try {
      return await fetch(`${url}${API_PREFIX}${fill(path, parts)}`, { method, signal, ...written });
    } catch (thrown) {
      // Whoever took a request back asked for the end that it gets.
      parts.signal?.throwIfAborted();
      const code = timeout.aborted ? 'timeout' : 'offline';
      throw new SalalaError(code, asSalalaError(thrown).message);
    }
  };
  return async (route, ...rest) => {
    const parts = (rest[0] ?? {}) as Parts;
    const token = await getToken({ refresh: null });
    let answer = await ask(route, parts, token);
    if (answer.status === 401 && token !== null) {
      const renewed = await getToken({ refresh: token });
      if (renewed !== null && renewed !== token) {
        answer = await ask(route, parts, renewed);
      }
    }
    return (await read(answer)) as RouteAnswer<typeof route>;
  };
}

function fill(path: string, { path: segments = {}, query = {} }: Parts): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(segments[name] ?? ''),
  );
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}

function write(body: unknown, headers: Record<string, string>): RequestInit {
  if (body === undefined) {
    return { headers };
  }
  // A form brings its own type, with the boundary in it.
  return body instanceof FormData
    ? { headers, body }
    : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function read(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const body = parse(text);
  if (answer.ok) {
    return text === '' ? undefined : body;
  }
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const retryAfter = Number(answer.headers.get('retry-after'));
  const { code, detail, errors, callId } = problem as {
    code?: SalalaErrorCode;
    detail?: string;
    errors?: [];
    callId?: string;
  };
  throw new SalalaError(code ?? codeOf(answer.status), detail ?? `HTTP ${answer.status}`, {
    status: answer.status,
    ...(retryAfter > 0 ? { retryAfterMs: retryAfter * 1000 } : {}),
    ...(errors === undefined ? {} : { errors }),
    ...(callId === undefined ? {} : { callId }),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What an answer means that is not the server's own, but that of something before it. */
function codeOf(status: number): SalalaErrorCode {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 413:
      return 'too_large';
    case 429:
      return 'rate_limited';
    default:
      return status >= 502 && status <= 504 ? 'unavailable' : 'internal';
  }
}
