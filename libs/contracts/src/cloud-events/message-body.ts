import { documentFromJson, type ScimDocument } from '@muster/scim';
import { parseUuid } from '../identity/ids.js';
import { MalformedMessageError } from './headers.js';

/** A parsed JSON object; only own properties count, so read it through the functions here. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The body of a record as untyped JSON. A tombstone or text that is no JSON is malformed. */
export function parseBody(value: Buffer | null): unknown {
  if (value === null) throw new MalformedMessageError('the body is missing');
  try {
    return JSON.parse(value.toString('utf8')) as unknown;
  } catch {
    // The engine's message quotes the body, which may hold personal data: it is not repeated, not even as the cause.
    throw new MalformedMessageError('the body is not JSON');
  }
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedMessageError(`${what} is not an object`);
  }
  return value as JsonObject;
}

/** A list of at most `lengthMax` elements, each read by `read`. */
export function asList<Element>(
  value: unknown,
  what: string,
  lengthMax: number,
  read: (element: unknown) => Element,
): Element[] {
  if (!Array.isArray(value) || value.length > lengthMax) {
    throw new MalformedMessageError(`${what} is not a list of at most ${lengthMax}`);
  }
  return value.map(read);
}

/** Own property, or undefined; never reached through a prototype. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function textIn(object: JsonObject, name: string): string {
  const value = own(object, name);
  if (typeof value !== 'string') throw new MalformedMessageError(`${name} is not a string`);
  return value;
}

/** `{ [name]: text }`, or `{}` where the property is absent: to be spread into a type with an optional property. */
export function optionalText<const Name extends string>(
  object: JsonObject,
  name: Name,
): { readonly [Key in Name]?: string } {
  if (own(object, name) === undefined) return {};
  return { [name]: textIn(object, name) } as { readonly [Key in Name]?: string };
}

export function oneOf<const Values extends readonly string[]>(
  object: JsonObject,
  name: string,
  values: Values,
): Values[number] {
  const value = textIn(object, name);
  if (!values.includes(value)) throw new MalformedMessageError(`${name} is not one of ${values.join(', ')}`);
  return value;
}

export function positiveInteger(object: JsonObject, name: string): number {
  const value = own(object, name);
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new MalformedMessageError(`${name} is not a positive integer`);
  }
  return value as number;
}

export function uuidIn<Id extends string>(object: JsonObject, name: string): Id {
  const id = parseUuid<Id>(own(object, name));
  if (id === null) throw new MalformedMessageError(`${name} is not a UUID`);
  return id;
}

export function documentIn(object: JsonObject, name: string): ScimDocument {
  try {
    return documentFromJson(own(object, name));
  } catch (error) {
    throw new MalformedMessageError(`${name} is not a SCIM document`, { cause: error });
  }
}
