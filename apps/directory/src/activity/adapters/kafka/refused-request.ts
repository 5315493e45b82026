import {
  MalformedMessageError,
  decodeFailure,
  parseUuid,
  type CauseKey,
  type CommandId,
  type CommandMessageType,
  type Headers,
  type ProvisioningFailure,
  type ResourceId,
} from '@muster/contracts';
import type { RefusedRequest } from '../../application/refused-requests.js';

const DETAIL_LENGTH_MAX = 1_000;
const REQUEST_ID_LENGTH_MAX = 128;
const RESOURCE_TYPE_LENGTH_MAX = 64;

/** What a gateway says of commands, whose own rows tell what became of them as soon as that is decided. */
const TOLD_BY_ITS_COMMAND: ReadonlySet<CauseKey> = new Set(['not_applied_in_time', 'outcome_unknown']);

/**
 * A record of `provisioning.failures.v1` as the request that the gateway refused; null for what the directory decides and
 * knows by itself. What only describes is cut and made printable, what identifies must be right.
 * @throws MalformedMessageError
 */
export function refusedRequestOf(record: {
  readonly value: Buffer | null;
  readonly headers: Headers;
}): RefusedRequest | null {
  const failure = decodeFailure(record);
  if (failure.source !== 'gateway' || TOLD_BY_ITS_COMMAND.has(failure.cause)) return null;
  const id = parseUuid<CommandId>(failure.failureId);
  if (id?.charAt(14) !== '7') throw new MalformedMessageError('failureId is not a UUIDv7');
  const refusedAt = new Date(failure.occurredAt);
  if (Number.isNaN(refusedAt.getTime())) throw new MalformedMessageError('occurredAt is not a time');
  const { resourceType } = failure;
  return {
    id,
    tenantId: failure.tenantId,
    requestId: printable(failure.requestId, REQUEST_ID_LENGTH_MAX),
    type: typeOf(failure),
    resourceType: resourceType === undefined ? null : printable(resourceType, RESOURCE_TYPE_LENGTH_MAX),
    resourceId: parseUuid<ResourceId>(failure.resourceId),
    cause: failure.cause,
    detail: printable(failure.detail, DETAIL_LENGTH_MAX),
    refusedAt,
  };
}

function typeOf({ operation, resourceKind }: ProvisioningFailure): CommandMessageType {
  return operation === 'bulk' ? 'bulk.requested' : `${resourceKind}.${operation}.requested`;
}

/** Postgres refuses a NUL and half a surrogate pair; a terminal obeys what else there is. */
function printable(text: string, lengthMax: number): string {
  return text
    .slice(0, lengthMax)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\ufffd');
}
