import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type PostgresAccount } from './postgres-account.js';
import { type PostgresPrograms } from './postgres-programs.js';

/** Root's own place for data of services; only used when the server runs under another account. */
const OUTSIDE = '/var/lib/muster';
const OTHERS_MAY_ENTER = 0o001;

export interface PostgresPlace {
  readonly dataDir: string;
  readonly programs: PostgresPrograms;
}

/**
 * When root starts the server, it runs under an account that cannot enter a checkout below, say, `/root` or a private temporary folder.
 * Then the programs are copied, and the cluster lives, below `/var/lib/muster`. Permissions of folders that exist are never widened.
 */
export async function placeWithinReach(
  dataDir: string,
  programs: PostgresPrograms,
  account: PostgresAccount,
): Promise<PostgresPlace> {
  if (account.uid === undefined) return { dataDir, programs };
  return {
    dataDir: (await othersMayEnter(dirname(dataDir))) ? dataDir : await outsideDataDir(dataDir),
    programs: (await othersMayEnter(dirname(programs.postgres))) ? programs : await copyPrograms(programs),
  };
}

async function othersMayEnter(folder: string): Promise<boolean> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const { mode } = await stat(current);
    if ((mode & OTHERS_MAY_ENTER) === 0) return false;
    if (current === dirname(current)) return true;
  }
}

/** `<dataDir>.location` says where; without that file, as after the stack's folder was removed, the place is a new one. */
async function outsideDataDir(dataDir: string): Promise<string> {
  const note = `${dataDir}.location`;
  if (existsSync(note)) return (await readFile(note, 'utf8')).trim();
  const parent = join(OUTSIDE, randomUUID());
  await makeOpenFolder(OUTSIDE);
  await makeOpenFolder(parent);
  const place = join(parent, 'postgres');
  await writeFile(note, `${place}\n`);
  return place;
}

/** The folder appears under its final name only when complete; its name carries a digest of the server program. */
async function copyPrograms(programs: PostgresPrograms): Promise<PostgresPrograms> {
  const source = resolve(dirname(programs.postgres), '..');
  const target = join(OUTSIDE, `programs-${digestOf(await readFile(programs.postgres))}`);
  if (!existsSync(target)) {
    await makeOpenFolder(OUTSIDE);
    const draft = `${target}.${randomUUID()}`;
    try {
      await cp(source, draft, { recursive: true, verbatimSymlinks: true });
      await chmod(draft, 0o755);
      await rename(draft, target).catch((error: unknown) => {
        if (!existsSync(target)) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  return { initdb: join(target, 'bin', 'initdb'), postgres: join(target, 'bin', 'postgres') };
}

async function makeOpenFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}

function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}
