/** Whom one may choose: friends, and with a text whoever is found. */

import type { UserSummary } from '@salala/client';

import { useNames } from '@/hooks/names';
import { useSettled } from '@/hooks/use-delayed';
import { useFriends, usePeopleSearch } from '@/hooks/use-people';
import { useMe } from '@/hooks/use-session';
import { matches } from '@/store/matching';

type Choosable = { people: UserSummary[]; isWaiting: boolean; error: unknown };

export function usePeopleToChoose(text: string): Choosable {
  const me = useMe();
  const names = useNames();
  const typed = text.trim();
  const settled = useSettled(typed);
  const friends = useFriends();
  const found = usePeopleSearch(settled);
  const near = (friends.data ?? []).filter(
    (user) => typed === '' || matches(`${names.of(user)} ${user.username}`, typed),
  );
  const known = new Set([me.id, ...near.map(({ id }) => id)]);
  const far = typed === '' ? [] : (found.data ?? []).filter(({ id }) => !known.has(id));
  return {
    people: [...near, ...far],
    isWaiting: friends.isPending || found.isFetching || settled !== typed,
    error: found.error ?? friends.error,
  };
}
