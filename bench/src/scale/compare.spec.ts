import { describe, expect, it } from '@jest/globals';
import { inTurn } from './compare.js';

describe('taking turns', () => {
  it('sends as many to either side, and lets either begin as often', async () => {
    const order: string[] = [];
    const step = (side: string) => async (): Promise<void> => void order.push(side);
    await inTurn(4, step('small'), step('large'));
    expect(order).toEqual(['small', 'large', 'large', 'small', 'small', 'large', 'large', 'small']);
  });

  it('keeps the two sides apart', async () => {
    const [small, large] = await inTurn(
      3,
      async (run) => run.latencies.record(1),
      async (run) => run.fail('refused'),
    );
    expect([small.requests, small.failures, small.firstFailure]).toEqual([3, 0, null]);
    expect([large.requests, large.failures, large.firstFailure]).toEqual([0, 3, 'refused']);
  });
});
