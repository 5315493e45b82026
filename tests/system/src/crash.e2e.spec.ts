import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { FAILURES_TOPIC, USER_EVENTS_TOPIC, decodeFailure } from '@muster/contracts';
import { until } from '@muster/messaging/testing';
import { type ProgramName } from '@muster/stack';
import { checkHistory } from './history/check-history.js';
import { type ClientLoad } from './load/client-load.js';
import { survive, type Trial } from './load/survive.js';
import { caughtMails } from './world/caught-mails.js';
import { USER_URN } from './world/scim-client.js';
import { chooseSeed, seededRandom, type SeededRandom } from './world/seeded-random.js';
import { describeSystem, startWorld, type SystemWorld } from './world/system-world.js';
import { waitForRest } from './world/wait-for-rest.js';

jest.setTimeout(120_000);

const seed = chooseSeed();
const CLIENTS = 8;
const ENOUGH = 200;

describeSystem(`acknowledged writes while processes are killed (SEED=${seed})`, () => {
  let world: SystemWorld;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(async () => {
    await world.close();
  });

  const trial = (name: string): Trial => ({
    name,
    world,
    random: seededRandom(seed),
    clients: CLIENTS,
    enough: ENOUGH,
  });

  async function killUnderLoad(name: ProgramName): Promise<void> {
    const pid = world.stack.state().pids[name] ?? 0;
    world.stack.kill(name);
    await world.stack.waitForRestart(name, pid);
  }

  async function killAtRandom(name: ProgramName, load: ClientLoad, random: SeededRandom): Promise<void> {
    for (let death = 1; death <= 3; death += 1) {
      const wanted = load.acknowledged() + 1 + random.below(ENOUGH);
      await until(`${name} is in the middle of something`, () => load.acknowledged() > wanted);
      await killUnderLoad(name);
    }
  }

  it('survives the death of the directory between its commit and its replies', async () => {
    await survive(trial('after commit'), () =>
      world.stack.restart('directory', { FAILPOINTS: 'directory.after-commit=kill*1' }),
    );
  });

  it('survives the death of the directory right before its commit', async () => {
    await survive(trial('before commit'), () =>
      world.stack.restart('directory', { FAILPOINTS: 'directory.before-commit=kill*1' }),
    );
  });

  it('survives the death of the relay between its read and its append', async () => {
    await survive(trial('before publish'), () =>
      world.stack.restart('directory', { FAILPOINTS: 'directory.before-publish=kill*1' }),
    );
  });

  it('survives the death of the relay between its append and its delete, and tells facts again under the same id', async () => {
    const tenant = await survive(trial('after publish'), () =>
      world.stack.restart('directory', { FAILPOINTS: 'directory.after-publish=kill*1' }),
    );
    const facts = world.tap
      .records(USER_EVENTS_TOPIC)
      .filter(({ headers }) => headers.ce_tenantid === tenant.tenantId);
    const ids = facts.map(({ headers }) => headers.ce_id);
    expect(ids.length).toBeGreaterThan(new Set(ids).size);
  });

  it('survives the death of the gateway at any moment, several times', async () => {
    await survive(trial('gateway'), (load, random) => killAtRandom('gateway', load, random));
  });

  it('survives the death of Kafka', async () => {
    await survive(trial('kafka'), () => killUnderLoad('kafka'));
  });

  it('survives the death of Postgres at any moment, several times', async () => {
    await survive(trial('postgres'), (load, random) => killAtRandom('postgres', load, random));
  });

  it('survives that Postgres is away for a while', async () => {
    await survive(trial('postgres away'), async (load) => {
      await world.stack.hold('postgres');
      const before = load.troubles();
      await until('clients are told to come again', () => load.troubles() > before + CLIENTS);
      await world.stack.release('postgres');
    });
  });

  it('survives the death of the notifier between the 250 of the mail server and its own mark', async () => {
    const tenant = await world.newTenant();
    await world.stack.restart('notifier', { FAILPOINTS: 'notifier.after-smtp=kill*1' });
    const pid = world.stack.state().pids['notifier'] ?? 0;
    for (const name of ['ann', 'bob', 'cleo']) {
      const userName = `${name}@stranger.example`;
      const answer = await tenant.client.post('/Users', { schemas: [USER_URN], userName });
      expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    }
    await world.stack.waitForRestart('notifier', pid);
    const state = await waitForRest(world, tenant);
    expect(checkHistory([], state)).toEqual([]);
    expect(state.failures).toHaveLength(3);
    const mails = await caughtMails(world, tenant);
    // The one that was taken and not marked came again, word for word under its own id; no other mail did.
    const copies = [...Map.groupBy(mails, ({ messageId }) => messageId).values()]
      .map((some) => some.length)
      .sort();
    expect(copies.at(-1)).toBe(2);
    expect(copies.slice(0, -1).every((count) => count === 1)).toBe(true);
  });

  it('enters each refusal of the gateway once, although the directory dies while it reads them', async () => {
    const tenant = await world.newTenant();
    const published = () =>
      world.tap
        .records(FAILURES_TOPIC)
        .map(decodeFailure)
        .filter(({ tenantId, cause }) => tenantId === tenant.tenantId && cause === 'domain_not_registered')
        .map(({ failureId }) => failureId);
    const entered = async (): Promise<string[]> => {
      const { rows } = await world.database.query<{ id: string }>(
        `select id from directory.operations where tenant_id = $1 and cause = 'domain_not_registered'`,
        [tenant.tenantId],
      );
      return rows.map(({ id }) => id);
    };
    let isOver = false;
    let refused = 0;
    const client = async (name: string): Promise<void> => {
      for (let n = 0; !isOver; n += 1) {
        const userName = `${name}${n}@stranger.example`;
        const { status } = await tenant.client.post('/Users', { schemas: [USER_URN], userName });
        if (status === 400) refused += 1;
      }
    };
    const clients = ['ann', 'bob', 'cleo'].map(client);
    for (let death = 1; death <= 2; death += 1) {
      const wanted = (await entered()).length + 20;
      await until('the directory is in the middle of it', async () => (await entered()).length > wanted);
      await killUnderLoad('directory');
    }
    isOver = true;
    await Promise.all(clients);
    await until('all of them are in the log', () => published().length >= refused);
    await until('all of them are entered', async () => (await entered()).length >= published().length);
    expect(refused).toBeGreaterThan(40);
    expect((await entered()).sort()).toEqual(published().sort());
  });
});
