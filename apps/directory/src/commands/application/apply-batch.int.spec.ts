import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMMAND_EXPIRY_MS, type Applied, type Command } from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { BatchBook } from '../testing/batch-book.js';
import { CommandMaker, CommandWorld, queued } from '../testing/command-world.js';
import { applyBatch } from './apply-batch.js';

wherePostgres(describe)('a batch of commands', () => {
  let world: CommandWorld;
  let book: BatchBook;
  beforeAll(async () => {
    world = await CommandWorld.open();
    book = new BatchBook(world);
  });
  afterAll(() => world.close());

  it('stores a user with its names, its fact, its count and its outcome', async () => {
    const tenant = await world.tenant();
    const create = new CommandMaker(tenant).createUser('Rita@Example.com', {
      externalId: 'e-1',
      emails: [{ value: 'Rita@Example.com', type: 'work' }],
    });
    const [outcome] = await book.apply(create);
    expect(outcome).toMatchObject({
      status: 'applied',
      version: 1,
      changed: true,
      resourceId: create.resourceId,
    });
    expect((outcome as Applied).resource?.document).toMatchObject({
      userName: 'Rita@Example.com',
      active: true,
    });
    expect(await book.users(tenant)).toMatchObject([
      { id: create.resourceId, version: 1, document: { userName: 'Rita@Example.com' } },
    ]);
    expect(await book.names(tenant)).toEqual([['user.userName=rita@example.com', create.resourceId]]);
    expect(await book.facts(tenant)).toMatchObject([
      {
        type: 'directory.user.created.v1',
        version: 1,
        part: 1,
        parts: 1,
        resource: { id: create.resourceId, userName: 'Rita@Example.com' },
      },
    ]);
    expect(await book.counter(tenant, 'user')).toBe(1);
    const [operation] = await world.rows(
      'select state, version, changed, cause from directory.operations where id = $1',
      [create.commandId],
    );
    expect(operation).toEqual({ state: 'applied', version: 1, changed: true, cause: null });
    const [email] = await world.rows(
      'select value_key, type_key from directory.user_emails where user_id = $1',
      [create.resourceId],
    );
    expect(email).toEqual({ value_key: 'rita@example.com', type_key: 'work' });
  });

  it('gives one of two equal names and says who holds it', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [first, second] = [make.createUser('rita@example.com'), make.createUser('RITA@example.com')];
    const outcomes = await book.apply(first, second);
    expect(outcomes[0]).toMatchObject({ status: 'applied' });
    expect(outcomes[1]).toMatchObject({ status: 'rejected', cause: 'duplicate_username' });
    expect((outcomes[1] as { detail: string }).detail).toContain(first.resourceId);
    expect(await book.counter(tenant, 'user')).toBe(1);
    expect(await book.failures(tenant)).toMatchObject([
      {
        cause: 'duplicate_username',
        subject: { userName: 'RITA@example.com' },
        groupingKey: 'duplicate_username',
      },
    ]);
  });

  it('deletes and creates one user name in one batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const old = make.createUser('rita@example.com');
    await book.given(tenant, old);
    const again = make.createUser('rita@example.com');
    const outcomes = await book.apply(make.deleteUser(old.resourceId), again);
    expect(outcomes).toMatchObject([
      { status: 'applied', version: 2 },
      { status: 'applied', version: 1 },
    ]);
    expect(await book.names(tenant)).toEqual([['user.userName=rita@example.com', again.resourceId]]);
    expect((await book.users(tenant)).map((user) => user.id)).toEqual([again.resourceId]);
    expect(await book.counter(tenant, 'user')).toBe(1);
  });

  it('refuses the create where it comes before the delete', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const old = make.createUser('rita@example.com');
    await book.given(tenant, old);
    const outcomes = await book.apply(make.createUser('rita@example.com'), make.deleteUser(old.resourceId));
    expect(outcomes).toMatchObject([{ status: 'rejected' }, { status: 'applied' }]);
    expect(await book.names(tenant)).toEqual([]);
    expect(await book.counter(tenant, 'user')).toBe(0);
  });

  it('swaps two user names through a third in one batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const [a, b] = [make.createUser('a@example.com'), make.createUser('b@example.com')];
    await book.given(tenant, a, b);
    const rename = (id: string, to: string) =>
      make.patchUser(id, { op: 'Replace', path: 'userName', value: to });
    const outcomes = await book.apply(
      rename(a.resourceId, 'c@example.com'),
      rename(b.resourceId, 'a@example.com'),
      rename(a.resourceId, 'b@example.com'),
    );
    expect(outcomes).toMatchObject([{ version: 2 }, { version: 2 }, { version: 3 }]);
    expect(await book.names(tenant)).toEqual([
      ['user.userName=a@example.com', b.resourceId],
      ['user.userName=b@example.com', a.resourceId],
    ]);
    expect((await book.facts(tenant)).map((fact) => [fact.resourceId, fact.version])).toEqual([
      [a.resourceId, 2],
      [b.resourceId, 2],
      [a.resourceId, 3],
    ]);
  });

  it('keeps version and time where a patch changes nothing, and tells nobody', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com', { displayName: 'Rita' });
    await book.given(tenant, create);
    const [outcome] = await book.apply(
      make.patchUser(create.resourceId, { op: 'Replace', path: 'displayName', value: 'Rita' }),
    );
    expect(outcome).toMatchObject({ status: 'applied', version: 1, changed: false });
    expect(await book.facts(tenant)).toEqual([]);
  });

  it('tells activation apart from other updates, with what was there before', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com', { displayName: 'Rita' });
    await book.given(tenant, create);
    await book.apply(
      make.patchUser(create.resourceId, { op: 'Replace', path: 'active', value: 'False' }),
      make.patchUser(create.resourceId, { op: 'Add', path: 'displayName', value: 'R' }),
      make.patchUser(create.resourceId, { op: 'Replace', path: 'active', value: 'True' }),
      make.deleteUser(create.resourceId),
    );
    expect(await book.facts(tenant)).toMatchObject([
      { type: 'directory.user.deactivated.v1', version: 2, changed: ['active'], previous: { active: true } },
      {
        type: 'directory.user.updated.v1',
        version: 3,
        changed: ['displayName'],
        previous: { displayName: 'Rita' },
      },
      { type: 'directory.user.activated.v1', version: 4, changed: ['active'] },
      { type: 'directory.user.deleted.v1', version: 5, resource: null },
    ]);
  });

  it('answers a command that comes twice with the outcome of the first time', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com');
    await book.given(tenant, create);
    const [again, twin] = [queued(create), queued(create)];
    const outcomes = await world.transaction([tenant.tenantId], (tx) =>
      applyBatch(tx, [again, twin], world.clock()),
    );
    expect(outcomes.get(create.commandId)).toEqual({
      status: 'applied',
      resourceId: create.resourceId,
      version: 1,
      changed: true,
    });
    expect(await book.facts(tenant)).toEqual([]);
    expect(await book.counter(tenant, 'user')).toBe(1);
  });

  it('never applies what waited past its expiry: a deleted user stays deleted', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const late = queued(make.createUser('ghost@example.com'), Date.now() - COMMAND_EXPIRY_MS - 1_000);
    const outcomes = await world.transaction([tenant.tenantId], (tx) =>
      applyBatch(tx, [late], world.clock()),
    );
    expect(outcomes.get(late.command.commandId)).toEqual({ status: 'expired' });
    expect(await book.users(tenant)).toEqual([]);
    expect(await book.names(tenant)).toEqual([]);
  });

  it('looks again at token and tenant: what was queued before a revocation or a pause is refused', async () => {
    const revoked = await world.tenant();
    const paused = await world.tenant();
    await world.rows('update directory.tokens set revoked_at = now() where token_id = $1', [revoked.tokenId]);
    await world.rows(`update directory.tenants set state = 'paused' where tenant_id = $1`, [paused.tenantId]);
    const outcomes = await book.apply(
      new CommandMaker(revoked).createUser('a@example.com'),
      new CommandMaker(paused).createUser('a@example.com'),
    );
    expect(outcomes).toMatchObject([
      { status: 'rejected', cause: 'token_revoked' },
      { status: 'rejected', cause: 'tenant_paused' },
    ]);
    expect(await book.users(revoked)).toEqual([]);
    expect(await book.users(paused)).toEqual([]);
  });

  it('accepts registered domains only, and asks again only when the user name changes', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com');
    await book.given(tenant, create);
    const refused = await book.apply(
      make.createUser('rita@fabrikam.example'),
      make.createUser('no-domain'),
      make.patchUser(create.resourceId, { op: 'Replace', path: 'userName', value: 'rita@fabrikam.example' }),
      make.replaceUser(create.resourceId, { userName: 'rita@fabrikam.example' }),
    );
    for (const outcome of refused)
      expect(outcome).toMatchObject({ status: 'rejected', cause: 'domain_not_registered' });
    expect((await book.failures(tenant))[0]).toMatchObject({ groupingKey: 'fabrikam.example' });
    await world.rows('delete from directory.tenant_domains where tenant_id = $1', [tenant.tenantId]);
    expect(
      await book.apply(make.patchUser(create.resourceId, { op: 'Replace', path: 'active', value: false })),
    ).toMatchObject([{ status: 'applied' }]);
    expect(await book.names(tenant)).toEqual([['user.userName=rita@example.com', create.resourceId]]);
  });

  it('knows an internationalised domain in either spelling', async () => {
    const tenant = await world.tenant({}, ['xn--bcher-kva.example']);
    const make = new CommandMaker(tenant);
    expect(
      await book.apply(make.createUser('a@bücher.example'), make.createUser('b@xn--bcher-kva.example')),
    ).toMatchObject([{ status: 'applied' }, { status: 'applied' }]);
  });

  it('repeats a create whose answer was lost, once, and only while nothing has changed', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const first = make.createUser('rita@example.com');
    await book.given(tenant, first);
    const lost = (command: Command) =>
      world.rows('update directory.operations set undelivered = true where id = $1', [command.commandId]);
    await lost(first);
    expect(await book.apply(make.createUser('rita@example.com', { title: 'other' }))).toMatchObject([
      { status: 'rejected' },
    ]);
    const second = make.createUser('rita@example.com');
    expect(await book.apply(second)).toMatchObject([
      { status: 'applied', resourceId: first.resourceId, version: 1, changed: false },
    ]);
    expect(await book.apply(make.createUser('rita@example.com'))).toMatchObject([
      { status: 'rejected', cause: 'duplicate_username' },
    ]);
    await lost(second);
    expect(await book.apply(make.createUser('rita@example.com'))).toMatchObject([
      { status: 'applied', resourceId: first.resourceId },
    ]);
    expect(await book.users(tenant)).toHaveLength(1);
  });

  it('holds If-Match against the version inside the batch', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const create = make.createUser('rita@example.com');
    await book.given(tenant, create);
    const change = (title: string): Command => ({
      ...make.patchUser(create.resourceId, { op: 'Replace', path: 'title', value: title }),
      ...{ ifMatch: { kind: 'oneOf' as const, versions: [1] } },
    });
    expect(await book.apply(change('x'), change('y'))).toMatchObject([
      { status: 'applied', version: 2 },
      { status: 'rejected', cause: 'version_conflict' },
    ]);
  });

  it('keeps tenants apart in one batch: the same name, and an id of the other', async () => {
    const [a, b] = [await world.tenant(), await world.tenant()];
    const create = new CommandMaker(a).createUser('rita@example.com');
    await book.given(a, create);
    const outcomes = await book.apply(
      new CommandMaker(b).createUser('rita@example.com'),
      new CommandMaker(b).deleteUser(create.resourceId),
      new CommandMaker(a).patchUser(create.resourceId, { op: 'Replace', path: 'title', value: 'x' }),
    );
    expect(outcomes).toMatchObject([
      { status: 'applied' },
      { status: 'rejected', cause: 'not_found' },
      { status: 'applied', version: 2 },
    ]);
  });
});
