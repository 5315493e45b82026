import { describe, expect, it } from '@jest/globals';
import {
  defaultTenantSettings,
  type Command,
  type CommandId,
  type ResourceId,
  type TenantId,
  type TokenId,
} from '@muster/contracts';
import { groupResourceType, parsePatch, parseResource, standardResourceTypes } from '@muster/scim';
import type { ResourceState } from '../../resources/domain/resource-state.js';
import { decideGroup, type GroupContext } from './decide-group.js';
import { groupIntentOf } from './group-intent.js';
import type { MemberKind } from './membership.js';

const uuid = (last: string) => `01890000-0000-7000-8000-0000000000${last}` as ResourceId;
const GROUP = uuid('0a');
const [ANN, BOB, CID] = [uuid('01'), uuid('02'), uuid('03')];
const NESTED = uuid('0b');
const STRANGER = uuid('ff');
const NOW_MS = 1_800_000_000_000;

const envelope = {
  commandId: uuid('c1') as string as CommandId,
  tenantId: uuid('d1') as string as TenantId,
  tokenId: uuid('e1') as string as TokenId,
  requestId: 'r-1',
  resourceId: GROUP,
  replyTo: { partition: 0, instanceId: 'gateway-1' },
  deadlineMs: NOW_MS + 8_000,
};

const people = new Map<ResourceId, MemberKind>([
  [ANN, 'User'],
  [BOB, 'User'],
  [CID, 'User'],
  [NESTED, 'Group'],
  [GROUP, 'Group'],
]);

function context(members: readonly ResourceId[], more: Partial<GroupContext> = {}): GroupContext {
  const stored = new Map(members.map((id) => [id, people.get(id) ?? 'User']));
  return {
    nowMs: NOW_MS,
    settings: defaultTenantSettings,
    types: standardResourceTypes,
    domainPolicy: { kind: 'any' },
    names: { holderOf: () => null },
    membership: { has: (id) => stored.has(id), all: () => stored, extent: stored.size },
    members: { kindOf: (id) => people.get(id) ?? null },
    ...more,
  };
}

const state: ResourceState = {
  id: GROUP,
  version: 4,
  document: parseResource(groupResourceType, { displayName: 'Engineering' }, 'create').document,
  createdAtMs: NOW_MS - 5_000,
  lastModifiedMs: NOW_MS - 1_000,
  createdBy: envelope.commandId,
};

function patch(...operations: object[]): Command {
  return {
    ...envelope,
    type: 'group.patch.requested',
    patch: parsePatch(groupResourceType, { Operations: operations }),
  };
}

function put(body: object): Command {
  return {
    ...envelope,
    type: 'group.replace.requested',
    document: parseResource(groupResourceType, body, 'replace').document,
  };
}

function decide(command: Command, members: readonly ResourceId[] = [], more: Partial<GroupContext> = {}) {
  const decision = decideGroup(state, command, groupIntentOf(command), context(members, more));
  if (decision.kind === 'rejected') return decision;
  const { added, removed } = decision.membership;
  return {
    changed: decision.changed,
    version: decision.next?.version,
    added: [...added.keys()],
    removed: [...removed],
  };
}

describe('decideGroup', () => {
  it.each([
    ['adds one', [ANN], { op: 'Add', path: 'members', value: [{ value: BOB }] }, [BOB], []],
    ['adds a bare id', [], { op: 'add', path: 'members', value: BOB }, [BOB], []],
    ['adds who is there: nothing', [ANN], { op: 'add', path: 'members', value: [{ value: ANN }] }, [], []],
    [
      'adds a group',
      [],
      { op: 'add', path: 'members', value: [{ value: NESTED, type: 'Group' }] },
      [NESTED],
      [],
    ],
    [
      'removes only those listed',
      [ANN, BOB],
      { op: 'Remove', path: 'members', value: [{ $ref: null, value: ANN }] },
      [],
      [ANN],
    ],
    [
      'removes by id in the path',
      [ANN, BOB],
      { op: 'remove', path: `members[value eq "${ANN}"]` },
      [],
      [ANN],
    ],
    [
      'removes who is not there: nothing',
      [ANN],
      { op: 'remove', path: `members[value eq "${BOB}"]` },
      [],
      [],
    ],
    ['removes all', [ANN, BOB], { op: 'remove', path: 'members' }, [], [ANN, BOB]],
    ['removes by kind', [ANN, NESTED], { op: 'remove', path: 'members[type eq "Group"]' }, [], [NESTED]],
    [
      'replaces down to the difference',
      [ANN, BOB],
      { op: 'replace', path: 'members', value: [{ value: BOB }, { value: CID }] },
      [CID],
      [ANN],
    ],
  ] as const)('%s', (_, members, operation, added, removed) => {
    const changed = added.length + removed.length > 0;
    expect(decide(patch(operation), members)).toEqual({
      changed: changed ? ['members'] : [],
      version: changed ? 5 : 4,
      added,
      removed,
    });
  });

  it('takes the operations in their order, down to their net effect', () => {
    const operations = [
      { op: 'remove', path: 'members' },
      { op: 'add', path: 'members', value: [{ value: ANN }, { value: CID }] },
      { op: 'remove', path: `members[value eq "${CID}"]` },
    ];
    expect(decide(patch(...operations), [ANN, BOB])).toEqual({
      changed: ['members'],
      version: 5,
      added: [],
      removed: [BOB],
    });
  });

  it('changes name and members in one version', () => {
    const operations = [
      { op: 'replace', value: { displayName: 'Eng' } },
      { op: 'add', path: 'members', value: [{ value: ANN }] },
    ];
    expect(decide(patch(...operations))).toEqual({
      changed: ['displayName', 'members'],
      version: 5,
      added: [ANN],
      removed: [],
    });
  });

  it('replaces the whole group by PUT; members that it does not name are gone', () => {
    expect(decide(put({ displayName: 'Engineering', members: [{ value: CID }] }), [ANN])).toEqual({
      changed: ['members'],
      version: 5,
      added: [CID],
      removed: [ANN],
    });
    expect(decide(put({ displayName: 'Engineering' }), [ANN])).toMatchObject({ removed: [ANN] });
  });

  it.each([
    ['a stranger', STRANGER],
    ['itself', GROUP],
    ['what is no id', 'not-a-uuid'],
  ])('refuses %s as a member, or leaves it out where the tenant says so', (_, value) => {
    const command = patch({ op: 'add', path: 'members', value: [{ value: ANN }, { value }] });
    expect(decide(command)).toMatchObject({ kind: 'rejected', cause: 'unknown_member' });
    const settings = { ...defaultTenantSettings, unknownMembers: 'lenient' as const };
    expect(decide(command, [], { settings })).toMatchObject({ added: [ANN] });
  });

  it.each([
    ['a filter on what members do not have', { op: 'remove', path: 'members[display eq "Ann"]' }],
    [
      'a change of a member in place',
      { op: 'replace', path: `members[value eq "${ANN}"].display`, value: 'x' },
    ],
  ])('refuses %s instead of doing something else', (_, operation) => {
    expect(decide(patch(operation), [ANN])).toMatchObject({ kind: 'rejected' });
  });

  it('holds display names unique where the tenant says so', () => {
    const names = { holderOf: () => NESTED };
    const command = patch({ op: 'replace', path: 'displayName', value: 'Taken' });
    expect(decide(command, [], { names })).toMatchObject({ cause: 'duplicate_display_name', holder: NESTED });
    const settings = { ...defaultTenantSettings, groupDisplayNameUnique: false };
    expect(decide(command, [], { names, settings })).toMatchObject({ changed: ['displayName'] });
  });

  it('deletes, and knows nothing of a group that is gone', () => {
    const command: Command = { ...envelope, type: 'group.delete.requested' };
    expect(decideGroup(state, command, groupIntentOf(command), context([ANN]))).toMatchObject({
      kind: 'accepted',
      next: null,
    });
    expect(decideGroup(null, command, groupIntentOf(command), context([]))).toMatchObject({
      cause: 'not_found',
    });
  });

  describe('of a group with 50,000 members', () => {
    const crowd = Array.from(
      { length: 50_000 },
      (_, n) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}` as ResourceId,
    );
    const times = (count: number, operation: object): object[] =>
      Array.from({ length: count }, () => operation);
    const none = 'members[type eq "Group" and not (value sw "x")]';
    const tooOften = { kind: 'rejected', cause: 'too_large' };

    it.each<[string, object]>([
      ['a filter', { op: 'remove', path: none }],
      ['taking all away', { op: 'remove', path: 'members' }],
      ['replacing all', { op: 'replace', path: 'members', value: [{ value: ANN }] }],
    ])('no request goes through all of them again and again: %s', (_, operation) => {
      expect(decide(patch(...times(100, operation)), crowd)).toMatchObject(tooOften);
      expect(decide(patch(...times(4, operation)), crowd)).toHaveProperty('changed');
    });

    it('a thousand are removed by name, one by one', () => {
      const operations = crowd
        .slice(0, 1_000)
        .map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
      expect(decide(patch(...operations), crowd)).toMatchObject({ removed: crowd.slice(0, 1_000) });
    });
  });
});
