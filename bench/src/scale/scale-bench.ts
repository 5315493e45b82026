import { setTimeout as delay } from 'node:timers/promises';
import type { RunningStack } from '@muster/stack';
import { compare } from './compare.js';
import type { Comparison } from './comparison.js';
import { indexedReads, scans } from './read-comparisons.js';
import { seedDirectory, type ScaleDirectory } from './scale-directory.js';
import { scaleRow, verdict, walkRow, type ScaleRow, type WalkRow } from './scale-verdict.js';
import { DatabaseWitness } from './verify-directory.js';
import { jumps, walk, walks } from './walk.js';
import { writeComparisons } from './write-comparisons.js';

export const SMALL_COUNT = 1_000;

export interface ScaleOptions {
  /** Users of the large directory. */
  readonly count: number;
  /** False: the planner has no statistics of the tables, as before autovacuum has been there. */
  readonly analyzed: boolean;
  /** Only operations whose name contains this. */
  readonly only: string;
  readonly say: (text: string) => void;
}

export interface ScaleResult {
  readonly counts: readonly [small: number, large: number];
  readonly rows: readonly ScaleRow[];
  readonly walks: readonly WalkRow[];
  readonly verdict: string;
  /** What was not stored, not found or seen twice. */
  readonly problems: readonly string[];
}

const OUTBOX_PATIENCE_MS = 120_000;

/**
 * Measures each operation in a directory of 1,000 users and in a large one beside it, in turn: what an index answers may not cost
 * more where there are more.
 */
export async function runScale(stack: RunningStack, options: ScaleOptions): Promise<ScaleResult> {
  const state = stack.state();
  if (state.databaseUrl === undefined) throw new Error('the benchmark needs Postgres');
  const { say, count } = options;
  const directories: ScaleDirectory[] = [];
  const seed = async (size: number, tell: (text: string) => void): Promise<ScaleDirectory> => {
    const directory = await seedDirectory(state, size, tell);
    directories.push(directory);
    return directory;
  };
  const witness = await DatabaseWitness.open(state.databaseUrl);
  try {
    if (!options.analyzed) await witness.preventAnalyze();
    const small = await seed(SMALL_COUNT, () => undefined);
    const large = await seed(count, (text) => say(`  created ${text}`));
    await emptyOutbox(witness, say);
    if (options.analyzed) {
      say('  vacuum and analyze, as autovacuum would ...');
      await witness.tidy();
    }
    const checkAll = async (): Promise<string[]> => [
      ...(await witness.check('small directory', small)),
      ...(await witness.check('large directory', large)),
    ];
    const afterSeeding = await checkAll();
    const run = new ScaleRun(small, large, options);
    await run.all();
    const problems = [...afterSeeding, ...run.problems, ...(await checkAll())];
    const { rows, walkRows } = run;
    return {
      counts: [SMALL_COUNT, count],
      rows,
      walks: walkRows,
      verdict: verdict(rows, walkRows),
      problems,
    };
  } finally {
    await Promise.all([...directories.map(({ client }) => client.close()), witness.close()]);
  }
}

/** Waits until the facts of the seeding are told. */
async function emptyOutbox(witness: DatabaseWitness, say: (text: string) => void): Promise<void> {
  say('  waiting for the outbox to be empty ...');
  const until = Date.now() + OUTBOX_PATIENCE_MS;
  while ((await witness.outboxLength()) > 0) {
    if (Date.now() > until) throw new Error('the facts of the seeding have not left the outbox');
    await delay(100);
  }
}

class ScaleRun {
  readonly rows: ScaleRow[] = [];
  readonly walkRows: WalkRow[] = [];
  readonly problems: string[] = [];

  constructor(
    private readonly small: ScaleDirectory,
    private readonly large: ScaleDirectory,
    private readonly options: ScaleOptions,
  ) {}

  async all(): Promise<void> {
    await this.compareEach(indexedReads);
    await this.compareTogether(writeComparisons());
    await this.compareEach(scans);
    // Before the walks, which leave bookmarks everywhere.
    await this.jump();
    for (const plan of walks) {
      if (!this.isWanted(plan.name)) continue;
      this.options.say(`  ${plan.name} ...`);
      const walked = await walk(plan, this.small, this.large);
      this.take(scaleRow(walked.pages));
      this.walkRows.push(walkRow(walked));
      this.problems.push(...walked.problems);
    }
  }

  private async compareEach(comparisons: readonly Comparison[]): Promise<void> {
    for (const each of comparisons) if (this.isWanted(each.name)) await this.compare(each);
  }

  /** Those that undo each other: all of them or none. */
  private async compareTogether(comparisons: readonly Comparison[]): Promise<void> {
    if (!comparisons.some(({ name }) => this.isWanted(name))) return;
    for (const each of comparisons) await this.compare(each);
  }

  private async compare(comparison: Comparison): Promise<void> {
    this.options.say(`  ${comparison.name} ...`);
    this.take(scaleRow(await compare(comparison, this.small, this.large)));
  }

  private async jump(): Promise<void> {
    if (!this.isWanted('startIndex jump')) return;
    this.options.say('  startIndex jump ...');
    this.take(scaleRow(await jumps(this.small, this.large)));
  }

  private take(row: ScaleRow): void {
    this.rows.push(row);
    if (row.firstFailure !== null)
      this.options.say(`    ${row.failures} failed, the first: ${row.firstFailure}`);
  }

  private isWanted(name: string): boolean {
    return name.includes(this.options.only);
  }
}
