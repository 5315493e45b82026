import { REPLIES_TOPIC, USER_EVENTS_TOPIC } from '@muster/contracts';
import type { MessagingMetrics } from '@muster/messaging';
import type { Metrics } from '@muster/telemetry';

/** Puts what the messaging library reports under the declared names. */
export function reportMessaging(metrics: Metrics): MessagingMetrics {
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
      // Appenders of the relay write to several topics; their users are the first of them.
      const topic = appender === 'directory-replies' ? REPLIES_TOPIC : USER_EVENTS_TOPIC;
      metrics.histogram('producer_send_seconds').observe({ topic }, durationMs / 1_000);
      metrics.histogram('producer_batch_size').observe({ topic }, records);
      if (outcome === 'failed') metrics.counter('producer_failures_total').inc({ topic, reason: 'failed' });
    },
    deadLettered: (topic, reason) => metrics.counter('dead_letters_total').inc({ topic, reason }),
  };
}
