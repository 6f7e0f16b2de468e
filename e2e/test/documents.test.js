/** The documents are what they say they are: valid by their makers' schemas, and of use to programs. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import addFormats from 'ajv-formats';
import { Ajv } from 'ajv';
import { Validator } from '@seriousme/openapi-schema-validator';
import openapiTS, { astToString } from 'openapi-typescript';

import { Contract } from '../lib/contract.js';
import { startServer } from '../lib/server.js';

const asyncapiSchemas = createRequire(import.meta.url)('@asyncapi/specs');

let server;
let documents;
before(async () => {
  server = await startServer();
  const read = async (name) => (await fetch(`${server.url}/api/${name}.json`)).json();
  documents = { openapi: await read('openapi'), asyncapi: await read('asyncapi') };
});
after(() => server.remove());

test('the API is told in valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const outcome = await validator.validate(structuredClone(documents.openapi));
  assert.deepEqual(outcome.errors ?? [], []);
  assert.equal(outcome.valid, true);
  assert.equal(validator.version, '3.1');
});

test('the socket is told in valid AsyncAPI 3.0, whose references lead somewhere', () => {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  addFormats.default(ajv);
  const validate = ajv.compile(asyncapiSchemas.schemasWithoutId['3.0.0']);
  assert.equal(validate(documents.asyncapi), true, JSON.stringify(validate.errors?.slice(0, 5)));
  for (const document of Object.values(documents)) {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, path] of references) {
      const found = path.split('/').reduce((place, part) => place?.[part], document);
      assert.ok(found, path);
    }
  }
});

test('a generator makes types of it', async () => {
  const types = astToString(await openapiTS(structuredClone(documents.openapi)));
  assert.match(types, /sendMessage: \{/);
  assert.match(types, /status: components\["schemas"\]\["Status"\]/);
  assert.match(types, /displayName\?: string \| null/);
});

test('the binary prints what the server gives', async () => {
  for (const [name, document] of Object.entries(documents)) {
    assert.deepEqual(JSON.parse(await server.command('api', name)), document);
  }
});

test('the bounds are those of the code', async () => {
  const limits = await readFile(
    new URL('../../crates/core/src/limits.rs', import.meta.url),
    'utf8',
  );
  const limit = (name) =>
    Number(new RegExp(`${name}: usize = ([\\d_]+)`).exec(limits)[1].replaceAll('_', ''));
  const { schemas } = documents.openapi.components;
  assert.equal(schemas.MessageDraft.properties.content.maxLength, limit('CONTENT_MAX_CHARS'));
  assert.equal(schemas.CreateGroup.properties.name.maxLength, limit('NAME_MAX_CHARS'));
  const marks = documents.asyncapi.components.schemas.MarkMessagesAsRead.properties.messageIds;
  assert.equal(marks.maxItems, limit('READ_IDS_MAX'));
});

test('whoever is held to the documents and strays is found out', () => {
  const contract = new Contract(documents.openapi, documents.asyncapi);
  const id = 'an-id';
  const typing = { userId: id, conversationId: id };
  const offset = '1.AAAAAAAA.5.-';
  const success = { success: true };
  const answer = (more) => ({
    method: 'GET',
    path: '/api/v1/blocks',
    query: new URLSearchParams(),
    status: 200,
    contentType: 'application/json',
    body: '{"data":[]}',
    ...more,
  });
  const problem = (code) => {
    const fields = { type: 'about:blank', title: 'x', status: 401, detail: 'x', code };
    const contentType = 'application/problem+json';
    return answer({ status: 401, contentType, body: JSON.stringify(fields) });
  };
  assert.deepEqual(contract.judgeAnswer(answer()), []);
  assert.deepEqual(contract.judgeAnswer(problem('unauthorized')), []);
  assert.deepEqual(contract.judgeTold('userTyping', [typing, offset]), []);
  assert.deepEqual(contract.judgeTold('cursor', [offset]), []);
  assert.deepEqual(contract.judgeTold('user:an-id:newGroup', [newGroup(), offset]), []);
  assert.deepEqual(contract.judgeAck('typing', { conversationId: id, more: 1 }, [success]), []);
  assert.deepEqual(
    contract.judgeConnectError({ message: 'x', data: { code: 'token_expired' } }),
    [],
  );
  const strays = [
    contract.judgeAnswer(answer({ body: '{"data":[],"more":1}' })),
    contract.judgeAnswer(answer({ body: '{"data":[{"id":"an-id"}]}' })),
    contract.judgeAnswer(answer({ body: '{}' })),
    contract.judgeAnswer(answer({ status: 202 })),
    contract.judgeAnswer(answer({ contentType: 'text/html' })),
    contract.judgeAnswer(answer({ path: '/api/v1/newest' })),
    contract.judgeAnswer(answer({ method: 'PATCH' })),
    contract.judgeAnswer(answer({ path: '/api/v1/users/search' })),
    contract.judgeAnswer(problem('conflict')),
    contract.judgeAnswer(problem('no_such_code')),
    contract.judgeTold('userTyping', [{ ...typing, more: 1 }, offset]),
    contract.judgeTold('userTyping', [{ userId: id }, offset]),
    contract.judgeTold('userTyping', [offset]),
    contract.judgeTold('userTyping', [typing]),
    contract.judgeTold('userTyping', [typing, id]),
    contract.judgeTold('userShouting', [typing, offset]),
    contract.judgeTold('cursor', [typing, offset]),
    contract.judgeAck('typing', {}, [success]),
    contract.judgeAck('typing', { conversationId: id }, [{ success: true, count: 1 }]),
    contract.judgeAck('shout', {}, [success]),
    contract.judgeAck('typing', {}, [{ status: 'error', code: 'no_such_code', message: 'x' }]),
    contract.judgeConnectError({ message: 'x', data: { code: 'no_such_code' } }),
  ];
  strays.forEach((found, index) => assert.notDeepEqual(found, [], `stray ${index}`));
});

const newGroup = () => ({ groupId: 'an-id', groupName: 'x', message: 'x' });
