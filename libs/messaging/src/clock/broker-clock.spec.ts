import { describe, expect, it } from '@jest/globals';
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

  it('follows a clock that jumped, once the old samples are forgotten', () => {
    const clock = new BrokerClock({ localNow: () => 0, samplesMax: 3 });
    clock.observe({ sentAtMs: 0, receivedAtMs: 2, brokerTimeMs: 1 });
    for (let index = 0; index < 3; index += 1) {
      clock.observe({ sentAtMs: 0, receivedAtMs: 20, brokerTimeMs: 3_600_010 });
    }
    expect(clock.offsetMs).toBe(3_600_000);
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
