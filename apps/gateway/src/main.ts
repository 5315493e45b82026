import { readFileSync } from 'node:fs';
import { runService } from '@muster/service';
import { startTelemetry } from '@muster/telemetry';
import { parseGatewayConfig } from './config.js';
import { startGateway } from './start-gateway.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

await runService({
  name: 'gateway',
  start: async ({ logger, fatal }) => {
    const config = parseGatewayConfig(process.env);
    const telemetry = startTelemetry({
      service: 'gateway',
      version,
      instanceId: config.instanceId,
      endpoint: config.otlpEndpoint,
      samplingRatio: config.samplingRatio,
      onProblem: (reason) => logger.warn({ reason }, 'traces cannot be exported'),
    });
    const gateway = await startGateway(config, { logger, fatal });
    logger.info({ address: gateway.url, port: gateway.port }, 'SCIM is served');
    return {
      close: async () => {
        await gateway.close();
        await telemetry.shutdown();
      },
    };
  },
});
