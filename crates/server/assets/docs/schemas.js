/** Schemas as people read them: a type in a few words, and a list of fields. */

import { linkTo, make, makeEntry } from './elements.js';
import { inline, prose } from './words.js';

const ID_PATTERN = '^[A-Za-z0-9_-]+$';
/** Longer ones say less than the words beside them. */
const PATTERN_MAX = 40;

const number = new Intl.NumberFormat('en');

/** Where a shape stands on the page. */
const shapeId = (name) => `shape-${name}`;

/** The name that a reference ends with. */
export const nameOf = (reference) => reference.split('/').at(-1);

/** All shapes, by name. */
export function makeShapes(shapes) {
  const section = make('section', 'part', make('h2', '', 'Shapes'));
  section.id = 'shapes';
  section.dataset.title = 'Shapes';
  for (const name of Object.keys(shapes).sort()) {
    const schema = shapes[name];
    const words = [name, schema.description, ...Object.keys(schema.properties ?? {})].join(' ');
    const entry = makeEntry(shapeId(name), name, words, make('code', '', name));
    if (schema.description) entry.append(prose(schema.description));
    entry.append(makeBody(schema));
    section.append(entry);
  }
  return section;
}

/** What a schema holds: its fields, or what else it is. */
export function makeBody(schema) {
  if (schema.properties) return makeFields(schema);
  if (schema.oneOf?.every((one) => 'const' in one)) {
    const rows = schema.oneOf.flatMap((one) => [
      make('dt', '', make('code', '', one.const)),
      make('dd', '', inline(one.description ?? '')),
    ]);
    return make('dl', 'fields', ...rows);
  }
  return make('p', 'type', ...typeOf(schema));
}

/** The fields of an object: those that are always there first, in the order of the code. */
function makeFields(schema) {
  const required = schema.required ?? [];
  const optional = Object.keys(schema.properties).filter((name) => !required.includes(name));
  const rows = [...required, ...optional].flatMap((name) =>
    makeField(name, schema.properties[name], required.includes(name) ? null : 'optional'),
  );
  const list = make('dl', 'fields', ...rows);
  const names = (schema.anyOf ?? []).flatMap((one) => one.required ?? []);
  if (names.length === 0) return list;
  const codes = names.map((name) => `\`${name}\``).join(' or ');
  return make(
    'div',
    '',
    list,
    make('p', 'note', inline(`${codes} has to be there, and not blank.`)),
  );
}

/** One field, or one parameter. */
export function makeField(name, schema, flag) {
  const term = make(
    'dt',
    '',
    make('code', 'name', name),
    ' ',
    make('span', 'type', ...typeOf(schema)),
  );
  if (flag) term.append(' ', make('span', 'flag', flag));
  const limits = limitsOf(schema);
  const words = make('dd', '');
  if (schema.description) words.append(inline(schema.description));
  if (limits.length > 0) words.append(' ', make('span', 'limits', inline(limits.join(' · '))));
  return [term, words];
}

/** A type in a few words, with links to shapes. */
export function typeOf(schema) {
  if (schema === true || Object.keys(schema).every((key) => key === 'description')) {
    return ['anything'];
  }
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return [linkTo(shapeId(name), make('code', '', name))];
  }
  if ('const' in schema) return [make('code', '', JSON.stringify(schema.const))];
  if (schema.enum) {
    return joined(schema.enum.map((word) => [word === null ? 'null' : make('code', '', word)]));
  }
  if (schema.anyOf) return joined(schema.anyOf.map(typeOf));
  const kinds = [schema.type].flat();
  return joined(kinds.map((kind) => typeOfKind(kind, schema)));
}

function typeOfKind(kind, schema) {
  if (kind === 'array' && schema.prefixItems) {
    const items = schema.prefixItems.map(typeOf);
    return ['[', ...items.flatMap((item, index) => (index ? [', ', ...item] : item)), ']'];
  }
  if (kind === 'array' && schema.items) return ['list of ', ...typeOf(schema.items)];
  if (kind === 'string' && schema.pattern === ID_PATTERN) return ['id'];
  if (kind === 'string' && schema.format === 'date-time') return ['time'];
  if (kind === 'string' && schema.format === 'date') return ['date'];
  return [kind];
}

function joined(alternatives) {
  return alternatives.flatMap((one, index) => (index > 0 ? [' or ', ...one] : one));
}

/** The bounds of a value, each in a few words. */
function limitsOf(schema) {
  const kinds = [schema.type].flat();
  const limits = [];
  if (kinds.includes('string'))
    limits.push(range(schema.minLength, schema.maxLength, 'characters'));
  if (kinds.includes('array') && !schema.prefixItems) {
    limits.push(range(schema.minItems, schema.maxItems, 'items'));
  }
  if (kinds.includes('integer')) limits.push(integerRange(schema));
  const { pattern } = schema;
  if (pattern && pattern !== ID_PATTERN && pattern.length <= PATTERN_MAX && !schema.format) {
    limits.push(`\`${pattern}\``);
  }
  if (schema.examples) limits.push(`such as \`${wordOf(schema.examples[0])}\``);
  if ('default' in schema) limits.push(`${schema.default} if left out`);
  return limits.filter(Boolean);
}

/** A value as one would type it. */
function wordOf(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function range(least, most, noun) {
  if (most === undefined) return least > 1 ? `at least ${number.format(least)} ${noun}` : '';
  if (!least) return `at most ${number.format(most)} ${noun}`;
  return `${number.format(least)} to ${number.format(most)} ${noun}`;
}

function integerRange({ minimum, maximum, format }) {
  // A type's own bounds are none that anybody chose.
  if (format || (minimum === undefined && maximum === undefined)) return '';
  return maximum === undefined ? `from ${minimum}` : `${minimum} to ${number.format(maximum)}`;
}
