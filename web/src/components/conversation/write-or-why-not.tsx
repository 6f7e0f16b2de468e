/** Where one writes; in a conversation in which one cannot, the reason in its place. */

'use client';

import type { Conversation, Participant } from '@salala/client';
import { Ban, UserX, type LucideIcon } from 'lucide-react';
import type { JSX, ReactNode, RefObject } from 'react';
import { useTranslation } from 'react-i18next';

import { Composer } from '@/components/conversation/composer';
import { Button } from '@/components/ui/button';
import { ErrorText } from '@/components/ui/error-text';
import { isErased, otherOf, useNames } from '@/hooks/names';
import { useBlocks, usePeopleActs } from '@/hooks/use-people';
import { useMe } from '@/hooks/use-session';

type Props = { conversation: Conversation; field: RefObject<HTMLTextAreaElement | null> };

export function WriteOrWhyNot({ conversation, field }: Props): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const blocks = useBlocks();
  const other = otherOf(conversation, me.id);
  const isBlocked = blocks.data?.some(({ id }) => id === other?.id) ?? false;
  if (!conversation.isGroup && (other === undefined || isErased(other))) {
    return <Notice icon={UserX} text={t('conversation.erased')} />;
  }
  if (other !== undefined && isBlocked) {
    return <Blocked other={other} />;
  }
  return <Composer conversation={conversation} field={field} />;
}

function Blocked({ other }: { other: Participant }): JSX.Element {
  const { t } = useTranslation();
  const names = useNames();
  const { unblock } = usePeopleActs();
  return (
    <Notice icon={Ban} text={t('conversation.blocked', { name: names.of(other) })}>
      <Button
        size="sm"
        isBusy={unblock.isPending}
        onClick={() => {
          unblock.mutate(other.id);
        }}
      >
        {t('conversation.unblock')}
      </Button>
      <ErrorText error={unblock.error} />
    </Notice>
  );
}

type NoticeProps = { icon: LucideIcon; text: string; children?: ReactNode };

function Notice({ icon: Icon, text, children }: NoticeProps): JSX.Element {
  return (
    <div className="bg-surface border-line flex shrink-0 flex-wrap items-center justify-center gap-3 border-t px-4 pt-3.5 pb-[max(0.875rem,env(safe-area-inset-bottom))] text-center">
      <Icon className="text-muted size-5 shrink-0" aria-hidden />
      <p className="text-muted">{text}</p>
      {children}
    </div>
  );
}
