import { isCauseKey } from '../causes/causes.js';
import { MalformedMessageError, requiredHeader, toHeaders, traceparentOf } from '../cloud-events/headers.js';
import {
  asObject,
  oneOf,
  optionalText,
  own,
  parseBody,
  positiveInteger,
  textIn,
  uuidIn,
} from '../cloud-events/message-body.js';
import type { EncodedRecord, KeyedRecord } from '../cloud-events/record.js';
import type { TenantId } from '../identity/ids.js';
import { FAILURES_TOPIC } from '../topics/topics.js';
import type { FailureSubject, ProvisioningFailure } from './failures.js';

const TYPE = 'provisioning.failed.v1';

/** A failure as it travels on `provisioning.failures.v1`. */
export function failureRecord(failure: ProvisioningFailure): KeyedRecord {
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

function subjectOf(value: unknown): FailureSubject {
  const subject = asObject(value, 'subject');
  return {
    ...optionalText(subject, 'userName'),
    ...optionalText(subject, 'displayName'),
    ...optionalText(subject, 'externalId'),
  };
}

/** Parses a record of `provisioning.failures.v1`; throws `MalformedMessageError`. Unknown members are ignored. */
export function decodeFailure(record: EncodedRecord): ProvisioningFailure {
  if (requiredHeader(record.headers, 'ce_type') !== TYPE) {
    throw new MalformedMessageError('not a provisioning failure');
  }
  const body = asObject(parseBody(record.value), 'the body');
  const cause = own(body, 'cause');
  if (!isCauseKey(cause)) throw new MalformedMessageError('cause is not in the catalogue');
  return {
    failureId: textIn(body, 'failureId'),
    tenantId: uuidIn<TenantId>(body, 'tenantId'),
    cause,
    status: positiveInteger(body, 'status'),
    ...optionalText(body, 'scimType'),
    detail: textIn(body, 'detail'),
    operation: oneOf(body, 'operation', ['create', 'replace', 'patch', 'delete', 'bulk']),
    resourceKind: oneOf(body, 'resourceKind', ['user', 'group', 'resource']),
    ...optionalText(body, 'resourceType'),
    ...optionalText(body, 'resourceId'),
    subject: subjectOf(own(body, 'subject')),
    groupingKey: textIn(body, 'groupingKey'),
    requestId: textIn(body, 'requestId'),
    source: oneOf(body, 'source', ['gateway', 'directory']),
    occurredAt: textIn(body, 'occurredAt'),
    ...traceparentOf(record.headers),
  };
}
