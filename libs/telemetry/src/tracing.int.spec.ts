import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spanNames } from './names.js';
import { startTelemetry, type Telemetry } from './start-telemetry.js';
import { startOtlpSink, type OtlpSink } from './testing/index.js';
import {
  currentTraceIds,
  currentTraceparent,
  extractTraceContext,
  injectTraceContext,
  isSampled,
} from './trace-context.js';
import { activeContext, rootContext, tracer } from './tracer.js';

// Many test files share two cores and one server.
jest.setTimeout(30_000);

const sampledElsewhere = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const unsampledElsewhere = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

describe('tracing', () => {
  let sink: OtlpSink;
  let telemetry: Telemetry;

  const start = (samplingRatio: number, endpoint: string | undefined = sink.endpoint): Telemetry =>
    startTelemetry({
      service: 'directory',
      version: '1',
      instanceId: 'one',
      samplingRatio,
      endpoint,
      exportDelayMs: 5,
    });

  beforeAll(async () => {
    sink = await startOtlpSink();
  });
  beforeEach(() => {
    sink.clear();
    telemetry = start(1);
  });
  afterEach(() => telemetry.shutdown());
  afterAll(() => sink.close());

  const restart = async (samplingRatio: number, endpoint?: string): Promise<void> => {
    await telemetry.shutdown();
    telemetry = start(samplingRatio, endpoint);
  };

  it('carries one trace through a request, a message and what the message causes', async () => {
    const message = await tracer.withSpan('POST /Users', { kind: 'server', parent: rootContext }, () =>
      tracer.withSpan(spanNames.send('commands'), { kind: 'producer' }, async () => {
        await Promise.resolve();
        return injectTraceContext<Record<string, string>>({});
      }),
    );
    const received = extractTraceContext({ traceparent: Buffer.from(message['traceparent'] ?? '') });
    await tracer.withSpan(spanNames.process('commands'), { kind: 'consumer', parent: received }, async () => {
      await tracer.withSpan(spanNames.query('users.insert'), { kind: 'client' }, () => Promise.resolve());
    });
    await telemetry.flush();
    const root = await sink.waitFor((span) => span.name === 'POST /Users');
    expect(sink.tree(root.traceId).toString()).toBe(
      [
        'POST /Users [directory server]',
        '  send commands [directory producer]',
        '    process commands [directory consumer]',
        '      query users.insert [directory client]',
      ].join('\n'),
    );
  });

  it('continues the trace of a caller, with its decision', async () => {
    const ids = tracer.withSpan(
      'continued',
      { parent: extractTraceContext({ traceparent: sampledElsewhere }) },
      () => currentTraceIds(),
    );
    expect(ids?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    const span = await sink.waitFor(({ name }) => name === 'continued');
    expect(span).toMatchObject({ parentSpanId: '00f067aa0ba902b7', spanId: ids?.spanId });
  });

  it('links a batch to its causes, at most 64, and records it because one of them is recorded', async () => {
    await restart(0);
    const causes = Array.from({ length: 70 }, () => extractTraceContext({ traceparent: unsampledElsewhere }));
    causes[3] = extractTraceContext({ traceparent: sampledElsewhere });
    tracer.withSpan(spanNames.applyBatch, { parent: rootContext, links: () => causes }, () => undefined);
    const batch = await sink.waitFor(({ name }) => name === spanNames.applyBatch);
    expect(batch.parentSpanId).toBeUndefined();
    expect(batch.links).toHaveLength(64);
    expect(batch.links[3]).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
    });
  });

  it('leaves a batch alone when none of its causes is recorded', async () => {
    const links = [extractTraceContext({ traceparent: unsampledElsewhere })];
    const recording = tracer.withSpan(spanNames.applyBatch, { parent: rootContext, links }, (span) =>
      span.isRecording(),
    );
    expect(recording).toBe(false);
  });

  it('builds no attributes and allocates no span in an unsampled trace, and passes the trace on unchanged', () => {
    const parent = extractTraceContext({ traceparent: unsampledElsewhere });
    let built = 0;
    const attributes = (): Record<string, string> => ({ built: String((built += 1)) });
    const travelled = tracer.withSpan(
      'outer',
      { parent, attributes, links: () => (built++, []) },
      (outer) => {
        expect(outer.isRecording()).toBe(false);
        expect(activeContext()).toBe(parent);
        return tracer.withSpan('inner', { attributes }, () => currentTraceparent());
      },
    );
    expect(travelled).toBe(unsampledElsewhere);
    expect(tracer.startSpan('held', { parent, attributes }).context).toBe(parent);
    expect(built).toBe(0);
  });

  it('decides at the root by the ratio, once for the whole trace', async () => {
    await restart(0);
    const decided = tracer.withSpan('root', { parent: rootContext }, (root) => {
      const child = tracer.withSpan('child', {}, (span) => span.isRecording());
      return { root: root.isRecording(), child, sampled: isSampled(), traceparent: currentTraceparent() };
    });
    expect(decided).toMatchObject({ root: false, child: false, sampled: false });
    expect(decided.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('marks failures with the class or code of the error and never with its words', async () => {
    const failing = tracer.withSpan('failing', {}, async () => {
      await Promise.resolve();
      throw Object.assign(new Error('rita@example.test is taken'), { code: '23505' });
    });
    await expect(failing).rejects.toThrow('is taken');
    expect(() =>
      tracer.withSpan('failing at once', {}, () => {
        throw new RangeError('rita');
      }),
    ).toThrow(RangeError);
    const later = await sink.waitFor(({ name }) => name === 'failing');
    const atOnce = await sink.waitFor(({ name }) => name === 'failing at once');
    expect(later).toMatchObject({ failed: true, attributes: { 'error.type': '23505' } });
    expect(atOnce).toMatchObject({ failed: true, attributes: { 'error.type': 'RangeError' } });
    expect(sink.received()).not.toContain('rita');
  });

  it('lets a caller end a span later, with children that name it', async () => {
    const held = tracer.startSpan('held', { kind: 'consumer', startTime: Date.now() - 1_000 });
    tracer.withContext(held.context, () => tracer.withSpan('child', {}, () => undefined));
    held.span.end();
    const child = await sink.waitFor(({ name }) => name === 'child');
    const span = await sink.waitFor(({ name }) => name === 'held');
    expect(child.parentSpanId).toBe(span.spanId);
    expect(span.durationMs).toBeGreaterThan(900);
  });

  it('without an endpoint passes traces on and makes no span', async () => {
    await telemetry.shutdown();
    telemetry = startTelemetry({ service: 'directory', version: '1', instanceId: 'one', samplingRatio: 1 });
    const parent = extractTraceContext({ traceparent: sampledElsewhere });
    const passed = tracer.withSpan('request', { parent }, async (span) => {
      await Promise.resolve();
      return { recording: span.isRecording(), headers: injectTraceContext({}) };
    });
    expect(await passed).toEqual({ recording: false, headers: { traceparent: sampledElsewhere } });
    expect(tracer.withSpan('root', { parent: rootContext }, () => currentTraceparent())).toBeUndefined();
  });

  it('sends what it has at shutdown', async () => {
    tracer.withSpan('last words', {}, () => undefined);
    await telemetry.shutdown();
    expect(sink.spans().map(({ name }) => name)).toContain('last words');
  });

  it('says once that a collector cannot be reached', async () => {
    await telemetry.shutdown();
    const problems: string[] = [];
    const endpoint = 'http://127.0.0.1:9';
    const onProblem = (message: string): void => void problems.push(message);
    telemetry = startTelemetry({
      service: 'directory',
      version: '1',
      instanceId: 'one',
      samplingRatio: 1,
      endpoint,
      exportDelayMs: 5,
      onProblem,
    });
    tracer.withSpan('unheard', {}, () => undefined);
    while (problems.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    tracer.withSpan('unheard, too', {}, () => undefined);
    await telemetry.flush().catch(() => undefined);
    expect(problems).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('does not wait longer than 3 s for a collector that does not answer', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    await restart(1, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    tracer.withSpan('unheard', {}, () => undefined);
    const startedAt = performance.now();
    await telemetry.shutdown();
    expect(performance.now() - startedAt).toBeLessThan(3_900);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('says in a failing test what was received instead', async () => {
    tracer.withSpan('something else', {}, () => undefined);
    await telemetry.flush();
    await expect(sink.waitFor(({ name }) => name === 'never', 20)).rejects.toThrow(
      'directory: something else',
    );
  });
});
