import { describe, expect, it } from '@jest/globals';
import { afterAttempt, retryPolicy, type NextStep } from './after-attempt.js';

const MINUTE_MS = 60_000;
const first = new Date('2026-03-02T08:00:00Z');
const policy = retryPolicy();

describe('afterAttempt', () => {
  it('ends with what the server took', () => {
    expect(
      afterAttempt({ outcome: 'accepted' }, { attempts: 3, firstAttemptAt: first }, first, policy),
    ).toEqual({ state: 'sent' });
  });

  it('parks what the server refused for good', () => {
    expect(
      afterAttempt({ outcome: 'refused' }, { attempts: 0, firstAttemptAt: first }, first, policy),
    ).toEqual({
      state: 'parked',
      reason: 'refused',
    });
  });

  it.each([
    [0, 1],
    [1, 5],
    [2, 15],
    [3, 60],
    [4, 120],
    [5, 240],
    [6, 240],
  ])('tries again: after %d earlier attempts in %d minutes', (attempts, minutes) => {
    expect(afterAttempt({ outcome: 'deferred' }, { attempts, firstAttemptAt: first }, first, policy)).toEqual(
      {
        state: 'scheduled',
        delayMs: minutes * MINUTE_MS,
      },
    );
  });

  it('gives up within a day, and not before the day is almost over', () => {
    let now = first;
    let step: NextStep = { state: 'scheduled', delayMs: 0 };
    let attempts = 0;
    while (step.state === 'scheduled') {
      now = new Date(now.getTime() + step.delayMs);
      step = afterAttempt({ outcome: 'deferred' }, { attempts, firstAttemptAt: first }, now, policy);
      attempts += 1;
      if (attempts > 100) break;
    }
    expect(step).toEqual({ state: 'parked', reason: 'gave_up' });
    expect(attempts).toBe(11);
    const hours = (now.getTime() - first.getTime()) / (60 * MINUTE_MS);
    expect(hours).toBeGreaterThan(20);
    expect(hours).toBeLessThanOrEqual(24);
  });

  it('shortens every wait by the scale', () => {
    expect(retryPolicy(0.001)).toEqual({
      delaysMs: policy.delaysMs.map((delayMs) => delayMs * 0.001),
      ageMsMax: policy.ageMsMax * 0.001,
    });
  });
});
