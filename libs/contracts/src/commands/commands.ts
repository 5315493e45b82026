import type { PatchRequest, ScimDocument } from '@muster/scim';
import type { CommandId, ResourceId, TenantId, TokenId } from '../identity/ids.js';

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
  | 'group.delete.requested';

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
}

export interface CreateCommand extends CommandEnvelope {
  readonly type: 'user.create.requested' | 'group.create.requested';
  readonly document: ScimDocument;
  /** SHA-256 of the canonical document, hex: tells an identical POST after an undelivered answer. */
  readonly documentHash: string;
}

export interface ReplaceCommand extends CommandEnvelope {
  readonly type: 'user.replace.requested' | 'group.replace.requested';
  readonly document: ScimDocument;
  readonly ifMatch?: VersionCondition;
}

export interface PatchCommand extends CommandEnvelope {
  readonly type: 'user.patch.requested' | 'group.patch.requested';
  readonly patch: PatchRequest;
  readonly ifMatch?: VersionCondition;
}

export interface DeleteCommand extends CommandEnvelope {
  readonly type: 'user.delete.requested' | 'group.delete.requested';
  readonly ifMatch?: VersionCondition;
}

export type Command = CreateCommand | ReplaceCommand | PatchCommand | DeleteCommand;

export type ResourceKind = 'user' | 'group';

export function resourceKindOf(type: CommandType): ResourceKind {
  return type.startsWith('user.') ? 'user' : 'group';
}

export type Operation = 'create' | 'replace' | 'patch' | 'delete';

export function operationOf(type: CommandType): Operation {
  return type.slice(type.indexOf('.') + 1, type.lastIndexOf('.')) as Operation;
}
