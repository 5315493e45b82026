import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { isOurs } from '../process/process-identity.js';
import { provideDatabase } from './provide-database.js';
import { type PostgresOptions, type RunningPostgres, startPostgres } from './start-postgres.js';

jest.setTimeout(60_000);

let folder: string;
const running: RunningPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'muster-postgres-spec-'));
  chmodSync(folder, 0o711);
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<PostgresOptions> = {}): Promise<RunningPostgres> {
  const server = await startPostgres({ dataDir: join(folder, 'postgres'), followParent: true, ...options });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows }: { rows: unknown } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('is durable, and open to nobody without the password', async () => {
    const server = await start();
    const settings = await query(
      server.url,
      "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses') order by name",
    );
    expect(settings).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
    await expect(query(server.url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow(
      'password authentication failed',
    );
    expect(statSync(join(folder, 'postgres.password')).mode & 0o777).toBe(0o600);
  });

  it('keeps what was committed when it is killed, and comes back under the same URL', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 42 as value');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await start({ port: first.port });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select value from kept')).toEqual([{ value: 42 }]);
  });

  it('makes a database once', async () => {
    const { url } = await start();
    const made = await provideDatabase(url, 'muster');
    await query(made, 'create table here (value int)');
    expect(await provideDatabase(url, 'muster')).toBe(made);
    expect(
      await query(made, 'select count(*)::int as tables from pg_tables where tablename = $$here$$'),
    ).toEqual([{ tables: 1 }]);
  });

  it('reports the end of the log when it cannot start', async () => {
    const first = await start();
    const clash = startPostgres({ dataDir: join(folder, 'other'), port: first.port });
    await expect(clash).rejects.toThrow(
      /postgres ended before it was ready \(exit code 1\)[^]*Address already in use/,
    );
  });

  it('ends a server left on its cluster only when asked, and never a process that merely has its id', async () => {
    const first = await start();
    const second = await start({ endStale: true });
    expect(isOurs(first.pid, first.dataDir)).toBe(false);
    await second.stop();
    writeFileSync(join(second.dataDir, 'postmaster.pid'), `${process.pid}\n`);
    await start({ endStale: true });
  });

  it('leaves neither process nor half a cluster when it is aborted', async () => {
    const abort = new AbortController();
    const pids: number[] = [];
    const started = startPostgres({
      dataDir: join(folder, 'postgres'),
      signal: abort.signal,
      onSpawn: (pid) => {
        pids.push(pid);
        abort.abort(new Error('not wanted any more'));
      },
    });
    await expect(started).rejects.toThrow('not wanted any more');
    expect(pids.map((pid) => isOurs(pid, folder))).toEqual([false]);
    const early = startPostgres({
      dataDir: join(folder, 'early'),
      signal: AbortSignal.abort(new Error('too early')),
    });
    await expect(early).rejects.toThrow();
    expect(existsSync(join(folder, 'early'))).toBe(false);
  });

  const whenRoot = process.getuid?.() === 0 ? it : it.skip;

  whenRoot('started by root, runs under another account even where that account cannot enter', async () => {
    chmodSync(folder, 0o700);
    const server = await start();
    try {
      expect(server.dataDir.startsWith(folder)).toBe(false);
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toMatch(/^Uid:\t[1-9]/m);
    } finally {
      await server.stop();
      rmSync(dirname(server.dataDir), { recursive: true, force: true });
    }
  });
});
