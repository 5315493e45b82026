import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { ROOT } from '../supervisor/stack-settings.js';
import { readStackState } from '../supervisor/stack-state.js';
import { describeWhereKafkaRuns } from '../testing/describe-where-kafka-runs.js';
import { type RunningStack, startStack, type StartStackOptions } from './start-stack.js';

const FIXTURES = join(ROOT, 'tools/stack/fixtures');
const SERVICE = [join(FIXTURES, 'service.mjs')];

jest.setTimeout(120_000);

let home: string;
const stacks: RunningStack[] = [];

beforeAll(() => {
  if (!existsSync(join(ROOT, 'tools/stack/dist/start.js')))
    throw new Error('these tests run the built supervisor: npm run build');
});

beforeEach(() => {
  home = mkdtempSync(join(realpathSync(tmpdir()), 'muster-stack-spec-'));
});

afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.stop();
  const left = processesOf(home);
  rmSync(home, { recursive: true, force: true });
  expect(left).toEqual([]);
});

/** Stand-ins for the services, and no server of our own: for what is about the supervisor alone. */
function onlyServices(): StartStackOptions {
  const env = { FIXTURE_TENANT: join(home, 'fixture-tenant.json') };
  return {
    home,
    databaseUrl: 'postgresql://nobody@127.0.0.1:1/none',
    kafkaBrokers: '127.0.0.1:1',
    serviceCommand: { gateway: SERVICE, directory: SERVICE, notifier: SERVICE },
    serviceEnv: { directory: env },
    migrations: [[join(FIXTURES, 'migrate.mjs')]],
  };
}

function withServers(): StartStackOptions {
  const { databaseUrl: _database, kafkaBrokers: _brokers, ...options } = onlyServices();
  return options;
}

async function start(options: StartStackOptions): Promise<RunningStack> {
  const stack = await startStack(options);
  stacks.push(stack);
  return stack;
}

/** Command lines that name the home, which every process of a stack does. */
function processesOf(folder: string): string[] {
  const lines = execFileSync('ps', ['-ww', '-eo', 'stat=,pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(folder) && !line.startsWith('Z') && !line.includes('ps -ww'));
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still not: ${what}`);
    await delay(20);
  }
}

/** What the gateway was started with; undefined while it does not answer. */
async function failpointsOf(stack: RunningStack): Promise<unknown> {
  const response = await fetch(stack.state().metrics.gateway).catch(() => undefined);
  if (response === undefined) return undefined;
  return ((await response.json()) as { failpoints: unknown }).failpoints;
}

describe('a stack', () => {
  it('states its facts for programs, readable by its owner only', async () => {
    const stack = await start(onlyServices());
    const state = stack.state();
    expect(state).toMatchObject({
      state: 'ready',
      mode: 'kafka',
      tenantId: 'tenant-1',
      kafkaBrokers: '127.0.0.1:1',
    });
    expect(Object.keys(state.pids).sort()).toEqual(['directory', 'gateway', 'notifier', 'supervisor']);
    expect(state.token).toBe(`mst_${state.pids['directory']}`);
    for (const file of ['stack.json', 'secrets.json'])
      expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
  });

  it('starts a service that died again at once, on the same port, without its failpoints', async () => {
    const options = onlyServices();
    const stack = await start({
      ...options,
      serviceEnv: { ...options.serviceEnv, gateway: { FAILPOINTS: 'some.point=kill' } },
    });
    const before = stack.state();
    expect(await failpointsOf(stack)).toBe('some.point=kill');
    stack.kill('gateway');
    await stack.waitForRestart('gateway', before.pids['gateway'] ?? 0);
    await until(async () => (await failpointsOf(stack)) === null, 'the gateway answers, without failpoints');
    expect(stack.state().ports).toEqual(before.ports);
    expect(stack.state().pids['directory']).toBe(before.pids['directory']);
    await stack.restart('gateway', { FAILPOINTS: 'other.point=kill' });
    expect(await failpointsOf(stack)).toBe('other.point=kill');
  });

  it('ends with the reason and code 1 when a service keeps dying', async () => {
    const started = startStack({ ...onlyServices(), serviceEnv: { notifier: { FIXTURE: 'die' } } });
    await expect(started).rejects.toThrow(
      /notifier ended 5 times within 60 s[^]*the fixture was told to die/,
    );
    expect(readStackState(home)).toMatchObject({ state: 'failed', pids: {} });
  });

  it('does not touch a service that is merely stopped, and can still end it', async () => {
    const stack = await start(onlyServices());
    const { pids } = stack.state();
    stack.kill('directory', 'SIGSTOP');
    stack.kill('gateway');
    await stack.waitForRestart('gateway', pids['gateway'] ?? 0);
    expect(stack.state().pids['directory']).toBe(pids['directory']);
    expect(await stack.stop()).toEqual({ code: 0, signal: null });
  });

  it('keeps secrets, token and ports over a second start, and takes another port when one is taken meanwhile', async () => {
    const first = await start(onlyServices());
    const before = first.state();
    await first.stop();
    const intruder = createServer().listen(before.ports.scim, '127.0.0.1');
    try {
      const after = (await start(onlyServices())).state();
      expect(after).toMatchObject({
        token: before.token,
        adminToken: before.adminToken,
        internalToken: before.internalToken,
      });
      expect(after.ports.directory).toBe(before.ports.directory);
      expect(after.ports.scim).not.toBe(before.ports.scim);
    } finally {
      intruder.close();
    }
  });

  it('refuses a second start on the same home and leaves the first one alone', async () => {
    const stack = await start(onlyServices());
    await expect(startStack(onlyServices())).rejects.toThrow('Muster runs here already');
    expect(processesOf(home).length).toBeGreaterThanOrEqual(4);
    expect(stack.state().state).toBe('ready');
  });

  it('stops its services when the supervisor is killed, also one that was stopped, at the latest on the next start', async () => {
    const first = await start(onlyServices());
    const { pids } = first.state();
    first.kill('directory', 'SIGSTOP');
    process.kill(first.supervisor.pid, 'SIGKILL');
    await until(() => processesOf(home).length === 1, 'only the stopped directory is left');
    const second = await start(onlyServices());
    expect(second.state().pids['directory']).not.toBe(pids['directory']);
    expect(processesOf(home).filter((line) => line.includes('service.mjs'))).toHaveLength(3);
  });
});

describeWhereKafkaRuns('a stack with servers of its own', () => {
  it('keeps data over crashes of Postgres and over a second start', async () => {
    const first = await start(withServers());
    await query(first, 'create table kept (value int); insert into kept values (41)');
    const { pids } = first.state();
    first.kill('postgres');
    first.kill('kafka');
    await first.waitForRestart('postgres', pids['postgres'] ?? 0);
    await first.restart('kafka');
    await first.restart('postgres');
    await query(first, 'update kept set value = value + 1');
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    const second = await start(withServers());
    expect(await query(second, 'select value from kept')).toEqual([{ value: 42 }]);
  });

  it('takes Kafka and Postgres with it when the supervisor is killed', async () => {
    const stack = await start(withServers());
    process.kill(stack.supervisor.pid, 'SIGKILL');
    await until(() => processesOf(home).length === 0, 'nothing is left');
  });

  it('leaves no process when it is told to stop during its start', async () => {
    const started = startStack(withServers());
    started.catch(() => undefined);
    await until(() => readStackState(home)?.pids['kafka'] !== undefined, 'Kafka is being started');
    process.kill(readStackState(home)?.pids['supervisor'] ?? 0, 'SIGTERM');
    await expect(started).rejects.toThrow('ended (exit code 0)');
    expect(processesOf(home)).toEqual([]);
  });
});

async function query(stack: RunningStack, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: stack.state().databaseUrl });
  await client.connect();
  try {
    const { rows }: { rows: unknown } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}
