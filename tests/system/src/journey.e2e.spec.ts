import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import {
  COMMANDS_TOPIC,
  decodeFact,
  GROUP_EVENTS_TOPIC,
  REPLIES_TOPIC,
  USER_EVENTS_TOPIC,
  type Fact,
} from '@muster/contracts';
import { until } from '@muster/messaging/testing';
import { SERVICE_NAMES } from '@muster/stack';
import { startOtlpSink, type OtlpSink, type SinkSpan } from '@muster/telemetry/testing';
import { checkHistory } from './history/check-history.js';
import { caughtMails } from './world/caught-mails.js';
import { activityOf } from './world/activity-of.js';
import { TAPPED_TOPICS } from './world/log-tap.js';
import { GROUP_URN, idOf, USER_URN, type ScimAnswer } from './world/scim-client.js';
import { describeSystem, startWorld, type SystemWorld, type TestTenant } from './world/system-world.js';
import { tablesWith } from './world/tables-with.js';
import { waitForRest } from './world/wait-for-rest.js';

jest.setTimeout(60_000);

const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** What Entra puts beside the schema of a group. */
const ENTRA_GROUP_URN = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** Values that must be nowhere but in the directory, on the log and in mails. */
const canary = `canary-${randomUUID()}`;
const userName = `${canary}@example.com`;
/** A value that must be nowhere at all. */
const password = `password-${randomUUID()}`;

describeSystem(
  'a connector like that of Entra ID, from its test of the connection to the last deletion',
  () => {
    let sink: OtlpSink;
    let world: SystemWorld;
    let tenant: TestTenant;
    let annId: string;
    let bobId: string;
    let groupId: string;

    beforeAll(async () => {
      sink = await startOtlpSink();
      world = await startWorld({
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, OTEL_TRACES_SAMPLER_ARG: '1', LOG_LEVEL: 'trace' },
      });
      tenant = await world.newTenant();
    });

    afterAll(async () => {
      await world.close();
      await sink.close();
    });

    function entraUser(name: string, domain = 'example.com'): object {
      return {
        schemas: [USER_URN, ENTERPRISE_URN],
        externalId: name,
        userName: `${name}@${domain}`,
        active: true,
        displayName: `${name} Ng`,
        emails: [{ primary: true, type: 'work', value: `${name}@${domain}` }],
        meta: { resourceType: 'User' },
        name: { formatted: `${name} Ng`, familyName: 'Ng', givenName: name },
        roles: [],
        [ENTERPRISE_URN]: { employeeNumber: '42', department: 'R&D' },
      };
    }

    async function facts(
      topic: typeof USER_EVENTS_TOPIC | typeof GROUP_EVENTS_TOPIC,
      id: string,
    ): Promise<Fact[]> {
      const { version } = (
        await world.database.query<{ version: number }>(
          'select version from directory.users where id = $1 union all select version from directory.groups where id = $1',
          [id],
        )
      ).rows[0] ?? { version: 0 };
      const read = (): Fact[] =>
        world.tap
          .records(topic)
          .filter(({ key }) => key === `${tenant.tenantId}:${id}`)
          .map(decodeFact);
      await until('the facts are told', () => {
        const last = read().at(-1);
        return last !== undefined && (version === 0 ? last.resource === null : last.version === version);
      });
      return read();
    }

    const filtered = (kind: 'Users' | 'Groups', filter: string, more = ''): Promise<ScimAnswer> =>
      tenant.client.get(`/${kind}?${more}filter=${encodeURIComponent(filter).replaceAll('%20', '+')}`);

    it('tests the connection: a user and a group that nobody has', async () => {
      const nobody = { status: 200, body: { totalResults: 0, Resources: [] } };
      expect(await filtered('Users', `userName eq "${randomUUID()}"`)).toMatchObject(nobody);
      expect(
        await filtered('Groups', `displayName eq "${randomUUID()}"`, 'excludedAttributes=members&'),
      ).toMatchObject(nobody);
    });

    it('finds no user of that name, makes it, and finds it by either case', async () => {
      expect(await filtered('Users', `userName eq "${userName}"`)).toMatchObject({
        body: { totalResults: 0 },
      });
      const created = await tenant.client.post('/Users', { ...entraUser(canary), password });
      expect(created.text).not.toContain(password);
      expect(created).toMatchObject({
        status: 201,
        body: { userName, active: true, [ENTERPRISE_URN]: { department: 'R&D' } },
      });
      annId = idOf(created);
      expect(created.headers['location']).toMatch(new RegExp(`/Users/${annId}$`));
      const found = await filtered('Users', `userName eq "${userName.toUpperCase()}"`);
      expect(found).toMatchObject({ status: 200, body: { totalResults: 1, Resources: [{ id: annId }] } });
      bobId = idOf(await tenant.client.post('/Users', entraUser('bob')));
    });

    it('changes it with the operations that Entra sends', async () => {
      const changed = await tenant.client.patch(`/Users/${annId}`, [
        { op: 'Replace', path: 'displayName', value: 'Ann N.' },
        { op: 'Add', path: 'emails[type eq "work"].value', value: `new-${userName}` },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '555-0198' },
        { op: 'Add', path: `${ENTERPRISE_URN}:manager`, value: bobId },
        { op: 'Replace', path: `${ENTERPRISE_URN}:department`, value: 'Ops' },
      ]);
      expect(changed).toMatchObject({
        status: 200,
        body: {
          displayName: 'Ann N.',
          emails: [{ type: 'work', value: `new-${userName}` }],
          phoneNumbers: [{ type: 'mobile', value: '555-0198' }],
          [ENTERPRISE_URN]: { department: 'Ops', employeeNumber: '42', manager: { value: bobId } },
        },
      });
      const flagged = await tenant.client.patch(`/Users/${annId}`, [
        { op: 'replace', value: { 'name.givenName': 'Ann', [`${ENTERPRISE_URN}:employeeNumber`]: '43' } },
      ]);
      expect(flagged).toMatchObject({
        status: 200,
        body: {
          name: { givenName: 'Ann', familyName: 'Ng' },
          [ENTERPRISE_URN]: { employeeNumber: '43', department: 'Ops' },
        },
      });
    });

    it('makes a group, and adds and removes members in both shapes', async () => {
      const created = await tenant.client.post('/Groups', {
        schemas: [GROUP_URN, ENTRA_GROUP_URN],
        externalId: randomUUID(),
        displayName: 'Engineers',
        meta: { resourceType: 'Group' },
      });
      expect(created.status).toBe(201);
      groupId = idOf(created);
      const change = async (operation: object, members: readonly string[]): Promise<void> => {
        expect(await tenant.client.patch(`/Groups/${groupId}`, [operation])).toMatchObject({
          status: 204,
          text: '',
        });
        const { body } = await tenant.client.get(`/Groups/${groupId}`);
        const listed = (body['members'] ?? []) as readonly { readonly value: string }[];
        expect(listed.map(({ value }) => value).sort()).toEqual([...members].sort());
      };
      const value = (id: string): object[] => [{ $ref: null, value: id }];
      await change({ op: 'Add', path: 'members', value: value(annId) }, [annId]);
      await change({ op: 'Add', path: 'members', value: value(bobId) }, [annId, bobId]);
      await change({ op: 'Remove', path: 'members', value: value(bobId) }, [annId]);
      await change({ op: 'Add', path: 'members', value: value(bobId) }, [annId, bobId]);
      await change({ op: 'remove', path: `members[value eq "${bobId}"]` }, [annId]);
      const match = await filtered('Groups', 'displayName eq "engineers"', 'excludedAttributes=members&');
      expect(match).toMatchObject({ status: 200, body: { totalResults: 1, Resources: [{ id: groupId }] } });
      expect(match.text).not.toContain('members');
      const told = await facts(GROUP_EVENTS_TOPIC, groupId);
      expect(told.map(({ members }) => [members?.added ?? [], members?.removed ?? []])).toEqual([
        [[], []],
        [[annId], []],
        [[bobId], []],
        [[], [bobId]],
        [[bobId], []],
        [[], [bobId]],
      ]);
    });

    it('disables it and finds it still, with its membership, then deletes it for good', async () => {
      const disable = [
        { op: 'Add', path: 'favouriteColour', value: password },
        { op: 'Replace', path: 'active', value: 'False' },
      ];
      expect(await tenant.client.patch(`/Users/${annId}`, disable)).toMatchObject({
        status: 200,
        body: { active: false },
      });
      expect(await filtered('Users', `userName eq "${userName}"`)).toMatchObject({
        body: { Resources: [{ active: false }] },
      });
      expect((await tenant.client.get(`/Groups/${groupId}`)).text).toContain(annId);
      expect(await tenant.client.delete(`/Users/${annId}`)).toMatchObject({ status: 204, text: '' });
      expect(await tenant.client.get(`/Users/${annId}`)).toMatchObject({ status: 404 });
      expect(await filtered('Users', `userName eq "${userName}"`)).toMatchObject({
        body: { totalResults: 0 },
      });
      expect((await tenant.client.get(`/Groups/${groupId}`)).text).not.toContain(annId);
    });

    it('told every step of it on the log, to whoever reads along', async () => {
      const told = await facts(USER_EVENTS_TOPIC, annId);
      expect(told.map(({ type, version }) => `${version} ${type}`)).toEqual([
        '1 directory.user.created.v1',
        '2 directory.user.updated.v1',
        '3 directory.user.updated.v1',
        '4 directory.user.deactivated.v1',
        '5 directory.user.deleted.v1',
      ]);
      expect(told[0]?.resource).toMatchObject({ userName, active: true });
      expect(told[3]).toMatchObject({
        changed: ['active'],
        previous: { active: true },
        resource: { active: false },
      });
      expect(told[4]?.resource).toBeNull();
    });

    it('shows the admin what was passed over of it, and nothing else', async () => {
      const listed = async (...options: string[]): Promise<string[][]> => {
        const entries = await activityOf(world.stack.state(), tenant, '--limit', '100', ...options);
        return entries.map(({ operation, resource, outcome, warnings }) => [
          `${outcome} ${operation} ${resource?.id}`,
          ...warnings.map((warning) => warning.text),
        ]);
      };
      expect(await listed('--resource', annId, '--warnings')).toEqual([
        [
          `applied patch ${annId}`,
          '"favouriteColour" was ignored: no schema of this kind of resource has it.',
        ],
        [`applied create ${annId}`, '"password" was accepted and not kept: Muster stores no secrets.'],
      ]);
      const others = (await listed('--warnings')).filter(([entry]) => !entry?.endsWith(annId));
      expect(others).toEqual([
        [
          `applied create ${groupId}`,
          `The schema "${ENTRA_GROUP_URN}" was ignored: this kind of resource does not have it.`,
        ],
      ]);
      expect((await listed('--resource', annId)).map(([entry]) => entry)).toEqual(
        ['delete', 'patch', 'patch', 'patch', 'create'].map((operation) => `applied ${operation} ${annId}`),
      );
    });

    it('kept the password nowhere: not in the database, not on the log', async () => {
      expect(await tablesWith(world.database, password)).toEqual([]);
      expect(await tablesWith(world.database, 'favouriteColour')).toEqual(['directory.operations']);
      const topicsWith = (text: string) =>
        TAPPED_TOPICS.filter((topic) =>
          world.tap
            .records(topic)
            .some(({ key, value, headers }) =>
              [key, value?.toString(), JSON.stringify(headers)].join('\n').includes(text),
            ),
        );
      await until('the tap has read the replies', () => topicsWith(canary).includes(REPLIES_TOPIC));
      expect(topicsWith(canary)).toEqual(expect.arrayContaining([COMMANDS_TOPIC, USER_EVENTS_TOPIC]));
      expect(topicsWith('favouriteColour')).toEqual([COMMANDS_TOPIC]);
      expect(topicsWith(password)).toEqual([]);
    });

    it('tells the admin once about users whose domain nobody registered', async () => {
      for (const name of [canary, 'dora']) {
        const refused = await tenant.client.post('/Users', entraUser(name, 'fabrikam.example'));
        expect(refused).toMatchObject({ status: 400, body: { status: '400', scimType: 'invalidValue' } });
        expect(refused.body['detail']).toContain('fabrikam.example');
      }
      await until('the mail is there', async () => (await caughtMails(world, tenant)).length > 0);
      const state = await waitForRest(world, tenant);
      expect(checkHistory([], state).filter(({ rule }) => rule !== 'create-from-nowhere')).toEqual([]);
      const [mail, ...others] = await caughtMails(world, tenant);
      expect(others).toEqual([]);
      expect(mail).toMatchObject({
        to: ['admin@customer.example'],
        subject: expect.stringContaining('2 users could not be provisioned: domain not registered'),
      });
      for (const name of [canary, 'dora']) expect(mail?.text).toContain(`${name}@fabrikam.example`);
      const failed = () => activityOf(world.stack.state(), tenant, '--failed');
      await until('the activity tells it too', async () => (await failed()).length >= 2);
      const create = { operation: 'create', resource: { type: 'User', id: null }, outcome: 'rejected' };
      const failure = { cause: 'domain_not_registered', status: 400 };
      expect(await failed()).toMatchObject([
        { ...create, failure },
        { ...create, failure },
      ]);
    });

    /** The names of a span's ancestors and its own, from the request on. A parent may arrive after its children. */
    async function pathOf(span: SinkSpan): Promise<string[]> {
      if (span.parentSpanId === undefined) return [span.name];
      return [...(await pathOf(await sink.waitFor(({ spanId }) => spanId === span.parentSpanId))), span.name];
    }

    it('shows a write as one trace, from the request over the log and the database to the answer and the fact', async () => {
      const fact = await sink.waitFor(
        ({ name, attributes }) =>
          name === 'send directory.user.events.v1' && attributes['messaging.message.id'] === `${annId}.1.1`,
      );
      const inTrace = async (name: string): Promise<string[]> =>
        pathOf(await sink.waitFor((span) => span.name === name && span.traceId === fact.traceId));
      const applied = ['POST /Users', 'send scim.commands.v1', 'process scim.commands.v1'];
      await inTrace('POST /Users');
      await inTrace('send scim.commands.v1');
      expect(await inTrace('process scim.commands.v1')).toEqual(applied);
      expect(await pathOf(fact)).toEqual([...applied, fact.name]);
      expect(await inTrace('query insert users')).toEqual([...applied, 'apply batch', 'query insert users']);
      expect(await inTrace('query append to outbox')).toEqual([
        ...applied,
        'apply batch',
        'query append to outbox',
      ]);
      expect(await inTrace('process scim.replies.v1')).toEqual([
        ...applied,
        'send scim.replies.v1',
        'process scim.replies.v1',
      ]);
      const kinds = new Map(sink.spans().map(({ name, service, kind }) => [name, `${service} ${kind}`]));
      expect(kinds.get('POST /Users')).toBe('gateway server');
      expect(kinds.get('send scim.commands.v1')).toBe('gateway producer');
      expect(kinds.get('process scim.commands.v1')).toBe('directory consumer');
      expect(kinds.get('query insert users')).toBe('directory client');
      expect(kinds.get('process scim.replies.v1')).toBe('gateway consumer');
    });

    it('shows a failure in the trace of its request, up to the mail', async () => {
      const rendered = await sink.waitFor(({ name }) => name === 'render mail');
      const mailed = await sink.waitFor(({ name }) => name === 'send mail');
      const published = ['POST /Users', 'send provisioning.failures.v1'];
      expect(await pathOf(rendered)).toEqual([...published, 'send mail', 'render mail']);
      const taken = await sink.waitFor(
        ({ name, traceId }) => name === 'process provisioning.failures.v1' && traceId === mailed.traceId,
      );
      expect(await pathOf(taken)).toEqual([...published, 'process provisioning.failures.v1']);
      expect(taken.service).toBe('notifier');
      // The mail covers two failures: it is in the trace of the first, and says which the other is.
      expect(mailed.links.map(({ traceId }) => traceId)).toEqual([expect.not.stringMatching(mailed.traceId)]);
    });

    it('left no name, no address and no token in metrics, logs and traces', async () => {
      const metrics = await Promise.all(
        Object.values(world.stack.state().metrics).map(async (url) => (await fetch(url)).text()),
      );
      // Stopping flushes what was not written yet.
      for (const name of SERVICE_NAMES) await world.stack.hold(name);
      const folder = join(world.stack.home, 'log');
      const logs = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
      const everything = [...metrics, ...logs, sink.received()].join('\n');
      expect(everything).toContain(tenant.tenantId);
      expect(everything).toContain('muster_scim_requests_total');
      for (const secret of [canary, password, tenant.token, 'admin@customer.example']) {
        expect(everything.split('\n').filter((line) => line.includes(secret))).toEqual([]);
      }
    });
  },
);
