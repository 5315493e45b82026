import { operationOf, type CommandId, type Outcome } from '@muster/contracts';
import type { BulkResult } from '@muster/scim';
import type { Endpoint } from '../../endpoints/endpoint.js';
import { Refusal } from '../../refusals/refusal.js';
import { entityTag } from '../http/preconditions.js';
import type { BulkJob, JobItem, ReadyItem, RefusedItem } from './bulk-job.js';

const statusOf = { create: 201, replace: 200, patch: 200, delete: 204 } as const;

export interface BulkOutcome {
  /** One per operation that was processed, in the order of the request. */
  readonly results: readonly BulkResult[];
  /** Operations that this service refused itself, so that it has to tell of their failure. */
  readonly refused: readonly RefusedItem[];
}

/**
 * What a bulk request is answered with (RFC 7644 section 3.7.3). Operations behind the last failure that was allowed were not
 * processed: they are left out, refused ones too.
 */
export function bulkOutcome(
  job: BulkJob,
  outcomes: ReadonlyMap<CommandId, Outcome>,
  failuresMax: number,
  locationOf: (endpoint: Endpoint, id: string) => string,
): BulkOutcome {
  const results: { readonly index: number; readonly result: BulkResult }[] = [];
  const refused: RefusedItem[] = [];
  let failures = 0;
  for (const item of job.items) {
    if (failures >= failuresMax) break;
    if (item.kind === 'refused') refused.push(item);
    const result =
      item.kind === 'refused'
        ? refusedResult(item, item.refusal, item.target, locationOf)
        : decidedResult(job, item, outcomes.get(item.part.command.commandId), locationOf);
    if (result.error !== undefined) failures += 1;
    results.push({ index: item.index, result });
  }
  results.sort((one, other) => one.index - other.index);
  return { results: results.map(({ result }) => result), refused };
}

type LocationOf = (endpoint: Endpoint, id: string) => string;

function decidedResult(
  job: BulkJob,
  item: ReadyItem,
  outcome: Outcome | undefined,
  locationOf: LocationOf,
): BulkResult {
  const { endpoint, part, method } = item;
  const operation = operationOf(part.command.type);
  if (outcome?.status === 'applied') {
    return {
      ...named(item),
      location: locationOf(endpoint, outcome.resourceId),
      ...(operation === 'delete' ? {} : { version: entityTag(outcome.version) }),
      status: statusOf[operation],
    };
  }
  const target = method === 'POST' ? undefined : { endpoint, id: part.command.resourceId };
  return refusedResult(item, refusalOfOutcome(job, outcome), target, locationOf);
}

/** A client never saw the ids of what was not created, but knows its own. */
function refusalOfOutcome({ bulkIds }: BulkJob, outcome: Outcome | undefined): Refusal {
  if (outcome?.status !== 'rejected') return new Refusal('outcome_unknown');
  const detail = outcome.detail.replaceAll(UUID, (id) => {
    const bulkId = bulkIds.get(id);
    return bulkId === undefined ? id : `bulkId:${bulkId}`;
  });
  return new Refusal(outcome.cause, { detail, decidedBy: 'directory' });
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function refusedResult(
  item: JobItem,
  { status, detail, scimType }: Refusal,
  target: { readonly endpoint: Endpoint; readonly id: string } | undefined,
  locationOf: LocationOf,
): BulkResult {
  return {
    ...named(item),
    ...(target === undefined ? {} : { location: locationOf(target.endpoint, target.id) }),
    status,
    error: { status, detail, ...(scimType === undefined ? {} : { scimType }) },
  };
}

function named({ method, bulkId }: JobItem): Pick<BulkResult, 'method' | 'bulkId'> {
  return { ...(method === undefined ? {} : { method }), ...(bulkId === undefined ? {} : { bulkId }) };
}
