/** What is told by the socket and is news to the user, wherever on the page they are. */

import type { Conversation, Message, Salala } from '@salala/client';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useNames, type Names } from '@/hooks/names';
import { useChat, useSalala } from '@/hooks/use-chat';
import { peopleKeys } from '@/hooks/use-people';
import { useMe } from '@/hooks/use-session';
import { showNotification } from '@/store/notifications';
import { navigate, route } from '@/store/route';
import { sentRequests } from '@/store/sent-requests';
import { settings } from '@/store/settings';
import { playOnce } from '@/store/sound';
import { tell } from '@/store/toasts';

/** What a listener needs of the newest rendering. */
type Around = {
  t: TFunction;
  names: Names;
  meId: string;
  conversations: Readonly<Record<string, Conversation>>;
  queries: QueryClient;
  announce: (text: string) => void;
};

/** Tells what comes in; gives what screen readers are to say of it. */
export function useNews(): string {
  const { t } = useTranslation();
  const salala = useSalala();
  const queries = useQueryClient();
  const names = useNames();
  const { id: meId } = useMe();
  const conversations = useChat((state) => state.conversations);
  const [announced, announce] = useState('');
  const around = useRef<Around | null>(null);
  useEffect(() => {
    around.current = { t, names, meId, conversations, queries, announce };
  }, [t, names, meId, conversations, queries]);
  useEffect(() => {
    sentRequests.getState().load(meId);
    return listen(salala, () => around.current);
  }, [salala, meId]);
  return announced;
}

function listen(salala: Salala, look: () => Around | null): () => void {
  const stops = [
    salala.on('newMessage', (message) => {
      const around = look();
      if (around && message.senderId !== around.meId) {
        tellMessage(around, message);
      }
    }),
    salala.on('newFriendRequest', ({ sender }) => {
      const around = look();
      if (around) {
        tell(around.t('people.asked', { name: around.names.of(sender) }));
      }
    }),
    salala.on('friendRequestUpdated', (request) => {
      const around = look();
      const sent = sentRequests.getState().requests.find(({ id }) => id === request.id);
      if (request.status === 'PENDING' || !around) {
        return;
      }
      sentRequests.getState().remove(request.id);
      if (request.status === 'ACCEPTED') {
        void around.queries.invalidateQueries({ queryKey: peopleKeys.friends });
      }
      if (request.status === 'ACCEPTED' && sent) {
        tell(around.t('people.accepted', { name: around.names.of(sent.receiver) }));
      }
    }),
    salala.onAny((name, payload) => {
      const around = look();
      if (around && name === `user:${around.meId}:newGroup`) {
        const { groupName } = payload as { groupName: string };
        tell(around.t('groups.added', { name: groupName }));
      }
    }),
  ];
  return () => {
    for (const stop of stops) {
      stop();
    }
  };
}

/** A message of somebody else: said to screen readers, and heard and shown unless it is seen already. */
function tellMessage(around: Around, message: Message): void {
  const { t, names, conversations, announce } = around;
  const conversation = conversations[message.conversationId];
  if (conversation && isMutedNow(conversation)) {
    return;
  }
  const text = message.content ?? t('conversations.file');
  announce(t('conversations.named', { name: names.of(message.sender), text }));
  const isOpen = route.getState().conversationId === message.conversationId;
  if (isOpen && isLookedAt()) {
    return;
  }
  if (settings.getState().hasSound) {
    playOnce(message.id);
  }
  if (!isLookedAt()) {
    notify(around, message, text);
  }
}

function notify({ t, names, conversations }: Around, message: Message, text: string): void {
  const conversation = conversations[message.conversationId];
  const name = names.of(message.sender);
  showNotification({
    title: conversation?.isGroup
      ? t('conversations.inGroup', { name, group: names.ofConversation(conversation) })
      : name,
    body: text,
    tag: message.conversationId,
    onClick: () => {
      navigate({ conversationId: message.conversationId });
    },
  });
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

/** Whether a conversation is muted at this moment. */
export function isMutedNow({ mutedUntil }: Conversation): boolean {
  return mutedUntil !== null && Date.parse(mutedUntil) > Date.now();
}
