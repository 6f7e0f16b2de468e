/** The contents: every entry of the page under its heading, with a mark at the one that is being read. */

import { breakable, linkTo, make } from './elements.js';

/** Fills the contents with what the parts hold. */
export function fillContents(nav, parts) {
  for (const part of parts) {
    const heading = linkTo(part.id, part.querySelector('h2').textContent);
    heading.className = 'part-link';
    heading.dataset.part = part.id;
    nav.append(heading);
    const groups = [...part.querySelectorAll('.group')];
    if (groups.length === 0) nav.append(makeList(part));
    for (const group of groups) {
      const details = make(
        'details',
        '',
        make('summary', '', group.querySelector('h3').textContent),
      );
      details.append(makeList(group));
      nav.append(details);
    }
  }
}

/** Marks the entry that stands at the top of the window, and opens its group while it does. */
export function followReading(nav) {
  const links = new Map(
    [...nav.querySelectorAll('li a')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
  );
  const visible = new Set();
  let marked;
  const observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        if (isIntersecting) visible.add(target.id);
        else visible.delete(target.id);
      }
      const first = [...links.keys()].find((id) => visible.has(id));
      if (first === undefined || links.get(first) === marked) return;
      if (marked) unmark(marked);
      marked = links.get(first);
      mark(marked, nav.parentElement);
    },
    // Below the bar at the top, and not in what is still to be read.
    { rootMargin: '-96px 0px -60% 0px' },
  );
  for (const id of links.keys()) observer.observe(document.getElementById(id));
}

function mark(link, side) {
  link.setAttribute('aria-current', 'true');
  const details = link.closest('details');
  if (details && !details.open) {
    details.open = true;
    details.dataset.isOpenedByReading = 'true';
  }
  // Only the contents move: to scroll the page here would be to fight with who reads.
  const [top, bottom] = [
    side.getBoundingClientRect().top + 60,
    side.getBoundingClientRect().bottom,
  ];
  const place = link.getBoundingClientRect();
  if (place.top < top) side.scrollTop += place.top - top;
  if (place.bottom > bottom) side.scrollTop += place.bottom - bottom + 60;
}

/** What was opened by reading closes again, unless the next entry is in it. */
function unmark(link) {
  link.removeAttribute('aria-current');
  const details = link.closest('details');
  if (details?.dataset.isOpenedByReading) {
    details.open = false;
    delete details.dataset.isOpenedByReading;
  }
}

function makeList(section) {
  const items = [...section.querySelectorAll('.entry')].map((entry) => {
    const { label, method } = entry.dataset;
    const badge = method && make('span', `method ${method}`, SHORT[method] ?? method.toUpperCase());
    const item = make(
      'li',
      '',
      linkTo(entry.id, badge, make('span', 'label', ...breakable(label))),
    );
    item.dataset.id = entry.id;
    return item;
  });
  return make('ul', '', ...items);
}

/** Methods that would not fit. */
const SHORT = { delete: 'DEL', sent: '→', told: '←' };
