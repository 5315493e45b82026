import type { Operation } from '../load.js';
import type { ScaleDirectory } from './scale-directory.js';

/**
 * What an operation may cost in a larger directory. `indexed`: the same, whatever the size. `scan`: it looks at every resource of
 * the tenant, for which there is a bound on time. `whole`: it is about every member of a group, so it grows with the group.
 */
export type Growth = 'indexed' | 'scan' | 'whole';

/** One operation, to be measured in a small directory and in a large one. */
export interface Comparison {
  readonly name: string;
  readonly growth: Growth;
  /** Sent to each directory in turn, one at a time. */
  readonly pairs: number;
  /** Then sent to each with 16 in flight; 0: not at all. */
  readonly crowd: number;
  operationFor(directory: ScaleDirectory): Operation;
  /** The first answer is checked before anything is measured: what finds nothing may well be fast. @throws */
  check?(directory: ScaleDirectory, answer: string): void;
}
