import { describe, expect, it, jest } from '@jest/globals';
import { BrokerClock } from './broker-clock.js';

describe('BrokerClock', () => {
  it('is the local clock until the first sample', () => {
    const clock = new BrokerClock({ localNow: () => 1_000 });
    expect(clock.now()).toBe(1_000);
    expect(clock.hasSample).toBe(false);
  });

  it('trusts the sample with the shortest round trip', () => {
    const clock = new BrokerClock({ localNow: () => 10_000 });
    clock.observe({ sentAtMs: 0, receivedAtMs: 10, brokerTimeMs: 505 });
    clock.observe({ sentAtMs: 100, receivedAtMs: 900, brokerTimeMs: 1_399 });
    expect(clock.offsetMs).toBe(500);
    expect(clock.now()).toBe(10_500);
  });

  it('is not moved by a step of the wall clock', () => {
    const wallClock = jest.spyOn(Date, 'now');
    const clock = new BrokerClock();
    const beforeMs = clock.now();
    wallClock.mockReturnValue(beforeMs + 3_600_000);
    const elapsedMs = clock.now() - beforeMs;
    wallClock.mockRestore();
    expect(Math.abs(beforeMs - Date.now())).toBeLessThan(60_000);
    expect(elapsedMs).toBeGreaterThanOrEqual(0);
    expect(elapsedMs).toBeLessThan(60_000);
  });

  it('follows a clock that jumped at the first sample that tells, however long its round trip', () => {
    const clock = new BrokerClock({ localNow: () => 0 });
    for (let index = 0; index < 64; index += 1) {
      clock.observe({ sentAtMs: 0, receivedAtMs: 2, brokerTimeMs: 1 });
    }
    clock.observe({ sentAtMs: 0, receivedAtMs: 20, brokerTimeMs: 3_600_010 });
    expect(clock.offsetMs).toBe(3_600_000);
    clock.observe({ sentAtMs: 0, receivedAtMs: 2, brokerTimeMs: -3_599_999 });
    expect(clock.offsetMs).toBe(-3_600_000);
  });

  it('does not take a slow exchange for a jump', () => {
    const clock = new BrokerClock({ localNow: () => 0 });
    clock.observe({ sentAtMs: 0, receivedAtMs: 2, brokerTimeMs: 1 });
    clock.observe({ sentAtMs: 10, receivedAtMs: 8_010, brokerTimeMs: 7_990 });
    expect(clock.offsetMs).toBe(0);
  });

  it('forgets a sample for its age, so that a drift is followed in quiet times, too', () => {
    const clock = new BrokerClock({ localNow: () => 0, sampleAgeMsMax: 300_000 });
    clock.observe({ sentAtMs: 0, receivedAtMs: 2, brokerTimeMs: 1 });
    clock.observe({ sentAtMs: 300_000, receivedAtMs: 300_002, brokerTimeMs: 300_002 });
    clock.observe({ sentAtMs: 300_003, receivedAtMs: 300_007, brokerTimeMs: 300_035 });
    expect(clock.offsetMs).toBe(1);
    clock.observe({ sentAtMs: 600_001, receivedAtMs: 600_007, brokerTimeMs: 600_064 });
    expect(clock.offsetMs).toBe(30);
  });

  it('learns nothing from a round trip during which the local clock went back', () => {
    const clock = new BrokerClock({ localNow: () => 0 });
    clock.observe({ sentAtMs: 100, receivedAtMs: 50, brokerTimeMs: 75 });
    expect(clock.hasSample).toBe(false);
  });

  it('learns from receipts that carry the broker time and from no others', async () => {
    let local = 0;
    const clock = new BrokerClock({ localNow: () => local });
    await clock.measure(async () => ({ brokerTimeMs: null }));
    expect(clock.hasSample).toBe(false);
    await clock.measure(async () => {
      local = 4;
      return { brokerTimeMs: 102 };
    });
    expect(clock.offsetMs).toBe(100);
  });
});
