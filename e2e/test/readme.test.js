/** That the example in the README works as it stands. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import { startServer } from '../lib/server.js';

test('the first example says hello', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, example] = /```js\n([^]+?)```/.exec(readme);
  const server = await startServer();
  try {
    const script = example.replace('http://localhost:3000', server.url);
    const node = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await Promise.all([text(node.stdout), once(node, 'exit')]);
    assert.equal(printed, 'ada: Hello, Bob\n');
  } finally {
    await server.remove();
  }
});
