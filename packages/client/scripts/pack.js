/** Builds the package and holds what would be published against what it promises. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import './build.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packed = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
);
// Newer versions of npm name the packages, older ones list them.
const [{ files }] = Array.isArray(packed) ? packed : Object.values(packed);
const names = files.map(({ path }) => path);

for (const target of Object.values(manifest.exports)) {
  for (const path of typeof target === 'string' ? [target] : Object.values(target)) {
    assert.ok(names.includes(path.replace('./', '')), `${path} is exported and not packed`);
  }
}
for (const name of names) {
  assert.match(
    name,
    /^(dist\/[\w./-]+\.(js|d\.ts)|README\.md|package\.json)$/,
    `${name} is packed`,
  );
  assert.doesNotMatch(name, /\.test\./, `${name} is packed`);
  const text = readFileSync(join(root, name), 'utf8');
  assert.ok(!text.includes(join(root, '..', '..')), `${name} holds a path of this machine`);
}

// Imported as others do: by its name, in plain Node, without React.
const plain = await import(manifest.name);
assert.equal(typeof plain.createSalala, 'function');
const { size } = files.reduce((sum, file) => ({ size: sum.size + file.size }), { size: 0 });
process.stdout.write(`${names.length} files, ${Math.round(size / 1024)} KiB\n`);
