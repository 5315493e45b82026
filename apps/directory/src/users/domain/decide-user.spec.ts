import { describe, expect, it } from '@jest/globals';
import {
  defaultTenantSettings,
  type Command,
  type CommandId,
  type ResourceId,
  type TenantId,
  type TokenId,
} from '@muster/contracts';
import { parsePatch, parseResource, userResourceType, standardResourceTypes } from '@muster/scim';
import type { ResourceState } from '../../resources/domain/resource-state.js';
import { decideUser, type UserDecisionContext } from './decide-user.js';

const ID = '01890000-0000-7000-8000-00000000000a' as ResourceId;
const OTHER = '01890000-0000-7000-8000-00000000000b' as ResourceId;
const NOW_MS = 1_800_000_000_000;

const envelope = {
  commandId: '01890000-0000-7000-8000-0000000000c1' as CommandId,
  tenantId: '01890000-0000-7000-8000-0000000000d1' as TenantId,
  tokenId: '01890000-0000-7000-8000-0000000000e1' as TokenId,
  requestId: 'r-1',
  resourceId: ID,
  replyTo: { partition: 0, instanceId: 'gateway-1' },
  deadlineMs: NOW_MS + 8_000,
};

function context(more: Partial<UserDecisionContext> = {}): UserDecisionContext {
  return {
    nowMs: NOW_MS,
    settings: defaultTenantSettings,
    types: standardResourceTypes,
    domainPolicy: { kind: 'registered', domains: ['example.com'] },
    names: { holderOf: () => null },
    formerUsers: { named: () => null },
    ...more,
  };
}

function stored(body: object, version = 3): ResourceState {
  const { document } = parseResource(
    userResourceType,
    { userName: 'rita@example.com', active: true, ...body },
    'create',
  );
  return {
    id: ID,
    version,
    document,
    createdAtMs: NOW_MS - 5_000,
    lastModifiedMs: NOW_MS - 1_000,
    createdBy: envelope.commandId,
  };
}

function create(body: object): Command {
  const { document } = parseResource(userResourceType, body, 'create');
  return { ...envelope, type: 'user.create.requested', document, documentHash: '0'.repeat(64) };
}

function patch(...operations: object[]): Command {
  return {
    ...envelope,
    type: 'user.patch.requested',
    patch: parsePatch(userResourceType, { Operations: operations }),
  };
}

function replace(body: object): Command {
  return {
    ...envelope,
    type: 'user.replace.requested',
    document: parseResource(userResourceType, body, 'replace').document,
  };
}

describe('decideUser', () => {
  it('creates version 1, active unless told otherwise', () => {
    const decision = decideUser(null, create({ userName: 'rita@example.com' }), context());
    expect(decision).toMatchObject({
      kind: 'accepted',
      next: { id: ID, version: 1, createdAtMs: NOW_MS, lastModifiedMs: NOW_MS, document: { active: true } },
      fact: { type: 'directory.user.created.v1' },
    });
    expect(
      decideUser(null, create({ userName: 'rita@example.com', active: 'False' }), context()),
    ).toMatchObject({
      next: { document: { active: false } },
    });
  });

  it.each<[string, Command]>([
    ['patch', patch({ op: 'replace', path: 'title', value: 'x' })],
    ['replace', replace({ userName: 'rita@example.com' })],
    ['delete', { ...envelope, type: 'user.delete.requested' }],
  ])('refuses to %s who is not there', (_, command) => {
    expect(decideUser(null, command, context())).toMatchObject({ kind: 'rejected', cause: 'not_found' });
  });

  it.each([
    ['a new user', null, create({ userName: 'x@fabrikam.example' })],
    ['a user name without a domain', null, create({ userName: 'rita' })],
    ['a renamed user', stored({}), patch({ op: 'replace', value: { userName: 'x@fabrikam.example' } })],
    ['a replaced user', stored({}), replace({ userName: 'x@fabrikam.example' })],
  ])('refuses a domain that is not registered: %s', (_, state, command) => {
    expect(decideUser(state, command, context())).toMatchObject({
      kind: 'rejected',
      cause: 'domain_not_registered',
    });
    expect(decideUser(state, command, context({ domainPolicy: { kind: 'any' } }))).toMatchObject({
      kind: 'accepted',
    });
  });

  it('lets a user of a domain that is no longer registered be disabled', () => {
    const decision = decideUser(
      stored({}),
      patch({ op: 'Replace', path: 'active', value: 'False' }),
      context({ domainPolicy: { kind: 'registered', domains: [] } }),
    );
    expect(decision).toMatchObject({
      kind: 'accepted',
      fact: { type: 'directory.user.deactivated.v1', previous: { active: true } },
    });
  });

  it('names the holder of a user name, and leaves a user her own', () => {
    const held = context({ names: { holderOf: () => OTHER } });
    const refused = decideUser(null, create({ userName: 'rita@example.com' }), held);
    expect(refused).toMatchObject({ kind: 'rejected', cause: 'duplicate_username', holder: OTHER });
    expect((refused as { detail: string }).detail).toContain(OTHER);
    const own = context({ names: { holderOf: () => ID } });
    expect(decideUser(stored({}), patch({ op: 'replace', path: 'title', value: 'x' }), own)).toMatchObject({
      kind: 'accepted',
    });
  });

  it('holds externalId unique only where the tenant says so', () => {
    const names = { holderOf: (name: { kind: string }) => (name.kind === 'user.externalId' ? OTHER : null) };
    const command = create({ userName: 'rita@example.com', externalId: 'e-1' });
    expect(decideUser(null, command, context({ names }))).toMatchObject({ kind: 'accepted' });
    const settings = { ...defaultTenantSettings, externalIdUnique: true };
    expect(decideUser(null, command, context({ names, settings }))).toMatchObject({
      cause: 'duplicate_external_id',
    });
  });

  it('keeps the very state where nothing changes', () => {
    const state = stored({ title: 'Lead' });
    for (const command of [
      patch({ op: 'replace', path: 'title', value: 'Lead' }),
      replace({ userName: 'rita@example.com', active: true, title: 'Lead' }),
      replace({ userName: 'rita@example.com', title: 'Lead' }),
    ]) {
      const decision = decideUser(state, command, context());
      expect(decision).toMatchObject({ kind: 'accepted', fact: null });
      expect((decision as { next: unknown }).next).toBe(state);
    }
  });

  it('never lets lastModified go back, whatever the clock says', () => {
    const state = { ...stored({}), lastModifiedMs: NOW_MS + 60_000 };
    expect(decideUser(state, patch({ op: 'replace', path: 'title', value: 'x' }), context())).toMatchObject({
      next: { version: 4, lastModifiedMs: NOW_MS + 60_000 },
    });
  });

  it('keeps a disabled user disabled through a PUT that is silent about it', () => {
    const decision = decideUser(
      stored({ active: false }),
      replace({ userName: 'rita@example.com', title: 'x' }),
      context(),
    );
    expect(decision).toMatchObject({ kind: 'accepted', next: { document: { active: false } } });
  });

  it('turns what the SCIM engine refuses into a cause of the catalogue', () => {
    const refused = decideUser(stored({}), patch({ op: 'remove', path: 'userName' }), context());
    expect(refused).toMatchObject({ kind: 'rejected', cause: 'mutability' });
  });

  it.each([
    [{ kind: 'any' } as const, 'accepted'],
    [{ kind: 'oneOf', versions: [2, 3] } as const, 'accepted'],
    [{ kind: 'oneOf', versions: [2] } as const, 'rejected'],
  ])('holds If-Match %j: %s', (ifMatch, kind) => {
    const command = { ...patch({ op: 'replace', path: 'title', value: 'x' }), ifMatch } as Command;
    expect(decideUser(stored({}), command, context())).toMatchObject({ kind });
  });

  describe('for a tenant that keeps identities', () => {
    const settings = { ...defaultTenantSettings, softDeleteUsers: true };
    const remove: Command = { ...envelope, type: 'user.delete.requested' };
    const kept = { id: OTHER, version: 4, document: { active: false }, createdAtMs: NOW_MS - 9_000 };
    const formerUsers = { named: (key: string) => (key === 'rita@example.com' ? kept : null) };

    it('keeps who is deleted, not active, at the version of the deletion', () => {
      expect(decideUser(stored({ title: 'Lead' }), remove, context({ settings }))).toMatchObject({
        next: null,
        fact: { type: 'directory.user.deleted.v1' },
        former: {
          id: ID,
          version: 4,
          createdAtMs: NOW_MS - 5_000,
          document: { title: 'Lead', active: false },
        },
      });
      expect(decideUser(stored({}), remove, context())).not.toHaveProperty('former');
    });

    it('creates a former user with her id and the next version, and nothing else of hers', () => {
      const decision = decideUser(
        null,
        create({ userName: 'RITA@example.com', title: 'Head' }),
        context({ settings, formerUsers }),
      );
      expect(decision).toMatchObject({
        next: { id: OTHER, version: 5, createdAtMs: kept.createdAtMs, lastModifiedMs: NOW_MS },
        fact: { type: 'directory.user.created.v1' },
      });
      expect('next' in decision && decision.next?.document).toEqual({
        userName: 'RITA@example.com',
        title: 'Head',
        active: true,
      });
    });

    it('does not, for another name or when the tenant does not want it any more', () => {
      const other = create({ userName: 'mia@example.com' });
      expect(decideUser(null, other, context({ settings, formerUsers }))).toMatchObject({ next: { id: ID } });
      const same = create({ userName: 'rita@example.com' });
      expect(decideUser(null, same, context({ formerUsers }))).toMatchObject({
        next: { id: ID, version: 1 },
      });
    });
  });

  it('does not change what it was given', () => {
    const state = stored({ name: { givenName: 'Rita' } });
    const before = JSON.stringify(state);
    decideUser(state, patch({ op: 'replace', path: 'name.givenName', value: 'R' }), context());
    expect(JSON.stringify(state)).toBe(before);
  });
});
