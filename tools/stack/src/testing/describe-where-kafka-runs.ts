import { describe } from '@jest/globals';
import { defaultCacheDir } from '../kafka/kafka-jars.js';
import { provideKafkaRequirements } from '../kafka/kafka-requirements.js';

const kafka = await provideKafkaRequirements({ cacheDir: defaultCacheDir() });

/** A suite that starts Kafka itself. Where that cannot be done it is skipped, with the reason; with `REQUIRE_KAFKA=1` that is an error. */
export function describeWhereKafkaRuns(name: string, suite: () => void): void {
  if (kafka.available) {
    describe(name, suite);
    return;
  }
  if (process.env['REQUIRE_KAFKA'] === '1')
    throw new Error(`REQUIRE_KAFKA is set, but there is ${kafka.missing}`);
  describe.skip(`${name} (skipped: ${kafka.missing})`, suite);
}
