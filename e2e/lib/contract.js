/** Holds what goes over the wire against the documents that the server gives of itself. */

import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Formats that say how large a number may be, which JSON Schema leaves to programs. */
const NUMBER_FORMATS = ['uint', 'uint8', 'uint16', 'uint32', 'uint64', 'int64'];

export class Contract {
  /** @param {object} openapi @param {object} asyncapi both as the server gave them */
  constructor(openapi, asyncapi) {
    this.http = new Schemas('openapi', openapi);
    this.socket = new Schemas('asyncapi', asyncapi);
    this.routes = Object.entries(openapi.paths).map(([path, methods]) => ({
      path,
      methods,
      pattern: patternOf(path),
      literal: path.replace(/\{\w+\}/g, '').length,
    }));
    // `/users/me` before `/users/{id}`.
    this.routes.sort((one, other) => other.literal - one.literal);
    this.sent = new Map();
    this.told = [];
    for (const [key, operation] of Object.entries(asyncapi.operations)) {
      const channel = asyncapi.channels[refName(operation.channel)];
      const [, message] = Object.entries(channel.messages)[0];
      if (key === 'client.connect') this.connectReplies = repliesOf(asyncapi, operation);
      if (operation.action === 'receive') {
        this.sent.set(channel.address, {
          payload: message.payload,
          replies: repliesOf(asyncapi, operation),
        });
      } else {
        this.told.push({ pattern: patternOf(channel.address), payload: message.payload });
      }
    }
  }

  /** The route of the API that a path is, as its document writes it. */
  route(path) {
    return this.routes.find(({ pattern }) => pattern.test(path));
  }

  /** What is wrong with an HTTP answer: sentences, none of them if it is as the document says. */
  judgeAnswer({ method, path, query, sent, status, contentType, body }) {
    const where = `${method} ${path} ${status}`;
    const operation = this.route(path)?.methods[method.toLowerCase()];
    const problem = { $ref: '#/components/schemas/Problem' };
    if (!operation) {
      // Pages and scripts are no API; what has no route or method must be told so.
      if (!path.startsWith('/api/')) return [];
      if (![404, 405].includes(status)) return [`${where}: no such route in the document`];
      return this.http.mistakes(problem, JSON.parse(body), where);
    }
    const response = operation.responses[status];
    if (!response) return [`${where}: no such status in the document`];
    const mistakes = [];
    const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
    if (!type) {
      if (body !== '') mistakes.push(`${where}: a body where none belongs`);
    } else if (type !== '*/*' && contentType?.split(';')[0] !== type) {
      mistakes.push(`${where}: ${contentType} instead of ${type}`);
    } else if (type.endsWith('json')) {
      const value = JSON.parse(body);
      mistakes.push(...this.http.mistakes(content.schema, value, where));
      const codes = response['x-codes'];
      if (codes && !codes.includes(value.code)) {
        mistakes.push(`${where}: code ${value.code} is not in the document`);
      }
    }
    if (status < 300) mistakes.push(...this.judgeTaken(operation, { where, query, sent }));
    return mistakes;
  }

  /** What was taken must be what the document says that is taken. */
  judgeTaken(operation, { where, query, sent }) {
    const mistakes = [];
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (sent && !schema) mistakes.push(`${where}: took a body that is not in the document`);
    if (sent && schema) mistakes.push(...this.http.requestMistakes(schema, sent, `${where} body`));
    for (const { name, in: place, schema, required } of operation.parameters) {
      if (place !== 'query') continue;
      const text = query.get(name);
      if (text === null && required) mistakes.push(`${where}: went through without ${name}`);
      if (text === null) continue;
      const value = schema.type === 'integer' ? Number(text) : text;
      mistakes.push(...this.http.requestMistakes(schema, value, `${where} ?${name}`));
    }
    return mistakes;
  }

  /** What is wrong with an event from the server. */
  judgeTold(name, args) {
    const event = this.told.find(({ pattern }) => pattern.test(name));
    if (!event) return [`${name}: no such event of the server in the document`];
    const offset = this.told.find(({ pattern }) => pattern.test('cursor')).payload;
    const mistakes = this.socket.mistakes(offset, args.at(-1), `${name}, its offset`);
    if (name === 'cursor') return args.length === 1 ? mistakes : [`${name}: a payload`];
    if (args.length !== 2) return [`${name}: ${args.length - 1} payloads`];
    return [...mistakes, ...this.socket.mistakes(event.payload, args[0], name)];
  }

  /** What is wrong with an ack, and with the event's payload if it went through. */
  judgeAck(name, payload, args) {
    const event = this.sent.get(name);
    const isRefusal = args[0]?.status === 'error';
    if (!event && !isRefusal) return [`${name}: no such event of clients in the document`];
    if (args.length !== 1) return [`ack of ${name}: ${args.length} answers`];
    // An unknown event is refused like any other.
    const schema = isRefusal ? refusalOf(this.sent) : event.replies.ok;
    const mistakes = this.socket.mistakes(schema, args[0], `ack of ${name}`);
    if (!isRefusal) mistakes.push(...this.socket.requestMistakes(event.payload, payload, name));
    return mistakes;
  }

  /** What is wrong with a refusal before `connect`. */
  judgeConnectError(error) {
    return this.socket.mistakes(this.connectReplies.connect_error, error, 'connect_error');
  }

  /** What is wrong with a `connect`. */
  judgeConnect(data) {
    return this.socket.mistakes(this.connectReplies.connect, data, 'connect');
  }
}

/** The schemas of one document, for what clients are given and for what they send. */
class Schemas {
  constructor(name, document) {
    this.name = name;
    const { schemas } = document.components;
    // Fields may be added to any object, but only together with the document.
    this.given = judge(name, mapSchemas(schemas, forbidOthers));
    // In a request unknown fields are ignored.
    this.taken = judge(name, schemas);
    this.cache = new Map();
  }

  mistakes(schema, value, where) {
    return this.run(this.given, schema, value, where);
  }

  requestMistakes(schema, value, where) {
    return this.run(this.taken, schema, value, where);
  }

  run(ajv, schema, value, where) {
    const key = `${ajv === this.given} ${JSON.stringify(schema)}`;
    if (!this.cache.has(key)) {
      const local = JSON.parse(
        JSON.stringify(schema).replaceAll('"#/components/schemas/', `"${this.name}#/$defs/`),
      );
      this.cache.set(key, ajv.compile(ajv === this.given ? forbidOthers(local) : local));
    }
    const validate = this.cache.get(key);
    if (validate(value)) return [];
    return validate.errors.map((error) => {
      const more = error.params.additionalProperty ?? error.params.allowedValues ?? '';
      return `${where}: ${error.instancePath || '/'} ${error.message} ${more}`.trimEnd();
    });
  }
}

function judge(name, schemas) {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  });
  addFormats.default(ajv);
  for (const format of NUMBER_FORMATS) ajv.addFormat(format, true);
  const text = JSON.stringify(schemas).replaceAll('"#/components/schemas/', '"#/$defs/');
  ajv.addSchema({ $id: name, $defs: JSON.parse(text) });
  return ajv;
}

function mapSchemas(schemas, change) {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, change(schema)]),
  );
}

/** The same schema, whose objects have no other fields than those it names. */
function forbidOthers(schema) {
  if (Array.isArray(schema)) return schema.map(forbidOthers);
  if (typeof schema !== 'object' || schema === null) return schema;
  const strict = mapSchemas(schema, forbidOthers);
  return schema.properties && !('const' in schema)
    ? {
        ...strict,
        properties: mapSchemas(schema.properties, forbidOthers),
        additionalProperties: false,
      }
    : strict;
}

function patternOf(template) {
  const parts = template
    .split(/\{\w+\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/:]+')}$`);
}

function refName({ $ref }) {
  return $ref.split('/').at(-1);
}

/** The payloads of an operation's replies, by their names. */
function repliesOf(asyncapi, operation) {
  const { messages } = asyncapi.channels[refName(operation.reply.channel)];
  return mapSchemas(messages, ({ payload }) => payload);
}

function refusalOf(sent) {
  return [...sent.values()].find(({ replies }) => replies.refused).replies.refused;
}
