import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  FAILURES_TOPIC,
  decodeFailure,
  failureRecord,
  topicContracts,
  type TenantId,
} from '@muster/contracts';
import { until } from '@muster/messaging/testing';
import { v7 as uuidV7 } from 'uuid';
import { activityOf, type ListedEntry } from './world/activity-of.js';
import { musterctl } from './world/musterctl.js';
import {
  openOneProcessWorld,
  type OneProcessTenant,
  type OneProcessWorld,
} from './world/one-process-world.js';
import { readTopic } from './world/read-topic.js';
import { idOf, USER_URN, type ScimAnswer } from './world/scim-client.js';
import { tablesWith } from './world/tables-with.js';

jest.setTimeout(60_000);

const BULK_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const DEVICE_URN = 'urn:example:Device';

describe('what the gateway passes over, up to what the admin is told', () => {
  let world: OneProcessWorld;

  beforeAll(async () => {
    world = await openOneProcessWorld();
  });

  afterAll(() => world?.close());

  const activity = (tenant: OneProcessTenant, ...options: string[]) =>
    activityOf(world.admin, tenant, ...options);

  const newUser = (more: object = {}) => ({
    schemas: [USER_URN],
    userName: `${randomUUID()}@example.com`,
    ...more,
  });

  it('a password is taken and dropped, an unknown attribute loses nothing, and the activity names both', async () => {
    const tenant = await world.newTenant();
    const password = `canary-${randomUUID()}`;
    const created = await tenant.client.post('/Users', newUser({ password }));
    expect(created.status).toBe(201);
    const id = idOf(created);
    const noise = idOf(await tenant.client.post('/Users', newUser()));
    const disabled = await tenant.client.patch(`/Users/${id}`, [
      { op: 'replace', path: 'favouriteColour', value: password },
      { op: 'replace', path: 'active', value: false },
      { op: 'replace', path: 'password', value: password },
    ]);
    expect(disabled).toMatchObject({ status: 200, body: { active: false } });
    expect((await tenant.client.get(`/Users/${id}`)).body).toMatchObject({ active: false });

    const told = await activity(tenant, '--warnings');
    expect(
      told.map(({ operation, resource, outcome, warnings }) => [operation, resource, outcome, warnings]),
    ).toEqual([
      [
        'patch',
        { type: 'User', id },
        'applied',
        [
          {
            kind: 'unknownAttribute',
            path: 'favouriteColour',
            text: '"favouriteColour" was ignored: no schema of this kind of resource has it.',
          },
          {
            kind: 'secretDropped',
            path: 'password',
            text: '"password" was accepted and not kept: Muster stores no secrets.',
          },
        ],
      ],
      [
        'create',
        { type: 'User', id },
        'applied',
        [
          {
            kind: 'secretDropped',
            path: 'password',
            text: '"password" was accepted and not kept: Muster stores no secrets.',
          },
        ],
      ],
    ]);
    expect(told[1]?.requestId).toBe(created.headers['x-request-id']);
    expect(await activity(tenant, '--resource', noise)).toMatchObject([
      { operation: 'create', warnings: [] },
    ]);
    expect(await activity(tenant)).toHaveLength(3);
    expect(await activity(tenant, '--failed')).toEqual([]);
    const sheet = await musterctl(world.admin, 'activity', tenant.tenantId, '--warnings');
    expect(sheet.split('\n')).toHaveLength(4);
    expect(await tablesWith(world.database, password)).toEqual([]);
    expect(await tablesWith(world.database, 'favouriteColour')).toEqual(['directory.operations']);
  });

  it('a PATCH of nothing but what is unknown changes nothing, and says so', async () => {
    const tenant = await world.newTenant();
    const id = idOf(await tenant.client.post('/Users', newUser()));
    await tenant.client.patch(`/Users/${id}`, [{ op: 'add', path: 'favouriteColour', value: 'red' }]);
    expect(await activity(tenant, '--warnings')).toMatchObject([
      { operation: 'patch', outcome: 'applied', changed: false, warnings: [{ kind: 'unknownAttribute' }] },
    ]);
  });

  it('a name made to break what stores or shows it is stored and shown', async () => {
    const tenant = await world.newTenant();
    const id = idOf(await tenant.client.post('/Users', newUser()));
    const cut = 'y'.repeat(127);
    const names = [`x".'\\{}$1`, '\u001b(31mred', `${cut}\u{1f600}`, '__proto__'];
    const operations = names.map((name) => ({ op: 'add', value: Object.fromEntries([[name, 'z']]) }));
    expect((await tenant.client.patch(`/Users/${id}`, operations)).status).toBe(200);
    const [entry] = await activity(tenant, '--warnings');
    expect(entry?.warnings.map(({ path }) => path)).toEqual([
      names[0],
      '\ufffd(31mred',
      `${cut}\ufffd`,
      '__proto__',
    ]);
  });

  it('where a tenant would rather hear an error, nothing is passed over', async () => {
    const tenant = await world.newTenant({ unknownPatchAttributes: 'reject' });
    const id = idOf(await tenant.client.post('/Users', newUser()));
    const refused = await tenant.client.patch(`/Users/${id}`, [
      { op: 'add', path: 'favouriteColour', value: 'red' },
      { op: 'replace', path: 'active', value: false },
    ]);
    expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidPath' } });
    expect((await tenant.client.get(`/Users/${id}`)).body).toMatchObject({ active: true });
    expect(await activity(tenant, '--warnings')).toEqual([]);
  });

  it('each operation of a bulk request is told by itself', async () => {
    const tenant = await world.newTenant();
    const password = `canary-${randomUUID()}`;
    const answer = await tenant.client.post('/Bulk', {
      schemas: [BULK_URN],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'a', data: newUser({ password }) },
        { method: 'POST', path: '/Users', bulkId: 'b', data: newUser() },
        { method: 'POST', path: '/Users', bulkId: 'c', data: newUser({ shoeSize: 42 }) },
      ],
    });
    expect(answer.status).toBe(200);
    const told = await activity(tenant, '--warnings');
    expect(
      told.flatMap(({ warnings }) => warnings.map(({ kind, path }) => `${kind} ${path}`)).sort(),
    ).toEqual(['secretDropped password', 'unknownAttribute shoeSize']);
    const requests = (await activity(tenant)).map(({ operation, requestId }) => [operation, requestId]);
    const requestId = answer.headers['x-request-id'];
    expect(requests.sort()).toEqual([
      ['bulk', requestId],
      ['create', requestId],
      ['create', requestId],
      ['create', requestId],
    ]);
    expect(await tablesWith(world.database, password)).toEqual([]);
  });

  it('a secret of a type that the tenant registered goes the same way', async () => {
    const tenant = await world.newTenant();
    await tenant.registerSchemas({
      schemas: [
        {
          id: DEVICE_URN,
          name: 'Device',
          attributes: [
            { name: 'label', type: 'string' },
            { name: 'pin', type: 'string', mutability: 'writeOnly', returned: 'never' },
          ],
        },
      ],
      resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: DEVICE_URN }],
    });
    const pin = `canary-${randomUUID()}`;
    const post = () =>
      tenant.client.post('/Devices', { schemas: [DEVICE_URN], label: 'Door', pin, colour: 'red' });
    let created = await post();
    await until('the gateway knows of the type', async () => (created = await post()).status === 201);
    expect(created.text).not.toContain(pin);
    expect(await activity(tenant, '--resource', idOf(created))).toMatchObject([
      {
        operation: 'create',
        resource: { type: 'Device', id: idOf(created) },
        warnings: [
          { kind: 'secretDropped', path: 'pin' },
          { kind: 'unknownAttribute', path: 'colour' },
        ],
      },
    ]);
    expect(await tablesWith(world.database, pin)).toEqual([]);
  });
});

describe('what the gateway refuses, up to what the admin is told', () => {
  let world: OneProcessWorld;

  beforeAll(async () => {
    world = await openOneProcessWorld();
  });

  afterAll(() => world?.close());

  /** Once there are so many of them: entries come by the log, a moment after the answer. */
  async function failed(tenant: OneProcessTenant, count: number): Promise<readonly ListedEntry[]> {
    let entries: readonly ListedEntry[] = [];
    await until(`${count} entries`, async () => {
      entries = await activityOf(world.admin, tenant, '--failed');
      return entries.length >= count;
    });
    return entries;
  }

  const told = ({ operation, resource, outcome, failure, requestId }: ListedEntry) => ({
    operation,
    resource,
    outcome,
    cause: failure?.cause,
    status: failure?.status,
    detail: failure?.detail,
    requestId,
  });

  const answered = ({ status, body, headers }: ScimAnswer) => ({
    status,
    detail: body['detail'],
    requestId: headers['x-request-id'],
  });

  const user = (userName: string) => ({ schemas: [USER_URN], userName });

  /** Sends what has to be refused, one after the other. */
  async function refusals(tenant: OneProcessTenant) {
    await tenant.set({ anyDomain: false });
    let domain = await tenant.client.post('/Users', user(`${randomUUID()}@wrong.test`));
    await until('the gateway knows that no domain is registered', async () => {
      if (domain.status === 201)
        domain = await tenant.client.post('/Users', user(`${randomUUID()}@wrong.test`));
      return domain.status === 400;
    });
    const id = randomUUID();
    const { client } = tenant;
    const requests = {
      syntax: await client.send({ method: 'POST', path: '/Users', body: '{"userName": ' }),
      schema: await client.send({ method: 'PUT', path: `/Groups/${id}`, body: { displayName: 7 } }),
      size: await client.send({ method: 'POST', path: '/Users', body: `"${'x'.repeat(1024 * 1024)}"` }),
      nobody: await client.patch('/Users/nobody', [{ op: 'replace', path: 'active', value: false }]),
      unknown: await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]),
      bulk: await client.post('/Bulk', { schemas: [BULK_URN], Operations: 'none' }),
    };
    return { id, domain, ...requests };
  }

  it('each refusal is one entry, with the cause and the text that the client was given', async () => {
    const tenant = await world.newTenant();
    const { id, domain, syntax, schema, size, nobody, unknown, bulk } = await refusals(tenant);
    const entries = await failed(tenant, 7);
    const create = { operation: 'create', resource: { type: 'User', id: null }, outcome: 'rejected' };
    const patch = { operation: 'patch', outcome: 'rejected', cause: 'not_found' };
    expect(entries.map(told)).toEqual([
      { operation: 'bulk', resource: null, outcome: 'rejected', cause: 'invalid_syntax', ...answered(bulk) },
      { ...patch, resource: { type: 'User', id }, ...answered(unknown) },
      { ...patch, resource: { type: 'User', id: null }, ...answered(nobody) },
      { ...create, cause: 'too_large', ...answered(size) },
      {
        operation: 'replace',
        resource: { type: 'Group', id },
        outcome: 'rejected',
        cause: 'invalid_value',
        ...answered(schema),
      },
      { ...create, cause: 'invalid_syntax', ...answered(syntax) },
      { ...create, cause: 'domain_not_registered', ...answered(domain) },
    ]);
    expect(entries.at(-1)?.failure?.detail).toContain('"wrong.test"');
    const sheet = await musterctl(world.admin, 'activity', tenant.tenantId, '--failed');
    expect(sheet).toContain('400 domain_not_registered: ');
    expect(await activityOf(world.admin, tenant, '--resource', id)).toHaveLength(2);
  });

  it('nobody else is told of them, and a topic that is read again adds nothing', async () => {
    const [tenant, other] = [await world.newTenant(), await world.newTenant()];
    const canary = randomUUID();
    await tenant.client.post('/Users', { ...user(canary), displayName: canary, active: { no: canary } });
    await refusals(tenant);
    const before = await failed(tenant, 8);
    expect(await activityOf(world.admin, other)).toEqual([]);
    expect(await tablesWith(world.database, canary)).toEqual([]);

    const records = await readTopic(world.eventLog, FAILURES_TOPIC, (read) => {
      const own = read.filter((record) => decodeFailure(record).tenantId === tenant.tenantId);
      return own.length >= before.length;
    });
    const [sample] = records.map(decodeFailure).filter(({ source }) => source === 'gateway');
    if (sample === undefined) throw new Error('the gateway published nothing');
    // When those after them are entries, those before them have been read.
    const partitions = topicContracts.find(({ topic }) => topic === FAILURES_TOPIC)?.partitions ?? 0;
    const ends = Array.from({ length: partitions }, (_, partition) => ({
      ...failureRecord({ ...sample, tenantId: tenant.tenantId as TenantId, failureId: uuidV7() }),
      partition,
    }));
    const appender = await world.eventLog.openAppender({ name: 'replay' });
    for (let times = 0; times < 2; times += 1) await appender.append(records);
    await appender.append(ends);
    const after = await failed(tenant, before.length + ends.length);
    const endIds = new Set(ends.map((record) => decodeFailure(record).failureId));
    expect(after.filter(({ commandId }) => !endIds.has(commandId))).toEqual(before);
    expect(after).toHaveLength(before.length + ends.length);
    expect(await activityOf(world.admin, other)).toEqual([]);
    await appender.close();
  });
});
