/** Sends what is written and attached; what is still being uploaded is waited for. */

import { useEffect, useState } from 'react';

import { useScope } from '@/components/conversation/pane-context';
import { useChatActions } from '@/hooks/use-chat';
import { useRefusal } from '@/hooks/use-refusal';
import { NO_DRAFT } from '@/store/drafts';
import { tell } from '@/store/toasts';

export type Send = {
  send: () => void;
  /** It goes as soon as all files are there. */
  isWaiting: boolean;
};

export function useSend(conversationId: string): Send {
  const { pane, drafts, attachments } = useScope();
  const { sendMessage } = useChatActions();
  const refusal = useRefusal();
  const [isWaiting, setIsWaiting] = useState(false);

  const sendAll = (): void => {
    const { text, replyTo } = drafts.getState()[conversationId] ?? NO_DRAFT;
    const { items } = attachments.getState();
    const files = items.flatMap(({ uploaded }) => uploaded?.fileUrl ?? []);
    const content = text.trim() === '' ? null : text.trim();
    if (content === null && files.length === 0) {
      return;
    }
    try {
      // The words go with the first file, and so does what they answer.
      const [first, ...others] = files;
      const replyToId = replyTo?.id ?? null;
      sendMessage({ conversationId, content, fileUrl: first ?? null, replyToId });
      for (const fileUrl of others) {
        sendMessage({ conversationId, fileUrl });
      }
      drafts.write(conversationId, NO_DRAFT);
      attachments.clear();
      pane.setState({ unreadFrom: null });
    } catch (thrown) {
      tell(refusal(thrown), { isBad: true });
    }
  };

  useEffect(() => {
    if (!isWaiting) {
      return;
    }
    const look = (): void => {
      const { items } = attachments.getState();
      const hasFailed = items.some(({ error }) => error !== null);
      if (hasFailed || items.every(({ uploaded }) => uploaded !== null)) {
        setIsWaiting(false);
        if (!hasFailed) {
          sendAll();
        }
      }
    };
    return attachments.subscribe(look);
  });

  return {
    isWaiting,
    send: () => {
      const { items } = attachments.getState();
      if (items.some(({ error }) => error !== null)) {
        // Why stands beside the file; it is to be tried again or taken out.
        return;
      }
      if (items.every(({ uploaded }) => uploaded !== null)) {
        sendAll();
      } else {
        setIsWaiting(true);
      }
    },
  };
}
