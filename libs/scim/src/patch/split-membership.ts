import { isComplex, isList, type ScimValue } from '../document/scim-document.js';
import { invalidPath } from '../errors/scim-error.js';
import { type Filter } from '../filter/filter.js';
import { type PatchOperation, type PatchRequest } from './patch.js';

/** A member of a group, as the group's document has it. */
export interface Member {
  /** The id of a user or group. */
  readonly value: string;
  /** `User` or `Group`, if the client said so. */
  readonly type?: string;
  readonly display?: string;
}

/** A change to the members of a group, for a store that keeps them as rows. Plain JSON. */
export type MembershipChange =
  | { readonly kind: 'add'; readonly members: readonly Member[] }
  | { readonly kind: 'remove'; readonly memberIds: readonly string[] }
  | { readonly kind: 'removeAll' }
  | { readonly kind: 'replaceAll'; readonly members: readonly Member[] }
  /** The filter's paths are sub-attributes of a member; see `resolveValueFilter`. */
  | { readonly kind: 'removeMatching'; readonly filter: Filter };

export interface SplitPatch {
  /** The operations on everything but `members`. */
  readonly documentPatch: PatchRequest;
  /** In the order of the operations. */
  readonly membership: readonly MembershipChange[];
}

/**
 * Parts a group's PATCH into what concerns its document and what concerns its members, so that a group of 100,000 is
 * changed without reading it. Both parts can be applied independently of each other.
 *
 * Throws 400 `invalidPath` for an operation that would change a part of a member in place: a member is added or removed
 * (RFC 7643 s4.2: its parts are immutable).
 */
export function splitMembership(patch: PatchRequest): SplitPatch {
  const operations: PatchOperation[] = [];
  const membership: MembershipChange[] = [];
  for (const operation of patch.operations) {
    if (operation.path.schema === undefined && operation.path.attribute === 'members') {
      membership.push(membershipChange(operation));
    } else {
      operations.push(operation);
    }
  }
  return { documentPatch: { operations }, membership };
}

/**
 * The members in a group's document, for a store that keeps them apart from it. Each id once, whatever its type: what a
 * later mention says about a member is added to the first.
 */
export function membersOf(value: ScimValue | undefined): readonly Member[] {
  if (!isList(value)) return [];
  const members = new Map<string, Member>();
  for (const each of value) {
    const member = memberOf(each);
    const known = members.get(member.value);
    members.set(member.value, known === undefined ? member : { ...known, ...member });
  }
  return [...members.values()];
}

function membershipChange(operation: PatchOperation): MembershipChange {
  const { filter, subAttribute } = operation.path;
  if (subAttribute !== undefined) throw inPlace();
  if (operation.op !== 'remove') {
    if (filter !== undefined) throw inPlace();
    return { kind: operation.op === 'add' ? 'add' : 'replaceAll', members: membersOf(operation.value) };
  }
  if (operation.values !== undefined) {
    return { kind: 'remove', memberIds: membersOf(operation.values).map(({ value }) => value) };
  }
  if (filter === undefined) return { kind: 'removeAll' };
  const memberIds = idsIn(filter);
  return memberIds === undefined ? { kind: 'removeMatching', filter } : { kind: 'remove', memberIds };
}

/** The ids of `value eq "a" or value eq "b"`, or undefined for any other filter. */
function idsIn(filter: Filter): readonly string[] | undefined {
  if (filter.kind === 'or') {
    const ids = filter.filters.map(idsIn);
    return ids.every((each) => each !== undefined) ? [...new Set(ids.flat())] : undefined;
  }
  const isId = filter.kind === 'comparison' && filter.operator === 'eq' && filter.path.attribute === 'value';
  return isId && typeof filter.value === 'string' ? [filter.value] : undefined;
}

function memberOf(value: ScimValue): Member {
  if (!isComplex(value) || typeof value['value'] !== 'string') throw inPlace();
  const { type, display } = { type: value['type'], display: value['display'] };
  return {
    value: value['value'],
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof display === 'string' ? { display } : {}),
  };
}

function inPlace(): Error {
  return invalidPath('Members are added and removed; the path changes a member in place.');
}
