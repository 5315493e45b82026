import { describe, expect, it } from '@jest/globals';
import { HealthRegistry } from './health-registry.js';

describe('the health registry', () => {
  it('is ready when every check passes, and says which does not', async () => {
    let now = 0;
    const health = new HealthRegistry(() => now);
    health.register('postgres', async () => undefined);
    let reachable = false;
    health.register('kafka', () => {
      if (!reachable) throw Object.assign(new Error('rita@example.test'), { code: 'ECONNREFUSED' });
    });
    const report = await health.report();
    expect(report).toMatchObject({
      ready: false,
      stopping: false,
      checks: { postgres: { ok: true }, kafka: { ok: false, failure: 'ECONNREFUSED' } },
    });
    expect(JSON.stringify(report)).not.toContain('rita');
    reachable = true;
    now = 1_000;
    expect(await health.report()).toMatchObject({ ready: true });
  });

  it('is not ready before everything is started, although every check that is there passes', async () => {
    const health = new HealthRegistry(() => 0);
    const started = health.registerStart();
    health.register('postgres', () => undefined);
    expect(await health.report()).toMatchObject({
      ready: false,
      checks: { start: { ok: false, failure: 'NotStartedError' } },
    });
    started();
    expect(await health.report()).toMatchObject({ ready: true, checks: { start: { ok: true } } });
  });

  it('asks at most once a second, however many want to know', async () => {
    let now = 0;
    let asked = 0;
    const health = new HealthRegistry(() => now);
    health.register('counted', () => void (asked += 1));
    await Promise.all([health.report(), health.report()]);
    now = 999;
    await health.report();
    expect(asked).toBe(1);
    now = 1_000;
    await health.report();
    expect(asked).toBe(2);
  });

  it('is not ready from the moment it stops, cached or not', async () => {
    const health = new HealthRegistry(() => 0);
    expect((await health.report()).ready).toBe(true);
    health.stopping();
    expect(await health.report()).toEqual({ ready: false, stopping: true, checks: {} });
  });

  it('does not wait for a check that hangs', async () => {
    const health = new HealthRegistry();
    health.register('hanging', () => new Promise(() => undefined));
    expect(await health.report()).toMatchObject({
      ready: false,
      checks: { hanging: { ok: false, failure: 'timeout' } },
    });
  });

  it('refuses a name twice', () => {
    const health = new HealthRegistry();
    health.register('kafka', () => undefined);
    expect(() => health.register('kafka', () => undefined)).toThrow('kafka is registered twice');
  });
});
