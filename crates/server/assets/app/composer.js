/** Writing and sending. */

import { paintMessages } from './message-list.js';
import { placeMessage } from './messages.js';
import { receiveMessage } from './realtime.js';
import { element, state } from './state.js';
import { stopTyping } from './typing.js';

element('draft').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  element('composer').requestSubmit();
});

element('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const content = element('draft').value.trim();
  if (!content) return;
  element('draft').value = '';
  stopTyping();
  const clientMessageId = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) =>
    part.toString(16),
  ).join('-');
  send({ conversationId: state.openId, content, clientMessageId });
});

/** Shows the draft at once; sending it again is safe, since its `clientMessageId` stays. */
async function send(draft) {
  const { conversationId, clientMessageId } = draft;
  const pending = { ...draft, id: clientMessageId, senderId: state.me.id, reactions: [] };
  placeMessage({ ...pending, createdAt: new Date().toISOString() });
  paintMessages({ toEnd: true });
  let failure = null;
  try {
    const answer = await state.socket.timeout(10_000).emitWithAck('sendMessage', draft);
    if (answer.status !== 'error') return receiveMessage(answer);
    failure = answer.message;
  } catch {
    failure = 'Not sent';
  }
  const shown = state.messages.get(clientMessageId);
  if (state.openId !== conversationId || !shown) return;
  Object.assign(shown, { failure, draft });
  paintMessages({ toEnd: true });
}

element('messages').addEventListener('click', (event) => {
  const message = state.messages.get(event.target.dataset.retry);
  if (message) send(message.draft);
});
