import { toHeaders } from '../cloud-events/headers.js';
import {
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
} from '../topics/topics.js';
import { scimEventUris, type Fact, type FactType } from './facts.js';

const SOURCE = '/muster/directory';

interface FactRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}

function isUserFact(type: FactType): boolean {
  return type.startsWith('directory.user.');
}

/** Key of every record about a resource; same key, same partition, so facts of one resource stay in order. */
export function factKey(fact: Pick<Fact, 'tenantId' | 'resourceId'>): string {
  return `${fact.tenantId}:${fact.resourceId}`;
}

function headersOf(fact: Fact, traceparent: string | null): Record<string, string> {
  const user = isUserFact(fact.type);
  const headers = toHeaders({
    id: fact.factId,
    source: SOURCE,
    type: fact.type,
    subject: `${user ? 'Users' : 'Groups'}/${fact.resourceId}`,
    time: fact.occurredAt,
    dataschema: `urn:muster:schema:${user ? 'user' : 'group'}-fact:1`,
    extensions: {
      partitionkey: factKey(fact),
      tenantid: fact.tenantId,
      scimevent: scimEventUris[fact.type],
      txn: fact.cause.commandId,
      version: String(fact.version),
    },
  });
  if (traceparent !== null) headers.traceparent = traceparent;
  return headers;
}

/**
 * One fact as the records that carry it: to the event topic (what happened) and, for its last part, to the compacted state
 * topic (how the resource is now; a tombstone after a delete). Both go out in one transaction of the relay.
 */
export function factRecords(fact: Fact, traceparent: string | null): FactRecord[] {
  const user = isUserFact(fact.type);
  const key = factKey(fact);
  const headers = headersOf(fact, traceparent);
  const event: FactRecord = {
    topic: user ? USER_EVENTS_TOPIC : GROUP_EVENTS_TOPIC,
    key,
    value: Buffer.from(
      JSON.stringify({
        tenant: fact.tenantId,
        id: fact.resourceId,
        version: fact.version,
        part: fact.part,
        parts: fact.parts,
        changed: fact.changed,
        ...(fact.previous === undefined ? {} : { previous: fact.previous }),
        resource: fact.resource,
        ...(fact.members === undefined ? {} : { members: fact.members }),
        cause: fact.cause,
      }),
    ),
    headers,
  };
  if (fact.part < fact.parts) return [event];
  const state: FactRecord = {
    topic: user ? USER_STATE_TOPIC : GROUP_STATE_TOPIC,
    key,
    value:
      fact.resource === null
        ? null
        : Buffer.from(
            JSON.stringify({
              tenant: fact.tenantId,
              id: fact.resourceId,
              version: fact.version,
              resource: fact.resource,
            }),
          ),
    headers,
  };
  return [event, state];
}
