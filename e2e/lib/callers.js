/** People who call each other on the page, in Chromium with devices that are none. */

import { openPage, startBrowser } from './browser.js';
import { PASSWORD } from './person.js';

/** A browser whose camera and microphone give a moving picture and a tone, and which asks nobody. */
export function startCallingBrowser() {
  return startBrowser(
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    '--auto-select-desktop-capture-source=Entire screen',
    '--allow-loopback-in-peer-connection',
    '--autoplay-policy=no-user-gesture-required',
  );
}

/** Signs somebody in on a page of their own, and opens a conversation. */
export async function openCaller(browser, server, person, conversationId, options = {}) {
  const { page, mistakes } = await openPage(browser, server.url, {
    permissions: ['microphone', 'camera'],
    ...options,
  });
  await page.getByLabel('E-mail or user name').fill(person.username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Chats' }).waitFor();
  await page.goto(`${server.url}/?conversation=${conversationId}`);
  await page.getByRole('button', { name: 'Video call' }).waitFor();
  return new Caller(person, page, mistakes);
}

class Caller {
  constructor(person, page, mistakes) {
    Object.assign(this, { person, page, mistakes });
  }

  /** Waits for a button, and presses it. */
  press(name, options = {}) {
    return this.page.getByRole('button', { name, exact: true, ...options }).click();
  }

  /** Waits for words. */
  reads(text) {
    return this.page.getByText(text).first().waitFor();
  }

  /** The call that comes in. */
  get ringing() {
    return this.page.getByRole('alertdialog');
  }

  /** Waits until the other one's picture moves: frames that were decoded, one after the other. */
  async sees(label) {
    const picture = this.page.getByLabel(label);
    await picture.waitFor();
    return picture.evaluate(async (video) => {
      const decoded = () => video.getVideoPlaybackQuality().totalVideoFrames;
      const first = decoded();
      while (decoded() < first + 5) {
        await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      }
      return { width: video.videoWidth, frames: decoded() - first };
    });
  }

  /** How loud the other one is: the energy of what was received. */
  async hears() {
    return this.page.evaluate(async () => {
      const { srcObject } = document.querySelector('audio');
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(srcObject).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      // The tone of the fake device beeps once a second.
      for (let looks = 0; looks < 200; looks += 1) {
        analyser.getFloatTimeDomainData(samples);
        if (samples.some((sample) => Math.abs(sample) > 0.01)) return true;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return false;
    });
  }

  close() {
    return this.page.context().close();
  }
}
