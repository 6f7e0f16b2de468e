/** Waiting for what a server is asked for, rather than told by it. */

const PAUSE_MS = 20;

/** Asks again until the answer is yes; what takes longer than `patienceMs` is given up. */
export async function eventually(ask, what, patienceMs = 20_000) {
  const end = Date.now() + patienceMs;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
