import { readFileSync } from 'node:fs';
import { runService } from '@muster/service';
import { startTelemetry } from '@muster/telemetry';
import { parseDirectoryConfig } from './config.js';
import { startDirectory } from './start-directory.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

await runService({
  name: 'directory',
  start: async ({ logger, fatal }) => {
    const config = parseDirectoryConfig(process.env);
    const telemetry = startTelemetry({
      service: 'directory',
      version,
      instanceId: config.instanceId,
      endpoint: config.otlpEndpoint,
      samplingRatio: config.samplingRatio,
      onProblem: (reason) => logger.warn({ reason }, 'traces cannot be exported'),
    });
    const directory = await startDirectory(config, { logger, fatal });
    logger.info({ address: directory.url, port: directory.port }, 'the directory is open');
    return {
      close: async () => {
        await directory.close();
        await telemetry.shutdown();
      },
    };
  },
});
