import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { USER_EVENTS_TOPIC } from '@muster/contracts';
import { until } from '@muster/messaging/testing';
import { type ScimAnswer, type ScimClient } from './world/scim-client.js';
import { describeSystem, startWorld, type SystemWorld, type TestTenant } from './world/system-world.js';

jest.setTimeout(120_000);

const BULK_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const OPERATIONS = 1_000;

interface Result {
  readonly bulkId?: string;
  readonly location?: string;
  readonly status: string;
}

describeSystem('a bulk request through all processes', () => {
  let world: SystemWorld;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(async () => {
    await world.close();
  });

  const create = (bulkId: string) => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data: {
      userName: `${bulkId}@example.com`,
      name: { givenName: bulkId, familyName: 'Bulk' },
      active: true,
    },
  });

  /** As many operations as may be: users, and a group of the last ones that comes before them. */
  const request = (prefix: string, size = OPERATIONS): object[] => {
    const users = Array.from({ length: size - 1 }, (_, index) => create(`${prefix}-${index}`));
    const members = users.slice(-100).map(({ bulkId }) => ({ value: `bulkId:${bulkId}` }));
    const data = { displayName: `Group ${prefix}`, members };
    return [{ method: 'POST', path: '/Groups', bulkId: prefix, data }, ...users];
  };

  const send = (client: ScimClient, operations: readonly object[]): Promise<ScimAnswer> =>
    client.post('/Bulk', { schemas: [BULK_URN], Operations: operations });

  const resultsOf = ({ body }: ScimAnswer) => body['Operations'] as readonly Result[];

  const countOf = async (tenant: TestTenant, path: string) =>
    (await tenant.client.get(`${path}?count=0`)).body['totalResults'];

  /** Facts that consumers have been told, each once however often it was sent. */
  const factsOf = ({ tenantId }: TestTenant) =>
    new Set(
      world.tap
        .records(USER_EVENTS_TOPIC)
        .filter(({ headers }) => headers.ce_tenantid === tenantId)
        .map(({ headers }) => headers.ce_id),
    ).size;

  it('creates as much as one may hold, visible to the next read and told to consumers', async () => {
    const tenant = await world.newTenant();
    const answer = await send(tenant.client, request('whole'));
    expect(answer.status).toBe(200);
    const results = resultsOf(answer);
    expect(results).toHaveLength(OPERATIONS);
    expect(results.filter(({ status }) => status !== '201')).toEqual([]);
    expect(results[0]).toMatchObject({
      bulkId: 'whole',
      location: expect.stringContaining('/Groups/'),
    });
    expect([await countOf(tenant, '/Users'), await countOf(tenant, '/Groups')]).toEqual([OPERATIONS - 1, 1]);
    const id = results[0]?.location?.split('/').at(-1) ?? '';
    expect((await tenant.client.get(`/Groups/${id}`)).body['members']).toHaveLength(100);
    await until('every fact is told', () => factsOf(tenant) === OPERATIONS - 1);
  });

  /** Whatever the client was told: it has happened whole, once its repetition is answered at the latest. */
  async function expectDoneOnce(tenant: TestTenant, answer: ScimAnswer, operations: readonly object[]) {
    if (answer.status === 200)
      expect(resultsOf(answer).filter(({ status }) => !status.startsWith('2'))).toEqual([]);
    else {
      expect(answer.status).toBe(503);
      await until(
        'a repetition is answered',
        async () => (await send(tenant.client, operations)).status === 200,
      );
    }
    await until('reads are answered again', async () => (await countOf(tenant, '/Users')) !== undefined);
    expect([await countOf(tenant, '/Users'), await countOf(tenant, '/Groups')]).toEqual([200, 1]);
    await until('every fact is told', () => factsOf(tenant) >= 200);
  }

  it('is done whole where the directory dies in the middle of it', async () => {
    const tenant = await world.newTenant();
    const { body } = await tenant.client.post('/Users', { userName: 'first@example.com' });
    const patch = { Operations: [{ op: 'replace', path: 'title', value: 'Last' }] };
    const operations = [
      ...request('killed', 200),
      { method: 'PATCH', path: `/Users/${String(body['id'])}`, data: patch },
    ];
    const holder = await world.database.connect();
    try {
      await holder.query('begin');
      await holder.query('select from directory.users where id = $1 for update', [body['id']]);
      const answering = send(tenant.client, operations);
      await until('the job waits for the row', async () => {
        const { rowCount } = await holder.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'directory-apply-heavy'`,
        );
        return rowCount === 1;
      });
      const pid = world.stack.state().pids['directory'] ?? 0;
      world.stack.kill('directory');
      await holder.query('rollback');
      await world.stack.waitForRestart('directory', pid);
      await expectDoneOnce(tenant, await answering, operations);
    } finally {
      holder.release(true);
    }
  });

  it('is done once where the directory dies as soon as it is committed', async () => {
    const tenant = await world.newTenant();
    const operations = [...request('committed', 200), create('one-more')];
    const answering = send(tenant.client, operations);
    await until('the job is committed', async () => {
      const { rowCount } = await world.database.query(
        `select from directory.operations where tenant_id = $1 and type = 'bulk.requested' and state = 'applied'`,
        [tenant.tenantId],
      );
      return rowCount === 1;
    });
    const pid = world.stack.state().pids['directory'] ?? 0;
    world.stack.kill('directory');
    await world.stack.waitForRestart('directory', pid);
    await expectDoneOnce(tenant, await answering, operations);
  });
});
