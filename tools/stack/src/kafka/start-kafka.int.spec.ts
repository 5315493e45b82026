import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { isOurs } from '../process/process-identity.js';
import { describeWhereKafkaRuns } from '../testing/describe-where-kafka-runs.js';
import { brokerAnswers } from './broker-probe.js';
import { type KafkaOptions, type RunningKafka, startKafka } from './start-kafka.js';

jest.setTimeout(120_000);

let folder: string;
const running: RunningKafka[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-kafka-spec-'));
});

afterEach(async () => {
  for (const broker of running.splice(0)) await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<KafkaOptions> = {}): Promise<RunningKafka> {
  const broker = await startKafka({ dir: folder, followParent: true, ...options });
  running.push(broker);
  return broker;
}

describeWhereKafkaRuns('startKafka', () => {
  it('serves clients when it says so, and again under the same address after a kill', async () => {
    const first = await start();
    expect(first.brokers).toBe(`127.0.0.1:${first.port}`);
    const clusterId = clusterIdOf(folder);
    expect(await brokerAnswers('127.0.0.1', first.port, clusterId)).toBe(true);
    expect(await brokerAnswers('127.0.0.1', first.port, 'another')).toBe(false);
    process.kill(first.pid, 'SIGKILL');
    expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
    const second = await start({ port: first.port });
    expect(second.brokers).toBe(first.brokers);
    expect(clusterIdOf(folder)).toBe(clusterId);
  });

  it('ends a broker left on its folder when asked', async () => {
    const first = await start();
    await start({ endStale: true });
    expect(isOurs(first.pid, folder)).toBe(false);
  });

  it('leaves no process when it is aborted', async () => {
    const abort = new AbortController();
    const pids: number[] = [];
    const started = startKafka({
      dir: folder,
      followParent: true,
      signal: abort.signal,
      onSpawn: (pid) => {
        pids.push(pid);
        abort.abort(new Error('not wanted any more'));
      },
    });
    await expect(started).rejects.toThrow('not wanted any more');
    expect(pids.map((pid) => isOurs(pid, folder))).toEqual([false]);
  });

  it('reports the end of the log when it cannot start', async () => {
    const first = await start();
    const clash = startKafka({ dir: join(folder, 'other'), followParent: true, port: first.port });
    await expect(clash).rejects.toThrow(/kafka ended before it was ready[^]*Address already in use/);
  });
});

function clusterIdOf(dir: string): string {
  return /^cluster\.id=(.+)$/m.exec(readFileSync(join(dir, 'data', 'meta.properties'), 'utf8'))?.[1] ?? '';
}
