import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Child, endChild, lastLines, type ProcessEnd, startChild, StartError } from '../process/child-process.js';
import { findFreePort } from '../process/free-port.js';
import { waitUntilReady } from '../process/wait-until.js';
import { findPostgresAccount, type PostgresAccount } from './postgres-account.js';
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
}

export interface RunningPostgres {
  /** Superuser URL of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
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
  const dataDir = resolve(options.dataDir);
  const logPath = options.logPath ?? `${dataDir}.log`;
  const [programs, account] = await Promise.all([findPostgresPrograms(), findPostgresAccount()]);
  await mkdir(dirname(dataDir), { recursive: true });
  const password = await readOrMakePassword(`${dataDir}.password`);
  if (!existsSync(resolve(dataDir, 'PG_VERSION'))) await makeCluster({ dataDir, password, programs, account });
  options.signal?.throwIfAborted();
  const port = options.port ?? (await findFreePort());
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const connectionsMax = options.connectionsMax ?? 200;
  const child = await startServer({ dataDir, port, logPath, connectionsMax, programs, account, url, options });
  return {
    url,
    port,
    pid: child.pid,
    logPath,
    ended: child.ended,
    stop: async () => {
      await endChild(child, 'SIGINT', 10_000);
    },
  };
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

function spawnServer({ dataDir, port, logPath, connectionsMax, programs, account }: ServerStart): Promise<Child> {
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
  });
}

interface ClusterOptions {
  readonly dataDir: string;
  readonly password: string;
  readonly programs: PostgresPrograms;
  readonly account: PostgresAccount;
}

async function makeCluster({ dataDir, password, programs, account }: ClusterOptions): Promise<void> {
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
      { ...account, cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' } },
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
