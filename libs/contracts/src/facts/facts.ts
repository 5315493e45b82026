import type { ScimDocument } from '@muster/scim';
import type { Operation, ResourceKind } from '../commands/commands.js';
import type { CommandId, ResourceId, TenantId, TokenId } from '../identity/ids.js';

/** Types of `directory.user.events.v1`; `updated` also when several things changed beside `active`. */
export type UserFactType =
  | 'directory.user.created.v1'
  | 'directory.user.updated.v1'
  | 'directory.user.activated.v1'
  | 'directory.user.deactivated.v1'
  | 'directory.user.deleted.v1';

export type GroupFactType =
  'directory.group.created.v1' | 'directory.group.updated.v1' | 'directory.group.deleted.v1';

/** Types of `directory.resource.events.v1`: facts about resources of the types that tenants register themselves. */
export type ResourceFactType =
  'directory.resource.created.v1' | 'directory.resource.updated.v1' | 'directory.resource.deleted.v1';

export type FactType = UserFactType | GroupFactType | ResourceFactType;

/** Members in one record at the most; a larger change comes as several parts of one version. */
export const FACT_MEMBERS_MAX = 500;

/** Why a fact came to be. */
export interface FactCause {
  readonly commandId: CommandId;
  readonly tokenId: TokenId;
  readonly requestId: string;
  readonly operation: Operation;
}

/** RFC 9967: the SCIM event URI that says the same; travels as `ce_scimevent`. */
export const scimEventUris: Readonly<Record<FactType, string>> = {
  'directory.user.created.v1': 'urn:ietf:params:scim:event:prov:create:full',
  'directory.user.updated.v1': 'urn:ietf:params:scim:event:prov:put:full',
  'directory.user.activated.v1': 'urn:ietf:params:scim:event:prov:activate',
  'directory.user.deactivated.v1': 'urn:ietf:params:scim:event:prov:deactivate',
  'directory.user.deleted.v1': 'urn:ietf:params:scim:event:prov:delete',
  'directory.group.created.v1': 'urn:ietf:params:scim:event:prov:create:full',
  'directory.group.updated.v1': 'urn:ietf:params:scim:event:prov:put:full',
  'directory.group.deleted.v1': 'urn:ietf:params:scim:event:prov:delete',
  'directory.resource.created.v1': 'urn:ietf:params:scim:event:prov:create:full',
  'directory.resource.updated.v1': 'urn:ietf:params:scim:event:prov:put:full',
  'directory.resource.deleted.v1': 'urn:ietf:params:scim:event:prov:delete',
};

/** All types of facts. */
export const factTypes = Object.keys(scimEventUris) as readonly FactType[];

export function isFactType(value: string): value is FactType {
  return Object.hasOwn(scimEventUris, value);
}

/** What the fact is about. */
export function kindOfFact(type: FactType): ResourceKind {
  return type.split('.', 2)[1] as ResourceKind;
}

/** Delta of a group's members: ids of users and groups. */
export interface MembersDelta {
  readonly added: readonly ResourceId[];
  readonly removed: readonly ResourceId[];
}

/**
 * Something that happened to a user, a group or another resource; past tense, never taken back. Per resource `version` grows by one from fact
 * to fact, and a change of many members is cut into `parts` records of the same version.
 */
export interface Fact {
  /** Deduplication key; the same across re-sends. */
  readonly factId: string;
  readonly type: FactType;
  /** Name of the resource type; there for the kind `resource`, and for no other. */
  readonly resourceType?: string;
  readonly tenantId: TenantId;
  readonly resourceId: ResourceId;
  readonly version: number;
  /** 1-based. */
  readonly part: number;
  readonly parts: number;
  readonly occurredAt: string;
  /** Paths that changed: `displayName`, `name.givenName`, `urn:...:User:department`, `members`. */
  readonly changed: readonly string[];
  /** Their values before, canonical; absent for a create. Of a deleted resource `userName`, `displayName`, `externalId`, `active`. */
  readonly previous?: ScimDocument;
  /** The resource as it is now, without members; null after a delete. */
  readonly resource: ScimDocument | null;
  readonly members?: MembersDelta;
  readonly cause: FactCause;
}
