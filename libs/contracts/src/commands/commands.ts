import type { PatchRequest, ScimDocument, Warning } from '@muster/scim';
import type { CommandId, ResourceId, TenantId, TokenId } from '../identity/ids.js';
import type { SchemasDigest } from '../tenancy/tenant-schemas.js';

/** The gateway waits this long for an outcome before it asks the directory to cancel. Milliseconds. */
export const COMMAND_DEADLINE_MS = 8_000;
/** A command older than this by the broker's clock is never applied: twice the deadline. Milliseconds. */
export const COMMAND_EXPIRY_MS = 2 * COMMAND_DEADLINE_MS;

export type CommandType =
  | 'user.create.requested'
  | 'user.replace.requested'
  | 'user.patch.requested'
  | 'user.delete.requested'
  | 'group.create.requested'
  | 'group.replace.requested'
  | 'group.patch.requested'
  | 'group.delete.requested'
  | 'resource.create.requested'
  | 'resource.replace.requested'
  | 'resource.patch.requested'
  | 'resource.delete.requested';

/** Warnings that travel with one command at the most; what is beyond them is not told. */
export const COMMAND_WARNINGS_MAX = 20;

/** Versions that one `If-Match` may list; the gateway refuses more. */
export const IF_MATCH_VERSIONS_MAX = 100;

/** `If-Match` (RFC 7644 section 3.14): any current version, or one of those listed. */
export type VersionCondition =
  { readonly kind: 'any' } | { readonly kind: 'oneOf'; readonly versions: readonly number[] };

/** Where the outcome goes: the partition of `scim.replies.v1` that the asking gateway reads. */
export interface ReplyAddress {
  readonly partition: number;
  readonly instanceId: string;
}

interface CommandEnvelope {
  readonly commandId: CommandId;
  readonly tenantId: TenantId;
  readonly tokenId: TokenId;
  /** The id that the client was given as `X-Request-Id`. */
  readonly requestId: string;
  readonly resourceId: ResourceId;
  readonly replyTo: ReplyAddress;
  /** When the gateway stops waiting; by the gateway's clock, milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** W3C trace context of the request, if it is traced. */
  readonly traceparent?: string;
  /**
   * The tenant's own schemas by which the gateway read the request; absent where it has none. What such a command holds is
   * sound in form only: whoever applies it reads it again by the schemas that hold then.
   */
  readonly schemas?: SchemasDigest;
}

interface ResourceCommandEnvelope extends CommandEnvelope {
  /** Name of the resource type; there for the kind `resource`, and for no other. */
  readonly resourceType?: string;
  /** What the gateway passed over in the request, for the activity log; at most `COMMAND_WARNINGS_MAX`, absent where nothing was. */
  readonly warnings?: readonly Warning[];
}

export interface CreateCommand extends ResourceCommandEnvelope {
  readonly type: 'user.create.requested' | 'group.create.requested' | 'resource.create.requested';
  readonly document: ScimDocument;
  /** SHA-256 of the canonical document, hex: tells an identical POST after an undelivered answer. */
  readonly documentHash: string;
}

export interface ReplaceCommand extends ResourceCommandEnvelope {
  readonly type: 'user.replace.requested' | 'group.replace.requested' | 'resource.replace.requested';
  readonly document: ScimDocument;
  readonly ifMatch?: VersionCondition;
}

export interface PatchCommand extends ResourceCommandEnvelope {
  readonly type: 'user.patch.requested' | 'group.patch.requested' | 'resource.patch.requested';
  readonly patch: PatchRequest;
  readonly ifMatch?: VersionCondition;
}

export interface DeleteCommand extends ResourceCommandEnvelope {
  readonly type: 'user.delete.requested' | 'group.delete.requested' | 'resource.delete.requested';
  readonly ifMatch?: VersionCondition;
}

/** What somebody wants of one resource. */
export type Command = CreateCommand | ReplaceCommand | PatchCommand | DeleteCommand;

/** Operations in one bulk request at the most (RFC 7644 section 3.7.3). */
export const BULK_OPERATIONS_MAX = 1_000;
/** Bytes of the body of a bulk request; normalised, it still fits a record of `scim.commands.v1`. */
export const BULK_PAYLOAD_BYTES_MAX = 1024 * 1024;

/** One operation of a bulk request: a command like any other, except that it is decided within its job. */
export interface BulkPart {
  /** Shares everything but its own id, type, resource and body with the job. */
  readonly command: Command;
  /**
   * Commands of the same job that create what this one refers to. Unless all of them take effect, this one does not either.
   * One that comes later in the job is possible only where references form a circle.
   */
  readonly needs: readonly CommandId[];
  /** Operations that the gateway refused and that would have come before this one: they count for `failOnErrors`. */
  readonly refusedBefore: number;
}

/** A bulk request (RFC 7644 section 3.7): many commands in one record, answered together. */
export interface BulkCommand extends CommandEnvelope {
  readonly type: 'bulk.requested';
  /** After so many failed operations the rest is not processed; without it, everything is. */
  readonly failOnErrors?: number;
  /** At least one, in the order in which they are to be decided. */
  readonly parts: readonly BulkPart[];
}

/** What one record of `scim.commands.v1` asks for. */
export type CommandMessage = Command | BulkCommand;

export type CommandMessageType = CommandMessage['type'];

/** `resource`: of a type that the tenant registered itself; its name travels beside the kind. */
export type ResourceKind = 'user' | 'group' | 'resource';

export function resourceKindOf(type: CommandType): ResourceKind {
  return type.slice(0, type.indexOf('.')) as ResourceKind;
}

export type Operation = 'create' | 'replace' | 'patch' | 'delete';

export function operationOf(type: CommandType): Operation {
  return type.slice(type.indexOf('.') + 1, type.lastIndexOf('.')) as Operation;
}
