import { chmod, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideKafkaRequirements } from '../kafka/kafka-requirements.js';
import { startKafka } from '../kafka/start-kafka.js';
import { startPostgres } from '../postgres/start-postgres.js';

export interface TestServers {
  readonly databaseUrl: string;
  /** Undefined when there is no Kafka to be had, with the reason. */
  readonly kafkaBrokers: string | undefined;
  readonly kafkaMissing: string | undefined;
  /** For files of this test run; removed by `stop`. */
  readonly dir: string;
  /** The temporary folder of everything that the tests start: what they leave goes with it. */
  readonly tmpDir: string;
  stop(): Promise<void>;
}

/** Starts what integration tests need, on free ports and in a temporary folder. Leaves nothing behind when it fails or is aborted. */
export async function startTestServers(cacheDir: string, signal: AbortSignal): Promise<TestServers> {
  const dir = await mkdtemp(join(await realpath(tmpdir()), 'muster-test-'));
  // Postgres started by root runs under another account and has to pass.
  await chmod(dir, 0o711);
  const tmpDir = join(dir, 'tmp');
  await mkdir(tmpDir);
  const running: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  };
  const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
    running.push(server);
    return server;
  };
  const kafka = async (): Promise<{ brokers?: string; missing?: string }> => {
    const needs = await provideKafkaRequirements({ cacheDir, signal });
    if (!needs.available) return { missing: needs.missing };
    return {
      brokers: keep(await startKafka({ dir: join(dir, 'kafka'), cacheDir, signal, followParent: true }))
        .brokers,
    };
  };
  const postgres = async (): Promise<string> =>
    keep(
      await startPostgres({
        dataDir: join(dir, 'postgres'),
        signal,
        followParent: true,
        connectionsMax: 400,
      }),
    ).url;

  const [database, broker] = await Promise.allSettled([postgres(), kafka()]);
  if (database.status === 'rejected' || broker.status === 'rejected') {
    await stop();
    throw database.status === 'rejected' ? database.reason : (broker as PromiseRejectedResult).reason;
  }
  const { brokers: kafkaBrokers, missing: kafkaMissing } = broker.value;
  return { databaseUrl: database.value, kafkaBrokers, kafkaMissing, dir, tmpDir, stop };
}
