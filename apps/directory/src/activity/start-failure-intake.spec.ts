import { describe, expect, it } from '@jest/globals';
import { FAILURES_TOPIC, failureRecord } from '@muster/contracts';
import { InProcessStore, openInProcessEventLog, type EventLog } from '@muster/messaging';
import { until } from '@muster/messaging/testing';
import { createLogger } from '@muster/service';
import { createMetrics } from '@muster/telemetry';
import type { RefusedRequests } from './application/refused-requests.js';
import { startFailureIntake, type FailureIntake } from './start-failure-intake.js';
import { gatewayFailure } from './testing/gateway-failure.js';

/** What was entered, and a way to keep the next statement waiting. */
class RecordedRequests implements RefusedRequests {
  readonly ids: string[] = [];
  begun = 0;
  gate: Promise<void> = Promise.resolve();

  async enter(requests: Parameters<RefusedRequests['enter']>[0]): Promise<void> {
    this.begun += 1;
    await this.gate;
    this.ids.push(...requests.map(({ id }) => id));
  }
}

function start(eventLog: EventLog, requests: RefusedRequests): FailureIntake {
  return startFailureIntake({
    eventLog,
    requests,
    deadLetters: { setAside: async () => true },
    metrics: createMetrics('directory', { processMetrics: false }),
    logger: createLogger({ service: 'directory', level: 'silent' }),
    onDeath: (error) => {
      throw error;
    },
  });
}

async function publish(eventLog: EventLog): Promise<string> {
  const failure = gatewayFailure();
  const appender = await eventLog.openAppender({ name: 'spec' });
  await appender.append([failureRecord(failure)]);
  await appender.close();
  return failure.failureId;
}

describe('the intake of failures', () => {
  it('starts before there is a topic, and goes on where it stopped', async () => {
    const store = new InProcessStore();
    const eventLog = openInProcessEventLog({ store });
    const requests = new RecordedRequests();
    const intake = start(eventLog, requests);
    await until('there is a topic', async () => {
      const appended = await publish(eventLog).catch(() => null);
      return appended !== null;
    });
    await until('it was read', () => requests.ids.length === 1);
    await intake.close();

    const meanwhile = await publish(eventLog);
    const second = start(eventLog, requests);
    await until('the next was read', () => requests.ids.includes(meanwhile));
    expect(requests.ids).toHaveLength(2);
    await second.close();
    await eventLog.close();
  });

  it('finishes what it began before it is closed', async () => {
    const eventLog = openInProcessEventLog();
    const requests = new RecordedRequests();
    const gate = Promise.withResolvers<void>();
    requests.gate = gate.promise;
    const intake = start(eventLog, requests);
    await eventLog.createTopics([{ topic: FAILURES_TOPIC, partitions: 6, config: {} }]);
    const id = await publish(eventLog);
    await until('it is being entered', () => requests.begun === 1);
    const closed = intake.close();
    gate.resolve();
    await closed;
    expect(requests.ids).toEqual([id]);
    await eventLog.close();
  });
});
