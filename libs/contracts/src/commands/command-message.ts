import {
  groupResourceType,
  normaliseUnique,
  patchFromJson,
  untypedPatchFromJson,
  userResourceType,
  type PatchRequest,
  type UniqueKind,
  WARNING_KINDS,
  type Warning,
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
import { parseSchemasDigest, type SchemasDigest } from '../tenancy/tenant-schemas.js';
import { REPLY_PARTITIONS } from '../topics/topics.js';
import {
  BULK_OPERATIONS_MAX,
  COMMAND_WARNINGS_MAX,
  IF_MATCH_VERSIONS_MAX,
  operationOf,
  resourceKindOf,
  type BulkCommand,
  type BulkPart,
  type Command,
  type CommandMessage,
  type CommandMessageType,
  type CommandType,
  type ReplyAddress,
  type ResourceKind,
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
  'resource.create.requested',
  'resource.replace.requested',
  'resource.patch.requested',
  'resource.delete.requested',
]);
const BULK_TYPE = 'bulk.requested';

/**
 * The record key decides the partition and with it the order. A create goes by its normalised name, so that a create and
 * its retry meet; everything else goes by the resource.
 */
export function commandKey(command: CommandMessage): string {
  const name = command.type === BULK_TYPE ? null : nameOfCreate(command);
  return `${command.tenantId}:${name ?? command.resourceId}`;
}

/** Of a resource of the tenant's own type only `externalId` is known to tell it from others. */
const nameAttributes: Readonly<Record<ResourceKind, UniqueKind>> = {
  user: 'userName',
  group: 'displayName',
  resource: 'externalId',
};

/** What a create and its repetition have in common, normalised; null where there is nothing of the kind. */
export function nameOfCreate(command: Command): string | null {
  if (operationOf(command.type) !== 'create' || !('document' in command)) return null;
  const attribute = nameAttributes[resourceKindOf(command.type)];
  const name = command.document[attribute];
  return typeof name === 'string' ? normaliseUnique(attribute, name) : null;
}

function bodyOf(command: CommandMessage): object {
  if (command.type === BULK_TYPE) {
    return {
      ...(command.failOnErrors === undefined ? {} : { failOnErrors: command.failOnErrors }),
      operations: command.parts.map(partBody),
    };
  }
  const { resourceType, warnings } = command;
  return {
    ...(resourceType === undefined ? {} : { resourceType }),
    ...('document' in command ? { document: command.document } : {}),
    ...('documentHash' in command ? { documentHash: command.documentHash } : {}),
    ...('patch' in command ? { patch: command.patch } : {}),
    ...('ifMatch' in command && command.ifMatch !== undefined ? { ifMatch: command.ifMatch } : {}),
    ...(warnings === undefined ? {} : { warnings }),
  };
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
  return `${collectionOf(command)}/${command.resourceId}`;
}

function collectionOf({ type, resourceType = '' }: Command): string {
  const kind = resourceKindOf(type);
  return kind === 'resource' ? resourceType : kind === 'user' ? 'Users' : 'Groups';
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
      ...(command.schemas === undefined ? {} : { schemas: command.schemas }),
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
    ...schemasIn(headers),
    ...traceparentOf(headers),
  };
  return type === BULK_TYPE ? bulkOf(envelope, body) : commandOf(type, envelope, body);
}

type Envelope = Omit<BulkCommand, 'type' | 'failOnErrors' | 'parts'>;

function schemasIn(headers: Headers): { readonly schemas?: SchemasDigest } {
  if (headers.ce_schemas === undefined) return {};
  const digest = parseSchemasDigest(requiredHeader(headers, 'ce_schemas'));
  if (digest === null) throw new MalformedMessageError('header ce_schemas is not a digest');
  return { schemas: digest };
}

function commandOf(type: CommandType, given: Envelope, body: JsonObject): Command {
  const envelope = { ...given, ...resourceTypeIn(type, body), ...warningsIn(body) };
  switch (type) {
    case 'user.create.requested':
    case 'group.create.requested':
    case 'resource.create.requested':
      return { ...envelope, type, document: documentIn(body, 'document'), documentHash: hashOf(body) };
    case 'user.replace.requested':
    case 'group.replace.requested':
    case 'resource.replace.requested':
      return { ...envelope, type, document: documentIn(body, 'document'), ...conditionOf(body) };
    case 'user.patch.requested':
    case 'group.patch.requested':
    case 'resource.patch.requested':
      return { ...envelope, type, patch: patchOf(type, given, body), ...conditionOf(body) };
    case 'user.delete.requested':
    case 'group.delete.requested':
    case 'resource.delete.requested':
      return { ...envelope, type, ...conditionOf(body) };
  }
}

/** Longest name of a resource type, in UTF-16 units. */
const TYPE_NAME_LENGTH_MAX = 64;

function resourceTypeIn(type: CommandType, body: JsonObject): { readonly resourceType?: string } {
  if (resourceKindOf(type) !== 'resource') return {};
  const name = textIn(body, 'resourceType');
  if (name === '' || name.length > TYPE_NAME_LENGTH_MAX)
    throw new MalformedMessageError('resourceType is not a name');
  return { resourceType: name };
}

function warningsIn(body: JsonObject): { readonly warnings?: readonly Warning[] } {
  const given = own(body, 'warnings');
  if (given === undefined) return {};
  const warnings = asList(given, 'warnings', COMMAND_WARNINGS_MAX, (each) => {
    const warning = asObject(each, 'a warning');
    return { kind: oneOf(warning, 'kind', WARNING_KINDS), path: textIn(warning, 'path') };
  });
  return { warnings };
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

/** By the standard schemas where they are all there is; otherwise by its form. */
function patchOf(type: CommandType, { schemas }: Envelope, body: JsonObject): PatchRequest {
  const patch = own(body, 'patch');
  try {
    if (schemas !== undefined || resourceKindOf(type) === 'resource') return untypedPatchFromJson(patch);
    return patchFromJson(type === 'user.patch.requested' ? userResourceType : groupResourceType, patch);
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
