import {
  groupResourceType,
  normaliseUnique,
  patchFromJson,
  userResourceType,
  documentFromJson,
  type ResourceType,
} from '@muster/scim';
import { MalformedMessageError, requiredHeader, toHeaders, type Headers } from '../cloud-events/headers.js';
import { parseUuid, type CommandId, type ResourceId, type TenantId, type TokenId } from '../identity/ids.js';
import { REPLY_PARTITIONS } from '../topics/topics.js';
import {
  resourceKindOf,
  type Command,
  type CommandType,
  type ReplyAddress,
  type VersionCondition,
} from './commands.js';

const SOURCE = '/muster/gateway';
const COMMAND_TYPES: ReadonlySet<string> = new Set<CommandType>([
  'user.create.requested',
  'user.replace.requested',
  'user.patch.requested',
  'user.delete.requested',
  'group.create.requested',
  'group.replace.requested',
  'group.patch.requested',
  'group.delete.requested',
]);

/**
 * The record key decides the partition and with it the order. A create goes by its normalised name, so that a create and
 * its retry meet; everything else goes by the resource.
 */
export function commandKey(command: Command): string {
  if (command.type === 'user.create.requested' || command.type === 'group.create.requested') {
    const attribute = command.type === 'user.create.requested' ? 'userName' : 'displayName';
    const name = command.document[attribute];
    return `${command.tenantId}:${typeof name === 'string' ? normaliseUnique(attribute, name) : command.resourceId}`;
  }
  return `${command.tenantId}:${command.resourceId}`;
}

function bodyOf(command: Command): object {
  const ifMatch = 'ifMatch' in command && command.ifMatch !== undefined ? { ifMatch: command.ifMatch } : {};
  switch (command.type) {
    case 'user.create.requested':
    case 'group.create.requested':
      return { document: command.document, documentHash: command.documentHash };
    case 'user.replace.requested':
    case 'group.replace.requested':
      return { document: command.document, ...ifMatch };
    case 'user.patch.requested':
    case 'group.patch.requested':
      return { patch: command.patch, ...ifMatch };
    case 'user.delete.requested':
    case 'group.delete.requested':
      return ifMatch;
  }
}

export interface EncodedMessage {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/** A command as it travels on `scim.commands.v1`. `time` is RFC 3339. */
export function encodeCommand(command: Command, time: string): EncodedMessage {
  const headers = toHeaders({
    id: command.commandId,
    source: SOURCE,
    type: command.type,
    subject: `${resourceKindOf(command.type) === 'user' ? 'Users' : 'Groups'}/${command.resourceId}`,
    time,
    extensions: {
      tenantid: command.tenantId,
      tokenid: command.tokenId,
      requestid: command.requestId,
      replypartition: String(command.replyTo.partition),
      replyinstance: command.replyTo.instanceId,
      deadline: String(command.deadlineMs),
    },
  });
  if (command.traceparent !== undefined) headers.traceparent = command.traceparent;
  return { key: commandKey(command), value: Buffer.from(JSON.stringify(bodyOf(command))), headers };
}

function uuidHeader<Id extends string>(headers: Headers, name: string): Id {
  const id = parseUuid<Id>(requiredHeader(headers, name));
  if (id === null) throw new MalformedMessageError(`header ${name} is not a UUID`);
  return id;
}

function integerHeader(headers: Headers, name: string, max: number): number {
  const text = requiredHeader(headers, name);
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value > max)
    throw new MalformedMessageError(`header ${name} is not an integer up to ${max}`);
  return value;
}

function replyAddress(headers: Headers): ReplyAddress {
  return {
    partition: integerHeader(headers, 'ce_replypartition', REPLY_PARTITIONS - 1),
    instanceId: requiredHeader(headers, 'ce_replyinstance'),
  };
}

/** Own enumerable property of a parsed JSON object; never reached through a prototype. */
function own(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

const VERSIONS_MAX = 100;

function conditionOf(body: unknown): { ifMatch?: VersionCondition } {
  const condition = own(body, 'ifMatch');
  if (condition === undefined) return {};
  if (own(condition, 'kind') === 'any') return { ifMatch: { kind: 'any' } };
  const versions = own(condition, 'versions');
  if (
    !Array.isArray(versions) ||
    versions.length > VERSIONS_MAX ||
    !versions.every((each) => Number.isSafeInteger(each))
  ) {
    throw new MalformedMessageError('ifMatch is not a version condition');
  }
  return { ifMatch: { kind: 'oneOf', versions: versions as number[] } };
}

function typeOf(headers: Headers): CommandType {
  const type = requiredHeader(headers, 'ce_type');
  if (!COMMAND_TYPES.has(type)) throw new MalformedMessageError(`unknown command type ${type.slice(0, 80)}`);
  return type as CommandType;
}

function hashOf(body: unknown): string {
  const hash = own(body, 'documentHash');
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
    throw new MalformedMessageError('documentHash is not a SHA-256');
  return hash;
}

/**
 * Parses a record of `scim.commands.v1`. Throws `MalformedMessageError` for anything that this version cannot read: such a
 * record belongs in the dead-letter topic.
 */
export function decodeCommand(record: { readonly value: Buffer | null; readonly headers: Headers }): Command {
  const { headers } = record;
  const type = typeOf(headers);
  const body: unknown = parseBody(record.value);
  const envelope = {
    commandId: uuidHeader<CommandId>(headers, 'ce_id'),
    tenantId: uuidHeader<TenantId>(headers, 'ce_tenantid'),
    tokenId: uuidHeader<TokenId>(headers, 'ce_tokenid'),
    requestId: requiredHeader(headers, 'ce_requestid').slice(0, 128),
    resourceId: resourceIdOf(headers),
    replyTo: replyAddress(headers),
    deadlineMs: integerHeader(headers, 'ce_deadline', Number.MAX_SAFE_INTEGER),
    ...(headers.traceparent === undefined ? {} : { traceparent: headers.traceparent }),
  };
  const resourceType: ResourceType = resourceKindOf(type) === 'user' ? userResourceType : groupResourceType;
  switch (type) {
    case 'user.create.requested':
    case 'group.create.requested':
      return { ...envelope, type, document: documentOf(body), documentHash: hashOf(body) };
    case 'user.replace.requested':
    case 'group.replace.requested':
      return { ...envelope, type, document: documentOf(body), ...conditionOf(body) };
    case 'user.patch.requested':
    case 'group.patch.requested':
      return { ...envelope, type, patch: patchOf(resourceType, body), ...conditionOf(body) };
    case 'user.delete.requested':
    case 'group.delete.requested':
      return { ...envelope, type, ...conditionOf(body) };
  }
}

function parseBody(value: Buffer | null): unknown {
  if (value === null) throw new MalformedMessageError('a command has no body');
  try {
    return JSON.parse(value.toString('utf8')) as unknown;
  } catch (error) {
    throw new MalformedMessageError('the body is not JSON', { cause: error });
  }
}

function documentOf(body: unknown) {
  try {
    return documentFromJson(own(body, 'document'));
  } catch (error) {
    throw new MalformedMessageError('document is not a SCIM document', { cause: error });
  }
}

function patchOf(resourceType: ResourceType, body: unknown) {
  try {
    return patchFromJson(resourceType, own(body, 'patch'));
  } catch (error) {
    throw new MalformedMessageError('patch is not a PATCH request', { cause: error });
  }
}

function resourceIdOf(headers: Headers): ResourceId {
  const subject = requiredHeader(headers, 'ce_subject');
  const id = parseUuid<ResourceId>(subject.slice(subject.indexOf('/') + 1));
  if (id === null) throw new MalformedMessageError('header ce_subject names no resource');
  return id;
}
