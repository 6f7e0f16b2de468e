/** The page as somebody uses it: signed in, in a conversation. */

import { openAs as openPageAs } from './chat-page.js';

/**
 * Opens the page for a person who is signed in.
 *
 * @returns {Promise<{ page: import('playwright-core').Page, mistakes: string[], talk: Talk }>}
 */
export async function openAs(browser, person, options = {}) {
  const opened = await openPageAs(browser, person, options);
  return { ...opened, talk: new Talk(opened.page) };
}

/** Opens the page at a conversation, with its messages shown. */
export async function openTalk(browser, person, conversationId, { messageId, ...options } = {}) {
  const message = messageId ? `&message=${messageId}` : '';
  const path = `/?conversation=${conversationId}${message}`;
  const opened = await openAs(browser, person, { ...options, path });
  await opened.talk.log.waitFor();
  return opened;
}

/** One open conversation. */
export class Talk {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    this.log = page.getByRole('log', { name: 'Messages' });
    this.field = page.getByLabel('Message', { exact: true });
  }

  /** A message by its words. */
  message(words) {
    return this.log.getByRole('article').filter({ hasText: words });
  }

  async write(words) {
    await this.field.fill(words);
    await this.page.keyboard.press('Enter');
  }

  /** What the menu of a message offers. */
  async choose(words, action) {
    await this.message(words).locator('[data-bubble]').click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** Where the list stands, in pixels from its beginning and from its end. */
  place() {
    return this.log.evaluate(({ scrollTop, scrollHeight, clientHeight }) => ({
      top: scrollTop,
      end: scrollHeight - scrollTop - clientHeight,
    }));
  }

  /** The numbers in the messages that are drawn and in view, in their order on the page. */
  numbersInView() {
    return this.log.evaluate((log) => {
      const box = log.getBoundingClientRect();
      return [...log.querySelectorAll('[data-bubble]')]
        .map((bubble) => [bubble.getBoundingClientRect(), /message (\d+)/.exec(bubble.textContent)])
        .filter(([{ top, bottom }, found]) => found && top >= box.top && bottom <= box.bottom)
        .sort(([one], [other]) => one.top - other.top)
        .map(([, found]) => Number(found[1]));
    });
  }
}
