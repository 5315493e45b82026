import { isCauseKey } from '../causes/causes.js';
import { MalformedMessageError, requiredHeader, toHeaders, type Headers } from '../cloud-events/headers.js';
import { parseUuid, type TenantId } from '../identity/ids.js';
import { FAILURES_TOPIC } from '../topics/topics.js';
import type { FailureSubject, ProvisioningFailure } from './failures.js';

const TYPE = 'provisioning.failed.v1';

/** A failure as it travels on `provisioning.failures.v1`. */
export function failureRecord(failure: ProvisioningFailure) {
  const { traceparent, ...body } = failure;
  const headers = toHeaders({
    id: failure.failureId,
    source: failure.source === 'gateway' ? '/muster/gateway' : '/muster/directory',
    type: TYPE,
    subject: failure.resourceId ?? failure.requestId,
    time: failure.occurredAt,
    dataschema: 'urn:muster:schema:provisioning-failure:1',
    extensions: { tenantid: failure.tenantId, cause: failure.cause },
  });
  if (traceparent !== undefined) headers.traceparent = traceparent;
  return {
    topic: FAILURES_TOPIC,
    key: `${failure.tenantId}:${failure.resourceId ?? failure.requestId}`,
    value: Buffer.from(JSON.stringify(body)),
    headers,
  };
}

type Json = Readonly<Record<string, unknown>>;

function text(body: Json, name: string): string {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (typeof value !== 'string') throw new MalformedMessageError(`${name} is not a string`);
  return value;
}

function oneOf<const Values extends readonly string[]>(
  body: Json,
  name: string,
  values: Values,
): Values[number] {
  const value = text(body, name);
  if (!values.includes(value)) throw new MalformedMessageError(`${name} is not one of ${values.join(', ')}`);
  return value;
}

function subjectOf(body: Json): FailureSubject {
  const subject = body.subject;
  if (typeof subject !== 'object' || subject === null)
    throw new MalformedMessageError('subject is not an object');
  const picked: { -readonly [Name in keyof FailureSubject]: FailureSubject[Name] } = {};
  for (const name of ['userName', 'displayName', 'externalId'] as const) {
    if (Object.hasOwn(subject, name)) picked[name] = text(subject as Json, name);
  }
  return picked;
}

/** Parses a record of `provisioning.failures.v1`; throws `MalformedMessageError`. Unknown members are ignored. */
export function decodeFailure(record: {
  readonly value: Buffer | null;
  readonly headers: Headers;
}): ProvisioningFailure {
  if (requiredHeader(record.headers, 'ce_type') !== TYPE)
    throw new MalformedMessageError('not a provisioning failure');
  const body = parseBody(record.value);
  const tenantId = parseUuid<TenantId>(body.tenantId);
  if (tenantId === null) throw new MalformedMessageError('tenantId is not a UUID');
  const cause = body.cause;
  if (!isCauseKey(cause)) throw new MalformedMessageError('cause is not in the catalogue');
  if (typeof body.status !== 'number') throw new MalformedMessageError('status is not a number');
  return {
    failureId: text(body, 'failureId'),
    tenantId,
    cause,
    status: body.status,
    ...(body.scimType === undefined ? {} : { scimType: text(body, 'scimType') }),
    detail: text(body, 'detail'),
    operation: oneOf(body, 'operation', ['create', 'replace', 'patch', 'delete', 'bulk']),
    resourceKind: oneOf(body, 'resourceKind', ['user', 'group']),
    ...(body.resourceId === undefined ? {} : { resourceId: text(body, 'resourceId') }),
    subject: subjectOf(body),
    groupingKey: text(body, 'groupingKey'),
    requestId: text(body, 'requestId'),
    source: oneOf(body, 'source', ['gateway', 'directory']),
    occurredAt: text(body, 'occurredAt'),
    ...(record.headers.traceparent === undefined ? {} : { traceparent: record.headers.traceparent }),
  };
}

function parseBody(value: Buffer | null): Json {
  try {
    const body: unknown = JSON.parse(value === null ? 'null' : value.toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Json;
  } catch (error) {
    throw new MalformedMessageError('the body is not JSON', { cause: error });
  }
  throw new MalformedMessageError('the body is not an object');
}
