/** Chromium as Debian has it, without a window. */

import { chromium } from 'playwright-core';

import { listenToPage } from './recorder.js';

/** Starts the browser. As root it has no sandbox; it never calls home. */
export function startBrowser(...more) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', ...more],
  });
}

/**
 * Opens the page for somebody, and remembers what went wrong on it.
 *
 * @returns {Promise<{ page: import('playwright-core').Page, mistakes: string[] }>}
 */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  listenToPage(page);
  const mistakes = [];
  page.on('pageerror', (error) => mistakes.push(String(error)));
  page.on('console', (message) => {
    // The first question, whether a cookie signs in, may be answered with no.
    const isFirstQuestion = message.location().url.endsWith('/auth/refresh');
    if (message.type() === 'error' && !isFirstQuestion) mistakes.push(message.text());
  });
  await page.goto(url);
  return { page, mistakes };
}
