import {
  causeDetail,
  causeOfScimError,
  type CauseKey,
  type DomainPolicy,
  type FactType,
  type ResourceId,
  type TenantSettings,
  type VersionCondition,
} from '@muster/contracts';
import { ScimError, type ResourceTypes, type ScimDocument } from '@muster/scim';
import type { ResourceState } from './resource-state.js';
import {
  attributeOf,
  duplicateCause,
  findConflict,
  type NameHolders,
  type UniqueName,
} from './unique-name.js';

/** What a decision may know beside the resource itself. Time is an argument like everything else. */
export interface DecisionContext {
  readonly nowMs: number;
  readonly settings: TenantSettings;
  readonly domainPolicy: DomainPolicy;
  /** Of the tenant. */
  readonly types: ResourceTypes;
  readonly names: NameHolders;
}

/** What happened, before it gets its cause and its place in the log. */
export interface FactDraft {
  readonly type: FactType;
  readonly changed: readonly string[];
  readonly previous?: ScimDocument;
}

export interface Refusal {
  readonly kind: 'rejected';
  readonly cause: CauseKey;
  readonly detail: string;
  /** The resource that stands in the way, where one does. */
  readonly holder?: ResourceId;
}

export function refuse(cause: CauseKey, parameters: Readonly<Record<string, string>> = {}): Refusal {
  return { kind: 'rejected', cause, detail: causeDetail(cause, new Map(Object.entries(parameters))) };
}

/** Runs the SCIM engine's part of a decision; its errors are refusals, everything else is a bug and goes on. */
export function refuseScimErrors<Result>(work: () => Result): Result | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof ScimError)
      return { kind: 'rejected', cause: causeOfScimError(error), detail: error.detail };
    throw error;
  }
}

export function isRefusal(value: object | null): value is Refusal {
  return value !== null && 'kind' in value && value.kind === 'rejected';
}

/** `If-Match` (RFC 7644 section 3.14) against the version as it is in this batch. */
export function checkVersion(state: ResourceState, ifMatch: VersionCondition | undefined): Refusal | null {
  if (ifMatch === undefined || ifMatch.kind === 'any' || ifMatch.versions.includes(state.version))
    return null;
  return refuse('version_conflict', { version: String(state.version) });
}

export function checkNames(
  names: readonly UniqueName[],
  ownId: ResourceId,
  holders: NameHolders,
): Refusal | null {
  const conflict = findConflict(names, ownId, holders);
  if (conflict === null) return null;
  return {
    ...refuse(duplicateCause(conflict.name), {
      holder: conflict.holder,
      attribute: attributeOf(conflict.name.kind),
    }),
    holder: conflict.holder,
  };
}
