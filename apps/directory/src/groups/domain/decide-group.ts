import { parseUuid, type Command, type ResourceId } from '@muster/contracts';
import {
  MEMBERS_MAX,
  diffDocuments,
  groupResourceType,
  resolveValueFilter,
  valuePredicate,
  type Filter,
  type MembershipChange,
  type ScimDocument,
} from '@muster/scim';
import {
  checkNames,
  checkVersion,
  isRefusal,
  refuse,
  refuseScimErrors,
  type DecisionContext,
  type Refusal,
} from '../../resources/domain/decision.js';
import { checkSize } from '../../resources/domain/document-size.js';
import { initialState, nextState, type ResourceState } from '../../resources/domain/resource-state.js';
import { documentAfter } from '../../resources/domain/document-after.js';
import { uniqueNamesOf, valuesIn, type UniqueName } from '../../resources/domain/unique-name.js';
import type { GroupIntent } from './group-intent.js';
import {
  MembershipDraft,
  type MemberDirectory,
  type MembershipDelta,
  type MembershipView,
} from './membership.js';

/** The command takes effect. `changed` is empty where there was nothing to change. */
export interface GroupAcceptance {
  readonly kind: 'accepted';
  readonly next: ResourceState | null;
  readonly changed: readonly string[];
  readonly membership: MembershipDelta;
}

export type GroupDecision = GroupAcceptance | Refusal;

export interface GroupContext extends DecisionContext {
  readonly membership: MembershipView;
  readonly members: MemberDirectory;
}

const NO_MEMBERS: MembershipDelta = { added: new Map(), removed: new Set() };

/** What a command does to a group. Pure. `state` is null where the group does not exist (any more). */
export function decideGroup(
  state: ResourceState | null,
  command: Command,
  intent: GroupIntent,
  context: GroupContext,
): GroupDecision {
  if (command.type === 'group.create.requested') return decideCreate(state, command, intent, context);
  if (state === null) return refuse('not_found', { id: command.resourceId });
  if (intent.refusal !== null) return intent.refusal;
  const stale = checkVersion(state, 'ifMatch' in command ? command.ifMatch : undefined);
  if (stale !== null) return stale;
  if (command.type === 'group.delete.requested')
    return { kind: 'accepted', next: null, changed: [], membership: NO_MEMBERS };
  const document = documentOf(state, intent, context);
  return isRefusal(document) ? document : decideChange(state, document, intent, context);
}

/** What the group is without its members, after the command. */
function documentOf(
  { document: before }: ResourceState,
  { document, documentPatch: patch }: GroupIntent,
  { types }: DecisionContext,
): ScimDocument | Refusal {
  if (document !== null) return documentAfter(types.group, before, { document });
  return patch === null ? before : documentAfter(types.group, before, { patch });
}

function namesOf(document: ScimDocument, { types, settings }: DecisionContext): UniqueName[] {
  return uniqueNamesOf('group', types.group, valuesIn(document), settings);
}

function decideCreate(
  state: ResourceState | null,
  command: Command,
  intent: GroupIntent,
  context: GroupContext,
): GroupDecision {
  if (state !== null || intent.document === null) throw new Error('a create met a group with its id');
  const refusal =
    checkSize(intent.document, Object.keys(intent.document)) ??
    checkNames(namesOf(intent.document, context), command.resourceId, context.names);
  if (refusal !== null) return refusal;
  const membership = decideMembership(command.resourceId, intent.membership, context);
  if (isRefusal(membership)) return membership;
  return {
    kind: 'accepted',
    next: initialState(command.resourceId, intent.document, command.commandId, context.nowMs),
    changed: Object.keys(intent.document),
    membership,
  };
}

function decideChange(
  state: ResourceState,
  document: ScimDocument,
  intent: GroupIntent,
  context: GroupContext,
): GroupDecision {
  const changed = document === state.document ? [] : diffDocuments(state.document, document).changed;
  if (changed.length > 0) {
    const refusal =
      checkSize(document, changed) ?? checkNames(namesOf(document, context), state.id, context.names);
    if (refusal !== null) return refusal;
  }
  const membership = decideMembership(state.id, intent.membership, context);
  if (isRefusal(membership)) return membership;
  const membersChanged = membership.added.size + membership.removed.size > 0;
  if (changed.length === 0 && !membersChanged)
    return { kind: 'accepted', next: state, changed: [], membership };
  return {
    kind: 'accepted',
    next: nextState(state, changed.length === 0 ? state.document : document, context.nowMs),
    changed: membersChanged ? [...changed, 'members'] : changed,
    membership,
  };
}

function decideMembership(
  groupId: ResourceId,
  changes: readonly MembershipChange[],
  context: GroupContext,
): MembershipDelta | Refusal {
  const draft = new MembershipDraft(context.membership);
  let visits = 0;
  for (const change of changes) {
    visits += draft.extent * passesOf(change);
    const refusal = visits > VISITS_MAX ? tooManyVisits : applyChange(groupId, draft, change, context);
    if (refusal !== null) return refusal;
  }
  return draft.delta();
}

/** Members that one command may go through: four times those of the largest group. Takes about 0.1 s. */
const VISITS_MAX = 4 * MEMBERS_MAX;

const tooManyVisits: Refusal = {
  kind: 'rejected',
  cause: 'too_large',
  detail:
    'The operations go through all members of this large group too often. Send fewer of them, or name the members.',
};

/** How often a change goes through all members; a filter does so with each of its comparisons. */
function passesOf(change: MembershipChange): number {
  switch (change.kind) {
    case 'add':
    case 'remove':
      return 0;
    case 'removeAll':
    case 'replaceAll':
      return 1;
    case 'removeMatching':
      return attributesOf(change.filter).length;
  }
}

function applyChange(
  groupId: ResourceId,
  draft: MembershipDraft,
  change: MembershipChange,
  context: GroupContext,
): Refusal | null {
  switch (change.kind) {
    case 'add':
      return addMembers(groupId, draft, change.members, context);
    case 'remove':
      for (const text of change.memberIds) {
        const id = parseUuid<ResourceId>(text);
        if (id !== null) draft.remove(id);
      }
      return null;
    case 'removeAll':
      for (const [id] of [...draft.all()]) draft.remove(id);
      return null;
    case 'removeMatching':
      return removeMatching(draft, change.filter);
    case 'replaceAll': {
      const wanted = new Set(change.members.map((member) => parseUuid<ResourceId>(member.value)));
      for (const [id] of [...draft.all()]) if (!wanted.has(id)) draft.remove(id);
      return addMembers(groupId, draft, change.members, context);
    }
  }
}

const membersDefinition = groupResourceType.attributes.find('members');

/** Members are rows of id and kind: a filter can speak of `value` and `type`, and of nothing that would have to be looked up. */
function removeMatching(draft: MembershipDraft, filter: Filter): Refusal | null {
  if (membersDefinition === undefined) throw new Error('groups have no members attribute');
  const names = attributesOf(filter);
  const foreign = names.find((name) => name !== 'value' && name !== 'type');
  if (foreign !== undefined) {
    return {
      kind: 'rejected',
      cause: 'invalid_path',
      detail: `Members can be selected by value and type, not by ${foreign.slice(0, 64)}.`,
    };
  }
  const resolved = refuseScimErrors(() => resolveValueFilter(filter, membersDefinition));
  if (isRefusal(resolved)) return resolved;
  const matches = valuePredicate(resolved);
  for (const [id, kind] of [...draft.all()]) {
    if (matches({ value: id, type: kind })) draft.remove(id);
  }
  return null;
}

function attributesOf(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(attributesOf);
    case 'not':
      return attributesOf(filter.filter);
    case 'comparison':
    case 'present':
      return [filter.path.attribute.toLowerCase()];
    case 'valuePath':
      return [filter.path.attribute.toLowerCase()];
  }
}

function addMembers(
  groupId: ResourceId,
  draft: MembershipDraft,
  members: readonly { readonly value: string }[],
  context: GroupContext,
): Refusal | null {
  for (const { value } of members) {
    const id = parseUuid<ResourceId>(value);
    const kind = id === null || id === groupId ? null : context.members.kindOf(id);
    if (id !== null && kind !== null) draft.add(id, kind);
    else if (context.settings.unknownMembers === 'strict') return refuse('unknown_member', { member: value });
  }
  return null;
}
