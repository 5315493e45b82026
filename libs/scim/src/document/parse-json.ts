import { invalidSyntax, invalidValue, payloadTooLarge } from '../errors/scim-error.js';
import { isStorableText } from './text.js';

/** What a JSON body may cost. */
export interface JsonLimits {
  /** Deepest nesting of objects and arrays; 32 unless told. */
  readonly depthMax?: number;
  /** Longest body in bytes (UTF-16 units for a string); unlimited unless told. */
  readonly lengthBytesMax?: number;
}

export const JSON_DEPTH_MAX = 32;

/**
 * Parses a JSON body from a client. The result is untyped and may have own properties of any name, `__proto__`
 * among them: walk it by a schema, never by its keys.
 *
 * Throws 400 `invalidSyntax` for text that is not UTF-8, not JSON or nested deeper than `depthMax` (found by a scan,
 * so depth costs no stack), 400 `invalidValue` for text that holds NUL or a lone surrogate, 413 above `lengthBytesMax`.
 */
export function parseJson(body: string | Uint8Array, limits: JsonLimits = {}): unknown {
  if (limits.lengthBytesMax !== undefined && body.length > limits.lengthBytesMax) {
    throw payloadTooLarge(`The body is larger than ${limits.lengthBytesMax} bytes.`);
  }
  const text = typeof body === 'string' ? body : decodeUtf8(body);
  checkDepth(text, limits.depthMax ?? JSON_DEPTH_MAX);
  const value = parseText(text);
  checkText(text, value);
  return value;
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw invalidSyntax('The body is not valid UTF-8.');
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The engine's own message quotes the body, which may hold personal data: it is not repeated.
    throw invalidSyntax('The body is not valid JSON.');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function checkDepth(text: string, depthMax: number): void {
  let depth = 0;
  for (let position = 0; position < text.length; position += 1) {
    const unit = text.charCodeAt(position);
    if (unit === QUOTE) {
      position = endOfString(text, position);
    } else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > depthMax) throw invalidSyntax(`The body is nested deeper than ${depthMax} levels.`);
    } else if (unit === 0x5d || unit === 0x7d) {
      depth -= 1;
    }
  }
}

/** Position of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let position = start + 1; ; position += 1) {
    position = text.indexOf('"', position);
    if (position === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(position - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return position;
  }
}

/** Raw NUL is no JSON, so bad text can only come in by an escape or as raw surrogates: the walk is rarely needed. */
function checkText(text: string, value: unknown): void {
  if (!text.isWellFormed()) throw unstorable();
  if (text.includes('\\u')) checkStrings(value);
}

function checkStrings(value: unknown): void {
  if (typeof value === 'string') {
    if (!isStorableText(value)) throw unstorable();
  } else if (Array.isArray(value)) {
    for (const element of value) checkStrings(element);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, element] of Object.entries(value)) {
      if (!isStorableText(key)) throw unstorable();
      checkStrings(element);
    }
  }
}

function unstorable(): Error {
  return invalidValue('The body holds text with a NUL character or an unpaired surrogate.');
}
