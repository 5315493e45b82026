import { type Json, type JsonObject } from '../replay/json.js';
import { CORE } from '../replay/scim-names.js';
import { type Random } from './random.js';

const VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'True',
  'x',
  [],
  [null],
  [[]],
  {},
  [{}],
  { value: null },
  { value: { value: 'x' } },
  '\u0000',
  '\ud800',
  '𐍈',
  'ﷺ'.repeat(200),
  'a'.repeat(5_000),
  '__proto__',
  { constructor: { prototype: { admin: true } } },
  JSON.parse('{"__proto__":{"admin":true}}') as JsonObject,
  CORE,
  'emails[type eq "work"]',
  'members[value eq "x"]',
  'bulkId:x',
  '2020-01-01T00:00:00Z',
];
const NAMES = [
  'op',
  'path',
  'value',
  'members',
  'emails',
  'id',
  'meta',
  'schemas',
  'Operations',
  '__proto__',
  'name.givenName',
  'urn:x:y',
  '',
  ' ',
];
const LETTERS = ['"', '[', ']', '(', '\\', '.', ':', ' eq ', '\u0000', 'é', ''];
const URL_LETTERS = ['%', '%00', '%ff', '%e2%82', '"', '[', '(', '+', '&', '=', '/', '..', '?', '%2f'];

/** The same body with some of it replaced, renamed, left out, repeated or cut. */
export function mangledBody(body: Json, random: Random): Json {
  if (random.chance(0.06)) return random.pick(VALUES);
  if (typeof body === 'string') return random.chance(0.12) ? mangledText(body, LETTERS, random) : body;
  if (typeof body !== 'object' || body === null) return body;
  if (isList(body)) return mangledList(body, random);
  const entries = Object.entries(body).flatMap(([name, value]): [string, Json][] =>
    random.chance(0.05)
      ? []
      : [[random.chance(0.05) ? random.pick(NAMES) : name, mangledBody(value, random)]],
  );
  // An own property, as JSON.parse makes it: assigning to `__proto__` would not.
  return Object.fromEntries(entries);
}

function mangledList(list: readonly Json[], random: Random): Json {
  const values = list.map((each) => mangledBody(each, random));
  if (random.chance(0.08)) values.push(random.pick(VALUES));
  if (random.chance(0.05)) values.push(...values);
  return values;
}

/** The same path and query with a letter of it replaced, as far as it can still be sent. */
export function mangledPath(path: string, random: Random): string {
  const changed = random.chance(0.2) ? mangledText(path, URL_LETTERS, random) : path;
  const sendable = changed.replaceAll(/[^\x21-\x7e]|#/g, (letter) =>
    encodeURIComponent(letter.toWellFormed()),
  );
  return sendable.startsWith('/') ? sendable : `/${sendable}`;
}

function mangledText(text: string, letters: readonly string[], random: Random): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(letters) + text.slice(at + random.below(3));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
