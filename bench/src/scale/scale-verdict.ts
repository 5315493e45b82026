import type { Growth } from './comparison.js';
import type { Compared, Side } from './compare.js';
import type { Walked } from './walk.js';

/** An indexed operation may take so many times as long in the large directory, for caches and noise. */
export const RATIO_MAX = 2;

/** One row of the report; milliseconds. */
export interface ScaleRow {
  readonly operation: string;
  readonly growth: Growth;
  readonly small: SideFigures;
  readonly large: SideFigures;
  /** Median in the large directory by median in the small one. */
  readonly ratio: number;
  /** An indexed operation beyond the bound. */
  readonly grew: boolean;
  readonly failures: number;
  readonly firstFailure: string | null;
}

export interface SideFigures {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** With 16 in flight; null: not measured. */
  readonly perSecond: number | null;
}

export interface WalkRow {
  readonly walk: string;
  readonly usersPerSecond: number;
  readonly firstTenthMs: number;
  readonly lastTenthMs: number;
  readonly ratio: number;
  /** The last pages should have cost what the first ones did, and did not. */
  readonly grew: boolean;
}

export function scaleRow({ name, growth, small, large }: Compared): ScaleRow {
  const [smallFigures, largeFigures] = [figuresOf(small), figuresOf(large)];
  const ratio = largeFigures.p50Ms / smallFigures.p50Ms;
  const results = [small.alone, small.crowd, large.alone, large.crowd].filter((each) => each !== null);
  return {
    operation: name,
    growth,
    small: smallFigures,
    large: largeFigures,
    ratio,
    grew: growth === 'indexed' && !(ratio <= RATIO_MAX),
    failures: results.reduce((sum, { failures }) => sum + failures, 0),
    firstFailure: results.find(({ firstFailure }) => firstFailure !== null)?.firstFailure ?? null,
  };
}

export function walkRow({ plan, usersPerSecond, firstTenthMs, lastTenthMs }: Walked): WalkRow {
  const ratio = lastTenthMs / firstTenthMs;
  return {
    walk: plan.name,
    usersPerSecond,
    firstTenthMs,
    lastTenthMs,
    ratio,
    grew: plan.expectation === 'flat' && !(ratio <= RATIO_MAX),
  };
}

function figuresOf({ alone, crowd }: Side): SideFigures {
  const [p50Ms = Number.NaN, p95Ms = Number.NaN] = alone.latencies.percentiles(0.5, 0.95);
  return {
    requests: alone.requests + (crowd?.requests ?? 0),
    p50Ms,
    p95Ms,
    perSecond: crowd === null ? null : crowd.requests / crowd.seconds,
  };
}

/** One sentence for all rows: which of those that an index answers cost more in the large directory, if any. */
export function verdict(rows: readonly ScaleRow[], walkRows: readonly WalkRow[]): string {
  const failed = rows.filter(({ failures }) => failures > 0);
  if (failed.length > 0)
    return `none: ${failed.map(({ operation }) => operation).join('; ')} failed, and what fails may well be fast`;
  const indexed = rows.filter(({ growth }) => growth === 'indexed');
  const grown = [
    ...rows.filter(({ grew }) => grew).map(({ operation, ratio }) => `${operation} (${ratio.toFixed(1)} x)`),
    ...walkRows
      .filter(({ grew }) => grew)
      .map(({ walk, ratio }) => `${walk}, last pages against first ones (${ratio.toFixed(1)} x)`),
  ];
  if (indexed.length === 0) return 'none: no indexed operation was measured';
  const bound = `within ${RATIO_MAX} times the median of the small directory`;
  if (grown.length === 0) return `all ${indexed.length} indexed operations stay ${bound}`;
  return `GREW: ${grown.join('; ')}. The other indexed operations stay ${bound}`;
}
