import { parseArgs } from 'node:util';
import { startStack, type RunningStack } from '@muster/stack';
import { startOtlpSink } from '@muster/telemetry/testing';
import { LoadClient, type LoadResult, type Operation } from './load.js';
import { Operations } from './operations.js';
import { usageOf } from './process-usage.js';
import { resultTable, rowOf, usageTable, type Row } from './report.js';
import { checkPopulation } from './scale/population.js';
import { runScale, type ScaleResult } from './scale/scale-bench.js';
import { scaleTable, walkTable } from './scale/scale-report.js';
import { verify } from './verify.js';

const GROUP_SIZE = 10_000;
const STEADY_PER_SECOND = 25;
const WARM_UP_REQUESTS = 1_000;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Seconds of each saturating run; a steady run takes twice as long. */
    seconds: { type: 'string', default: '5' },
    /** Compares a directory of 1,000 users with a large one in place of the usual runs. */
    scale: { type: 'boolean', default: false },
    /** Users of the large directory: a multiple of 1,000. */
    users: { type: 'string', default: '100000' },
    /** With `--scale`: before the tables were first analysed. */
    unanalyzed: { type: 'boolean', default: false },
    /** Only operations whose name contains this. */
    only: { type: 'string', default: '' },
    /** Writes a processor profile of gateway and directory into this folder. */
    profile: { type: 'string' },
  },
});

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Runs every operation at a steady rate, then with 16 and with 64 in flight. */
class Bench {
  readonly rows: Row[] = [];
  readonly operations: Operations;
  private readonly client: LoadClient;

  constructor(private readonly stack: RunningStack) {
    const { scimUrl, token } = stack.state();
    if (scimUrl === undefined || token === undefined) throw new Error('the stack has no demo tenant');
    const url = new URL(scimUrl);
    this.operations = new Operations(url.pathname);
    this.client = new LoadClient(url.origin, token, 64);
  }

  async seed(operation: Operation, requests: number, inFlight = 64): Promise<void> {
    const { failures, firstFailure } = await this.client.repeat(operation, inFlight, requests);
    if (failures > 0)
      throw new Error(`${operation.name} failed ${failures} times while preparing: ${firstFailure}`);
  }

  async measure(operation: Operation): Promise<void> {
    if (!operation.name.includes(options.only)) return;
    const seconds = Number(options.seconds);
    await this.run(operation, `${STEADY_PER_SECOND} req/s`, () =>
      this.client.steady(operation, STEADY_PER_SECOND, 2 * seconds),
    );
    for (const inFlight of [16, 64]) {
      await this.run(operation, `${inFlight} in flight`, () =>
        this.client.saturate(operation, inFlight, seconds),
      );
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async run(operation: Operation, load: string, work: () => Promise<LoadResult>): Promise<void> {
    say(`  ${operation.name}, ${load} ...`);
    const before = usageOf(this.stack.state().pids);
    const result = await work();
    this.rows.push(rowOf(operation.name, load, result, before, usageOf(this.stack.state().pids)));
    if (result.firstFailure !== null) say(`    ${result.failures} failed, the first: ${result.firstFailure}`);
  }
}

async function runAll(bench: Bench): Promise<void> {
  const { operations } = bench;
  say(`  warming up with ${WARM_UP_REQUESTS} users ...`);
  await bench.seed(operations.create(), WARM_UP_REQUESTS);
  await bench.measure(operations.create());
  // Some to fill the group, and enough to add one by one.
  const missing = 3 * GROUP_SIZE - operations.acknowledged.userIds.length;
  if (missing > 0) {
    say(`  creating ${missing} more users ...`);
    await bench.seed(operations.create(), missing);
  }
  await bench.measure(operations.getById());
  await bench.measure(operations.filter());
  await bench.measure(operations.patch());
  await bench.measure(operations.list());
  say(`  making a group of ${GROUP_SIZE} ...`);
  await bench.seed(operations.createGroup(GROUP_SIZE), 1, 1);
  await bench.measure(operations.addMember());
}

async function main(): Promise<number> {
  if (options.scale) checkPopulation(Number(options.users));
  say(
    'starting a stack of its own: Postgres with fsync, Kafka with acks=all, telemetry at its default sampling ...',
  );
  const sink = await startOtlpSink();
  const profiled =
    options.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${options.profile}` };
  const serviceEnv = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, ...profiled };
  const stack = await startStack({
    serviceEnv: {
      gateway: serviceEnv,
      directory: serviceEnv,
      notifier: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint },
    },
  });
  try {
    return await (options.scale ? measureScale(stack) : measureLoad(stack));
  } finally {
    await stack.stop();
    await sink.close();
  }
}

async function measureLoad(stack: RunningStack): Promise<number> {
  const bench = new Bench(stack);
  await runAll(bench);
  await bench.close();
  say('  verifying what was acknowledged ...');
  const { databaseUrl, kafkaBrokers, pids } = stack.state();
  if (databaseUrl === undefined || kafkaBrokers === null)
    throw new Error('the benchmark needs Postgres and Kafka');
  const usage = usageOf(pids);
  const verification = await verify(
    databaseUrl,
    kafkaBrokers.split(','),
    bench.operations.acknowledged,
    bench.operations.group,
  );
  report(bench.rows, usage, verification);
  return verification.problems.length > 0 || bench.rows.some((row) => row.failures > 0) ? 1 : 0;
}

async function measureScale(stack: RunningStack): Promise<number> {
  const { users, unanalyzed, only } = options;
  const result = await runScale(stack, { count: Number(users), analyzed: !unanalyzed, only, say });
  reportScale(result);
  return result.problems.length > 0 || result.rows.some((row) => row.failures > 0) ? 1 : 0;
}

function reportScale(result: ScaleResult): void {
  const { rows, walks, counts, problems } = result;
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  process.stdout.write(`\n${scaleTable(rows, counts)}\n\n`);
  if (walks.length > 0) process.stdout.write(`${walkTable(walks)}\n\n`);
  process.stdout.write(`verdict: ${result.verdict}\n`);
  if (problems.length === 0) {
    const walked = walks.length > 0 ? ', and each walk saw everybody once' : '';
    process.stdout.write(`verified: the tables hold what was acknowledged${walked}\n`);
  }
  for (const problem of problems) process.stdout.write(`PROBLEM: ${problem}\n`);
}

function report(
  rows: readonly Row[],
  usage: ReturnType<typeof usageOf>,
  verification: Awaited<ReturnType<typeof verify>>,
): void {
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ rows, usage: Object.fromEntries(usage), verification }, null, 2)}\n`,
    );
    return;
  }
  const { users, facts, members, problems } = verification;
  process.stdout.write(`\n${resultTable(rows)}\n\n${usageTable(usage)}\n\n`);
  process.stdout.write(
    `verified: ${users} acknowledged users and ${members} members are stored, ${facts} facts tell every version once\n`,
  );
  for (const problem of problems) process.stdout.write(`PROBLEM: ${problem}\n`);
}

process.exitCode = await main();
