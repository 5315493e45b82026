import type { ScimDocument } from '@muster/scim';
import { isCauseKey } from '../causes/causes.js';
import {
  MalformedMessageError,
  requiredHeader,
  toHeaders,
  traceparentOf,
  uuidHeader,
} from '../cloud-events/headers.js';
import {
  asList,
  asObject,
  documentIn,
  oneOf,
  optionalText,
  own,
  parseBody,
  positiveInteger,
  textIn,
  uuidIn,
  type JsonObject,
} from '../cloud-events/message-body.js';
import type { EncodedRecord } from '../cloud-events/record.js';
import { BULK_OPERATIONS_MAX } from '../commands/commands.js';
import type { CommandId, ResourceId } from '../identity/ids.js';
import type { CommandOutcome, GroupReference, MemberReference, Outcome, StoredResource } from './outcomes.js';

const SOURCE = '/muster/directory';
const TYPE = 'scim.command.decided';

export interface Reply {
  readonly commandId: CommandId;
  readonly instanceId: string;
  readonly outcome: Outcome;
  readonly traceparent?: string;
}

/** A reply as it travels on `scim.replies.v1`, to the partition that the command named. */
export function encodeReply(reply: Reply, time: string): { value: Buffer; headers: Record<string, string> } {
  const headers = toHeaders({
    id: reply.commandId,
    source: SOURCE,
    type: TYPE,
    subject: reply.commandId,
    time,
    extensions: { replyinstance: reply.instanceId },
  });
  if (reply.traceparent !== undefined) headers.traceparent = reply.traceparent;
  return { value: Buffer.from(JSON.stringify(reply.outcome)), headers };
}

/** A guard only: many requests, each within its limit, can make a group larger than any one of them may. */
const REFERENCES_MAX = 1_000_000;

function groupReference(value: unknown): GroupReference {
  const reference = asObject(value, 'a group reference');
  return {
    value: textIn(reference, 'value'),
    display: textIn(reference, 'display'),
    type: oneOf(reference, 'type', ['direct', 'indirect']),
  };
}

function memberReference(value: unknown): MemberReference {
  const reference = asObject(value, 'a member reference');
  return {
    value: textIn(reference, 'value'),
    type: oneOf(reference, 'type', ['User', 'Group']),
    ...optionalText(reference, 'display'),
  };
}

/** Parses a stored resource from a reply. */
export function storedResourceFromJson(value: unknown): StoredResource {
  const resource = asObject(value, 'resource');
  return resourceFrom(resource, documentIn(resource, 'document'));
}

/**
 * Parses a stored resource from the directory's query API, to be shown. Its document stays as `JSON.parse` made it, since copying
 * those of a page costs more than reading and writing them: rendering looks at nothing but what the schemas name, and no schema
 * may name what objects inherit.
 */
export function shownResourceFromJson(value: unknown): StoredResource {
  const resource = asObject(value, 'resource');
  return resourceFrom(resource, asObject(own(resource, 'document'), 'document') as ScimDocument);
}

function resourceFrom(resource: JsonObject, document: ScimDocument): StoredResource {
  const groups = own(resource, 'groups');
  const members = own(resource, 'members');
  return {
    id: uuidIn<ResourceId>(resource, 'id'),
    version: positiveInteger(resource, 'version'),
    createdAt: textIn(resource, 'createdAt'),
    lastModified: textIn(resource, 'lastModified'),
    document,
    ...(groups === undefined ? {} : { groups: asList(groups, 'groups', REFERENCES_MAX, groupReference) }),
    ...(members === undefined
      ? {}
      : { members: asList(members, 'members', REFERENCES_MAX, memberReference) }),
    ...optionalText(resource, 'managerName'),
  };
}

/** Parses an outcome from a reply or from the directory's outcome look-up. */
export function outcomeFromJson(value: unknown): Outcome {
  const outcome = asObject(value, 'outcome');
  const status = oneOf(outcome, 'status', ['applied', 'rejected', 'cancelled', 'expired']);
  switch (status) {
    case 'applied': {
      const resource = own(outcome, 'resource');
      const results = own(outcome, 'results');
      return {
        status,
        resourceId: uuidIn<ResourceId>(outcome, 'resourceId'),
        version: positiveInteger(outcome, 'version'),
        changed: own(outcome, 'changed') === true,
        ...(resource === undefined ? {} : { resource: storedResourceFromJson(resource) }),
        ...(results === undefined
          ? {}
          : { results: asList(results, 'results', BULK_OPERATIONS_MAX, commandOutcome) }),
      };
    }
    case 'rejected': {
      const cause = own(outcome, 'cause');
      if (!isCauseKey(cause)) throw new MalformedMessageError('cause is not in the catalogue');
      return { status, cause, detail: textIn(outcome, 'detail') };
    }
    case 'cancelled':
    case 'expired':
      return { status };
  }
}

function commandOutcome(value: unknown): CommandOutcome {
  const result = asObject(value, 'a result');
  return {
    commandId: uuidIn<CommandId>(result, 'commandId'),
    outcome: outcomeFromJson(own(result, 'outcome')),
  };
}

/** Parses a record of `scim.replies.v1`; throws `MalformedMessageError`. */
export function decodeReply(record: EncodedRecord): Reply {
  const { headers } = record;
  if (requiredHeader(headers, 'ce_type') !== TYPE) throw new MalformedMessageError('not a reply');
  return {
    commandId: uuidHeader<CommandId>(headers, 'ce_id'),
    instanceId: requiredHeader(headers, 'ce_replyinstance'),
    outcome: outcomeFromJson(parseBody(record.value)),
    ...traceparentOf(headers),
  };
}
