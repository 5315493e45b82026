import { NestPinoLogger } from './nest-pino-logger.js';
import { describe, expect, it } from '@jest/globals';
import { startTelemetry, extractTraceContext, tracer } from '@muster/telemetry';
import { createLogger, type LogFields, type Logger } from './create-logger.js';
import { scrubbed } from './log-fields.js';

function recording(level: 'debug' | 'info' = 'debug'): {
  logger: Logger;
  lines: () => Record<string, unknown>[];
} {
  const written: string[] = [];
  const destination = { write: (line: string): void => void written.push(line) };
  const logger = createLogger({ service: 'gateway', level, instanceId: 'one', destination });
  return { logger, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the logger', () => {
  it('writes JSON lines with level, time and service', () => {
    const { logger, lines } = recording();
    logger.info({ tenantId: 't-1', durationMs: 4 }, 'stored');
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        service: 'gateway',
        instanceId: 'one',
        tenantId: 't-1',
        durationMs: 4,
        message: 'stored',
      },
    ]);
  });

  it('keeps out every field that is not allowed, and names it', () => {
    const { logger, lines } = recording();
    const user = {
      userName: 'rita@example.test',
      password: 'hunter2',
      tenantId: 't-1',
    } as unknown as LogFields;
    logger.warn(user, 'odd');
    logger.child(user).error({}, 'odd again');
    expect(lines()).toEqual([
      expect.objectContaining({ tenantId: 't-1', refusedFields: ['userName', 'password'] }),
      expect.objectContaining({ tenantId: 't-1', refusedFields: ['userName', 'password'] }),
    ]);
    expect(JSON.stringify(lines())).not.toMatch(/rita|hunter2/);
  });

  it('says of an error its class, codes and frames, and its words without what looks personal', () => {
    const { logger, lines } = recording();
    const err = Object.assign(new TypeError('rita@example.test sent Bearer abc.def'), {
      code: 'X1',
      body: 'secret body',
    });
    logger.error({ err }, 'failed');
    logger.error({ err: 'rita@example.test' }, 'failed oddly');
    expect(lines()[0]?.['err']).toEqual({
      type: 'TypeError',
      code: 'X1',
      message: '***@*** sent Bearer ***',
      stack: expect.stringMatching(/^\s+at /),
    });
    expect(lines()[1]?.['err']).toEqual({ type: 'string' });
    expect(JSON.stringify(lines())).not.toMatch(/rita|abc\.def|secret body/);
  });

  it('carries the ids of the active trace', async () => {
    const telemetry = startTelemetry({
      service: 'gateway',
      version: '1',
      instanceId: 'one',
      samplingRatio: 0,
    });
    const { logger, lines } = recording();
    const parent = extractTraceContext({
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
    tracer.withContext(parent, () => logger.info({}, 'inside'));
    logger.info({}, 'outside');
    await telemetry.shutdown();
    expect(lines()[0]).toMatchObject({
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: '00f067aa0ba902b7',
    });
    expect(lines()[1]).not.toHaveProperty('trace_id');
  });

  it('says nothing below its level', () => {
    const { logger, lines } = recording('info');
    logger.debug({}, 'quiet');
    logger.trace({}, 'quieter');
    logger.fatal({}, 'loud');
    expect(lines().map(({ level }) => level)).toEqual(['fatal']);
  });
});

describe('NestPinoLogger', () => {
  it('takes what Nest says, with its context, scrubbed, its news only for debugging', () => {
    const { logger, lines } = recording();
    const nest = new NestPinoLogger(logger);
    nest.log('Mapped {/admin, GET} route', 'RouterExplorer');
    nest.error('token mst_abc123 refused', 'Error: x\n    at y', 'ExceptionsHandler');
    nest.warn(new RangeError('rita@example.test'));
    nest.debug({ body: 'secret' });
    expect(lines().map(({ level, context, message }) => [level, context, message])).toEqual([
      ['debug', 'RouterExplorer', 'Mapped {/admin, GET} route'],
      ['error', 'ExceptionsHandler', 'token mst_*** refused'],
      ['warn', undefined, 'RangeError'],
      ['debug', undefined, 'a message that is not text'],
    ]);
    expect(JSON.stringify(lines())).not.toMatch(/abc123|rita|secret/);
  });
});

describe('scrubbed', () => {
  it.each([
    ['mail to rita.hill+x@example.co.test failed', 'mail to ***@*** failed'],
    ['Authorization: Bearer eyJ.abc-_=', 'Authorization: Bearer ***'],
    ['postgresql://app:hunter2@db:5432/x', 'postgresql://[***]db:5432/x'],
    ['token mst_9aZ-_k expired', 'token mst_*** expired'],
    ['nothing to hide at 10:30', 'nothing to hide at 10:30'],
  ])('%s', (text, expected) => {
    expect(scrubbed(text)).toBe(expected);
  });

  it('cuts and stays fast on long text', () => {
    const startedAt = performance.now();
    expect(scrubbed('a@'.repeat(500_000)).length).toBeLessThanOrEqual(500);
    expect(scrubbed(`${'a'.repeat(1_000_000)}@b`).length).toBeLessThanOrEqual(500);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});
