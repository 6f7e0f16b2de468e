/** The first page: sign in, find people and chat, over the same API and events as any client. */

import './app/composer.js';
import './app/people.js';

import { api, refresh, request } from './app/api.js';
import { loadConversations, open } from './app/conversation.js';
import { paintAvatar } from './app/elements.js';
import { connect } from './app/realtime.js';
import { element, state } from './app/state.js';
import { nameOf } from './app/words.js';

let isRegistering = false;

function showWelcome() {
  state.socket?.disconnect();
  Object.assign(state, { me: null, token: null, socket: null, openId: null });
  state.conversations.clear();
  element('chat').hidden = true;
  element('welcome').hidden = false;
  element('sign-in').elements.email.focus();
}

async function showChat() {
  element('welcome').hidden = true;
  element('chat').hidden = false;
  element('my-name').textContent = nameOf(state.me);
  paintAvatar(element('my-avatar'), state.me.id, nameOf(state.me));
  connect({ onEnded: showWelcome });
  await loadConversations();
  const wanted = new URLSearchParams(location.search).get('conversation');
  await open(state.conversations.has(wanted) ? wanted : null);
}

function setRegistering(registering) {
  isRegistering = registering;
  const title = registering ? 'Make an account' : 'Sign in';
  element('sign-in-title').textContent = title;
  element('sign-in-submit').textContent = title;
  element('sign-in-switch').textContent = registering ? 'I have an account' : 'I am new here';
  element('email-label').textContent = registering ? 'E-mail' : 'E-mail or user name';
  element('username-field').hidden = !registering;
  element('sign-in-hint').hidden = registering;
  element('sign-in-error').textContent = '';
  const { password } = element('sign-in').elements;
  password.autocomplete = registering ? 'new-password' : 'current-password';
}

element('sign-in-switch').addEventListener('click', () => setRegistering(!isRegistering));

element('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { username, email, password } = event.target.elements;
  const account = { email: email.value.trim(), password: password.value };
  if (isRegistering) account.username = username.value.trim();
  element('sign-in-submit').disabled = true;
  element('sign-in-error').textContent = '';
  try {
    const path = isRegistering ? '/auth/register' : '/auth/login';
    const signedIn = await request('POST', path, account);
    Object.assign(state, { token: signedIn.accessToken, me: signedIn.user });
    event.target.reset();
    setRegistering(false);
    await showChat();
  } catch (error) {
    element('sign-in-error').textContent = error.message;
  } finally {
    element('sign-in-submit').disabled = false;
  }
});

element('sign-out').addEventListener('click', async () => {
  await api('POST', '/auth/logout').catch(() => null);
  history.replaceState(null, '', '/');
  showWelcome();
});

if (await refresh()) await showChat();
else showWelcome();
