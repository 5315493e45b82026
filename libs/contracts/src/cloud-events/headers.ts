import { parseUuid } from '../identity/ids.js';
import type { Headers } from './record.js';

/**
 * CloudEvents 1.0, Kafka protocol binding, binary content mode: every attribute is a header `ce_<name>`, the value is the
 * data. W3C trace context travels in its own headers beside them.
 */
export interface CloudEventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly dataschema?: string;
  /** Extension attributes; names are lower-case letters and digits. */
  readonly extensions?: Readonly<Record<string, string>>;
}

/**
 * This version cannot read the record, and no later try will: it belongs in the dead-letter topic. The message names what is
 * wrong and never repeats what the record holds.
 */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

export function toHeaders(event: CloudEventAttributes): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
  };
  if (event.dataschema !== undefined) headers.ce_dataschema = event.dataschema;
  if (event.extensions !== undefined) {
    for (const [name, value] of Object.entries(event.extensions)) headers[`ce_${name}`] = value;
  }
  return headers;
}

/** The header, or a `MalformedMessageError` that names it. */
export function requiredHeader(headers: Headers, name: string): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined || value === '') throw new MalformedMessageError(`header ${name} is missing`);
  return value;
}

export function uuidHeader<Id extends string>(headers: Headers, name: string): Id {
  const id = parseUuid<Id>(requiredHeader(headers, name));
  if (id === null) throw new MalformedMessageError(`header ${name} is not a UUID`);
  return id;
}

export function integerHeader(headers: Headers, name: string, max: number): number {
  const text = requiredHeader(headers, name);
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value > max) {
    throw new MalformedMessageError(`header ${name} is not an integer up to ${max}`);
  }
  return value;
}

/** Longer than any version of W3C trace context writes today. */
const TRACEPARENT_LENGTH_MAX = 128;

/** The W3C trace context to go on with; one that cannot be meant is left out rather than a reason to refuse the record. */
export function traceparentOf(headers: Headers): { readonly traceparent?: string } {
  const traceparent = Object.hasOwn(headers, 'traceparent') ? headers.traceparent : undefined;
  if (traceparent === undefined || traceparent.length > TRACEPARENT_LENGTH_MAX) return {};
  return { traceparent };
}

/** A header that is one line of printable ASCII of bounded length: what is stored or logged as it is. */
export function lineHeader(headers: Headers, name: string, lengthMax: number): string {
  const text = requiredHeader(headers, name);
  if (text.length > lengthMax || !/^[\x20-\x7e]+$/.test(text))
    throw new MalformedMessageError(
      `header ${name} is not a line of up to ${lengthMax} printable characters`,
    );
  return text;
}
