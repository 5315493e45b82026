import { ListExpectation, Matcher, type Expected } from './expected-json.js';

const PLACEHOLDER = /\{\{(\w+)\}\}/g;

/** What `{{name}}` in the rows stands for: ids of resources that were made, and what a run gives in advance. */
export type Bindings = Pick<ReadonlyMap<string, string>, 'get'>;

/** @throws for a name that nothing has been bound to: the row is wrong */
export function fillText(text: string, bindings: Bindings): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = bindings.get(name);
    if (value === undefined) throw new Error(`nothing is known as {{${name}}}`);
    return value;
  });
}

/** Fills every text and every member's name in a value. */
export function fill<Value extends Expected>(value: Value, bindings: Bindings): Value;
export function fill(value: Expected, bindings: Bindings): Expected {
  if (typeof value === 'string') return fillText(value, bindings);
  if (typeof value !== 'object' || value === null || value instanceof Matcher) return value;
  if (value instanceof ListExpectation) {
    return new ListExpectation(
      value.kind,
      value.values.map((each) => fill(each, bindings)),
    );
  }
  if (isList(value)) return value.map((each) => fill(each, bindings));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [fillText(name, bindings), fill(each, bindings)]),
  );
}

function isList(value: Expected): value is readonly Expected[] {
  return Array.isArray(value);
}
