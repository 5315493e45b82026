import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { wherePostgres } from '@muster/persistence/testing';
import { BatchBook } from '../testing/batch-book.js';
import { CommandMaker, CommandWorld } from '../testing/command-world.js';

wherePostgres(describe)('a batch of commands about groups', () => {
  let world: CommandWorld;
  let book: BatchBook;
  beforeAll(async () => {
    world = await CommandWorld.open();
    book = new BatchBook(world);
  });
  afterAll(() => world.close());

  it('moves a group by one version and one fact, however many commands touch it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const people = ['a', 'b', 'c'].map((name) => make.createUser(`${name}@example.com`));
    const group = make.createGroup('Engineering', [people[0]?.resourceId ?? '']);
    await book.given(tenant, ...people, group);
    const add = (index: number) =>
      make.patchGroup(group.resourceId, {
        op: 'Add',
        path: 'members',
        value: [{ value: people[index]?.resourceId }],
      });
    const outcomes = await book.apply(
      add(1),
      add(2),
      make.patchGroup(group.resourceId, { op: 'Replace', path: 'displayName', value: 'Eng' }),
    );
    expect(outcomes).toMatchObject([{ version: 2 }, { version: 2 }, { version: 2 }]);
    expect(await book.members(group.resourceId)).toEqual(people.map((each) => each.resourceId).sort());
    expect(await book.facts(tenant)).toMatchObject([
      {
        type: 'directory.group.updated.v1',
        version: 2,
        changed: ['displayName', 'members'],
        members: { added: [people[1]?.resourceId, people[2]?.resourceId], removed: [] },
      },
    ]);
    const [row] = await world.rows('select member_count from directory.groups where id = $1', [
      group.resourceId,
    ]);
    expect(row).toEqual({ member_count: 3 });
  });

  it('takes a deleted user out of her groups, also where she is added in the same batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [rita, sam] = [make.createUser('rita@example.com'), make.createUser('sam@example.com')];
    const [old, fresh] = [make.createGroup('Old', [rita.resourceId]), make.createGroup('Fresh')];
    await book.given(tenant, rita, sam, old, fresh);
    const add = (id: string) =>
      make.patchGroup(fresh.resourceId, { op: 'Add', path: 'members', value: [{ value: id }] });
    const outcomes = await book.apply(
      add(sam.resourceId),
      make.deleteUser(rita.resourceId),
      add(rita.resourceId),
    );
    expect(outcomes).toMatchObject([
      { status: 'applied' },
      { status: 'applied' },
      { status: 'rejected', cause: 'unknown_member' },
    ]);
    expect(await book.members(old.resourceId)).toEqual([]);
    expect(await book.members(fresh.resourceId)).toEqual([sam.resourceId]);
    expect((await book.facts(tenant)).map((fact) => [fact.type, fact.members])).toEqual([
      ['directory.user.deleted.v1', undefined],
      ['directory.group.updated.v1', { added: [sam.resourceId], removed: [] }],
      ['directory.group.updated.v1', { added: [], removed: [rita.resourceId] }],
    ]);
  });

  it('keeps no member that is deleted behind the command that added it, in one batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [rita, sam, group] = [
      make.createUser('rita@example.com'),
      make.createUser('sam@example.com'),
      make.createGroup('Old'),
    ];
    await book.given(tenant, rita, group);
    await book.apply(
      sam,
      make.patchGroup(group.resourceId, {
        op: 'add',
        path: 'members',
        value: [{ value: rita.resourceId }, { value: sam.resourceId }],
      }),
      make.deleteUser(rita.resourceId),
      make.deleteUser(sam.resourceId),
    );
    expect(await book.members(group.resourceId)).toEqual([]);
    const [row] = await world.rows('select member_count from directory.groups where id = $1', [
      group.resourceId,
    ]);
    expect(row).toEqual({ member_count: 0 });
  });

  it('replaces, empties and filters memberships down to the difference', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const people = ['a', 'b', 'c', 'd'].map((name) => make.createUser(`${name}@example.com`));
    const ids = people.map((each) => each.resourceId);
    const inner = make.createGroup('Inner');
    const group = make.createGroup('Outer', ids.slice(0, 3));
    await book.given(tenant, ...people, inner, group);
    await book.apply(
      make.replaceGroup(group.resourceId, 'Outer', [ids[1] ?? '', ids[3] ?? '', inner.resourceId]),
    );
    const [fact] = await book.facts(tenant);
    expect(fact?.changed).toEqual(['members']);
    expect([...(fact?.members?.added ?? [])].sort()).toEqual([ids[3], inner.resourceId].sort());
    expect([...(fact?.members?.removed ?? [])].sort()).toEqual([ids[0], ids[2]].sort());
    await book.apply(make.patchGroup(group.resourceId, { op: 'remove', path: 'members[type eq "Group"]' }));
    expect(await book.members(group.resourceId)).toEqual([ids[1], ids[3]].sort());
    await book.apply(make.patchGroup(group.resourceId, { op: 'remove', path: 'members' }));
    expect(await book.members(group.resourceId)).toEqual([]);
  });

  it('refuses an unknown member, or leaves it out where the tenant says so', async () => {
    const strict = await world.tenant();
    const lenient = await world.tenant({ unknownMembers: 'lenient' });
    const stranger = '01890000-0000-7000-8000-000000000000';
    expect(await book.apply(new CommandMaker(strict).createGroup('G', [stranger]))).toMatchObject([
      { status: 'rejected', cause: 'unknown_member' },
    ]);
    const create = new CommandMaker(lenient).createGroup('G', [stranger]);
    expect(await book.apply(create)).toMatchObject([{ status: 'applied' }]);
    expect(await book.members(create.resourceId)).toEqual([]);
  });
});
