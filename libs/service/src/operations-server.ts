import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '@muster/telemetry';
import type { HealthRegistry } from './health-registry.js';
import { listenerUrl } from './listener-url.js';

export interface OperationsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
}

export interface OperationsServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The listener for probes and scrapes, apart from the service's own so that a flood there cannot starve a probe here:
 * - `GET /livez`: 200 as long as the event loop turns; asks nothing of anyone.
 * - `GET /readyz`: 200 or 503 with the result of each check.
 * - `GET /metrics`: the Prometheus exposition.
 */
export async function startOperationsServer(options: OperationsServerOptions): Promise<OperationsServer> {
  const { health, metrics } = options;
  metrics.onCollect(async () => metrics.gauge('ready').set((await health.report()).ready ? 1 : 0));
  const server = createServer(
    { requestTimeout: 5_000, headersTimeout: 5_000, maxHeaderSize: 8_192 },
    (request, response) => {
      const path = (request.url ?? '').split('?', 1)[0];
      request.resume();
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answer(response, 405, 'text/plain', 'only GET\n');
      if (path === '/livez') return answer(response, 200, 'text/plain', 'alive\n');
      if (path === '/readyz') return void readiness(health, response);
      if (path === '/metrics') return void exposition(metrics, response);
      answer(response, 404, 'text/plain', 'one of /livez, /readyz, /metrics\n');
    },
  );
  server.maxConnections = 256;
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: listenerUrl(options.host, port),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readiness(health: HealthRegistry, response: ServerResponse): Promise<void> {
  const report = await health.report();
  answer(response, report.ready ? 200 : 503, 'application/json', `${JSON.stringify(report)}\n`);
}

async function exposition(metrics: Metrics, response: ServerResponse): Promise<void> {
  try {
    const { contentType, body } = await metrics.render();
    answer(response, 200, contentType, body);
  } catch {
    answer(response, 500, 'text/plain', 'the metrics could not be rendered\n');
  }
}

function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}
