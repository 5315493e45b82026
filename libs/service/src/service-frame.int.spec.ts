import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createMetrics } from '@muster/telemetry';
import { createLogger } from './create-logger.js';
import type { StopPhase } from './graceful-stop.js';
import { parseConfig } from './parse-config.js';
import { ServiceConfig } from './service-config.js';
import { createServiceFrame, type ServiceFrame, type ServiceOverrides } from './service-frame.js';

const environment = { LOG_LEVEL: 'silent', INTERNAL_TOKEN: 'an-internal-token-of-32-characters!' };

/** Stopped after the test that made them, however it ends. */
const made: ServiceFrame[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map(({ stop }) => stop.stop()));
});

function frameOf(given: ServiceOverrides = {}, env: Readonly<Record<string, string>> = {}): ServiceFrame {
  const config = parseConfig({ ...environment, ...env }, ServiceConfig);
  const metrics = createMetrics('spec', { processMetrics: false });
  const frame = createServiceFrame('spec', config, { metrics, ...given });
  made.push(frame);
  return frame;
}

/** Notes when the steps of a stop are run, each named after its phase. */
function addSteps({ stop }: ServiceFrame, phases: readonly StopPhase[], ran: string[]): void {
  for (const phase of phases) stop.add({ phase, name: phase, run: () => void ran.push(phase) });
}

describe('the frame of a service', () => {
  it('is not ready before the parts are open, whatever the checks say that are there by then', async () => {
    const frame = frameOf();
    frame.health.register('database', () => undefined);
    const service = await frame.start(async () => {
      expect(await frame.health.report()).toMatchObject({
        ready: false,
        checks: { start: { ok: false }, database: { ok: true } },
      });
      return { port: 4_711 };
    });
    expect(service).toMatchObject({ url: 'http://127.0.0.1:4711', port: 4_711 });
    expect(service.operationsUrl).toBe(`http://127.0.0.1:${service.operationsPort}`);
    expect((await fetch(`${service.operationsUrl}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${service.operationsUrl}/metrics`)).text()).toContain(
      'muster_ready{service="spec"} 1',
    );
  });

  it('says that it stops before the parts do, and answers probes until they have', async () => {
    const frame = frameOf();
    const seen: [string, number][] = [];
    const service = await frame.start(async () => ({ port: 0 }));
    for (const phase of ['accept', 'drain', 'disconnect'] as const) {
      const run = async (): Promise<void> => {
        seen.push([phase, (await fetch(`${service.operationsUrl}/readyz`)).status]);
      };
      frame.stop.add({ phase, name: 'a part', run });
    }
    await Promise.all([service.close(), service.close()]);
    expect(seen).toEqual([
      ['accept', 503],
      ['drain', 503],
      ['disconnect', 503],
    ]);
    await expect(fetch(`${service.operationsUrl}/livez`)).rejects.toThrow();
  });

  it('stops what is open where a part cannot be opened, and says why', async () => {
    const frame = frameOf();
    const ran: string[] = [];
    addSteps(frame, ['flush', 'disconnect'], ran);
    const start = frame.start(async () => {
      addSteps(frame, ['drain'], ran);
      throw new Error('no such schema');
    });
    await expect(start).rejects.toThrow('no such schema');
    expect(ran).toEqual(['drain', 'disconnect', 'flush']);
    expect(await frame.health.report()).toMatchObject({ ready: false, stopping: true });
  });

  it('opens no part where it cannot answer probes', async () => {
    const other = await frameOf().start(async () => ({ port: 0 }));
    const frame = frameOf({}, { METRICS_PORT: String(other.operationsPort) });
    const ran: string[] = [];
    addSteps(frame, ['disconnect'], ran);
    const start = frame.start(async () => {
      ran.push('opened');
      return { port: 0 };
    });
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(ran).toEqual(['disconnect']);
  });

  it('closes its own metrics, and leaves given ones to whoever brought them', async () => {
    const config = parseConfig(environment, ServiceConfig);
    const given = createMetrics('given', { processMetrics: false });
    const closed: string[] = [];
    jest.spyOn(given, 'close').mockImplementation(() => void closed.push('given'));
    const frames = {
      own: createServiceFrame('own', config, {}),
      given: createServiceFrame('given', config, { metrics: given }),
    };
    made.push(...Object.values(frames));
    const close = frames.own.metrics.close.bind(frames.own.metrics);
    jest.spyOn(frames.own.metrics, 'close').mockImplementation(() => {
      closed.push('own');
      close();
    });
    for (const frame of Object.values(frames)) await (await frame.start(async () => ({ port: 0 }))).close();
    expect(closed).toEqual(['own']);
  });

  it('logs the death of a part, unless somebody else wants to know', () => {
    const lines: string[] = [];
    const destination = { write: (line: string): void => void lines.push(line) };
    const logger = createLogger({ service: 'spec', level: 'info', destination });
    frameOf({ logger }).fatal('the consumer died', new RangeError('gone'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'fatal', reason: 'the consumer died', message: 'a part of the service has died' },
    ]);
    const heard: string[] = [];
    frameOf({ logger, fatal: (reason) => heard.push(reason) }).fatal('the inbox died');
    expect(heard).toEqual(['the inbox died']);
    expect(lines).toHaveLength(1);
  });
});
