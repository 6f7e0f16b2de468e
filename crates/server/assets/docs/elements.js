/** Making elements for the documents. Text goes in as text, never as HTML. */

/** A new element. */
export function make(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content.filter((part) => part !== undefined && part !== null));
  return made;
}

/** A link to a place on this page. */
export function linkTo(id, ...content) {
  const link = make('a', '', ...content);
  link.href = `#${encodeURIComponent(id)}`;
  return link;
}

/**
 * A thing with a name that can be linked to.
 *
 * @param {string} id of the place
 * @param {string} label for the contents
 * @param {string} words that a search finds it by
 */
export function makeEntry(id, label, words, ...heading) {
  const entry = make('article', 'entry');
  entry.id = id;
  entry.dataset.label = label;
  entry.dataset.words = words.toLowerCase();
  const anchor = linkTo(id, '#');
  anchor.className = 'anchor';
  anchor.setAttribute('aria-label', `Link to ${label}`);
  entry.append(make('h4', '', ...heading, anchor));
  return entry;
}

/** Entries under a heading of their own. */
export function makeGroup(id, title, words, entries) {
  const group = make('section', 'group', make('h3', '', title));
  group.id = id;
  if (words) group.append(make('p', 'faint', words));
  group.append(...entries);
  return group;
}

/** A small heading with what belongs under it. */
export function makeBlock(title, ...content) {
  return make('div', 'block', make('h5', '', title), ...content);
}

/** A path that may be broken before each of its parts. */
export function breakable(path) {
  return path.split('/').flatMap((part, index) => (index > 0 ? [make('wbr'), `/${part}`] : [part]));
}
