/** What is done with messages that are there already. */

import { type Message } from '../generated/wire.js';
import { type Salala } from '../salala.js';
import { type ChatActions } from './chat-store.js';
import { type Holder } from './holder.js';

type MessageActions = Pick<
  ChatActions,
  | 'retryMessage'
  | 'discardMessage'
  | 'editMessage'
  | 'deleteMessage'
  | 'addReaction'
  | 'removeReaction'
>;

export function createMessageActions(salala: Salala, holder: Holder): MessageActions {
  const tell = (name: string, payload: unknown): void => {
    holder.take({ name, payload });
    holder.flush();
  };
  const react = async (
    message: Message,
    emoji: string,
    isAdded: boolean,
    ask: () => Promise<unknown>,
  ): Promise<void> => {
    const { id: messageId, conversationId } = message;
    const userId = holder.get().me;
    const removed = { messageId, conversationId, userId, emoji };
    // The server's own reaction takes its place, since one user gives each emoji once.
    const added = { ...removed, id: `${messageId} ${emoji}`, createdAt: new Date().toISOString() };
    const show = (isThere: boolean): void => {
      tell(isThere ? 'message:reaction:add' : 'message:reaction:remove', isThere ? added : removed);
    };
    show(isAdded);
    try {
      await ask();
    } catch (thrown) {
      show(!isAdded);
      throw thrown;
    }
  };
  return {
    retryMessage: salala.outbox.retry,
    discardMessage: salala.outbox.discard,
    editMessage: async (id, content) => {
      const edited = await salala.api('PATCH /messages/{id}', { path: { id }, body: { content } });
      tell('messageUpdated', edited);
      return edited;
    },
    deleteMessage: async (id) => {
      await salala.api('DELETE /messages/{id}', { path: { id } });
    },
    addReaction: (message, emoji) =>
      react(message, emoji, true, () =>
        salala.api('PUT /messages/{id}/reactions/{emoji}', { path: { id: message.id, emoji } }),
      ),
    removeReaction: (message, emoji) =>
      react(message, emoji, false, () =>
        salala.api('DELETE /messages/{id}/reactions/{emoji}', { path: { id: message.id, emoji } }),
      ),
  };
}
