import { TENANT_ATTRIBUTES_MAX } from '@muster/scim';
import { MalformedMessageError, requiredHeader, toHeaders, traceparentOf } from '../cloud-events/headers.js';
import {
  asList,
  asObject,
  documentIn,
  oneOf,
  own,
  parseBody,
  positiveInteger,
  textIn,
  uuidIn,
  type JsonObject,
} from '../cloud-events/message-body.js';
import type { EncodedRecord, KeyedRecord } from '../cloud-events/record.js';
import { parseUuid, type CommandId, type ResourceId, type TenantId, type TokenId } from '../identity/ids.js';
import {
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  RESOURCE_STATE_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
} from '../topics/topics.js';
import {
  FACT_MEMBERS_MAX,
  isFactType,
  kindOfFact,
  scimEventUris,
  type Fact,
  type FactCause,
  type MembersDelta,
} from './facts.js';

const SOURCE = '/muster/directory';

const channels = {
  user: { events: USER_EVENTS_TOPIC, state: USER_STATE_TOPIC, collection: 'Users' },
  group: { events: GROUP_EVENTS_TOPIC, state: GROUP_STATE_TOPIC, collection: 'Groups' },
  resource: { events: RESOURCE_EVENTS_TOPIC, state: RESOURCE_STATE_TOPIC, collection: '' },
} as const;

/** Key of every record about a resource; same key, same partition, so facts of one resource stay in order. */
export function factKey(fact: Pick<Fact, 'tenantId' | 'resourceId'>): string {
  return `${fact.tenantId}:${fact.resourceId}`;
}

function headersOf(fact: Fact, traceparent: string | null, shape: 'fact' | 'state'): Record<string, string> {
  const kind = kindOfFact(fact.type);
  const collection = fact.resourceType ?? channels[kind].collection;
  const headers = toHeaders({
    id: fact.factId,
    source: SOURCE,
    type: fact.type,
    subject: `${collection}/${fact.resourceId}`,
    time: fact.occurredAt,
    dataschema: `urn:muster:schema:${kind}-${shape}:1`,
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

function eventBody(fact: Fact): Buffer {
  return Buffer.from(
    JSON.stringify({
      tenant: fact.tenantId,
      ...(fact.resourceType === undefined ? {} : { resourceType: fact.resourceType }),
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
  );
}

function stateBody(fact: Fact): Buffer | null {
  if (fact.resource === null) return null;
  return Buffer.from(
    JSON.stringify({
      tenant: fact.tenantId,
      ...(fact.resourceType === undefined ? {} : { resourceType: fact.resourceType }),
      id: fact.resourceId,
      version: fact.version,
      resource: fact.resource,
    }),
  );
}

/**
 * One fact as the records that carry it: to the event topic (what happened) and, for its last part, to the compacted state
 * topic (how the resource is now; a tombstone after a delete). Both go out in one transaction of the relay.
 */
export function factRecords(fact: Fact, traceparent: string | null): KeyedRecord[] {
  const { events, state: states } = channels[kindOfFact(fact.type)];
  const key = factKey(fact);
  const event: KeyedRecord = {
    topic: events,
    key,
    value: eventBody(fact),
    headers: headersOf(fact, traceparent, 'fact'),
  };
  if (fact.part < fact.parts) return [event];
  const state: KeyedRecord = {
    topic: states,
    key,
    value: stateBody(fact),
    headers: headersOf(fact, traceparent, 'state'),
  };
  return [event, state];
}

function memberIds(delta: JsonObject, name: keyof MembersDelta): ResourceId[] {
  return asList(own(delta, name), `members.${name}`, FACT_MEMBERS_MAX, (value) => {
    const id = parseUuid<ResourceId>(value);
    if (id === null) throw new MalformedMessageError(`members.${name} holds no UUID`);
    return id;
  });
}

function membersOf(value: unknown): { readonly members?: MembersDelta } {
  if (value === undefined) return {};
  const delta = asObject(value, 'members');
  return { members: { added: memberIds(delta, 'added'), removed: memberIds(delta, 'removed') } };
}

function causeIn(value: unknown): FactCause {
  const cause = asObject(value, 'cause');
  return {
    commandId: uuidIn<CommandId>(cause, 'commandId'),
    tokenId: uuidIn<TokenId>(cause, 'tokenId'),
    requestId: textIn(cause, 'requestId'),
    operation: oneOf(cause, 'operation', ['create', 'replace', 'patch', 'delete']),
  };
}

function pathOf(value: unknown): string {
  if (typeof value !== 'string') throw new MalformedMessageError('changed holds no path');
  return value;
}

/** Paths that one change can touch: the attributes of all schemas of a resource, those of its tenant included. */
const CHANGED_MAX = TENANT_ATTRIBUTES_MAX + 1_000;

/**
 * Parses a record of an event topic of the directory; throws `MalformedMessageError`. Members that
 * this version does not know are ignored, so a consumer that uses it goes on reading when facts gain fields.
 */
export function decodeFact(record: EncodedRecord): Fact & { readonly traceparent?: string } {
  const { headers } = record;
  const type = requiredHeader(headers, 'ce_type');
  if (!isFactType(type)) throw new MalformedMessageError('not a fact of the directory');
  const body = asObject(parseBody(record.value), 'the body');
  return {
    factId: requiredHeader(headers, 'ce_id'),
    type,
    ...(kindOfFact(type) === 'resource' ? { resourceType: textIn(body, 'resourceType') } : {}),
    tenantId: uuidIn<TenantId>(body, 'tenant'),
    resourceId: uuidIn<ResourceId>(body, 'id'),
    version: positiveInteger(body, 'version'),
    part: positiveInteger(body, 'part'),
    parts: positiveInteger(body, 'parts'),
    occurredAt: requiredHeader(headers, 'ce_time'),
    changed: asList(own(body, 'changed'), 'changed', CHANGED_MAX, pathOf),
    ...(own(body, 'previous') === undefined ? {} : { previous: documentIn(body, 'previous') }),
    resource: own(body, 'resource') === null ? null : documentIn(body, 'resource'),
    ...membersOf(own(body, 'members')),
    cause: causeIn(own(body, 'cause')),
    ...traceparentOf(headers),
  };
}
