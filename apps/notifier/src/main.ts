import { readFileSync } from 'node:fs';
import { runService } from '@muster/service';
import { startTelemetry } from '@muster/telemetry';
import { parseNotifierConfig } from './config.js';
import { startNotifier } from './start-notifier.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

await runService({
  name: 'notifier',
  start: async ({ logger, fatal }) => {
    const config = parseNotifierConfig(process.env);
    const telemetry = startTelemetry({
      service: 'notifier',
      version,
      instanceId: config.instanceId,
      endpoint: config.otlpEndpoint,
      samplingRatio: config.samplingRatio,
      onProblem: (reason) => logger.warn({ reason }, 'traces cannot be exported'),
    });
    const notifier = await startNotifier(config, { logger, fatal });
    logger.info({ address: notifier.url, port: notifier.port }, 'failures are taken in');
    return {
      close: async () => {
        await notifier.close();
        await telemetry.shutdown();
      },
    };
  },
});
