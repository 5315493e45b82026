import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.js';

interface SourceFile {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

const SKIPPED = new Set(['node_modules', 'dist', 'testing', '.git', '.muster', '.cache', '.nx']);

/** Files below `folder` whose name ends with one of `endings`; builds and dependencies are left out. */
export function filesBelow(folder: string, endings: readonly string[]): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(repositoryRoot, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) found.push(...filesBelow(path, endings));
    } else if (endings.some((ending) => entry.name.endsWith(ending))) {
      found.push(path);
    }
  }
  return found.sort();
}

let sources: readonly SourceFile[] | undefined;

/** Sources of the libraries and apps, without their tests. */
export function productionSources(): readonly SourceFile[] {
  sources ??= ['libs', 'apps']
    .flatMap((folder) => filesBelow(folder, ['.ts', '.tsx']))
    .filter((path) => path.includes('/src/') && !/\.spec\.tsx?$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(repositoryRoot, path), 'utf8') }));
  return sources;
}

/** Rooms (`gateway`, `messaging`, ...) with a source that holds this text; the room that declares names is left out. */
export function roomsThatMention(text: string): string[] {
  const rooms = productionSources()
    .filter((file) => !file.path.startsWith('libs/telemetry/src/names') && file.text.includes(text))
    .map((file) => file.path.split('/')[1] ?? '');
  return [...new Set(rooms)].sort();
}
