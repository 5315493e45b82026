import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { USER_EVENTS_TOPIC, USER_STATE_TOPIC, topicContracts, type Fact } from '@muster/contracts';
import {
  InProcessEventLog,
  InProcessStore,
  RecordTooLargeError,
  type FencedAppender,
  type ReceivedRecord,
} from '@muster/messaging';
import { AdvisoryLock, openDatabase, type Database } from '@muster/persistence';
import { wherePostgres } from '@muster/persistence/testing';
import { createMetrics } from '@muster/telemetry';
import { CommandMaker, CommandWorld, eventually, queued } from '../../commands/testing/command-world.js';
import { RELAY_ROLE } from '../../schema/directory-roles.js';
import { PostgresOutboxStore } from '../adapters/postgres-outbox-store.js';
import { OutboxRelay, type OutboxRelayOptions } from './outbox-relay.js';

wherePostgres(describe)('the outbox relay', () => {
  let world: CommandWorld;
  let database: Database;
  let log: InProcessEventLog;
  const records: ReceivedRecord[] = [];
  const relays: OutboxRelay[] = [];
  const warnings: string[] = [];
  const alarms: string[] = [];

  beforeAll(async () => {
    world = await CommandWorld.open();
    database = openDatabase({ url: world.url, role: RELAY_ROLE, poolMax: 4, applicationName: 'relay' });
    log = new InProcessEventLog({ store: new InProcessStore() });
    await log.createTopics(topicContracts);
    await log.subscribe({
      groupId: 'reader',
      topics: [USER_EVENTS_TOPIC, USER_STATE_TOPIC],
      startFrom: 'earliest',
      onDeath: (error) => {
        throw error;
      },
      onBatch: (batch, context) => {
        records.push(...batch.records);
        for (const record of batch.records) context.finished(record.offset);
        return Promise.resolve();
      },
    });
  });
  afterAll(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    await log.close();
    await database.close();
    await world.close();
  });

  function relay(more: Partial<OutboxRelayOptions> = {}): OutboxRelay {
    const made = new OutboxRelay({
      shard: { index: 0, of: 1 },
      kinds: ['fact', 'failure'],
      store: new PostgresOutboxStore(database),
      lock: new AdvisoryLock({
        url: world.url,
        role: RELAY_ROLE,
        applicationName: 'relay-lock',
        name: 'spec.outbox',
      }),
      openAppender: () => log.openFencedAppender({ transactionalId: 'spec.outbox' }),
      metrics: createMetrics('directory'),
      warn: (message) => warnings.push(message),
      alarm: (message) => alarms.push(message),
      pollMs: 20,
      ...more,
    });
    relays.push(made);
    return made;
  }

  const depth = async () =>
    (await world.rows<{ count: number }>('select count(*)::int as count from directory.outbox'))[0]?.count;

  async function provision(users: number, changes: number): Promise<string[]> {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const applier = world.applier();
    const creates = Array.from({ length: users }, (_, index) =>
      queued(make.createUser(`user${index}@example.com`)),
    );
    applier.accept(creates);
    await Promise.all(creates.map((each) => each.outcome));
    const ids = creates.map((each) => each.command.resourceId);
    const patches = Array.from({ length: changes }, (_, round) =>
      ids.map((id) => queued(make.patchUser(id, { op: 'Replace', path: 'title', value: `round ${round}` }))),
    ).flat();
    applier.accept(patches);
    await Promise.all(patches.map((each) => each.outcome));
    await applier.stop();
    return ids;
  }

  const versionsOf = (id: string, topic: string) =>
    records
      .filter((record) => record.topic === topic && record.key?.endsWith(id) === true)
      .map((record) => (JSON.parse(record.value?.toString() ?? 'null') as Fact | null)?.version);

  it('publishes every fact, per resource in the order of versions, to both topics, and empties the outbox', async () => {
    const ids = await provision(25, 3);
    relay();
    await eventually(depth, (left) => left === 0);
    await eventually(
      async () => records.length,
      (count) => count >= ids.length * 8,
    );
    for (const id of ids) {
      expect(versionsOf(id, USER_EVENTS_TOPIC)).toEqual([1, 2, 3, 4]);
      expect(versionsOf(id, USER_STATE_TOPIC)).toEqual([1, 2, 3, 4]);
    }
    expect(warnings).toEqual([]);
    const [first] = records.filter((record) => record.topic === USER_EVENTS_TOPIC);
    expect(first?.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_type: 'directory.user.created.v1',
      ce_version: '1',
    });
  });

  it('stands by while another one holds the lock, and takes over when that stops', async () => {
    await Promise.all(relays.splice(0).map((each) => each.stop()));
    const [leader, standby] = [relay(), relay()];
    await provision(3, 0);
    await eventually(depth, (left) => left === 0);
    await leader.stop();
    const ids = await provision(3, 1);
    await eventually(depth, (left) => left === 0);
    for (const id of ids)
      await eventually(
        async () => versionsOf(id, USER_EVENTS_TOPIC),
        (versions) => versions.length === 2,
      );
    await standby.stop();
  });

  it('that lost its lock without noticing cannot write an old state over a new one', async () => {
    await Promise.all(relays.splice(0).map((each) => each.stop()));
    const paused = Promise.withResolvers<void>();
    const stalled = Promise.withResolvers<void>();
    const zombieAppends: Promise<unknown>[] = [];
    const zombie = relay({
      // It believes that it holds the lock for ever: what a stopped process believes when it wakes.
      lock: { tryAcquire: () => Promise.resolve(true), held: true, release: () => Promise.resolve() },
      openAppender: async () => {
        const appender = await log.openFencedAppender({ transactionalId: 'spec.outbox' });
        return {
          transactionalId: appender.transactionalId,
          close: () => appender.close(),
          append: async (batch) => {
            stalled.resolve();
            await paused.promise;
            const append = appender.append(batch);
            zombieAppends.push(append.catch((error: unknown) => error));
            return append;
          },
        } satisfies FencedAppender;
      },
    });
    const [id] = await provision(1, 0);
    await stalled.promise;
    relay();
    await eventually(depth, (left) => left === 0);
    const before = records.length;
    paused.resolve();
    await zombie.stop();
    expect(await Promise.all(zombieAppends)).toMatchObject([{ name: 'FencedError' }]);
    expect(versionsOf(id ?? '', USER_STATE_TOPIC)).toEqual([1]);
    expect(records.length).toBe(before);
  });

  it('repeats what it may not have deleted, and loses nothing', async () => {
    await Promise.all(relays.splice(0).map((each) => each.stop()));
    const ids = await provision(5, 0);
    const store = new PostgresOutboxStore(database);
    let failed = false;
    relay({
      store: {
        read: (...args) => store.read(...args),
        park: (...args) => store.park(...args),
        measure: (kinds) => store.measure(kinds),
        remove: async (seqs) => {
          if (!failed) {
            failed = true;
            throw new Error('the database went away after the append');
          }
          await store.remove(seqs);
        },
      },
    });
    await eventually(depth, (left) => left === 0);
    for (const id of ids) {
      const seen = await eventually(
        async () => versionsOf(id, USER_EVENTS_TOPIC),
        (versions) => versions.length === 2,
      );
      expect(seen).toEqual([1, 1]);
    }
  });

  it('sets a row aside that the log will not take, and goes on', async () => {
    await Promise.all(relays.splice(0).map((each) => each.stop()));
    const [first, second] = await provision(2, 0);
    relay({
      openAppender: async () => {
        const appender = await log.openFencedAppender({ transactionalId: 'spec.outbox' });
        return {
          transactionalId: appender.transactionalId,
          close: () => appender.close(),
          append: (batch) =>
            batch.some((record) => record.key?.endsWith(first ?? '') === true)
              ? Promise.reject(new RecordTooLargeError('too large'))
              : appender.append(batch),
        };
      },
    });
    await eventually(depth, (left) => left === 0);
    expect(await world.rows('select kind from directory.outbox_parked')).toEqual([{ kind: 'fact' }]);
    expect(alarms).toEqual(['an outbox row is too large for its topic and was set aside']);
    await eventually(
      async () => versionsOf(second ?? '', USER_EVENTS_TOPIC),
      (versions) => versions.length === 1,
    );
  });
});
