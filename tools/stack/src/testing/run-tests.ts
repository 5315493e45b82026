import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDir } from '../kafka/kafka-jars.js';
import { readJson } from '../supervisor/private-json.js';
import { ROOT } from '../supervisor/stack-settings.js';
import { parseTestArguments, type TestArguments } from './test-arguments.js';
import {
  addSummaries,
  checkSummary,
  jestSummary,
  NOTHING_COUNTED,
  summaryLine,
  type TestSummary,
} from './test-summary.js';
import { startTestServers, type TestServers } from './test-servers.js';

/** One program whose success is one item of the summary. */
interface StaticCheck {
  readonly name: string;
  readonly command: readonly string[];
}

const STATIC_CHECKS: readonly StaticCheck[] = [
  { name: 'types', command: ['tsc', '-p', 'tsconfig.spec.json'] },
  // One process: each room's own `lint` would load the types of all rooms again.
  { name: 'lint', command: ['eslint', 'apps', 'libs', 'tools', 'tests', 'bench'] },
  {
    name: 'rooms',
    command: ['depcruise', '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'tools', 'tests', 'bench'],
  },
];
const SIGNAL_EXIT_CODE = 130;
/** Integration tests wait for servers much of their time: two workers pay even on two cores. */
const WORKERS = Math.max(2, Math.floor(availableParallelism() / 2));

/**
 * `npm test`: static checks, then every test with a real Postgres and a real Kafka. Prints `N passed, N failed` as its last line.
 * Resolves with the exit code: 0 only when nothing failed.
 */
export async function runTests(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  let summary = NOTHING_COUNTED;
  try {
    const wanted = parseTestArguments(args);
    const servers = startTestServers(defaultCacheDir(env), signal);
    servers.catch(() => undefined);
    try {
      if (wanted.only === undefined) summary = await runStaticChecks(env, signal);
    } finally {
      summary = addSummaries(summary, await runJestWithServers(await servers, wanted, env, signal));
    }
  } catch (error) {
    if (!signal.aborted) console.error(error instanceof Error ? error.message : error);
    summary = addSummaries(summary, checkSummary(false));
  }
  console.log(summaryLine(summary));
  if (signal.aborted) return SIGNAL_EXIT_CODE;
  return summary.failed === 0 ? 0 : 1;
}

async function runStaticChecks(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<TestSummary> {
  let summary = NOTHING_COUNTED;
  for (const { name, command } of STATIC_CHECKS) {
    signal.throwIfAborted();
    const [program = '', ...programArgs] = command;
    const startedAt = performance.now();
    const code = await run(
      join(ROOT, 'node_modules', '.bin', program),
      programArgs,
      { ...env, NX_TUI: 'false' },
      signal,
    );
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.error(`${code === 0 ? 'PASS' : 'FAIL'} ${name} (${seconds} s)`);
    summary = addSummaries(summary, checkSummary(code === 0));
  }
  return summary;
}

async function runJestWithServers(
  servers: TestServers,
  wanted: TestArguments,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<TestSummary> {
  try {
    signal.throwIfAborted();
    const { databaseUrl, kafkaBrokers, kafkaMissing, dir, tmpDir } = servers;
    if (kafkaMissing !== undefined) console.error(`Kafka tests are skipped: ${kafkaMissing}`);
    const summary = await runJest(wanted, join(dir, 'jest.json'), signal, {
      ...withoutServers(env),
      TMPDIR: tmpDir,
      DATABASE_URL: databaseUrl,
      ...(kafkaBrokers === undefined ? {} : { KAFKA_BROKERS: kafkaBrokers }),
    });
    if (kafkaMissing === undefined || env['REQUIRE_KAFKA'] !== '1') return summary;
    console.error(`FAIL REQUIRE_KAFKA=1, but there is no Kafka: ${kafkaMissing}`);
    return addSummaries(summary, checkSummary(false));
  } finally {
    await servers.stop();
  }
}

async function runJest(
  wanted: TestArguments,
  resultPath: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv,
): Promise<TestSummary> {
  const code = await run(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--json',
      `--outputFile=${resultPath}`,
      `--maxWorkers=${WORKERS}`,
      // Not in the temporary folder, which goes with this run.
      `--cacheDirectory=${join(ROOT, '.cache', 'jest')}`,
      ...(wanted.only === undefined ? [] : [wanted.only]),
      ...wanted.jest,
    ],
    env,
    signal,
  );
  return jestSummary(readJson(resultPath), code);
}

/** Servers of the surrounding shell are not for tests: they make and drop databases and topics. */
function withoutServers({
  DATABASE_URL: _1,
  KAFKA_BROKERS: _2,
  SMTP_URL: _3,
  ...env
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/** Resolves with the exit code; null after a signal. Aborting asks the program to end, and ends its group when it does not. */
function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number | null> {
  const patienceMs = 20_000;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    const send = (what: NodeJS.Signals): void => {
      try {
        process.kill(-(child.pid ?? 0), what);
      } catch {
        // Nobody is left in the group.
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      send('SIGTERM');
      timer = setTimeout(() => send('SIGKILL'), patienceMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', reject);
    child.once('exit', (code) => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
      resolve(code);
    });
  });
}
