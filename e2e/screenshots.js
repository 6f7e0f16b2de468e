/** Takes the pictures of `docs/screenshots/`, of a server with the demo world: `npm --prefix e2e run screenshots`. */

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startBrowser } from './lib/browser.js';
import { startServer } from './lib/server.js';

const folder =
  process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'screenshots');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** What is shown of each look. */
const PICTURES = {
  light: ['sign-in', 'conversation', 'people', 'profile'],
  dark: ['conversation', 'switcher', 'appearance'],
  phone: ['conversations', 'conversation'],
};

await mkdir(folder, { recursive: true });
const server = await startServer({ args: ['serve', '--seed-if-empty'] });
const browser = await startBrowser();
// The demo world's passwords are made anew each time, and told where it was started.
const password = server.output.map((line) => /mai\s+password (\S+)/.exec(line)?.[1]).find(Boolean);
try {
  await take('light', DESKTOP);
  await take('dark', DESKTOP);
  await take('phone', PHONE);
} finally {
  await browser.close();
  await server.remove();
}

/** All pictures of one look. */
async function take(look, viewport) {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport,
    deviceScaleFactor: 1.5,
    colorScheme: look === 'dark' ? 'dark' : 'light',
    hasTouch: look === 'phone',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const shoot = async (name) => {
    if (!PICTURES[look].includes(name)) return;
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
  };
  await page.goto(server.url);
  await page.getByRole('button', { name: 'I am new here' }).waitFor();
  await shoot('sign-in');
  await page.getByLabel('E-mail or user name').fill('mai');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('button');
  await rows.first().waitFor();
  if (look === 'phone') await shoot('conversations');
  await rows.first().click();
  await page.getByRole('log').getByText('see you at nine').waitFor();
  await shoot('conversation');
  if (look === 'phone') await page.goBack();
  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
  await shoot('switcher');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'People' }).click();
  await page.getByRole('tab', { name: 'Friends' }).waitFor();
  await shoot('people');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button').first().click();
  await page.getByLabel('About you').waitFor();
  await shoot('profile');
  if (look === 'phone') await page.goBack();
  await page.getByRole('button', { name: 'Appearance and language' }).click();
  await page.getByRole('radio', { name: 'Dark' }).waitFor();
  await shoot('appearance');
  await context.close();
}
