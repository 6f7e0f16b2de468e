/** Packs the exported page for the server's binary: each file compressed once, in a table that Rust reads as code. */

import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const exported = join(web, 'out');
const packed = join(web, 'packed');

/** More than this is too heavy to begin with: what a visitor's browser loads of scripts before the page can be used, compressed. */
const ENTRY_SCRIPTS_MAX_BYTES = 250 * 1024;

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Next's own pages for what is missing, and what its router would fetch: the page has one address. */
const isLeftOut = (path) =>
  /^\/(404|_not-found)/.test(path) || path.endsWith('.txt') || path.endsWith('.map');

const hash = (bytes, form = 'base64url') => createHash('sha256').update(bytes).digest(form);

const files = await readFiles();
addShellList(files);
await rm(packed, { recursive: true, force: true });
await mkdir(join(packed, 'files'), { recursive: true });
await writeFile(join(packed, '.gitignore'), '*\n!.gitignore\n');
const rows = await Promise.all([...files].sort().map(([path, bytes]) => packFile(path, bytes)));
await checkWeight();
await writeFile(join(packed, 'page.rs'), `&[\n${rows.join('')}]\n`);

/** Every file of the export that is served, by its path. */
async function readFiles() {
  const entries = await readdir(exported, { recursive: true, withFileTypes: true });
  const found = new Map();
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(exported.length).replaceAll('\\', '/');
    if (!isLeftOut(path)) found.set(path === '/index.html' ? '/' : path, await readFile(file));
  }
  return found;
}

/** What the service worker keeps: all that the page needs to open, under a name of this version. */
function addShellList(files) {
  const shell = [...files.keys()].filter((path) => path !== '/sw.js' && !path.endsWith('.woff2'));
  const version = hash(shell.map((path) => `${path} ${hash(files.get(path))}`).join('\n'));
  const list = JSON.stringify({ version, files: shell });
  files.set('/sw-shell.js', Buffer.from(`self.SHELL = ${list};\n`));
}

/** Writes a file in every encoding that pays; gives its row. */
async function packFile(path, bytes) {
  const type = TYPES[path === '/' ? '.html' : extname(path)];
  if (!type) throw new Error(`${path}: pack.js does not know the type of such files`);
  const name = hash(path).slice(0, 16);
  const variants = { identity: bytes, ...(await compress(type, bytes)) };
  const included = {};
  for (const [encoding, variant] of Object.entries(variants)) {
    await writeFile(join(packed, 'files', `${name}.${encoding}`), variant);
    const place = `/../../web/packed/files/${name}.${encoding}`;
    included[encoding] = `include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "${place}"))`;
  }
  const option = (encoding) => (included[encoding] ? `Some(${included[encoding]})` : 'None');
  return `    PackedFile {
        path: ${JSON.stringify(path)},
        content_type: ${JSON.stringify(type)},
        is_immutable: ${path.startsWith('/_next/static/')},
        hash: ${JSON.stringify(hash(bytes).slice(0, 22))},
        inline_scripts: ${JSON.stringify(inlineScripts(type, bytes))},
        identity: ${included.identity},
        brotli: ${option('brotli')},
        gzip: ${option('gzip')},
    },
`;
}

async function compress(type, bytes) {
  if (!/^(text|application|image\/svg)/.test(type)) return {};
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const brotli = await promisify(brotliCompress)(bytes, { params });
  const zipped = await promisify(gzip)(bytes, { level: 9 });
  return {
    ...(brotli.length < bytes.length ? { brotli } : {}),
    ...(zipped.length < bytes.length ? { gzip: zipped } : {}),
  };
}

/** The hash of each script that stands in the document itself, as a policy lists it. */
function inlineScripts(type, bytes) {
  if (!type.startsWith('text/html')) return '';
  const scripts = bytes
    .toString('utf8')
    .matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g);
  return [...new Set([...scripts].map(([, text]) => `'sha256-${hash(text, 'base64')}'`))].join(' ');
}

/** Counts the scripts that the document names, as browsers load them. */
async function checkWeight() {
  const document = files.get('/').toString('utf8');
  const named = [...document.matchAll(/<script[^>]*\ssrc="([^"]+)"([^>]*)>/g)]
    .filter(([tag]) => !/\snomodule/i.test(tag))
    .map(([, source]) => source);
  let bytes = 0;
  for (const path of new Set(named)) {
    const text = files.get(path);
    if (!text) throw new Error(`the page names ${path}, which is not in the export`);
    bytes += (await compress(TYPES['.js'], text)).brotli.length;
  }
  const kib = (count) => `${(count / 1024).toFixed(1)} KiB`;
  const entry = `entry scripts: ${kib(bytes)} of ${kib(ENTRY_SCRIPTS_MAX_BYTES)}, compressed`;
  if (bytes > ENTRY_SCRIPTS_MAX_BYTES) throw new Error(`${entry}: load more of it later`);
  console.log(`packed ${files.size} files; ${entry}`);
}
