/** Making elements, and making lists fit what they show. Text goes in as text, never as HTML. */

/** A new element. */
export function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Makes a list's children fit its items; those that stay keep their focus. */
export function reconcile(list, items, makeChild, paint) {
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

/** Shows the first letter of a name on a colour of its own. */
export function paintAvatar(avatar, id, name, online = false) {
  avatar.textContent = [...name][0]?.toUpperCase() ?? '?';
  avatar.dataset.hue = String([...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 6);
  avatar.dataset.online = String(online);
}

/** A row of a list of people or conversations. */
export function makeRow() {
  const row = make('li');
  const button = make('button', 'row');
  button.type = 'button';
  const names = make('span', 'grow');
  names.append(make('strong'), make('span', 'preview'));
  button.append(make('span', 'avatar'), names, make('span', 'end'));
  row.append(button);
  return row;
}

/** Fills a row. */
export function paintRow(row, { id, name, preview, online, time, unread }) {
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
