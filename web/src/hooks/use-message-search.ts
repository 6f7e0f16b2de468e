/** Messages by their words, page by page. */

import type { RouteAnswer } from '@salala/client';
import {
  useInfiniteQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query';

import { api } from '@/store/session';

type Page = RouteAnswer<'GET /search/messages'>;

const ROWS = 20;
/** A word that is still being typed is looked for by its beginning, from this length on. */
const BEGINNING_MIN_CHARS = 3;

/** Nothing for a text without words. */
export function useMessageSearch(text: string): UseInfiniteQueryResult<InfiniteData<Page>> {
  const q = wordsOf(text);
  return useInfiniteQuery({
    queryKey: ['message-search', q],
    enabled: q !== '',
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api('GET /search/messages', {
        query: { q, limit: ROWS, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

function wordsOf(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu)?.slice(0, 16) ?? [];
  const last = words.at(-1) ?? '';
  return words.join(' ') + (Array.from(last).length >= BEGINNING_MIN_CHARS ? '*' : '');
}
