import { table } from '../report.js';
import { RATIO_MAX, type ScaleRow, type SideFigures, type WalkRow } from './scale-verdict.js';

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
const perSecond = ({ perSecond: value }: SideFigures): number | string =>
  value === null ? '-' : Math.round(value);

/** @param counts Users of the small and of the large directory. */
export function scaleTable(rows: readonly ScaleRow[], counts: readonly [number, number]): string {
  const [small, large] = counts.map((count) => count.toLocaleString('en'));
  return table(
    [
      'operation',
      'cost',
      `${small}: p50 ms`,
      'p95 ms',
      'req/s',
      `${large}: p50 ms`,
      'p95 ms',
      'req/s',
      'ratio',
      '',
    ],
    rows.map((row) => [
      row.operation,
      row.growth,
      round(row.small.p50Ms, 1),
      round(row.small.p95Ms, 1),
      perSecond(row.small),
      round(row.large.p50Ms, 1),
      round(row.large.p95Ms, 1),
      perSecond(row.large),
      round(row.ratio, 2),
      remarks(row),
    ]),
  );
}

function remarks({ grew, failures }: ScaleRow): string {
  return [grew ? `GREW (over ${RATIO_MAX})` : '', failures > 0 ? `${failures} FAILED` : '']
    .filter((remark) => remark !== '')
    .join(', ');
}

export function walkTable(rows: readonly WalkRow[]): string {
  return table(
    ['walk through the large directory', 'users/s', 'first tenth: p50 ms', 'last tenth: p50 ms', 'ratio', ''],
    rows.map((row) => [
      row.walk,
      Math.round(row.usersPerSecond),
      round(row.firstTenthMs, 1),
      round(row.lastTenthMs, 1),
      round(row.ratio, 2),
      row.grew ? `GREW (over ${RATIO_MAX})` : '',
    ]),
  );
}
