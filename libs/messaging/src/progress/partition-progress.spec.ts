import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionProgress } from './partition-progress.js';

function progressWith(offsets: readonly bigint[], next: bigint): PartitionProgress {
  const progress = new PartitionProgress();
  progress.begin(offsets, next);
  return progress;
}

describe('PartitionProgress', () => {
  it('has no position before the first record', () => {
    expect(new PartitionProgress().position).toBeUndefined();
  });

  it('stays at the lowest unfinished record while later ones finish', () => {
    const progress = progressWith([5n, 6n, 7n], 8n);
    progress.finish(7n);
    progress.finish(6n);
    expect(progress.position).toBe(5n);
    expect(progress.unfinished).toBe(1);
    progress.finish(5n);
    expect(progress.position).toBe(8n);
    expect(progress.unfinished).toBe(0);
  });

  it('passes markers that readers never see, once all records are finished', () => {
    const progress = progressWith([5n, 6n], 9n);
    progress.finish(5n);
    progress.finish(6n);
    expect(progress.position).toBe(9n);
  });

  it('does not stop at offsets that compaction removed', () => {
    const progress = progressWith([5n, 40n], 41n);
    progress.finish(5n);
    expect(progress.position).toBe(40n);
  });

  it('ignores offsets that it never handed out, and repetitions', () => {
    const progress = progressWith([5n, 6n], 7n);
    progress.finish(99n);
    progress.finish(1n);
    progress.finish(5n);
    progress.finish(5n);
    expect(progress.position).toBe(6n);
    expect(progress.unfinished).toBe(1);
  });

  it('starts over when the log was cut back', () => {
    const progress = progressWith([50n, 51n], 52n);
    progress.begin([3n], 4n);
    expect(progress.position).toBe(3n);
    progress.finish(50n);
    progress.finish(3n);
    expect(progress.position).toBe(4n);
  });

  it('keeps offsets beyond 2^53 exact', () => {
    const far = 9_007_199_254_740_993n;
    const progress = progressWith([far, far + 1n], far + 2n);
    progress.finish(far);
    expect(progress.position).toBe(far + 1n);
  });

  it('never passes an unfinished record and ends at the end, whatever the order and the gaps', () => {
    const scenario = fc.record({
      gaps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 60 }),
      cuts: fc.array(fc.nat({ max: 59 }), { maxLength: 5 }),
      order: fc.infiniteStream(fc.nat()),
    });
    fc.assert(
      fc.property(scenario, ({ gaps, cuts, order }) => {
        const offsets: bigint[] = [];
        let at = 100n;
        for (const gap of gaps) {
          offsets.push(at);
          at += BigInt(gap);
        }
        const progress = new PartitionProgress();
        const starts = [...new Set([0, ...cuts.filter((cut) => cut < offsets.length)])].sort((a, b) => a - b);
        starts.forEach((start, index) => {
          const end = starts[index + 1] ?? offsets.length;
          progress.begin(offsets.slice(start, end), offsets[end] ?? at);
        });
        const left = [...offsets];
        while (left.length > 0) {
          const choice: number = order.next().value as number;
          const [taken] = left.splice(choice % left.length, 1);
          if (taken !== undefined) progress.finish(taken);
          expect(progress.position).toBe(left[0] ?? at);
          expect(progress.unfinished).toBe(left.length);
        }
      }),
    );
  });
});
