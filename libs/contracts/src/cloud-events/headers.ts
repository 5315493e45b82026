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

export type Headers = Readonly<Record<string, string>>;

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
  const value = headers[name];
  if (value === undefined || value === '') throw new MalformedMessageError(`header ${name} is missing`);
  return value;
}
