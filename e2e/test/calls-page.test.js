/** Calls on the page: two people in Chromium see and hear each other, and every way in which a call ends. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { openCaller, startCallingBrowser } from '../lib/callers.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startCallingBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const open = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((caller) => caller.close()));
});

/** Two people with a conversation, each on a page of their own. */
async function meet(options) {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const callers = await Promise.all([
    openCaller(browser, server, ann, id, options),
    openCaller(browser, server, ben, id, options),
  ]);
  open.push(...callers);
  return { here: callers[0], there: callers[1], id };
}

/** The two are talking with a picture. */
async function talk() {
  const two = await meet();
  await two.here.press('Video call');
  await two.there.ringing.waitFor();
  await two.there.press('Answer with video');
  await Promise.all([two.here.sees('Picture of ben'), two.there.sees('Picture of ann')]);
  return two;
}

test('both see the moving picture of the other one and hear them, until one hangs up', async () => {
  const { here, there } = await talk();
  const seen = await Promise.all([here.sees('Picture of ben'), there.sees('Picture of ann')]);
  for (const { width, frames } of seen) assert.ok(width > 0 && frames >= 5);
  assert.deepEqual(await Promise.all([here.hears(), there.hears()]), [true, true]);
  await here.page.getByRole('timer').waitFor();
  await here.press('Hang up');
  await Promise.all([here.reads(/Call ended, 0:/), there.reads(/Call ended, 0:/)]);
  assert.deepEqual([...here.mistakes, ...there.mistakes], []);
});

test('a call that is declined, and one that is taken back, are told', async () => {
  const { here, there } = await meet();
  await here.press('Call');
  await there.ringing.waitFor();
  assert.match(await there.ringing.innerText(), /ann\s+Incoming call/);
  await there.press('Decline');
  await here.reads('ben declined the call');
  await there.ringing.waitFor({ state: 'hidden' });
  await here.press('Call again');
  await there.ringing.waitFor();
  await here.press('Hang up');
  await there.reads('Missed call from ann');
  await there.press('Call back');
  await here.ringing.waitFor();
});

test('muting and the camera are shown to the other one, and undone', async () => {
  const { here, there } = await talk();
  await here.press('Mute');
  await there.page.getByLabel('ann is muted').waitFor();
  await here.press('Unmute');
  await there.page.getByLabel('ann is muted').waitFor({ state: 'hidden' });
  await here.press('Turn the camera off');
  await there.page.getByLabel('Picture of ann').waitFor({ state: 'hidden' });
  await here.page.getByLabel('Your own picture').waitFor({ state: 'hidden' });
  await here.press('Turn the camera on');
  await there.sees('Picture of ann');
});

test('a shared screen takes the place of the camera, and gives it back', async () => {
  const { here, there } = await talk();
  await here.press('Share the screen');
  await there.reads('ann is sharing a screen');
  await there.sees('Picture of ann');
  await here.press('Stop sharing');
  await there.page.getByText('ann is sharing a screen').waitFor({ state: 'hidden' });
  await there.sees('Picture of ann');
});

test('a call that is answered on one device stops ringing on the others', async () => {
  const { here, there, id } = await meet();
  const other = await openCaller(browser, server, there.person, id);
  open.push(other);
  await here.press('Call');
  await Promise.all([there.ringing.waitFor(), other.ringing.waitFor()]);
  await there.press('Answer');
  await there.page.getByRole('timer').waitFor();
  await other.ringing.waitFor({ state: 'hidden' });
  await here.page.getByRole('timer').waitFor();
});

test('one chats on beside the small view, which is moved by keys and made large', async () => {
  const { here, there } = await talk();
  await here.press('Small view');
  const view = here.page.getByRole('region', { name: 'Call with ben' });
  const before = await view.boundingBox();
  const handle = here.page.getByRole('button', { name: /^Move the call/ });
  await handle.focus();
  for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowDown']) await here.page.keyboard.press(key);
  const moved = await view.boundingBox();
  assert.deepEqual([before.x - moved.x, moved.y - before.y], [48, 24]);
  await handle.hover();
  await here.page.mouse.down();
  await here.page.mouse.move(5, 300);
  await here.page.mouse.up();
  assert.equal((await view.boundingBox()).x, 12);
  await here.sees('Picture of ben');
  await here.press('Large view');
  await here.page.getByRole('dialog', { name: 'Call with ben' }).waitFor();
  await here.page.keyboard.press('Escape');
  await view.waitFor();
  assert.equal(await there.page.getByRole('timer').count(), 1);
});

test('a call goes on while the server is killed and comes back', async () => {
  const { here, there } = await talk();
  await server.kill();
  await server.start();
  await Promise.all([here.sees('Picture of ben'), there.sees('Picture of ann')]);
  await here.press('Mute');
  await there.page.getByLabel('ann is muted').waitFor();
});

test('who lets nobody use the microphone is told what to do', async () => {
  const { here, there } = await meet();
  await here.page.evaluate(() => {
    const refuse = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    navigator.mediaDevices.getUserMedia = refuse;
  });
  await here.press('Call');
  await here.reads('The microphone is blocked.');
  await there.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException('no', 'NotFoundError'));
  });
  await there.press('Call');
  await there.reads('No microphone was found.');
});

test('a device that is chosen is the one that is used', async () => {
  const { here, there } = await talk();
  await here.press('Devices');
  const choice = here.page.getByLabel('Camera', { exact: true });
  const others = choice.locator('option:not([value=""])');
  await others.first().waitFor({ state: 'attached' });
  const deviceId = await others.first().getAttribute('value');
  await choice.selectOption(deviceId);
  await there.sees('Picture of ann');
  assert.equal(await choice.inputValue(), deviceId);
});
