/** The HTTP API: its routes by noun, and the codes with which it refuses. */

import { breakable, linkTo, make, makeBlock, makeEntry, makeGroup } from './elements.js';
import { makeBody, makeField, nameOf, typeOf } from './schemas.js';
import { inline } from './words.js';

/** The order in which methods of one path stand. */
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Groups of routes, in the order of the document's tags. */
export function makeRoutes(openapi, shapes) {
  const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({
      path,
      method,
      ...methods[method],
    })),
  );
  return openapi.tags.map((tag) => {
    const entries = operations
      .filter((operation) => operation.tags.includes(tag.name))
      .map((operation) => makeRoute(operation, shapes));
    const id = `noun-${tag.name}`;
    return makeGroup(id, tag.name, tag.description, entries);
  });
}

/** Every code once. */
export function makeErrors(openapi) {
  const section = make('section', 'part', make('h2', '', 'Errors'));
  section.id = 'errors';
  section.dataset.title = 'Errors';
  const words =
    'The same codes come over HTTP, as `application/problem+json`, and over the socket, in acks \
and as `exception`. Sentences are for people and may change; codes do not.';
  const head = ['Code', 'HTTP', 'Again later?', 'Sentence'].map((title) => {
    const cell = make('th', '', title);
    cell.scope = 'col';
    return cell;
  });
  const rows = openapi['x-codes'].map(({ code, status, mayRetry, description }) => {
    const row = make('tr', '');
    row.id = `code-${code}`;
    row.dataset.words = `${code} ${status} ${description}`.toLowerCase();
    const cells = [make('code', '', code), String(status), mayRetry ? 'yes' : 'no'];
    row.append(...cells.map((cell) => make('td', '', cell)), make('td', '', inline(description)));
    return row;
  });
  const table = make(
    'table',
    '',
    make('thead', '', make('tr', '', ...head)),
    make('tbody', '', ...rows),
  );
  const scroller = make('div', 'scroller', table);
  scroller.tabIndex = 0;
  section.append(make('p', '', inline(words)), scroller);
  return section;
}

function makeRoute(operation, shapes) {
  const { path, method, operationId, summary, parameters, requestBody, responses } = operation;
  const shown = path.replace('/api/v1', '');
  const words = [method, path, operationId, summary].join(' ');
  const badge = make('span', `method ${method}`, method.toUpperCase());
  const route = make('code', '', ...breakable(path));
  const entry = makeEntry(`route-${operationId}`, shown, words, badge, ' ', route);
  entry.dataset.method = method;
  entry.append(make('p', '', inline(summary)));
  if (operation.security.length === 0) entry.append(make('p', 'note', 'Needs no user.'));
  if (parameters.length > 0) {
    const rows = parameters.flatMap(({ name, in: place, required, schema, description }) =>
      makeField(
        name,
        { ...schema, description },
        place === 'path' ? 'path' : required ? 'query' : 'query, optional',
      ),
    );
    entry.append(makeBlock('Parameters', make('dl', 'fields', ...rows)));
  }
  if (requestBody) {
    const [{ schema }] = Object.values(requestBody.content);
    const { $ref } = schema;
    const title = requestBody.required ? 'Body' : 'Body, if any';
    entry.append(makeBlock(title, makeBody(shapes[nameOf($ref)])));
  }
  entry.append(makeBlock('Answers', make('dl', 'answers', ...makeAnswers(responses))));
  return entry;
}

function makeAnswers(responses) {
  return Object.entries(responses).flatMap(([status, response]) => {
    const term = make('dt', '', make('span', `status s${status[0]}`, status));
    const codes = response['x-codes'];
    if (codes) {
      const links = codes.flatMap((code, index) => [
        index > 0 ? ', ' : '',
        linkTo(`code-${code}`, make('code', '', code)),
      ]);
      return [term, make('dd', '', ...links)];
    }
    const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
    const shape = content?.schema.$ref
      ? typeOf(content.schema)
      : type
        ? [make('code', '', type)]
        : [];
    return [term, make('dd', '', response.description, ' ', ...shape)];
  });
}
