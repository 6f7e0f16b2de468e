/** How much waits to be read. */

import { selectUnread } from '@salala/client';

import { useChat } from '@/hooks/use-chat';

/** Unread messages of what is neither muted nor archived. */
export function useUnread(): number {
  return useChat((state) => selectUnread(state));
}
