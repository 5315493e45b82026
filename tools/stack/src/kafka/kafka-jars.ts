import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POM = resolve(import.meta.dirname, '../../kafka/pom.xml');
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Where downloaded things live between checkouts: `$XDG_CACHE_HOME/muster`, by default `~/.cache/muster`. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'muster');
}

export interface KafkaJarsOptions {
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  /** Called once when Maven has to fetch. */
  readonly onDownload?: () => void;
}

/** Is the class path there already? Without it Maven (and a network) is needed. */
export async function hasKafkaJars(cacheDir: string): Promise<boolean> {
  return existsSync(await jarsDirOf(cacheDir));
}

/**
 * The folder with Kafka's jars; fetched by Maven when it is not there. The folder appears under its final name only when complete, so
 * two first starts at once, or an interrupted one, do no harm. Its name carries a digest of the pom: another version is another folder.
 */
export async function provideKafkaJars(options: KafkaJarsOptions): Promise<string> {
  const jarsDir = await jarsDirOf(options.cacheDir);
  if (existsSync(jarsDir)) return jarsDir;
  options.onDownload?.();
  await mkdir(options.cacheDir, { recursive: true });
  const draft = `${jarsDir}.${randomUUID()}`;
  try {
    await run(
      'mvn',
      ['-q', '-B', '-f', POM, COPY_DEPENDENCIES, '-DincludeScope=runtime', `-DoutputDirectory=${draft}`],
      options.signal === undefined ? {} : { signal: options.signal },
    );
    await rename(draft, jarsDir).catch((error: unknown) => {
      // Somebody else finished first: theirs is as good.
      if (!existsSync(jarsDir)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return jarsDir;
}

async function jarsDirOf(cacheDir: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12);
  return join(cacheDir, `kafka-${digest}`);
}
