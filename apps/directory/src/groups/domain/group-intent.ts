import { parseUuid, type Command, type ResourceId } from '@muster/contracts';
import {
  membersOf,
  splitMembership,
  type MembershipChange,
  type PatchRequest,
  type ScimDocument,
  type ScimValue,
} from '@muster/scim';
import { isRefusal, refuseScimErrors, type Refusal } from '../../resources/domain/decision.js';

/** What a command wants of a group, with members apart from the rest: they live in their own table, up to 100,000 of them. */
export interface GroupIntent {
  /** For create and replace: the document without members. */
  readonly document: ScimDocument | null;
  /** For patch: the operations that are not about members; null where there are none. */
  readonly documentPatch: PatchRequest | null;
  readonly membership: readonly MembershipChange[];
  /** Ids that the command names: all that has to be known of members, unless `needsAllMembers`. */
  readonly memberIds: readonly ResourceId[];
  /** The command asks for something that cannot be done to members, whatever the group. */
  readonly refusal: Refusal | null;
  /** The command speaks of members it does not name: replace, remove all, remove by a filter. */
  readonly needsAllMembers: boolean;
}

/** Splits a command about a group. Ids that are no UUIDs stay in `membership` and are unknown members later. */
export function groupIntentOf(command: Command): GroupIntent {
  switch (command.type) {
    case 'group.create.requested':
    case 'group.replace.requested': {
      const rest = Object.assign(Object.create(null) as Record<string, ScimValue>, command.document);
      delete rest.members;
      const kind = command.type === 'group.create.requested' ? 'add' : 'replaceAll';
      return intent(rest, null, [{ kind, members: membersOf(command.document.members) }]);
    }
    case 'group.patch.requested': {
      const split = refuseScimErrors(() => splitMembership(command.patch));
      if (isRefusal(split)) return { ...intent(null, null, []), refusal: split };
      const { documentPatch, membership } = split;
      return intent(null, documentPatch.operations.length === 0 ? null : documentPatch, membership);
    }
    default:
      return intent(null, null, []);
  }
}

function intent(
  document: ScimDocument | null,
  documentPatch: PatchRequest | null,
  membership: readonly MembershipChange[],
): GroupIntent {
  const ids = new Set<ResourceId>();
  let needsAllMembers = false;
  for (const change of membership) {
    if (change.kind === 'removeAll' || change.kind === 'replaceAll' || change.kind === 'removeMatching')
      needsAllMembers = true;
    for (const text of namedIn(change)) {
      const id = parseUuid<ResourceId>(text);
      if (id !== null) ids.add(id);
    }
  }
  return { document, documentPatch, membership, memberIds: [...ids], needsAllMembers, refusal: null };
}

function namedIn(change: MembershipChange): Iterable<string> {
  switch (change.kind) {
    case 'add':
    case 'replaceAll':
      return change.members.map((member) => member.value);
    case 'remove':
      return change.memberIds;
    case 'removeAll':
    case 'removeMatching':
      return [];
  }
}
