/** One conversation, once it is known and all that shows it is here. */

'use client';

import { lazy, Suspense, useEffect, type JSX } from 'react';

import { PaneSkeleton } from '@/components/conversation/pane-skeleton';
import { useChat, useConversation } from '@/hooks/use-chat';

const load = () => import('@/components/conversation/open-pane');

/** Not among what the page begins with; it is fetched as soon as that is done. */
const OpenPane = lazy(async () => ({ default: (await load()).OpenPane }));

type ConversationPaneProps = {
  conversationId: string;
  /** The message to begin at: a link to it was opened. */
  messageId?: string | null;
};

export function ConversationPane(props: ConversationPaneProps): JSX.Element {
  const { conversationId, messageId = null } = props;
  const conversation = useConversation(conversationId);
  const isLoading = useChat(({ status }) => status === 'loading');
  return (
    <section className="bg-ground flex min-h-0 flex-1 flex-col">
      {conversation === undefined && isLoading ? (
        <PaneSkeleton />
      ) : (
        <Suspense fallback={<PaneSkeleton />}>
          <OpenPane
            conversationId={conversationId}
            conversation={conversation}
            messageId={messageId}
          />
        </Suspense>
      )}
    </section>
  );
}

/** Fetches what shows a conversation before one is opened. */
export function useConversationSoon(): void {
  useEffect(() => {
    const timer = setTimeout(() => void load(), 300);
    return () => {
      clearTimeout(timer);
    };
  }, []);
}
