import { Run, type LoadResult } from '../load.js';
import type { Comparison } from './comparison.js';
import type { ScaleDirectory } from './scale-directory.js';

/** What one operation cost in both directories. */
export interface Compared {
  readonly name: string;
  readonly growth: Comparison['growth'];
  readonly small: Side;
  readonly large: Side;
}

export interface Side {
  /** One at a time. */
  readonly alone: LoadResult;
  /** 16 in flight; null where that is not asked for. */
  readonly crowd: LoadResult | null;
}

const IN_FLIGHT = 16;
const WARM_UP_PAIRS_MAX = 10;

/** A step of an operation in one of the directories, whose time goes into its run. */
export type Step = (run: Run) => Promise<void>;

/**
 * Takes turns between two sides, and in who begins: whatever else the machine does meanwhile, it does to both. The quotient of the
 * medians means something even where the medians do not.
 */
export async function inTurn(pairs: number, small: Step, large: Step): Promise<[LoadResult, LoadResult]> {
  const runs: [Run, Run] = [new Run(), new Run()];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) await small(runs[0]);
    await large(runs[1]);
    if (pair % 2 === 1) await small(runs[0]);
  }
  return [runs[0].result(), runs[1].result()];
}

export async function compare(
  comparison: Comparison,
  small: ScaleDirectory,
  large: ScaleDirectory,
): Promise<Compared> {
  const { name, growth, pairs, crowd } = comparison;
  const operations = [comparison.operationFor(small), comparison.operationFor(large)] as const;
  if (comparison.check !== undefined) {
    for (const [directory, operation] of [
      [small, operations[0]],
      [large, operations[1]],
    ] as const)
      comparison.check(directory, await directory.client.ask(operation.next()));
    // Connections, plans and caches: the first requests of a kind pay for the others.
    await alone(Math.min(pairs, WARM_UP_PAIRS_MAX));
  }
  const [smallAlone, largeAlone] = await alone(pairs);
  return {
    name,
    growth,
    small: { alone: smallAlone, crowd: await together(small, operations[0]) },
    large: { alone: largeAlone, crowd: await together(large, operations[1]) },
  };

  function alone(count: number): Promise<[LoadResult, LoadResult]> {
    return inTurn(
      count,
      (run) => small.client.send(operations[0], run, performance.now()),
      (run) => large.client.send(operations[1], run, performance.now()),
    );
  }

  function together(
    directory: ScaleDirectory,
    operation: (typeof operations)[number],
  ): Promise<LoadResult | null> {
    return crowd === 0 ? Promise.resolve(null) : directory.client.repeat(operation, IN_FLIGHT, crowd);
  }
}
