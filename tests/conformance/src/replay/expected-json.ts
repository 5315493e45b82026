import { type Json } from './json.js';

/** A value that a row cannot know in advance. */
export class Matcher {
  constructor(
    readonly name: string,
    readonly accepts: (value: Json | undefined) => boolean,
  ) {}
}

/** A list with at least these values, or with exactly these in this order. */
export class ListExpectation {
  constructor(
    readonly kind: 'including' | 'inOrder',
    readonly values: readonly Expected[],
  ) {}
}

/**
 * What an answer has to contain. Of an object the named members, of a list exactly as many values as are given, in any order:
 * SCIM gives values of a multi-valued attribute no order (RFC 7643 section 2.4).
 */
export type Expected =
  Json | Matcher | ListExpectation | readonly Expected[] | { readonly [name: string]: Expected };

export const absent = new Matcher('nothing', (value) => value === undefined);
export const someText = new Matcher('some text', (value) => typeof value === 'string' && value !== '');
export const someTime = new Matcher(
  'a time',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value),
);
export const someInteger = new Matcher('a whole number', (value) => Number.isInteger(value));

export function textLike(pattern: RegExp): Matcher {
  return new Matcher(
    `a text like ${String(pattern)}`,
    (value) => typeof value === 'string' && pattern.test(value),
  );
}

/** Of a multi-valued attribute: RFC 7643 section 2.5 makes no difference between an empty list and nothing. */
export const noValues = new Matcher(
  'no values',
  (value) => value === undefined || (isList(value) && value.length === 0),
);

/** A list that has values matching each of these, and maybe more. */
export function including(...values: readonly Expected[]): ListExpectation {
  return new ListExpectation('including', values);
}

/** A list of exactly these, one after the other. */
export function inOrder(...values: readonly Expected[]): ListExpectation {
  return new ListExpectation('inOrder', values);
}

/** What `actual` lacks, as texts that name the place; empty when it is as expected. */
export function differences(expected: Expected, actual: Json | undefined, place = ''): string[] {
  if (expected instanceof Matcher) {
    return expected.accepts(actual) ? [] : [unlike(place, expected.name, actual)];
  }
  if (expected instanceof ListExpectation) {
    return expected.kind === 'including'
      ? missingValues(expected.values, actual, place)
      : positionDifferences(expected.values, actual, place);
  }
  if (isList(expected)) return listDifferences(expected, actual, place);
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null || isList(actual))
      return [unlike(place, 'an object', actual)];
    return Object.entries(expected).flatMap(([name, each]) =>
      differences(each, Object.hasOwn(actual, name) ? actual[name] : undefined, `${place}/${name}`),
    );
  }
  return expected === actual ? [] : [unlike(place, JSON.stringify(expected), actual)];
}

function listDifferences(expected: readonly Expected[], actual: Json | undefined, place: string): string[] {
  if (!isList(actual)) return [unlike(place, 'a list', actual)];
  if (expected.length !== actual.length) return [unlike(place, `${expected.length} values`, actual)];
  const left = [...actual];
  return expected.flatMap((each, position) => {
    const found = left.findIndex((item) => differences(each, item).length === 0);
    if (found === -1) return differences(each, actual[position], `${place}[${position}]`);
    left.splice(found, 1);
    return [];
  });
}

function missingValues(expected: readonly Expected[], actual: Json | undefined, place: string): string[] {
  if (!isList(actual)) return [unlike(place, 'a list', actual)];
  return expected
    .filter((each) => actual.every((item) => differences(each, item).length > 0))
    .map((each) => unlike(place, `a list with ${JSON.stringify(each)}`, actual));
}

function positionDifferences(
  expected: readonly Expected[],
  actual: Json | undefined,
  place: string,
): string[] {
  if (!isList(actual) || actual.length !== expected.length)
    return [unlike(place, `${expected.length} values`, actual)];
  return expected.flatMap((each, position) => differences(each, actual[position], `${place}[${position}]`));
}

const SHOWN_LENGTH_MAX = 300;

function unlike(place: string, expected: string, actual: Json | undefined): string {
  const shown = actual === undefined ? 'nothing' : JSON.stringify(actual).slice(0, SHOWN_LENGTH_MAX);
  return `${place === '' ? 'the body' : place} should be ${expected}, but is ${shown}`;
}

function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}
