import { Latencies } from '../latencies.js';
import type { Run } from '../load.js';
import { inTurn, type Compared } from './compare.js';
import type { ScaleDirectory } from './scale-directory.js';
import { Roll } from './roll.js';

/** How one page leads to the next one. */
export type WalkBy = 'cursor' | 'startIndex';

export interface WalkPlan {
  readonly name: string;
  readonly by: WalkBy;
  readonly pageSize: number;
  readonly sortBy?: string;
  /** Null: a page far behind may cost more than a near one, and is shown without a verdict. */
  readonly expectation: 'flat' | null;
}

/** A walk through everybody in the large directory, with as many pages of the small one in between. */
export interface Walked {
  readonly plan: WalkPlan;
  readonly pages: Compared;
  readonly usersPerSecond: number;
  /** Medians of the first and of the last tenth of its pages, milliseconds. */
  readonly firstTenthMs: number;
  readonly lastTenthMs: number;
  /** Of the large directory; empty when everybody was seen once. */
  readonly problems: readonly string[];
}

export const walks: readonly WalkPlan[] = [
  { name: 'cursor walk, pages of 100', by: 'cursor', pageSize: 100, expectation: 'flat' },
  { name: 'cursor walk, pages of 1,000', by: 'cursor', pageSize: 1_000, expectation: 'flat' },
  { name: 'startIndex walk, pages of 1,000', by: 'startIndex', pageSize: 1_000, expectation: 'flat' },
  {
    name: 'cursor walk sorted by userName, pages of 1,000',
    by: 'cursor',
    pageSize: 1_000,
    sortBy: 'userName',
    expectation: null,
  },
];

interface ListAnswer {
  readonly Resources?: readonly { readonly id: string }[];
  readonly nextCursor?: string;
}

/** Goes through a directory page by page, and begins again when it is through. */
class Walker {
  readonly pageMs: number[] = [];
  private position = '';
  private seen = 0;

  constructor(
    private readonly directory: ScaleDirectory,
    private readonly plan: WalkPlan,
    private readonly onPage: (ids: readonly string[]) => void,
  ) {}

  async step(run: Run): Promise<void> {
    const begun = performance.now();
    const { client } = this.directory;
    let body: string;
    try {
      body = await client.ask({ method: 'GET', path: this.path(), expect: 200 });
    } catch (error) {
      run.fail(String(error));
      return;
    }
    const ms = performance.now() - begun;
    run.latencies.record(ms);
    this.pageMs.push(ms);
    const { Resources: page = [], nextCursor = '' } = JSON.parse(body) as ListAnswer;
    this.onPage(page.map(({ id }) => id));
    this.seen += page.length;
    this.position = nextCursor;
    const ended =
      this.plan.by === 'cursor' ? nextCursor === '' : this.seen >= this.directory.population.count;
    if (ended) this.seen = 0;
  }

  private path(): string {
    const { by, pageSize, sortBy } = this.plan;
    const place: [string, string] =
      by === 'cursor' ? ['cursor', this.position] : ['startIndex', String(this.seen + 1)];
    const query = new URLSearchParams([place, ['count', String(pageSize)]]);
    if (sortBy !== undefined) query.set('sortBy', sortBy);
    return `${this.directory.base}/Users?${query.toString()}`;
  }
}

export async function walk(plan: WalkPlan, small: ScaleDirectory, large: ScaleDirectory): Promise<Walked> {
  const roll = new Roll(large.userIds);
  const aside = new Walker(small, plan, () => undefined);
  const walker = new Walker(large, plan, (ids) => roll.see(ids));
  const pages = Math.ceil(large.population.count / plan.pageSize);
  const [smallPages, largePages] = await inTurn(
    pages,
    (run) => aside.step(run),
    (run) => walker.step(run),
  );
  const tenth = Math.ceil(pages / 10);
  const totalMs = walker.pageMs.reduce((sum, ms) => sum + ms, 0);
  return {
    plan,
    pages: {
      name: plan.name,
      growth: plan.expectation === 'flat' ? 'indexed' : 'scan',
      small: { alone: smallPages, crowd: null },
      large: { alone: largePages, crowd: null },
    },
    usersPerSecond: (roll.count * 1000) / totalMs,
    firstTenthMs: medianOf(walker.pageMs.slice(0, tenth)),
    lastTenthMs: medianOf(walker.pageMs.slice(-tenth)),
    problems: roll.problems().map((problem) => `${plan.name}: ${problem}`),
  };
}

function medianOf(durations: readonly number[]): number {
  const latencies = new Latencies();
  for (const ms of durations) latencies.record(ms);
  return latencies.percentiles(0.5)[0] ?? Number.NaN;
}

/**
 * Jumps to pages in the middle, from the back to the front, so that no bookmark is before them: each counts off all that it
 * passes over.
 */
export async function jumps(small: ScaleDirectory, large: ScaleDirectory): Promise<Compared> {
  const name = 'startIndex jump to an unknown place, page of 100';
  const [smallJumps, largeJumps] = await inTurn(10, jumper(small), jumper(large));
  return {
    name,
    growth: 'scan',
    small: { alone: smallJumps, crowd: null },
    large: { alone: largeJumps, crowd: null },
  };
}

function jumper({ client, base, population }: ScaleDirectory): (run: Run) => Promise<void> {
  const stride = population.count / 100;
  let startIndex = population.count + 1 - 5 * stride;
  return (run) => {
    startIndex -= stride;
    const path = `${base}/Users?startIndex=${startIndex}&count=100`;
    const operation = { name: 'jump', next: () => ({ method: 'GET' as const, path, expect: 200 }) };
    return client.send(operation, run, performance.now());
  };
}
