/** Finding people, and opening a conversation with them. */

import { api } from './api.js';
import { go } from './conversation.js';
import { makeRow, paintRow, reconcile } from './elements.js';
import { element, state } from './state.js';
import { nameOf } from './words.js';

let searchTimer = 0;

element('search').addEventListener('input', () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(searchPeople, 200);
});

element('search').addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  event.target.value = '';
  searchPeople();
});

async function searchPeople() {
  const query = element('search').value.trim();
  const found = query
    ? await api('GET', `/users/search?q=${encodeURIComponent(query)}`).catch(() => null)
    : null;
  if (query !== element('search').value.trim()) return;
  element('people').hidden = !found;
  element('people-none').hidden = !found || found.data.length > 0;
  reconcile(element('people-list'), found?.data ?? [], makeRow, (row, user) => {
    paintRow(row, {
      id: user.id,
      name: nameOf(user),
      preview: `@${user.username}`,
      online: user.status === 'online',
    });
  });
}

async function openDirect(userId) {
  const conversation = await api('POST', '/conversations/direct', { userId });
  state.conversations.set(conversation.id, conversation);
  element('search').value = '';
  searchPeople();
  go(conversation.id);
}

element('people-list').addEventListener('click', (event) => {
  const row = event.target.closest('li');
  if (row) openDirect(row.dataset.id);
});
