import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LivenessWatch } from './liveness-watch.js';

describe('LivenessWatch', () => {
  let silences: number[];
  let isLogAway: boolean;
  /** How long the process stood still in all: its clock went on, its timers did not. */
  let stoodStillMs: number;
  let duringProbe: () => void;
  let watch: LivenessWatch;

  beforeEach(() => {
    jest.useFakeTimers();
    silences = [];
    isLogAway = false;
    stoodStillMs = 0;
    duringProbe = () => undefined;
    watch = new LivenessWatch({
      silenceMsMax: 30_000,
      probe: async () => {
        duringProbe();
        if (isLogAway) throw new Error('away');
      },
      onSilent: (silentMs) => silences.push(silentMs),
      now: () => Date.now() + stoodStillMs,
    });
  });

  afterEach(() => {
    watch.stop();
    jest.useRealTimers();
  });

  it('says nothing while there are signs of life', async () => {
    for (let beat = 0; beat < 120; beat += 1) {
      watch.sign();
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(silences).toEqual([]);
    expect(watch.silentMs).toBe(1_000);
  });

  it('tells, once, of silence while the log answers', async () => {
    await jest.advanceTimersByTimeAsync(29_000);
    expect(silences).toEqual([]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(silences).toHaveLength(1);
    expect(silences[0]).toBeGreaterThanOrEqual(30_000);
  });

  it('waits for a log that is away, and counts from its return', async () => {
    isLogAway = true;
    await jest.advanceTimersByTimeAsync(600_000);
    expect(silences).toEqual([]);
    isLogAway = false;
    await jest.advanceTimersByTimeAsync(25_000);
    expect(silences).toEqual([]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(silences).toHaveLength(1);
  });

  it('is satisfied by a sign after the return', async () => {
    isLogAway = true;
    await jest.advanceTimersByTimeAsync(600_000);
    isLogAway = false;
    for (let beat = 0; beat < 60; beat += 1) {
      watch.sign();
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(silences).toEqual([]);
  });

  it('does not take its own standstill for silence: the next sign may be a moment away', async () => {
    watch.sign();
    await jest.advanceTimersByTimeAsync(1_000);
    stoodStillMs = 60_000;
    await jest.advanceTimersByTimeAsync(1_200);
    expect(silences).toEqual([]);
    watch.sign();
    await jest.advanceTimersByTimeAsync(25_000);
    expect(silences).toEqual([]);
  });

  it('does not take a standstill during a probe for silence either', async () => {
    duringProbe = () => {
      duringProbe = () => undefined;
      stoodStillMs = 60_000;
    };
    await jest.advanceTimersByTimeAsync(20_000);
    expect(silences).toEqual([]);
  });

  it('tells of silence that goes on after a standstill', async () => {
    stoodStillMs = 60_000;
    await jest.advanceTimersByTimeAsync(29_000);
    expect(silences).toEqual([]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(silences).toHaveLength(1);
  });
});
