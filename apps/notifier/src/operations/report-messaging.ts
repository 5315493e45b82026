import { FAILURES_TOPIC } from '@muster/contracts';
import type { MessagingMetrics } from '@muster/messaging';
import type { Metrics } from '@muster/telemetry';

/** Puts what the messaging library reports under the declared names. */
export function reportMessaging(metrics: Metrics): MessagingMetrics {
  return {
    consumerLag: ({ topic, partition }, records, oldestAgeMs) => {
      metrics.gauge('consumer_lag_messages').set({ topic, partition }, records ?? 0);
      metrics.gauge('consumer_lag_seconds').set({ topic, partition }, records === null ? 0 : oldestAgeMs / 1_000);
    },
    appendSettled: (_appender, records, durationMs, outcome) => {
      const topic = `${FAILURES_TOPIC}.dlq`;
      metrics.histogram('producer_send_seconds').observe({ topic }, durationMs / 1_000);
      metrics.histogram('producer_batch_size').observe({ topic }, records);
      if (outcome === 'failed') metrics.counter('producer_failures_total').inc({ topic, reason: 'failed' });
    },
  };
}
