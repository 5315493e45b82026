import type { CauseKey, ResourceId, TenantSettings } from '@muster/contracts';
import {
  foldCase,
  normaliseUnique,
  type ResourceType,
  type ScimDocument,
  type ScimValue,
} from '@muster/scim';

/** A value that no two resources of a tenant may share. `value` is normalised, so equal means equal to the byte. */
export interface UniqueName {
  /** Owner and attribute: `user.userName`, `group.externalId`, `type:Badge.urn:example:Badge:number`. */
  readonly kind: string;
  readonly value: string;
}

/** Whose values are compared with each other: all users, all groups, or all resources of one of the tenant's own types. */
export type NameOwner = 'user' | 'group' | `type:${string}`;

/** Reads a single-valued attribute of the core schema or of an extension: from a document, or as a PATCH would set it. */
export type ValueOf = (attribute: string, extension?: string) => ScimValue | undefined;

/** Who holds a name at this moment of the batch; null when it is free. */
export interface NameHolders {
  holderOf(name: UniqueName): ResourceId | null;
}

/** The names that a resource claims: by the characteristics of its schemas, and what else the tenant wants to be unique. */
export function uniqueNamesOf(
  owner: NameOwner,
  resourceType: ResourceType,
  valueOf: ValueOf,
  settings: TenantSettings,
): UniqueName[] {
  const names: UniqueName[] = [];
  for (const { definition, extension } of resourceType.uniqueAttributes) {
    const value = valueOf(definition.name, extension);
    if (typeof value !== 'string') continue;
    const attribute = extension === undefined ? definition.name : `${extension}:${definition.name}`;
    names.push({ kind: `${owner}.${attribute}`, value: definition.caseExact ? value : foldCase(value) });
  }
  const externalId = settings.externalIdUnique ? valueOf('externalId') : undefined;
  // caseExact (RFC 7643 section 3.1).
  if (typeof externalId === 'string') names.push({ kind: `${owner}.externalId`, value: externalId });
  const displayName =
    owner === 'group' && settings.groupDisplayNameUnique ? valueOf('displayName') : undefined;
  if (typeof displayName === 'string')
    names.push({ kind: 'group.displayName', value: normaliseUnique('displayName', displayName) });
  return names;
}

/** Reads what a document holds. */
export function valuesIn(document: ScimDocument): ValueOf {
  return (attribute, extension) => {
    if (extension === undefined) return document[attribute];
    const values = document[extension];
    return typeof values === 'object' && !Array.isArray(values)
      ? (values as ScimDocument)[attribute]
      : undefined;
  };
}

/** Why a second holder is refused. */
export function duplicateCause({ kind }: UniqueName): CauseKey {
  if (kind === 'user.userName') return 'duplicate_username';
  if (kind === 'group.displayName') return 'duplicate_display_name';
  return attributeOf(kind) === 'externalId' ? 'duplicate_external_id' : 'duplicate_value';
}

/** The attribute of a kind of name, an extension's with its URN. */
export function attributeOf(kind: string): string {
  return kind.slice(kind.indexOf('.') + 1);
}

/** The first of the names that somebody else holds. */
export function findConflict(
  names: readonly UniqueName[],
  ownId: ResourceId,
  holders: NameHolders,
): { readonly name: UniqueName; readonly holder: ResourceId } | null {
  for (const name of names) {
    const holder = holders.holderOf(name);
    if (holder !== null && holder !== ownId) return { name, holder };
  }
  return null;
}
