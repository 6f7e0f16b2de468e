/** Writes `src/generated/`: the types of all that crosses the wire, from the folder of `openapi.json` and `asyncapi.json`. */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import openapiTS, { astToString } from 'openapi-typescript';
import { format } from 'prettier';

const PREFIX = '/api/v1';
const target = join(dirname(fileURLToPath(import.meta.url)), '../src/generated');
const [folder] = process.argv.slice(2);

const read = async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'));
const openapi = await read('openapi.json');
const asyncapi = await read('asyncapi.json');

await write('wire.ts', await wire());
await write('events.ts', events());
await write('routes.ts', routes());

/** Every shape once, under its own name; HTTP and socket share most of them. */
async function wire() {
  const schemas = { ...openapi.components.schemas };
  for (const [name, schema] of Object.entries(asyncapi.components.schemas)) {
    // One name stands for one shape, or both doors could not be told apart by a reader.
    if (schemas[name]) assert.deepEqual(schemas[name], schema, name);
    schemas[name] = schema;
  }
  // A value that may be anything: as a union its objects would be empty ones.
  for (const schema of Object.values(schemas)) {
    for (const property of Object.values(schema.properties ?? {})) {
      const isAny = Array.isArray(property.type) && property.type.includes('object');
      if (isAny && !property.properties) delete property.type;
    }
  }
  const document = { ...openapi, components: { ...openapi.components, schemas } };
  // A field with a default may still be left out of a request.
  const options = { rootTypes: true, rootTypesNoSchemaPrefix: true, defaultNonNullable: false };
  const types = astToString(await openapiTS(document, options));
  return `/** Every shape on the wire, by its name; and the routes as OpenAPI tells them. */\n${types}`;
}

/** What either side sends over the socket: names, payloads and acks. */
function events() {
  const used = new Set();
  const type = (schema) => {
    const name = schema.$ref?.split('/').pop();
    if (name) used.add(name);
    return name ?? 'string';
  };
  const channels = Object.entries(asyncapi.channels);
  const sent = channels.flatMap(([id, { description, messages }]) => {
    const noun = id.replace(/^client\./, '');
    if (noun === id || !messages.event) return [];
    const ack = asyncapi.channels[`ack.${noun}`].messages.ok.payload;
    const { name, payload } = messages.event;
    return `/** ${description} */\n'${name}': { payload: ${type(payload)}; ack: ${type(ack)} };`;
  });
  const told = channels.flatMap(([id, { description, messages }]) => {
    if (!id.startsWith('server.') || !messages.event) return [];
    const { name, payload } = messages.event;
    const key = name.includes('{')
      ? `[name: \`${name.replace(/\{\w+\}/, '${string}')}\`]`
      : `'${name}'`;
    return `/** ${description} */\n${key}: ${type(payload)};`;
  });
  return [
    '/** The events of the socket, both ways. */\n',
    `import { type ${[...used].sort().join(', type ')} } from './wire.js';\n`,
    '/** What a client sends: the payload of each event, and what its ack says when it was done. */',
    `export type ClientEvents = {\n${sent.join('\n')}\n};\n`,
    '/** What the server sends: the payload of each event. */',
    `export type ServerEvents = {\n${told.join('\n')}\n};`,
  ].join('\n');
}

/** The HTTP API by method and path, as `docs/protocol.md` names its routes. */
function routes() {
  const lines = Object.entries(openapi.paths).flatMap(([path, methods]) => {
    if (!path.startsWith(`${PREFIX}/`)) return [];
    return Object.entries(methods).map(([method, { operationId, summary }]) => {
      const name = `${method.toUpperCase()} ${path.slice(PREFIX.length)}`;
      return `/** ${summary} */\n'${name}': operations['${operationId}'];`;
    });
  });
  return [
    '/** The routes of the HTTP API. */\n',
    `import { type operations } from './wire.js';\n`,
    '/** Before each path. */',
    `export const API_PREFIX = '${PREFIX}';\n`,
    '/** Each route under its method and path. */',
    `export type Operations = {\n${lines.join('\n')}\n};`,
  ].join('\n');
}

async function write(name, text) {
  const path = join(target, name);
  const options = { parser: 'typescript', printWidth: 100, singleQuote: true };
  await writeFile(path, await format(text, options));
}
