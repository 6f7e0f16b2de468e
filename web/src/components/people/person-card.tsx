/** Somebody: who they are, and what one may do about them. */

import type { UserSummary } from '@salala/client';
import { Ban, Check, MessageCircle, UserRoundMinus, UserRoundPlus, X } from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { ErrorText } from '@/components/ui/error-text';
import { Skeleton } from '@/components/ui/skeleton';
import { useNames } from '@/hooks/names';
import { useLastSeen } from '@/hooks/use-last-seen';
import { useOpenDirect } from '@/hooks/use-open-direct';
import { usePeopleActs, useStanding, useUser } from '@/hooks/use-people';
import { useLanguage } from '@/hooks/use-time';
import { dayTime } from '@/i18n/times';

type PersonCardProps = { userId: string; onClose: () => void };

export function PersonCard({ userId, onClose }: PersonCardProps): JSX.Element {
  const user = useUser(userId);
  if (user.isError) {
    return <ErrorText error={user.error} />;
  }
  return (
    <div className="flex flex-col items-center gap-4">
      {user.data ? (
        <Face user={user.data} />
      ) : (
        <>
          <Skeleton className="size-24 rounded-full!" />
          <Skeleton className="h-5 w-40" />
        </>
      )}
      {user.data && <About bio={user.data.bio} createdAt={user.data.createdAt} />}
      {user.data && <Actions user={user.data} onClose={onClose} />}
    </div>
  );
}

function Face({ user }: { user: UserSummary }): JSX.Element {
  const name = useNames().of(user);
  const seen = useLastSeen(user.id);
  return (
    <>
      <Avatar id={user.id} name={name} picture={user.avatar} size="xl" />
      <div className="text-center">
        <p className="text-xl font-semibold tracking-tight wrap-anywhere">{name}</p>
        <p className="text-muted">@{user.username}</p>
        {seen !== null && <p className="text-muted mt-1 text-sm">{seen}</p>}
      </div>
    </>
  );
}

function About({ bio, createdAt }: { bio: string | null; createdAt: string }): JSX.Element {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <div className="w-full">
      {bio !== null && (
        <p className="bg-ground rounded-xl px-4 py-3 wrap-anywhere whitespace-pre-wrap">{bio}</p>
      )}
      <p className="text-muted mt-2 text-center text-sm">
        {t('people.since', { day: dayTime(createdAt, language) })}
      </p>
    </div>
  );
}

function Actions({ user, onClose }: { user: UserSummary; onClose: () => void }): JSX.Element {
  const { t } = useTranslation();
  const name = useNames().of(user);
  const { isBlocked } = useStanding(user.id);
  const openDirect = useOpenDirect();
  const { unblock, block } = usePeopleActs();
  const [isAsked, setIsAsked] = useState(false);
  if (isBlocked) {
    return (
      <div className="flex w-full flex-col gap-3">
        <p role="status" className="bg-warning-soft text-warning rounded-lg px-3 py-2 text-sm">
          {t('people.isBlocked', { name })}
        </p>
        <Button
          isBusy={unblock.isPending}
          onClick={() => {
            unblock.mutate(user.id);
          }}
        >
          {t('people.unblock')}
        </Button>
        <ErrorText error={unblock.error} />
      </div>
    );
  }
  return (
    <div className="flex w-full flex-col gap-2">
      <Button
        variant="primary"
        isBusy={openDirect.isPending}
        onClick={() => {
          openDirect.mutate(user.id, { onSuccess: onClose });
        }}
      >
        <MessageCircle className="size-4.5" aria-hidden />
        {t('people.message')}
      </Button>
      <ErrorText error={openDirect.error} own={{ forbidden: t('people.mayNotWrite') }} />
      <Friendship user={user} />
      <Button
        variant="danger-ghost"
        onClick={() => {
          setIsAsked(true);
        }}
      >
        <Ban className="size-4.5" aria-hidden />
        {t('people.block')}
      </Button>
      {isAsked && (
        <Confirm
          title={t('people.blockTitle', { name })}
          text={t('people.blockText')}
          action={t('people.block')}
          onConfirm={() => block.mutateAsync(user.id)}
          onClose={() => {
            setIsAsked(false);
          }}
        />
      )}
    </div>
  );
}

/** How one becomes friends with them, or no longer is. */
function Friendship({ user }: { user: UserSummary }): JSX.Element {
  const { t } = useTranslation();
  const { isFriend, receivedId, sent } = useStanding(user.id);
  const { befriend, accept, reject, cancel, unfriend } = usePeopleActs();
  if (isFriend) {
    return (
      <Button
        isBusy={unfriend.isPending}
        onClick={() => {
          unfriend.mutate(user.id);
        }}
      >
        <UserRoundMinus className="size-4.5" aria-hidden />
        {t('people.unfriend')}
      </Button>
    );
  }
  if (receivedId !== null) {
    return (
      <div className="grid grid-cols-2 gap-2">
        <Button
          isBusy={accept.isPending}
          onClick={() => {
            accept.mutate(receivedId);
          }}
        >
          <Check className="size-4.5" aria-hidden />
          {t('people.accept')}
        </Button>
        <Button
          isBusy={reject.isPending}
          onClick={() => {
            reject.mutate(receivedId);
          }}
        >
          <X className="size-4.5" aria-hidden />
          {t('people.reject')}
        </Button>
      </div>
    );
  }
  return (
    <>
      {sent === null ? (
        <Button
          isBusy={befriend.isPending}
          onClick={() => {
            befriend.mutate(user);
          }}
        >
          <UserRoundPlus className="size-4.5" aria-hidden />
          {t('people.befriend')}
        </Button>
      ) : (
        <Button
          isBusy={cancel.isPending}
          onClick={() => {
            cancel.mutate(sent.id);
          }}
        >
          <X className="size-4.5" aria-hidden />
          {t('people.cancelRequest')}
        </Button>
      )}
      <ErrorText
        error={befriend.error ?? cancel.error}
        own={{ conflict: t('people.waitsAlready') }}
      />
    </>
  );
}
