import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Root of the checkout; the same from `src` and from `dist`. */
export const ROOT = resolve(import.meta.dirname, '../../../..');
/** This room. */
export const ROOM = join(ROOT, 'tests', 'conformance');

/**
 * A folder that `fill` has prepared from these files, kept until one of them changes. A folder that could not be prepared whole
 * is prepared again.
 */
export async function preparedFolder(
  name: string,
  sources: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(ROOT, '.cache', 'conformance', name);
  const stampFile = join(folder, 'prepared-from');
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(source));
  const wanted = hash.digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  writeFileSync(stampFile, wanted);
  return folder;
}
