/** The web client in Chromium: opened for somebody, and looked at as assistive technology does. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { openPage } from './browser.js';
import { PASSWORD } from './person.js';

/** Wide enough for all three regions. */
export const DESKTOP = { width: 1280, height: 800 };
/** One region at a time. */
export const PHONE = { width: 390, height: 844 };

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

/** Opens the page for somebody who has signed in on this browser before. */
export async function openAs(browser, person, options = {}) {
  const { url } = person.server;
  const opened = await openPage(browser, `${url}/docs`, { viewport: DESKTOP, ...options });
  const answer = await opened.page.request.post(`${url}/api/v1/auth/login`, {
    headers: { origin: url },
    data: { email: person.email, password: PASSWORD },
  });
  assert.equal(answer.status(), 200, await answer.text());
  await opened.page.goto(`${url}${options.path ?? '/'}`);
  // A phone with a conversation open does not show it.
  const views = opened.page.getByRole('navigation', { name: 'Views', includeHidden: true });
  await views.waitFor({ state: 'attached' });
  return opened;
}

/** Signs in by the form. */
export async function signIn(page, login, password = PASSWORD) {
  await page.getByLabel('E-mail or user name').fill(login);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Signs out by the menu of the account. */
export async function signOut(page) {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
}

/** The row of a conversation in the list. */
export function row(page, name) {
  return page
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('button', { name })
    .first();
}

/** Goes to a view by its button. */
export function goTo(page, view) {
  return page
    .getByRole('navigation', { name: 'Views' })
    .getByRole('button', { name: view })
    .click();
}

/** Everything serious that axe finds on the page as it is now. */
export async function findBarriers(page) {
  await page.evaluate(() => document.fonts.ready);
  // What fades in has another contrast on its way. What goes on for ever is not waited for.
  await page.evaluate(() => {
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(ending.map((animation) => animation.finished));
  });
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    );
}
