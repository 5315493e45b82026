import { describe, expect, it } from '@jest/globals';
import { Run } from '../load.js';
import type { Compared } from './compare.js';
import type { Growth } from './comparison.js';
import { scaleRow, verdict, walkRow } from './scale-verdict.js';
import type { Walked } from './walk.js';

function runOf(durationsMs: readonly number[], failures = 0) {
  const run = new Run();
  for (const ms of durationsMs) run.latencies.record(ms);
  for (let failure = 0; failure < failures; failure += 1) run.fail(`failure ${failure}`);
  return run.result();
}

function compared(
  name: string,
  growth: Growth,
  smallMs: number[],
  largeMs: number[],
  failures = 0,
): Compared {
  return {
    name,
    growth,
    small: { alone: runOf(smallMs), crowd: null },
    large: { alone: runOf(largeMs, failures), crowd: null },
  };
}

const flat = scaleRow(compared('by key', 'indexed', [1, 2, 9], [1, 3, 900]));
const grown = scaleRow(compared('by chance', 'indexed', [1, 2, 9], [4, 5, 9]));
const scan = scaleRow(compared('by looking at all', 'scan', [1], [100]));

function walked(firstTenthMs: number, lastTenthMs: number, expectation: 'flat' | null): Walked {
  const plan = { name: 'walk', by: 'cursor', pageSize: 100, expectation } as const;
  const pages = compared('walk', 'indexed', [1], [1]);
  return { plan, pages, usersPerSecond: 1, firstTenthMs, lastTenthMs, problems: [] };
}

describe('the verdict', () => {
  it('is by the medians, whatever the slowest did', () => {
    expect(flat).toMatchObject({ ratio: 1.5, grew: false });
    expect(grown).toMatchObject({ ratio: 2.5, grew: true });
  });

  it('asks nothing of a scan', () => {
    expect(scan).toMatchObject({ ratio: 100, grew: false });
    expect(verdict([flat, scan], [])).toBe(
      'all 1 indexed operations stay within 2 times the median of the small directory',
    );
  });

  it('names what grew', () => {
    expect(verdict([flat, grown], [])).toMatch(/^GREW: by chance \(2\.5 x\)\./);
  });

  it('names a walk whose last pages cost more than its first ones', () => {
    expect(verdict([flat], [walkRow(walked(2, 5, 'flat'))])).toMatch(/^GREW: walk, last pages/);
    expect(verdict([flat], [walkRow(walked(2, 5, null))])).toMatch(/^all 1 /);
  });

  it('is none where something failed, though that was fast', () => {
    const failed = scaleRow(compared('refused', 'indexed', [2], [1], 3));
    expect(failed).toMatchObject({ failures: 3, firstFailure: 'failure 0' });
    expect(verdict([flat, failed], [])).toMatch(/^none: refused failed/);
  });

  it('is none where nothing indexed was measured', () => {
    expect(verdict([scan], [])).toBe('none: no indexed operation was measured');
  });

  it('holds an operation without a single answer for grown', () => {
    expect(scaleRow(compared('silent', 'indexed', [], [])).grew).toBe(true);
  });
});
