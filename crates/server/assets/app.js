/** The first page: sign in, find people and chat, over the same API and events as any client. */

const element = (id) => document.getElementById(id);
const state = {
  me: null,
  token: null,
  socket: null,
  conversations: new Map(),
  openId: null,
  /** The open conversation's messages by id, oldest first; what is not yet acked is at the end. */
  messages: new Map(),
  earlierCursor: null,
  typists: new Set(),
  registering: false,
};

// --- HTTP ---------------------------------------------------------------------------------------

async function request(method, path, body) {
  const headers = { accept: 'application/json' };
  if (state.token) headers.authorization = `Bearer ${state.token}`;
  if (body) headers['content-type'] = 'application/json';
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  const json = answer.status === 204 ? null : await answer.json();
  if (answer.ok) return json;
  const fields = (json.errors ?? []).map((error) => `${error.path} ${error.message}`);
  throw Object.assign(new Error(fields.join('; ') || json.detail || json.title), {
    status: answer.status,
  });
}

async function api(method, path, body) {
  try {
    return await request(method, path, body);
  } catch (error) {
    if (error.status !== 401 || !(await refresh())) throw error;
    return request(method, path, body);
  }
}

/** Trades the cookie for a new access token. A used cookie ends its session, so tabs take turns. */
function refresh() {
  const trade = async () => {
    try {
      state.token = null;
      const signedIn = await request('POST', '/auth/refresh', {});
      state.token = signedIn.accessToken;
      state.me = signedIn.user;
      return true;
    } catch {
      return false;
    }
  };
  return navigator.locks ? navigator.locks.request('salala-refresh', trade) : trade();
}

// --- Signing in and out -------------------------------------------------------------------------

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
  connect();
  await loadConversations();
  const wanted = new URLSearchParams(location.search).get('conversation');
  await open(state.conversations.has(wanted) ? wanted : null);
}

function setRegistering(registering) {
  state.registering = registering;
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

element('sign-in-switch').addEventListener('click', () => setRegistering(!state.registering));

element('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { username, email, password } = event.target.elements;
  const account = { email: email.value.trim(), password: password.value };
  if (state.registering) account.username = username.value.trim();
  element('sign-in-submit').disabled = true;
  element('sign-in-error').textContent = '';
  try {
    const path = state.registering ? '/auth/register' : '/auth/login';
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

// --- Real time ----------------------------------------------------------------------------------

function connect() {
  const socket = globalThis.io({ auth: (give) => give({ token: state.token }), forceNew: true });
  state.socket = socket;
  socket.on('connect', async () => {
    element('connection').hidden = true;
    if (!state.openId) return loadConversations();
    socket.emit('joinRoom', { conversationId: state.openId });
    await Promise.all([loadConversations(), loadMessages()]);
  });
  socket.on('disconnect', async (reason) => {
    if (state.socket !== socket) return;
    element('connection').hidden = false;
    // The server ends a socket only when its session is over.
    if (reason === 'io server disconnect') showWelcome();
  });
  socket.on('connect_error', async (error) => {
    element('connection').hidden = false;
    if (!error.data?.code) return;
    if (await refresh()) socket.connect();
    else showWelcome();
  });
  socket.on('newMessage', receiveMessage);
  for (const name of ['messageUpdated', 'messageDeleted']) socket.on(name, replaceMessage);
  socket.on('message:reaction:add', (reaction) => {
    changeReactions(reaction.messageId, (all) => [
      ...all.filter((other) => other.id !== reaction.id),
      reaction,
    ]);
  });
  socket.on('message:reaction:remove', ({ messageId, userId, emoji }) => {
    changeReactions(messageId, (all) =>
      all.filter((other) => other.userId !== userId || other.emoji !== emoji),
    );
  });
  socket.on('messagesRead', receiveReads);
  socket.on('userTyping', ({ conversationId, userId }) => setTyping(conversationId, userId, true));
  socket.on('userStopTyping', ({ conversationId, userId }) =>
    setTyping(conversationId, userId, false),
  );
  socket.on('userStatusChanged', ({ userId, status, lastSeenAt }) => {
    for (const conversation of state.conversations.values()) {
      const user = conversation.participants.find((participant) => participant.id === userId);
      if (user) Object.assign(user, { status, lastSeenAt });
    }
    paintConversations();
    paintHeader();
  });
  socket.on('conversationUpdated', (shared) => {
    const known = state.conversations.get(shared.id);
    if (!shared.participantIds.includes(state.me.id)) {
      state.conversations.delete(shared.id);
      if (state.openId === shared.id) open(null);
    } else if (known) {
      Object.assign(known, shared);
    } else {
      loadConversation(shared.id);
    }
    paintConversations();
    paintHeader();
  });
}

function receiveMessage(message) {
  const conversation = state.conversations.get(message.conversationId);
  if (!conversation) return loadConversation(message.conversationId);
  if (message.seq > conversation.lastSeq) {
    Object.assign(conversation, {
      lastMessage: message,
      lastSeq: message.seq,
      updatedAt: message.createdAt,
    });
    if (message.senderId !== state.me.id) conversation.unreadCount += 1;
  }
  if (message.conversationId === state.openId) {
    setTyping(message.conversationId, message.senderId, false);
    placeMessage(message);
    paintMessages({ toEnd: isAtEnd() || message.senderId === state.me.id });
    markRead();
  }
  paintConversations();
}

function replaceMessage(message) {
  const conversation = state.conversations.get(message.conversationId);
  if (conversation?.lastMessage?.id === message.id) conversation.lastMessage = message;
  const known = state.messages.get(message.id);
  if (known) state.messages.set(message.id, { ...message, reads: known.reads });
  if (message.deletedAt && conversation?.unreadCount) loadConversation(conversation.id);
  paintConversations();
  paintMessages({ toEnd: isAtEnd() });
}

function changeReactions(messageId, change) {
  const message = state.messages.get(messageId);
  if (!message) return;
  message.reactions = change(message.reactions);
  paintMessages({ toEnd: isAtEnd() });
}

function receiveReads({ messageIds, userId, readAt, conversationId }) {
  if (userId === state.me.id) loadConversation(conversationId);
  for (const id of messageIds) {
    const message = state.messages.get(id);
    if (!message || message.reads?.some((read) => read.userId === userId)) continue;
    message.reads = [...(message.reads ?? []), { userId, readAt }];
  }
  paintMessages({ toEnd: isAtEnd() });
}

function setTyping(conversationId, userId, typing) {
  if (conversationId !== state.openId) return;
  if (typing) state.typists.add(userId);
  else state.typists.delete(userId);
  paintTyping();
}

// --- Loading ------------------------------------------------------------------------------------

async function loadConversations() {
  const page = await api('GET', '/conversations?limit=100');
  state.conversations = new Map(page.data.map((conversation) => [conversation.id, conversation]));
  paintConversations();
  paintHeader();
}

async function loadConversation(id) {
  const conversation = await api('GET', `/conversations/${id}`).catch(() => null);
  if (conversation) state.conversations.set(id, conversation);
  paintConversations();
}

async function loadMessages() {
  const id = state.openId;
  const page = await api('GET', `/conversations/${id}/messages?limit=50`);
  if (state.openId !== id) return;
  const unsent = [...state.messages.values()].filter((message) => !message.seq);
  state.messages.clear();
  state.earlierCursor = page.nextCursor;
  for (const message of [...page.data.reverse(), ...unsent]) placeMessage(message);
  paintMessages({ toEnd: true });
  markRead();
}

element('earlier').addEventListener('click', async () => {
  const [id, scroller] = [state.openId, element('scroller')];
  const cursor = encodeURIComponent(state.earlierCursor);
  const page = await api('GET', `/conversations/${id}/messages?limit=50&cursor=${cursor}`);
  if (state.openId !== id) return;
  const fromEnd = scroller.scrollHeight - scroller.scrollTop;
  const older = page.data.reverse().map((message) => [message.id, message]);
  state.messages = new Map([...older, ...state.messages]);
  state.earlierCursor = page.nextCursor;
  paintMessages({ toEnd: false });
  scroller.scrollTop = scroller.scrollHeight - fromEnd;
});

/** Opens a conversation, or none; its id is in the address, so that the back key leaves it. */
async function open(id) {
  if (state.openId && state.openId !== id) {
    stopTyping();
    state.socket.emit('leaveRoom', { conversationId: state.openId });
  }
  state.openId = id;
  state.messages.clear();
  state.typists.clear();
  element('chat').dataset.open = String(Boolean(id));
  element('conversation').hidden = !id;
  element('nothing-open').hidden = Boolean(id);
  element('draft').value = '';
  paintConversations();
  paintHeader();
  paintTyping();
  paintMessages({ toEnd: true });
  if (!id) return;
  if (state.socket.connected) state.socket.emit('joinRoom', { conversationId: id });
  await loadMessages();
}

function go(id) {
  history.pushState(null, '', id ? `/?conversation=${id}` : '/');
  open(id).then(() => id && element('draft').focus());
}

addEventListener('popstate', () => {
  const id = new URLSearchParams(location.search).get('conversation');
  if (state.me) open(state.conversations.has(id) ? id : null);
});
element('back').addEventListener('click', () => go(null));
document.addEventListener('visibilitychange', markRead);

/** Marks what is on the screen: nothing while the page is hidden. */
function markRead() {
  const conversation = state.conversations.get(state.openId);
  if (document.hidden || !conversation?.unreadCount) return;
  const seen = [...state.messages.values()].filter(
    (message) => message.seq > conversation.lastReadSeq && message.senderId !== state.me.id,
  );
  if (seen.length === 0) return;
  const messageIds = seen.map((message) => message.id);
  conversation.lastReadSeq = Math.max(...seen.map((message) => message.seq));
  conversation.unreadCount = 0;
  state.socket.emit('markMessagesAsRead', { messageIds });
  paintConversations();
}

// --- Sending ------------------------------------------------------------------------------------

let typedAt = 0;

element('draft').addEventListener('input', (event) => {
  if (!event.target.value.trim()) return stopTyping();
  // The server takes a typist for gone after six seconds of silence.
  if (Date.now() - typedAt < 3000) return;
  typedAt = Date.now();
  state.socket.emit('typing', { conversationId: state.openId });
});

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

function stopTyping() {
  if (!typedAt) return;
  typedAt = 0;
  state.socket.emit('stopTyping', { conversationId: state.openId });
}

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

/** Puts a message at its place; the stored one takes the place of the one that was being sent. */
function placeMessage(message) {
  if (message.seq && message.senderId === state.me.id) {
    state.messages.delete(message.clientMessageId);
  }
  const known = state.messages.get(message.id);
  state.messages.set(message.id, { ...message, reads: message.reads ?? known?.reads });
  const place = (other) => other.seq ?? Infinity;
  const sorted = [...state.messages].sort(([, a], [, b]) =>
    place(a) === place(b) ? 0 : place(a) - place(b),
  );
  state.messages = new Map(sorted);
}

// --- Finding people -----------------------------------------------------------------------------

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
    row.firstChild.onclick = () => openDirect(user.id);
  });
}

async function openDirect(userId) {
  const conversation = await api('POST', '/conversations/direct', { userId });
  state.conversations.set(conversation.id, conversation);
  element('search').value = '';
  searchPeople();
  go(conversation.id);
}

// --- Painting -----------------------------------------------------------------------------------

function nameOf(user) {
  return user.displayName ?? user.username;
}

function titleOf(conversation) {
  const others = othersIn(conversation);
  return conversation.name ?? (others.map(nameOf).join(', ') || 'Just you');
}

function othersIn(conversation) {
  return conversation.participants.filter((participant) => participant.id !== state.me.id);
}

function isOnline(conversation) {
  return !conversation.isGroup && othersIn(conversation).some((user) => user.status === 'online');
}

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function paintAvatar(avatar, id, name, online = false) {
  avatar.textContent = [...name][0]?.toUpperCase() ?? '?';
  avatar.dataset.hue = String([...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 6);
  avatar.dataset.online = String(online);
}

/** Makes a list's children fit its items; those that stay keep their focus. */
function reconcile(list, items, makeChild, paint) {
  const old = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const children = items.map((item) => {
    const child = old.get(item.id) ?? makeChild(item);
    old.delete(item.id);
    child.dataset.id = item.id;
    paint(child, item);
    return child;
  });
  for (const child of old.values()) child.remove();
  children.forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
}

function makeRow() {
  const row = make('li');
  const button = make('button', 'row');
  button.type = 'button';
  const names = make('span', 'grow');
  names.append(make('strong'), make('span', 'preview'));
  button.append(make('span', 'avatar'), names, make('span', 'end'));
  row.append(button);
  return row;
}

function paintRow(row, { id, name, preview, online, time, unread }) {
  const [avatar, names, end] = row.firstChild.children;
  paintAvatar(avatar, id, name, online);
  avatar.setAttribute('aria-hidden', 'true');
  names.firstChild.textContent = name;
  names.lastChild.textContent = preview;
  end.replaceChildren();
  if (time) end.append(make('time', '', time));
  if (unread) end.append(make('span', 'unread', unread > 99 ? '99+' : String(unread)));
  const label = [name, online && 'online', unread && `${unread} unread`, preview];
  row.firstChild.setAttribute('aria-label', label.filter(Boolean).join(', '));
}

function paintConversations() {
  const conversations = [...state.conversations.values()].sort((a, b) =>
    b.updatedAt.localeCompare(a.updatedAt),
  );
  element('conversations-none').hidden = conversations.length > 0;
  reconcile(element('conversation-list'), conversations, makeRow, (row, conversation) => {
    const last = conversation.lastMessage;
    const author = last?.senderId === state.me.id ? 'You: ' : '';
    paintRow(row, {
      id: conversation.id,
      name: titleOf(conversation),
      preview: last ? author + textOf(last) : 'No messages yet',
      online: isOnline(conversation),
      time: last && shortTime(last.createdAt),
      unread: conversation.unreadCount,
    });
    row.firstChild.setAttribute('aria-current', String(conversation.id === state.openId));
    row.firstChild.onclick = () => go(conversation.id);
  });
  const unread = conversations.reduce((sum, conversation) => sum + conversation.unreadCount, 0);
  document.title = unread ? `(${unread}) Salala` : 'Salala';
}

function paintHeader() {
  const conversation = state.conversations.get(state.openId);
  if (!conversation) return;
  const [other] = othersIn(conversation);
  const online = isOnline(conversation);
  const seen = other?.lastSeenAt ? `last seen ${shortTime(other.lastSeenAt)}` : 'offline';
  element('title').textContent = titleOf(conversation);
  element('subtitle').textContent = conversation.isGroup
    ? conversation.participants.map(nameOf).join(', ')
    : online
      ? 'online'
      : seen;
  paintAvatar(element('avatar'), conversation.id, titleOf(conversation), online);
}

function paintTyping() {
  const conversation = state.conversations.get(state.openId);
  const names = (conversation?.participants ?? [])
    .filter((participant) => state.typists.has(participant.id))
    .map(nameOf);
  const verb = names.length === 1 ? 'is' : 'are';
  element('typing').textContent = names.length ? `${names.join(', ')} ${verb} typing…` : '';
}

function isAtEnd() {
  const { scrollHeight, scrollTop, clientHeight } = element('scroller');
  return scrollHeight - scrollTop - clientHeight < 80;
}

function paintMessages({ toEnd }) {
  const conversation = state.conversations.get(state.openId);
  element('earlier').hidden = !state.earlierCursor || !state.openId;
  const items = [];
  let day = null;
  for (const message of state.messages.values()) {
    const date = new Date(message.createdAt).toLocaleDateString([], { dateStyle: 'full' });
    if (date !== day) items.push({ id: `day ${date}`, day: date });
    day = date;
    items.push(message);
  }
  const makeItem = (item) => make('li', item.day ? 'day' : 'message');
  reconcile(element('messages'), items, makeItem, (child, item) => {
    if (item.day) child.textContent = item.day;
    else paintMessage(child, item, conversation);
  });
  if (toEnd) element('scroller').scrollTop = element('scroller').scrollHeight;
}

function paintMessage(child, message, conversation) {
  const own = message.senderId === state.me.id;
  child.className = `message${own ? ' own' : ''}${message.seq ? '' : ' pending'}`;
  child.replaceChildren();
  if (!own && conversation?.isGroup) child.append(make('p', 'author', nameOf(message.sender)));
  if (message.replyTo) {
    child.append(
      make('p', 'quote', `${message.replyTo.sender.username}: ${textOf(message.replyTo)}`),
    );
  }
  child.append(make('p', message.deletedAt ? 'gone' : 'text', textOf(message)));
  if (message.fileUrl && message.content) child.append(makeLink(message.fileUrl));
  child.append(makeMeta(message, own, conversation));
}

function makeMeta(message, own, conversation) {
  const meta = make('p', 'meta');
  if (message.reactions.length > 0) {
    const emoji = message.reactions.map((reaction) => reaction.emoji);
    meta.append(make('span', 'reactions', [...new Set(emoji)].join(' ')));
  }
  if (message.editedAt && !message.deletedAt) meta.append(make('span', '', 'edited'));
  const time = make('time', '', timeOfDay(message.createdAt));
  time.dateTime = message.createdAt;
  meta.append(time);
  if (message.failure) {
    const retry = make('button', 'retry', `${message.failure}. Try again`);
    retry.type = 'button';
    retry.onclick = () => send(message.draft);
    meta.append(retry);
  } else if (own && message.seq) {
    const readers = message.reads?.length ?? 0;
    const word = conversation?.isGroup ? `Read by ${readers}` : 'Read';
    meta.append(make('span', 'state', readers ? word : 'Sent'));
  }
  return meta;
}

function makeLink(url) {
  const link = make('a', '', url);
  link.href = url;
  link.rel = 'noopener noreferrer';
  link.target = '_blank';
  return link;
}

function textOf(message) {
  if (message.deletedAt) return 'Message deleted';
  return message.content ?? message.fileUrl ?? 'Message deleted';
}

function timeOfDay(moment) {
  return new Date(moment).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

function shortTime(moment) {
  const date = new Date(moment);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? timeOfDay(moment)
    : date.toLocaleDateString([], { month: 'short', day: 'numeric' });
}

if (await refresh()) await showChat();
else showWelcome();
