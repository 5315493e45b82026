import { tooMany } from '@muster/scim';

/** Below what the gateway waits (3 s), so that its client hears 400 `tooMany` and not that the directory is away. Milliseconds. */
export const QUERY_MS_MAX = 2_500;

/**
 * Bounds a query that takes several steps, each of which has a limit of its own: their sum would be beyond what anybody waits for.
 */
export class QueryDeadline {
  private readonly atMs: number;
  /** Timers count in whole milliseconds, and may be heard a little before the clock says so. */
  private isOver = false;

  constructor(msMax = QUERY_MS_MAX) {
    this.atMs = performance.now() + msMax;
  }

  /** The step's result. Throws `ScimError` 400 `tooMany` when the time is over; what was begun ends by itself, unheard. */
  async bound<Result>(step: () => Promise<Result>): Promise<Result> {
    const left = this.atMs - performance.now();
    if (this.isOver || left <= 0) throw tooLong();
    const { promise: over, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.isOver = true;
      reject(tooLong());
    }, left);
    try {
      return await Promise.race([step(), over]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const tooLong = (): Error =>
  tooMany(
    'The query takes too long. Ask for one type of resource at a time, or filter by an indexed attribute.',
  );
