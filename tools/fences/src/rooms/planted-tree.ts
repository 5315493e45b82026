import {
  mkdirSync,
  mkdtempSync,
  copyFileSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../repository.js';

/** A tree shaped like the repository, in a temporary folder. */
export interface PlantedTree {
  readonly root: string;
  remove(): void;
}

const PACKAGE = /^(?:(?:libs|apps|tools|tests)\/[^/]+|bench)(?=\/)/;

function write(root: string, path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function sourceOf(imports: readonly string[]): string {
  const lines = imports.map((from, index) => `import * as import${index} from '${from}';\n`);
  return `${lines.join('')}export const used = [${imports.map((_, index) => `import${index}`).join(', ')}];\n`;
}

/** Each package keeps the package.json it has in the repository, so that its exports and dependencies are the real ones. */
function layPackage(root: string, folder: string): void {
  const text = readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8');
  write(root, `${folder}/package.json`, text);
  const { name } = JSON.parse(text) as { name: string };
  const link = join(root, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(root, folder), link);
}

/** `files` maps paths to what they import; `packages` are linked from the repository's own node_modules. */
export function plantTree(
  files: Readonly<Record<string, readonly string[]>>,
  packages: readonly string[],
): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'muster-fences-'));
  for (const name of ['package.json', 'tsconfig.base.json', 'tsconfig.spec.json']) {
    copyFileSync(join(repositoryRoot, name), join(root, name));
  }
  const folders = new Set(Object.keys(files).map((path) => PACKAGE.exec(path)?.[0] ?? ''));
  for (const folder of folders) layPackage(root, folder);
  for (const name of packages) {
    const link = join(root, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(repositoryRoot, 'node_modules', name), link);
  }
  for (const [path, imports] of Object.entries(files)) write(root, path, sourceOf(imports));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
