import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  type Child,
  endChild,
  lastLines,
  type ProcessEnd,
  startChild,
  StartError,
} from '../process/child-process.js';
import { findFreePort } from '../process/free-port.js';
import { endIfOurs } from '../process/process-identity.js';
import { waitUntilReady } from '../process/wait-until.js';
import { findPostgresAccount, type PostgresAccount } from './postgres-account.js';
import { placeWithinReach } from './postgres-place.js';
import { findPostgresPrograms, type PostgresPrograms } from './postgres-programs.js';

const run = promisify(execFile);
const USER = 'postgres';

export interface PostgresOptions {
  /** Cluster directory; made on first use. A crash while it is made leaves nothing half-made under this name. */
  readonly dataDir: string;
  /** Free one when absent. */
  readonly port?: number;
  /** Default: `<dataDir>.log`. */
  readonly logPath?: string;
  /** Default 200. */
  readonly connectionsMax?: number;
  readonly readyTimeoutMs?: number;
  /** Aborts the start; whatever was started is stopped first. */
  readonly signal?: AbortSignal;
  /** Called with the process id before the server is ready; more than once when a start is tried again. */
  readonly onSpawn?: (pid: number) => void;
  /** A server that still runs on this cluster (its parent was killed) is ended first. Otherwise the start fails. */
  readonly endStale?: boolean;
  /** Ends with this process, however that ends. Otherwise it outlives it. */
  readonly followParent?: boolean;
}

export interface RunningPostgres {
  /** Superuser URL of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the cluster is: the wanted place, or one that the server's account can reach. */
  readonly dataDir: string;
  readonly logPath: string;
  readonly ended: Promise<ProcessEnd>;
  /** Fast shutdown: sessions are cut, what was committed stays. */
  stop(): Promise<void>;
}

/**
 * Starts a real Postgres on the loopback interface with durability on (fsync, synchronous_commit) and returns when it answers a query.
 * The superuser's password is kept in `<dataDir>.password` (mode 0600), so that a second start has the same URL.
 * @throws {StartError} with the end of the log when it ends first or does not get ready
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const wantedDir = resolve(options.dataDir);
  const logPath = options.logPath ?? `${wantedDir}.log`;
  const account = await findPostgresAccount();
  await mkdir(dirname(wantedDir), { recursive: true });
  const { dataDir, programs } = await placeWithinReach(wantedDir, await findPostgresPrograms(), account);
  const password = await readOrMakePassword(`${wantedDir}.password`);
  if (!existsSync(resolve(dataDir, 'PG_VERSION'))) {
    await makeCluster({ dataDir, password, programs, account, signal: options.signal });
  }
  if (options.endStale === true) await endStaleServer(dataDir);
  options.signal?.throwIfAborted();
  const port = options.port ?? (await findFreePort());
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const connectionsMax = options.connectionsMax ?? 200;
  const child = await startServer({
    dataDir,
    port,
    logPath,
    connectionsMax,
    programs,
    account,
    url,
    options,
  });
  return {
    url,
    port,
    pid: child.pid,
    dataDir,
    logPath,
    ended: child.ended,
    stop: async () => {
      await endChild(child, 'SIGINT', 10_000);
    },
  };
}

/**
 * The server's own lock file names its process id, which another process may have by now: only one whose command line names this cluster is ended.
 * The file of any other is removed, since Postgres would refuse to start beside a process that merely has that id.
 */
async function endStaleServer(dataDir: string): Promise<void> {
  const lockPath = resolve(dataDir, 'postmaster.pid');
  if (!existsSync(lockPath)) return;
  const pid = Number((await readFile(lockPath, 'utf8')).split('\n', 1)[0]);
  if (!(await endIfOurs(pid, `-D ${dataDir} `, 'SIGINT', 10_000))) await rm(lockPath, { force: true });
}

interface ServerStart {
  readonly dataDir: string;
  readonly port: number;
  readonly logPath: string;
  readonly connectionsMax: number;
  readonly programs: PostgresPrograms;
  readonly account: PostgresAccount;
  readonly url: string;
  readonly options: PostgresOptions;
}

/**
 * The backends of a killed server hold its shared memory for a moment after it is gone; a start in that moment is refused.
 * That refusal, and only that, is tried again.
 */
async function startServer(start: ServerStart): Promise<Child> {
  const triesMax = 40;
  for (let attempt = 1; ; attempt += 1) {
    const child = await spawnServer(start);
    start.options.onSpawn?.(child.pid);
    try {
      await waitUntilReady({
        child,
        timeoutMs: start.options.readyTimeoutMs ?? 30_000,
        ...(start.options.signal === undefined ? {} : { signal: start.options.signal }),
        answers: () => answersQuery(start.url),
      });
      return child;
    } catch (error) {
      await endChild(child, 'SIGINT', 5_000);
      const stillHeld = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(
        lastLines(start.logPath, 5),
      );
      if (!(error instanceof StartError) || !stillHeld || attempt === triesMax) throw error;
      await delay(250);
    }
  }
}

function spawnServer({
  dataDir,
  port,
  logPath,
  connectionsMax,
  programs,
  account,
  options,
}: ServerStart): Promise<Child> {
  const settings = {
    listen_addresses: '127.0.0.1',
    // No socket file: two stacks of two users would fight over /tmp.
    unix_socket_directories: '',
    max_connections: String(connectionsMax),
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startChild({
    name: 'postgres',
    command: programs.postgres,
    args: ['-D', dataDir, '-p', String(port), ...flags],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    cwd: dataDir,
    logPath,
    ...account,
    ...(options.followParent === true ? { signalOnParentDeath: 'SIGINT' } : {}),
  });
}

interface ClusterOptions {
  readonly dataDir: string;
  readonly password: string;
  readonly programs: PostgresPrograms;
  readonly account: PostgresAccount;
  readonly signal: AbortSignal | undefined;
}

async function makeCluster({ dataDir, password, programs, account, signal }: ClusterOptions): Promise<void> {
  const draft = `${dataDir}.new`;
  await rm(draft, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const passwordFile = `${draft}.pw`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    await chown(draft, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  try {
    await run(
      programs.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
      ],
      {
        ...account,
        ...(signal === undefined ? {} : { signal }),
        cwd: '/',
        env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      },
    );
    await rename(draft, dataDir);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function readOrMakePassword(path: string): Promise<string> {
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  const password = randomBytes(18).toString('base64url');
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return password;
}

async function answersQuery(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A server that goes away while connecting is "not yet", not an uncaught error.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
