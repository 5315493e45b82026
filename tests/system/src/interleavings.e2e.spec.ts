import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import {
  COMMAND_EXPIRY_MS,
  COMMANDS_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
  type CommandType,
} from '@muster/contracts';
import { openKafkaEventLog, type OutgoingRecord, type ReceivedRecord } from '@muster/messaging';
import { until } from '@muster/messaging/testing';
import { checkHistory } from './history/check-history.js';
import { type Problem } from './history/problem.js';
import { attempt, untilSure } from './load/attempts.js';
import { survive } from './load/survive.js';
import { idOf, USER_URN, versionOf, type ScimAnswer } from './world/scim-client.js';
import { isStopped, startSecondDirectory, type SecondDirectory } from './world/second-directory.js';
import { chooseSeed, seededRandom } from './world/seeded-random.js';
import { describeSystem, startWorld, type SystemWorld, type TestTenant } from './world/system-world.js';
import { waitForRest } from './world/wait-for-rest.js';

jest.setTimeout(120_000);

const seed = chooseSeed();

describeSystem(`what may come between a command and its effect (SEED=${seed})`, () => {
  let world: SystemWorld;
  let tenant: TestTenant;
  /** Undoes what a test did to the processes, also when it failed half-way. */
  const amends: (() => Promise<unknown> | undefined)[] = [];

  beforeAll(async () => {
    world = await startWorld();
  });

  beforeEach(async () => {
    tenant = await world.newTenant();
    await untilServed();
  });

  afterEach(async () => {
    for (const amend of amends.splice(0).reverse()) await amend();
  });

  afterAll(async () => {
    await world.close();
  });

  const user = (name: string): object => ({
    schemas: [USER_URN],
    userName: `${name}@example.com`,
    displayName: name,
  });

  function commands(type: CommandType): readonly ReceivedRecord[] {
    const all = world.tap.records(COMMANDS_TOPIC);
    return all.filter(({ headers }) => headers.ce_tenantid === tenant.tenantId && headers.ce_type === type);
  }

  async function operations(): Promise<readonly { id: string; state: string; cause: string | null }[]> {
    const sql = 'select id, state, cause from directory.operations where tenant_id = $1 order by id';
    return (
      await world.database.query<{ id: string; state: string; cause: string | null }>(sql, [tenant.tenantId])
    ).rows;
  }

  /** What is wrong at rest, apart from users whose creation was not recorded in a history. */
  async function problemsAtRest(): Promise<Problem[]> {
    const state = await waitForRest(world, tenant);
    return checkHistory([], state).filter(({ rule }) => rule !== 'create-from-nowhere');
  }

  async function names(): Promise<readonly string[]> {
    return (await waitForRest(world, tenant)).users.map(({ displayName }) => displayName ?? '').sort();
  }

  /** Freezes the directory; what is sent meanwhile waits in the log. */
  function freezeDirectory(): () => void {
    const pid = world.stack.state().pids['directory'] ?? 0;
    process.kill(pid, 'SIGSTOP');
    const thaw = (): void => void process.kill(pid, 'SIGCONT');
    amends.push(async () => thaw());
    return thaw;
  }

  /** A restarted service is met by connections that are no more; whoever is refused comes again, as connectors do. */
  async function untilServed(): Promise<void> {
    await until('the gateway serves', async () => (await tenant.client.get('/Users?count=0')).status === 200);
  }

  async function append(record: OutgoingRecord): Promise<void> {
    const log = openKafkaEventLog({ brokers: [world.stack.state().kafkaBrokers ?? ''], clientId: 'replay' });
    const appender = await log.openAppender({ name: 'replay' });
    await appender.append([record]);
    await log.close();
  }

  it('a service that says it is ready can be asked', async () => {
    const { adminUrl, notifierUrl } = world.stack.state();
    for (let start = 1; start <= 2; start += 1) {
      await Promise.all([world.stack.restart('directory'), world.stack.restart('notifier')]);
      const answers = await Promise.all([fetch(adminUrl), fetch(notifierUrl)]);
      expect(answers.map(({ status }) => status)).toEqual([expect.any(Number), expect.any(Number)]);
    }
  });

  it('a command that comes again, or too late, brings no deleted user back', async () => {
    const id = idOf(await tenant.client.post('/Users', user('ann')));
    expect(await tenant.client.delete(`/Users/${id}`)).toMatchObject({ status: 204 });
    await until('the create was read along', () => commands('user.create.requested').length === 1);
    const [create] = commands('user.create.requested') as [ReceivedRecord];
    const { key, value, headers } = create;
    const thaw = freezeDirectory();
    const lateId = `${headers.ce_id?.slice(0, 24)}${randomUUID().slice(24)}`;
    await append({ topic: COMMANDS_TOPIC, key, value, headers });
    await append({ topic: COMMANDS_TOPIC, key, value, headers: { ...headers, ce_id: lateId } });
    await until('both are in the log', () => commands('user.create.requested').length === 3);
    const appendedAt = commands('user.create.requested').at(-1)?.timestampMs ?? 0;
    await until('they waited for too long', () => Date.now() > appendedAt + COMMAND_EXPIRY_MS + 200);
    thaw();
    await until('the late one is decided', async () =>
      (await operations()).some((each) => each.id === lateId),
    );
    const outcomes = new Map((await operations()).map(({ id: commandId, state }) => [commandId, state]));
    expect(outcomes.get(lateId)).toBe('expired');
    expect(outcomes.get(headers.ce_id ?? '')).toBe('applied');
    expect(await tenant.client.get(`/Users/${id}`)).toMatchObject({ status: 404 });
    expect(await names()).toEqual([]);
    expect(await problemsAtRest()).toEqual([]);
    const told = world.tap.records(USER_EVENTS_TOPIC).filter((record) => record.key?.endsWith(id));
    // Each at least once.
    expect(new Set(told.map((record) => record.headers.ce_version))).toEqual(new Set(['1', '2']));
  });

  it('a write that its gateway withdrew is never applied, and its repetition is applied once', async () => {
    // The first transaction hangs for longer than the gateway waits; what comes after it waits behind it.
    await world.stack.restart('directory', { FAILPOINTS: 'directory.before-commit=delay:9500*1' });
    await untilServed();
    const first = tenant.client.post('/Users', user('ann'));
    await until('the first is in the log', () => commands('user.create.requested').length === 1);
    const answers = await Promise.all([first, tenant.client.post('/Users', user('bob'))]);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 503,
        body: { detail: expect.stringContaining('withdrawn: nothing was changed') },
      });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(await names()).toEqual([]);
    expect((await operations()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(await tenant.client.post('/Users', user('ann'))).toMatchObject({ status: 201 });
    expect(await names()).toEqual(['ann']);
    expect(await problemsAtRest()).toEqual([]);
  });

  it('a token that was revoked while its command waited has no effect any more', async () => {
    await untilServed();
    const thaw = freezeDirectory();
    const answer = tenant.client.post('/Users', user('ann'));
    await until('the command is in the log', () => commands('user.create.requested').length === 1);
    await world.database.query('update directory.tokens set revoked_at = now() where token_id = $1', [
      tenant.tokenId,
    ]);
    thaw();
    expect(await answer).toMatchObject({ status: 401, body: { detail: expect.stringContaining('revoked') } });
    expect(await operations()).toMatchObject([{ state: 'rejected', cause: 'token_revoked' }]);
    const { rows } = await world.database.query('select id from directory.users where tenant_id = $1', [
      tenant.tenantId,
    ]);
    expect(rows).toEqual([]);
    await until('its admin is told', async () => {
      const { failures, mails } = await waitForRest(world, tenant);
      return failures.length === 1 && mails.some(({ state }) => state === 'sent');
    });
  });

  it('an answer whose reply is lost is looked up', async () => {
    const id = idOf(await tenant.client.post('/Users', user('ann')));
    await world.stack.restart('gateway', { FAILPOINTS: 'gateway.before-reply=throw' });
    amends.push(() => world.stack.restart('gateway'));
    await untilServed();
    const timed = async (send: Promise<ScimAnswer>): Promise<{ status: number; ms: number }> => {
      const startedAt = performance.now();
      const { status } = await send;
      return { status, ms: performance.now() - startedAt };
    };
    const answers = await Promise.all([
      timed(tenant.client.post('/Users', user('bob'))),
      timed(tenant.client.patch(`/Users/${id}`, [{ op: 'replace', path: 'displayName', value: 'ann 2' }])),
      timed(tenant.client.post('/Groups', { displayName: 'G', members: [{ value: id }] })),
      timed(tenant.client.delete(`/Users/${randomUUID()}`)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 201, 404]);
    for (const { ms } of answers) {
      expect(ms).toBeGreaterThan(900);
      expect(ms).toBeLessThan(3_500);
    }
    const metrics = await (await fetch(world.stack.state().metrics.gateway)).text();
    expect(metrics).toMatch(/^muster_replies_recovered_total\S* 4$/m);
    expect(await names()).toEqual(['ann 2', 'bob']);
  });

  /** Lets the gateway ask this directory from now on. */
  async function pointGatewayAt(url: string): Promise<void> {
    await world.stack.restart('gateway', { DIRECTORY_URL: url });
  }

  async function takeOver(): Promise<SecondDirectory> {
    const second = await startSecondDirectory(world.stack);
    const own = world.stack.state().adminUrl;
    amends.push(
      () => pointGatewayAt(own),
      () => second.stop(),
    );
    return second;
  }

  /** Resolves when the directory has met the failpoint, which under load may be before it is ready. */
  async function restartFrozen(failpoint: string): Promise<number> {
    const before = world.stack.state().pids['directory'] ?? 0;
    await world.stack.hold('directory');
    const ready = world.stack.release('directory', { FAILPOINTS: failpoint });
    ready.catch(() => undefined);
    const frozen = await world.stack.waitForRestart('directory', before);
    amends.push(() => {
      process.kill(frozen, 'SIGCONT');
      return ready;
    });
    await until('it froze', () => isStopped(frozen));
    return frozen;
  }

  it('a directory that froze in its transaction applies nothing twice when it comes back', async () => {
    const trial = { name: 'frozen applier', world, random: seededRandom(seed), clients: 8, enough: 100 };
    await survive(trial, async (load) => {
      const frozen = await restartFrozen('directory.before-commit=stop*1');
      const second = await takeOver();
      await pointGatewayAt(second.url);
      const before = load.acknowledged();
      await until('the second one applies commands', () => load.acknowledged() > before + 50);
      process.kill(frozen, 'SIGCONT');
    });
  });

  it('a relay that froze before its append cannot write an old state over a new one', async () => {
    const id = idOf(await tenant.client.post('/Users', user('ann')));
    await world.stack.restart('directory', { FAILPOINTS: 'directory.before-publish=stop*1' });
    await untilServed();
    const frozen = world.stack.state().pids['directory'] ?? 0;
    amends.push(async () => process.kill(frozen, 'SIGCONT'));
    const rename = (value: string): Promise<ScimAnswer> =>
      tenant.client.patch(`/Users/${id}`, [{ op: 'replace', path: 'displayName', value }]);
    const second = attempt(() => rename('ann 2'));
    await until('it froze with what it read from the outbox', () => isStopped(frozen));
    // Nothing is heard of it, so the server gives its lock to the other one; it does not know.
    const other = await takeOver();
    await second;
    await pointGatewayAt(other.url);
    const third = await untilSure(() => attempt(() => rename('ann 3')), 30_000);
    expect(third.answer).toMatchObject({ status: 200, body: { displayName: 'ann 3' } });
    const states = (): string[] =>
      world.tap
        .records(USER_STATE_TOPIC)
        .flatMap(({ key, headers }) => (key?.endsWith(id) ? [headers.ce_version ?? ''] : []));
    await until('the new state is told', () => states().at(-1) === '3');
    process.kill(frozen, 'SIGCONT');
    const log = join(world.stack.home, 'log', 'directory.log');
    const isFenced = (): boolean => readFileSync(log, 'utf8').includes('another relay took over');
    await until('the frozen one learns of it, or writes', () => isFenced() || states().length > 3);
    expect(states()).toEqual(['1', '2', '3']);
    expect(await problemsAtRest()).toEqual([]);
  });

  it('a group of 100,000 members is replaced beside the writes of others, not before them', async () => {
    const count = 100_000;
    const { rows } = await world.database.query<{ ids: string[] }>(
      `with made as (
         insert into directory.users (tenant_id, id, version, user_name_key, active, document, created_at, last_modified, created_by)
         select $1, gen_random_uuid(), 1, 'seed-' || n, true, jsonb_build_object('userName', 'seed-' || n), now(), now(), gen_random_uuid()
         from generate_series(1, $2) n returning id
       ) select array_agg(id::text) as ids from made`,
      [tenant.tenantId, count],
    );
    const groupId = idOf(await tenant.client.post('/Groups', { displayName: 'everybody' }));
    const members = (rows[0]?.ids ?? []).map((value) => ({ value }));
    const memberCount = async (): Promise<number> => {
      const sql = 'select count(*)::int as members from directory.group_members where group_id = $1';
      return (await world.database.query<{ members: number }>(sql, [groupId])).rows[0]?.members ?? 0;
    };
    const body = { displayName: 'everybody', members };
    const sentAt = performance.now();
    const replaced = untilSure(
      () => attempt(() => tenant.client.put(`/Groups/${groupId}?excludedAttributes=members`, body)),
      30_000,
    );
    await until('the replacement is in the log', () => commands('group.replace.requested').length > 0);
    let madeMeanwhile = 0;
    let slowestMs = 0;
    while ((await memberCount()) === 0) {
      const startedAt = performance.now();
      const made = await tenant.client.post('/Users', user(`new-${madeMeanwhile}`));
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      // A machine with much else to do may have to say "not now"; what counts is that others get through meanwhile.
      expect([201, 503]).toContain(made.status);
      if (made.status === 201) madeMeanwhile += 1;
    }
    const took = {
      replacedAfterMs: Math.round(performance.now() - sentAt),
      madeMeanwhile,
      slowestMs: Math.round(slowestMs),
    };
    process.stderr.write(`100,000 members: ${JSON.stringify(took)}\n`);
    expect(madeMeanwhile).toBeGreaterThan(5);
    expect(await memberCount()).toBe(count);
    // On a machine with much else to do the answer may be that nobody knows yet; the repetition finds nothing to change.
    expect([200, undefined]).toContain((await replaced).answer?.status);
    expect(versionOf(await tenant.client.get(`/Groups/${groupId}?excludedAttributes=members`))).toBe(2);
  });
});
