import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hasKafkaJars, provideKafkaJars } from './kafka-jars.js';

const run = promisify(execFile);
const JAVA_VERSION_MIN = 17;

export type KafkaAvailability =
  { readonly available: true } | { readonly available: false; readonly missing: string };

export interface KafkaRequirementsOptions {
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  readonly onDownload?: () => void;
}

/** Can this machine run Kafka? Needs Java, and Maven with a network for the first time. Fetches the jars on the way. */
export async function provideKafkaRequirements(
  options: KafkaRequirementsOptions,
): Promise<KafkaAvailability> {
  const version = await javaVersion();
  if (version === undefined)
    return { available: false, missing: `no java on the PATH (Java ${JAVA_VERSION_MIN} or newer)` };
  if (version < JAVA_VERSION_MIN) {
    return {
      available: false,
      missing: `java is version ${version}, Kafka needs ${JAVA_VERSION_MIN} or newer`,
    };
  }
  if (await hasKafkaJars(options.cacheDir)) return { available: true };
  if (!(await runs('mvn', ['-v'])))
    return { available: false, missing: 'no mvn on the PATH to fetch Kafka with' };
  try {
    await provideKafkaJars(options);
    return { available: true };
  } catch (error) {
    options.signal?.throwIfAborted();
    const [firstLine] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { available: false, missing: `Maven could not fetch Kafka (${firstLine})` };
  }
}

async function javaVersion(): Promise<number | undefined> {
  try {
    const { stderr, stdout } = await run('java', ['-version']);
    const major = /version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}
