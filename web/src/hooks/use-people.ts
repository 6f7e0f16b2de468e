/** Friends, requests and blocks: what the server says, and what one may do about it. */

import type { FriendRequest, User, UserSummary } from '@salala/client';
import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useStore } from 'zustand';

import { useChat, useChatActions } from '@/hooks/use-chat';
import { sentRequests } from '@/store/sent-requests';
import { api } from '@/store/session';

/** The keys of what is kept, so that whoever changes it can say so. */
export const peopleKeys = {
  friends: ['friends'],
  blocks: ['blocks'],
  user: (id: string) => ['user', id],
  search: (text: string) => ['people', text],
} as const;

export function useFriends(): UseQueryResult<UserSummary[]> {
  const { noteUsers } = useChatActions();
  return useQuery({
    queryKey: peopleKeys.friends,
    queryFn: async ({ signal }) => {
      const { data } = await api('GET /friends', { signal });
      noteUsers(data);
      return data;
    },
  });
}

export function useBlocks(): UseQueryResult<UserSummary[]> {
  return useQuery({
    queryKey: peopleKeys.blocks,
    queryFn: async ({ signal }) => (await api('GET /blocks', { signal })).data,
  });
}

export function useUser(id: string): UseQueryResult<User> {
  return useQuery({
    queryKey: peopleKeys.user(id),
    queryFn: ({ signal }) => api('GET /users/{id}', { path: { id }, signal }),
  });
}

/** People whose name begins so; nobody for a blank one. */
export function usePeopleSearch(text: string): UseQueryResult<UserSummary[]> {
  const q = text.trim();
  const { noteUsers } = useChatActions();
  return useQuery({
    queryKey: peopleKeys.search(q),
    enabled: q !== '',
    queryFn: async ({ signal }) => {
      const { data } = await api('GET /users/search', { query: { q, limit: 20 }, signal });
      noteUsers(data);
      return data;
    },
  });
}

export type Standing = {
  isFriend: boolean;
  isBlocked: boolean;
  /** The id of a request of theirs that waits for an answer. */
  receivedId: string | null;
  /** The request that was sent to them from here and waits. */
  sent: FriendRequest | null;
};

/** How the user stands with somebody. */
export function useStanding(userId: string): Standing {
  const friends = useFriends();
  const blocks = useBlocks();
  const received = useChat((state) =>
    state.friendRequests.find((request) => request.senderId === userId),
  );
  const sent = useStore(sentRequests, (state) =>
    state.requests.find((request) => request.receiverId === userId),
  );
  const isIn = (list: UserSummary[] | undefined): boolean =>
    list?.some(({ id }) => id === userId) ?? false;
  return {
    isFriend: isIn(friends.data),
    isBlocked: isIn(blocks.data),
    receivedId: received?.id ?? null,
    sent: sent ?? null,
  };
}

type Act<T> = UseMutationResult<unknown, Error, T>;

export type PeopleActs = {
  befriend: Act<UserSummary>;
  cancel: Act<string>;
  accept: Act<string>;
  reject: Act<string>;
  unfriend: Act<string>;
  block: Act<string>;
  unblock: Act<string>;
};

/** What one may do about people; what is kept here follows. */
export function usePeopleActs(): PeopleActs {
  const queries = useQueryClient();
  const { addConversation, reload } = useChatActions();
  const refresh = (...keys: readonly (readonly string[])[]): Promise<unknown> =>
    Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
  return {
    befriend: useMutation({
      mutationFn: async (user: UserSummary) => {
        const request = await api('POST /friend-requests', { body: { receiverId: user.id } });
        sentRequests.getState().add(request, user);
      },
    }),
    cancel: useMutation({
      mutationFn: async (id: string) => {
        await api('DELETE /friend-requests/{id}', { path: { id } });
        sentRequests.getState().remove(id);
      },
    }),
    accept: useMutation({
      mutationFn: async (id: string) => {
        addConversation(await api('POST /friend-requests/{id}/accept', { path: { id } }));
        await refresh(peopleKeys.friends);
      },
    }),
    reject: useMutation({
      mutationFn: (id: string) => api('POST /friend-requests/{id}/reject', { path: { id } }),
    }),
    unfriend: useMutation({
      mutationFn: async (userId: string) => {
        await api('DELETE /friends/{userId}', { path: { userId } });
        await refresh(peopleKeys.friends);
      },
    }),
    block: useMutation({
      mutationFn: async (userId: string) => {
        await api('PUT /blocks/{userId}', { path: { userId } });
        await Promise.all([refresh(peopleKeys.blocks, peopleKeys.friends), reload()]);
      },
    }),
    unblock: useMutation({
      mutationFn: async (userId: string) => {
        await api('DELETE /blocks/{userId}', { path: { userId } });
        await Promise.all([refresh(peopleKeys.blocks, peopleKeys.friends), reload()]);
      },
    }),
  };
}
