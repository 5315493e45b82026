import {
  MalformedMessageError,
  decodeFailure,
  type Headers,
  type ProvisioningFailure,
} from '@muster/contracts';
import { oneLine } from '../../../text/one-line.js';

const FAILURE_ID_CHARACTERS_MAX = 128;
const GROUPING_KEY_CHARACTERS_MAX = 256;
const DETAIL_CHARACTERS_MAX = 300;
const REQUEST_ID_CHARACTERS_MAX = 64;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The door of this service: a record of `provisioning.failures.v1` as a failure whose every text is one printable, bounded
 * line that Postgres, a mail header and a screen can take. What only describes is cut; what identifies must be right.
 * @throws MalformedMessageError
 */
export function failureOf(record: {
  readonly value: Buffer | null;
  readonly headers: Headers;
}): ProvisioningFailure {
  const { traceparent, ...failure } = decodeFailure(record);
  if (
    failure.failureId !== oneLine(failure.failureId, FAILURE_ID_CHARACTERS_MAX) ||
    failure.failureId === ''
  ) {
    throw new MalformedMessageError('failureId is not a short printable text');
  }
  if (Number.isNaN(Date.parse(failure.occurredAt)))
    throw new MalformedMessageError('occurredAt is not a time');
  return {
    ...failure,
    groupingKey: oneLine(failure.groupingKey, GROUPING_KEY_CHARACTERS_MAX),
    detail: oneLine(failure.detail, DETAIL_CHARACTERS_MAX),
    requestId: oneLine(failure.requestId, REQUEST_ID_CHARACTERS_MAX),
    // A trace that cannot be read is no reason to lose a failure.
    ...(traceparent !== undefined && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
  };
}
