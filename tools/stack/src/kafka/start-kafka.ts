import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { endChild, type ProcessEnd, startChild } from '../process/child-process.js';
import { findFreePort } from '../process/free-port.js';
import { waitUntilReady } from '../process/wait-until.js';
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
  /** Default: `<dir>/kafka.log`. */
  readonly logPath?: string;
  readonly readyTimeoutMs?: number;
  /** Aborts the start; whatever was started is stopped first. */
  readonly signal?: AbortSignal;
  readonly onDownload?: () => void;
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
  const controllerPort = await findFreePort();
  const dataDir = join(dir, 'data');
  const propertiesPath = join(dir, 'server.properties');
  await mkdir(dataDir, { recursive: true });
  await writeFile(propertiesPath, serverProperties({ port, controllerPort, dataDir }));
  if (!existsSync(join(dataDir, 'meta.properties'))) await format(jarsDir, propertiesPath);
  options.signal?.throwIfAborted();
  const child = await startChild({
    name: 'kafka',
    command: 'java',
    args: [...javaFlags(jarsDir), 'kafka.Kafka', propertiesPath],
    logPath,
  });
  try {
    await waitUntilReady({
      child,
      timeoutMs: options.readyTimeoutMs ?? 60_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      answers: () => brokerAnswers(HOST, port),
    });
  } catch (error) {
    await endChild(child, 'SIGTERM', 5_000);
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

/** A KRaft node starts only on a formatted directory. */
async function format(jarsDir: string, propertiesPath: string): Promise<void> {
  const clusterId = randomBytes(16).toString('base64url');
  const flags = [...javaFlags(jarsDir), 'kafka.tools.StorageTool', 'format'];
  await run('java', [...flags, '-t', clusterId, '-c', propertiesPath, '--ignore-formatted']);
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
