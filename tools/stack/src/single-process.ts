import { parseDirectoryConfig, startDirectory } from '@muster/directory';
import { parseGatewayConfig, startGateway } from '@muster/gateway';
import { openInProcessEventLog } from '@muster/messaging';
import { parseNotifierConfig, startNotifier } from '@muster/notifier';
import { type RunningService, runService } from '@muster/service';
import { parseServiceEnvironments } from './supervisor/service-environment.js';

/** All services in one process, where no Kafka is to be had: the same programs over an event log in memory. Facts wait in the outbox meanwhile. */
await runService({
  name: 'muster',
  start: async ({ logger, fatal }) => {
    const environments = parseServiceEnvironments(process.env['MUSTER_SERVICE_ENVIRONMENTS']);
    const eventLog = openInProcessEventLog();
    const running: RunningService[] = [{ close: () => eventLog.close() }];
    const overrides = (service: string) => ({
      eventLog,
      logger: logger.child({ component: service }),
      fatal,
    });
    // Doors last, so that nothing is asked of a service that is not there; closed the other way round.
    running.unshift(
      await startDirectory(parseDirectoryConfig(environments.directory), overrides('directory')),
    );
    running.unshift(await startNotifier(parseNotifierConfig(environments.notifier), overrides('notifier')));
    running.unshift(await startGateway(parseGatewayConfig(environments.gateway), overrides('gateway')));
    return {
      close: async () => {
        for (const service of running) await service.close();
      },
    };
  },
});
