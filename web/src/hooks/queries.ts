/** What is asked over HTTP, kept and asked again by TanStack Query. */

import { SalalaError } from '@salala/client';
import { QueryClient } from '@tanstack/react-query';

/** How often a question is asked again by itself whose refusal may pass. */
const RETRIES_MAX = 2;

/** The answers of one signed-in tab. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (count, error) =>
          count < RETRIES_MAX && error instanceof SalalaError && error.mayRetry,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}
