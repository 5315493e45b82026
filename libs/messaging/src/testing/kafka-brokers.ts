import { describe } from '@jest/globals';

/** `host:port` of the Kafka that tests may use, from `KAFKA_BROKERS`; empty without it. */
export const testBrokers: readonly string[] = (process.env['KAFKA_BROKERS'] ?? '').split(',').filter(Boolean);

/** A suite that needs a real Kafka. Without one it is skipped, and says why; with `REQUIRE_KAFKA=1` its absence is an error. */
export function describeWithKafka(name: string, suite: () => void): void {
  if (testBrokers.length > 0) {
    describe(name, suite);
    return;
  }
  if (process.env['REQUIRE_KAFKA'] === '1') throw new Error('REQUIRE_KAFKA is set, but KAFKA_BROKERS is not');
  describe.skip(`${name} (skipped: KAFKA_BROKERS names no Kafka)`, suite);
}
