import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { endChild, type ProcessEnd, startChild, StartError } from '../process/child-process.js';
import { findFreePort } from '../process/free-port.js';
import { endIfOurs } from '../process/process-identity.js';
import { waitUntilReady } from '../process/wait-until.js';
import { newClusterId } from './cluster-id.js';
import { brokerAnswers } from './broker-probe.js';
import { defaultCacheDir, provideKafkaJars } from './kafka-jars.js';
import { serverProperties } from './server-properties.js';

const run = promisify(execFile);
const HOST = '127.0.0.1';

export interface KafkaOptions {
  /** Data, configuration and log; made on first use. */
  readonly dir: string;
  /** Where the jars are kept between checkouts. */
  readonly cacheDir?: string;
  /** Free one when absent. */
  readonly port?: number;
  /** Of the controller's listener; free one when absent. */
  readonly controllerPort?: number;
  /** Default: `<dir>/kafka.log`. */
  readonly logPath?: string;
  readonly readyTimeoutMs?: number;
  /** Aborts the start; whatever was started is stopped first. */
  readonly signal?: AbortSignal;
  readonly onDownload?: () => void;
  /** Called with the process id before the broker is ready. */
  readonly onSpawn?: (pid: number) => void;
  /** A broker that still runs on this folder (its parent was killed) is ended first. Otherwise the start fails. */
  readonly endStale?: boolean;
  /** Ends with this process, however that ends. Otherwise it outlives it. */
  readonly followParent?: boolean;
}

export interface RunningKafka {
  /** `host:port`, as in KAFKA_BROKERS. */
  readonly brokers: string;
  readonly port: number;
  readonly pid: number;
  readonly logPath: string;
  readonly ended: Promise<ProcessEnd>;
  stop(): Promise<void>;
}

/**
 * Starts a single-node Apache Kafka (KRaft) with plain java on the loopback interface and returns when it serves clients.
 * @throws {StartError} with the end of the log when it ends first or does not get ready
 */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const dir = resolve(options.dir);
  const logPath = options.logPath ?? join(dir, 'kafka.log');
  const jarsDir = await provideKafkaJars({ ...options, cacheDir: options.cacheDir ?? defaultCacheDir() });
  const port = options.port ?? (await findFreePort());
  const controllerPort = options.controllerPort ?? (await findFreePort());
  const dataDir = join(dir, 'data');
  const propertiesPath = join(dir, 'server.properties');
  await mkdir(dataDir, { recursive: true });
  await writeFile(propertiesPath, serverProperties({ port, controllerPort, dataDir }));
  const metaPath = join(dataDir, 'meta.properties');
  if (!existsSync(metaPath)) await format(jarsDir, propertiesPath, options.signal);
  const clusterId = await readClusterId(metaPath);
  const pidPath = join(dir, 'kafka.pid');
  if (options.endStale === true) await endStaleBroker(pidPath, propertiesPath);
  options.signal?.throwIfAborted();
  const child = await startChild({
    name: 'kafka',
    command: 'java',
    args: [...javaFlags(jarsDir), 'kafka.Kafka', propertiesPath],
    logPath,
    ...(options.followParent === true ? { signalOnParentDeath: 'SIGTERM' } : {}),
  });
  options.onSpawn?.(child.pid);
  await writeFile(pidPath, String(child.pid));
  try {
    await waitUntilReady({
      child,
      timeoutMs: options.readyTimeoutMs ?? 60_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      answers: () => brokerAnswers(HOST, port, clusterId),
    });
  } catch (error) {
    // A broker in the middle of its start does not listen to SIGTERM; its log is made to be recovered.
    await endChild(child, 'SIGTERM', 1_000);
    throw error;
  }
  return {
    brokers: `${HOST}:${port}`,
    port,
    pid: child.pid,
    logPath,
    ended: child.ended,
    stop: async () => {
      await endChild(child, 'SIGTERM', 10_000);
    },
  };
}

async function readClusterId(metaPath: string): Promise<string> {
  const clusterId = /^cluster\.id=(.+)$/m.exec(await readFile(metaPath, 'utf8'))?.[1];
  if (clusterId === undefined) throw new StartError(`${metaPath} names no cluster id`);
  return clusterId;
}

async function endStaleBroker(pidPath: string, propertiesPath: string): Promise<void> {
  if (!existsSync(pidPath)) return;
  const pid = Number(await readFile(pidPath, 'utf8'));
  await endIfOurs(pid, `kafka.Kafka ${propertiesPath}`, 'SIGTERM', 10_000);
}

/** A KRaft node starts only on a formatted directory. */
async function format(jarsDir: string, propertiesPath: string, signal?: AbortSignal): Promise<void> {
  const flags = [...javaFlags(jarsDir), 'kafka.tools.StorageTool', 'format'];
  await run(
    'java',
    [...flags, '-t', newClusterId(), '-c', propertiesPath, '--ignore-formatted'],
    signal === undefined ? {} : { signal },
  );
}

function javaFlags(jarsDir: string): string[] {
  return [
    '-Xms128m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:ActiveProcessorCount=2',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-cp',
    join(jarsDir, '*'),
  ];
}
