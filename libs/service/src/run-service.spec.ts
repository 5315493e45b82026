import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { runService, type RunServiceOptions, type ServiceStartContext } from './run-service.js';
import { parseConfig } from './parse-config.js';
import { ServiceConfig } from './service-config.js';
import { armFailpoints, failpoint } from './failpoint.js';

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];
  readonly env: Record<string, string>;

  constructor(env: Record<string, string> = {}) {
    super();
    this.env = { LOG_LEVEL: 'silent', ...env };
  }

  exit(code: number): void {
    this.codes.push(code);
    this.emit('exited');
  }

  async exited(): Promise<number | undefined> {
    if (this.codes.length === 0) await once(this, 'exited');
    return this.codes[0];
  }
}

const running = (host: FakeProcess, changes: Partial<RunServiceOptions> = {}): Promise<void> =>
  runService({ name: 'spec', host, start: async () => ({ close: async () => undefined }), ...changes });

describe('runService', () => {
  it.each(['SIGTERM', 'SIGINT'])('closes and exits with 0 on %s', async (signal) => {
    const host = new FakeProcess();
    let closed = 0;
    await running(host, { start: async () => ({ close: async () => void (closed += 1) }) });
    expect(host.codes).toEqual([]);
    host.emit(signal);
    expect(await host.exited()).toBe(0);
    expect(closed).toBe(1);
  });

  it('ends at once on the second signal', async () => {
    const host = new FakeProcess();
    await running(host, {
      stopTimeoutMs: 20,
      start: async () => ({ close: () => new Promise(() => undefined) }),
    });
    host.emit('SIGTERM');
    host.emit('SIGTERM');
    expect(host.codes).toEqual([1]);
  });

  it('waits for a start that is under way before it closes', async () => {
    const host = new FakeProcess();
    const opening = Promise.withResolvers<void>();
    const order: string[] = [];
    const started = running(host, {
      start: async () => {
        await opening.promise;
        order.push('open');
        return { close: async () => void order.push('closed') };
      },
    });
    host.emit('SIGTERM');
    await new Promise(setImmediate);
    opening.resolve();
    await started;
    expect(await host.exited()).toBe(0);
    expect(order).toEqual(['open', 'closed']);
  });

  it('exits with 1 when it does not stop in time, or not cleanly', async () => {
    const hanging = new FakeProcess();
    await running(hanging, {
      stopTimeoutMs: 10,
      start: async () => ({ close: () => new Promise(() => undefined) }),
    });
    hanging.emit('SIGTERM');
    expect(await hanging.exited()).toBe(1);
    const failing = new FakeProcess();
    await running(failing, { start: async () => ({ close: () => Promise.reject(new Error('no')) }) });
    failing.emit('SIGTERM');
    expect(await failing.exited()).toBe(1);
  });

  it('follows its supervisor only when it has one', async () => {
    const supervised = new FakeProcess({ MUSTER_SUPERVISED: '1' });
    await running(supervised);
    supervised.emit('disconnect');
    expect(await supervised.exited()).toBe(0);
    const alone = new FakeProcess();
    await running(alone);
    alone.emit('disconnect');
    await new Promise(setImmediate);
    expect(alone.codes).toEqual([]);
  });

  it('exits with 1 when it cannot start, be it its configuration or anything else', async () => {
    const broken = new FakeProcess();
    await running(broken, { start: () => Promise.reject(new Error('port taken')) });
    expect(broken.codes).toEqual([1]);
    const misconfigured = new FakeProcess();
    await running(misconfigured, {
      start: async () => {
        parseConfig({}, ServiceConfig);
        return { close: async () => undefined };
      },
    });
    expect(misconfigured.codes).toEqual([1]);
  });

  it.each(['unhandledRejection', 'uncaughtException'])('crashes on %s', async (event) => {
    const host = new FakeProcess();
    await running(host);
    host.emit(event, new Error('nobody saw this coming'));
    expect(host.codes).toEqual([1]);
  });

  it('closes and exits with 1 when a part reports that it has died', async () => {
    const host = new FakeProcess();
    let context: ServiceStartContext | undefined;
    let closed = 0;
    await running(host, {
      start: async (given) => {
        context = given;
        return { close: async () => void (closed += 1) };
      },
    });
    context?.fatal('the consumer gave up', new Error('no codec'));
    context?.fatal('and another one');
    expect(await host.exited()).toBe(1);
    expect({ closed, codes: host.codes }).toEqual({ closed: 1, codes: [1] });
  });

  it('arms the failpoints of its environment, and does not start with one that it cannot read', async () => {
    await running(new FakeProcess({ FAILPOINTS: 'spec.armed=throw*1' }));
    expect(() => failpoint('spec.armed')).toThrow('failpoint spec.armed');
    const host = new FakeProcess({ FAILPOINTS: 'spec.armed=explode' });
    await running(host);
    expect(host.codes).toEqual([1]);
    armFailpoints('');
  });
});
