/** The little Markdown that the documents hold: paragraphs, lists of lines, and `code`. */

import { make } from './elements.js';

/** Text whose parts in backticks are code. */
export function inline(text) {
  const parts = text.split(/(`[^`]+`)/);
  const nodes = parts.map((part) =>
    part.length > 2 && part.startsWith('`') ? make('code', '', part.slice(1, -1)) : part,
  );
  return make('span', '', ...nodes);
}

/** Paragraphs and lists. */
export function prose(text) {
  const made = make('div', 'prose');
  for (const paragraph of text.split('\n\n')) {
    const lines = paragraph.split('\n');
    if (lines.every((line) => line.startsWith('- '))) {
      made.append(make('ul', '', ...lines.map((line) => make('li', '', inline(line.slice(2))))));
    } else {
      made.append(make('p', '', inline(paragraph)));
    }
  }
  return made;
}
