/** The search: hides what does not hold every word, in the text and in the contents. */

/** Searches as one types; Enter goes to the first entry found. */
export function searchIn(input, status, content, nav) {
  const entries = [...content.querySelectorAll('[data-words]')];
  const items = new Map([...nav.querySelectorAll('li')].map((item) => [item.dataset.id, item]));
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const entry of entries) {
      const fits = words.every((word) => entry.dataset.words.includes(word));
      entry.hidden = !fits;
      const item = items.get(entry.id);
      if (item) item.hidden = !fits;
      found += fits ? 1 : 0;
    }
    content.classList.toggle('searching', words.length > 0);
    hideEmpty(content, nav, words.length > 0);
    status.textContent = words.length === 0 ? '' : `${found} of ${entries.length} found`;
  };
  input.addEventListener('input', search);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && input.value !== '') {
      event.stopPropagation();
      input.value = '';
      search();
    }
    const first = entries.find((entry) => !entry.hidden);
    if (event.key === 'Enter' && first) location.hash = encodeURIComponent(first.id);
  });
  search();
}

/** Headings without entries go, and groups with some open. */
function hideEmpty(content, nav, isSearching) {
  const holdsSome = (place, kind) => [...place.querySelectorAll(kind)].some((one) => !one.hidden);
  for (const group of content.querySelectorAll('.group, .part')) {
    group.hidden = isSearching && !holdsSome(group, '[data-words]');
  }
  for (const details of nav.querySelectorAll('details')) {
    const holds = holdsSome(details, 'li');
    details.hidden = !holds;
    if (isSearching) details.open = holds;
  }
  for (const link of nav.querySelectorAll('.part-link')) {
    link.hidden = document.getElementById(link.dataset.part).hidden;
  }
}
