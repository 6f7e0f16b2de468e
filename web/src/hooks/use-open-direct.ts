/** Opens the conversation with somebody, made if there is none. */

import { useMutation, type UseMutationResult } from '@tanstack/react-query';

import { useChatActions } from '@/hooks/use-chat';
import { navigate, route } from '@/store/route';
import { api } from '@/store/session';

export function useOpenDirect(): UseMutationResult<void, Error, string> {
  const { addConversation } = useChatActions();
  return useMutation({
    mutationFn: async (userId: string) => {
      const conversation = await api('POST /conversations/direct', { body: { userId } });
      addConversation(conversation);
      const { view } = route.getState();
      navigate({
        view: view === 'settings' ? 'conversations' : view,
        conversationId: conversation.id,
      });
    },
  });
}
