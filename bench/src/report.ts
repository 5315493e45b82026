import type { LoadResult } from './load.js';
import type { Usage } from './process-usage.js';

export interface Row {
  readonly operation: string;
  readonly load: string;
  readonly requests: number;
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Milliseconds of processor time per request, by program. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly firstFailure: string | null;
}

export function rowOf(
  operation: string,
  load: string,
  result: LoadResult,
  before: ReadonlyMap<string, Usage>,
  after: ReadonlyMap<string, Usage>,
): Row {
  const [p50Ms = Number.NaN, p95Ms = Number.NaN, p99Ms = Number.NaN] = result.latencies.percentiles(
    0.5,
    0.95,
    0.99,
  );
  const cpuMs = Object.fromEntries(
    [...after].map(([name, usage]) => [
      name,
      ((usage.cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)) * 1000) / Math.max(1, result.requests),
    ]),
  );
  return {
    operation,
    load,
    requests: result.requests,
    failures: result.failures,
    perSecond: result.requests / result.seconds,
    p50Ms,
    p95Ms,
    p99Ms,
    cpuMs,
    firstFailure: result.firstFailure,
  };
}

/** A table for a terminal: figures to the right, words to the left. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header.map(String), ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[], index: number): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return index > 0 && typeof rows[index - 1]?.[column] === 'number'
          ? cell.padStart(width)
          : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const lines = cells.map(line);
  return [
    lines[0],
    widths
      .map((width) => '-'.repeat(width))
      .join('  ')
      .trimEnd(),
    ...lines.slice(1),
  ].join('\n');
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

export function resultTable(rows: readonly Row[]): string {
  return table(
    [
      'operation',
      'load',
      'requests',
      'failed',
      'req/s',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'CPU ms/req: gateway',
      'directory',
      'kafka',
      'postgres',
    ],
    rows.map((row) => [
      row.operation,
      row.load,
      row.requests,
      row.failures,
      Math.round(row.perSecond),
      round(row.p50Ms, 1),
      round(row.p95Ms, 1),
      round(row.p99Ms, 1),
      round(row.cpuMs.gateway ?? 0, 2),
      round(row.cpuMs.directory ?? 0, 2),
      round(row.cpuMs.kafka ?? 0, 2),
      round(row.cpuMs.postgres ?? 0, 2),
    ]),
  );
}

export function usageTable(usage: ReadonlyMap<string, Usage>): string {
  return table(
    ['program', 'CPU s', 'RSS MiB'],
    [...usage].map(([name, { cpuSeconds, residentMiB }]) => [
      name,
      round(cpuSeconds, 1),
      Math.round(residentMiB),
    ]),
  );
}
