import { MalformedMessageError, requiredHeader, toHeaders, type Headers } from '../cloud-events/headers.js';
import { isCauseKey } from '../causes/causes.js';
import { parseUuid, type CommandId, type ResourceId } from '../identity/ids.js';
import type { Outcome, StoredResource } from './outcomes.js';
import { documentFromJson } from '@muster/scim';

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

type Json = Readonly<Record<string, unknown>>;

function objectOf(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedMessageError(`${what} is not an object`);
  return value as Json;
}

function text(object: Json, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value !== 'string') throw new MalformedMessageError(`${name} is not a string`);
  return value;
}

function version(object: Json): number {
  const value = object.version;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new MalformedMessageError('version is not a positive integer');
  return value;
}

function resourceId(object: Json, name: string): ResourceId {
  const id = parseUuid<ResourceId>(text(object, name));
  if (id === null) throw new MalformedMessageError(`${name} is not a UUID`);
  return id;
}

/** Parses a stored resource from a reply or from the directory's query API. */
export function storedResourceFromJson(value: unknown): StoredResource {
  const object = objectOf(value, 'resource');
  return {
    id: resourceId(object, 'id'),
    version: version(object),
    createdAt: text(object, 'createdAt'),
    lastModified: text(object, 'lastModified'),
    document: documentFromJson(object.document),
    ...(Array.isArray(object.groups)
      ? { groups: object.groups as NonNullable<StoredResource['groups']> }
      : {}),
    ...(Array.isArray(object.members)
      ? { members: object.members as NonNullable<StoredResource['members']> }
      : {}),
  };
}

/** Parses an outcome from a reply or from the directory's outcome look-up. */
export function outcomeFromJson(value: unknown): Outcome {
  const object = objectOf(value, 'outcome');
  switch (object.status) {
    case 'applied':
      return {
        status: 'applied',
        resourceId: resourceId(object, 'resourceId'),
        version: version(object),
        changed: object.changed === true,
        ...(object.resource === undefined ? {} : { resource: storedResourceFromJson(object.resource) }),
      };
    case 'rejected': {
      if (!isCauseKey(object.cause)) throw new MalformedMessageError('cause is not in the catalogue');
      return { status: 'rejected', cause: object.cause, detail: text(object, 'detail') };
    }
    case 'cancelled':
    case 'expired':
      return { status: object.status };
    default:
      throw new MalformedMessageError('outcome has no known status');
  }
}

/** Parses a record of `scim.replies.v1`; throws `MalformedMessageError`. */
export function decodeReply(record: { readonly value: Buffer | null; readonly headers: Headers }): Reply {
  const commandId = parseUuid<CommandId>(requiredHeader(record.headers, 'ce_id'));
  if (commandId === null || record.value === null)
    throw new MalformedMessageError('a reply needs an id and a body');
  return {
    commandId,
    instanceId: requiredHeader(record.headers, 'ce_replyinstance'),
    outcome: outcomeFromJson(parseJsonBody(record.value)),
    ...(record.headers.traceparent === undefined ? {} : { traceparent: record.headers.traceparent }),
  };
}

function parseJsonBody(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8')) as unknown;
  } catch (error) {
    throw new MalformedMessageError('the body is not JSON', { cause: error });
  }
}
