/** A JSON object as a client sent it: any keys, any values. */
export interface RawObject {
  readonly [key: string]: unknown;
}

/** True for what JSON calls an object. */
export function isRawObject(raw: unknown): raw is RawObject {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** A field of a protocol message, its name in any case; undefined when the message has none of its own. */
export function readField(message: RawObject, name: string): unknown {
  if (Object.hasOwn(message, name)) return message[name];
  const folded = name.toLowerCase();
  const key = Object.keys(message).find((each) => each.toLowerCase() === folded);
  return key === undefined ? undefined : message[key];
}
