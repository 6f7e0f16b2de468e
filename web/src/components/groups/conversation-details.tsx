/** What a conversation is: the other one of two, or a group with its members. */

import type { Conversation } from '@salala/client';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { GroupCard } from '@/components/groups/group-card';
import { PersonCard } from '@/components/people/person-card';
import { Dialog } from '@/components/ui/dialog';
import { EmptyState } from '@/components/ui/empty-state';
import { Ghost } from 'lucide-react';
import { isErased, otherOf } from '@/hooks/names';
import { useConversation } from '@/hooks/use-chat';
import { useMe } from '@/hooks/use-session';

type ConversationDetailsProps = { conversationId: string; onClose: () => void };

export function ConversationDetails(props: ConversationDetailsProps): JSX.Element | null {
  const { conversationId, onClose } = props;
  const { t } = useTranslation();
  const conversation = useConversation(conversationId);
  if (!conversation) {
    return null;
  }
  return (
    <Dialog title={t(conversation.isGroup ? 'groups.details' : 'people.details')} onClose={onClose}>
      {conversation.isGroup ? (
        <GroupCard group={conversation} onClose={onClose} />
      ) : (
        <Other conversation={conversation} onClose={onClose} />
      )}
    </Dialog>
  );
}

type OtherProps = { conversation: Conversation; onClose: () => void };

function Other({ conversation, onClose }: OtherProps): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const other = otherOf(conversation, me.id);
  return other && !isErased(other) ? (
    <PersonCard userId={other.id} onClose={onClose} />
  ) : (
    <EmptyState icon={Ghost} title={t('names.deleted')} text={t('people.erasedText')} />
  );
}
