/**
 * PATCH once more, slowly, written from the text of RFC 7644 s3.5.2 and RFC 7643 s2.4 and from nothing else here: an oracle
 * for the engine. It knows a part of the User schema, takes operations as they are on the wire, works on plain JSON and
 * copies the whole document for every operation. Where Muster departs from the RFC on purpose, it says so.
 */
interface Json {
  [name: string]: unknown;
}

export interface WireOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  readonly value?: unknown;
}

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const COMPLEX = ['name', 'manager'];
const MULTI_VALUED = ['emails'];

/** Returns the document after all operations, or the scimType of the refusal. */
export function referencePatch(document: Json, operations: readonly WireOperation[]): Json | string {
  let current = document;
  for (const operation of operations) {
    const copy = structuredClone(current);
    const refusal = applyOne(copy, operation);
    if (refusal !== undefined) return refusal;
    current = copy;
  }
  // s3.5.2.2: a required attribute that becomes unassigned is an error of type mutability.
  return current['userName'] === undefined ? 'mutability' : current;
}

function applyOne(document: Json, { op, path, value }: WireOperation): string | undefined {
  if (path !== undefined) return applyAt(document, op, path, value);
  // s3.5.2.2: remove without a path.
  if (op === 'remove') return 'noTarget';
  // s3.5.2.1 and s3.5.2.3: without a path the value is a set of attributes.
  for (const [name, each] of Object.entries(value as Json)) {
    const inner =
      name === ENT
        ? Object.entries(each as Json).map(([key, part]) => [`${ENT}:${key}`, part])
        : [[name, each]];
    for (const [at, part] of inner as [string, unknown][]) {
      const refusal = applyAt(document, op, at, part);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}

function applyAt(document: Json, op: WireOperation['op'], path: string, value: unknown): string | undefined {
  const [, urn, attribute = '', filter, sub] = /^(?:(urn:.+):)?(\w+)(?:\[(.+)\])?(?:\.(\w+))?$/.exec(path)!;
  if (urn !== undefined) document[urn] ??= {};
  const home = (urn === undefined ? document : document[urn]) as Json;
  let refusal: string | undefined;
  if (MULTI_VALUED.includes(attribute)) refusal = applyMultiValued(home, attribute, filter, sub, op, value);
  else if (COMPLEX.includes(attribute)) applyComplex(home, attribute, sub, op, value);
  // Departure: nothing as the value of active leaves it as it is.
  else if (attribute !== 'active' || op === 'remove' || value !== null)
    setOrUnset(home, attribute, op === 'remove' ? null : value);
  // RFC 7643 s2.5: what has no value is not there.
  if (COMPLEX.includes(attribute)) dropEmpty(home, attribute);
  if (urn !== undefined) dropEmpty(document, urn);
  return refusal;
}

function applyComplex(
  home: Json,
  attribute: string,
  sub: string | undefined,
  op: string,
  value: unknown,
): void {
  if (op === 'remove' && sub === undefined) {
    delete home[attribute];
    return;
  }
  home[attribute] ??= {};
  const complex = home[attribute] as Json;
  if (sub !== undefined) setOrUnset(complex, sub, op === 'remove' ? null : value);
  // s3.5.2.3: sub-attributes that are given replace, those that are not stay.
  else for (const [name, part] of Object.entries(value as Json)) setOrUnset(complex, name, part);
}

function applyMultiValued(
  home: Json,
  attribute: string,
  filter: string | undefined,
  sub: string | undefined,
  op: WireOperation['op'],
  value: unknown,
): string | undefined {
  let values = (home[attribute] ?? []) as Json[];
  const wasPrimary = values.find((each) => each['primary'] === true);
  const selected = values.filter((each) => filter === undefined || satisfies(each, filter));
  let marked: Json[] = [];
  if (op === 'remove') {
    // s3.5.2.2. Departure: nothing selected is no error.
    if (sub === undefined) values = values.filter((each) => !selected.includes(each));
    else for (const each of selected) delete each[sub];
  } else if (filter === undefined && sub === undefined) {
    const given = withoutRepeated(structuredClone(value) as Json[]);
    // s3.5.2.3: replace puts the given values in the place of all; s3.5.2.1: add puts them beside.
    if (op === 'replace') values = given;
    else {
      const targets = given.map((each) => ({
        target: addTo(values, each),
        isMarked: each['primary'] === true,
      }));
      marked = targets.filter(({ isMarked }) => isMarked).map(({ target }) => target);
    }
  } else if (selected.length > 0) {
    for (const each of selected) change(each, op, filter, sub, value);
    marked = selected.filter((each) => each['primary'] === true);
  } else {
    // s3.5.2.3: noTarget. Departure: what the filter describes is made.
    const made: Json =
      sub === undefined ? { ...literals(filter), ...(value as Json) } : { ...literals(filter), [sub]: value };
    if (filter !== undefined && !satisfies(made, filter)) return 'noTarget';
    marked = [addTo(values, made)].filter((each) => each['primary'] === true);
  }
  values = values.filter((each) => Object.keys(each).length > 0);
  // s3.5.2: one value is primary. Departure: of several the operation marks, the one that was primary, else the first.
  const winner = marked.find((each) => each === wasPrimary) ?? marked[0];
  if (winner !== undefined)
    for (const each of values) if (each['primary'] === true && each !== winner) each['primary'] = false;
  values = withoutRepeated(values);
  if (values.length === 0) delete home[attribute];
  else home[attribute] = values;
  return undefined;
}

function change(
  each: Json,
  op: string,
  filter: string | undefined,
  sub: string | undefined,
  value: unknown,
): void {
  if (sub !== undefined) {
    each[sub] = value;
    return;
  }
  // s3.5.2.3: replace takes the selected value's place. Departure: what the filter demands of it stays.
  if (op === 'replace') for (const name of Object.keys(each)) delete each[name];
  Object.assign(each, op === 'replace' ? literals(filter) : {}, value);
}

/** s3.5.2.1: a value that exists is not added again. Returns the value in the list. */
function addTo(values: Json[], value: Json): Json {
  for (const each of values) {
    const isPair =
      value['value'] !== undefined && each['value'] === value['value'] && type(each) === type(value);
    const isPart =
      value['value'] !== undefined && Object.entries(value).every(([name, part]) => each[name] === part);
    if (!isPair && !isPart && !isEqual(each, value)) continue;
    return Object.assign(each, value);
  }
  values.push(value);
  return value;
}

/** RFC 7643 s2.4: the same (type, value) pair is there once. */
function withoutRepeated(values: readonly Json[]): Json[] {
  const kept: Json[] = [];
  for (const value of values) {
    const same = kept.find(
      (each) =>
        value['value'] !== undefined && each['value'] === value['value'] && type(each) === type(value),
    );
    if (same === undefined) kept.push(value);
    else Object.assign(same, value, same['primary'] === true ? { primary: true } : {});
  }
  return kept;
}

/** The filters the tests make: `sub op "literal"`, joined by `and` or by `or`. */
function satisfies(value: Json, filter: string): boolean {
  const holds = (clause: string): boolean => {
    const [, sub = '', operator, text = ''] = /^(\w+) (\w+) (.+)$/.exec(clause)!;
    const literal: unknown = JSON.parse(text);
    const actual = value[sub];
    if (operator === 'ne') return !isSame(actual, literal);
    if (operator === 'co') return typeof actual === 'string' && fold(actual).includes(fold(String(literal)));
    return isSame(actual, literal);
  };
  return filter.includes(' or ') ? filter.split(' or ').some(holds) : filter.split(' and ').every(holds);
}

function literals(filter: string | undefined): Json {
  if (filter === undefined || filter.includes(' or ')) return {};
  const clauses = filter.split(' and ').map((clause) => /^(\w+) eq (.+)$/.exec(clause));
  return Object.fromEntries(
    clauses.flatMap((match) => (match === null ? [] : [[match[1]!, JSON.parse(match[2]!) as unknown]])),
  );
}

function isSame(actual: unknown, literal: unknown): boolean {
  return typeof actual === 'string' && typeof literal === 'string'
    ? fold(actual) === fold(literal)
    : actual === literal;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function type(value: Json): string {
  return typeof value['type'] === 'string' ? value['type'].toLowerCase() : '';
}

function isEqual(left: Json, right: Json): boolean {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return names.every((name) => left[name] === right[name]);
}

function setOrUnset(home: Json, name: string, value: unknown): void {
  if (value === null) delete home[name];
  else home[name] = value;
}

function dropEmpty(home: Json, name: string): void {
  const value = home[name];
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete home[name];
}
