import {
  groupResourceType,
  normaliseUnique,
  patchFromJson,
  userResourceType,
  type PatchRequest,
  type ResourceType,
} from '@muster/scim';
import {
  MalformedMessageError,
  integerHeader,
  lineHeader,
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
  own,
  parseBody,
  positiveInteger,
  textIn,
  uuidIn,
  type JsonObject,
} from '../cloud-events/message-body.js';
import type { EncodedRecord, Headers } from '../cloud-events/record.js';
import { parseUuid, type CommandId, type ResourceId, type TenantId, type TokenId } from '../identity/ids.js';
import { REPLY_PARTITIONS } from '../topics/topics.js';
import {
  BULK_OPERATIONS_MAX,
  IF_MATCH_VERSIONS_MAX,
  resourceKindOf,
  type BulkCommand,
  type BulkPart,
  type Command,
  type CommandMessage,
  type CommandMessageType,
  type CommandType,
  type ReplyAddress,
  type VersionCondition,
} from './commands.js';

const SOURCE = '/muster/gateway';
/** Of request ids and instance names. */
const NAME_LENGTH_MAX = 128;
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
const BULK_TYPE = 'bulk.requested';

/**
 * The record key decides the partition and with it the order. A create goes by its normalised name, so that a create and
 * its retry meet; everything else goes by the resource.
 */
export function commandKey(command: CommandMessage): string {
  if (command.type === 'user.create.requested' || command.type === 'group.create.requested') {
    const attribute = command.type === 'user.create.requested' ? 'userName' : 'displayName';
    const name = command.document[attribute];
    return `${command.tenantId}:${typeof name === 'string' ? normaliseUnique(attribute, name) : command.resourceId}`;
  }
  return `${command.tenantId}:${command.resourceId}`;
}

function bodyOf(command: CommandMessage): object {
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
    case BULK_TYPE:
      return {
        ...(command.failOnErrors === undefined ? {} : { failOnErrors: command.failOnErrors }),
        operations: command.parts.map(partBody),
      };
  }
}

function partBody({ command, needs, refusedBefore }: BulkPart): object {
  const { commandId, type, resourceId } = command;
  return {
    commandId,
    type,
    resourceId,
    ...(needs.length === 0 ? {} : { needs }),
    ...(refusedBefore === 0 ? {} : { refusedBefore }),
    ...bodyOf(command),
  };
}

function subjectOf(command: CommandMessage): string {
  if (command.type === BULK_TYPE) return `Bulk/${command.resourceId}`;
  return `${resourceKindOf(command.type) === 'user' ? 'Users' : 'Groups'}/${command.resourceId}`;
}

export interface EncodedMessage {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/** A command as it travels on `scim.commands.v1`. `time` is RFC 3339. */
export function encodeCommand(command: CommandMessage, time: string): EncodedMessage {
  const headers = toHeaders({
    id: command.commandId,
    source: SOURCE,
    type: command.type,
    subject: subjectOf(command),
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

function replyAddress(headers: Headers): ReplyAddress {
  return {
    partition: integerHeader(headers, 'ce_replypartition', REPLY_PARTITIONS - 1),
    instanceId: lineHeader(headers, 'ce_replyinstance', NAME_LENGTH_MAX),
  };
}

function conditionOf(body: JsonObject): { readonly ifMatch?: VersionCondition } {
  const value = own(body, 'ifMatch');
  if (value === undefined) return {};
  const condition = asObject(value, 'ifMatch');
  if (oneOf(condition, 'kind', ['any', 'oneOf']) === 'any') return { ifMatch: { kind: 'any' } };
  const versions = asList(
    own(condition, 'versions'),
    'ifMatch.versions',
    IF_MATCH_VERSIONS_MAX,
    (version) => {
      if (!Number.isSafeInteger(version))
        throw new MalformedMessageError('ifMatch.versions holds no integer');
      return version as number;
    },
  );
  return { ifMatch: { kind: 'oneOf', versions } };
}

function messageTypeOf(headers: Headers): CommandMessageType {
  const type = requiredHeader(headers, 'ce_type');
  return type === BULK_TYPE ? type : knownType(type);
}

function knownType(type: string): CommandType {
  if (!COMMAND_TYPES.has(type)) throw new MalformedMessageError('not a command that this version knows');
  return type as CommandType;
}

function hashOf(body: JsonObject): string {
  const hash = textIn(body, 'documentHash');
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new MalformedMessageError('documentHash is not a SHA-256');
  return hash;
}

/**
 * Parses a record of `scim.commands.v1`. Throws `MalformedMessageError` for anything that this version cannot read: such a
 * record belongs in the dead-letter topic.
 */
export function decodeCommand(record: EncodedRecord): CommandMessage {
  const { headers } = record;
  const type = messageTypeOf(headers);
  const body = asObject(parseBody(record.value), 'the body');
  const envelope = {
    commandId: uuidHeader<CommandId>(headers, 'ce_id'),
    tenantId: uuidHeader<TenantId>(headers, 'ce_tenantid'),
    tokenId: uuidHeader<TokenId>(headers, 'ce_tokenid'),
    requestId: lineHeader(headers, 'ce_requestid', NAME_LENGTH_MAX),
    resourceId: resourceIdOf(headers),
    replyTo: replyAddress(headers),
    deadlineMs: integerHeader(headers, 'ce_deadline', Number.MAX_SAFE_INTEGER),
    ...traceparentOf(headers),
  };
  return type === BULK_TYPE ? bulkOf(envelope, body) : commandOf(type, envelope, body);
}

type Envelope = Omit<BulkCommand, 'type' | 'failOnErrors' | 'parts'>;

function commandOf(type: CommandType, envelope: Envelope, body: JsonObject): Command {
  const resourceType: ResourceType = resourceKindOf(type) === 'user' ? userResourceType : groupResourceType;
  switch (type) {
    case 'user.create.requested':
    case 'group.create.requested':
      return { ...envelope, type, document: documentIn(body, 'document'), documentHash: hashOf(body) };
    case 'user.replace.requested':
    case 'group.replace.requested':
      return { ...envelope, type, document: documentIn(body, 'document'), ...conditionOf(body) };
    case 'user.patch.requested':
    case 'group.patch.requested':
      return { ...envelope, type, patch: patchOf(resourceType, body), ...conditionOf(body) };
    case 'user.delete.requested':
    case 'group.delete.requested':
      return { ...envelope, type, ...conditionOf(body) };
  }
}

function bulkOf(envelope: Envelope, body: JsonObject): BulkCommand {
  const parts = asList(own(body, 'operations'), 'operations', BULK_OPERATIONS_MAX, (each) =>
    partOf(envelope, asObject(each, 'an operation')),
  );
  const ids = new Set(parts.map(({ command }) => command.commandId));
  if (parts.length === 0 || ids.size < parts.length)
    throw new MalformedMessageError('operations is empty or names a command twice');
  if (parts.some(({ needs }) => needs.some((id) => !ids.has(id))))
    throw new MalformedMessageError('needs names a command that is not of this job');
  const failOnErrors = own(body, 'failOnErrors');
  return {
    ...envelope,
    type: BULK_TYPE,
    ...(failOnErrors === undefined ? {} : { failOnErrors: positiveInteger(body, 'failOnErrors') }),
    parts,
  };
}

function partOf(envelope: Envelope, body: JsonObject): BulkPart {
  const identity = {
    commandId: uuidIn<CommandId>(body, 'commandId'),
    resourceId: uuidIn<ResourceId>(body, 'resourceId'),
  };
  const needs = own(body, 'needs');
  return {
    command: commandOf(knownType(textIn(body, 'type')), { ...envelope, ...identity }, body),
    needs: needs === undefined ? [] : asList(needs, 'needs', BULK_OPERATIONS_MAX, commandIdOf),
    refusedBefore: own(body, 'refusedBefore') === undefined ? 0 : positiveInteger(body, 'refusedBefore'),
  };
}

function commandIdOf(value: unknown): CommandId {
  const id = parseUuid<CommandId>(value);
  if (id === null) throw new MalformedMessageError('needs holds no UUID');
  return id;
}

function patchOf(resourceType: ResourceType, body: JsonObject): PatchRequest {
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
