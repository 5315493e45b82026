import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  directoryPaths,
  type BulkPart,
  type Command,
  type CommandId,
  type CommandMessage,
  type ResourceId,
} from '@muster/contracts';
import { openDatabase, type Database } from '@muster/persistence';
import { parsePatch, parseResource, userResourceType } from '@muster/scim';
import { v7 as uuidV7 } from 'uuid';
import { BatchBook } from '../commands/testing/batch-book.js';
import { CommandMaker, CommandWorld } from '../commands/testing/command-world.js';
import { DIRECTORY_ROLE } from '../schema/directory-roles.js';
import { DirectoryWorld, type Answer, type WorldTenant } from '../testing/directory-world.js';
import type { ActivityAnswer, ActivityEntryAnswer } from './adapters/http/activity-answers.js';
import { PostgresActivityLog } from './adapters/postgres/postgres-activity-log.js';

jest.setTimeout(60_000);

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const SECRET = 'correct horse battery staple';

/** Commands as the gateway makes them: with what it passed over. */
class Connector {
  constructor(
    readonly tenant: WorldTenant,
    private readonly world: DirectoryWorld,
  ) {}

  createUser(userName: string, more: Readonly<Record<string, unknown>> = {}): Command {
    const { document, warnings } = parseResource(
      userResourceType,
      { schemas: [userResourceType.schema.id], userName, ...more },
      'create',
    );
    return {
      ...this.envelope(),
      type: 'user.create.requested',
      document,
      documentHash: '0'.repeat(64),
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  }

  patchUser(id: string, ...operations: readonly object[]): Command {
    const patch = parsePatch(userResourceType, { schemas: [PATCH_URN], Operations: operations });
    const { warnings } = patch;
    return {
      ...this.envelope(id),
      type: 'user.patch.requested',
      patch,
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  }

  bulk(...commands: readonly Command[]): CommandMessage {
    const parts: BulkPart[] = commands.map((command) => ({ command, needs: [], refusedBefore: 0 }));
    return { ...this.envelope(), type: 'bulk.requested', parts };
  }

  async activity(query = ''): Promise<ActivityAnswer> {
    const answer = await this.ask(query);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  ask(query: string): Promise<Answer<ActivityAnswer>> {
    return this.world.admin<ActivityAnswer>('GET', `/${this.tenant.tenantId}/activity?${query}`);
  }

  private envelope(resourceId: string = uuidV7()) {
    return {
      commandId: uuidV7() as CommandId,
      tenantId: this.tenant.tenantId,
      tokenId: this.tenant.tokenId,
      requestId: `r-${resourceId}`,
      resourceId: resourceId as ResourceId,
      replyTo: { partition: 0, instanceId: 'spec' },
      deadlineMs: Date.now() + 8_000,
    };
  }
}

const summaryOf = ({ operation, outcome, failure, warnings }: ActivityEntryAnswer) =>
  [operation, failure?.cause ?? outcome, ...warnings.map(({ kind, path }) => `${kind} ${path}`)].join(', ');

describe('the activity of a tenant', () => {
  let world: DirectoryWorld;

  beforeAll(async () => {
    world = await DirectoryWorld.open();
  });

  afterAll(() => world?.close());

  const connector = async () => new Connector(await world.tenant(), world);

  it('shows what was done and what was passed over, in words, and keeps no secret', async () => {
    const idp = await connector();
    const create = idp.createUser('ann@example.com', { password: SECRET });
    await world.apply(create);
    const patch = idp.patchUser(
      create.resourceId,
      { op: 'replace', path: 'favouriteColour', value: SECRET },
      { op: 'replace', path: 'active', value: false },
    );
    expect(await world.apply(patch)).toMatchObject({ status: 'applied', changed: true, version: 2 });

    const before = Date.now();
    const { entries, next } = await idp.activity();
    expect(next).toBeNull();
    const [second, first] = entries;
    expect(second).toEqual({
      commandId: patch.commandId,
      receivedAt: expect.any(String),
      decidedAt: expect.any(String),
      operation: 'patch',
      resource: { type: 'User', id: create.resourceId },
      outcome: 'applied',
      version: 2,
      changed: true,
      failure: null,
      warnings: [
        {
          kind: 'unknownAttribute',
          path: 'favouriteColour',
          text: '"favouriteColour" was ignored: no schema of this kind of resource has it.',
        },
      ],
      undelivered: false,
      requestId: patch.requestId,
      tokenId: idp.tenant.tokenId,
    });
    expect(first?.warnings.map(({ text }) => text)).toEqual([
      '"password" was accepted and not kept: Muster stores no secrets.',
    ]);
    for (const time of [first?.receivedAt, second?.decidedAt]) {
      expect(Math.abs(before - Date.parse(time ?? ''))).toBeLessThan(60_000);
    }
    expect(await everywhereIn(world.owner, SECRET)).toEqual([]);
    expect(await everywhereIn(world.owner, 'favouriteColour')).toEqual(['operations']);
  });

  it('shows each part of a bulk request with its own warnings, under one request', async () => {
    const idp = await connector();
    const job = idp.bulk(
      idp.createUser('bea@example.com', { password: SECRET }),
      idp.createUser('bea@example.com'),
      idp.createUser('cid@example.com', { shoeSize: 42 }),
    );
    await world.apply(job);
    const { entries } = await idp.activity();
    expect(entries.map(summaryOf).sort()).toEqual([
      'bulk, applied',
      'create, applied, secretDropped password',
      'create, applied, unknownAttribute shoeSize',
      'create, duplicate_username',
    ]);
    expect(entries.find(({ operation }) => operation === 'bulk')?.resource).toBeNull();
  });

  it('says why something had no effect: refused or withdrawn', async () => {
    const idp = await connector();
    const [create, twin, late] = ['dan', 'dan', 'eve'].map((name) =>
      idp.createUser(`${name}@example.com`),
    ) as [Command, Command, Command];
    await world.apply(create);
    await world.apply(twin);
    const { tenantId, tokenId, resourceId, commandId, type, requestId } = late;
    await world.internal('POST', directoryPaths.cancelCommands, {
      commands: [{ commandId, tenantId, tokenId, resourceId, type, requestId }],
    });

    const { entries } = await idp.activity('outcome=failed');
    expect(entries.map(({ outcome, failure }) => [outcome, failure?.cause, failure?.status])).toEqual([
      ['cancelled', 'not_applied_in_time', 503],
      ['rejected', 'duplicate_username', 409],
    ]);
    const [, refused] = entries;
    expect(refused?.failure?.detail).toContain(create.resourceId);
    expect(refused?.failure?.remedy).toMatch(/^Rename/);
    for (const [outcome, expected] of [
      ['rejected', [twin]],
      ['cancelled', [late]],
      ['expired', []],
      ['applied', [create]],
    ] as const) {
      const found = (await idp.activity(`outcome=${outcome}`)).entries;
      expect(found.map((entry) => entry.commandId)).toEqual(expected.map((each) => each.commandId));
    }
  });

  it('says of what type a resource was whose command was withdrawn, as far as the gateway tells', async () => {
    const idp = await connector();
    const { tenantId, tokenId } = idp.tenant;
    const withdrawn = (more: object) => ({
      commandId: uuidV7(),
      tenantId,
      tokenId,
      resourceId: uuidV7(),
      type: 'resource.patch.requested',
      requestId: 'r',
      ...more,
    });
    const [told, untold] = [withdrawn({ resourceType: 'Device' }), withdrawn({})];
    const commands = [told, untold];
    const { status } = await world.internal('POST', directoryPaths.cancelCommands, { commands });
    expect(status).toBe(200);
    const { entries } = await idp.activity('outcome=cancelled');
    expect(new Map(entries.map(({ commandId, resource }) => [commandId, resource?.type]))).toEqual(
      new Map([
        [told.commandId, 'Device'],
        [untold.commandId, 'Resource'],
      ]),
    );
    for (const resourceType of [7, null, 'x'.repeat(65)]) {
      const refused = await world.internal('POST', directoryPaths.cancelCommands, {
        commands: [withdrawn({ resourceType })],
      });
      expect(refused.status).toBe(400);
    }
  });

  it('says of what waited too long that it was too late', async () => {
    const late = await CommandWorld.open();
    const database = openDatabase({
      url: late.url,
      role: DIRECTORY_ROLE,
      poolMax: 1,
      applicationName: 'late',
    });
    try {
      const tenant = await late.tenant();
      late.aheadMs = 60_000;
      await new BatchBook(late).apply(new CommandMaker(tenant).createUser('fay@example.com'));
      const { entries } = await new PostgresActivityLog(database).page({
        tenantId: tenant.tenantId,
        outcome: 'expired',
        limit: 10,
      });
      expect(entries).toMatchObject([{ status: 'expired', cause: 'not_applied_in_time', detail: null }]);
    } finally {
      await database.close();
      await late.close();
    }
  });

  it('says of a create that its answer never arrived', async () => {
    const idp = await connector();
    const create = idp.createUser('jan@example.com');
    await world.apply(create);
    const { commandId, tenantId } = create;
    await world.internal('POST', directoryPaths.markUndelivered, { commands: [{ commandId, tenantId }] });
    expect((await idp.activity()).entries).toMatchObject([{ outcome: 'applied', undelivered: true }]);
  });

  it('passes over what a newer version has written', async () => {
    const idp = await connector();
    const create = idp.createUser('kim@example.com');
    await world.apply(create);
    await world.apply(idp.createUser('kim@example.com'));
    await world.owner.query(
      'spec.newer',
      `update directory.operations set
         warnings = '[{"kind": "fromTomorrow", "path": "a"}, {"kind": "emptyValue", "path": "b"}, 7, null]',
         cause = case when cause is null then null else 'cause_of_tomorrow' end
       where tenant_id = $1`,
      [idp.tenant.tenantId],
    );
    const { entries } = await idp.activity();
    expect(entries.map(summaryOf)).toEqual([
      'create, internal_error, emptyValue b',
      'create, applied, emptyValue b',
    ]);
  });

  it('finds entries with warnings, those of a resource, and both', async () => {
    const idp = await connector();
    const [gus, hal] = [
      idp.createUser('gus@example.com', { password: SECRET }),
      idp.createUser('hal@example.com'),
    ];
    const commands = [
      gus,
      hal,
      idp.patchUser(
        hal.resourceId,
        { op: 'add', path: 'nope', value: 1 },
        { op: 'replace', path: 'title', value: 'x' },
      ),
      idp.patchUser(hal.resourceId, { op: 'replace', path: 'title', value: 'y' }),
    ];
    for (const command of commands) await world.apply(command);
    const found = async (query: string) => (await idp.activity(query)).entries.map(summaryOf);
    expect(await found('warnings=true')).toEqual([
      'patch, applied, unknownAttribute nope',
      'create, applied, secretDropped password',
    ]);
    expect(await found(`resource=${hal.resourceId}`)).toEqual([
      'patch, applied',
      'patch, applied, unknownAttribute nope',
      'create, applied',
    ]);
    expect(await found(`resource=${hal.resourceId}&warnings=true`)).toEqual([
      'patch, applied, unknownAttribute nope',
    ]);
    expect(await found('warnings=true&outcome=failed')).toEqual([]);
    expect(await found(`resource=${uuidV7()}`)).toEqual([]);
  });

  it('goes back page by page and meets every entry once, whatever comes meanwhile', async () => {
    const idp = await connector();
    const commands = Array.from({ length: 7 }, (_, n) => idp.createUser(`page-${n}@example.com`));
    for (const command of commands) await world.apply(command);
    const seen: string[] = [];
    let before = '';
    for (let page = 0; page < 10; page += 1) {
      const { entries, next } = await idp.activity(`limit=3${before}`);
      seen.push(...entries.map(({ commandId }) => commandId));
      await world.apply(idp.createUser(`meanwhile-${page}@example.com`));
      if (next === null) break;
      before = `&before=${next}`;
    }
    expect(seen).toEqual(commands.map(({ commandId }) => commandId).reverse());
  });

  it('shows nothing of another tenant, whatever is asked', async () => {
    const [mine, theirs] = [await connector(), await connector()];
    const create = theirs.createUser('ian@example.com', { password: SECRET });
    await world.apply(create);
    for (const query of ['', 'warnings=true', `resource=${create.resourceId}`, 'outcome=applied'])
      expect(await mine.activity(query)).toEqual({ entries: [], next: null });
    expect((await theirs.activity()).entries).toHaveLength(1);
    const byName = await world.admin<ActivityAnswer>(
      'GET',
      `/${encodeURIComponent(theirs.tenant.name)}/activity`,
    );
    expect(byName.body.entries).toHaveLength(1);
  });

  it.each([
    'limit=0',
    'limit=501',
    'limit=2.5',
    'limit=x',
    'before=yesterday',
    'resource=1',
    'outcome=good',
    'warnings=maybe',
    'unknown=1',
  ])('refuses %s', async (query) => {
    expect((await (await connector()).ask(query)).status).toBe(422);
  });

  it('is for admins of tenants that there are', async () => {
    const { status, body } = await world.admin('GET', '/nobody/activity');
    expect([status, body['type']]).toEqual([404, 'urn:muster:problem:tenant_not_found']);
    const { tenant } = await connector();
    const path = `/admin/tenants/${tenant.tenantId}/activity`;
    expect((await world.call('GET', path, null)).status).toBe(401);
    expect((await world.call('GET', path, tenant.token)).status).toBe(401);
  });
});

/** Tables of the directory in which a text is found, in whatever column. */
async function everywhereIn(owner: Database, text: string): Promise<string[]> {
  const { rows: tables } = await owner.query<{ name: string }>(
    'spec.tables',
    `select relname as name from pg_class
     where relnamespace = 'directory'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rowCount } = await owner.query(
      'spec.search',
      `select 1 from directory.${name} t where t::text like $1 limit 1`,
      [`%${text}%`],
      { prepare: false },
    );
    if (rowCount > 0) found.push(name);
  }
  return found;
}
