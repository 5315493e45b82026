import { type Metrics } from '@muster/telemetry';
import { type MessagingMetrics } from '../ports/metrics.js';

/**
 * Puts what this library reports under the declared names of the platform's metrics.
 *
 * @param topicOf The topic that an appender, known by its name, is measured as.
 */
export function reportMessaging(metrics: Metrics, topicOf: (appender: string) => string): MessagingMetrics {
  const seconds = metrics.histogram('producer_send_seconds');
  const batchSize = metrics.histogram('producer_batch_size');
  const failures = metrics.counter('producer_failures_total');
  return {
    consumerLag: ({ topic, partition }, records, oldestAgeMs) => {
      metrics.gauge('consumer_lag_messages').set({ topic, partition }, records ?? 0);
      metrics
        .gauge('consumer_lag_seconds')
        .set({ topic, partition }, records === null ? 0 : oldestAgeMs / 1_000);
    },
    groupJoined: (group) => metrics.counter('consumer_rebalances_total').inc({ group }),
    consumerDied: (group) => metrics.counter('consumer_crashes_total').inc({ group }),
    appendSettled: (appender, records, durationMs, outcome) => {
      const topic = topicOf(appender);
      seconds.observe({ topic }, durationMs / 1_000);
      batchSize.observe({ topic }, records);
      if (outcome === 'failed') failures.inc({ topic, reason: 'failed' });
    },
    deadLettered: (topic, reason) => metrics.counter('dead_letters_total').inc({ topic, reason }),
  };
}
