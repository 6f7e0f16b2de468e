/** What one may do with a conversation, as a menu tells it: in the list, and in the conversation's head. */

import type { Conversation, ConversationChanges } from '@salala/client';
import {
  Archive,
  ArchiveRestore,
  Bell,
  BellOff,
  Info,
  Mail,
  MailOpen,
  Pin,
  PinOff,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';

import type { MenuItem } from '@/components/ui/menu';
import { useChatActions } from '@/hooks/use-chat';
import { isMutedNow } from '@/hooks/use-news';
import { useRefusal } from '@/hooks/use-refusal';
import { showOverlay } from '@/store/overlay';
import { navigate, route } from '@/store/route';
import { tell } from '@/store/toasts';

const HOUR_MS = 60 * 60 * 1000;
/** What `always` is to the server. */
const FOREVER = '2999-12-31T00:00:00.000Z';

export function useConversationMenu(conversation: Conversation): MenuItem[] {
  const { t } = useTranslation();
  const change = useChange(conversation.id);
  const markUnread = useMarkUnread(conversation);
  const { pinnedAt, archivedAt } = conversation;
  const isPinned = pinnedAt !== null;
  const isArchived = archivedAt !== null;
  const now = (): string => new Date().toISOString();
  return [
    {
      label: t(isPinned ? 'conversations.unpin' : 'conversations.pin'),
      icon: isPinned ? PinOff : Pin,
      onSelect: () => {
        change({ pinnedAt: isPinned ? null : now() });
      },
    },
    muteItem(t, isMutedNow(conversation), (mutedUntil) => {
      change({ mutedUntil });
    }),
    markUnread,
    {
      label: t(isArchived ? 'conversations.unarchive' : 'conversations.archiveIt'),
      icon: isArchived ? ArchiveRestore : Archive,
      onSelect: () => {
        change({ archivedAt: isArchived ? null : now() });
      },
    },
    {
      label: t(conversation.isGroup ? 'groups.details' : 'people.details'),
      icon: Info,
      isApart: true,
      onSelect: () => {
        showOverlay({ kind: 'conversation', conversationId: conversation.id });
      },
    },
  ];
}

/** Changes what is the member's own, and says why where it was refused. */
function useChange(id: string): (changes: ConversationChanges) => void {
  const refusal = useRefusal();
  const { updateConversation } = useChatActions();
  return (changes) => {
    updateConversation(id, changes).catch((error: unknown) => {
      tell(refusal(error), { isBad: true });
    });
  };
}

function useMarkUnread(conversation: Conversation): MenuItem {
  const { t } = useTranslation();
  const change = useChange(conversation.id);
  const { markRead } = useChatActions();
  const { id, unreadCount, markedUnread, lastSeq } = conversation;
  if (unreadCount > 0 || markedUnread) {
    return {
      label: t('conversations.markRead'),
      icon: MailOpen,
      onSelect: () => {
        markRead(id, lastSeq);
        if (markedUnread) {
          change({ markedUnread: false });
        }
      },
    };
  }
  return {
    label: t('conversations.markUnread'),
    icon: Mail,
    onSelect: () => {
      // Whoever looks at a conversation reads it: it is left first.
      const { view, conversationId } = route.getState();
      if (conversationId === id) {
        navigate({ view });
      }
      change({ markedUnread: true });
    },
  };
}

function muteItem(
  t: ReturnType<typeof useTranslation>['t'],
  isMuted: boolean,
  mute: (until: string | null) => void,
): MenuItem {
  if (isMuted) {
    return {
      label: t('conversations.unmute'),
      icon: Bell,
      onSelect: () => {
        mute(null);
      },
    };
  }
  const forHours = (hours: number) => () => {
    mute(new Date(Date.now() + hours * HOUR_MS).toISOString());
  };
  return {
    label: t('conversations.mute'),
    icon: BellOff,
    items: [
      { label: t('conversations.muteHour'), onSelect: forHours(1) },
      { label: t('conversations.muteDay'), onSelect: forHours(8) },
      { label: t('conversations.muteWeek'), onSelect: forHours(7 * 24) },
      {
        label: t('conversations.muteAlways'),
        onSelect: () => {
          mute(FOREVER);
        },
      },
    ],
  };
}
