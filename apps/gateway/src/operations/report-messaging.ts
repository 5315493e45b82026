import { COMMANDS_TOPIC, FAILURES_TOPIC } from '@muster/contracts';
import type { MessagingMetrics } from '@muster/messaging';
import type { Metrics } from '@muster/telemetry';
import { COMMANDS_APPENDER, FAILURES_APPENDER } from '../commands/log-connection.js';

const topics: ReadonlyMap<string, string> = new Map([
  [COMMANDS_APPENDER, COMMANDS_TOPIC],
  [FAILURES_APPENDER, FAILURES_TOPIC],
]);

/** Puts what the messaging library reports under the declared names. */
export function reportMessaging(metrics: Metrics): MessagingMetrics {
  const seconds = metrics.histogram('producer_send_seconds');
  const batchSize = metrics.histogram('producer_batch_size');
  const failures = metrics.counter('producer_failures_total');
  return {
    appendSettled: (appender, records, durationMs, outcome) => {
      const topic = topics.get(appender) ?? appender;
      seconds.observe({ topic }, durationMs / 1_000);
      batchSize.observe({ topic }, records);
      if (outcome === 'failed') failures.inc({ topic, reason: 'failed' });
    },
  };
}
