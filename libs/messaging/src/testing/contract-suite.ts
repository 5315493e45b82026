import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventLog } from '../ports/event-log.js';
import { appendingSuite } from './appending-suite.js';
import { createTopic, openReader, textRecord } from './contract-world.js';
import { fencingSuite } from './fencing-suite.js';
import { inboxSuite } from './inbox-suite.js';
import { subscriptionSuite } from './subscription-suite.js';

/** What a part of the suite works with. */
export interface ContractSubject {
  /** The log under test, open while the tests run. */
  readonly log: () => EventLog;
}

/** One test may wait for a rebalance or two on a loaded machine. */
const TEST_TIMEOUT_MS = 60_000;

/**
 * What every event log promises. `open` gives a new connection to one and the same log. Run it in the spec of an adapter.
 */
export function describeEventLogContract(name: string, open: () => Promise<EventLog>): void {
  describe(`${name} keeps the contract of an event log`, () => {
    let log: EventLog;
    const subject: ContractSubject = { log: () => log };

    beforeAll(async () => {
      log = await open();
    }, TEST_TIMEOUT_MS);

    afterAll(async () => {
      await log.close();
    }, TEST_TIMEOUT_MS);

    describe('topics', () => {
      it(
        'are created once, however often that is asked for',
        async () => {
          const topic = await createTopic(log, 3);
          await Promise.all([1, 2].map(() => log.createTopics([{ topic, partitions: 3, config: {} }])));
          const appender = await log.openAppender({ name: 'contract' });
          await appender.append([textRecord(topic, 'a', 'kept')]);
          await log.createTopics([{ topic, partitions: 3, config: {} }]);
          const reader = await openReader(log, { topics: [topic] });
          expect([...(reader.joins[0]?.get(topic) ?? [])].sort()).toEqual([0, 1, 2]);
          await reader.subscription.close();
          await appender.close();
        },
        TEST_TIMEOUT_MS,
      );

      it('answer a ping', async () => {
        await expect(log.ping()).resolves.toBeUndefined();
      });
    });

    describe('appending', () => {
      appendingSuite(subject, TEST_TIMEOUT_MS);
    });
    describe('subscriptions', () => {
      subscriptionSuite(subject, TEST_TIMEOUT_MS);
    });
    describe('inboxes', () => {
      inboxSuite(subject, TEST_TIMEOUT_MS);
    });
    describe('fenced appenders', () => {
      fencingSuite(subject, TEST_TIMEOUT_MS);
    });

    describe('closing', () => {
      it(
        'closes everything that was opened, twice without harm',
        async () => {
          const own = await open();
          const topic = await createTopic(own, 1);
          const appender = await own.openAppender({ name: 'contract' });
          const fenced = await own.openFencedAppender({ transactionalId: topic });
          const reader = await openReader(own, { topics: [topic] });
          await Promise.all([own.close(), own.close()]);
          await own.close();
          expect(reader.subscription.isAlive()).toBe(false);
          expect(reader.deaths).toEqual([]);
          await expect(appender.append([textRecord(topic, 'k', 'late')])).rejects.toThrow();
          await expect(fenced.append([textRecord(topic, 'k', 'late')])).rejects.toThrow();
          await Promise.all([appender.close(), fenced.close(), reader.subscription.close()]);
        },
        TEST_TIMEOUT_MS,
      );
    });
  });
}
